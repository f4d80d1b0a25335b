"""Jobs -> what became of them, by processes that can be stopped: a document that runs wild costs itself only.

The parent stops a worker that is too long at a document, starts another, and gives it the same batch with that document
condemned. A fault of Qawl itself ends the run.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing import connection
from typing import Any, Self

from flows.engines import Limits
from flows.engines.tasks import Queue
from flows.engines.worker import Worker
from flows.extract import Extracted, Job
from flows.sources import ReadError

_TICK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Processes:
    """Run jobs in at most so many processes: no more are started than there are jobs."""

    count: int
    limits: Limits

    def run(self, jobs: Iterable[Job]) -> Iterator[Extracted]:
        """Run all jobs; their workers end with this iterator, however it ends."""
        with Crew(self.count, self.limits) as crew:
            yield from crew.run(jobs)


class Crew:
    """At most so many workers, started as jobs come, which wait for more until the crew is dismissed."""

    def __init__(self, count: int, limits: Limits) -> None:
        self._count = count
        self._limits = limits
        self._idle: list[Worker] = []
        self._busy: dict[Any, Worker] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.dismiss()

    def dismiss(self) -> None:
        """End all workers, however they stand."""
        for worker in (*self._busy.values(), *self._idle):
            worker.stop()
        self._busy, self._idle = {}, []

    def run(self, jobs: Iterable[Job]) -> Iterator[Extracted]:
        """Run all jobs; after an error the crew is to be dismissed."""
        queue = Queue(jobs)
        looked_at = time.monotonic()
        while queue or self._busy:
            self._hand_out(queue)
            if not self._busy:  # what is left waits for its time
                time.sleep(_TICK_SECONDS)
                continue
            for pipe in connection.wait(list(self._busy), _TICK_SECONDS):
                yield from self._listen(self._busy[pipe], queue)
            # A parent that was stopped or starved must not blame its workers for the time that it has missed.
            missed = time.monotonic() - looked_at - 2 * _TICK_SECONDS
            looked_at = time.monotonic()
            for worker in list(self._busy.values()):
                worker.forgive(missed)
                if (late := worker.what_is_late()) is not None and not worker.pipe.poll():
                    self._end(worker)
                    queue.put_back(late)

    def _hand_out(self, queue: Queue) -> None:
        while len(self._busy) < self._count and (task := queue.take()):
            worker = self._rested() or Worker(self._limits)
            self._busy[worker.pipe] = worker
            worker.give(task)

    def _rested(self) -> Worker | None:
        """Return a worker that waits, ``None`` if there is none that lives."""
        while self._idle:
            worker = self._idle.pop()
            if worker.lives:
                return worker
            worker.stop()
        return None

    def _listen(self, worker: Worker, queue: Queue) -> Iterator[Extracted]:
        """Take all that a worker has to say."""
        while worker.pipe in self._busy and worker.pipe.poll():
            message = worker.receive()
            if isinstance(message, (Extracted, ReadError)):
                del self._busy[worker.pipe]
                self._idle.append(worker)
            if isinstance(message, ReadError):
                queue.put_back([worker.task.after_read_error()])
            elif isinstance(message, list):
                self._end(worker)
                queue.put_back(message)
            elif isinstance(message, Extracted):
                self._hand_out(queue)  # first: whoever takes this may take long over it
                yield message

    def _end(self, worker: Worker) -> None:
        del self._busy[worker.pipe]
        worker.stop()
