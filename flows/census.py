"""A staged release -> the numbers that only the whole of it can show, and the rules that they must keep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.keys import Keys, are_in, keys_of, repeated
from flows.parts import parts_of, read_part, rows_of
from flows.release import rows_in
from flows.rules import keys_in_release
from transforms.contract import ARTICLES, REJECTS, TABLES, Count, Table
from transforms.model import Record, Stage

Census = dict[str, float]
"""One number for each column that a release rule looks at."""

_NONE = np.empty(0, np.uint64)
_ODD = np.uint64(0x9E3779B97F4A7C15)
"""Makes keys of several columns differ by their order too."""

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


def take(staged: Path, documents: int, share_lost: float, previous: Path | None = None) -> Census:
    """Count a release; ``documents`` is how many it should account for, ``share_lost`` what is lost of the articles.

    Every part is read, one at a time. Of a key's rows those of the release ``previous`` are not compared with one
    another again where their parts stay: they were when that was published, and no file is ever changed.
    """
    rows = rows_in(staged, previous)
    documents_rejected, of_them_readable = rejected_documents(staged)
    census: Census = {f"{name} rows": count for name, count in rows.items()}
    census |= {_repeats(table, key): _repeated(staged, table, key, previous) for table, key in _keys()}
    census |= _sums(staged)
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


def _repeated(release: Path, table: Table, key: tuple[str, ...], previous: Path | None) -> int:
    """Count the rows that repeat a key; 64-bit keys find them, the values themselves decide."""
    new, old = _new_and_old(release, table, previous)
    ordered = np.empty(sum(map(rows_of, new)), np.uint64)
    start = 0
    for path in new:
        keys = _keys_in(read_part(path, key), key)
        ordered[start : start + len(keys)] = keys
        start += len(keys)
    ordered.sort()
    found = [repeated(ordered)]
    for path in old if len(ordered) else ():
        keys = _keys_in(read_part(path, key), key)
        found.append(keys[are_in(keys, ordered)])
    suspects = np.unique(np.concatenate(found))
    if not len(suspects):
        return 0
    same = [data.filter(pa.array(are_in(_keys_in(data, key), suspects))) for data in _parts(release, table, key)]
    rows = pa.concat_tables(same)
    return int(rows.num_rows - rows.group_by(list(key)).aggregate([]).num_rows)


def _keys_in(data: pa.Table, key: tuple[str, ...]) -> Keys:
    """Return a 64-bit key for each row."""
    first, *others = (keys_of(data.column(name)) for name in key)
    for other in others:
        first = first * _ODD + other
    return first


def _sums(release: Path) -> Census:
    sums: Counter[str] = Counter({_sum(table, count): 0 for table, count in _counts()})
    for table in TABLES:
        counts = [count for owner, count in _counts() if owner is table]
        for data in _parts(release, table, tuple(count.column for count in counts)) if counts else ():
            sums.update({_sum(table, count): pc.sum(data.column(count.column)).as_py() or 0 for count in counts})
    return dict(sums)


def rejects_by_reason(release: Path) -> dict[str, int]:
    """Count a release's rejects of every kind by their reason."""
    reasons: Counter[str] = Counter()
    for data in _parts(release, REJECTS, ("reason",)):
        reasons.update(data.column("reason").to_pylist())
    return dict(sorted(reasons.items()))


def rejected_documents(release: Path) -> tuple[int, int]:
    """Count the rejected documents, and those of them that were decoded."""
    unread = pa.array([Stage.READ.value, Stage.DECODE.value])
    documents = decoded = 0
    for data in _parts(release, REJECTS, ("record", "stage")):
        stages = data.column("stage").filter(pc.equal(data.column("record"), Record.DOCUMENT.value))
        documents += len(stages)
        decoded += pc.sum(pc.invert(pc.is_in(stages, unread))).as_py() or 0
    return documents, decoded


def articles_lost(release: Path, previous: Path | None) -> int:
    """Count the articles of the release before that this one has neither under their address nor under a new one.

    Only parts that are in one of the two alone are read.
    """
    if previous is None:
        return 0
    new, _ = _new_and_old(release, ARTICLES, previous)
    gone, _ = _new_and_old(previous, ARTICLES, release)
    here, moved = [_NONE], [_NONE]
    for data in (read_part(path, ("article_id", "renamed_from")) for path in new if gone):
        here.append(keys_of(data.column("article_id")))
        moved.append(keys_of(data.column("renamed_from").drop_null()))
    present, renamed = (np.sort(np.concatenate(keys)) for keys in (here, moved))
    lost = 0
    for data in (read_part(path, ("article_id", "source_uri")) for path in gone):
        kept = are_in(keys_of(data.column("article_id")), present) | are_in(keys_of(data.column("source_uri")), renamed)
        lost += int(np.count_nonzero(~kept))
    return lost


def _wrong_duplicates(release: Path) -> int:
    """Count the articles that repeat one that is not there, or one that itself repeats another."""
    repeat = [data.column("duplicate_of").drop_null() for data in _parts(release, ARTICLES, ("duplicate_of",))]
    repeated_ids = pa.chunked_array([chunk for column in repeat for chunk in column.chunks], pa.string())
    wanted = np.unique(keys_of(repeated_ids))
    originals = pa.array([], pa.string())
    for data in _parts(release, ARTICLES, ("article_id", "duplicate_of")) if len(wanted) else ():
        ids = data.column("article_id").filter(pc.is_null(data.column("duplicate_of")))
        hits = ids.filter(pa.array(are_in(keys_of(ids), wanted)))
        originals = pa.concat_arrays([originals, *hits.chunks])
    return len(repeated_ids) - (pc.sum(pc.is_in(repeated_ids, originals)).as_py() or 0)


def _new_and_old(release: Path, table: Table, previous: Path | None) -> tuple[list[Path], list[Path]]:
    """Return the parts that another release does not have, and those it has: a part's name stands for its rows."""
    known = set() if previous is None else {path.name for path in parts_of(previous / table.name)}
    parts = parts_of(release / table.name)
    return [path for path in parts if path.name not in known], [path for path in parts if path.name in known]


def _parts(release: Path, table: Table, names: tuple[str, ...]) -> Iterator[pa.Table]:
    return (read_part(path, names) for path in parts_of(release / table.name))
