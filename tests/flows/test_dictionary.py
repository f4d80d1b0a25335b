from __future__ import annotations

from pathlib import Path

from flows.dictionary import render_dictionary
from transforms.contract import TABLES
from transforms.model import Reason

ROOT = Path(__file__).parents[2]


def test_the_committed_dictionary_is_the_rendered_one() -> None:
    committed = (ROOT / "DICTIONARY.md").read_text(encoding="utf-8")
    assert committed == render_dictionary(), "run: qawl dictionary > DICTIONARY.md"


def test_every_column_and_reason_has_its_line() -> None:
    lines = render_dictionary().splitlines()
    for table in TABLES:
        section = lines[lines.index(f"## {table.name}") :]
        for column in table.columns:
            assert any(line.startswith(f"| `{column.name}` | {column.type} |") for line in section)
    for reason in Reason:
        assert any(line.startswith(f"| `{reason}` |") for line in lines)


def test_every_line_of_a_table_has_four_cells() -> None:
    start = render_dictionary().index("| column |")
    end = render_dictionary().index("## Reasons of rejects")
    rows = [line for line in render_dictionary()[start:end].splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {5}
