from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from flows.terminal.status import render_status
from tests.flows.terminal.releases import RUN_ID, write_release
from transforms.contract import RUNS


def test_status_shows_runs_rows_and_reasons(tmp_path: Path) -> None:
    stream = io.StringIO()
    Console(file=stream, width=80).print(render_status(write_release(tmp_path / "release"), "the release"))
    lines = [line.split() for line in stream.getvalue().splitlines()]
    given = {column.name: str(100 + index) for index, column in enumerate(RUNS.columns)}
    counts = [given[f"documents_{name}"] for name in ("seen", "new", "changed", "gone", "rejected")]
    assert [RUN_ID, "run", "2.0", *counts] in lines
    for row in (["articles", "1"], ["paragraphs", "3"], ["quotes", "1"], ["speakers", "1"], ["rejects", "1"]):
        assert row in lines
    assert ["document", "empty", "1", "no", "character", "but", "white", "space"] in lines
