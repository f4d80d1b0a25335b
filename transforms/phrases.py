"""Tokens -> noun phrases: where who is named begins and ends, with which title, under which bare name."""

from __future__ import annotations

from dataclasses import dataclass

from transforms.lexicon import Form, Kind, Use, Word
from transforms.model import SpeakerKind
from transforms.tokens import Tokens

MAX_PHRASE = 30
"""Tokens a phrase may have: the longest titles measured in news have some twenty."""
MAX_NAME = 6
"""Tokens a bare name may have, particles included."""

_NAME_BREAKERS = (
    Use.PREPOSITION
    | Use.TIME
    | Use.TITLE
    | Use.HONORIFIC
    | Use.RANK
    | Use.ORGANIZATION
    | Use.DOCUMENT
    | Use.UNNAMED
    | Use.NATIONALITY
    | Use.RELATIVE
    | Use.SAME
    | Use.SAME_BEFORE
    | Use.OPENER
    | Use.NEGATION
    | Use.BLOCKER
    | Use.OCCASION
    | Use.PARTITIVE
)
_POSSESSED = ("ته", "ها", "هم", "هما")
"""Ends of nouns with a pronoun ("كلمته", "حديثها"), which no name has."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase by token indices, half-open; ``name_first`` equals ``name_last`` where it holds no bare name.

    ``head`` is the folded bare noun that opens it: the title of a person, "وزارة" of a ministry. ``same`` says that it
    means somebody mentioned before ("المصدر نفسه").
    """

    first: int
    last: int
    kind: SpeakerKind
    head: str
    definite: bool
    name_first: int
    name_last: int
    same: bool = False


def is_name_word(word: Word) -> bool:
    """Tell whether a token can be part of a bare name: no title, preposition, time, nationality, or reporting word."""
    if word.kind is not Kind.WORD or word.complementizer:
        return False
    if word.use & (Use.GIVEN_NAME | Use.NAME_PARTICLE):
        return True
    if word.use & _NAME_BREAKERS or (word.length > 4 and word.fold.endswith(_POSSESSED)):
        return False
    if word.text.endswith(("اً", "ًا", "اً")):
        return False  # an object or adverb, with the ending of the accusative
    return word.cue is None or not (
        word.cue.kind in {"say", "opinion", "source"} or word.cue.form in {Form.PARTICIPLE, Form.NOUN}
    )


Inside = dict[str, frozenset[str]]
"""The prepositions that nouns keep, with those nouns; ``"*"`` stands for every title and unnamed source."""


def phrase_end(tokens: Tokens, first: int, limit: int, partner: dict[int, int], inside: Inside) -> int:
    """Return where the noun phrase that starts at token ``first`` ends, at most at ``limit``, exclusive.

    It ends at a word of time, a preposition that no title keeps, a relative clause, a comma without an apposition.
    """
    words = tokens.words
    limit = min(limit, first + MAX_PHRASE)
    index = first
    has_name = False
    while index < limit:
        word = words[index]
        if word.kind is Kind.MARK:
            other = partner.get(index, -1)
            if not index < other < limit:
                return index
            if words[index - 1].text.rstrip("ـ") in {"ل", "ب"} and index > first and not words[first].use & Use.TITLE:
                return index - 1
            index = other + 1
            continue
        if word.kind is Kind.COMMA:
            if index == first or not _is_apposition(tokens, first, index, limit, has_name):
                return index
            has_name = has_name or not words[index + 1].use & (Use.TITLE | Use.HONORIFIC)
        elif word.kind in {Kind.STOP, Kind.COLON, Kind.ELLIPSIS}:
            if not (word.text == "." and words[index - 1].use & Use.HONORIFIC and words[index - 1].length <= 2):
                return index
        elif word.kind is Kind.BRACKET:
            if word.text not in "()":
                return index
        elif word.use & Use.TIME and not word.use & Use.TITLE:
            if not (word.use & Use.RANK and index > first and words[index - 1].use & (Use.TITLE | Use.ORGANIZATION)):
                return index
        elif word.use & (Use.PREPOSITION | Use.RELATIVE) and index > first and not _is_named_so(words, first, index):
            if not _is_inside(words, first, index, limit, has_name, inside):
                return index
        elif index > first and (
            word.use & (Use.OPENER | Use.NEGATION)
            or (has_name and word.prefix == "و" and word.use & _OTHERS)
            or (word.prefix in {"ل", "لل"} and word.use & (Use.OUTLET | Use.OUTLET_NAME))
            or _is_possessed(word)
        ):
            return index
        elif word.use & Use.GIVEN_NAME:
            has_name = True
        index += 1
    return limit


