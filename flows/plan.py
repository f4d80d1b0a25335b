"""The documents that are there, and those that the release knows -> jobs, and the documents that are gone."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flows.arrow import time_of
from flows.errors import RunFailed
from flows.extract import LIMIT_REASONS, Extracted, Job
from flows.ledger import Entry, Ledger
from flows.listing import Listing, Ref, Stamp
from flows.release import part_name
from flows.run import Run
from flows.selection import Selection
from flows.settings import Gone
from flows.sources import ReadError, batches, read
from flows.spool import SPOOL, spooled
from flows.stamps import unchanged
from transforms import TRANSFORM_VERSION
from transforms.model import Limits, Reason


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run will do.

    ``to_read`` are the documents that are read; ``jobs`` yields them once, in batches with numbers below ``numbered``.
    ``found`` counts the documents of the raw folder; of them ``skipped`` those that the run leaves aside unread,
    ``forgotten`` those that were taken down, ``trusted`` those that can't have changed. ``missing`` holds the source
    URIs that the release knows and the folder lacks, ``dropped`` the article ids of those whose rows go.
    """

    to_read: Sequence[Ref]
    jobs: Iterable[Job]
    numbered: int
    found: int
    skipped: int
    forgotten: int
    trusted: int
    missing: frozenset[str]
    dropped: frozenset[str]


def make_plan(
    run: Run, refs: Listing, ledger: Ledger, stamps: Mapping[str, Stamp], tried: Collection[str] = ()
) -> Plan:
    """Decide what is read, and what becomes of documents that are no longer there.

    A document that the release has read, and that has the same stamp as then, is not read again. A run that reads again
    what older rules have read leaves out what the command has ``tried`` before.
    """
    found = {ref.source_uri for ref in refs}
    forgotten = sum(entry.is_forgotten and uri in found for uri, entry in ledger.entries.items())
    missing = {uri: entry for uri, entry in ledger.entries.items() if uri not in found and not entry.is_forgotten}
    chosen = _stale(run, refs, ledger, tried) if run.selection.reprocess else _asked_for(run, refs, ledger)
    trusted = set() if run.selection.reprocess else _trusted(run, chosen, ledger, stamps)
    to_read = [ref for ref in chosen if ref.source_uri not in trusted]
    renamed = {} if run.selection.reprocess else _renamed(run, to_read, _moved(run, refs, missing), ledger)
    return Plan(
        to_read,
        _jobs(run, to_read, ledger, renamed),
        len(list(batches(to_read, run.settings.batch_bytes, run.settings.batch_documents))),
        len(refs),
        len(refs) - len(chosen) - forgotten,
        forgotten,
        len(trusted),
        frozenset(missing),
        frozenset() if run.selection.reprocess else _dropped(run, missing),
    )


def settled(plan: Plan, done: Iterable[Extracted], selection: Selection) -> list[Ref]:
    """Return the documents that the run has read and whose outcome stands in its release."""
    if selection.has_dates:
        return []  # what lies outside of the days was read, but left as it was
    unsettled = {uri for batch in done for uri in batch.unreachable}
    return [ref for ref in plan.to_read if ref.source_uri not in unsettled]


def require_documents(raw: Path, found: int, before: int, max_shrink: float) -> None:
    """Stop a run over a folder that has lost most of its documents: rather a lost mount than so much to delete."""
    if found < before * (1 - max_shrink):
        raise RunFailed(
            f"Nothing was published: {raw} holds {found:,} documents, and the run before found {before:,}. "
            "Is it the right folder, and is all of it there? If so, allow it with QAWL_MAX_SHRINK=1."
        )


def _asked_for(run: Run, refs: Sequence[Ref], ledger: Ledger) -> list[Ref]:
    taken_down = {uri for uri, entry in ledger.entries.items() if entry.is_forgotten}
    return [ref for ref in refs if run.selection.takes(ref.source_uri) and ref.source_uri not in taken_down]


def _trusted(run: Run, refs: Iterable[Ref], ledger: Ledger, stamps: Mapping[str, Stamp]) -> set[str]:
    """Choose documents that can't have changed since the release read them, and whose outcome would be the same."""
    trusted = set()
    forgotten = ledger.forgotten()
    as_before = [*unchanged((ref for ref in refs if not ref.is_line), stamps), *(ref for ref in refs if ref.is_line)]
    for ref in as_before:
        entry = ledger.entries.get(ref.source_uri)
        if ref.is_line and (entry is None or entry.fingerprint != ref.digest or ref.digest in forgotten):
            continue
        if entry is None or entry.reason in {entry.fingerprint, Reason.COPY_OF_FORGOTTEN}:
            continue
        if not _is_retried(run, entry):
            trusted.add(ref.source_uri)
    return trusted


