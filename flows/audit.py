"""A published warehouse -> every promise that it breaks, in words."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import feather

from flows import census
from flows.arrow import schema_of
from flows.checks import Batch, check_frame, tuples
from flows.extract import check_path, unstage
from flows.parts import parts_of, read_columns, read_part, rows_of, schema_in
from flows.release import BATCH_TABLES, read_manifest
from flows.store import Warehouse, leftovers
from flows.validation import Validation
from transforms.contract import ARTICLES, RUNS, TABLES
from transforms.rows import article_id, text_hash

_ACCOUNTED = ("article_rows", "documents_rejected")


def audit(warehouse: Warehouse, release: Path) -> Iterator[str]:
    """Yield what is wrong with a warehouse and its published release: a sentence each, nothing of an article in it.

    Files against the manifest, byte by byte; schemas; links; every rule of the rows and of the release; what runs that
    died have left. It only reads, and may run while a run publishes.
    """
    yield from _links(warehouse)
    yield from _leftovers(warehouse)
    broken_files = list(_files(release))
    yield from broken_files
    if not broken_files:  # what can't be read can't be checked
        yield from _rules(release)


def _links(warehouse: Warehouse) -> Iterator[str]:
    for table in TABLES:
        link = warehouse.root / table.name
        if not link.is_symlink() or link.readlink() != Path("current", table.name):
            yield f"{link} is not the link to current/{table.name}: `qawl run` makes it"


def _leftovers(warehouse: Warehouse) -> Iterator[str]:
    """Yield what the next run removes; it is no fault, but no run is to leave it."""
    for path in leftovers(warehouse):
        yield f"{path} was left by a run that died, or belongs to one that is writing now: the next run removes it"


def _files(release: Path) -> Iterator[str]:
    try:
        listed = read_manifest(release)
    except (OSError, ValueError, KeyError) as error:
        yield f"the manifest of {release} can't be read ({type(error).__name__})"
        return
    for table in TABLES:
        found = (
            {path.name: path for path in (release / table.name).iterdir()} if (release / table.name).is_dir() else {}
        )
        known = {name: part for (owner, name), part in listed.items() if owner == table.name}
        for name in sorted(known.keys() - found.keys()):
            yield f"{table.name}/{name} is missing"
        for name in sorted(found.keys() - known.keys()):
            yield f"{table.name}/{name} does not belong there: the manifest does not list it"
        for name in sorted(known.keys() & found.keys()):
            yield from (
                f"{table.name}/{name} {trouble}" for trouble in _file(found[name], known[name], schema_of(table))
            )


def _file(path: Path, listed: dict[str, Any], schema: pa.Schema) -> Iterator[str]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != listed["sha256"]:
        yield "has other bytes than the manifest says"
    try:
        if rows_of(path) != listed["rows"]:
            yield "has other rows than the manifest says"
        if not schema_in(path).equals(schema, check_metadata=True):
            yield "is not of the contract's schema"
    except (OSError, pa.ArrowException):
        yield "is no complete Parquet file"


def _rules(release: Path) -> Iterator[str]:
    validation = Validation()
    with tempfile.TemporaryDirectory(prefix="qawl-check-") as folder:
        for part in sorted({path.name for table in BATCH_TABLES for path in parts_of(release / table.name)}):
            batch = unstage(release, part)
            yield from _identities(part, batch)
            for table in BATCH_TABLES:
                _write_frame(check_frame(table, batch), check_path(Path(folder), table.name, part))
        for path in parts_of(release / RUNS.name):
            frame = check_frame(RUNS, {RUNS.name: read_columns(path, RUNS)})
            _write_frame(frame, check_path(Path(folder), RUNS.name, path.name))
        for table in TABLES:
            frames = sorted(check_path(Path(folder), table.name, "").parent.glob("*.arrow"))
            for part, rows in validation.check_rows(table, frames, published=True).items():
                for row, rule in rows.items():
                    yield f"row {row} of {table.name}/{part} breaks the rule: {rule}"
        validation.check_release(census.take(release, _documents(release), 0.0), census.release_rules(1.0))
    for name, count in sorted(validation.failed.items()):
        yield f"a rule of the release is broken, {count:,} times: {name}"


def _identities(part: str, batch: Batch) -> Iterator[str]:
    """Yield the articles whose id is not made from their address, or whose hash is not of their text."""
    columns = ("article_id", "source_uri", "text", "text_sha256")
    for row, (owner, uri, text, digest) in enumerate(tuples(batch[ARTICLES.name], columns)):
        if owner != article_id(uri):
            yield f"row {row} of articles/{part} has an article_id that is not of its source_uri"
        if text is not None and digest != text_hash(text):
            yield f"row {row} of articles/{part} has a text_sha256 that is not of its text"


def _documents(release: Path) -> int:
    """Return how many documents the last run accounted for; 0 without any run."""
    runs = [row for path in parts_of(release / RUNS.name) for row in read_part(path, _ACCOUNTED).to_pylist()]
    return sum(runs[-1].values()) if runs else 0


def _write_frame(frame: pa.Table, path: Path) -> None:
    if frame.num_rows:
        path.parent.mkdir(parents=True, exist_ok=True)
        feather.write_feather(frame, path, compression="uncompressed")
