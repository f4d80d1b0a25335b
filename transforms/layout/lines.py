"""Text -> its lines that hold something, trimmed, with what their shape tells."""

from __future__ import annotations

from dataclasses import dataclass

from transforms.folding import fold
from transforms.layout.lexicon import bare
from transforms.model import Span

# What counts as white space at the ends of a line: Unicode white space, control characters (publishers end files in a
# stray NUL), and characters without width: joiners, bidi marks and isolates, soft hyphen, byte order mark.
EDGE = "".join(
    chr(code)
    for code in (
        *range(0x21),
        *range(0x7F, 0xA1),
        0xAD,
        0x61C,
        0x1680,
        0x180E,
        *range(0x2000, 0x2010),
        *range(0x2028, 0x2030),
        0x205F,
        *range(0x2060, 0x2070),
        0x3000,
        0xFEFF,
    )
)
_AT_EDGE = frozenset(EDGE)
_HEAD = 80
_LINE_ENDS = "\r\v\f\x85\u2028\u2029"  # besides the commonest
_CLOSERS = "\"'”’»)]}“„›*" + EDGE  # may stand between a full stop and the end of the line


@dataclass(slots=True, init=False)
class Line:
    """One line of a text: the trimmed ``text`` that begins at ``start``.

    ``last`` is its last character before closing quotation marks and brackets, empty if it has nothing else; ``head``
    its first 80 characters, folded.
    """

    start: int
    end: int
    text: str
    last: str
    head: str
    _bare: str | None

    def __init__(self, start: int, text: str) -> None:
        self.start = start
        self.end = start + len(text)
        self.text = text
        self.last = text[-12:].rstrip(_CLOSERS)[-1:]
        self.head = fold(text[:_HEAD])
        self._bare = None

    @property
    def span(self) -> Span:
        """Where it stands in the text."""
        return Span(self.start, self.end)

    @property
    def bare(self) -> str:
        """Its text as the layout's sets hold it; kept, since header lines are looked up again and again."""
        if self._bare is None:
            self._bare = bare(self.text)
        return self._bare

    def part(self, start: int, end: int) -> Span:
        """Return the span in the text of ``self.text[start:end]``, without white space at its ends."""
        piece = self.text[start:end]
        left = len(piece) - len(piece.lstrip(EDGE))
        return Span(self.start + start + left, self.start + start + len(piece.rstrip(EDGE)))


def split_lines(text: str) -> list[Line]:
    r"""Split a text at every kind of line end and drop lines with nothing in them.

    >>> [line.text for line in split_lines("العنوان\r\n\r\n  قال: \"نعم.\" \0")]
    ['العنوان', 'قال: "نعم."']
    """
    for line_end in _LINE_ENDS:
        text = text.replace(line_end, "\n")
    lines: list[Line] = []
    end = -1
    for piece in text.split("\n"):
        end += len(piece) + 1
        if not piece:
            continue
        start, kept = end - len(piece), piece
        if kept[0] in _AT_EDGE or kept[-1] in _AT_EDGE:
            kept = kept.lstrip(EDGE)
            start = end - len(kept)
            kept = kept.rstrip(EDGE)
        if kept:
            lines.append(Line(start, kept))
    return lines
