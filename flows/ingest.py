"""A raw folder and a warehouse -> a published release: the order of the steps, as a Prefect flow."""

# No `from __future__ import annotations` here: a scheduled run loads this file by its path, and Prefect then can't
# resolve the parameters' types from their names. Every such run failed, while runs by hand went well.

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas import State
from prefect.runtime import task_run
from prefect.tasks import exponential_backoff
from prefect.utilities.annotations import quote

from flows import census, steps
from flows.extract import Extracted, Job, extract
from flows.ledger import Ledger
from flows.lock import writer_lock
from flows.receipt import Receipt
from flows.release import rows_in, seal
from flows.settings import Settings
from flows.sources import ReadError, discover
from flows.store import Warehouse, prepare, prune, publish, recover, staging, writing

_T = TypeVar("_T")


@flow(name="ingest", persist_result=False)
def ingest(raw: str, warehouse: str, settings: Settings) -> Receipt:
    """Read what is new below ``raw``, check it, and publish it together with all that was there before.

    ``UsageProblem`` if a folder can't be used or another run is writing, ``ValidationFailed`` if a rule stops it.
    """
    started = time.perf_counter()
    settings = settings.model_copy(update={"raw": raw, "warehouse": warehouse})
    place = Warehouse(Path(warehouse).absolute())
    with writing(place):
        prepare(place)
    with writer_lock(place):
        run, ledger = _begin(place, settings)
        refs = discover(Path(raw), settings.max_bytes)
        get_run_logger().info("run %s: %s documents, %s known", run.run_id, len(refs), len(ledger.entries))
        with staging(place, run.run_id):
            jobs = list(steps.plan(run, refs, ledger))
            done = [_extract(_opaque(job), number, len(jobs), settings) for number, job in enumerate(jobs, 1)]
            documents = steps.tally(refs, ledger, done)
            rules, refused = _validate(_opaque(run), _opaque(ledger), _opaque(done), documents)
            release = _publish(_opaque(run))
        receipt = Receipt(
            run.run_id,
            str(release),
            documents.seen,
            documents.new,
            documents.changed,
            documents.unchanged,
            documents.gone,
            census.rejected_documents(release)[0],
            rows_in(release),
            census.rejects_by_reason(release),
            rules,
            refused,
            time.perf_counter() - started,
        )
    create_markdown_artifact(_as_markdown(receipt), key="qawl-receipt", description="what the run did")
    return receipt


def _begin(place: Warehouse, settings: Settings) -> tuple[steps.Run, Ledger]:
    with writing(place):
        for name in recover(place):
            get_run_logger().warning("removed what a run that died has left: %s", name)
        run = steps.begin(place, settings)
        return run, Ledger(run.previous)


def _can_pass(_task: object, _task_run: object, state: State[Any]) -> bool:
    """Say whether a failed batch is worth another try: an unreadable document is, a fault of Qawl is not."""
    return isinstance(state.result(raise_on_failure=False), ReadError)


def _extract(job: Job, number: int, of: int, settings: Settings) -> Extracted:
    tried = extract_batch.with_options(retries=settings.read_retries, retry_delay_seconds=exponential_backoff(2))
    return tried(job, number, of, settings.read_retries)


@task(name="extract", cache_policy=NO_CACHE, retry_condition_fn=_can_pass)
def extract_batch(job: Job, number: int, of: int, retries: int) -> Extracted:
    """Extract one batch, and reject what can't be read only when no try is left."""
    with writing(Warehouse(job.staged.parent.parent)):
        done = extract(job, give_up=task_run.run_count > retries)
    get_run_logger().info(
        "batch %s of %s: %s documents, %s unchanged, %s", number, of, done.documents, done.unchanged, _counts(done.rows)
    )
    if done.unreachable:
        get_run_logger().warning("%s known documents can't be read now; their rows stay", done.unreachable)
    return done


@task(name="validate", cache_policy=NO_CACHE)
def _validate(run: steps.Run, ledger: Ledger, done: Sequence[Extracted], documents: steps.Documents) -> tuple[int, int]:
    """Check the new rows, complete the release and check it as a whole; return the rules checked and rows refused."""
    # Great Expectations takes seconds to import: not before there is something to check.
    from flows.validation import Validation  # noqa: PLC0415

    log = get_run_logger()
    validation = Validation()
    with writing(run.warehouse):
        refused = steps.refuse_broken_rows(run, validation, [batch.part for batch in done])
        steps.require_success(run, validation)
        log.info("%s rules hold for the new rows, %s rows refused", len(validation.checked), refused)
        steps.assemble(run, ledger, done)
        steps.record(run, documents, validation, refused)
        steps.check_release(run, validation, documents.known)
        steps.require_success(run, validation)
        validation.write(run.warehouse.reports / run.run_id / "validation.json")
    log.info("%s rules checked, the release is complete", len(validation.checked))
    return len(validation.checked), refused


@task(name="publish", cache_policy=NO_CACHE)
def _publish(run: steps.Run) -> Path:
    """Seal the staged release, make it the published one, and remove the oldest."""
    with writing(run.warehouse):
        seal(run.staged, run.previous, run.settings)
        release = publish(run.warehouse, run.staged)
        prune(run.warehouse, run.settings.keep_releases)
    get_run_logger().info("published %s", release.name)
    return release


def _opaque(value: _T) -> _T:
    """Keep Prefect from walking through a task's argument, which takes it longer than the task (measured)."""
    return cast("_T", quote(value))


def _counts(rows: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in rows.items())


def _as_markdown(receipt: Receipt) -> str:
    numbers = {
        "documents seen": receipt.documents_seen,
        "new": receipt.documents_new,
        "changed": receipt.documents_changed,
        "unchanged": receipt.documents_unchanged,
        "gone": receipt.documents_gone,
        "rejected": receipt.documents_rejected,
        **{f"rows of {name}": count for name, count in receipt.rows.items()},
        **{f"rejects: {reason}": count for reason, count in receipt.rejects_by_reason.items()},
        "rules checked": receipt.rules_checked,
        "rows refused": receipt.rows_refused,
    }
    lines = [
        f"Run `{receipt.run_id}` published in {receipt.seconds:.1f} s.",
        "",
        "| what | how many |",
        "| --- | ---: |",
    ]
    return "\n".join([*lines, *(f"| {name} | {number:,} |" for name, number in numbers.items())]) + "\n"
