"""A block's tokens -> its quotation marks in pairs, nested ones too; a mark without a partner bounds nothing."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass

from transforms.lexicon import Kind
from transforms.tokens import Tokens

_FAMILIES = {
    **dict.fromkeys('"„‟″“”', "double"),
    **dict.fromkeys("«»", "guillemet"),
    **dict.fromkeys("‘’‚'‹›", "single"),
    "''": "apostrophes",
    "``": "apostrophes",
}
_OPENERS = frozenset("«“„‘‹")
_CLOSERS = frozenset("»”’›")


@dataclass(slots=True, init=False)
class Marks:
    """The quotation marks of one block, by token: ``partner[i]`` is the other mark of a pair.

    ``openers`` are the first marks of the pairs in text order; ``unpaired`` the marks that have no partner;
    ``dangling`` is the last of them if it opens and no pair follows: what it opens may go on in the next block.
    """

    partner: dict[int, int]
    openers: list[int]
    unpaired: list[int]
    dangling: int
    _outermost: list[int]

    def __init__(self, partner: dict[int, int], openers: list[int], unpaired: list[int], dangling: int = -1) -> None:
        self.partner = partner
        self.openers = openers
        self.unpaired = unpaired
        self.dangling = dangling
        self._outermost = []

    def enclosing(self, index: int) -> int | None:
        """Return the opener of the outermost pair around token ``index``, ``None`` outside of marks."""
        place = bisect_left(self.outermost, index) - 1
        if place < 0 or self.partner[self.outermost[place]] < index:
            return None
        return self.outermost[place]

    @property
    def outermost(self) -> list[int]:
        """The openers of the pairs that stand in no other pair, in text order."""
        if len(self._outermost) == 0 and self.openers:
            closed = -1
            for opener in self.openers:
                if opener > closed:
                    closed = self.partner[opener]
                    self._outermost.append(opener)
        return self._outermost


def pair_marks(tokens: Tokens) -> Marks:
    """Pair the quotation marks of one block by their place and spacing, and only where that is silent by their shape.

    Newspapers print ”…”, “…“, »…« and "…” as often as the right pairs, so the shape decides last. Linear in the marks.
    """
    marks = [index for index in tokens.signals if tokens.words[index].kind is Kind.MARK]
    if not marks:
        return Marks({}, [], [])
    stack: list[tuple[int, str]] = []
    places: defaultdict[str, list[int]] = defaultdict(list)  # in the stack, of each family's marks
    partner: dict[int, int] = {}
    unpaired: list[int] = []
    for index in marks:
        word = tokens.words[index]
        family = _FAMILIES.get(word.text, "single")
        side = _side(tokens, index)
        if family == "single" and side == 0:
            continue  # an apostrophe inside a word
        opened = places[family][-1] if places[family] else None
        if side == 0:
            side = _side_by_shape(word.text, is_open=opened is not None)
        if side < 0 or (opened is None and _follows_report(tokens, index)):
            places[family].append(len(stack))
            stack.append((index, family))
        elif opened is None:
            unpaired.append(index)
        else:
            unpaired.extend(mark for mark, _ in stack[opened + 1 :])
            partner[stack[opened][0]] = index
            partner[index] = stack[opened][0]
            for _, inner in stack[opened:]:
                places[inner].pop()
            del stack[opened:]
    unpaired.extend(mark for mark, _ in stack)
    openers = sorted(mark for mark, other in partner.items() if mark < other)
    dangling = stack[-1][0] if stack and not any(opener > stack[-1][0] for opener in openers) else -1
    return Marks(partner, openers, sorted(unpaired), dangling)


def _follows_report(tokens: Tokens, index: int) -> bool:
    """Tell whether a mark that is glued to the word before it stands where speech begins: `وأضاف" الوضع …"`."""
    before = tokens.words[index - 1] if index else None
    return before is not None and (before.cue is not None or before.complementizer or before.kind is Kind.COLON)


def _side(tokens: Tokens, index: int) -> int:
    """Return -1 where spacing says that a mark opens, 1 where it closes, 0 where spacing is silent."""
    words = tokens.words
    here = tokens.starts[index]
    before = words[index - 1] if index else None
    spaced_before = before is None or tokens.end(index - 1) < here or before.kind in {Kind.BRACKET, Kind.COLON}
    if before is not None and not spaced_before and before.kind is Kind.WORD and before.text.rstrip("ـ") in _PREFIXES:
        spaced_before = True
    after = words[index + 1] if index + 1 < len(words) else None
    spaced_after = (
        after is None
        or tokens.end(index) < tokens.starts[index + 1]
        or after.kind in {Kind.COMMA, Kind.STOP, Kind.COLON, Kind.ELLIPSIS, Kind.BRACKET}
    )
    if spaced_before == spaced_after:
        return 0
    return -1 if spaced_before else 1


_PREFIXES = frozenset({"ل", "ب", "و", "ك", "ف", "ول", "وب", "ال", "لل"})


def _side_by_shape(mark: str, *, is_open: bool) -> int:
    if mark in _OPENERS and not is_open:
        return -1
    if mark in _CLOSERS and is_open:
        return 1
    return 1 if is_open else -1


def count_marks(text: str) -> int:
    """Return how many quotation marks a text holds, of any shape; apostrophes that may be letters are not counted.

    >>> count_marks('«نعم» و"لا"')
    4
    """
    return sum(map(text.count, _COUNTED))


_COUNTED = _FAMILIES.keys() - {"'", "’", "‘", "‚", "''", "``"}
