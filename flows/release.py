"""A staged batch of parts and the release before it -> a complete release, sealed with a manifest of its files."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from flows.arrow import columns_of, schema_of, table_of
from flows.errors import UsageProblem
from flows.parts import parts_of, read_part, rows_of, schema_in, sync, write_table
from flows.settings import Settings
from transforms.contract import ARTICLES, RUNS, SCHEMA_VERSION, TABLES, Table
from transforms.rows import Row

BATCH_TABLES = tuple(table for table in TABLES if table is not RUNS)
"""The tables that batches of documents give rows to, all of a batch's in parts of one name."""

CHECKS = "checks"
"""The folder of check frames beside the staged tables; it is no part of the release."""

_MANIFEST = "manifest.json"


def part_name(run_id: str, number: int) -> str:
    """Return the name of a batch's part files, the same in every table's folder and never used by another run.

    >>> part_name("20260102T030405Z-0a1b2c", 7)
    'part-20260102T030405Z-0a1b2c-00007.parquet'
    """
    return f"part-{run_id}-{number:05d}.parquet"


def require_schema(release: Path) -> None:
    """Refuse to add to a release whose tables have other columns: readers need one schema in a folder."""
    for path in parts_of(release / ARTICLES.name)[:1]:
        found = schema_in(path).metadata[b"schema_version"].decode()
        if found != str(SCHEMA_VERSION):
            raise UsageProblem(
                f"The tables in {release} have schema version {found}, this Qawl writes {SCHEMA_VERSION}: "
                "publish into a new warehouse folder."
            )


def carry_over(previous: Path, staged: Path, untouched: set[str]) -> None:
    """Link the parts that no changed document touches into the staged release."""
    for table in BATCH_TABLES:
        (staged / table.name).mkdir(exist_ok=True)
        for path in parts_of(previous / table.name):
            if path.name in untouched:
                os.link(path, staged / table.name / path.name)


def rewrite_without(
    previous: Path, staged: Path, parts: Iterable[tuple[str, str]], article_ids: set[str], settings: Settings
) -> None:
    """Copy parts, given as (old name, new name), into the staged release without these articles' rows."""
    gone = pa.array(sorted(article_ids), pa.string())
    for old, new in parts:
        for table in BATCH_TABLES:
            path = previous / table.name / old
            if path.exists():
                data = read_part(path)
                left = data.filter(pc.invert(pc.is_in(data.column("article_id"), gone)))
                _write_if_any(staged / table.name / new, left, table, settings)


def add_run(previous: Path | None, staged: Path, row: Row, settings: Settings) -> None:
    """Write the table of runs anew: the rows of the release before and this run's."""
    new = table_of(columns_of([row], RUNS), RUNS)
    old = [] if previous is None else [read_part(path).cast(new.schema) for path in parts_of(previous / RUNS.name)]
    write_table(
        staged / RUNS.name / part_name(staged.name, 0), pa.concat_tables([*old, new]), RUNS, settings.row_group_rows
    )


def rows_in(release: Path) -> dict[str, int]:
    """Count the rows of every table from the footers of its parts."""
    return {table.name: sum(map(rows_of, parts_of(release / table.name))) for table in TABLES}


def seal(staged: Path, previous: Path | None, settings: Settings) -> None:
    """Complete a staged release and force it to the disk, ready to be renamed into its place.

    Every table gets at least one part, since readers refuse an empty folder. ``ValueError`` if a new part is not of
    the contract's schema.
    """
    shutil.rmtree(staged / CHECKS, ignore_errors=True)
    known = _read_manifest(previous)
    manifest: dict[str, list[dict[str, Any]]] = {}
    for table in TABLES:
        folder = staged / table.name
        if not parts_of(folder):
            write_table(
                folder / part_name(staged.name, 0), schema_of(table).empty_table(), table, settings.row_group_rows
            )
        manifest[table.name] = [
            known.get((table.name, path.name)) or _describe(path, table) for path in parts_of(folder)
        ]
        sync(folder)
    path = staged / _MANIFEST
    content = {"run_id": staged.name, "schema_version": SCHEMA_VERSION, "tables": manifest}
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    sync(path)
    sync(staged)


def _write_if_any(path: Path, data: pa.Table, table: Table, settings: Settings) -> None:
    if data.num_rows:
        write_table(path, data.cast(schema_of(table)), table, settings.row_group_rows)


def _describe(path: Path, table: Table) -> dict[str, Any]:
    """Force a new part to the disk and describe it, after a last look that it is what readers are promised."""
    if not schema_in(path).equals(schema_of(table), check_metadata=True):
        raise ValueError(f"{path} is not of the contract's schema")
    sync(path)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"name": path.name, "rows": rows_of(path), "bytes": path.stat().st_size, "sha256": digest}


def _read_manifest(release: Path | None) -> dict[tuple[str, str], dict[str, Any]]:
    if release is None:
        return {}
    content = json.loads((release / _MANIFEST).read_text(encoding="utf-8"))
    return {(table, part["name"]): part for table, parts in content["tables"].items() for part in parts}
