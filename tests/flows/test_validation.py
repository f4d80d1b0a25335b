from __future__ import annotations

import json
from pathlib import Path

import pytest
from pyarrow import feather

from flows.arrow import Columns
from flows.census import ReleaseRule, release_rules
from flows.checks import check_frame
from flows.release import BATCH_TABLES
from flows.validation import Validation
from transforms.contract import QUOTES, Table

PART = "part-1.parquet"


def frame_of(table: Table, batch: dict[str, Columns], folder: Path, part: str = PART) -> Path:
    path = folder / f"{part}.arrow"
    feather.write_feather(check_frame(table, batch), path)
    return path


def test_a_sound_batch_passes_every_rule(batch: dict[str, Columns], tmp_path: Path) -> None:
    validation = Validation()
    for table in BATCH_TABLES:
        assert validation.check_rows(table, [frame_of(table, batch, tmp_path)]) == {}
    assert not validation.failed
    assert len(validation.checked) > 80


@pytest.mark.parametrize(
    ("column", "values", "expected"),
    [
        ("quote_type", ["direct", "shouted", "direct"], {1: "quotes.quote_type is in its vocabulary"}),
        (
            "confidence",
            [0.5, 1.5, -1.0],
            {1: "quotes.confidence is in its range", 2: "quotes.confidence is in its range"},
        ),
        ("confidence", [0.5, float("nan"), None], {1: "quotes.confidence is given", 2: "quotes.confidence is given"}),
        ("method", [None, "colon", "colon"], {0: "quotes.method is given"}),
        ("quote_index", [0, None, 0], {1: "quotes.quote_index is given"}),
    ],
)
def test_a_broken_row_is_placed_and_blamed_once(
    batch: dict[str, Columns], tmp_path: Path, column: str, values: list[object], expected: dict[int, str]
) -> None:
    sound = frame_of(QUOTES, batch, tmp_path)
    broken = frame_of(QUOTES, {**batch, "quotes": {**batch["quotes"], column: values}}, tmp_path, "part-2.parquet")
    assert Validation().check_rows(QUOTES, [sound, broken]) == {"part-2.parquet": expected}


@pytest.mark.parametrize("rows", [1, 6, 200_000])
def test_a_broken_row_is_placed_whatever_is_looked_at_in_one_go(
    batch: dict[str, Columns], tmp_path: Path, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.validation._CHUNK_ROWS", rows)
    spoilt = {**batch, "quotes": {**batch["quotes"], "confidence": [0.5, 0.5, 2.0]}}
    frames = [
        frame_of(QUOTES, spoilt if number in {0, 3, 4} else batch, tmp_path, f"part-{number}.parquet")
        for number in range(5)
    ]
    places = {2: "quotes.confidence is in its range"}
    expected = {f"part-{number}.parquet": places for number in (0, 3, 4)}
    assert Validation().check_rows(QUOTES, frames) == expected


def test_a_missing_column_stops_the_publication_and_is_no_pass(batch: dict[str, Columns], tmp_path: Path) -> None:
    path = tmp_path / f"{PART}.arrow"
    feather.write_feather(check_frame(QUOTES, batch).drop_columns(["confidence"]), path)
    validation = Validation()
    assert validation.check_rows(QUOTES, [path]) == {}
    assert set(validation.failed) == {
        "quotes.confidence is given (could not be checked)",
        "quotes.confidence is in its range (could not be checked)",
    }


def test_a_row_without_article_stops_the_publication(batch: dict[str, Columns], tmp_path: Path) -> None:
    stray = {**batch, "quotes": {**batch["quotes"], "article_id": ["0" * 32, *batch["quotes"]["article_id"][1:]]}}
    validation = Validation()
    validation.check_rows(QUOTES, [frame_of(QUOTES, stray, tmp_path)])
    assert validation.failed == {"quotes.article_id stands in articles": 1}


def test_release_rules_compare_and_bound_the_numbers_of_a_census() -> None:
    rules = (ReleaseRule("as many", "a", equals="b"), ReleaseRule("few", "c", maximum=0.2))
    good, bad = Validation(), Validation()
    good.check_release({"a": 3, "b": 3, "c": 0.2}, rules)
    bad.check_release({"a": 3, "b": 4, "c": 0.21}, rules)
    assert not good.failed
    assert bad.failed == {"as many": 1, "few": 1}
    assert len({rule.name for rule in release_rules(0.2)}) == len(release_rules(0.2))


def test_the_report_is_json_without_article_text(batch: dict[str, Columns], tmp_path: Path) -> None:
    hostile = ["<script>alert(1)</script>", "ب", "ج"]
    broken = {**batch, "quotes": {**batch["quotes"], "text": hostile, "speaker": hostile, "method": hostile}}
    validation = Validation()
    validation.check_rows(QUOTES, [frame_of(QUOTES, broken, tmp_path)])
    validation.write(tmp_path / "reports" / "validation.json")
    written = (tmp_path / "reports" / "validation.json").read_text()
    assert "script" not in written
    assert "القطار" not in written
    assert json.loads(written)["results"][0]["success"] is False
