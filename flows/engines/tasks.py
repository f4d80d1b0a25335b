"""A job and what its workers went through -> what is tried next: the rules of retries, for every engine.

A document that takes too long is left out of the next try. A batch at which memory runs out, or twice a worker dies, is
parted, until the document that needs so much stands alone; only then is it condemned.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace

from flows.errors import RunFailed
from flows.extract import STAGING, Job, Phase
from transforms.model import Reason

FIRST_RETRY_SECONDS = 1.0
"""How long to wait after a read that failed; twice as long after the next."""

_MOST_DEATHS = 2


@dataclass(frozen=True, slots=True)
class Task:
    """A job, how often its reading was tried, how often a worker died of it, and when it may be tried again."""

    job: Job
    reads: int = 0
    deaths: int = 0
    not_before: float = 0.0

    def after_read_error(self) -> Task:
        """Return the task for another try, after a while."""
        pause = FIRST_RETRY_SECONDS * 2**self.reads
        return replace(self, reads=self.reads + 1, not_before=time.monotonic() + pause)

    def after_delay(self, phase: Phase) -> Task:
        """Return the task without the document that took too long to be read, or to be split."""
        uri = self.job.refs[phase.place].source_uri
        if phase.is_reading:
            return replace(self, job=replace(self.job, unread=self.job.unread | {uri}))
        return replace(self, job=replace(self.job, condemned={**self.job.condemned, uri: Reason.TOO_SLOW}))

    def after_death(self, phase: Phase | None) -> list[Task]:
        """Return what to try after the death of a worker; ``RunFailed`` if it has not come to any document."""
        deaths = self.deaths + 1
        if phase is None:
            if deaths > _MOST_DEATHS:
                raise RunFailed("Nothing was published, since workers die as soon as they start: is memory short?")
            return [replace(self, deaths=deaths)]
        if deaths < _MOST_DEATHS:
            return [replace(self, deaths=deaths)]
        return self._parted(phase, Reason.KILLS_WORKERS)

    def after_shortage(self, phase: Phase) -> list[Task]:
        """Return what to try after memory ran out."""
        return self._parted(phase, Reason.TOO_MUCH_MEMORY)

    def _parted(self, phase: Phase, reason: Reason) -> list[Task]:
        """Part the batch around the document that a worker was at; refuse the document if it stands alone."""
        refs, place = self.job.refs, phase.place
        if phase.place == STAGING:
            place = len(refs) // 2
        if len(refs) == 1:
            uri = refs[0].source_uri
            if uri in self.job.condemned:
                raise RunFailed(f"Nothing was published, since {uri} costs a worker even when it is not split.")
            return [Task(replace(self.job, condemned={uri: reason}))]
        pieces = [refs[:place], refs[place : place + 1], refs[place + 1 :]]
        stem = self.job.part.removesuffix(".parquet")
        return [
            Task(replace(self.job, refs=piece, part=f"{stem}{letter}.parquet"))
            for letter, piece in zip("abc", pieces, strict=True)
            if piece
        ]


class Queue:
    """The tasks that wait: what is tried again first, then the jobs, of which one at most is read ahead."""

    def __init__(self, jobs: Iterable[Job]) -> None:
        self._jobs = iter(jobs)
        self._again: list[Task] = []

    def __bool__(self) -> bool:
        """Say whether a task waits, whenever it may be tried."""
        if not self._again and (job := next(self._jobs, None)) is not None:
            self._again = [Task(job)]
        return bool(self._again)

    def put_back(self, tasks: Iterable[Task]) -> None:
        """Let tasks wait before all others."""
        self._again[:0] = tasks

    def take(self) -> Task | None:
        """Take out the first task that may be tried now, ``None`` if there is none."""
        now = time.monotonic()
        for place, task in enumerate(self._again):
            if task.not_before <= now:
                return self._again.pop(place)
        job = next(self._jobs, None)
        return None if job is None else Task(job)
