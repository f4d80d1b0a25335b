"""Tokens -> noun phrases: where who is named begins and ends, with which title, under which bare name."""

from __future__ import annotations

from dataclasses import dataclass

from transforms.lexicon import Form, Kind, Use, Word
from transforms.model import SpeakerKind
from transforms.name_edges import name_edge
from transforms.names import (
    HOMOGRAPHS,
    MAX_NAME,
    MIN_VERB,
    TANWIN,
    TIME_NAMES,
    TO_LETTERS,
    find_name,
    has_use,
    is_ali,
    is_ban,
    is_name_word,
)
from transforms.organization_edges import organization_edge
from transforms.tokens import Tokens

MAX_TITLE = 8
"""Tokens of a title that are searched for a name of its own."""
MAX_MARKED = 9
"""Tokens between marks within a phrase, which are a name; more are what somebody said."""
MAX_PHRASE = 30
"""Tokens a phrase may have: the longest titles measured in news have some twenty."""


@dataclass(slots=True, init=False)
class Phrase:
    """A noun phrase by token indices, half-open; ``name_first`` equals ``name_last`` where it holds no bare name.

    ``head`` is the folded bare noun that opens it: the title of a person, "وزارة" of a ministry. ``same`` says that it
    means somebody mentioned before ("المصدر نفسه"). ``is_sure`` says that it surely ends where its name does.
    """

    first: int
    last: int
    kind: SpeakerKind
    head: str
    definite: bool
    name_first: int
    name_last: int
    same: bool
    is_sure: bool

    # Written out, since it is compiled so (make compile), and an article has some twenty-five of them.
    def __init__(  # noqa: PLR0913, PLR0917  a record's fields
        self,
        first: int,
        last: int,
        kind: SpeakerKind,
        head: str,
        definite: bool,  # noqa: FBT001
        name_first: int,
        name_last: int,
        same: bool = False,  # noqa: FBT001, FBT002
        is_sure: bool = True,  # noqa: FBT001, FBT002
    ) -> None:
        self.first = first
        self.last = last
        self.kind = kind
        self.head = head
        self.definite = definite
        self.name_first = name_first
        self.name_last = name_last
        self.same = same
        self.is_sure = is_sure


_LOOSE = frozenset({Kind.COMMA, Kind.OTHER})
"""Signs that belong to no phrase at its end."""

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
        kind = word.kind
        if kind is Kind.WORD or kind is Kind.NUMBER:
            if index > first:
                if _ends(words, first, index, limit, inside, has_name=has_name):
                    return index
            elif word.use & Use.TIME and not word.use & Use.TITLE:
                return index
        elif kind is Kind.MARK:
            close = partner.get(index, -1)
            if not index < close < limit or close - index > MAX_MARKED:
                return index
            if index > first and _is_spoken_to(words, first, index):
                return index - 1
            index = close
        elif kind is Kind.COMMA:
            if index == first or not _is_apposition(tokens, first, index, limit, has_name=has_name):
                return index
            has_name = has_name or not words[index + 1].use & _TITLED
        elif _is_edge(words, index):
            return index
        if word.use & Use.GIVEN_NAME and (index > first or not word.use & Use.TITLE):
            has_name = True
        index += 1
    return limit


def _is_edge(words: list[Word], index: int) -> bool:
    """Tell whether a sign ends a phrase: not the point of "د.", a hashtag, a round bracket."""
    word = words[index]
    if word.kind is Kind.STOP and index:
        before = words[index - 1]
        return not (word.text == "." and before.use & Use.HONORIFIC and before.length <= 2)
    return word.kind in {Kind.STOP, Kind.COLON, Kind.ELLIPSIS} or (word.kind is Kind.BRACKET and word.text not in "()")


