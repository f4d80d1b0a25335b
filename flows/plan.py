"""The documents that are there, and those that the release knows -> jobs, and the documents that are gone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from flows.arrow import time_of
from flows.errors import RunFailed
from flows.extract import LIMIT_REASONS, Extracted, Job
from flows.ledger import Ledger
from flows.listing import Listing, Ref
from flows.release import part_name
from flows.renames import paired
from flows.run import Run
from flows.selection import Selection
from flows.settings import Gone
from flows.sources import ReadError, batch_lengths, read
from flows.spool import SPOOL, spooled
from transforms import TRANSFORM_VERSION
from transforms.model import Limits, Reason

Rows = NDArray[Any]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run will do.

    ``to_read`` are the places in the listing of the documents that are read; ``jobs`` yields them once, in batches with
    numbers below ``numbered``. ``found`` counts the documents of the raw folder; of them ``skipped`` those that the run
    leaves aside unread, ``forgotten`` those that were taken down, ``trusted`` those that can't have changed, of which
    ``is_trusted`` says which they are.
    ``missing`` holds the ledger's rows of articles that the folder lacks, ``dropped`` the article ids of the documents
    whose rows go.
    """

    to_read: Rows
    jobs: Iterable[Job]
    numbered: int
    found: int
    skipped: int
    forgotten: int
    trusted: int
    is_trusted: Mask
    missing: Rows
    dropped: frozenset[str]


def make_plan(run: Run, listing: Listing, ledger: Ledger, unchanged: Mask, tried: Collection[str] = ()) -> Plan:
    """Decide what is read, and what becomes of documents that are no longer there.

    A document that the release has read, and that has the same stamp as then (``unchanged``), is not read again, nor is
    a line that holds the same. A run that reads again what older rules have read leaves out what the command has
    ``tried`` before.
    """
    rows = ledger.rows_of(listing.addresses)
    is_found = np.zeros(len(ledger), bool)
    is_found[rows[rows >= 0]] = True
    missing = np.flatnonzero(~is_found & ~ledger.is_forgotten)
    is_asked_for = _asked_for(run, listing) & ~((rows >= 0) & _at(ledger.is_forgotten, rows))
    if run.selection.reprocess:
        to_read = chosen = _stale(run, listing, ledger, np.where(is_asked_for, rows, -1), tried)
        is_trusted = np.zeros(len(listing), bool)
        renamed = np.zeros((0, 2), np.int64)
    else:
        chosen = np.flatnonzero(is_asked_for)
        is_trusted = _trusted(run, listing, ledger, rows, unchanged)
        to_read = chosen[~is_trusted[chosen]]
        renamed = _renamed(run, listing, ledger, to_read[rows[to_read] < 0], _moved(run, listing, ledger, missing))
    forgotten = int((is_found & ledger.is_forgotten).sum())
    lengths = _lengths(run, listing, to_read)
    return Plan(
        to_read,
        _jobs(run, listing, ledger, (to_read, rows, renamed), lengths),
        len(lengths),
        len(listing),
        len(listing) - len(chosen) - forgotten,
        forgotten,
        len(chosen) - len(to_read),
        is_trusted,
        missing[ledger.is_article[missing]],
        frozenset() if run.selection.reprocess else _dropped(run, ledger, missing),
    )


def settled(plan: Plan, listing: Listing, done: Iterable[Extracted], selection: Selection) -> Mask:
    """Say of which documents the outcome stands in the release of this run, since they were read or need not be."""
    stands = plan.is_trusted.copy()
    if selection.has_dates:
        return stands  # what lies outside of the days was read, but left as it was
    stands[plan.to_read] = True
    unsettled = [uri for batch in done for uri in batch.unreachable]
    stands[listing.places_of(unsettled)] = False
    return stands


def require_documents(raw: Path | str, found: int, before: int, max_shrink: float) -> None:
    """Stop a run over a folder that has lost most of its documents: rather a lost mount than so much to delete."""
    if found < before * (1 - max_shrink):
        raise RunFailed(
            f"Nothing was published: {raw} holds {found:,} documents, and the run before found {before:,}. "
            "Is it the right folder, and is all of it there? If so, allow it with QAWL_MAX_SHRINK=1."
        )


