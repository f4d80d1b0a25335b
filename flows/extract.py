"""References to documents -> staged parts and check frames of one batch, and what was done in numbers.

Plain functions: they know nothing of Prefect, so that any pool of workers can run them. Only references come in, and
only a name, numbers and the ids of replaced articles go out.
"""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from pyarrow import feather

from flows.arrow import columns_of, time_of
from flows.checks import Batch, check_frame
from flows.documents import Document, document_in, refused
from flows.errors import RunFailed
from flows.ledger import Entry, fingerprint
from flows.listing import Ref
from flows.parts import read_columns, write_part
from flows.release import BATCH_TABLES, CHECKS
from flows.selection import Selection
from flows.sources import ReadError, read
from transforms import TRANSFORM_VERSION, split
from transforms.model import Article, Limits, Reason, Reject, Stage
from transforms.rows import History, Provenance, Row, article_id, make_rows

LIMIT_REASONS = frozenset(
    {
        Reason.TOO_MANY_PARAGRAPHS,
        Reason.TOO_MANY_MARKS,
        Reason.TOO_SLOW,
        Reason.TOO_MUCH_MEMORY,
        Reason.KILLS_WORKERS,
    }
)
"""Reasons that depend on the settings, not on the document alone."""


@dataclass(frozen=True, slots=True)
class Job:
    """One batch to extract.

    ``known`` holds what the published release knows of these documents, ``renamed`` for a new one the old source URI of
    the same bytes and what the release knows of that, ``forgotten`` the fingerprints of bytes that were taken down.
    ``retried`` holds the documents that were refused for a limit which is another now, ``condemned`` those that must
    not be split, and why, ``unread`` those that must not be read. ``names`` says what the fields of a line are called.
    """

    refs: Sequence[Ref]
    known: Mapping[str, Entry]
    renamed: Mapping[str, tuple[str, Entry]]
    forgotten: frozenset[str]
    staged: Path
    part: str
    run_id: str
    started_at: datetime
    max_bytes: int
    limits: Limits
    retried: frozenset[str]
    row_group_rows: int
    selection: Selection
    keep_unreachable: bool
    names: Mapping[str, str]
    condemned: Mapping[str, Reason] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()


STAGING = -1
"""The place of no document: all are done, and the rows of the batch are written."""


class Phase(NamedTuple):
    """What an extraction is about to do: read or split the document at a place of the batch, or write the rows."""

    place: int
    is_reading: bool = False


@dataclass(frozen=True, slots=True)
class Extracted:
    """What became of one batch, in numbers of documents.

    ``changed`` and ``renamed`` hold the article ids whose old rows must go: those of documents with other rows than
    before, and the old ones of documents that have moved. ``unreachable`` holds the source URIs of those that keep
    their rows since they can't be read now, ``skipped`` counts those outside the selection.
    """

    part: str
    new: int
    unchanged: int
    unreachable: tuple[str, ...]
    skipped: int
    changed: tuple[str, ...]
    renamed: tuple[str, ...]
    rows: dict[str, int]

    @property
    def documents(self) -> int:
        """How many documents the batch had."""
        return self.new + len(self.changed) + self.unchanged + len(self.unreachable) + self.skipped


class DocumentFailed(RunFailed):
    """Qawl has a fault that a document shows: the message has its address, and where in the code it was."""


