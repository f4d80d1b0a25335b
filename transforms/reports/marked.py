"""A marked span -> speech, or a name, a title, a term that nobody said."""

from __future__ import annotations

from collections.abc import Iterable

from transforms.lexicon import Kind, Use, Word
from transforms.names import TANWIN
from transforms.phrases import REPORTERS
from transforms.quotes import Marks
from transforms.reports.block import BlockReader
from transforms.tokens import Tokens

MAX_HEADED = 6
"""Words of a name in marks behind "newspaper", "film", "operation"."""
MAX_SEEN = 40
"""Tokens of a marked span that are looked at, many more than a name has: bounds the cost of marks around a text."""
NAME_WORDS = 2
"""A marked span of at most so many words is a name unless its place says that somebody said it."""


MAX_REPEATED = 4
"""Tokens of a marked span that is a name because the article says so elsewhere."""


def headed_names(blocks: Iterable[tuple[Tokens, Marks]]) -> frozenset[str]:
    """Return what an article calls a name somewhere (`خدمة "سناب كاش"`), by its folded words: it is one everywhere."""
    return frozenset(
        _key(tokens.words[opener + 1 : marks.partner[opener]])
        for tokens, marks in blocks
        for opener in marks.openers
        if opener and _is_short_name(tokens.words, opener, marks.partner[opener])
    )


def _is_short_name(words: list[Word], opener: int, close: int) -> bool:
    before = words[opener - 1]
    headed = before.use & Use.NAME_HEAD and not before.definite
    return bool(headed) and 1 < close - opener <= MAX_REPEATED + 1 and not words[opener + 1].use & Use.PREPOSITION


def _key(words: list[Word]) -> str:
    return " ".join(word.fold for word in words)


def is_name(reader: BlockReader, opener: int, *, after_cue: bool = False) -> bool:
    """Tell whether a marked span is a name, a title or a term rather than somebody's words."""
    words, partner = reader.tokens.words, reader.marks.partner
    close = partner[opener]
    seen = words[opener + 1 : min(close, opener + 1 + MAX_SEEN)]
    inside = [word for word in seen if word.kind in {Kind.WORD, Kind.NUMBER}]
    if not inside or all(word.fold in LETTERS or word.fold.isascii() for word in inside):
        return True
    if close - opener - 1 <= MAX_REPEATED and reader.names and _key(words[opener + 1 : close]) in reader.names:
        return not (after_cue and is_said(inside))
    if after_cue:
        return False
    if is_body(inside) or _is_headed_inside(inside):
        return True
    before = words[opener - 1] if opener else None
    if before is not None:
        if before.use & (Use.NAME_HEAD | Use.OUTLET) and not before.definite and len(inside) <= MAX_HEADED:
            return not _is_claim(inside[0])
        if _is_claim(inside[0]) and len(inside) > 1:
            return False
        if _is_state(words, opener, inside):
            return False
        if before.use & (Use.NATIONALITY | Use.TITLE | Use.ORGANIZATION) and len(inside) <= 3:
            return True
        if before.text.rstrip("ـ") in {"ل", "ب", "و", "ك"} and len(inside) <= 3:
            return True
        if before.use & (Use.QUANTITY | Use.PARTITIVE) and len(inside) > 1:
            return False
        if _is_called(words, opener, close, inside):
            return True
        if _is_predicate(words, opener, close, inside):
            return False
    return len(inside) <= NAME_WORDS and not is_said(inside)


LETTERS = frozenset(
    {"سي", "بي", "اي", "دي", "تي", "جي", "كي", "اف", "ام", "ان", "اس", "ار", "يو", "او", "في", "اتش", "ال", "ايه"}
)
"""Latin letters as Arabic prints them, in the names of broadcasters and agencies."""
MAX_BODY = 6
"""Words of an organisation's name in marks."""


