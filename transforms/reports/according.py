"""A source ("according to X") -> the report of what stands before or behind it (frames F7 and F11)."""

from __future__ import annotations

from transforms.lexicon import Kind, Use, Word
from transforms.model import QuoteType
from transforms.names import MIN_VERB
from transforms.phrases import Phrase
from transforms.reports.block import NO_CUE, BlockReader, Content, Report
from transforms.reports.contents import PERCENT, clause_contents, pairs_in, strip_end
from transforms.reports.filing import add_report
from transforms.reports.marked import is_name
from transforms.reports.subjects import is_source, source_phrase

MIN_CLAUSE = 4
"""Tokens before a source that can be a claim."""
_LINKS = frozenset({"وذلك", "كما"})


def _is_link(word: Word) -> bool:
    """Tell whether a word or sign only joins a claim to its source behind it: a comma, a dash, "and that"."""
    return word.fold in _LINKS or word.kind is Kind.COMMA or (word.kind is Kind.OTHER and word.text not in PERCENT)


def read_source(reader: BlockReader, index: int) -> None:
    """F7 and F11: "بحسب X" at ``index``, behind a clause or a closing mark, or before a clause."""
    words = reader.tokens.words
    if any(reader.reports_between(index, index + 1)):
        return  # "ذكرت الوكالة نقلا عن فلان إن": read already
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
    while close > start and _is_link(words[close]):
        close -= 1
    partner = reader.marks.partner
    opener = partner.get(close, close) if words[close].kind is Kind.MARK else close
    if opener < close and not is_name(reader, opener):
        if opener not in reader.owned:
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
            contents = [_claim(reader, start, close + 1)]
        add_report(reader, Report(index, "source_after", contents, subject))
    elif _is_parenthetic(words, close, subject, limit) and not reader.is_told(start, limit):
        add_report(reader, Report(index, "source_inside", [_claim(reader, start, limit)], subject))


def _claim(reader: BlockReader, start: int, end: int) -> Content:
    """Return a clause as what a source says: whole, but for a conjunction that joins it to the sentence before."""
    words = reader.tokens.words
    skip = reader.lexicon.conjunction(words[start])
    return Content(start, strip_end(words, start, end), QuoteType.INDIRECT, skip=skip)


def _is_described(words: list[Word], subject: Phrase, limit: int) -> bool:
    """Tell whether a source has nothing behind it but a clause about it, or a day: "بحسب المنظمة، التي …"."""
    last = subject.last
    if last + 1 >= limit or words[last].kind is not Kind.COMMA:
        return False
    return words[last + 1].fold in {"الذي", "التي", "الذين"} or all(w.use & Use.TIME for w in words[last + 1 : limit])


def _is_parenthetic(words: list[Word], close: int, subject: Phrase, limit: int) -> bool:
    """Tell whether commas hold a source inside a clause: "بلغت الكلفة، بحسب الشركة، مليونا"."""
    last = subject.last
    return words[close + 1].kind is Kind.COMMA and last + 1 < limit and words[last].kind is Kind.COMMA


def _opens_claim(word: Word) -> bool:
    return word.complementizer or word.fold == "فقد"


def _source_before(reader: BlockReader, index: int, subject: Phrase, limit: int) -> None:
    words = reader.tokens.words
    first = subject.last
    if not words[subject.first].use & Use.PARTITIVE and _opens_main(words, first, limit):
        _add_before(reader, index, subject, first, limit)
        return
    while first < limit and words[first].kind is not Kind.COMMA and not _opens_claim(words[first]):
        first += 1
    if first < limit and words[first].kind is Kind.COMMA:
        first += 1
    _add_before(reader, index, subject, first, limit)


def _opens_main(words: list[Word], first: int, limit: int) -> bool:
    """Tell whether the claim follows its source with no comma between: "وبحسب الشركة تم شحن البضائع"."""
    word = words[first] if first < limit else None
    if word is None or word.kind is not Kind.WORD or word.definite or word.prefix or word.complementizer or word.use:
        return False
    if limit - first < MIN_CLAUSE or len(word.fold) < MIN_VERB or word.fold.endswith(_PRONOUNS):
        return False  # "بحسب دراسة أجراها المعهد"
    near = words[first : min(limit, first + MAX_APART)]
    return "\u0621" <= word.fold[0] <= "\u064a" and all(w.kind is not Kind.COMMA for w in near)


_PRONOUNS = ("ه", "ها", "هم")
MAX_APART = 6
"""Tokens behind a source in which no comma stands, if the claim follows at once."""


def _add_before(reader: BlockReader, index: int, subject: Phrase, first: int, limit: int) -> None:
    words = reader.tokens.words
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
