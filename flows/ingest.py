"""The pipeline as a Prefect flow: its steps as tasks, its log and its receipt on Prefect's server."""

# No `from __future__ import annotations` here: a scheduled run loads this file by its path, and Prefect then can't
# resolve the parameters' types from their names. Every such run failed, while runs by hand went well.

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from httpx import HTTPError
from prefect import Task, flow, get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.exceptions import PrefectException
from prefect.runtime import flow_run
from prefect.states import Crashed

from flows.objects import path_or_address
from flows.pipeline import Pipeline, Step
from flows.places import writable
from flows.receipt import Receipt
from flows.selection import Selection
from flows.settings import Settings

_T = TypeVar("_T")
_NAME = "ingest"


@flow(name=_NAME, persist_result=False)
def ingest(raw: str, warehouse: str, settings: Settings, selection: Selection = Selection()) -> Receipt:  # noqa: B008
    """Read what is new below ``raw``, check it, and publish it together with all that was there before.

    ``UsageProblem`` if a folder can't be used or another run is writing, ``ValidationFailed`` if a rule stops it,
    ``RunFailed`` if documents are missing that should be there.
    """
    settings = settings.model_copy(update={"raw": raw, "warehouse": warehouse})
    place, origin = writable(warehouse, settings.cache)
    pipeline = Pipeline(place, settings, get_run_logger(), _AsTask(), origin, str(flow_run.id), _end_dead_run)
    receipt = pipeline.ingest(path_or_address(raw), selection)
    create_markdown_artifact(_as_markdown(receipt), key="qawl-receipt", description="what the run did")
    return receipt


class _AsTask(Step):
    """Do a step as a task of the flow, so that Prefect shows when it began and how it ended."""

    def __call__(self, name: str, do: Callable[[], _T]) -> _T:
        # A function without arguments: Prefect walks through them, which takes it longer than the task (measured).
        return Task(do, name=name, cache_policy=NO_CACHE)()


def _end_dead_run(name: str) -> None:
    """Tell Prefect that the run has crashed which held the writer lock until it was killed.

    Prefect does not notice by itself, and a deployment's limit of concurrent runs would count it for ever. What it
    answers must not cost this run anything.
    """
    try:
        with get_client(sync_client=True) as client:
            run = client.read_flow_run(UUID(name))
            if run.state is None or not run.state.is_final():
                client.set_flow_run_state(run.id, Crashed(message="The process was killed."), force=True)
                get_run_logger().warning("run %s was killed; Prefect now knows", run.name)
    except (ValueError, PrefectException, HTTPError) as error:
        get_run_logger().warning("a run was killed, and Prefect could not be told so (%s)", type(error).__name__)


def _as_markdown(receipt: Receipt) -> str:
    numbers = {
        "documents seen": receipt.documents_seen,
        "new": receipt.documents_new,
        "changed": receipt.documents_changed,
        "renamed": receipt.documents_renamed,
        "unchanged": receipt.documents_unchanged,
        "skipped": receipt.documents_skipped,
        "gone": receipt.documents_gone,
        "rejected": receipt.documents_rejected,
        "read by older rules": receipt.documents_stale,
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
    if receipt.fields_unknown:
        lines.insert(1, f"Fields that are not read: {', '.join(receipt.fields_unknown)}.")
    return "\n".join([*lines, *(f"| {name} | {number:,} |" for name, number in numbers.items())]) + "\n"
