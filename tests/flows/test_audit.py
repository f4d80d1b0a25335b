"""Each promise broken by hand, and what ``qawl check`` says of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.arrow import schema_of
from flows.audit import audit
from flows.store import Warehouse, open_release
from tests.flows.conftest import Ingest
from transforms.contract import TABLES


def found(warehouse: Path) -> list[str]:
    return list(audit(Warehouse(warehouse), open_release(warehouse)))


def rewrite(warehouse: Path, table: str, change: Callable[[dict[str, list[object]]], None]) -> None:
    """Change the rows of a table's first part and its entry in the manifest, as a fault of Qawl would."""
    release = open_release(warehouse)
    path = min((release / table).iterdir())
    columns = pq.read_table(path).to_pydict()
    change(columns)
    schema = next(schema_of(contract) for contract in TABLES if contract.name == table)
    path.unlink()
    pq.write_table(pa.table(columns, schema=schema), path)
    manifest = json.loads((release / "manifest.json").read_text())
    entry = next(part for part in manifest["tables"][table] if part["name"] == path.name)
    entry |= {"rows": len(columns["run_id" if table == "runs" else "article_id"])}
    entry |= {"sha256": sha256(path.read_bytes()).hexdigest()}
    (release / "manifest.json").write_text(json.dumps(manifest))


def test_a_sound_warehouse_keeps_every_promise_with_and_without_text(run: Ingest, warehouse: Path) -> None:
    run()
    assert found(warehouse) == []
    run(store_text=False)
    assert found(warehouse) == []


@pytest.mark.parametrize(
    ("table", "column", "value", "says"),
    [
        ("quotes", "text", "لم يقل هذا أحد", "row 0 of quotes/part-{}.parquet breaks the rule: quotes.text+char_start"),
        ("quotes", "speaker", "غيره", "breaks the rule: quotes.article_id+speaker stands in speakers"),
        ("quotes", "article_id", "0" * 32, "a rule of the release is broken, 1 times: quotes.article_id stands in"),
        ("articles", "quote_count", 9, "a rule of the release is broken, 1 times: articles.quote_count counts quotes"),
        ("articles", "text_sha256", "0" * 64, "has a text_sha256 that is not of its text"),
        ("articles", "source_uri", "elsewhere.txt", "has an article_id that is not of its source_uri"),
        ("articles", "duplicate_of", "0" * 32, "articles.duplicate_of stands in articles, in one that repeats none"),
        ("paragraphs", "role", "poem", "breaks the rule: paragraphs.role is in its vocabulary"),
    ],
)
def test_a_row_that_breaks_a_promise_is_named_without_its_words(
    run: Ingest, warehouse: Path, table: str, column: str, value: object, says: str
) -> None:
    run()

    def change(columns: dict[str, list[object]]) -> None:
        columns[column][0] = value

    rewrite(warehouse, table, change)
    troubles = found(warehouse)
    part = min((open_release(warehouse) / table).iterdir()).stem.removeprefix("part-")
    assert any(says.format(part) in trouble for trouble in troubles), troubles
    assert not any(isinstance(value, str) and value in trouble for trouble in troubles)


def test_a_row_that_is_lost_or_twice_is_counted(run: Ingest, warehouse: Path) -> None:
    run()

    def lose(columns: dict[str, list[object]]) -> None:
        for values in columns.values():
            values.pop()

    rewrite(warehouse, "rejects", lose)
    assert any("documents are articles and rejected documents" in trouble for trouble in found(warehouse))

    def double(columns: dict[str, list[object]]) -> None:
        for values in columns.values():
            values.append(values[0])

    rewrite(warehouse, "quotes", double)
    assert any("quotes.quote_id is unique" in trouble for trouble in found(warehouse))


def test_files_are_compared_with_the_manifest(run: Ingest, warehouse: Path) -> None:
    run()
    release = open_release(warehouse)
    (part,) = (release / "quotes").iterdir()
    (release / "speakers" / "stray.parquet").write_bytes(part.read_bytes())
    data = part.read_bytes()
    part.unlink()
    part.write_bytes(data[:-1] + b"x")
    (next(iter((release / "paragraphs").iterdir()))).unlink()
    troubles = "\n".join(found(warehouse))
    assert "speakers/stray.parquet does not belong there" in troubles
    assert f"quotes/{part.name} has other bytes than the manifest says" in troubles
    assert "paragraphs/part-" in troubles
    assert "is missing" in troubles
    (release / "manifest.json").write_text("{")
    assert found(warehouse) == [f"the manifest of {release} can't be read (JSONDecodeError)"]


def test_links_and_leftovers_are_named(run: Ingest, warehouse: Path) -> None:
    run()
    (warehouse / "quotes").unlink()
    (warehouse / "staging" / "20260101T000000Z-00000a").mkdir()
    first, second = found(warehouse)
    assert first.endswith("quotes is not the link to current/quotes: `qawl run` makes it")
    assert "20260101T000000Z-00000a was left by a run that died" in second
