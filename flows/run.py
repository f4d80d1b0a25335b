"""Settings and a warehouse -> one run: its name, what it was told, and the release that it starts from."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.parts import parts_of, read_part
from flows.release import require_schema
from flows.selection import Selection
from flows.settings import Settings
from flows.store import Warehouse

_LIMITS = ("max_paragraphs", "max_marks", "max_seconds", "max_memory")


@dataclass(frozen=True, slots=True)
class Run:
    """One run: who it is, what it was told, and the release that it starts from.

    ``documents_before`` is how many documents the last run has found, ``limits_changed`` whether it had other limits
    for a document than this one.
    """

    run_id: str
    command: str
    started_at: datetime
    warehouse: Warehouse
    settings: Settings
    selection: Selection
    previous: Path | None
    documents_before: int
    limits_changed: bool

    @property
    def max_articles_lost(self) -> float:
        """The share of articles that this run may lose: all, where losing some is what was asked for."""
        return 1.0 if self.command == "forget" else self.settings.max_articles_lost

    @property
    def staged(self) -> Path:
        """The folder of the release being written."""
        return self.warehouse.staging / self.run_id


def begin(command: str, warehouse: Warehouse, settings: Settings, selection: Selection) -> Run:
    """Start a run from the published release, under a name that sorts by time."""
    started_at = datetime.now(UTC)
    previous = warehouse.release()
    if previous is not None:
        require_schema(previous)
    last = _last_run(previous)
    told = json.loads(last["settings"]) if last else {}
    return Run(
        f"{started_at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}",
        command,
        started_at,
        warehouse,
        settings,
        selection,
        previous,
        last["documents_seen"] if last else 0,
        any(told.get(name) != getattr(settings, name) for name in _LIMITS) if last else False,
    )


def _last_run(release: Path | None) -> dict[str, Any]:
    """Return the row of the last run that looked for documents; empty before the first."""
    if release is None:
        return {}
    rows: list[dict[str, Any]] = []
    for path in parts_of(release / "runs"):
        rows += read_part(path, ["command", "documents_seen", "settings"]).to_pylist()
    looked = [row for row in rows if row["command"] in {"run", "reprocess"}]
    return looked[-1] if looked else {}
