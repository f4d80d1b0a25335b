"""A warehouse -> its tables as pandas reads them, and what the tests of whole runs ask of them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from transforms.contract import TABLES

Frames = dict[str, pd.DataFrame]

_OF_A_RUN = ["run_id", "ingested_at", "first_ingested_at", "rejected_at"]


def read_all(warehouse: Path) -> Frames:
    """Read every table of the published release."""
    return {table.name: pd.read_parquet(warehouse / table.name) for table in TABLES}


def rows_without_runs(frames: Frames) -> dict[str, str]:
    """Return the rows of all tables but that of runs, to compare two states of one warehouse."""
    return {name: frame.to_csv() for name, frame in frames.items() if name != "runs"}


def rows_without_clock(frames: Frames) -> dict[str, str]:
    """Return the rows of all tables but that of runs, in an order of their own and without times and run ids.

    Two warehouses that have taken in the same documents, one undisturbed and one not, agree in these.
    """
    found = {}
    for name, frame in frames.items():
        if name != "runs":
            left = frame.drop(columns=[column for column in _OF_A_RUN if column in frame])
            found[name] = "\n".join(sorted(left.to_csv(index=False).splitlines()))
    return found


def accounted(frames: Frames) -> int:
    """Count the documents that the tables account for: articles and rejected documents."""
    rejects = frames["rejects"]
    return len(frames["articles"]) + int((rejects["record"] == "document").sum())


def by_uri(frames: Frames, column: str) -> dict[str, object]:
    """Return a column of articles by source URI, missing values as ``None``."""
    articles = frames["articles"].set_index("source_uri")
    return {str(uri): None if pd.isna(value) else value for uri, value in articles[column].items()}