def _is_possessed(word: Word) -> bool:
    """Tell whether a word is an object with a pronoun ("كلمته", "حديثه"), which no name and no title has."""
    return (
        word.length > 3
        and word.fold.endswith(("ه", "ها", "هم", "هما"))
        and not word.text.endswith("ة")
        and not word.definite
        and not word.use
    )


_OTHERS = Use.TITLE | Use.HONORIFIC | Use.GIVEN_NAME
"""What tells behind و that somebody else is named."""


def _is_named_so(words: list[Word], first: int, index: int) -> bool:
    """Tell a name from a preposition of the same form (علي, which Egyptian papers print for على) by the name around it."""
    word = words[index]
    if not word.use & Use.GIVEN_NAME:
        return False
    return index == first or bool(words[index - 1].use & (Use.GIVEN_NAME | Use.HONORIFIC | Use.NATIONALITY | Use.RANK))


def _is_inside(words: list[Word], first: int, index: int, limit: int, has_name: bool, inside: Inside) -> bool:
    """Tell whether the preposition at ``index`` belongs to the phrase: "official in", "in charge of", not "in a talk"."""
    nouns = inside.get(words[index].fold)
    if nouns is None or index + 1 >= limit:
        return False
    following = words[index + 1]
    if following.use & (Use.OCCASION | Use.TIME) or following.complementizer:
        return False
    if "*unnamed" in nouns:
        return bool(words[first].use & (Use.PARTITIVE | Use.UNNAMED))
    if "*" in nouns:
        titled = Use.UNNAMED | Use.TITLE | Use.DOCUMENT
        return (not has_name or bool(words[index - 1].use & Use.TITLE)) and any(
            word.use & titled for word in words[first:index]
        )
    return any(word.noun in nouns for word in words[max(first, index - 2) : index])


def _is_apposition(tokens: Tokens, first: int, comma: int, limit: int, has_name: bool) -> bool:
    """Tell whether what follows a comma still names the phrase's person: a name behind a title, a title behind a name."""
    words = tokens.words
    index = comma + 1
    if index >= limit:
        return False
    while index < limit and words[index].kind is Kind.OTHER:
        index += 1
    if index >= limit:
        return False
    word = words[index]
    if word.prefix or word.cue is not None:
        return False
    if word.use & (Use.PREPOSITION | Use.TIME | Use.RELATIVE) and not word.use & Use.GIVEN_NAME:
        return False
    if word.use & (Use.TITLE | Use.HONORIFIC):
        return True
    titled = bool(words[first].use & (Use.TITLE | Use.HONORIFIC | Use.UNNAMED | Use.PARTITIVE)) or words[first].definite
    return titled and not has_name and is_name_word(word) and not word.definite


def read_phrase(
    tokens: Tokens, first: int, limit: int, partner: dict[int, int], inside: Inside, *, bounded: bool = True
) -> Phrase:
    """Read the noun phrase that starts at ``first`` and ends at ``limit`` at the latest.

    ``bounded`` says that the phrase surely ends there (at a colon, a mark, "that"): names may then hold unknown words.
    """
    words = tokens.words
    last = phrase_end(tokens, first, limit, partner, inside)
    last = max(last, first + 1)
    while last - 1 > first and words[last - 1].kind in {Kind.COMMA, Kind.OTHER}:
        last -= 1
    head = words[first]
    same = bool(head.use & Use.SAME_BEFORE) or any(w.use & Use.SAME for w in words[first + 1 : last])
    kind = _kind(words, first, last)
    name_first, name_last = (first, first)
    if kind in {SpeakerKind.PERSON, SpeakerKind.UNNAMED}:
        name_first, name_last = find_name(tokens, first, last, partner)
        if name_first < name_last:
            kind = SpeakerKind.PERSON
            edge = words[name_last] if name_last < len(words) else None
            hard = bounded or edge is None or _is_hard_edge(edge)
            name_last = _name_edge(words, name_first, name_last, bounded=hard)
            if name_last < last and not _describes(words[name_last]):
                last = name_last
    if kind is SpeakerKind.ORGANIZATION:
        last = _organization_end(words, first, last)
    return Phrase(
        first,
        last,
        kind,
        head.noun,
        head.definite,
        name_first,
        name_last,
        same,
    )


