"""A document's bytes -> what Qawl makes of it, and every promise of the code and the contract that this breaks."""

from __future__ import annotations

import codecs
import hashlib
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flows.arrow import columns_of, table_of
from flows.checks import Batch, kept
from flows.documents import TEXT
from flows.release import BATCH_TABLES
from flows.rules import SEEN_BY_VALUE, Kind, Rule, keys_in_release, rules_of
from transforms import TRANSFORM_VERSION, split
from transforms.contract import Table
from transforms.layout.lines import EDGE
from transforms.model import Article, Header, RawDocument, Record, Reject, Span
from transforms.rows import History, Provenance, Rows, make_rows

_LEAST_SECONDS, _SECONDS_PER_BYTE = 0.25, 20e-6  # some twenty times what a document costs
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_BYTE_ORDER_MARKS = frozenset(
    {b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE}
)

Split = Callable[[RawDocument], Article | Reject]


class Hangs(Exception):  # noqa: N818 - says what the document does
    """Whoever watches the clock stops a document."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that must not happen: ``kind`` is crash, promise or slow; ``what`` holds no word of the document."""

    kind: str
    what: str


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of one document; no outcome if it crashed."""

    outcome: Article | Reject | None
    rows: Rows | None
    seconds: float
    faults: tuple[Fault, ...]


def judge(uri: str, data: bytes, splitting: Split = split) -> Judged:
    """Split one document and make its rows, and check what must hold of it alone."""
    start = time.process_time()
    try:
        outcome = splitting(RawDocument(uri, data))
        rows = make_rows(outcome, _provenance(uri, data))
    except Hangs:
        return Judged(None, None, time.process_time() - start, (Fault("slow", "stopped"),))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
        return Judged(None, None, time.process_time() - start, (_crash(error),))
    seconds = time.process_time() - start
    faults = [Fault("promise", what) for what in _broken(outcome, rows, data)]
    if seconds > allowance(data):
        faults.append(Fault("slow", "more seconds than its bytes allow"))
    return Judged(outcome, rows, seconds, tuple(faults))


def allowance(data: bytes) -> float:
    """Return the processor seconds that a document may cost: linear in its bytes, and generous."""
    return _LEAST_SECONDS + _SECONDS_PER_BYTE * len(data)


def judge_rows(listed: Sequence[Rows]) -> Iterator[Fault]:
    """Check the rows of several documents against every rule of the contract, and that Arrow takes them."""
    batch: Batch = {
        table.name: columns_of((row for rows in listed for row in getattr(rows, table.name)), table)
        for table in BATCH_TABLES
    }
    for table in BATCH_TABLES:
        try:
            table_of(batch[table.name], table).validate(full=True)
        except (ValueError, TypeError, OverflowError) as error:  # Arrow's own are ValueError or TypeError
            yield Fault("crash", f"{table.name}: {type(error).__name__} in Arrow")
        for rule in _rules(table):
            if not all(_kept(rule, batch)):
                yield Fault("promise", rule.name)


def digest(data: bytes) -> str:
    """Return what a document is called where its words must not stand."""
    return hashlib.sha256(data).hexdigest()[:16]


def _rules(table: Table) -> tuple[Rule, ...]:
    return (*rules_of(table), *(Rule(Kind.UNIQUE, table.name, key) for key in keys_in_release(table)))


def _kept(rule: Rule, batch: Batch) -> list[bool]:
    """Say for every row whether it keeps a rule, those too that Great Expectations checks on the values themselves."""
    if rule.kind not in SEEN_BY_VALUE:
        return kept(rule, batch)
    values = batch[rule.table][rule.columns[0]]
    if rule.kind is Kind.NOT_NULL:
        return [value is not None for value in values]
    if rule.kind is Kind.VOCABULARY:
        return [value is None or value in rule.vocabulary for value in values]
    least = float("-inf") if rule.minimum is None else rule.minimum
    most = float("inf") if rule.maximum is None else rule.maximum
    return [value is None or (isinstance(value, (int, float)) and least <= value <= most) for value in values]


def _provenance(uri: str, data: bytes) -> Provenance:
    return Provenance(
        uri, "fuzz", TEXT, len(data), digest(data), TRANSFORM_VERSION, "fuzz", _NOW, History(1, _NOW, _NOW)
    )


def _crash(error: Exception) -> Fault:
    place = traceback.extract_tb(error.__traceback__)[-1]
    return Fault("crash", f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}")


def _broken(outcome: Article | Reject, rows: Rows, data: bytes) -> Iterator[str]:
    documents = sum(row[2] == Record.DOCUMENT.value for row in rows.rejects)
    if isinstance(outcome, Reject):
        if (len(rows.articles), documents, len(rows.rejects)) != (0, 1, 1):
            yield "a refused document is one reject and nothing else"
        return
    if (len(rows.articles), documents) != (1, 0):
        yield "an article is one row, and no refused document"
    text = outcome.decoded.text
    if not _is_decoded(text, outcome.decoded.encoding, data):
        yield "the text is the bytes"
    yield from _broken_layout(outcome, text)
    yield from _broken_quotes(outcome, text)


def _is_decoded(text: str, encoding: str, data: bytes) -> bool:
    """Tell whether a text in its encoding, behind a byte order mark or none, is the document again."""
    again = text.encode(encoding)
    return data.endswith(again) and data[: len(data) - len(again)] in _BYTE_ORDER_MARKS


def _broken_layout(article: Article, text: str) -> Iterator[str]:
    header, blocks, end = article.layout.header, article.layout.blocks, 0
    for span in _header_spans(header):
        if not _is_trimmed(text, span):
            yield "what the header names is a trimmed stretch of the text"
    if (header.published is None) != (header.date_text is None) or (header.published is None) != (
        header.published_precision is None
    ):
        yield "a date has words, a meaning and a precision"
    for block in blocks:
        if block.span.start < end or text[end : block.span.start].strip(EDGE):
            yield "blocks are in order and hold every character"
        end = block.span.end
    if text[end:].strip(EDGE):
        yield "blocks are in order and hold every character"


def _header_spans(header: Header) -> Iterator[Span]:
    named = (header.section, header.headline, header.date_text, header.byline, header.place, header.credit)
    yield from (span for span in named if span is not None)


def _broken_quotes(article: Article, text: str) -> Iterator[str]:
    spans = [quote.span for quote in article.quotes]
    if spans != sorted(spans):
        yield "quotes are in order"
    for quote in article.quotes:
        for span in (quote.span, quote.speaker_mention, quote.cue, quote.addressee, quote.via):
            if span is not None and not _is_trimmed(text, span, white=None):
                yield "what a quote names is a trimmed stretch of the text"
        if (quote.speaker is None) != (quote.speaker_kind is None) or (quote.cue is None) != (quote.cue_lemma is None):
            yield "a speaker has a kind, a cue a lemma"
    for speaker in article.speakers:
        if not speaker.name or speaker.name.strip() != speaker.name:
            yield "a speaker's name is trimmed"


def _is_trimmed(text: str, span: Span, white: str | None = EDGE) -> bool:
    words = text[span.start : span.end]
    return 0 <= span.start < span.end <= len(text) and words.strip(white) == words