def _ends(words: list[Word], first: int, index: int, limit: int, inside: Inside, *, has_name: bool) -> bool:
    """Tell whether the word at ``index`` belongs to the phrase no more."""
    word = words[index]
    use = word.use
    if (index == first + 1 and words[first].kind is Kind.NUMBER) or (word.fold in HOMOGRAPHS and is_ban(words, index)):
        return False  # "18 نائبا"
    if has_name:
        if word.prefix == "ب" and not use & (Use.ORGANIZATION | Use.PLACE | Use.GIVEN_NAME):
            return all(w.kind is not Kind.COMMA for w in words[first:index])  # "فلان بالاتفاق": what the verb is about
        if _is_behind_name(words, first, index):
            return False
    if not use:  # most words
        if _opens_object(words, first, index, limit) or (word.fold in _EULOGIES and _is_eulogy(words, index, limit)):
            return True
        answer = word.ends_phrase
        if answer is None:
            answer = word.ends_phrase = (
                word.complementizer
                or word.text.endswith(TANWIN)
                or _is_possessed(word)
                or _speaks(word)
                or word.fold in TO_LETTERS
            )
        return answer
    if use & Use.TIME and not use & Use.TITLE:
        if has_name and _is_time_name(words, index, limit):
            return False
        return not (use & Use.RANK and _is_general(words, index))
    if use & _LEADS_ON:
        return not _is_named_so(words, first, index, limit) and not _is_inside(
            words, first, index, limit, inside, has_name=has_name
        )
    if word.fold == "و":
        return not (index + 1 < limit and _is_pair(words[index - 1], words[index + 1]))
    if use & Use.TITLE and word.definite and not word.prefix and not use & (Use.HONORIFIC | Use.RANK):
        before, named = words[index - 1], index + 1 < limit and words[index + 1].use & Use.GIVEN_NAME
        if before.use & Use.NATIONALITY and before.definite and not named:
            return True  # whom the first met: "التقى المستشار الأميركي الأمين العام"
    return (
        _is_object_of_source(words, first, index)
        or (word.skip > 0 and word.fold[0] == "ف")  # "أما الخبير فطالب"
        or (word.complementizer and not _is_van(words, first, index, limit))
        or (bool(use & _ENDS_PHRASE) and not _is_article(words, index, limit))
        or (has_name and word.prefix == "و" and bool(use & _OTHERS))
        or (has_name and word.prefix == "ل" and bool(use & Use.GIVEN_NAME))
        or (index == first + 1 and _is_many(words[first]) and bool(use & Use.TITLE) and not word.definite)
        or (word.fold in _DEMONSTRATIVES and index > first)
        or (_is_audience(word) and not words[first].use & Use.OUTLET and not words[index - 1].use & _OFFICE)
        or word.text.endswith(TANWIN)
        or (bool(use & Use.OCCASION) and word.fold.endswith(_PRONOUNS))
    )


def _is_behind_name(words: list[Word], first: int, index: int) -> bool:
    """Tell whether a form that else ends a phrase is a part of the name before it: "أبو سعده", "جاك ما"."""
    word, before = words[index], words[index - 1]
    if before.use & Use.NAME_PARTICLE and word.kind is Kind.WORD and _is_possessed(word):
        return True
    if word.fold != "ما" or index != first + 1 or not before.use & Use.GIVEN_NAME:
        return False
    following = words[index + 1] if index + 1 < len(words) else None
    return following is None or following.complementizer or following.kind not in {Kind.WORD, Kind.NUMBER}


def _is_time_name(words: list[Word], index: int, limit: int) -> bool:
    """Tell a surname from a word of time: "محمد بن حمد الماضي", "محمد المقبل، أن"."""
    if not words[index - 1].use & Use.GIVEN_NAME:
        return False
    if index > 1 and words[index - 2].use & Use.NAME_PARTICLE:
        return True
    following = words[index + 1] if index + 1 < limit else None
    return words[index].fold in TIME_NAMES and (following is None or following.kind is Kind.COMMA)


def _is_general(words: list[Word], index: int) -> bool:
    """Tell "العام" (public, general) from "the year": "الأمين العام", "المال العام", not "الوزارة العام الماضي"."""
    if words[index - 1].use & (Use.TITLE | Use.ORGANIZATION):
        return True
    following = words[index + 1] if index + 1 < len(words) else None
    dated = following is not None and (following.kind is Kind.NUMBER or following.fold in _WHICH_YEAR)
    return words[index].definite and words[index - 1].definite and not dated


def _is_object_of_source(words: list[Word], first: int, index: int) -> bool:
    """Tell whether "the source" has its object behind it, no adjective: "طالب المصدر المجتمع الدولي"."""
    head, word = words[first], words[index]
    if index != first + 1 or head.noun not in _SOURCES or not head.definite or not word.definite or word.prefix:
        return False
    return not word.use & (Use.RANK | Use.SAME | Use.NATIONALITY | Use.UNNAMED) and (
        not word.fold.endswith(("ي", "ية")) and word.fold not in _OF_SOURCES
    )


