"""Settings and a warehouse -> one run: its name, what it was told, and the release that it starts from."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.parts import parts_of, read_part
from flows.release import require_schema, require_whole
from flows.selection import Selection
from flows.settings import Settings
from flows.store import Warehouse

_LIMITS = ("max_paragraphs", "max_marks", "max_seconds", "max_memory")


@dataclass(frozen=True, slots=True)
class Run:
    """One run: who it is, what it was told, and the release that it starts from.

    ``documents_before`` is how many documents the last run has found, ``other_limits`` names the runs that had other
    limits for a document than this one. Of a command of several runs, ``articles_lost`` is how many of its
    ``articles_before`` the earlier ones have lost.
    """

    run_id: str
    command: str
    started_at: datetime
    warehouse: Warehouse
    settings: Settings
    selection: Selection
    previous: Path | None
    documents_before: int
    other_limits: frozenset[str]
    articles_lost: int = 0
    articles_before: int = 0

    @property
    def max_articles_lost(self) -> float:
        """The share of articles that this run may lose: all, where losing some is what was asked for."""
        return 1.0 if self.command == "forget" else self.settings.max_articles_lost

    @property
    def staged(self) -> Path:
        """The folder of the release being written."""
        return self.warehouse.staging / self.run_id


def begin(command: str, warehouse: Warehouse, settings: Settings, selection: Selection) -> Run:
    """Start a run from the published release, under a name that sorts by time.

    ``UsageProblem`` if the release is damaged, or of another schema.
    """
    started_at = datetime.now(UTC)
    previous = warehouse.release()
    if previous is not None:
        require_whole(previous)
        require_schema(previous)
    runs = [] if previous is None else _runs(previous)
    looked = [row["documents_seen"] for row in runs if row["command"] in {"run", "reprocess"}]
    limits = [getattr(settings, name) for name in _LIMITS]
    return Run(
        run_id(started_at),
        command,
        started_at,
        warehouse,
        settings,
        selection,
        previous,
        looked[-1] if looked else 0,
        frozenset(row["run_id"] for row in runs if _limits_of(row) != limits),
    )


def run_id(started_at: datetime) -> str:
    """Return a name that sorts by time, the microsecond included; four random bits part runs of the same one.

    >>> run_id(datetime(2026, 11, 24, 3, 0, 50, 999_999, UTC))[:-1]
    '20261124T030050Z-f423f'
    """
    return f"{started_at:%Y%m%dT%H%M%SZ}-{started_at.microsecond << 4 | secrets.randbelow(16):06x}"


def _runs(release: Path) -> list[dict[str, Any]]:
    columns = ["run_id", "command", "documents_seen", "settings"]
    return [row for path in parts_of(release / "runs") for row in read_part(path, columns).to_pylist()]


def _limits_of(row: dict[str, Any]) -> list[object]:
    told = json.loads(row["settings"])
    return [told.get(name) for name in _LIMITS]
