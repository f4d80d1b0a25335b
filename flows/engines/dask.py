"""Jobs -> what became of them, on a Dask cluster: one that exists, or one of its own on this machine.

A task runs its job in a process beside the Dask worker, by the code of ``processes``, so that documents that run wild
are dealt with as everywhere. A Dask worker that dies costs the scheduler another try. Each try writes into a folder of
its own, and what is accepted is moved into the release here: a worker that is taken for dead, and is not, can't write
into what others read.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

import distributed
from distributed.comm.core import CommClosedError
from distributed.security import Security

from flows.engines import Limits
from flows.engines.dask_cluster import own_cluster
from flows.engines.dask_worker import Site, do, end_idle_crews, trouble_with
from flows.errors import RunFailed, UsageProblem
from flows.extract import Extracted, Job
from flows.release import CHECKS

_CONNECT_SECONDS = 30
_WORKER_SECONDS = 60
_LOOK_SECONDS = 30
_TASKS_PER_THREAD = 2
"""One that is done and one that waits: the thread does not wait for us to send the next."""


@dataclass(frozen=True, slots=True)
class Dask:
    """Run jobs on the cluster at an address or, without one, on one of at most so many workers on this machine."""

    address: str | None
    count: int
    limits: Limits
    staged: Path
    raw: Path | str

    def run(self, jobs: Iterable[Job]) -> Iterator[Extracted]:
        """Run all jobs; a cluster of its own ends with this iterator, however it ends.

        ``UsageProblem`` if the cluster can't be reached, or its workers lack Qawl or the folders.
        """
        jobs = iter(jobs)
        first = list(islice(jobs, 1 if self.address else self.count))
        if not first:
            return
        tries = self.staged / CHECKS / "tries"
        tries.mkdir(parents=True)
        with ExitStack() as stack:
            address, security = self.address, None
            if not address:
                address, security = stack.enter_context(own_cluster(len(first), tries))
            client = stack.enter_context(_connected(address, security))
            site = Site.of(tries, self.raw)
            _require_workers(client, site)
            stack.callback(_end_crews, client)
            yield from self._run(client, site, chain(first, jobs))

    def _run(self, client: distributed.Client, site: Site, jobs: Iterator[Job]) -> Iterator[Extracted]:
        waiting: set[Any] = set()
        while True:
            places = _TASKS_PER_THREAD * sum(client.nthreads().values())
            for job in islice(jobs, max(0, places - len(waiting))):
                # A key of its own: a job is never taken for one that another run has done.
                waiting.add(client.submit(do, job, self.limits, site, key=f"{job.part}-{secrets.token_hex(4)}"))
            if not waiting:
                return
            done = _finished(client, waiting)
            waiting -= done
            for future in done:
                attempt, outcomes = _result(future)
                _accept(Path(attempt), self.staged)
                yield from outcomes


@contextmanager
def _connected(address: str, security: Security | None) -> Iterator[distributed.Client]:
    try:
        client = distributed.Client(address, security=security, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise UsageProblem(
            f"No Dask scheduler answers at {address} ({type(error).__name__}): start one, or leave the address out "
            "for workers on this machine."
        ) from error
    with client:
        try:
            yield client
        except (CommClosedError, CancelledError) as error:
            raise RunFailed("Nothing was published, since the Dask scheduler has gone away: run again.") from error


def _require_workers(client: distributed.Client, site: Site) -> None:
    """Wait for a worker, and raise ``UsageProblem`` if one of those that are there can't do the work."""
    _wait_for_worker(client)
    for worker, answer in client.run(trouble_with, site, on_error="return").items():
        if isinstance(answer, Exception):
            lacks = f"can't run Qawl ({type(answer).__name__}): install this version of qawl[dask] there."
            raise UsageProblem(f"The Dask worker {worker} {lacks}") from answer
        if answer:
            raise UsageProblem(f"The Dask worker {worker} {answer}")


def _wait_for_worker(client: distributed.Client) -> None:
    try:
        client.wait_for_workers(1, timeout=_WORKER_SECONDS)
    except TimeoutError as error:
        raise RunFailed(
            f"Nothing was published, since the Dask cluster has had no worker for {_WORKER_SECONDS} seconds: start one."
        ) from error


def _finished(client: distributed.Client, waiting: set[Any]) -> set[Any]:
    """Wait for tasks that are done, as long as the cluster has a worker."""
    while True:
        try:
            with client.as_current():
                return set(distributed.wait(waiting, timeout=_LOOK_SECONDS, return_when="FIRST_COMPLETED").done)
        except TimeoutError:
            _wait_for_worker(client)


def _result(future: distributed.Future[Any]) -> tuple[str, list[Extracted]]:
    try:
        done: tuple[str, list[Extracted]] = future.result()
    except distributed.KilledWorker as error:
        raise RunFailed(
            "Nothing was published, since Dask's workers were killed at one batch again and again: is memory short?"
        ) from error
    return done


def _accept(attempt: Path, staged: Path) -> None:
    """Move what a try has staged to where the release is staged."""
    for path in [path for path in attempt.rglob("*") if path.is_file()]:
        target = staged / path.relative_to(attempt)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)
    shutil.rmtree(attempt)


def _end_crews(client: distributed.Client) -> None:
    with suppress(OSError, TimeoutError, CancelledError):  # a cluster that is gone has none
        client.run(end_idle_crews, on_error="ignore")
