"""A language pack's data -> what is known of one printed word, looked up once for each distinct form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from transforms.languages import PackError, read_data
from transforms.languages.ar import rules

BEHIND_WORDS = r" \s\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
"""What may stand behind a token and belongs to none, as a class of characters: white space and direction controls."""

MAX_CACHED_WORDS = 200_000
"""Distinct forms kept: some 100 MB of analyses, more than a day of news needs; the table then starts afresh."""


class Kind:
    """What sort of token it is.

    Plain integers, as are ``Use`` and ``Form``: to name a member of an enumeration takes 80 ns in Python 3.11, and the
    walks over tokens do little else.
    """

    WORD: Final = 0
    NUMBER: Final = 1
    COMMA: Final = 2
    STOP: Final = 3
    COLON: Final = 4
    MARK: Final = 5
    BRACKET: Final = 6
    ELLIPSIS: Final = 7
    OTHER: Final = 8


class Use:
    """What a word can be in the phrases around a quote, as bits: several at once where the form is ambiguous."""

    PREPOSITION: Final = 1 << 0
    TIME: Final = 1 << 1
    TITLE: Final = 1 << 2
    HONORIFIC: Final = 1 << 3
    RANK: Final = 1 << 4
    ORGANIZATION: Final = 1 << 5
    DOCUMENT: Final = 1 << 6
    UNNAMED: Final = 1 << 7
    NATIONALITY: Final = 1 << 8
    GIVEN_NAME: Final = 1 << 9
    NAME_PARTICLE: Final = 1 << 10
    RELATIVE: Final = 1 << 11
    OPENER: Final = 1 << 12
    NEGATION: Final = 1 << 13
    NAME_HEAD: Final = 1 << 14
    IMPERSONAL: Final = 1 << 15
    SAME: Final = 1 << 16
    OCCASION: Final = 1 << 17
    BLOCKER: Final = 1 << 18
    OUTLET: Final = 1 << 19
    PARTITIVE: Final = 1 << 20
    ATTACHED: Final = 1 << 21
    COUNTERPART: Final = 1 << 22
    LAST: Final = 1 << 23
    SAME_BEFORE: Final = 1 << 24
    UNHEADED: Final = 1 << 25
    BREAK: Final = 1 << 26
    BUT: Final = 1 << 27
    PLACE: Final = 1 << 28
    OUTLET_NAME: Final = 1 << 29
    NOMINAL: Final = 1 << 30
    QUANTITY: Final = 1 << 31
    DESCRIBING: Final = 1 << 32
    SUBORDINATE: Final = 1 << 33
    ABSTRACT: Final = 1 << 34
    INSTITUTION: Final = 1 << 35
    PURPOSE: Final = 1 << 36


class Form:
    """The grammatical form of a reporting word."""

    PAST: Final = 0
    PRESENT: Final = 1
    PARTICIPLE: Final = 2
    NOUN: Final = 3
    SOURCE: Final = 4


@dataclass(frozen=True, slots=True)
class Cue:
    """A reporting word: its lemma, how it reports (``kind`` of cues.toml), form, gender and number."""

    lemma: str
    kind: str
    form: int
    gender: str
    number: str
    takes_addressee: bool = False
    has_object: bool = False
    needs: str = ""
    object_letter: str = ""


@dataclass(slots=True, eq=False)
class Word:
    """All that is known of one printed form.

    ``length`` counts code points without what follows the word; ``skip`` is how many of them are a conjunction (و، ف)
    before the cue. ``prefix`` is the letter that hangs on the noun ("و", "ل", "ب", "ك", "لل"), ``noun`` its folded form
    without prefix and article. ``is_signal`` is set of reporting words, quotation marks and stops,
    ``tells_name`` of words by which somebody's name begins in running text, ``is_notable`` of both.

    ``key`` is the comparable form of a name's word, a conjunction or ل left out, empty for a sign.

    What only some words are asked for is ``None`` until then: ``names.is_name_word`` and ``phrases.phrase_end`` keep
    their answers here.
    """

    text: str
    fold: str
    length: int
    kind: int
    use: int = 0
    cue: Cue | None = None
    skip: int = 0
    complementizer: bool = False
    definite: bool = False
    prefix: str = ""
    noun: str = ""
    is_signal: bool = False
    tells_name: bool = False
    key: str = ""
    is_notable: bool = False
    is_nameable: bool | None = None
    ends_phrase: bool | None = None


MIN_SERVANT = 6
"""Letters of "عبدال" with what follows."""

_BEHIND = re.compile(rf"(?<=[^{BEHIND_WORDS}])[{BEHIND_WORDS}]+\Z")  # a token is never empty
_OWN_ENDING = re.compile("(?:تها|ته|ها|هم|ات|ان|ون|ين|وا|تا|نا|ت|ه|ة|ا|ي|ية|يا)\\Z")
MIN_DEFINITE = 4
"""Letters of "ال" with a noun behind it."""
_COMBINING = re.compile("[\u0610-\u061a\u0640\u064b-\u065f\u0670]*")
_PUNCTUATION: dict[str, int] = {
    **dict.fromkeys("،,", Kind.COMMA),
    **dict.fromkeys(".؟?!؛;", Kind.STOP),
    **dict.fromkeys("\"«»“”„‟″'‘’‚‹›`", Kind.MARK),
    **dict.fromkeys("()[]{}", Kind.BRACKET),
    ":": Kind.COLON,
    "…": Kind.ELLIPSIS,
}


_DAMMA = "\u064f"


def _is_passive(text: str, skip: int, cue: Cue) -> bool:
    """Tell a past tense that is printed as passive ("اعتُبر", "ذُكر"), which names nobody who speaks."""
    return cue.form is Form.PAST and _DAMMA in text[skip + 1 : skip + 5]


def _is_tanwin(text: str, cue: Cue) -> bool:
    """Tell a noun in the accusative ("كتباً", "ردًا") from the verb of the same letters."""
    return cue.form is Form.PAST and text.endswith(("اً", "ًا"))


def _is_imperative(text: str) -> bool:
    """Tell "اقرأ" (read!), printed beside other articles, from "أقرا" (both admitted): no reporting verb ends in أ."""
    return text[-1] == "أ"


def _is_first_person(text: str, skip: int, cue: Cue) -> bool:
    """Tell "أعتقد" (I believe) from "اعتقد" (he believed), which has no hamza, and "آمل" (I hope) from "أمل"."""
    first = text[skip : skip + 1]
    if cue.kind == "opinion" and cue.form is Form.PAST and text.endswith("نا"):
        return True  # "اعتقدنا"
    return cue.form is Form.PAST and ((first == "أ" and cue.lemma[0] == "ا") or (first == "آ" and cue.lemma[0] == "أ"))


_ATTACHED_LETTERS = frozenset("وفبلك")
BEFORE_NAMES = frozenset({"و", "ل"})
"""Letters that hang on a name: "ومحمد", "لمحمد"."""
_TELLS_NAME = Use.TITLE | Use.HONORIFIC | Use.ORGANIZATION | Use.GIVEN_NAME | Use.COUNTERPART
_CONJUNCTIONS = frozenset("وف")
_BEHIND_CONJUNCTIONS = (
    Use.PREPOSITION | Use.NOMINAL | Use.TIME | Use.RELATIVE | Use.NEGATION | Use.ATTACHED | Use.BLOCKER
)
"""Uses that a word keeps behind و or ف: "وفي", "ولم"."""


_NATIONALITY_ENDINGS = ("", "ة", "ين", "ون", "ان")


class _Analyses(dict[str, Word]):
    """Words by token as cut from the text, what stands behind it included; a missing one is analysed and kept."""

    __slots__ = ("_analyse",)

    def __init__(self, analyse: Callable[[str], Word]) -> None:
        super().__init__()
        self._analyse = analyse

    def __missing__(self, piece: str) -> Word:
        if len(self) + 2 > MAX_CACHED_WORDS:
            self.clear()
        text = _BEHIND.sub("", piece)
        found = self.get(text)
        if found is None:
            found = self[text] = self._analyse(text)
        self[piece] = found
        return found


class Lexicon:
    """The words of one language, analysed on first sight and kept."""

    def __init__(self, code: str) -> None:
        self.code = code
        self._words = _Analyses(self._analyse)
        data = read_data(code, "words")
        self.cues = dict(_cue_forms(read_data(code, "cues")))
        self.governors = _folded(data["complementizers"]["governors"])
        self.complementizers = frozenset(_complementizers(data["complementizers"]))
        nationalities: dict[str, str] = read_data(code, "nationalities")["words"] | data["nationalities"]["words"]
        adjectives = {rules.fold(adjective): country for adjective, country in nationalities.items()}
        self._countries: dict[str, str] = {}
        for ending in _NATIONALITY_ENDINGS:
            for adjective, country in adjectives.items():
                self._countries.setdefault(adjective + ending, country)
        self.inside = {
            rules.fold(preposition): _folded(nouns) for preposition, nouns in data["prepositions"]["inside"].items()
        }
        self._exact = _exact_uses(data)
        places = read_data(code, "places")
        known_places = _folded([*places["towns"], *places["countries"], *data["places"]["capitals"]])
        self._places = known_places | _folded(read_data(code, "layout")["towns"])
        for place in known_places:
            self._exact[place] = self._exact.get(place, 0) | Use.PLACE
        for name in _folded([*read_data(code, "names")["words"], *read_data(code, "layout")["given_names"]]):
            if name not in self.inside:  # "باسم" in "المتحدث باسم"
                self._exact[name] = self._exact.get(name, 0) | Use.GIVEN_NAME
        self._own_waw = _folded(data["conjunctions"]["no_conjunction"])
        self._listed = frozenset({*self._exact, *self._places, *self.cues, *self.complementizers})
        self._nouns = _noun_uses(data)
        for noun in self._countries:
            self._nouns[noun] = self._nouns.get(noun, 0) | Use.NATIONALITY

    def word(self, piece: str) -> Word:
        """Return the analysis of a token as cut from the text, what stands behind it included."""
        return self._words[piece]

    def words(self, pieces: list[str]) -> list[Word]:
        """Return the analyses of the tokens of a stretch of text, in one call since there are so many of them."""
        return list(map(self._words.__getitem__, pieces))

    def _analyse(self, text: str) -> Word:
        first = text[:1]
        if not first.isalnum() and first != "_":
            return self._analyse_punctuation(text)
        fold = rules.fold(text)
        if not fold:
            return Word(text, text, len(text), Kind.OTHER)  # a lone tatweel, printed for a dash
        use, prefix, definite, noun = self._read_noun(fold)
        cue, skip, complementizer = None, 0, False
        if fold in self._listed:  # seven forms in eight are in no list
            use |= self._exact.get(fold, 0)
            cue = self.cues.get(fold)
            complementizer = fold in self.complementizers
        first = fold[0]
        if not use and first == "ع" and fold.startswith("عبدال") and len(fold) > MIN_SERVANT:
            use = Use.GIVEN_NAME  # "servant of" one of God's names, printed as one word
        if first in _ATTACHED_LETTERS and (rest := fold[1:]) in self._listed:
            behind = self._exact.get(rest, 0)
            if first in "ول" and behind & Use.GIVEN_NAME and not use:
                use, prefix, noun = Use.GIVEN_NAME, first, rest
            if not use and rest in self._places:
                use, prefix, noun = Use.PLACE, first, rest
            if first in _CONJUNCTIONS:
                if not use & ~Use.SUBORDINATE:
                    use |= behind & _BEHIND_CONJUNCTIONS
                if cue is None and (cue := self.cues.get(rest)) is not None:
                    match = _COMBINING.match(text, 1)
                    skip = match.end() if match else 1
                complementizer = complementizer or (len(fold) > 2 and rest in self.complementizers)
        if cue is not None and (
            _is_first_person(text, skip, cue)
            or _is_passive(text, skip, cue)
            or _is_imperative(text)
            or _is_tanwin(text, cue)
        ):
            cue = None
        if complementizer and "إ" in text:
            use &= ~Use.NAME_PARTICLE  # "فإن" is no "van"
        kind = Kind.NUMBER if first.isdigit() else Kind.WORD
        key = rules.name_word(noun if prefix in BEFORE_NAMES else fold)
        is_signal, tells_name = cue is not None, bool(use & _TELLS_NAME)
        return Word(
            text, fold, len(text), kind, use, cue, skip, complementizer, definite, prefix, noun,
            is_signal, tells_name, key, is_signal or tells_name,
        )  # fmt: skip

    def _analyse_punctuation(self, text: str) -> Word:
        kind = _PUNCTUATION.get(text[:1], Kind.OTHER)
        if kind is Kind.STOP and len(text) > 1:
            kind = Kind.ELLIPSIS if text[0] == "." else kind
        is_signal = kind is Kind.MARK or kind is Kind.STOP
        return Word(text, text, len(text), kind, is_signal=is_signal, is_notable=is_signal)

    def _read_noun(self, fold: str) -> tuple[int, str, bool, str]:
        """Return (use, prefix, is definite, bare noun) of a folded form."""
        nouns = self._nouns
        if use := nouns.get(fold, 0):
            return use, "", False, fold
        pair = fold[:2]
        if pair == "ال" and len(fold) > 3:
            noun = fold[2:]
            return nouns.get(noun, 0) if len(noun) > 2 else 0, "", True, noun
        for letters, prefix, definite in _READINGS.get(pair) or _READINGS.get(fold[0], []):
            noun = fold[len(letters) :]
            if len(noun) > 2 and (use := nouns.get(noun, 0)) and fold.startswith(letters):
                return use, prefix, definite, noun
        if pair == "لل" and len(fold) > 4:
            return 0, "لل", True, fold[2:]
        if fold[1:3] == "ال" and fold[0] in "بوكف" and len(fold) > 5:
            return 0, fold[0], True, fold[3:]
        return 0, "", False, fold

    def conjunction(self, word: Word) -> int:
        """Return how many code points of a clause's first word are a conjunction before it: "ويتوقع", "فقد", "والأمر".

        Nearly every word with و is one; those that have it as their own letter ("وزير", "وصل") are listed, with their
        endings. With ف it is the other way round: only before a word that is known to stand alone.
        """
        if word.kind is not Kind.WORD or word.fold[0] not in _CONJUNCTIONS or word.use & Use.GIVEN_NAME:
            return 0
        rest = word.fold[1:]
        match = _COMBINING.match(word.text, 1)
        length = match.end() if match else 1
        if word.skip or word.prefix == word.fold[0] or (rest[:2] == "ال" and len(rest) > MIN_DEFINITE):
            return length
        if word.fold[0] == "ف":
            return length if rest in self._listed and word.fold not in self._exact else 0
        if len(rest) <= 1 or _OWN_ENDING.sub("", word.fold) in self._own_waw or word.fold in self._own_waw:
            return 0
        return length

    def country(self, noun: str) -> str | None:
        """Return the country of a nationality adjective's folded noun form, ``None`` for another word."""
        return self._countries.get(noun)


