"""A text and its quotes, written by hand -> a release on disk for the tests of what a terminal shows."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from flows.arrow import columns_of, table_of
from transforms.contract import TABLES
from transforms.model import (
    Article,
    Block,
    Decoded,
    Header,
    Layout,
    Quote,
    QuoteType,
    Reason,
    Record,
    Reject,
    Role,
    Span,
    Speaker,
    SpeakerKind,
    Stage,
)
from transforms.rows import History, Provenance, Row, make_rows

TEXT = "قمة في سوتشي\x1b[31m\nقال وزير الخارجية فيصل المقداد لوكالة سانا: «لن نتراجع».\nوغادر الوفد.\u202e"
ARTICLE_URI, REFUSED_URI = "nahda/قمة.txt", "nahda/empty.txt"
RUN_ID = "20261123T100000Z-0a1b2c"
STARTED = datetime(2026, 11, 23, 10, tzinfo=UTC)


def write_release(folder: Path) -> Path:
    """Write a release of one article with one quote, one refused document and one run."""
    rows: dict[str, list[Row]] = {table.name: [] for table in TABLES}
    empty = Reject(Record.DOCUMENT, Stage.DECODE, Reason.EMPTY, "the document has no character but white space")
    for outcome, uri in ((_article(), ARTICLE_URI), (empty, REFUSED_URI)):
        made = make_rows(outcome, _provenance(uri))
        for name in ("articles", "paragraphs", "quotes", "speakers", "rejects"):
            rows[name] += getattr(made, name)
    rows["runs"] = [_run_row()]
    for table in TABLES:
        (folder / table.name).mkdir(parents=True)
        data: pa.Table = table_of(columns_of(rows[table.name], table), table)
        pq.write_table(data, folder / table.name / "part-0.parquet")
    tables = {table.name: [_listed(folder / table.name / "part-0.parquet")] for table in TABLES}
    (folder / "manifest.json").write_text(json.dumps({"tables": tables}))
    return folder


def _listed(path: Path) -> dict[str, object]:
    return {"name": path.name, "bytes": path.stat().st_size}


def _provenance(uri: str) -> Provenance:
    history = History(1, STARTED, STARTED)
    return Provenance(uri, "nahda", "text/plain", 1, "0" * 64, "test", RUN_ID, STARTED, history)


def _find(words: str) -> Span:
    return Span(TEXT.index(words), TEXT.index(words) + len(words))


def _article() -> Article:
    lines = TEXT.split("\n")
    roles = (Role.HEADLINE, Role.BODY, Role.BODY)
    blocks = tuple(Block(role, _find(line)) for role, line in zip(roles, lines, strict=True))
    quote = Quote(
        QuoteType.DIRECT,
        _find("لن نتراجع"),
        1,
        "فيصل المقداد",
        SpeakerKind.PERSON,
        _find("وزير الخارجية فيصل المقداد"),
        _find("قال"),
        "قال",
        _find("وكالة سانا"),
        None,
        "cue_before_marks",
        0.95,
    )
    speaker = Speaker("فيصل المقداد", SpeakerKind.PERSON, "وزير الخارجية", 1, 1)
    layout = Layout(Header(headline=_find(lines[0])), blocks)
    return Article(ARTICLE_URI, Decoded(TEXT, "utf-8"), "ar", layout, (quote,), (speaker,), ())


def _run_row() -> Row:
    """Give every count of the run's row a value of its own, in the contract's order from 100."""
    known = {"run_id": RUN_ID, "started_at": STARTED, "finished_at": STARTED.replace(second=2), "state": "published"}
    known |= {"transform_version": "test", "settings": "{}", "selection": "{}", "command": "run"}
    return tuple(known.get(column.name, 100 + index) for index, column in enumerate(TABLES[-1].columns))
