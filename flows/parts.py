"""Columns -> part files that are complete, on the disk, and never written twice under one name."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from flows.arrow import Columns, columns_from, columns_of, table_of
from transforms.contract import Table

# Level 3 packs as well as 9 on article text, at five times the speed (measured).
_COMPRESSION_LEVEL = 3


def write_part(path: Path, columns: Columns, table: Table, row_group_rows: int) -> int:
    """Write columns as one part file and return its rows; ``FileExistsError`` if there is one of that name."""
    data = table_of(columns, table)
    write_table(path, data, table, row_group_rows)
    return int(data.num_rows)


def write_table(path: Path, data: pa.Table, table: Table, row_group_rows: int) -> None:
    """Write an Arrow table as one part file, whether it has rows or not."""
    _write(path, data.schema, [data], table, row_group_rows)


def write_pieces(path: Path, pieces: Iterable[pa.Table], table: Table, row_group_rows: int) -> None:
    """Write Arrow tables of one schema as one part file, or none if they have no row.

    Never more is held than a row group and a piece, and the file is what the pieces together would give.
    """
    groups = _row_groups(pieces, row_group_rows)
    first = next(groups, None)
    if first is not None:
        _write(path, first.schema, chain([first], groups), table, row_group_rows)


def _row_groups(pieces: Iterable[pa.Table], rows: int) -> Iterator[pa.Table]:
    held: list[pa.Table] = []
    for piece in pieces:
        held.append(piece)
        count = sum(map(len, held))
        if count >= rows:
            data = pa.concat_tables(held)
            held = [data.slice(count - count % rows)]
            yield data.slice(0, count - count % rows)
    if any(map(len, held)):
        yield pa.concat_tables(held)


def _write(path: Path, schema: pa.Schema, groups: Iterable[pa.Table], table: Table, row_group_rows: int) -> None:
    """Write a new file: a published one may be hard-linked into several releases, so none is ever opened again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        path.open("xb") as sink,
        pq.ParquetWriter(
            sink,
            schema,
            compression="zstd",
            compression_level=_COMPRESSION_LEVEL,
            use_dictionary=[column.name for column in table.columns if column.repeats],
            write_statistics=True,
        ) as writer,
    ):
        for group in groups:
            writer.write_table(group, row_group_size=row_group_rows)


def read_part(path: Path, columns: Iterable[str] | None = None) -> pa.Table:
    """Read one part file, or some of its columns, as it is."""
    # ParquetFile, not read_table: this one would look for partitions in the folders' names.
    with pq.ParquetFile(path) as file:
        return file.read(None if columns is None else list(columns))


def read_columns(path: Path, table: Table) -> Columns:
    """Read one part file as columns of Python values; empty columns if it is not there, since empty ones are not."""
    return columns_from(read_part(path)) if path.exists() else columns_of((), table)


def parts_of(folder: Path) -> list[Path]:
    """List a table folder's part files in the order of their names."""
    return sorted(folder.glob("*.parquet"))


def schema_in(path: Path) -> pa.Schema:
    """Return a part file's Arrow schema, from its footer."""
    return pq.read_schema(path)


def rows_of(path: Path) -> int:
    """Return a part file's number of rows, from its footer."""
    return int(pq.read_metadata(path).num_rows)


def has_values(path: Path, column: str) -> bool:
    """Say from a part file's footer whether any row of it has a value in a column."""
    metadata = pq.read_metadata(path)
    at = metadata.schema.names.index(column)
    groups = (metadata.row_group(number) for number in range(metadata.num_row_groups))
    return any(group.column(at).statistics.null_count < group.num_rows for group in groups)


def sync(path: Path) -> None:
    """Force a file or a folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
