"""A finished run -> what it did, in numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one run did. ``rows`` and ``rejects_by_reason`` are the whole published release, not the run's share of it.

    ``documents_rejected`` counts the refused documents of the release; ``documents_gone`` those of the tables that were
    not found, or not readable, this time; ``rows_refused`` the rows that a row rule sent to ``rejects`` in this run.
    """

    run_id: str
    release: str
    documents_seen: int
    documents_new: int
    documents_changed: int
    documents_unchanged: int
    documents_gone: int
    documents_rejected: int
    rows: dict[str, int]
    rejects_by_reason: dict[str, int]
    rules_checked: int
    rows_refused: int
    seconds: float
