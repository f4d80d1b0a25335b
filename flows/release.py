"""A staged batch of parts and the release before it -> a complete release, sealed with a manifest of its files."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from flows.arrow import columns_of, schema_of, table_of
from flows.duplicates import Flag
from flows.errors import UsageProblem
from flows.parts import parts_of, read_part, rows_of, schema_in, sync, write_pieces, write_table
from flows.settings import Settings
from flows.spool import SPOOL
from flows.store import MANIFEST
from transforms.contract import ARTICLES, PARAGRAPHS, RUNS, SCHEMA_VERSION, TABLES, Table
from transforms.rows import Row

TEXT_TABLES = (ARTICLES, PARAGRAPHS)
"""The tables whose column ``text`` the settings can keep out."""

BATCH_TABLES = tuple(table for table in TABLES if table is not RUNS)
"""The tables that batches of documents give rows to, all of a batch's in parts of one name."""

CHECKS = "checks"
"""The folder of check frames beside the staged tables; it is no part of the release."""

_OLDEST_SCHEMA = 2
"""The oldest version of the tables that a run carries on; what they lack is null in all their rows."""

_FLAG = ("duplicate_of", "duplicate_kind")


def part_name(run_id: str, number: int) -> str:
    """Return the name of a batch's part files, the same in every table's folder and never used by another run.

    >>> part_name("20260102T030405Z-0a1b2c", 7)
    'part-20260102T030405Z-0a1b2c-00007.parquet'
    """
    return f"part-{run_id}-{number:05d}.parquet"


def require_schema(release: Path) -> None:
    """Refuse to add to a release whose tables can't be carried on."""
    found = schema_version(release)
    if not _OLDEST_SCHEMA <= found <= SCHEMA_VERSION:
        raise UsageProblem(
            f"The tables in {release} have schema version {found}, this Qawl writes {SCHEMA_VERSION} and carries on "
            f"those from {_OLDEST_SCHEMA} on: publish into a new warehouse folder."
        )


def schema_version(release: Path) -> int:
    """Return the version of a release's tables: all parts have one, since readers need one schema in a folder."""
    for path in parts_of(release / ARTICLES.name)[:1]:
        return int(schema_in(path).metadata[b"schema_version"])
    return SCHEMA_VERSION


def require_whole(release: Path) -> None:
    """Refuse to go on from a release that lacks a file of its manifest, or has one of another size or too many.

    Its articles would be lost in silence: the new release would be sound, and the next check would find nothing.
    """
    try:
        listed = {key: part["bytes"] for key, part in read_manifest(release).items()}
    except (OSError, ValueError, KeyError) as error:
        raise UsageProblem(f"The manifest of {release} can't be read ({type(error).__name__}): restore it.") from error
    found = {(t.name, path.name): path.stat().st_size for t in TABLES for path in parts_of(release / t.name)}
    damaged = sorted({key for key, _ in found.items() ^ listed.items()})
    if damaged:
        names = ", ".join("/".join(key) for key in damaged[:3])
        raise UsageProblem(
            f"The release {release} is damaged: {len(damaged):,} files are not as its manifest says ({names}). "
            "Restore them; `qawl check` says what else is broken."
        )


def carry_over(previous: Path, staged: Path, untouched: Collection[str]) -> None:
    """Link the parts that stay as they are into the staged release."""
    for table in BATCH_TABLES:
        (staged / table.name).mkdir(exist_ok=True)
        for path in parts_of(previous / table.name):
            if path.name in untouched:
                os.link(path, staged / table.name / path.name)


@dataclass(frozen=True, slots=True)
class Changes:
    """What becomes of published rows: whose rows go, what articles are flagged to repeat, whether the text stays."""

    without: Collection[str]
    flags: Mapping[str, Flag]
    store_text: bool


def rewrite(previous: Path, staged: Path, parts: tuple[Collection[str], str], changes: Changes, rows: int) -> None:
    """Write some parts, given as their old names and the new one, as one into the staged release, with changes.

    ``rows`` is how many a row group has.
    """
    names, new = parts
    gone = pa.array(sorted(changes.without), pa.string())
    for table in BATCH_TABLES:
        paths = [path for name in sorted(names) if (path := previous / table.name / name).exists()]
        olds = (_with_all_columns(read_part(path), table) for path in paths)
        left = (data.filter(pc.invert(pc.is_in(data.column("article_id"), gone))) for data in olds)
        write_pieces(staged / table.name / new, (_changed(data, table, changes) for data in left), table, rows)