_HANGING = (
    ("لل", "لل", True),
    *((prefix + article, prefix, bool(article)) for prefix in ("و", "ول", "وب", *"لبفك") for article in ("", "ال")),
    ("ولل", "ولل", True),
)
"""What may hang on a noun but the article alone, as (letters, prefix, is definite), for each first letter the likeliest
first."""


def _readings() -> dict[str, list[tuple[str, str, bool]]]:
    """Sort what may hang on a noun by the first letter of a form, and by the first two where the second tells more.

    >>> _readings()["و"], _readings()["لل"]
    ([('و', 'و', False)], [('لل', 'لل', True), ('ل', 'ل', False)])
    """
    openings = {letters[:size] for letters, _, _ in _HANGING for size in (1, 2)}
    return {
        opening: [hanging for hanging in _HANGING if opening.startswith(hanging[0][:2])] for opening in sorted(openings)
    }


_READINGS = _readings()


def _folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset(rules.fold(word) for word in words)


def _complementizers(data: dict[str, list[str]]) -> Iterator[str]:
    for bare in _folded(data["bare"]):
        for prefix in ("", *data["prefixes"]):
            yield prefix + bare
            for suffix in data["suffixes"]:
                yield prefix + bare + suffix


def _exact_uses(data: dict[str, Any]) -> dict[str, int]:
    uses: dict[str, int] = {}
    for use, words in (
        (Use.PREPOSITION, data["prepositions"]["free"]),
        (Use.TIME, data["times"]["words"]),
        (Use.HONORIFIC, data["titles"]["honorifics"]),
        (Use.RANK, data["titles"]["ranks"]),
        (Use.RELATIVE, data["conjunctions"]["relatives"]),
        (Use.OPENER, data["conjunctions"]["openers"]),
        (Use.NEGATION, data["conjunctions"]["negations"]),
        (Use.DESCRIBING, data["conjunctions"]["describing"]),
        (Use.NAME_PARTICLE, data["names"]["particles"]),
        (Use.GIVEN_NAME, data["names"]["given"]),
        (Use.IMPERSONAL, data["impersonal"]["words"]),
        (Use.SAME, data["anaphors"]["same"]),
        (Use.OCCASION, data["prepositions"]["occasions"]),
        (Use.BLOCKER, data["complementizers"]["blockers"]),
        (Use.BREAK, data["breaks"]["words"]),
        (Use.NOMINAL, data["prepositions"]["nominal"]),
        (Use.QUANTITY, data["quantities"]["words"]),
        (Use.BUT, data["breaks"]["but"]),
        (Use.SUBORDINATE, data["breaks"]["subordinate"]),
        (Use.INSTITUTION, data["organizations"]["institutions"]),
        (Use.ATTACHED, data["anaphors"]["attached"]),
        (Use.SAME_BEFORE, data["anaphors"]["same_before"]),
        (Use.COUNTERPART, data["anaphors"]["counterpart"]),
        (Use.LAST, data["anaphors"]["last"]),
    ):
        for word in _folded(words):
            uses[word] = uses.get(word, 0) | use
    return uses


