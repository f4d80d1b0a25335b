"""A task -> a process that does it and can be stopped, or killed: the two ends of a pipe.

A worker is a Python process of its own that gets one job at a time, and says what it is about to do.
"""

from __future__ import annotations

import resource
import time
from contextlib import suppress

from flows.engines import Limits
from flows.engines.children import Pipe, settle_in, start
from flows.engines.tasks import Task
from flows.errors import RunFailed
from flows.extract import STAGING, DocumentFailed, Extracted, Job, Phase, extract, where
from flows.sources import ReadError

_LONGEST_START_SECONDS = 120
_READY = "ready"
_NO_MEMORY = "no memory"


class Worker:
    """The parent's end of one worker: its process, the task it has, and what it is at since when."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        try:
            self._process, self.pipe = start(f"from flows.engines.worker import serve; serve({{}}, {limits.memory})")
        except OSError as error:
            raise RunFailed(f"Nothing was published, since no worker can be started ({error.strerror}).") from error
        self._is_ready = False
        self._phase: Phase | None = None
        self._since = time.monotonic()

    @property
    def lives(self) -> bool:
        """Say whether the process is there: one that waits for a task may have been killed by somebody else."""
        return self._process.poll() is None

    def give(self, task: Task) -> None:
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

    def what_is_late(self) -> list[Task] | None:
        """Return what to try again, if the worker is too long at its document or at its start."""
        taken = time.monotonic() - self._since
        if self._phase is None:
            return self.task.after_death(None) if taken > _LONGEST_START_SECONDS else None
        if self._phase.place == STAGING or taken <= self._limits.seconds:
            return None
        return [self.task.after_delay(self._phase)]

    def receive(self) -> Extracted | ReadError | list[Task] | None:
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
    pipe = settle_in(descriptor)
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    # What ends it, the parent sees as a death.
    with suppress(EOFError, BrokenPipeError, MemoryError):
        pipe.send(_READY)
        while True:
            job, give_up = pipe.recv()
            pipe.send(_outcome(job, pipe, give_up=give_up))


def _outcome(job: Job, pipe: Pipe, *, give_up: bool) -> Extracted | Exception | str:
    try:
        return extract(job, give_up=give_up, watch=pipe.send)
    except MemoryError:
        return _NO_MEMORY
    except (ReadError, DocumentFailed, OSError) as error:
        return error
    except Exception as error:  # noqa: BLE001 - whatever it is, the run fails with its place and without its message
        return RunFailed(f"Nothing was published, since Qawl has a fault: {type(error).__name__} at {where(error)}.")
