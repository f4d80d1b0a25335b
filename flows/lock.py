"""A warehouse -> the right to write to it, for one process at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from flows.errors import UsageProblem
from flows.store import Warehouse, writing


@contextmanager
def writer_lock(warehouse: Warehouse) -> Iterator[None]:
    """Hold the warehouse's writer lock; ``UsageProblem`` that says who has it if another process does.

    The kernel gives the lock back when its holder ends, however it ends, so there is never a stale one to recover.
    """
    with writing(warehouse):
        descriptor = os.open(warehouse.root / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    with open(descriptor, "r+", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor, not a path
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = file.read().strip() or "another process"
            raise UsageProblem(
                f"Another run is writing to {warehouse.root} ({holder}): wait until it ends, then run again."
            ) from error
        file.truncate()
        file.write(f"process {os.getpid()}, since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
        file.flush()
        yield