_SOURCES = frozenset({"مصدر", "مصادر"})
_OF_SOURCES = frozenset({"المذكور", "المذكورة", "المطلع", "المطلعة", "المقرب", "المقربة", "المعني", "ذاته", "نفسه"})

_WHICH_YEAR = frozenset(
    {"الماضي", "الحالي", "المقبل", "الجاري", "القادم", "الفائت", "المنصرم", "الدراسي", "نفسه", "ذاته"}
)


def _is_pair(before: Word, after: Word) -> bool:
    """Tell whether a و that is printed apart joins two nouns of one title: "شؤون الشباب و الرياضة"."""
    return before.definite and after.definite and not after.use & _TITLED and before.kind is after.kind is Kind.WORD


_PRONOUNS = ("ته", "تها", "تهم", "يثه", "يثها", "ابه", "ابها", "يحه", "يحها")
"""Ends of occasions with a pronoun, which is what a verb is about: "اختتم الأمين كلمته"."""


def _opens_object(words: list[Word], first: int, index: int, limit: int) -> bool:
    """Tell a noun between a title and an organisation from a name: "أبدى المدير العام استعداد الوزارة"."""
    if _is_object_of_source(words, first, index):
        return True
    if not words[first].use & Use.TITLE or words[index].definite or words[index].fold[0] in "لب" or index + 1 >= limit:
        return False
    following = words[index + 1]
    if not words[first].definite or not words[index - 1].definite:
        return False
    return following.definite and bool(following.use & Use.ORGANIZATION)


def _speaks(word: Word) -> bool:
    """Tell whether a word can only be a verb, which opens another clause: "بحسب رويترز قالت الوزارة", "ونزلت"."""
    cue, fold = word.cue, word.fold
    if cue is not None and fold[0] == "ف" and word.skip and cue.form is not Form.PARTICIPLE:
        return True  # "أما الخبير فقال"
    if cue is None or word.skip:
        return fold[0] == "و" and fold[-1] == "ت" and fold[-2] != "ا" and fold[1] != "ت" and len(fold) > MIN_VERB
    if cue.gender == "f" and cue.form is Form.PAST:
        return True
    return cue.kind == "say" and cue.form is Form.PRESENT


_DEMONSTRATIVES = frozenset({"هذا", "هذه", "ذلك", "تلك"})
_OFFICE = Use.TITLE | Use.RANK
"""What an office's ل follows: "المنسق العام لشبكة الضحى" speaks to no network."""
_TITLED = Use.TITLE | Use.HONORIFIC
_LEADS_ON = Use.PREPOSITION | Use.RELATIVE
_ENDS_PHRASE = Use.OPENER | Use.NEGATION | Use.DESCRIBING


_EULOGIES = {"صلى": "الله", "رضي": "الله", "عز": "وجل"}
"""Words that open what is wished to the prophet, to his companions and said of God -> the word behind them."""


def _is_eulogy(words: list[Word], index: int, limit: int) -> bool:
    return index + 1 < limit and words[index + 1].fold == _EULOGIES[words[index].fold]


def _is_article(words: list[Word], index: int, limit: int) -> bool:
    """Tell the Italian and French article from "not" of the same form: "صحيفة لا ستامبا"."""
    if words[index].fold != "لا" or not words[index - 1].use & Use.OUTLET or index + 1 >= limit:
        return False
    return words[index + 1].fold[0] not in "يتن"  # which open a present tense


def _is_van(words: list[Word], first: int, index: int, limit: int) -> bool:
    """Tell the Dutch "van" from "for that" of the same form: "كوز فان هاسترين", not "المصدر فان عددا"."""
    if not words[index].use & Use.NAME_PARTICLE or index == first or index + 1 >= limit:
        return False
    before, after = words[index - 1], words[index + 1]
    known = not before.use & ~Use.GIVEN_NAME and is_name_word(before) and not before.definite
    return known and (after.kind is Kind.COMMA or (not after.definite and is_name_word(after) and not after.use))


def _is_many(word: Word) -> bool:
    """Tell a plural that takes no title behind it: in "سأل الصحفيون وزير النقل", the minister is another phrase."""
    return word.definite and len(word.noun) > 4 and word.noun.endswith(("ون", "ين"))


