"""A line of our own code -> a Python process that runs it at the other end of a pipe, and ends with this process."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from multiprocessing import connection
from pathlib import Path
from typing import Any, TypeAlias

Pipe: TypeAlias = "connection.Connection[Any, Any]"
"""One end of a pipe."""

_PR_SET_PDEATHSIG = 1


def start(code: str) -> tuple[subprocess.Popen[bytes], Pipe]:
    """Start a process and return it with our end of a pipe; ``{}`` in the code is its descriptor of the other.

    Not by ``multiprocessing``, whose processes import the parent's main module: that is Prefect, in a scheduled run.
    """
    ours, theirs = connection.Pipe()
    # No empty path, in the processes that it starts either: nothing that lies in the current folder is imported, where
    # articles may lie.
    paths = [str(Path(__file__).parents[2]), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    try:
        process = subprocess.Popen(  # noqa: S603 - this Python and our own line
            [sys.executable, "-P", "-c", code.format(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONSAFEPATH": "1"},
            stdin=subprocess.DEVNULL,
        )
    except OSError:
        ours.close()
        raise
    finally:
        theirs.close()
    return process, ours


def settle_in(descriptor: int) -> Pipe:
    """Return the child's end of the pipe, once the kernel will end this process together with its parent."""
    # No orphan writes into what the next run has begun.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends its children
    return connection.Connection(descriptor)