def _name_edge(words: list[Word], begin: int, end: int, *, bounded: bool) -> int:
    """Return where a name ends whose right edge nothing bounds: behind two words, or as far as words are known names."""
    if bounded or end - begin <= 2:
        return end
    count = 0
    for index in range(begin, end):
        word = words[index]
        if word.use & Use.NAME_PARTICLE or word.kind is not Kind.WORD:
            continue
        if count >= 2 and not word.use & Use.GIVEN_NAME and not words[index - 1].use & Use.NAME_PARTICLE:
            return index
        count += 1
    return end


def _is_hard_edge(word: Word) -> bool:
    return (
        word.kind in {Kind.COMMA, Kind.STOP, Kind.BRACKET, Kind.MARK}
        or bool(word.use & (Use.RELATIVE | Use.TITLE))
        or (word.prefix == "و" and bool(word.use & Use.GIVEN_NAME))
    )


def _describes(word: Word) -> bool:
    """Tell whether a word behind a name can go on with its phrase: a title, an adjective, an apposition, a bracket."""
    return (
        word.definite
        or word.kind in {Kind.COMMA, Kind.BRACKET, Kind.MARK, Kind.OTHER}
        or bool(word.use & (Use.TITLE | Use.HONORIFIC | Use.NATIONALITY | Use.RANK | Use.PREPOSITION))
    )


def _organization_end(words: list[Word], first: int, last: int) -> int:
    """Return where an organisation's name ends: an indefinite word behind a definite one is not its own any more."""
    for index in range(first + 2, last):
        word = words[index]
        if (
            words[index - 1].definite
            and word.kind is Kind.WORD
            and not word.definite
            and not word.prefix
            and not word.use & (Use.PREPOSITION | Use.ORGANIZATION | Use.RANK)
        ):
            return index
    return last


def _kind(words: list[Word], first: int, last: int) -> SpeakerKind:
    head = words[first]
    if head.kind is Kind.MARK:
        return SpeakerKind.ORGANIZATION
    use = head.use
    if use & Use.PLACE and not use & Use.GIVEN_NAME:
        return SpeakerKind.ORGANIZATION
    if use & Use.DOCUMENT:
        return SpeakerKind.DOCUMENT
    if use & (Use.TITLE | Use.HONORIFIC):
        return SpeakerKind.PERSON
    if use & (Use.UNNAMED | Use.PARTITIVE):
        return SpeakerKind.UNNAMED
    if use & Use.ORGANIZATION:
        return SpeakerKind.ORGANIZATION
    if last - first > 1 and head.definite and any(w.use & Use.TITLE for w in words[first:last]):
        return SpeakerKind.PERSON
    return SpeakerKind.PERSON


def find_name(tokens: Tokens, first: int, last: int, partner: dict[int, int]) -> tuple[int, int]:
    """Return the bare name in the phrase [first, last), empty where there is none.

    A phrase that begins with a name keeps its first run of name words ("كريم حجي الرئيس التنفيذي"). Behind a title the
    run that follows an honorific or a definite title directly is the name, else one that holds a given name, else the
    last one ("وزير الإعلام رمزي جريج"), behind an apposition's comma too.
    """
    words = tokens.words
    runs = _name_runs(words, first, last, partner)
    if not runs:
        return first, first
    head = words[first]
    titled = bool(head.use & (Use.TITLE | Use.HONORIFIC | Use.UNNAMED | Use.PARTITIVE | Use.ORGANIZATION))
    if not titled and runs[0][0] == first:
        if head.definite and runs[0][1] - first > 1:
            return _behind_definite(words, first, runs)
        return runs[0]
    for begin, end in runs:
        if begin > first and words[begin - 1].use & Use.HONORIFIC and not words[begin].prefix:
            if words[begin].definite and end < last and end - begin == 1:
                continue  # an adjective of the title: "الشاعر العربي الكبير"
            return begin, min(end, begin + MAX_NAME)
    for begin, end in runs:
        if any(word.use & Use.GIVEN_NAME for word in words[begin:end]):
            begin = _trim_complement(words, first, begin, end)
            return begin, min(end, begin + MAX_NAME)
    for begin, end in reversed(runs):
        begin = _trim_complement(words, first, begin, end)
        if begin < end and _can_name(words, first, begin):
            return begin, end
    return first, first


