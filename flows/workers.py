"""Jobs -> what became of them, by processes that can be stopped: a document that runs wild costs itself only.

Each worker is a Python process of its own that gets one job at a time through a pipe, and says which document it takes
up. The parent stops one that is too long at a document, starts another, and gives it the same batch with that document
condemned. A worker that dies for another reason costs its batch a retry; the document at which one dies twice is
condemned too. Not ``multiprocessing``, whose workers import the parent's main module: that is Prefect, in a scheduled
run.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from multiprocessing import connection
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from flows.errors import RunFailed
from flows.extract import DocumentFailed, Extracted, Job, extract
from flows.sources import ReadError
from transforms.model import Reason

_TICK_SECONDS = 0.5
_LONGEST_START_SECONDS = 120
_FIRST_RETRY_SECONDS = 1.0
_MOST_DEATHS = 2
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may cost a worker, and how often a batch is read again after an error that may pass."""

    seconds: float
    memory: int
    read_retries: int


class Engine(Protocol):
    """Whatever can run jobs: yields what became of each, in any order."""

    def run(self, jobs: Iterable[Job]) -> Iterator[Extracted]:
        """Run all jobs; ``RunFailed`` if one can't be."""


@dataclass(frozen=True, slots=True)
class InProcess:
    """Run jobs one after the other in this process: nothing to start, and nobody to stop a document that runs wild."""

    limits: Limits

    def run(self, jobs: Iterable[Job]) -> Iterator[Extracted]:
        """Run all jobs, in order."""
        for job in jobs:
            yield self._with_retries(job)

    def _with_retries(self, job: Job) -> Extracted:
        for retry in range(self.limits.read_retries):
            try:
                return extract(job, give_up=False)
            except ReadError:
                time.sleep(_FIRST_RETRY_SECONDS * 2**retry)
        return extract(job, give_up=True)


@dataclass(frozen=True, slots=True)
class Workers:
    """Run jobs in so many processes."""

    count: int
    limits: Limits

    def run(self, jobs: Iterable[Job]) -> Iterator[Extracted]:
        """Run all jobs; their workers end with this iterator, however it ends."""
        waiting = deque(_Task(job) for job in jobs)
        with ExitStack() as stack:
            busy: dict[Any, _Worker] = {}
            for _ in range(min(self.count, len(waiting))):
                self._start(stack, busy, waiting.popleft())
            while busy:
                for ready in connection.wait(list(busy), _TICK_SECONDS):
                    worker = busy[ready]
                    outcome = worker.receive()
                    if isinstance(outcome, Extracted):
                        yield outcome
                        self._go_on(busy, worker, waiting)
                    elif isinstance(outcome, _Task):
                        waiting.appendleft(outcome)
                        self._replace(stack, busy, worker, waiting)
                for worker in list(busy.values()):
                    if late := worker.task_if_late():
                        waiting.appendleft(late)
                        self._replace(stack, busy, worker, waiting)

    def _start(self, stack: ExitStack, busy: dict[Any, _Worker], task: _Task) -> None:
        worker = stack.enter_context(_Worker(self.limits))
        busy[worker.pipe] = worker
        worker.give(task)

    def _go_on(self, busy: dict[Any, _Worker], worker: _Worker, waiting: deque[_Task]) -> None:
        if waiting:
            worker.give(waiting.popleft())
        else:
            del busy[worker.pipe]
            worker.stop()

    def _replace(self, stack: ExitStack, busy: dict[Any, _Worker], worker: _Worker, waiting: deque[_Task]) -> None:
        del busy[worker.pipe]
        worker.stop()
        self._start(stack, busy, waiting.popleft())


@dataclass(frozen=True, slots=True)
class _Task:
    """A job, how often its reading was tried, and how often a worker died at which of its documents."""

    job: Job
    reads: int = 0
    deaths: Counter[int] = field(default_factory=Counter)

    def condemning(self, place: int, reason: Reason) -> _Task:
        """Return the task with one document of the batch refused."""
        uri = self.job.refs[place].source_uri
        return replace(self, job=replace(self.job, condemned={**self.job.condemned, uri: reason}))

    def after_death(self, place: int | None) -> _Task:
        """Return the task to try after the death of its worker; ``RunFailed`` if workers die before any document."""
        deaths = self.deaths + Counter({-1 if place is None else place: 1})
        task = replace(self, deaths=deaths)
        if place is None:
            if deaths[-1] > _MOST_DEATHS:
                raise RunFailed("Nothing was published, since workers die as soon as they start: is memory short?")
            return task
        return task if deaths[place] < _MOST_DEATHS else task.condemning(place, Reason.KILLS_WORKERS)


class _Worker:
    """The parent's end of one worker: its process, the task it has, and the document it is at since when."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.pipe, theirs = connection.Pipe()
        # Its own code, whatever the folder that the run was started in; no argument carries anything of an article.
        code = f"from flows.workers import serve; serve({theirs.fileno()}, {limits.memory})"
        root = str(Path(__file__).parents[1])
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])}
        self._process = subprocess.Popen(  # noqa: S603 - this Python and our own line
            [sys.executable, "-c", code], pass_fds=[theirs.fileno()], env=environment, stdin=subprocess.DEVNULL
        )
        theirs.close()

    def __enter__(self) -> _Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def give(self, task: _Task) -> None:
        """Hand the worker a task."""
        self.task = task
        self._place: int | None = None
        self._since = time.monotonic()
        with suppress(OSError):  # a worker that has died is told by the end of its pipe
            self.pipe.send((task.job, task.reads >= self._limits.read_retries))

    def task_if_late(self) -> _Task | None:
        """Return the task to try again in another worker, if this one is too long at its document or at its start."""
        taken = time.monotonic() - self._since
        if self._place is None:
            return self.task.after_death(None) if taken > _LONGEST_START_SECONDS else None
        return self.task.condemning(self._place, Reason.TOO_SLOW) if taken > self._limits.seconds else None

    def receive(self) -> Extracted | _Task | None:
        """Read one message: the outcome, the task to try again in another worker, or ``None`` while it is at work."""
        try:
            message = self.pipe.recv()
        except (EOFError, OSError):
            return self.task.after_death(self._place)
        if isinstance(message, int):
            self._place, self._since = message, time.monotonic()
            return None
        if isinstance(message, ReadError):
            time.sleep(_FIRST_RETRY_SECONDS * 2**self.task.reads)
            return replace(self.task, reads=self.task.reads + 1)
        if isinstance(message, BaseException):
            raise message
        outcome: Extracted = message
        return outcome

    def stop(self) -> None:
        """End the process, however it stands."""
        self._process.kill()
        self._process.wait()
        self.pipe.close()


def serve(descriptor: int, memory: int) -> None:
    """Run the jobs that come through a pipe until it ends: a worker's whole life.

    ``memory`` bounds, in bytes, what the process may allocate: a document that needs more raises ``MemoryError``.
    """
    # The kernel ends it together with its parent, so that no orphan writes into what the next run has begun.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends its workers
    pipe: connection.Connection[Any, Any] = connection.Connection(descriptor)
    # What ends it, the parent sees as a death.
    with suppress(EOFError, BrokenPipeError, MemoryError):
        while True:
            job, give_up = pipe.recv()
            pipe.send(_outcome(job, pipe, give_up=give_up))


def _outcome(job: Job, pipe: connection.Connection[Any, Any], *, give_up: bool) -> Extracted | Exception:
    try:
        return extract(job, give_up=give_up, watch=pipe.send)
    except (ReadError, DocumentFailed, OSError) as error:
        return error
