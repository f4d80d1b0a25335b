"""A command -> what it and every process that it starts have cost: processor seconds, wall time, memory.

    python -m benchmarks.measure REPORT COMMAND [ARGUMENT ...]

A small process of its own, so that neither its memory nor its other children can be taken for the command's. It adopts
the orphans of its descendants (``PR_SET_CHILD_SUBREAPER``) and waits for all of them: what a process used comes to its
parent when it is waited for, and with the adopted ones nothing is left out. A thread looks at ``/proc`` in between, for
memory and for the processor time of a process whose parent has told the kernel not to keep it.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

SAMPLES_PER_SECOND = 10
_PR_SET_CHILD_SUBREAPER = 36
_GRACE_SECONDS = 20
"""How long what the command leaves behind may go on before it is killed; it is counted all the same."""

_TICKS = os.sysconf("SC_CLK_TCK")
_PEAK, _NOW = re.compile(r"VmHWM:\s+(\d+) kB"), re.compile(r"VmRSS:\s+(\d+) kB")
_ROOT = Path(__file__).parents[1]


@dataclass(slots=True)
class Process:
    """One process: the start of its command line, seconds of processor time, and its own peak memory in MiB."""

    name: str
    cpu: float = 0.0
    peak: float = 0.0


@dataclass(slots=True)
class Cost:
    """What a command has cost with all that it started.

    ``cpu`` and ``wall`` are seconds, ``peak`` is the largest process in MiB, ``peak_of_all`` the most that all had at
    one time (pages that several share count several times). ``series`` holds, for each look, the seconds since the
    start and the MiB of each process by its number.
    """

    code: int = 0
    cpu: float = 0.0
    wall: float = 0.0
    peak: float = 0.0
    peak_of_all: float = 0.0
    processes: dict[str, Process] = field(default_factory=dict)
    series: list[tuple[float, dict[str, float]]] = field(default_factory=list)


def measured(
    command: Sequence[str], report: Path, environment: Mapping[str, str], *, seconds: float | None = None
) -> Cost:
    """Run a command in a process of its own and return what it cost; its output goes beside ``report``.

    ``RuntimeError`` if it fails or takes longer than ``seconds``.
    """
    report.parent.mkdir(parents=True, exist_ok=True)
    log = report.with_suffix(".log")
    with log.open("wb") as output:
        watcher = subprocess.Popen(  # noqa: S603 - this module, and the benchmark's own commands
            [sys.executable, "-m", "benchmarks.measure", str(report), *command],
            cwd=_ROOT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            watcher.wait(seconds)
        except subprocess.TimeoutExpired:
            watcher.terminate()
            watcher.wait()
            raise RuntimeError(f"{command[0]} took longer than {seconds} s; its output is in {log}.") from None
    if watcher.returncode:
        raise RuntimeError(f"{' '.join(command[:4])} failed with {watcher.returncode}; its output is in {log}.")
    return read_cost(report)


def read_cost(report: Path) -> Cost:
    """Read back what a measurement has written."""
    content = json.loads(report.read_text(encoding="utf-8"))
    content["processes"] = {number: Process(**one) for number, one in content["processes"].items()}
    return Cost(**content)


def measure(command: Sequence[str]) -> Cost:
    """Run a command as a child of this process, which must have no other, and return what it cost."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    cost = Cost()
    over = threading.Event()
    signal.signal(signal.SIGTERM, _end_all)
    signal.signal(signal.SIGALRM, _end_all)
    started = time.monotonic()
    root = os.posix_spawnp(command[0], list(command), os.environ)
    watcher = threading.Thread(target=_watch, args=(cost, started, over))
    watcher.start()
    reaped = largest = 0.0
    with suppress(ChildProcessError):
        while True:
            number, status, usage = os.wait4(-1, 0)
            reaped += usage.ru_utime + usage.ru_stime
            largest = max(largest, usage.ru_maxrss / 1024)
            if number == root:
                cost.code = os.waitstatus_to_exitcode(status)
                cost.wall = time.monotonic() - started
                signal.alarm(_GRACE_SECONDS)
    over.set()
    watcher.join()
    cost.peak = max(largest, *(process.peak for process in cost.processes.values()), 0.0)
    cost.peak_of_all = max(cost.peak_of_all, cost.peak)
    cost.cpu = max(reaped, sum(process.cpu for process in cost.processes.values()))
    return cost


def _end_all(*_: object) -> None:
    for number in _descendants(os.getpid()):
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)


def _watch(cost: Cost, started: float, over: threading.Event) -> None:
    while not over.wait(1 / SAMPLES_PER_SECOND):
        memory: dict[str, float] = {}
        for number in _descendants(os.getpid()):
            with suppress(OSError):
                now = _look(number, cost.processes)
                memory[str(number)] = round(now, 1)
        cost.series.append((round(time.monotonic() - started, 2), memory))
        cost.peak_of_all = max(cost.peak_of_all, sum(memory.values()))


def _look(number: int, processes: dict[str, Process]) -> float:
    """Take in what the kernel says of a process now; return its memory in MiB."""
    place = Path("/proc") / str(number)
    status = (place / "status").read_text(encoding="utf-8")
    peak, now = _PEAK.search(status), _NOW.search(status)
    if peak is None or now is None:  # it has ended and is not waited for yet
        return 0.0
    process = processes.setdefault(str(number), Process(""))
    # Between fork and exec a process still has its parent's name: the last look is right.
    words = (place / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    process.name = " ".join(words)[:200].strip() or process.name
    fields = (place / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    process.cpu = max(process.cpu, (int(fields[11]) + int(fields[12])) / _TICKS)
    process.peak = max(process.peak, int(peak[1]) / 1024)
    return int(now[1]) / 1024


def _descendants(number: int) -> Iterator[int]:
    """Yield the processes below one, as far as they can be seen while they come and go."""
    with suppress(OSError):
        for task in Path(f"/proc/{number}/task").iterdir():
            with suppress(OSError):
                for child in (task / "children").read_text(encoding="ascii").split():
                    yield int(child)
                    yield from _descendants(int(child))


def main() -> int:
    """Measure the command of this process's command line."""
    cost = measure(sys.argv[2:])
    Path(sys.argv[1]).write_text(json.dumps(asdict(cost)), encoding="utf-8")
    return min(abs(cost.code), 255)


if __name__ == "__main__":
    sys.exit(main())
