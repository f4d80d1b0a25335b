"""A command and a warehouse -> a published release and its receipt: the order of the steps, with or without Prefect."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import pyarrow as pa

from flows import census, compaction, stamps, steps
from flows.engines.choice import choose_engine
from flows.errors import RunFailed, UsageProblem
from flows.extract import Extracted, stage
from flows.forgetting import Takedown, taken_down
from flows.ledger import Ledger
from flows.lines import Reading
from flows.listing import Listing
from flows.lock import writer_lock
from flows.memory import give_back_memory, keep_memory_small
from flows.origin import Origin
from flows.plan import Plan, known_lines, make_plan, require_documents, settled
from flows.receipt import Receipt
from flows.release import part_name, rows_in, seal
from flows.run import Run, begin
from flows.selection import Selection
from flows.settings import Settings
from flows.sources import discover
from flows.stamps import Stamps
from flows.steps import Difference, Documents
from flows.store import STAMPS, Retention, Warehouse, prepare, prune, publish, recover, staging, writing

_T = TypeVar("_T")

Log = logging.Logger | logging.LoggerAdapter[logging.Logger]


class Step:
    """How a named step is done: at once, or as Prefect's flow does it, as a task."""

    def __call__(self, name: str, do: Callable[[], _T]) -> _T:
        """Do the step called ``name``."""
        del name
        return do()


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What every command needs: where the tables are, what it is told, where its log goes, how a step is done.

    ``origin`` is where the releases are published, if not in the warehouse folder itself. ``name`` is what the writer
    lock is held under; ``on_death`` is told the name of a run that was killed while it held it.
    """

    warehouse: Warehouse
    settings: Settings
    log: Log
    step: Step = Step()  # noqa: RUF009 - it has no state
    origin: Origin = Origin()  # noqa: RUF009 - as the step
    name: str = ""
    on_death: Callable[[str], None] = lambda _: None

    def ingest(self, raw: Path | str, selection: Selection) -> Receipt:
        """Read what is new below ``raw``, check it, and publish it together with all that was there before.

        ``UsageProblem`` if a folder can't be used or another run is writing, ``ValidationFailed`` if a rule stops it,
        ``RunFailed`` if documents are missing that should be there.
        """
        selection.require_order()
        with self._writing():
            receipt = self._ingest(raw, selection.model_copy(update={"reprocess": False}))
            return self._reprocess(raw, selection, receipt) if selection.reprocess else receipt

    def compact(self) -> Receipt | None:
        """Merge all small parts of the published tables, and publish the same rows in fewer files; ``None`` if none is.

        ``UsageProblem`` if nothing has been published.
        """
        with self._writing():
            started = time.perf_counter()
            run, ledger = self._begin("compact")
            self._require_release(run)
            merged = tuple(compaction.full(steps.small_parts(run, ledger), self.settings.batch_documents))
            if not merged:
                return None
            with staging(self.warehouse, run.run_id):
                return self._complete(run, ledger, Difference(merged=merged), steps.untouched(ledger), started)

    def forget(self, name: str) -> tuple[Takedown, Receipt]:
        """Take an article down: out of all tables and all kept releases, and out of all runs to come."""
        with self._writing():
            started = time.perf_counter()
            run, ledger = self._begin("forget")
            self._require_release(run)
            takedown = Takedown.of(name, ledger, run)
            part = part_name(run.run_id, 0)
            with staging(self.warehouse, run.run_id):
                with writing(self.warehouse):
                    stage(run.staged, part, takedown.batch, self.settings.row_group_rows)
                change = Difference(1, (part,), takedown.article_ids)
                # The rejects that come instead stand for the same documents.
                documents = replace(steps.untouched(ledger, takedown.article_ids), known=len(ledger))
                receipt = self._complete(run, ledger, change, documents, started)
        return takedown, receipt

    def remember(self, name: str) -> Receipt:
        """Undo a takedown: the next run that finds the document reads it again."""
        with self._writing():
            started = time.perf_counter()
            run, ledger = self._begin("remember")
            self._require_release(run)
            removed = taken_down(name, ledger, run)
            with staging(self.warehouse, run.run_id):
                known = steps.untouched(ledger, removed)
                return self._complete(run, ledger, Difference(removed=removed), known, started)

    def prune(self, releases: int | None = None) -> list[str]:
        """Remove all releases but the newest ``releases``, whatever their age, old reports and failed runs."""
        with self._writing(), writing(self.warehouse):
            keep = self._retention()
            keep = replace(keep, releases=releases or keep.releases, seconds=0)
            self.origin.prune(keep)
            return sorted({*prune(self.warehouse, keep), *self.origin.clean()})

    def _retention(self) -> Retention:
        return Retention(self.settings.keep_releases, self.settings.keep_seconds, self.settings.keep_reports)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with writer_lock(self.warehouse, self.name) as died:
            if died:
                self.on_death(died)
            with writing(self.warehouse):
                prepare(self.warehouse)
                self.origin.fetch(self.warehouse)
                for name in recover(self.warehouse):
                    self.log.info("removed what a run that died has left: %s", name)
            yield

    def _begin(self, command: str, selection: Selection | None = None) -> tuple[Run, Ledger]:
        keep_memory_small()
        run = begin(command, self.warehouse, self.settings, selection or Selection())
        try:
            return run, Ledger(run.previous)
        except (OSError, pa.ArrowException) as error:
            raise UsageProblem(
                f"{run.previous} can't be read: `qawl check` says what is broken, restore it."
            ) from error

    def _require_release(self, run: Run) -> None:
        if run.previous is None:
            place = self.origin.where(self.warehouse, self.warehouse.root)
            raise UsageProblem(f"Nothing has been published in {place} yet: run `qawl run` first.")

    def _reprocess(self, raw: Path | str, selection: Selection, receipt: Receipt) -> Receipt:
        """Read again what older rules have read, and publish it slice by slice: what is stopped goes on from there."""
        tried: set[str] = set()
        before, lost = receipt.rows["articles"], 0
        while receipt.documents_stale:
            run, ledger = self._begin("reprocess", selection)
            run = replace(run, articles_before=before, articles_lost=lost)
            again = self._read(run, ledger, raw, tried)
            if again is None:
                break
            lost += again.articles_lost
            receipt = again.after(receipt)
        return receipt

    def _ingest(self, raw: Path | str, selection: Selection) -> Receipt:
        run, ledger = self._begin("run", selection)
        receipt = self._read(run, ledger, raw, set())
        if receipt is None:
            raise AssertionError("only a reprocessing run may have nothing to do")
        return receipt

    def _read(self, run: Run, ledger: Ledger, raw: Path | str, tried: set[str]) -> Receipt | None:
        """Read what is there and publish it; ``None`` if a run that reads again finds nothing that it has not tried."""
        started = time.perf_counter()
        listed_at = stamps.now()
        reading = Reading(self.settings.field_names(), self.settings.max_bytes)
        trusts = self.settings.trust_stamps
        kept = stamps.read_stamps(self.warehouse, run.previous if trusts else None)
        listing = self._list(run, discover(raw, self.settings.max_bytes), ledger, kept, reading)
        if reading.unknown:
            self.log.warning("fields that are not read: %s", ", ".join(sorted(reading.unknown)))
        self.log.info("run %s: %s documents, %s known", run.run_id, f"{len(listing):,}", f"{len(ledger):,}")
        require_documents(raw, len(listing), run.documents_before, self.settings.max_shrink)
        unchanged = kept.unchanged(listing)
        del kept
        plan = make_plan(run, listing, ledger, unchanged, tried)
        if run.selection.reprocess:
            if not len(plan.to_read):
                return None
            tried.update(listing.addresses.take(plan.to_read).to_pylist())
        give_back_memory()
        if plan.trusted:
            self.log.info("%s documents are as the run before read them", f"{plan.trusted:,}")
        with staging(self.warehouse, run.run_id):
            done = self.step("extract", lambda: self._extract(run, raw, plan))
            change = steps.difference(run, plan, ledger, done)
            receipt = self._complete(run, ledger, change, steps.tally(plan, ledger, done), started)
        receipt = replace(receipt, fields_unknown=tuple(sorted(reading.unknown)))
        with self._afterwards("the stamps of documents could not be kept; the next run reads all of them"):
            is_known = unchanged | settled(plan, listing, done, run.selection)
            place = (self.warehouse, self.warehouse.releases / receipt.run_id)
            stamps.write_stamps(place, listing, is_known, reading, listed_at)
            self.origin.keep_stamps(self.warehouse.root / f"{STAMPS}{receipt.run_id}")
        return receipt

    def _list(self, run: Run, files: Listing, ledger: Ledger, kept: Stamps, reading: Reading) -> Listing:
        """Add the lines of files to a listing, without reading the files that are as they were."""
        lines_of = partial(kept.lines_of, reading=reading.key)
        known = [] if run.selection.reprocess else known_lines(run, files.files, ledger, lines_of)
        names = {file.source_uri for file, _, _ in known}
        new = (file for file in files.files if file.source_uri not in names)
        listing = files.with_lines(reading.documents(new)).with_known_lines(known)
        give_back_memory()
        reading.counts |= {file.source_uri: len(addresses) for file, addresses, _ in known}
        return listing

    @contextmanager
    def _afterwards(self, trouble: str) -> Iterator[None]:
        """Log an error of what comes after the publication, which stands."""
        try:
            yield
        except OSError as error:
            self.log.warning("%s (%s)", trouble, error.strerror)

    def _extract(self, run: Run, raw: Path | str, plan: Plan) -> list[Extracted]:
        done: list[Extracted] = []
        engine = choose_engine(self.settings, run.staged, raw)
        with writing(self.warehouse):
            for batch in engine.run(plan.jobs):
                done.append(batch)
                self.log.info(
                    "batch %s of %s: %s documents, %s unchanged, %s",
                    len(done),
                    max(len(done), plan.numbered),  # one that was parted counts more than once
                    f"{batch.documents:,}",
                    f"{batch.unchanged:,}",
                    ", ".join(f"{count:,} {name}" for name, count in batch.rows.items()),
                )
                if batch.unreachable:
                    self.log.warning("%s known documents can't be read now; their rows stay", len(batch.unreachable))
        return done

    def _complete(self, run: Run, ledger: Ledger, change: Difference, documents: Documents, started: float) -> Receipt:
        checked, refused = self.step("validate", lambda: self._validate(run, ledger, change, documents))
        # Now, since publishing may remove the release before.
        lost = census.articles_lost(run.staged, run.previous) if change else 0
        release = self.step("publish", lambda: self._publish(run))
        if run.command not in {"run", "reprocess"}:
            with self._afterwards("the stamps of documents could not be removed"):
                stamps.drop_stamps(self.warehouse)
        return Receipt(
            run_id=run.run_id,
            command=run.command,
            release=self.origin.where(self.warehouse, release),
            documents_seen=documents.seen,
            documents_new=documents.new,
            documents_changed=documents.changed,
            documents_renamed=documents.renamed,
            documents_unchanged=documents.unchanged,
            documents_skipped=documents.skipped,
            documents_stale=documents.stale,
            documents_gone=documents.gone,
            documents_rejected=census.rejected_documents(release)[0],
            articles_lost=lost,
            rows=rows_in(release, release),
            rejects_by_reason=census.rejects_by_reason(release),
            rules_checked=checked,
            rows_refused=refused,
            seconds=time.perf_counter() - started,
        )

    def _validate(self, run: Run, ledger: Ledger, change: Difference, documents: Documents) -> tuple[int, int]:
        """Check the new rows, complete the release and check it as a whole; return the rules checked and rows refused.

        Where nothing has changed since the release before, which was checked, there is nothing to check.
        """
        if steps.is_idle(run, change):
            with writing(self.warehouse):
                steps.assemble(run, ledger, change)
                steps.record(run, documents, 0, 0)
            self.log.info("nothing has changed: no row to check")
            return 0, 0
        # Great Expectations takes seconds to import: not before there is something to check.
        from flows.validation import Validation  # noqa: PLC0415

        validation = Validation()
        with writing(self.warehouse):
            refused = steps.refuse_broken_rows(run, validation, change.parts)
            steps.require_success(run, validation)
            self.log.info("%s rules hold for the new rows, %s rows refused", len(validation.checked), refused)
            steps.assemble(run, ledger, change)
            steps.record(run, documents, len(validation.checked) + steps.release_rules_count(run), refused)
            steps.check_release(run, validation, documents.known)
            steps.require_success(run, validation)
            validation.write(self.warehouse.reports / run.run_id / "validation.json")
        self.log.info("%s rules checked, the release is complete", len(validation.checked))
        return len(validation.checked), refused

    def _publish(self, run: Run) -> Path:
        """Seal the staged release, make it the published one, and remove the oldest."""
        with writing(self.warehouse):
            seal(run.staged, run.previous, self.settings)
            self.origin.push(self.warehouse, run.staged, self._retention(), alone=run.command == "forget")
        with writing(self.warehouse, self.origin.after_push):
            release = publish(self.warehouse, run.staged)
        try:
            prune(self.warehouse, self._retention())
            self.origin.clean()
        except OSError as error:
            if run.command == "forget":
                where = self.origin.where(self.warehouse, self.warehouse.releases)
                raise RunFailed(
                    f"The article is out of the published tables, but what was published before could not be removed "
                    f"({error.strerror}): {where} still holds it. The next run tries again."
                ) from error
            self.log.warning("old releases could not be removed; the next run tries again (%s)", error.strerror)
        self.log.info("published %s", release.name)
        return release
