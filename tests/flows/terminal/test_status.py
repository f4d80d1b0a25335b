from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from flows.terminal.status import render_status
from tests.flows.terminal.releases import RUN_ID, write_release
from transforms.contract import RUNS


def test_status_shows_runs_rows_and_reasons(tmp_path: Path) -> None:
    stream = io.StringIO()
    Console(file=stream, width=80).print(render_status(write_release(tmp_path / "release")))
    lines = [line.split() for line in stream.getvalue().splitlines()]
    seen = next(100 + index for index, column in enumerate(RUNS.columns) if column.name == "documents_seen")
    assert [RUN_ID, "2.0", *(str(seen + index) for index in range(5))] in lines
    for row in (["articles", "1"], ["paragraphs", "3"], ["quotes", "1"], ["speakers", "1"], ["rejects", "1"]):
        assert row in lines
    assert ["document", "empty", "1", "no", "character", "but", "white", "space"] in lines
