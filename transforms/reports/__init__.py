"""A block's tokens and marks -> reports: which cue gives which content, and where its speaker is named."""

from __future__ import annotations

from transforms.lexicon import Form, Lexicon
from transforms.quotes import Marks
from transforms.reports.according import read_source
from transforms.reports.block import BlockReader, Report
from transforms.reports.frames import read_cue
from transforms.reports.headings import is_cross_head, read_heading
from transforms.reports.marked import is_quoted
from transforms.tokens import Tokens

MAX_DEPTH = 6
"""Reports within reports that are read: "he said that she said that …"; news has two, seldom three."""


def read_reports(
    tokens: Tokens, marks: Marks, lexicon: Lexicon, names: frozenset[str] = frozenset(), *, is_heading: bool = False
) -> list[Report]:
    """Find every report of a block, in time linear in its tokens; ``names`` are never words said."""
    words = tokens.words
    cues = [(index, cue) for index in tokens.signals if (cue := words[index].cue) is not None]
    is_heading = is_heading or is_cross_head(tokens)
    if not cues and not is_heading:
        return []
    reader = BlockReader(tokens, marks, lexicon, names)
    if is_heading:
        read_heading(reader)
    for index, cue in cues:
        if index < reader.covered or is_quoted(reader, index) or _is_too_deep(reader, index):
            continue
        read_cue(reader, index, words[index], cue)
    for index, cue in cues:
        if cue.form is Form.SOURCE and not is_quoted(reader, index):
            read_source(reader, index)
    reader.reports.sort(key=_place)
    return reader.reports


def _is_too_deep(reader: BlockReader, index: int) -> bool:
    """Tell whether ``index`` stands in reports within reports: each is read to its end, so their depth is a cost."""
    recent = reader.reports[-MAX_DEPTH:]
    return len(recent) == MAX_DEPTH and all(
        r.contents and r.contents[-1].first <= index < r.contents[-1].last for r in recent
    )


def _place(report: Report) -> int:
    """Return where a report begins: its cue, or content before it."""
    places = [content.first for content in report.contents]
    return min([*places, report.cue] if report.cue >= 0 else places)
