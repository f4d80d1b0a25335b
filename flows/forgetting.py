"""A document that must go -> its articles, the rejects that keep it out for good, and what else looks like it."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from flows.addresses import source_of
from flows.arrow import columns_of
from flows.checks import Batch
from flows.errors import UsageProblem
from flows.ledger import Entry, Ledger
from flows.parts import parts_of, read_part
from flows.release import BATCH_TABLES
from flows.run import Run
from transforms import TRANSFORM_VERSION
from transforms.contract import ARTICLES
from transforms.model import REASONS, Reason, Record, Reject, Stage
from transforms.rows import History, Provenance, Row, make_rows


@dataclass(frozen=True, slots=True)
class Takedown:
    """One document taken down.

    ``source_uris`` are its address and those of documents with the very same bytes, which go with it; ``article_ids``
    whose rows go; ``batch`` the rejects that come instead; ``alike`` the source URIs of articles that repeat it in
    other bytes: they stay, and it is for the operator to say whether they go too.
    """

    source_uris: tuple[str, ...]
    article_ids: frozenset[str]
    batch: Batch
    alike: tuple[str, ...]

    @classmethod
    def of(cls, name: str, ledger: Ledger, run: Run) -> Takedown:
        """Find what ``name``, a source URI or an article id, means; ``UsageProblem`` if the release knows no such."""
        entries = {uri: entry for uri, entry in ledger.items() if name in (uri, entry.article_id)}
        if not entries:
            raise UsageProblem(
                f"{name} is neither a source URI nor an article_id of {run.previous}: see the columns of articles."
            )
        named, first = next(iter(entries.items()))
        copies = {uri: e for uri, e in ledger.items() if e.is_article and e.fingerprint == first.fingerprint}
        gone = {**entries, **copies}
        article_ids = frozenset(entry.article_id for entry in gone.values())
        return cls(tuple(gone), article_ids, _batch(named, gone, run), _alike(article_ids, run))


def taken_down(name: str, ledger: Ledger, run: Run) -> frozenset[str]:
    """Return the article id of the document taken down that is called so; ``UsageProblem`` if there is none."""
    found = [e.article_id for uri, e in ledger.items() if e.is_forgotten and name in (uri, e.article_id)]
    if not found:
        raise UsageProblem(f"{name} was not taken down from {run.previous}: see the rejects with the reason forgotten.")
    return frozenset(found)


def _batch(named: str, gone: dict[str, Entry], run: Run) -> Batch:
    rows: list[Row] = []
    for uri, entry in gone.items():
        reason = Reason.FORGOTTEN if uri == named else Reason.COPY_OF_FORGOTTEN
        digest = None if entry.fingerprint == entry.reason else entry.fingerprint
        provenance = Provenance(
            uri,
            source_of(uri),
            "",
            None,
            digest,
            TRANSFORM_VERSION,
            run.run_id,
            run.started_at,
            History(1, run.started_at, run.started_at),
        )
        rows += make_rows(Reject(Record.DOCUMENT, Stage.READ, reason, REASONS[reason]), provenance).rejects
    return {table.name: columns_of(rows if table.name == "rejects" else [], table) for table in BATCH_TABLES}


def _alike(article_ids: frozenset[str], run: Run) -> tuple[str, ...]:
    """Return the articles that repeat one of those that go, or the same one as they do, and that one itself."""
    if run.previous is None:
        return ()
    gone, originals = pa.array(sorted(article_ids)), pa.array([], pa.string())
    paths = parts_of(run.previous / ARTICLES.name)
    for data in (read_part(path, ("article_id", "duplicate_of")) for path in paths):
        going = data.filter(pc.is_in(data.column("article_id"), gone))
        originals = pa.concat_arrays([originals, *_original(going).chunks])
    alike: list[str] = []
    for data in (read_part(path, ("article_id", "source_uri", "duplicate_of")) for path in paths):
        left = data.filter(pc.invert(pc.is_in(data.column("article_id"), gone)))
        alike += left.filter(pc.is_in(_original(left), originals)).column("source_uri").to_pylist()
    return tuple(sorted(alike))


def _original(articles: pa.Table) -> pa.ChunkedArray:
    """Return what each article repeats, itself if it repeats none."""
    return pc.coalesce(articles.column("duplicate_of"), articles.column("article_id"))
