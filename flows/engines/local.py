"""Jobs -> what became of them, one after the other in this process."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flows.engines import Limits
from flows.engines.tasks import FIRST_RETRY_SECONDS
from flows.extract import Extracted, Job, extract
from flows.sources import ReadError


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
                time.sleep(FIRST_RETRY_SECONDS * 2**retry)
        return extract(job, give_up=True)
