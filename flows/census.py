"""A staged release -> the numbers that only the whole of it can show, and the rules that they must keep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from flows.arrow import schema_of
from flows.parts import parts_of, read_part
from flows.release import rows_in
from flows.rules import keys_in_release
from transforms.contract import ARTICLES, REJECTS, TABLES, Count, Table
from transforms.model import Record, Stage

Census = dict[str, float]
"""One number for each column that a release rule looks at."""

_READABLE_BUT_EMPTY = 10
"""So many documents that could be decoded, and not one article: that is a fault of the rules, not of the documents."""


@dataclass(frozen=True, slots=True)
class ReleaseRule:
    """What one number of the census must be: the same as another, or in a range."""

    name: str
    column: str
    equals: str = ""
    minimum: float = 0
    maximum: float | None = None


def release_rules(max_articles_lost: float) -> tuple[ReleaseRule, ...]:
    """List the rules of a whole release; a broken one stops its publication."""
    return (
        *(ReleaseRule(f"{t.name}.{'+'.join(key)} is unique", _repeats(t, key), maximum=0) for t, key in _keys()),
        *(
            ReleaseRule(
                f"the sum of {table.name}.{count.column} is the rows of {count.table}",
                _sum(table, count),
                f"{count.table} rows",
            )
            for table, count in _counts()
        ),
        ReleaseRule("documents are articles and rejected documents", "documents", "articles and rejected documents"),
        ReleaseRule(
            "articles.duplicate_of stands in articles, in one that repeats none",
            "articles that repeat no original",
            maximum=0,
        ),
        ReleaseRule(
            "no more articles are lost than the settings allow", "share of articles lost", maximum=max_articles_lost
        ),
        ReleaseRule(
            "documents that can be read give articles",
            "readable documents without any article",
            maximum=_READABLE_BUT_EMPTY - 1,
        ),
    )


def take(staged: Path, documents: int, share_lost: float) -> Census:
    """Count a release; ``documents`` is how many it should account for, ``share_lost`` what is lost of the articles."""
    rows = rows_in(staged)
    documents_rejected, of_them_readable = rejected_documents(staged)
    census: Census = {f"{name} rows": count for name, count in rows.items()}
    census |= {_repeats(table, key): _repeated(staged, table, key) for table, key in _keys()}
    for table, count in _counts():
        census[_sum(table, count)] = pc.sum(_column(staged, table, count.column)).as_py() or 0
    census["documents"] = documents
    census["rejected documents"] = documents_rejected
    census["articles and rejected documents"] = rows[ARTICLES.name] + documents_rejected
    census["articles that repeat no original"] = _wrong_duplicates(staged)
    census["share of articles lost"] = share_lost
    census["readable documents without any article"] = 0 if rows[ARTICLES.name] else of_them_readable
    return census


def _keys() -> Iterator[tuple[Table, tuple[str, ...]]]:
    return ((table, key) for table in TABLES for key in keys_in_release(table))


def _counts() -> Iterator[tuple[Table, Count]]:
    """Yield the counts whose sum must be all rows of the table they count: that checks what was carried over too."""
    for table in TABLES:
        for count in table.counts:
            counted = next(t for t in TABLES if t.name == count.table)
            if not any(counted.column(name).nullable for name in count.by):
                yield table, count


def _repeats(table: Table, key: tuple[str, ...]) -> str:
    return f"{table.name} rows that repeat their {'+'.join(key)}"


def _sum(table: Table, count: Count) -> str:
    return f"sum of {table.name}.{count.column}"


def _repeated(release: Path, table: Table, key: tuple[str, ...]) -> int:
    data = _columns(release, table, key)
    return int(data.num_rows - data.group_by(list(key)).aggregate([]).num_rows)


def rejects_by_reason(release: Path) -> dict[str, int]:
    """Count a release's rejects of every kind by their reason."""
    reasons = Counter(_column(release, REJECTS, "reason").to_pylist())
    return dict(sorted(reasons.items()))


def rejected_documents(release: Path) -> tuple[int, int]:
    """Count the rejected documents, and those of them that were decoded."""
    rejects = _columns(release, REJECTS, ("record", "stage"))
    documents = rejects.filter(pc.equal(rejects.column("record"), Record.DOCUMENT.value))
    unread = pa.array([Stage.READ.value, Stage.DECODE.value])
    readable = pc.invert(pc.is_in(documents.column("stage"), unread))
    return documents.num_rows, pc.sum(readable).as_py() or 0


def articles_lost(release: Path, previous: Path | None) -> int:
    """Count the articles of the release before that this one has neither under their address nor under a new one."""
    if previous is None:
        return 0
    before = _columns(previous, ARTICLES, ("article_id", "source_uri"))
    after = _columns(release, ARTICLES, ("article_id", "renamed_from"))
    same = pc.is_in(before.column("article_id"), after.column("article_id"))
    moved = pc.is_in(before.column("source_uri"), after.column("renamed_from").drop_null())
    kept: int = pc.sum(pc.or_(same, moved)).as_py() or 0
    return int(before.num_rows) - kept


def _wrong_duplicates(release: Path) -> int:
    """Count the articles that repeat one that is not there, or one that itself repeats another."""
    articles = _columns(release, ARTICLES, ("article_id", "duplicate_of"))
    originals = articles.column("article_id").filter(pc.is_null(articles.column("duplicate_of")))
    repeated = articles.column("duplicate_of").drop_null()
    return len(repeated) - (pc.sum(pc.is_in(repeated, originals)).as_py() or 0)


def _column(release: Path, table: Table, name: str) -> pa.ChunkedArray:
    return _columns(release, table, (name,)).column(name)


def _columns(release: Path, table: Table, names: tuple[str, ...]) -> pa.Table:
    parts = [read_part(path, names) for path in parts_of(release / table.name)]
    # An empty one first, so that a table without any part yet has its columns too.
    empty = pa.schema([schema_of(table).field(name) for name in names]).empty_table()
    return pa.concat_tables([empty, *(part.cast(empty.schema) for part in parts)])