def _noun_uses(data: dict[str, Any]) -> dict[str, int]:
    uses: dict[str, int] = {}
    for use, words in (
        (Use.TITLE, data["titles"]["words"]),
        (Use.ORGANIZATION, data["organizations"]["words"]),
        (Use.OUTLET, data["organizations"]["outlets"]),
        (Use.OUTLET_NAME, (word.removeprefix("ال") for word in data["organizations"]["outlet_names"])),
        (Use.DOCUMENT, data["documents"]["words"]),
        (Use.UNNAMED, data["unnamed"]["words"]),
        (Use.UNHEADED, data["organizations"]["unheaded"]),
        (Use.ABSTRACT, data["abstract"]["words"]),
        (Use.PARTITIVE, data["unnamed"]["partitives"]),
        (Use.PURPOSE, data["purposes"]["words"]),
        (Use.NAME_HEAD, data["names_before"]["words"]),
    ):
        for word in _folded(words):
            uses[word] = uses.get(word, 0) | use
    return uses


_VERB_KEYS = {"gloss", "lemma", "kind", "past", "present", "participle", "addressee", "extra_past", "needs", "object"}
_KINDS = {"show", "say", "opinion", "act", "relay", "go_on", "label", "document"}


def _cue_forms(data: dict[str, Any]) -> Iterator[tuple[str, Cue]]:
    seen: dict[str, Cue] = {}
    for verb in data["verb"]:
        if unknown := set(verb) - _VERB_KEYS or verb["kind"] not in _KINDS:
            raise PackError(f"cues.toml: {verb['lemma']}: unknown key or kind: {unknown}")
        for form, cue in _verb_forms(verb):
            seen.setdefault(form, cue)
    for noun in data["noun"]:
        for form in _folded(noun["forms"]):
            seen.setdefault(form, Cue(noun["lemma"], "say", Form.NOUN, "", ""))
    for source in data["source"]:
        for form in _folded(source["forms"]):
            seen[form] = Cue(form, "source", Form.SOURCE, "", "")
    yield from seen.items()


