"""Jobs -> what became of them: in this process, in processes that can be stopped, or on a Dask cluster.

Whatever the engine, the same jobs give the same files: how documents are cut into jobs is decided before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from flows.extract import Extracted, Job


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may cost a worker, and how often a batch is read again after an error that may pass."""

    seconds: float
    memory: int
    read_retries: int


class Engine(Protocol):
    """Whatever can run jobs: yields what became of each, in any order."""

    def run(self, jobs: Iterable[Job]) -> Iterator[Extracted]:
        """Run all jobs, read one by one as they can be begun; ``RunFailed`` if one can't be."""