def _is_audience(word: Word) -> bool:
    """Tell whether ل says to which outlet somebody spoke: "لرويترز", "للصحفيين"."""
    return word.prefix in {"ل", "لل"} and bool(word.use & (Use.OUTLET | Use.OUTLET_NAME) or word.noun in REPORTERS)


REPORTERS = frozenset({"مراسل", "مراسلة", "مراسلنا", "مراسلتنا", "موفد", "موفدنا"})
"""Who of an outlet somebody speaks to."""


def _is_spoken_to(words: list[Word], first: int, mark: int) -> bool:
    """Tell "فلان لـ«عكاظ»", to whom he spoke, from "الأمين العام لـ«الحزب»", whose office it is."""
    if words[mark - 1].text.rstrip("ـ") not in {"ل", "ب"}:
        return False
    if mark < first + 2 or (words[first].use & Use.UNNAMED and not words[first].definite):
        return True  # "دبلوماسي كبير لـ«عكاظ»"
    return not words[mark - 2].use & (Use.TITLE | Use.RANK | Use.ORGANIZATION)


def _is_possessed(word: Word) -> bool:
    """Tell whether a word is an object with a pronoun ("كلمته", "حديثه"), which no name and no title has."""
    fold = word.fold
    return (
        fold.endswith(("ه", "ها", "هم", "هما"))
        and len(fold) > (3 if fold.endswith(("ضه", "ته", "ده")) else 4)
        and not fold.endswith(("لله", "ياه"))
        and not word.text.endswith("ة")
        and not word.definite
        and not word.use
        and not fold.startswith("باسم")
    )


_OTHERS = Use.TITLE | Use.HONORIFIC | Use.GIVEN_NAME
"""What tells behind و that somebody else is named."""


def _is_named_so(words: list[Word], first: int, index: int, limit: int) -> bool:
    """Tell a name from a preposition of the same form (علي, printed for على in Egypt) by the name around it."""
    if is_ali(words, index, limit):
        return True
    if not words[index].use & Use.GIVEN_NAME:
        return False
    if index == first or words[index - 1].use & (Use.GIVEN_NAME | Use.HONORIFIC | Use.NATIONALITY | Use.RANK):
        return True
    if index + 1 >= limit:
        return False
    following = words[index + 1]
    return following.fold == words[index - 1].fold or bool(following.use & (Use.NAME_PARTICLE | Use.GIVEN_NAME))


def _is_inside(words: list[Word], first: int, index: int, limit: int, inside: Inside, *, has_name: bool) -> bool:
    """Tell whether the preposition at ``index`` belongs to the phrase: "official in", not "in a talk"."""
    nouns = inside.get(words[index].fold)
    if nouns is None or index + 1 >= limit:
        return False
    following = words[index + 1]
    if following.use & (Use.OCCASION | Use.TIME) or following.complementizer:
        return False
    if following.fold[0] in "يت" and len(following.fold) > MIN_VERB and not following.use:
        return False  # "الخبراء من يحضرون": whom they advise
    if "*unnamed" in nouns:
        if any(word.use & Use.PREPOSITION for word in words[first:index]):
            return False  # "مختصون في السوق من التعامل": what they warn of
        return bool(words[first].use & (Use.PARTITIVE | Use.UNNAMED)) or (
            bool(words[first].use & Use.TITLE) and not words[first].definite
        )
    if "*" in nouns:
        titled = Use.UNNAMED | Use.TITLE | Use.DOCUMENT
        return (not has_name or bool(words[index - 1].use & Use.TITLE)) and any(
            word.use & titled for word in words[first:index]
        )
    return any(word.noun in nouns for word in words[max(first, index - 2) : index])


