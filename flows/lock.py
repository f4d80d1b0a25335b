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
def writer_lock(warehouse: Warehouse, name: str = "") -> Iterator[str]:
    """Hold the warehouse's writer lock; ``UsageProblem`` that says who has it if another process does.

    The kernel gives the lock back when its holder ends, however it ends, so there is never a stale one to recover. A
    holder takes its ``name`` out at its end: what is yielded is the name of one that was killed, empty for none.
    """
    with writing(warehouse):
        warehouse.root.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(warehouse.root / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    with os.fdopen(descriptor):
        with writing(warehouse):
            said = _take(warehouse, descriptor)
            _write(descriptor, f"{name}\nprocess {os.getpid()}, since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
        try:
            yield said.partition("\n")[0]
        finally:
            _write(descriptor, "")


def _take(warehouse: Warehouse, descriptor: int) -> str:
    """Take the lock and return what the last holder has left in it: read only now, since it may just have ended."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = _read(descriptor).partition("\n")[2] or "another process"
        raise UsageProblem(
            f"Another run is writing to {warehouse.root} ({holder}): wait until it ends, then run again."
        ) from error
    return _read(descriptor)


def _read(descriptor: int) -> str:
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode()


def _write(descriptor: int, words: str) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, words.encode(), 0)
