"""References to documents -> staged parts and check frames of one batch, and what was done in numbers.

Plain functions: they know nothing of Prefect, so that any pool of workers can run them. Only references come in, and
only a name, numbers and the ids of replaced articles go out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType

from pyarrow import feather

from flows.arrow import columns_of
from flows.checks import Batch, check_frame
from flows.ledger import fingerprint
from flows.parts import read_columns, write_part
from flows.release import BATCH_TABLES, CHECKS
from flows.sources import MEDIA_TYPE, ReadError, Ref, read
from transforms import TRANSFORM_VERSION, split
from transforms.model import REASONS, Article, Limits, RawDocument, Reason, Record, Reject, Stage
from transforms.rows import Provenance, Row, Rows, article_id, make_rows


@dataclass(frozen=True, slots=True)
class Job:
    """One batch to extract. ``known`` holds the fingerprints of those documents that the published release knows."""

    refs: Sequence[Ref]
    known: Mapping[str, str]
    staged: Path
    part: str
    run_id: str
    started_at: datetime
    max_bytes: int
    limits: Limits
    row_group_rows: int


@dataclass(frozen=True, slots=True)
class Extracted:
    """What became of one batch. ``replaced`` holds the article ids of changed documents, whose old rows must go."""

    part: str
    new: int
    unchanged: int
    unreachable: int
    replaced: tuple[str, ...]
    rows: dict[str, int]

    @property
    def documents(self) -> int:
        """How many documents the batch had."""
        return self.new + len(self.replaced) + self.unchanged + self.unreachable


class DocumentFailed(Exception):  # noqa: N818 - names what failed; the fault is in its cause
    """Qawl has a fault that this document shows: its address is the message, its cause says what went wrong."""


class _Naming:
    """Say of which document it was that an exception came, whatever the exception: the run fails, with an address."""

    def __init__(self, source_uri: str) -> None:
        self._source_uri = source_uri

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, Exception):
            raise DocumentFailed(f"{self._source_uri} ({type(error).__name__})") from error


def extract(job: Job, *, give_up: bool) -> Extracted:
    """Read, split and stage the new and changed documents of a batch.

    A read that may succeed later raises ``ReadError`` before anything is staged, so that the batch can be tried again.
    With ``give_up`` the document is rejected instead, or kept as it was published before.
    """
    tables: dict[str, list[Row]] = {table.name: [] for table in BATCH_TABLES}
    new = unchanged = unreachable = 0
    replaced: list[str] = []
    for ref in job.refs:
        content = _read(ref, job.max_bytes, give_up=give_up)
        digest = hashlib.sha256(content).hexdigest() if isinstance(content, bytes) else None
        before = job.known.get(ref.source_uri)
        if before == fingerprint(digest, None if isinstance(content, bytes) else content.value):
            unchanged += 1
        elif before is not None and content is Reason.UNREADABLE:
            unreachable += 1
        else:
            with _Naming(ref.source_uri):
                _append(tables, make_rows(_split(ref, content, job.limits), _provenance(job, ref, digest)))
            new += before is None
            replaced += [] if before is None else [article_id(ref.source_uri)]
    batch = {table.name: columns_of(tables[table.name], table) for table in BATCH_TABLES}
    stage(job.staged, job.part, batch, job.row_group_rows)
    rows = {name: len(rows) for name, rows in tables.items()}
    return Extracted(job.part, new, unchanged, unreachable, tuple(replaced), rows)


def stage(staged: Path, part: str, batch: Batch, row_group_rows: int) -> None:
    """Write a batch's parts into a staged release, in place of those it may have, and the check frames beside them.

    Only a staged part is ever replaced, and by a new file, so that a link to the old one keeps what it had.
    """
    for table in BATCH_TABLES:
        path = staged / table.name / part
        path.unlink(missing_ok=True)
        checks = check_path(staged, table.name, part)
        checks.unlink(missing_ok=True)
        frame = check_frame(table, batch)
        if frame.num_rows:
            write_part(path, batch[table.name], table, row_group_rows)
            checks.parent.mkdir(parents=True, exist_ok=True)
            feather.write_feather(frame, checks, compression="uncompressed")


def unstage(staged: Path, part: str) -> Batch:
    """Read a staged batch back."""
    return {table.name: read_columns(staged / table.name / part, table) for table in BATCH_TABLES}


def check_path(staged: Path, table: str, part: str) -> Path:
    """Return where the check frame of a staged part is."""
    return staged / CHECKS / table / f"{part}.arrow"


def _read(ref: Ref, max_bytes: int, *, give_up: bool) -> bytes | Reason:
    try:
        return read(ref, max_bytes)
    except ReadError:
        if not give_up:
            raise
        return Reason.UNREADABLE


def _split(ref: Ref, content: bytes | Reason, limits: Limits) -> Article | Reject:
    if isinstance(content, Reason):
        return Reject(Record.DOCUMENT, Stage.READ, content, REASONS[content])
    return split(RawDocument(ref.source_uri, content), limits)


def _provenance(job: Job, ref: Ref, digest: str | None) -> Provenance:
    return Provenance(ref.source_uri, ref.source, MEDIA_TYPE, digest, TRANSFORM_VERSION, job.run_id, job.started_at)


def _append(tables: dict[str, list[Row]], rows: Rows) -> None:
    for name, listed in tables.items():
        listed.extend(getattr(rows, name))
