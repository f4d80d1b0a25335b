"""Jobs -> what became of them, by processes that can be stopped: a document that runs wild costs itself only.

Each worker is a Python process of its own that gets one job at a time through a pipe, and says what it is about to do.
The parent stops one that is too long at a document, starts another, and gives it the same batch with that document
condemned. A batch at which memory runs out, or twice a worker dies, is parted, until the document that needs so much
stands alone; only then is it condemned. A fault of Qawl itself ends the run. Not ``multiprocessing``, whose workers
import the parent's main module: that is Prefect, in a scheduled run.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from multiprocessing import connection
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from flows.errors import RunFailed
from flows.extract import STAGING, DocumentFailed, Extracted, Job, Phase, extract, where
from flows.sources import ReadError
from transforms.model import Reason

_TICK_SECONDS = 0.5
_LONGEST_START_SECONDS = 120
_FIRST_RETRY_SECONDS = 1.0
_MOST_DEATHS = 2
_PR_SET_PDEATHSIG = 1
_READY = "ready"
_NO_MEMORY = "no memory"


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
class _Task:
    """A job, how often its reading was tried, how often a worker died of it, and when it may be tried again."""

    job: Job
    reads: int = 0
    deaths: int = 0
    not_before: float = 0.0

    def after_read_error(self) -> _Task:
        """Return the task for another try, after a while."""
        pause = _FIRST_RETRY_SECONDS * 2**self.reads
        return replace(self, reads=self.reads + 1, not_before=time.monotonic() + pause)

    def after_delay(self, phase: Phase) -> _Task:
        """Return the task without the document that took too long to be read, or to be split."""
        uri = self.job.refs[phase.place].source_uri
        if phase.is_reading:
            return replace(self, job=replace(self.job, unread=self.job.unread | {uri}))
        return replace(self, job=replace(self.job, condemned={**self.job.condemned, uri: Reason.TOO_SLOW}))

    def after_death(self, phase: Phase | None) -> list[_Task]:
        """Return what to try after the death of a worker; ``RunFailed`` if it has not come to any document."""
        deaths = self.deaths + 1
        if phase is None:
            if deaths > _MOST_DEATHS:
                raise RunFailed("Nothing was published, since workers die as soon as they start: is memory short?")
            return [replace(self, deaths=deaths)]
        if deaths < _MOST_DEATHS:
            return [replace(self, deaths=deaths)]
        return self._parted(phase, Reason.KILLS_WORKERS)

    def after_shortage(self, phase: Phase) -> list[_Task]:
        """Return what to try after memory ran out."""
        return self._parted(phase, Reason.TOO_MUCH_MEMORY)

    def _parted(self, phase: Phase, reason: Reason) -> list[_Task]:
        """Part the batch around the document that a worker was at; refuse the document if it stands alone."""
        refs, place = self.job.refs, phase.place
        if phase.place == STAGING:
            place = len(refs) // 2
        if len(refs) == 1:
            uri = refs[0].source_uri
            if uri in self.job.condemned:
                raise RunFailed(f"Nothing was published, since {uri} costs a worker even when it is not split.")
            return [_Task(replace(self.job, condemned={uri: reason}))]
        pieces = [refs[:place], refs[place : place + 1], refs[place + 1 :]]
        stem = self.job.part.removesuffix(".parquet")
        return [
            _Task(replace(self.job, refs=piece, part=f"{stem}{letter}.parquet"))
            for letter, piece in zip("abc", pieces, strict=True)
            if piece
        ]


@dataclass(frozen=True, slots=True)
class Workers:
    """Run jobs in so many processes."""

    count: int
    limits: Limits

    def run(self, jobs: Iterable[Job]) -> Iterator[Extracted]:
        """Run all jobs; their workers end with this iterator, however it ends."""
        waiting = [_Task(job) for job in jobs]
        busy: dict[Any, _Worker] = {}
        idle: list[_Worker] = []
        with ExitStack() as stack:
            looked_at = time.monotonic()
            while waiting or busy:
                self._hand_out(stack, waiting, busy, idle)
                if not busy:  # what is left waits for its time
                    time.sleep(_TICK_SECONDS)
                for pipe in connection.wait(list(busy), _TICK_SECONDS):
                    yield from self._listen(busy[pipe], waiting, busy, idle)
                # A parent that was stopped or starved must not blame its workers for the time that it has missed.
                missed = time.monotonic() - looked_at - 2 * _TICK_SECONDS
                looked_at = time.monotonic()
                for worker in list(busy.values()):
                    worker.forgive(missed)
                    if (late := worker.what_is_late()) is not None and not worker.pipe.poll():
                        self._end(worker, busy)
                        waiting[:0] = late

    def _hand_out(self, stack: ExitStack, waiting: list[_Task], busy: dict[Any, _Worker], idle: list[_Worker]) -> None:
        now = time.monotonic()
        for task in [task for task in waiting if task.not_before <= now]:
            if idle:
                worker = idle.pop()
            elif len(busy) < self.count:
                worker = stack.enter_context(_Worker(self.limits))
            else:
                return
            waiting.remove(task)
            worker.give(task)
            busy[worker.pipe] = worker

    def _listen(
        self, worker: _Worker, waiting: list[_Task], busy: dict[Any, _Worker], idle: list[_Worker]
    ) -> Iterator[Extracted]:
        """Take all that a worker has to say."""
        while worker.pipe in busy and worker.pipe.poll():
            message = worker.receive()
            if isinstance(message, Extracted):
                yield message
            if isinstance(message, (Extracted, ReadError)):
                del busy[worker.pipe]
                idle.append(worker)
            if isinstance(message, ReadError):
                waiting.insert(0, worker.task.after_read_error())
            elif isinstance(message, list):
                self._end(worker, busy)
                waiting[:0] = message

    def _end(self, worker: _Worker, busy: dict[Any, _Worker]) -> None:
        del busy[worker.pipe]
        worker.stop()


class _Worker:
    """The parent's end of one worker: its process, the task it has, and what it is at since when."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.pipe, theirs = connection.Pipe()
        # -P, and no empty path: nothing that lies in the current folder is imported, where articles may lie.
        code = f"from flows.workers import serve; serve({theirs.fileno()}, {limits.memory})"
        paths = [str(Path(__file__).parents[1]), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
        try:
            self._process = subprocess.Popen(  # noqa: S603 - this Python and our own line
                [sys.executable, "-P", "-c", code],
                pass_fds=[theirs.fileno()],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
                stdin=subprocess.DEVNULL,
            )
        except OSError as error:
            raise RunFailed(f"Nothing was published, since no worker can be started ({error.strerror}).") from error
        finally:
            theirs.close()
        self._is_ready = False
        self._phase: Phase | None = None
        self._since = time.monotonic()

    def __enter__(self) -> _Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def give(self, task: _Task) -> None:
        """Hand the worker a task, at once or as soon as it says that it is there: a job is larger than a pipe."""
        self.task = task
        self._phase = None
        self._since = time.monotonic()
        if self._is_ready:
            with suppress(OSError):  # a worker that has died is told by the end of its pipe
                self.pipe.send((task.job, task.reads >= self._limits.read_retries))

    def forgive(self, seconds: float) -> None:
        """Do not count these seconds as the worker's."""
        self._since += max(0.0, seconds)

    def what_is_late(self) -> list[_Task] | None:
        """Return what to try again, if the worker is too long at its document or at its start."""
        taken = time.monotonic() - self._since
        if self._phase is None:
            return self.task.after_death(None) if taken > _LONGEST_START_SECONDS else None
        if self._phase.place == STAGING or taken <= self._limits.seconds:
            return None
        return [self.task.after_delay(self._phase)]

    def receive(self) -> Extracted | ReadError | list[_Task] | None:
        """Read one message: an outcome, what to try again in another worker, or ``None`` while it is at work."""
        try:
            message = self.pipe.recv()
        except (EOFError, OSError):
            return self.task.after_death(self._phase)
        if message == _READY:
            self._is_ready = True
            self.give(self.task)
        elif isinstance(message, Phase):
            self._phase, self._since = message, time.monotonic()
        elif message == _NO_MEMORY:
            return self.task.after_shortage(self._phase or Phase(0, is_reading=True))
        elif isinstance(message, (Extracted, ReadError)):
            return message
        else:
            raise message
        return None

    def stop(self) -> None:
        """End the process, however it stands."""
        self._process.kill()
        self._process.wait()
        self.pipe.close()


def serve(descriptor: int, memory: int) -> None:
    """Run the jobs that come through a pipe until it ends: a worker's whole life.

    ``memory`` bounds, in bytes, what the process may allocate: more of it raises ``MemoryError``.
    """
    # The kernel ends it together with its parent, so that no orphan writes into what the next run has begun.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends its workers
    pipe: connection.Connection[Any, Any] = connection.Connection(descriptor)
    # What ends it, the parent sees as a death.
    with suppress(EOFError, BrokenPipeError, MemoryError):
        pipe.send(_READY)
        while True:
            job, give_up = pipe.recv()
            pipe.send(_outcome(job, pipe, give_up=give_up))


def _outcome(job: Job, pipe: connection.Connection[Any, Any], *, give_up: bool) -> Extracted | Exception | str:
    try:
        return extract(job, give_up=give_up, watch=pipe.send)
    except MemoryError:
        return _NO_MEMORY
    except (ReadError, DocumentFailed, OSError) as error:
        return error
    except Exception as error:  # noqa: BLE001 - whatever it is, the run fails with its place and without its message
        return RunFailed(f"Nothing was published, since Qawl has a fault: {type(error).__name__} at {where(error)}.")
