"""A release -> its last runs, the rows of its tables and its rejects by reason, on the terminal."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
from rich.console import Group
from rich.table import Table
from rich.text import Text

from transforms.contract import TABLES
from transforms.model import REASONS, Reason

_LAST_RUNS = 5
_RUN_COUNTS = ("documents_seen", "documents_new", "documents_changed", "documents_gone", "documents_rejected")


def render_status(release: Path, place: str) -> Group:
    """Return the state of one release, which people know as ``place``: newest run and most frequent reason first."""
    return Group(
        _runs(release / "runs"), "", _rows(release), "", *_rejects(release / "rejects"), Text(place, style="dim")
    )


def _runs(folder: Path) -> Table:
    rows = pq.read_table(folder).sort_by([("started_at", "descending")]).slice(0, _LAST_RUNS).to_pylist()
    table = Table("run", "asked for", box=None, title="last runs", title_justify="left")
    table.columns[0].no_wrap = True
    table.add_column("seconds", justify="right")
    for name in _RUN_COUNTS:
        table.add_column(name.removeprefix("documents_"), justify="right")
    for row in rows:
        seconds = (row["finished_at"] - row["started_at"]).total_seconds()
        counts = [f"{row[name]:,}" for name in _RUN_COUNTS]
        table.add_row(row["run_id"], row["command"], f"{seconds:.1f}", *counts)
    return table


def _rows(release: Path) -> Table:
    table = Table("table", box=None, title="tables", title_justify="left")
    table.add_column("rows", justify="right")
    for contract in TABLES:
        parts = (release / contract.name).glob("*.parquet")
        table.add_row(contract.name, f"{sum(pq.read_metadata(part).num_rows for part in parts):,}")
    return table


def _rejects(folder: Path) -> list[Table | str]:
    rejects = pq.read_table(folder, columns=["record", "reason"]).to_pylist()
    if not rejects:
        return ["no rejects", ""]
    table = Table("refused", "reason", box=None, title="rejects", title_justify="left")
    table.add_column("rows", justify="right")
    table.add_column("meaning")
    for (record, reason), count in Counter((row["record"], row["reason"]) for row in rejects).most_common():
        table.add_row(record, reason, f"{count:,}", REASONS[Reason(reason)])
    return [table, ""]
