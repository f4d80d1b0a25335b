"""A number of workers -> a Dask cluster on this machine that ends with this process, and that nobody else can use."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import dask
import distributed
from distributed.security import Security

from flows.engines.children import Pipe, settle_in, start
from flows.errors import RunFailed

_LONGEST_START_SECONDS = 120
_LONGEST_END_SECONDS = 10
# No pages about workers and tasks are served, on loopback either.
_NO_PAGES: dict[str, list[str]] = {"distributed.scheduler.http.routes": [], "distributed.worker.http.routes": []}


@contextmanager
def own_cluster(workers: int, scratch: Path) -> Iterator[tuple[str, Security]]:
    """Start so many workers of one thread, and yield the address of their scheduler and what opens it.

    They talk over loopback, encrypted and with certificates of their own: whoever can send a worker a task can run
    anything as this user, and the machine's other users reach loopback too. The cluster is a child of this process,
    since Dask starts its workers by ``multiprocessing``, and changes the environment for them. What they write, they
    write below ``scratch``.
    """
    process, pipe = start("from flows.engines.dask_cluster import serve; serve({})")
    with process, pipe:
        try:
            security = Security.temporary()
            with suppress(OSError):  # one that has died is told by the end of its pipe
                pipe.send((workers, str(scratch), security))
            yield _address(pipe), security
        finally:
            pipe.close()
            with suppress(subprocess.TimeoutExpired):
                process.wait(_LONGEST_END_SECONDS)
            process.kill()


def _address(pipe: Pipe) -> str:
    try:
        if pipe.poll(_LONGEST_START_SECONDS):
            return str(pipe.recv())
    except (EOFError, OSError):
        pass
    raise RunFailed("Nothing was published, since Dask could not start on this machine: is memory short?")


def serve(descriptor: int) -> None:
    """Run a cluster as it is told through a pipe, until the pipe ends: the whole life of the process that is it."""
    pipe = settle_in(descriptor)
    workers, scratch, security = pipe.recv()
    with (
        dask.config.set(_NO_PAGES | {"temporary-directory": scratch}),
        distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            host="127.0.0.1",
            security=security,
            dashboard_address=None,
            scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
            memory_limit=0,  # its workers hold next to nothing, and the processes beside them have limits of their own
            local_directory=scratch,
            silence_logs=logging.CRITICAL,
        ) as cluster,
    ):
        pipe.send(cluster.scheduler_address)
        with suppress(EOFError):
            pipe.recv()
