""" "According to X" -> reports before or behind what X said (frames F7 and F11)."""

from __future__ import annotations

from transforms.lexicon import Form, Kind
from transforms.model import QuoteType
from transforms.phrases import Phrase
from transforms.reports.block import NO_CUE, BlockReader, Content, Report
from transforms.reports.contents import clause_contents, pairs_in, strip_end
from transforms.reports.edges import comma_after
from transforms.reports.frames import add_report, is_reported
from transforms.reports.marked import is_name, is_quoted
from transforms.reports.subjects import is_source, source_phrase


def read_sources(reader: BlockReader) -> None:
    """F7 and F11: "بحسب X" behind a clause or a closing mark, or before a clause."""
    words = reader.tokens.words
    for index, word in enumerate(words):
        if word.cue is None or word.cue.form is not Form.SOURCE or is_quoted(reader, index):
            continue
        _source(reader, index)


def _source(reader: BlockReader, index: int) -> None:
    words = reader.tokens.words
    start, limit = reader.sentence_start(index), reader.sentence_end(index)
    subject = source_phrase(reader, index, limit)
    if subject is None or not is_source(words, subject):
        return
    if index - start <= 1:
        _source_before(reader, index, subject, limit)
        return
    before = words[index - 1]
    while before.kind in {Kind.COMMA, Kind.OTHER} or before.fold in {"وذلك", "كما"}:
        index_before = index - 1
        while index_before > start and (
            words[index_before].kind in {Kind.COMMA, Kind.OTHER} or words[index_before].fold in {"وذلك", "كما"}
        ):
            index_before -= 1
        before = words[index_before]
        break
    else:
        index_before = index - 1
    if before.kind is Kind.MARK and reader.marks.partner.get(index_before, index) < index_before:
        opener = reader.marks.partner[index_before]
        if opener not in reader.owned and not is_name(reader, opener):
            whole = opener <= start + 1
            kind = QuoteType.DIRECT if whole else QuoteType.MIXED
            add_report(
                reader, Report(index, "source_after_mark", [Content(opener + 1, index_before, kind, opener)], subject)
            )
        return
    if is_reported(reader, start, index):
        return
    if not comma_after(words, index, limit) and index_before - start >= 4:
        pairs = pairs_in(reader, start, index)
        if pairs:
            partner = reader.marks.partner
            contents = [Content(first + 1, partner[first], QuoteType.MIXED, first) for first in pairs]
        else:
            first = start
            contents = [Content(first, strip_end(words, first, index_before + 1), QuoteType.INDIRECT)]
        add_report(reader, Report(index, "source_after", contents, subject, trailing=True))


def _source_before(reader: BlockReader, index: int, subject: Phrase, limit: int) -> None:
    words = reader.tokens.words
    first = subject.last
    while first < limit and words[first].kind is not Kind.COMMA and not words[first].complementizer:
        first += 1
    first += 1
    if first >= limit:
        return
    for report in reader.reports:
        if first <= report.cue < limit and report.via is None:
            report.via = subject
            return
    if words[first].complementizer:
        first += 1
    contents = clause_contents(reader, index, first, NO_CUE)
    if contents:
        add_report(reader, Report(index, "source_before", contents, subject))
