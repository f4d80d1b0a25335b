from __future__ import annotations

import pyarrow as pa
import pytest

from flows.arrow import Columns
from flows.checks import check_frame
from flows.rules import SEEN_BY_VALUE, rules_of
from transforms.contract import TABLES, Table

_BATCH_TABLES = [table for table in TABLES if table.name != "runs"]


def broken_rows(batch: dict[str, Columns]) -> dict[str, list[int]]:
    """Return the rows that break each rule, of the rules that are computed."""
    found = {}
    for table in _BATCH_TABLES:
        frame = check_frame(table, batch)
        for rule in rules_of(table):
            if rule.kind not in SEEN_BY_VALUE:
                keeps = frame.column(rule.check_column).to_pylist()
                if not all(keeps):
                    found[rule.name] = [row for row, kept in enumerate(keeps) if not kept]
    return found


def change(batch: dict[str, Columns], table: str, column: str, row: int, value: object) -> dict[str, Columns]:
    values = list(batch[table][column])
    values[row] = value
    return {**batch, table: {**batch[table], column: values}}


def test_a_sound_batch_keeps_every_rule(batch: dict[str, Columns]) -> None:
    assert broken_rows(batch) == {}


@pytest.mark.parametrize("table", _BATCH_TABLES, ids=lambda table: table.name)
def test_a_frame_shows_every_rule_and_no_text(batch: dict[str, Columns], table: Table) -> None:
    frame = check_frame(table, batch)
    assert {rule.check_column for rule in rules_of(table)} <= set(frame.column_names)
    strings = {name for name in frame.column_names if pa.types.is_string(frame.schema.field(name).type)}
    assert strings <= {column.name for column in table.columns if column.vocabulary}


QUOTE = "quotes.char_start+char_end"
SLICE = "quotes.text+char_start+char_end equals its slice of the text"


@pytest.mark.parametrize(
    ("table", "column", "row", "value", "rules"),
    [
        ("quotes", "text", 0, "وصل القطا", {SLICE: [0]}),
        ("quotes", "text", 0, None, {SLICE: [0]}),
        ("quotes", "cue", 1, None, {"quotes.cue+cue_start+cue_end equals its slice of the text": [1]}),
        (
            "quotes",
            "char_end",
            2,
            9999,
            {f"{QUOTE} is a span of the text": [2], SLICE: [], f"{QUOTE} lies in its paragraph": [2]},
        ),
        (
            "quotes",
            "char_start",
            0,
            None,
            {f"{QUOTE} is a span of the text": [0], SLICE: [0], f"{QUOTE} lies in its paragraph": [0]},
        ),
        (
            "quotes",
            "paragraph_index",
            0,
            7,
            {
                f"{QUOTE} lies in its paragraph": [0],
                "quotes.article_id+paragraph_index stands in paragraphs": [0],
                "paragraphs.quote_count counts quotes": [1],
            },
        ),
        (
            "quotes",
            "paragraph_index",
            0,
            0,
            {f"{QUOTE} lies in its paragraph": [0], "paragraphs.quote_count counts quotes": [0, 1]},
        ),
        (
            "quotes",
            "speaker",
            2,
            "سعاد",
            {"quotes.article_id+speaker stands in speakers": [2], "speakers.quote_count counts quotes": [1]},
        ),
        ("quotes", "quote_index", 1, 0, {"quotes.article_id+quote_index is unique in its article": [1]}),
        ("articles", "quote_count", 0, 3, {"articles.quote_count counts quotes": [0]}),
        ("articles", "paragraph_count", 1, 0, {"articles.paragraph_count counts paragraphs": [1]}),
    ],
)
def test_a_broken_row_is_seen_by_the_rules_that_it_breaks(
    batch: dict[str, Columns], table: str, column: str, row: int, value: object, rules: dict[str, list[int]]
) -> None:
    # A slice that runs past the end of the text is still equal to it: the rule of spans has to see that.
    expected = {name: rows for name, rows in rules.items() if rows}
    assert broken_rows(change(batch, table, column, row, value)) == expected


def test_a_row_whose_article_is_missing_is_seen(batch: dict[str, Columns]) -> None:
    stray = change(batch, "quotes", "article_id", 2, "0" * 32)
    assert broken_rows(stray)["quotes.article_id stands in articles"] == [2]


def test_a_frame_has_no_column_that_no_rule_looks_at(batch: dict[str, Columns]) -> None:
    for table in _BATCH_TABLES:
        assert set(check_frame(table, batch).column_names) == {rule.check_column for rule in rules_of(table)}
