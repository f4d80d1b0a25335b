"""One batch's columns -> narrow check frames: numbers, lengths, small vocabularies and whether each rule is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from flows.arrow import TYPES, Columns
from flows.rules import SEEN_BY_VALUE, Kind, Rule, is_seen_as_length, rules_of
from transforms.contract import TABLES, Count, Table

Batch = Mapping[str, Columns]
"""The columns of every table of one batch; all rows of an article are in the same batch."""


def check_frame(table: Table, batch: Batch) -> pa.Table:
    """Return what validation needs to see of one table: one row a row, a column for each rule, no article text."""
    columns: dict[str, Any] = {}
    seen = {rule.check_column for rule in rules_of(table) if rule.kind in SEEN_BY_VALUE}
    for column in table.columns:
        if column.name not in seen:
            continue
        values = batch[table.name][column.name]
        if is_seen_as_length(column):
            columns[column.name] = pa.array([None if v is None else len(v) for v in values], pa.int32())  # type: ignore[arg-type]
        else:
            columns[column.name] = pa.array(values, TYPES[column.type])
    for rule in rules_of(table):
        if rule.kind not in SEEN_BY_VALUE:
            columns[rule.check_column] = pa.array(kept(rule, batch), pa.bool_())
    return pa.table(columns)


def kept(rule: Rule, batch: Batch) -> list[bool]:
    """Say for every row of the rule's table whether it keeps the rule. Never ``None``, which would pass unseen."""
    return _CHECKS[rule.kind](rule, batch)


def tuples(columns: Columns, names: Sequence[str]) -> zip[tuple[Any, ...]]:
    """Return the values of some columns, row by row."""
    return zip(*(columns[name] for name in names), strict=True)


def _equals_slice(rule: Rule, batch: Batch) -> list[bool]:
    texts = dict(tuples(batch["articles"], ("article_id", "text")))
    return [
        _is_slice(texts.get(owner, ""), value, start, end)
        for owner, value, start, end in tuples(batch[rule.table], ("article_id", *rule.columns))
    ]


def _is_slice(text: str | None, value: str | None, start: int | None, end: int | None) -> bool:
    """Compare a value with its slice; by length where the settings have kept the text out of the tables."""
    if value is None or start is None or end is None:
        return (value, start, end) == (None, None, None)
    return len(value) == end - start if text is None else text[start:end] == value


def _is_span(rule: Rule, batch: Batch) -> list[bool]:
    lengths = {
        owner: count if text is None else len(text)
        for owner, text, count in tuples(batch["articles"], ("article_id", "text", "char_count"))
    }
    return [
        start is end is None or (start is not None and end is not None and 0 <= start < end <= lengths.get(owner, 0))
        for owner, start, end in tuples(batch[rule.table], ("article_id", *rule.columns))
    ]


def _is_inside(rule: Rule, batch: Batch) -> list[bool]:
    paragraphs = {
        (owner, index): (start, end)
        for owner, index, start, end in tuples(
            batch["paragraphs"], ("article_id", "paragraph_index", "char_start", "char_end")
        )
    }
    return [
        _contains(paragraphs.get((owner, index), (None, None)), (start, end))
        for owner, index, start, end in tuples(batch[rule.table], ("article_id", "paragraph_index", *rule.columns))
    ]


def _contains(outer: tuple[int | None, int | None], inner: tuple[int | None, int | None]) -> bool:
    if None in outer or None in inner:
        return inner == (None, None)
    return outer[0] <= inner[0] and inner[1] <= outer[1]  # type: ignore[operator]


def _stands_in(rule: Rule, batch: Batch) -> list[bool]:
    known = set(tuples(batch[rule.target], rule.columns))
    return [values in known or None in values for values in tuples(batch[rule.table], rule.columns)]


def _counts(rule: Rule, batch: Batch) -> list[bool]:
    columns = batch[rule.table]
    return [
        value == true
        for value, true in zip(columns[rule.columns[0]], counted(_count(rule), columns, batch), strict=True)
    ]


def counted(count: Count, columns: Columns, batch: Batch) -> list[int]:
    """Count, for every row of ``columns``, the rows of another table that are its own."""
    found = Counter(tuples(batch[count.table], count.by))
    return [found[values] for values in tuples(columns, count.by)]


def _count(rule: Rule) -> Count:
    table = next(table for table in TABLES if table.name == rule.table)
    return next(c for c in table.counts if (c.column,) == rule.columns and c.table == rule.target)


def _is_first(rule: Rule, batch: Batch) -> list[bool]:
    rows = list(tuples(batch[rule.table], rule.columns))
    if len(set(rows)) == len(rows):  # as nearly always, at half the time
        return [True] * len(rows)
    first = {values: place for place, values in reversed(list(enumerate(rows)))}
    return [first[values] == place for place, values in enumerate(rows)]


_CHECKS: dict[Kind, Callable[[Rule, Batch], list[bool]]] = {
    Kind.SLICE: _equals_slice,
    Kind.SPAN: _is_span,
    Kind.INSIDE: _is_inside,
    Kind.REFERENCE: _stands_in,
    Kind.COUNT: _counts,
    Kind.UNIQUE: _is_first,
}