def where(error: BaseException) -> str:
    """Return the file and line that raised an error."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(place.filename).name}:{place.lineno}"


@contextmanager
def _naming(source_uri: str) -> Iterator[None]:
    """Say of which document it was that an exception came, whatever the exception: the run fails, with an address."""
    try:
        yield
    except (ReadError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the run fails
        # Neither the error's message nor the error itself, which is printed with it: it may quote the article.
        raise DocumentFailed(
            f"Nothing was published, since Qawl has a fault: {type(error).__name__} at {where(error)}, at the document "
            f"{source_uri}. Please report it, and take that document out of the folder until then."
        ) from None


def extract(job: Job, *, give_up: bool, watch: Callable[[Phase], None] = lambda _: None) -> Extracted:
    """Read, split and stage the new and changed documents of a batch.

    A read that may succeed later raises ``ReadError`` before anything is staged, so that the batch can be tried again.
    With ``give_up`` the document is rejected instead, or kept as it was published before. ``watch`` is told of each
    phase before it begins.
    """
    batch = _Batch(job)
    for place, ref in enumerate(job.refs):
        watch(Phase(place, is_reading=True))
        with _naming(ref.source_uri):
            content = _read(ref, job, give_up=give_up)
            watch(Phase(place))
            batch.take(ref, content)
    watch(Phase(STAGING))
    return batch.staged()


class _Batch:
    """The rows and numbers of a batch, document by document."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._rows: dict[str, list[Row]] = {table.name: [] for table in BATCH_TABLES}
        self._counts: Counter[str] = Counter()
        self._changed: list[str] = []
        self._renamed: list[str] = []
        self._unreachable: list[str] = []

    def take(self, ref: Ref, content: bytes | Reason) -> None:
        """Split a document and keep its rows, unless they would be those that are published."""
        document = document_in(ref, content, self._job.names)
        digest = document.digest
        before = self._job.known.get(ref.source_uri)
        keeps_rows = before is not None and before.is_article and self._job.keep_unreachable
        if keeps_rows and document.reason is Reason.UNREADABLE:
            self._unreachable.append(ref.source_uri)
            return
        if before is not None and self._is_unchanged(ref, before, document):
            self._counts["unchanged"] += 1
            return
        outcome = self._split(ref, document)
        if not self._job.selection.covers(_published_at(outcome)):
            self._counts["skipped"] += 1
            return
        history = self._history(ref, digest)
        for name, rows in make_rows(outcome, _provenance(self._job, ref, document, history)).items():
            self._rows[name] += rows
        if before is None:
            self._counts["new"] += 1
        else:
            self._changed.append(before.article_id)
        if history.renamed_from is not None and before is None and isinstance(outcome, Article):
            self._renamed.append(article_id(history.renamed_from))

    def staged(self) -> Extracted:
        """Write the batch's parts, and say what became of its documents."""
        job = self._job
        columns = {table.name: columns_of(self._rows[table.name], table) for table in BATCH_TABLES}
        stage(job.staged, job.part, columns, job.row_group_rows)
        return Extracted(
            job.part,
            self._counts["new"],
            self._counts["unchanged"],
            tuple(self._unreachable),
            self._counts["skipped"],
            tuple(self._changed),
            tuple(self._renamed),
            {name: len(rows) for name, rows in self._rows.items()},
        )

    def _is_unchanged(self, ref: Ref, before: Entry, document: Document) -> bool:
        if before.fingerprint != fingerprint(document.digest, document.reason):
            return False
        if self._job.selection.reprocess and before.transform_version != TRANSFORM_VERSION:
            return False
        if ref.source_uri in self._job.retried:
            return False
        is_forgotten = document.digest in self._job.forgotten
        return is_forgotten == (before.reason == Reason.COPY_OF_FORGOTTEN)

    def _split(self, ref: Ref, document: Document) -> Article | Reject:
        if document.digest in self._job.forgotten:
            return refused(ref, Stage.READ, Reason.COPY_OF_FORGOTTEN)
        if isinstance(document.content, Reject):
            return document.content
        if reason := self._job.condemned.get(ref.source_uri):
            return refused(ref, Stage.SPLIT, reason)
        return split(document.content, self._job.limits)

    def _history(self, ref: Ref, digest: str | None) -> History:
        now = self._job.started_at
        before = self._job.known.get(ref.source_uri)
        renamed_from = before.renamed_from if before else None
        if before is None and ref.source_uri in self._job.renamed:
            renamed_from, before = self._job.renamed[ref.source_uri]
            if before.fingerprint != digest:  # written to since it was compared
                return History(1, now, now)
        if before is None or not before.is_article:
            return History(1, now, now)
        first = time_of(before.first_ingested_at)
        if before.fingerprint == digest:
            return History(before.version, time_of(before.ingested_at), first, renamed_from)
        return History(before.version + 1, now, first, renamed_from)


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
            with checks.open("wb") as sink:
                feather.write_feather(frame, sink, compression="uncompressed")


def unstage(staged: Path, part: str) -> Batch:
    """Read a staged batch back."""
    return {table.name: read_columns(staged / table.name / part, table) for table in BATCH_TABLES}


def check_path(staged: Path, table: str, part: str) -> Path:
    """Return where the check frame of a staged part is."""
    return staged / CHECKS / table / f"{part}.arrow"


def _read(ref: Ref, job: Job, *, give_up: bool) -> bytes | Reason:
    if ref.source_uri in job.unread:
        return Reason.UNREADABLE
    try:
        return read(ref, job.max_bytes)
    except ReadError:
        if not give_up:
            raise
        return Reason.UNREADABLE


def _published_at(outcome: Article | Reject) -> datetime | None:
    return outcome.layout.header.published if isinstance(outcome, Article) else None


def _provenance(job: Job, ref: Ref, document: Document, history: History) -> Provenance:
    return Provenance(
        ref.source_uri,
        document.source,
        document.media_type,
        document.size,
        document.digest,
        TRANSFORM_VERSION,
        job.run_id,
        job.started_at,
        history,
        document.url,
    )