def _can_name(words: list[Word], first: int, begin: int) -> bool:
    """Tell whether a run of unknown words behind a title is a name: not an adjective or complement of an indefinite one.

    "مصادر رفيعة", "شهود عيان" hold no name; "مسؤول في الشركة، تسور" does, and so does "الجيولوجي الصبحي".
    """
    before = words[begin - 1]
    if before.kind in {Kind.COMMA, Kind.MARK, Kind.BRACKET}:
        return True
    if words[first].use & (Use.UNNAMED | Use.PARTITIVE):
        return False
    if before.use & (Use.NATIONALITY | Use.RANK):
        return before.definite or bool(words[first].use & Use.TITLE) and not words[first].use & Use.UNNAMED
    return before.definite


def _behind_definite(words: list[Word], first: int, runs: list[tuple[int, int]]) -> tuple[int, int]:
    """Return the name behind an unknown definite noun, likely a title that no list holds ("الجيولوجي صالح الصبحي")."""
    begin, end = runs[0]
    for index in range(begin + 1, end):
        if words[index].use & Use.GIVEN_NAME or not words[index].definite:
            return index, end
    return begin, end


def _name_runs(words: list[Word], first: int, last: int, partner: dict[int, int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    begin = -1
    index = first
    while index <= last:
        word = words[index] if index < last else None
        if word is not None and word.kind is Kind.OTHER and begin >= 0 and word.text == "#":
            index += 1
            continue
        if word is not None and (
            (begin >= 0 and word.kind is Kind.WORD and bool(words[index - 1].use & Use.NAME_PARTICLE))
            or (is_name_word(word) and not _opens_clause(word))
            or _is_title_in_name(words, index, last, begin)
        ):
            if begin < 0:
                begin = index
            elif word.prefix == "و":
                runs.append((begin, index))
                begin = index
        elif begin >= 0:
            runs.append((begin, index))
            begin = -1
        if word is not None and word.kind is Kind.MARK and index in partner and partner[index] > index:
            index = partner[index]
        index += 1
    return runs


def _opens_clause(word: Word) -> bool:
    return word.prefix in {"لل", "ل", "ب", "ك"} and not word.use & Use.GIVEN_NAME


def _is_title_in_name(words: list[Word], index: int, last: int, begin: int) -> bool:
    """Tell whether a title is a part of the name around it: "محمد الأمين بن خطري"."""
    return (
        begin >= 0
        and index + 1 < last
        and bool(words[index - 1].use & Use.GIVEN_NAME)
        and bool(words[index + 1].use & Use.NAME_PARTICLE)
        and words[index].definite
    )


def _trim_complement(words: list[Word], first: int, begin: int, end: int) -> int:
    """Return where the name begins in a run behind a title, whose first words may complete the title.

    Behind an indefinite title a given name tells it ("رئيس بعثة منتخبنا عبد الله حمدي"), else the first word is the
    title's complement ("محافظ نينوى أثيل النجيفي"); a definite word is never a name's first word.
    """
    before = words[begin - 1] if begin > first else None
    start = begin
    while begin < end and words[begin].definite and end - begin > 1 and not words[begin].use & Use.GIVEN_NAME:
        begin += 1
    if begin > start:
        return end if end - begin == 1 and words[begin].definite else max(begin, end - MAX_NAME)
    if before is not None and before.use & (Use.TITLE | Use.ORGANIZATION) and not before.definite:
        given = next((i for i in range(begin, end) if words[i].use & (Use.GIVEN_NAME | Use.NAME_PARTICLE)), None)
        if given is not None:
            return given
        if end - begin > 2:
            begin += 1
    if (
        end - begin == 1
        and words[begin].definite
        and before is not None
        and not (before.definite and before.use & (Use.TITLE | Use.HONORIFIC))
    ):
        return end
    return max(begin, end - MAX_NAME)