def _at(values: Mask, rows: Rows) -> Mask:
    """Return the values of the ledger at the rows of documents; whatever for those that it does not know."""
    return values[rows] if len(values) else np.zeros(len(rows), bool)


def _asked_for(run: Run, listing: Listing) -> Mask:
    if run.selection.only is None:
        return np.ones(len(listing), bool)
    takes = (run.selection.takes(address) for chunk in listing.addresses.chunks for address in chunk.to_pylist())
    return np.fromiter(takes, bool, len(listing))


def _trusted(run: Run, listing: Listing, ledger: Ledger, rows: Rows, unchanged: Mask) -> Mask:
    """Choose documents that can't have changed since the release read them, and whose outcome would be the same."""
    same = unchanged.copy()
    first = len(listing) - len(listing.digests)
    if len(ledger):
        same[first:] = (ledger.digests[rows[first:]] == listing.digests).all(axis=1)
    return (rows >= 0) & same & _at(is_settled(run, ledger), rows)


def is_settled(run: Run, ledger: Ledger) -> Mask:
    """Say of which documents the outcome stands as long as they hold the same."""
    is_open = ledger.is_unread | ledger.has("reason", [Reason.COPY_OF_FORGOTTEN]) | _is_retried(run, ledger)
    return ~is_open & ~_is_copy(ledger)


def known_lines(
    run: Run, files: Iterable[Ref], ledger: Ledger, lines_of: Callable[[Ref], pa.ChunkedArray | None]
) -> list[tuple[Ref, pa.ChunkedArray, Rows]]:
    """Choose the files of lines that need not be read: each with its lines' addresses and their digests in the ledger.

    ``lines_of`` gives the addresses of the lines of a file that is as it was.
    """
    found = []
    is_sure = is_settled(run, ledger)
    for file in files:
        addresses = lines_of(file)
        if addresses is not None:
            rows = ledger.rows_of(addresses)
            if (rows >= 0).all() and is_sure[rows].all():
                found.append((file, addresses, ledger.digests[rows]))
    return found


def _is_copy(ledger: Ledger) -> Mask:
    """Say which documents have bytes that were taken down elsewhere since they were read."""
    digests = ledger.digests.view("S32").ravel()
    return np.isin(digests, digests[ledger.is_forgotten & ~ledger.is_unread])


def _is_retried(run: Run, ledger: Ledger) -> Mask:
    """Say which documents were refused for a limit that is another now."""
    return ledger.has("reason", LIMIT_REASONS) & ledger.has("run_id", run.other_limits)


def _stale(run: Run, listing: Listing, ledger: Ledger, rows: Rows, tried: Collection[str]) -> Rows:
    """Choose documents that older rules have read: whole parts, so that each is written anew once, up to a limit."""
    is_stale = ~ledger.has("transform_version", [TRANSFORM_VERSION])
    places = np.flatnonzero((rows >= 0) & _at(is_stale, rows))
    if tried:
        places = places[[address not in tried for address in listing.addresses.take(places).to_pylist()]]
    if run.selection.has_dates:
        places = places[[run.selection.covers(_published_at(ledger, row)) for row in rows[places]]]
    chosen = np.zeros(len(ledger), bool)
    for part in sorted(ledger.parts_of(rows[places])):
        more = np.zeros(len(ledger), bool)
        more[rows[places]] = True
        more &= ledger.has("part", [part])
        if chosen.any() and chosen.sum() + more.sum() > run.settings.reprocess_documents:
            break
        chosen |= more
    return places[_at(chosen, rows[places])]


def _moved(run: Run, listing: Listing, ledger: Ledger, missing: Rows) -> Rows:
    """Return the missing articles that may have moved: those the run is asked for, and that it would have seen."""
    missing = missing[ledger.is_article[missing]]
    unlisted = tuple(listing.unlisted())
    if not len(missing) or (run.selection.only is None and not unlisted):
        return missing
    addresses = ledger.addresses.take(missing).to_pylist()
    return missing[[run.selection.takes(uri) and not uri.startswith(unlisted) for uri in addresses]]


