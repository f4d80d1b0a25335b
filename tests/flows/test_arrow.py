from __future__ import annotations

import pyarrow as pa
import pytest

from flows.arrow import Columns, columns_from, columns_of, schema_of, table_of
from transforms.contract import PARAGRAPHS, RUNS, SCHEMA_VERSION, TABLES, Table


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_schema_says_all_that_the_contract_says(table: Table) -> None:
    schema = schema_of(table)
    assert schema.names == [column.name for column in table.columns]
    assert schema.metadata == {b"description": table.row.encode(), b"schema_version": str(SCHEMA_VERSION).encode()}
    for column in table.columns:
        field = schema.field(column.name)
        assert str(field.type).replace("timestamp[us, tz=UTC]", "timestamp[us, UTC]").replace("double", "float64") == (
            column.type.value
        )
        assert field.nullable is column.nullable
        assert field.metadata[b"description"].decode() == column.description
        assert field.metadata.get(b"unit", b"").decode() == column.unit


def test_no_column_is_of_a_dictionary_type_which_pandas_would_make_a_category() -> None:
    assert not any(pa.types.is_dictionary(field.type) for table in TABLES for field in schema_of(table))


def test_rows_become_a_table_and_columns_again(batch: dict[str, Columns]) -> None:
    data = table_of(batch["paragraphs"], PARAGRAPHS)
    assert data.schema.equals(schema_of(PARAGRAPHS), check_metadata=True)
    assert {name: list(values) for name, values in batch["paragraphs"].items()} == columns_from(data)


def test_a_table_without_rows_has_its_columns() -> None:
    assert table_of(columns_of([], RUNS), RUNS).schema.equals(schema_of(RUNS), check_metadata=True)


def test_a_null_where_none_may_be_is_not_of_the_schema(batch: dict[str, Columns]) -> None:
    broken = {**batch["paragraphs"], "role": [None] * 5}
    data = table_of(broken, PARAGRAPHS)
    assert data.column("role").null_count == 5
    assert not data.schema.equals(schema_of(PARAGRAPHS))


def test_a_value_of_another_type_and_a_short_row_are_faults(batch: dict[str, Columns]) -> None:
    with pytest.raises((pa.ArrowInvalid, pa.ArrowTypeError)):
        table_of({**batch["paragraphs"], "char_start": ["أ"] * 5}, PARAGRAPHS)
    with pytest.raises(ValueError, match="zip"):
        columns_of([("only", "two")], PARAGRAPHS)