def _with_all_columns(data: pa.Table, table: Table) -> pa.Table:
    """Give the rows of an older schema the columns that it lacks."""
    schema = schema_of(table)
    for field in schema:
        if field.name not in data.column_names:
            data = data.append_column(field, pa.nulls(len(data), field.type))
    return data.select(schema.names).cast(schema)


def change_staged(staged: Path, part: str, changes: Changes, rows: int) -> None:
    """Change the rows of a staged part in place: it is no reader's yet, and nothing links to it."""
    for table in TEXT_TABLES:
        path = staged / table.name / part
        if path.exists():
            data = read_part(path)
            path.unlink()
            write_table(path, _changed(data, table, changes), table, rows)


def _changed(data: pa.Table, table: Table, changes: Changes) -> pa.Table:
    """Flag the articles that repeat another, and take the text out of articles and paragraphs if it is not to stay."""
    new: dict[str, list[str | None]] = {}
    if table is ARTICLES:
        rows = zip(*(data.column(name).to_pylist() for name in ("article_id", *_FLAG)), strict=True)
        flags = [changes.flags.get(owner, flag) for owner, *flag in rows]
        new = {name: [flag[at] for flag in flags] for at, name in enumerate(_FLAG)}
    if table in TEXT_TABLES and not changes.store_text:
        new["text"] = [None] * len(data)
    for name, values in new.items():
        at = data.schema.get_field_index(name)
        data = data.set_column(at, schema_of(table).field(name), pa.array(values, schema_of(table).field(name).type))
    return data.cast(schema_of(table))


def add_run(previous: Path | None, staged: Path, row: Row, settings: Settings) -> None:
    """Write the table of runs anew: the rows of the release before and this run's."""
    new = table_of(columns_of([row], RUNS), RUNS)
    old = [] if previous is None else [read_part(path).cast(new.schema) for path in parts_of(previous / RUNS.name)]
    write_table(
        staged / RUNS.name / part_name(staged.name, 0), pa.concat_tables([*old, new]), RUNS, settings.row_group_rows
    )


def rows_in(release: Path, previous: Path | None = None) -> dict[str, int]:
    """Count the rows of every table from the footers of its parts, or from the manifest of ``previous`` if it has them.

    ``previous`` is the release before, or a published release itself: there are thousands of footers to save.
    """
    known = {key: int(part["rows"]) for key, part in read_manifest(previous).items()}
    return {
        table.name: sum(known.get((table.name, path.name)) or rows_of(path) for path in parts_of(release / table.name))
        for table in TABLES
    }


def bytes_of_parts(release: Path | None) -> Counter[str]:
    """Return how many bytes each part of a release has on disk, all tables together."""
    sizes: Counter[str] = Counter()
    for (_, name), part in read_manifest(release).items():
        sizes[name] += part["bytes"]
    return sizes


def seal(staged: Path, previous: Path | None, settings: Settings) -> None:
    """Complete a staged release and force it to the disk, ready to be renamed into its place.

    Every table gets at least one part, since readers refuse an empty folder. ``ValueError`` if a new part is not of
    the contract's schema.
    """
    shutil.rmtree(staged / CHECKS, ignore_errors=True)
    shutil.rmtree(staged / SPOOL, ignore_errors=True)
    known = read_manifest(previous)
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
    path = staged / MANIFEST
    content = {"run_id": staged.name, "schema_version": SCHEMA_VERSION, "tables": manifest}
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    sync(path)
    sync(staged)


def _describe(path: Path, table: Table) -> dict[str, Any]:
    """Force a new part to the disk and describe it, after a last look that it is what readers are promised."""
    if not schema_in(path).equals(schema_of(table), check_metadata=True):
        raise ValueError(f"{path} is not of the contract's schema")
    sync(path)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"name": path.name, "rows": rows_of(path), "bytes": path.stat().st_size, "sha256": digest}


def read_manifest(release: Path | None) -> dict[tuple[str, str], dict[str, Any]]:
    """Return what a release's manifest says of each part, by its table's name and its own; empty for no release."""
    if release is None:
        return {}
    content = json.loads((release / MANIFEST).read_text(encoding="utf-8"))
    return {(table, part["name"]): part for table, parts in content["tables"].items() for part in parts}