def _renamed(run: Run, listing: Listing, ledger: Ledger, new: Rows, missing: Rows) -> Rows:
    """Find new addresses of articles that are gone from their old ones: pairs of a place in the listing and a row.

    Only a new document of the very size of a missing one is read for it, so that a usual run reads nothing twice.
    Where several have the same bytes, they are paired in the order of their addresses.
    """
    if not len(missing):
        return np.zeros((0, 2), np.int64)
    is_line = listing.is_line[new]
    may_be = (listing.columns["trouble"][new] == 0) & (is_line | listing.has_size(new, ledger.sizes(missing)))
    new = new[may_be]
    digests = [_digest(ref, run.settings.max_bytes) for ref in listing.refs(new)]
    found = np.frombuffer(b"".join(digests), np.uint8).reshape(-1, 32)
    pairs = paired(found, listing.addresses.take(new), ledger.digests[missing], ledger.addresses.take(missing))
    return np.stack([new[pairs[:, 0]], missing[pairs[:, 1]]], axis=1)


def _digest(ref: Ref, max_bytes: int) -> bytes:
    """Return the SHA-256 of what a document holds, zeros if it can't be read."""
    if ref.digest is not None:
        return bytes.fromhex(ref.digest)
    try:
        content = read(ref, max_bytes)
    except ReadError:
        return bytes(32)
    return hashlib.sha256(content).digest() if isinstance(content, bytes) else bytes(32)


def _dropped(run: Run, ledger: Ledger, missing: Rows) -> frozenset[str]:
    """Return whose rows go: a reject says nothing once its document is gone, an article goes if the settings say so."""
    if run.settings.gone is not Gone.DROP:
        missing = missing[~ledger.is_article[missing]]
    if run.selection.only is not None or run.selection.has_dates:
        addresses = ledger.addresses.take(missing).to_pylist()
        is_asked_for = [
            run.selection.takes(uri) and run.selection.covers(_published_at(ledger, row))
            for uri, row in zip(addresses, missing, strict=True)
        ]
        missing = missing[np.array(is_asked_for, bool)]
    return ledger.article_ids(missing)


def _published_at(ledger: Ledger, row: int) -> datetime | None:
    number = ledger.published_at(row)
    return None if number is None else time_of(number, None)


def _lengths(run: Run, listing: Listing, to_read: Rows) -> list[int]:
    sizes = np.where(listing.columns["trouble"] == 0, listing.columns["size"], 0)[to_read]
    return list(batch_lengths(sizes.tolist(), run.settings.batch_bytes, run.settings.batch_documents))


def _jobs(
    run: Run, listing: Listing, ledger: Ledger, plan: tuple[Rows, Rows, Rows], lengths: Iterable[int]
) -> Iterator[Job]:
    """Cut the documents into jobs that workers can do without anything else, each as it is asked for.

    ``plan`` is what is read, all documents' rows in the ledger, and which of the new are renamed.
    """
    to_read, rows, renamed = plan
    settings = run.settings
    retried = _is_retried(run, ledger)
    job = Job(
        refs=(),
        known={},
        renamed={},
        forgotten=ledger.forgotten(),
        staged=run.staged,
        part="",
        run_id=run.run_id,
        started_at=run.started_at,
        max_bytes=settings.max_bytes,
        limits=Limits(settings.max_paragraphs, settings.max_marks),
        retried=frozenset(),
        row_group_rows=settings.row_group_rows,
        selection=run.selection,
        keep_unreachable=settings.gone is Gone.KEEP,
        names=settings.field_names(),
    )
    refs = spooled(listing.refs(to_read), run.staged / SPOOL, settings.max_bytes)
    olds = dict(renamed.tolist())
    end = 0
    for number, length in enumerate(lengths):
        places, end = to_read[end : end + length], end + length
        batch = tuple(islice(refs, length))
        known = rows[places][rows[places] >= 0]
        moved = {ref.source_uri: olds.get(place) for ref, place in zip(batch, places.tolist(), strict=True)}
        yield replace(
            job,
            refs=batch,
            known=dict(ledger.items(known)),
            renamed={uri: next(ledger.items(np.array([row]))) for uri, row in moved.items() if row is not None},
            part=part_name(run.run_id, number),
            retried=frozenset(ledger.addresses.take(known[retried[known]]).to_pylist()) if len(known) else frozenset(),
        )
