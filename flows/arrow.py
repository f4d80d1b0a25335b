"""The contract -> pyarrow schemas, rows -> columns -> Arrow tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from functools import cache

import pyarrow as pa

from transforms.contract import SCHEMA_VERSION, Table, Type
from transforms.rows import Row

Columns = Mapping[str, Sequence[object]]
"""One table's values, column by column, all of one length."""

TYPES: dict[Type, pa.DataType] = {
    Type.STRING: pa.string(),
    Type.INT32: pa.int32(),
    Type.INT64: pa.int64(),
    Type.FLOAT64: pa.float64(),
    Type.BOOLEAN: pa.bool_(),
    Type.BINARY: pa.binary(),
    Type.TIMESTAMP_UTC: pa.timestamp("us", tz="UTC"),
    Type.TIMESTAMP_LOCAL: pa.timestamp("us"),
}


@cache
def schema_of(table: Table) -> pa.Schema:
    """Render a table of the contract as an Arrow schema that carries its descriptions and units."""
    fields = [
        pa.field(
            column.name,
            TYPES[column.type],
            nullable=column.nullable,
            metadata={"description": column.description} | ({"unit": column.unit} if column.unit else {}),
        )
        for column in table.columns
    ]
    return pa.schema(fields, metadata={"description": table.row, "schema_version": str(SCHEMA_VERSION)})


def columns_of(rows: Iterable[Row], table: Table) -> dict[str, Sequence[object]]:
    """Turn rows in the contract's order into columns; ``ValueError`` if a row is too long or too short."""
    listed = list(rows)
    values: Iterable[Sequence[object]] = zip(*listed, strict=True) if listed else [()] * len(table.columns)
    return dict(zip((column.name for column in table.columns), values, strict=True))


def table_of(columns: Columns, table: Table) -> pa.Table:
    """Build an Arrow table of the contract's types.

    A null where the contract wants none makes that one field nullable, since Parquet would write nonsense for it: such
    a table can be staged and looked at, but is not of ``schema_of(table)``, so ``flows.store`` never publishes it.
    """
    fields, arrays = [], []
    for field in schema_of(table):
        array = pa.array(columns[field.name], field.type)
        arrays.append(array)
        fields.append(field.with_nullable(nullable=True) if array.null_count else field)
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=schema_of(table).metadata))


def columns_from(data: pa.Table, *, times_as_numbers: bool = False) -> dict[str, Sequence[object]]:
    """Turn an Arrow table back into columns of Python values.

    With ``times_as_numbers`` a time is the microseconds since 1970: making a ``datetime`` of each takes thirty times as
    long, a hundred times for one in UTC (measured), and most are only compared. ``time_of`` makes one of those that are
    not.
    """
    columns = {name: data.column(name) for name in data.column_names}
    if times_as_numbers:
        is_time = {name: pa.types.is_timestamp(column.type) for name, column in columns.items()}
        columns = {name: column.cast(pa.int64()) if is_time[name] else column for name, column in columns.items()}
    return {name: column.to_pylist() for name, column in columns.items()}


def time_of(number: int, zone: timezone | None = UTC) -> datetime:
    """Return the time that a number of microseconds since 1970 stands for; without a zone, a wall clock's."""
    return datetime(1970, 1, 1, tzinfo=zone) + timedelta(microseconds=number)