def _verb_forms(verb: dict[str, Any]) -> Iterator[tuple[str, Cue]]:
    lemma, kind = verb["lemma"], verb["kind"]
    addressee = bool(verb.get("addressee"))
    needs = rules.fold(verb.get("needs", ""))
    takes_object = addressee or kind in {"label", "opinion"}
    for key, form, inflect in (
        ("past", Form.PAST, rules.inflect_past),
        ("present", Form.PRESENT, rules.inflect_present),
        ("participle", Form.PARTICIPLE, rules.inflect_participle),
    ):
        if key not in verb:
            continue
        for text, gender, number in inflect(verb[key]):
            yield (
                rules.fold(text),
                Cue(lemma, kind, form, gender, number, addressee, needs=needs, object_letter=verb.get("object", "")),
            )
            if takes_object and number in {"s", "p"} and form is not Form.PARTICIPLE:
                for longer in rules.with_objects(text):
                    yield rules.fold(longer), Cue(lemma, kind, form, gender, number, addressee, has_object=True)
    for text in verb.get("extra_past", []):
        yield rules.fold(text), Cue(lemma, kind, Form.PAST, "f", "p", addressee)


@cache
def load_lexicon(code: str) -> Lexicon:
    """Return the lexicon of the language ``code``, loaded and checked once."""
    return Lexicon(code)
