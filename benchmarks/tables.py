"""Figures -> Markdown tables, and a document with the part between its markers replaced."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path


def render_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Render a Markdown table: the first column to the left, the others to the right; padded to be read as it is."""
    lines = [list(head), *map(list, rows)]
    widths = [max(3, *(len(line[at]) for line in lines)) for at in range(len(head))]
    padded = [
        [
            text.ljust(width) if at == 0 else text.rjust(width)
            for at, (text, width) in enumerate(zip(line, widths, strict=True))
        ]
        for line in lines
    ]
    rule = ["-" * width if at == 0 else "-" * (width - 1) + ":" for at, width in enumerate(widths)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (padded[0], rule, *padded[1:])) + "\n"


def put_between(path: Path, marker: str, content: str) -> None:
    """Replace what stands between a document's lines ``<!-- MARKER -->`` and ``<!-- end of MARKER -->``.

    ``ValueError`` if they are not both there.
    """
    text = path.read_text(encoding="utf-8")
    start, end = f"<!-- {marker} -->\n", f"<!-- end of {marker} -->"
    if text.count(start) != 1 or text.count(end) != 1:
        raise ValueError(f"{path} must have one line {start.strip()} and one line {end}.")
    before, rest = text.split(start)
    after = rest.split(end)[1]
    path.write_text(f"{before}{start}\n{content.strip()}\n\n{end}{after}", encoding="utf-8")
