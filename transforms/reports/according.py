"""A source ("according to X") -> the report of what stands before or behind it (frames F7 and F11)."""

from __future__ import annotations

from transforms.lexicon import Kind, Word
from transforms.model import QuoteType
from transforms.phrases import Phrase
from transforms.reports.block import NO_CUE, BlockReader, Content, Report
from transforms.reports.contents import clause_contents, pairs_in, strip_end
from transforms.reports.frames import add_report
from transforms.reports.marked import is_name
from transforms.reports.subjects import is_source, source_phrase

MIN_CLAUSE = 4
"""Tokens before a source that can be a claim."""
_LINKS = frozenset({"وذلك", "كما"})


def read_source(reader: BlockReader, index: int) -> None:
    """F7 and F11: "بحسب X" at ``index``, behind a clause or a closing mark, or before a clause."""
    words = reader.tokens.words
    start, limit = reader.sentence_start(index), reader.sentence_end(index)
    subject = source_phrase(reader, index, limit)
    if subject is None or not is_source(words, subject):
        return
    if subject.last < len(words) and words[subject.last].kind is Kind.COLON:
        return  # "وفقا للجدول التالي:"
    if index - start <= 1 or (words[index].skip and words[index - 1].kind is Kind.COMMA):
        _source_before(reader, index, subject, limit)
        return
    close = index - 1
    while close > start and (words[close].kind in {Kind.COMMA, Kind.OTHER} or words[close].fold in _LINKS):
        close -= 1
    partner = reader.marks.partner
    if words[close].kind is Kind.MARK and partner.get(close, index) < close:
        opener = partner[close]
        if opener not in reader.owned and not is_name(reader, opener):
            kind = QuoteType.DIRECT if opener <= start + 1 else QuoteType.MIXED
            contents = [Content(opener + 1, close, kind, opener)]
            add_report(reader, Report(index, "source_after_mark", contents, subject))
    elif (
        close + 1 - start >= MIN_CLAUSE
        and (not reader.has_comma(index + 1, limit) or _is_described(words, subject, limit))
        and not reader.is_told(start, index)
    ):
        contents = [
            Content(first + 1, partner[first], QuoteType.MIXED, first) for first in pairs_in(reader, start, index)
        ]
        if not contents:
            contents = [Content(start, strip_end(words, start, close + 1), QuoteType.INDIRECT)]
        add_report(reader, Report(index, "source_after", contents, subject))
    elif _is_parenthetic(words, close, subject, limit) and not reader.is_told(start, limit):
        contents = [Content(start, strip_end(words, start, limit), QuoteType.INDIRECT)]
        add_report(reader, Report(index, "source_inside", contents, subject))


def _is_described(words: list[Word], subject: Phrase, limit: int) -> bool:
    """Tell whether the only thing behind a source is a clause about it: "بحسب المنظمة، التي عبرت عن …"."""
    last = subject.last
    return last + 1 < limit and words[last].kind is Kind.COMMA and words[last + 1].fold in {"الذي", "التي", "الذين"}


def _is_parenthetic(words: list[Word], close: int, subject: Phrase, limit: int) -> bool:
    """Tell whether commas hold a source inside a clause: "بلغت الكلفة، بحسب الشركة، مليونا"."""
    last = subject.last
    return words[close + 1].kind is Kind.COMMA and last + 1 < limit and words[last].kind is Kind.COMMA


def _opens_claim(word: Word) -> bool:
    return word.complementizer or word.fold == "فقد"


def _source_before(reader: BlockReader, index: int, subject: Phrase, limit: int) -> None:
    words = reader.tokens.words
    first = subject.last
    while first < limit and words[first].kind is not Kind.COMMA and not _opens_claim(words[first]):
        first += 1
    if first < limit and words[first].kind is Kind.COMMA:
        first += 1
    if first >= limit:
        return
    for report in reader.reports_between(first, limit):
        if report.via is None:
            report.via = subject
            return
    if words[first].complementizer:
        first += 1
    contents = clause_contents(reader, first, NO_CUE)
    if contents:
        add_report(reader, Report(index, "source_before", contents, subject))