def is_body(inside: list[Word]) -> bool:
    """Tell an organisation's whole name: its head noun, then definite words alone: "منظمة الصحة العالمية"."""
    head = inside[0] if inside else None
    return (
        head is not None
        and 1 < len(inside) <= MAX_BODY
        and bool(head.use & Use.ORGANIZATION)
        and not head.prefix
        and (inside[-1].definite or bool(inside[-1].use & Use.PLACE))
        and all(word.definite or word is head or not word.use for word in inside)
    )


def _is_headed_inside(inside: list[Word]) -> bool:
    """Tell a name that begins with what it is: "اتفاقية الصمت", "طريق اللؤلؤ"."""
    head, *rest = inside
    plain = bool(head.use & Use.NAME_HEAD) and not head.definite and not head.prefix
    return plain and 0 < len(rest) <= NAME_WORDS and all(word.definite and not word.prefix for word in rest)


def _is_claim(first: Word) -> bool:
    """Tell whether a word opens a sentence rather than a name: a negation, "that", a reporting verb."""
    return first.complementizer or bool(first.use & Use.NEGATION)


def _is_called(words: list[Word], opener: int, close: int, inside: list[Word]) -> bool:
    """Tell whether a definite noun bears a name in marks that a verb follows: `السفينة "نسيم البحر" وصلت`."""
    before, after = words[opener - 1], words[close + 1] if close + 1 < len(words) else None
    plain = before.definite and not before.prefix and not inside[0].use & (Use.NEGATION | Use.BLOCKER)
    goes_on = after is not None and after.kind is Kind.WORD and not after.use & Use.PREPOSITION and not after.prefix
    return plain and goes_on and len(inside) <= NAME_WORDS and after is not None and after.fold[:1] not in {"و", "ف"}


def _is_state(words: list[Word], opener: int, inside: list[Word]) -> bool:
    """Tell whether one marked participle says how the subject is: `أن الرئيس "مصدوم" من الهجوم`."""
    word = inside[0]
    plain = len(inside) == 1 and not word.use and not word.definite and word.fold[0] == "م"
    return plain and opener > 1 and words[opener - 2].complementizer


def _is_predicate(words: list[Word], opener: int, close: int, inside: list[Word]) -> bool:
    """Tell whether one marked word is what somebody says of a thing: `هذه الأنباء "كاذبة".`."""
    word, before = inside[0], words[opener - 1]
    after = words[close + 1] if close + 1 < len(words) else None
    ends = after is None or after.kind in {Kind.STOP, Kind.COMMA}
    plain = len(inside) == 1 and not word.use and not word.definite and word.kind is Kind.WORD
    return ends and plain and before.definite and not before.use & Use.NAME_HEAD and word.text.endswith("ة")


def is_said(inside: list[Word]) -> bool:
    """Tell whether one or two marked words are a claim: they open with a verb or an adverb, or describe ("كاذبة")."""
    if not inside:
        return False
    first = inside[0]
    if first.kind is not Kind.WORD or first.use & (Use.GIVEN_NAME | Use.ORGANIZATION | Use.TITLE | Use.NATIONALITY):
        return False
    if first.text.endswith(TANWIN):
        return True
    if any(word.kind is not Kind.WORD for word in inside):
        return False
    if len(inside) == 1:
        return first.fold[:1] == "ي" and first.length >= 4 and not first.fold.endswith("ة")
    return not first.definite and first.fold.isalpha() and "\u0621" <= first.fold[0] <= "\u064a"


def is_quoted(reader: BlockReader, index: int) -> bool:
    """Tell whether token ``index`` stands in somebody's marked words, whose own claims are not read again."""
    opener = reader.marks.enclosing(index)
    return opener is not None and (opener in reader.owned or not is_name(reader, opener))


def is_headed(words: list[Word], opener: int) -> bool:
    """Tell whether the word before a mark says that a name follows: "صحيفة", "لشركة", "بعنوان", "مراسل"."""
    before = words[opener - 1] if opener else None
    if before is None:
        return False
    reporter = before.noun in REPORTERS and not before.definite and not before.fold.endswith("نا")
    return reporter or bool(before.use & Use.NAME_HEAD)