def _is_retried(run: Run, entry: Entry | None) -> bool:
    """Say whether a document was refused for a limit that is another now."""
    return entry is not None and entry.reason in LIMIT_REASONS and entry.run_id in run.other_limits


def _stale(run: Run, refs: Sequence[Ref], ledger: Ledger, tried: Collection[str]) -> list[Ref]:
    """Choose documents that older rules have read: whole parts, so that each is written anew once, up to a limit."""
    by_part: dict[str, list[Ref]] = defaultdict(list)
    for ref in _asked_for(run, refs, ledger):
        entry = ledger.entries.get(ref.source_uri) if ref.source_uri not in tried else None
        if entry and entry.transform_version != TRANSFORM_VERSION and run.selection.covers(_published_at(entry)):
            by_part[entry.part].append(ref)
    chosen: list[Ref] = []
    for part in sorted(by_part):
        if chosen and len(chosen) + len(by_part[part]) > run.settings.reprocess_documents:
            break
        chosen += by_part[part]
    return chosen


def _moved(run: Run, refs: Iterable[Ref], missing: Mapping[str, Entry]) -> dict[str, Entry]:
    """Return the missing articles that may have moved: those the run is asked for, and that it would have seen."""
    unlisted = tuple(
        ref.source_uri if ref.source_uri.endswith("/") else f"{ref.source_uri}#" for ref in refs if ref.is_unlisted
    )
    return {
        uri: entry
        for uri, entry in missing.items()
        if entry.is_article and run.selection.takes(uri) and not uri.startswith(unlisted)
    }


def _renamed(
    run: Run, refs: Iterable[Ref], missing: Mapping[str, Entry], ledger: Ledger
) -> dict[str, tuple[str, Entry]]:
    """Find new addresses of articles that are gone from their old ones: source URI -> the old one and its entry.

    Only a new document of the very size of a missing one is read for it, so that a usual run reads nothing twice.
    Where several have the same bytes, they are paired in the order of their addresses.
    """
    waiting: dict[str, list[str]] = defaultdict(list)
    for uri in sorted(missing, reverse=True):
        waiting[missing[uri].fingerprint].append(uri)
    sizes = {entry.byte_count for entry in missing.values()}
    renamed = {}
    for ref in refs:
        if ref.trouble is None and (ref.is_line or ref.size in sizes) and ref.source_uri not in ledger.entries:
            olds = waiting.get(_digest(ref, run.settings.max_bytes))
            if olds:
                old = olds.pop()
                renamed[ref.source_uri] = (old, missing[old])
    return renamed


def _digest(ref: Ref, max_bytes: int) -> str:
    if ref.digest is not None:
        return ref.digest
    try:
        content = read(ref, max_bytes)
    except ReadError:
        return ""
    return hashlib.sha256(content).hexdigest() if isinstance(content, bytes) else ""


def _dropped(run: Run, missing: Mapping[str, Entry]) -> frozenset[str]:
    """Return whose rows go: a reject says nothing once its document is gone, an article goes if the settings say so."""
    return frozenset(
        entry.article_id
        for uri, entry in missing.items()
        if run.selection.takes(uri)
        and run.selection.covers(_published_at(entry))
        and (not entry.is_article or run.settings.gone is Gone.DROP)
    )


def _published_at(entry: Entry) -> datetime | None:
    return None if entry.published_at is None else time_of(entry.published_at, None)


def _jobs(run: Run, refs: Sequence[Ref], ledger: Ledger, renamed: Mapping[str, tuple[str, Entry]]) -> Iterable[Job]:
    """Cut the documents into jobs that workers can do without anything else."""
    settings = run.settings
    forgotten = ledger.forgotten()
    readable = spooled(refs, run.staged / SPOOL, settings.max_bytes)
    for number, batch in enumerate(batches(readable, settings.batch_bytes, settings.batch_documents)):
        uris = [ref.source_uri for ref in batch]
        yield Job(
            refs=tuple(batch),
            known=ledger.known(uris),
            renamed={uri: renamed[uri] for uri in uris if uri in renamed},
            forgotten=forgotten,
            staged=run.staged,
            part=part_name(run.run_id, number),
            run_id=run.run_id,
            started_at=run.started_at,
            max_bytes=settings.max_bytes,
            limits=Limits(settings.max_paragraphs, settings.max_marks),
            retried=frozenset(uri for uri in uris if _is_retried(run, ledger.entries.get(uri))),
            row_group_rows=settings.row_group_rows,
            selection=run.selection,
            keep_unreachable=settings.gone is Gone.KEEP,
            names=settings.field_names(),
        )