def _is_apposition(tokens: Tokens, first: int, comma: int, limit: int, *, has_name: bool) -> bool:
    """Tell whether what follows a comma still names the person: a name behind a title, a title behind a name."""
    words = tokens.words
    index = comma + 1
    if index >= limit:
        return False
    while index < limit and words[index].kind is Kind.OTHER:
        index += 1
    if index >= limit:
        return False
    word = words[index]
    if word.prefix or word.cue is not None or (word.fold.startswith(("لت", "لي", "لن")) and not word.use):
        return False  # "، لتتوقف": so that it stops
    if word.use & (Use.PREPOSITION | Use.TIME | Use.RELATIVE) and not word.use & Use.GIVEN_NAME:
        return False
    if word.use & (Use.TITLE | Use.HONORIFIC):
        return not (has_name and _holds_name(words, index, limit))
    head = words[first]
    if head.use & Use.UNNAMED and not head.use & (Use.TITLE | Use.PARTITIVE) and not head.definite:
        return False  # "شهود عيان، واجه الجنود": people who have no name
    titled = bool(head.use & (Use.TITLE | Use.HONORIFIC | Use.UNNAMED | Use.PARTITIVE)) or head.definite
    if not titled or has_name or not is_name_word(word) or word.definite:
        return False
    end = next((i for i in range(index, min(limit, index + MAX_NAME + 1)) if words[i].kind is not Kind.WORD), limit)
    return end - index <= MAX_NAME


def _holds_name(words: list[Word], first: int, limit: int) -> bool:
    """Tell whether a title has a name of its own, and so means another person: "فلان، والرئيس عمر سالم"."""
    for index in range(first + 1, min(limit, first + MAX_TITLE)):
        word = words[index]
        if word.kind is not Kind.WORD or word.use & Use.PREPOSITION:
            return False
        if word.use & Use.GIVEN_NAME and not words[index - 1].use & (Use.ORGANIZATION | Use.NAME_PARTICLE):
            return True
    return False


def read_phrase(
    tokens: Tokens, first: int, limit: int, partner: dict[int, int], inside: Inside, *, bounded: bool = True
) -> Phrase:
    """Read the noun phrase that starts at ``first`` and ends at ``limit`` at the latest.

    ``bounded`` says that the phrase surely ends there (at a colon, a mark, "that"): names may then hold unknown words.
    """
    words = tokens.words
    last = phrase_end(tokens, first, limit, partner, inside)
    last = max(last, first + 1)
    while last - 1 > first and words[last - 1].kind in _LOOSE:
        last -= 1
    head = words[first]
    same = bool(head.use & Use.SAME_BEFORE) or has_use(words, first + 1, last, Use.SAME)
    kind = _kind(words, first, last)
    name_first, name_last = (first, first)
    if kind is SpeakerKind.PERSON or kind is SpeakerKind.UNNAMED:
        name_first, name_last = find_name(words, first, last, partner)
        if name_first < name_last:
            kind = SpeakerKind.PERSON
            name_last = name_edge(words, name_first, name_last, bounded=bounded)
            if name_last < last and not _describes(words[name_last], bounded=bounded):
                last = name_last
    if name_first == name_last and head.use & Use.UNNAMED and not head.definite:
        kind = SpeakerKind.UNNAMED  # "مسؤول في الوزارة": a title by which nobody is named
    if kind in {SpeakerKind.ORGANIZATION, SpeakerKind.DOCUMENT} or (
        kind is SpeakerKind.UNNAMED and head.use & Use.PARTITIVE
    ):
        last = organization_edge(words, first, last, partner)
    return Phrase(
        first,
        last,
        kind,
        head.noun,
        head.definite,
        name_first,
        name_last,
        same,
        bounded,
    )


def _describes(word: Word, *, bounded: bool) -> bool:
    """Tell whether a word behind a name can go on with its phrase: a title, an adjective, an apposition, a bracket.

    In running text another definite noun is what the sentence goes on with: "زار فلان المصنع".
    """
    if not bounded and word.definite and word.kind is Kind.WORD:
        adjective = word.fold.endswith(("ي", "ية")) or bool(word.use & Use.RANK)
        return adjective and not word.use & Use.TITLE
    return (
        word.definite
        or word.kind in {Kind.COMMA, Kind.BRACKET, Kind.MARK, Kind.OTHER}
        or bool(word.use & (Use.TITLE | Use.HONORIFIC | Use.NATIONALITY | Use.RANK | Use.PREPOSITION))
    )


def _kind(words: list[Word], first: int, last: int) -> SpeakerKind:
    head = words[first]
    if head.kind is Kind.MARK:
        return SpeakerKind.ORGANIZATION
    use = head.use
    if use & Use.INSTITUTION or (use & Use.PLACE and not use & Use.GIVEN_NAME):
        return SpeakerKind.ORGANIZATION
    if use & Use.OUTLET_NAME and head.definite and not use & Use.GIVEN_NAME:
        return SpeakerKind.ORGANIZATION  # "الجزيرة نت"
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
