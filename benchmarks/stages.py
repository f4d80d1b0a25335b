"""A run of Qawl in one process -> how much of its processor time each stage took.

    python -m benchmarks.stages RAW WAREHOUSE

The command itself is run, with ``QAWL_ENGINE=local``, so that all stages are in one process. Every few milliseconds of
processor time a signal looks at what the main thread is doing, and gives the time since the look before to the first
rule that one of its functions answers to, from the innermost outwards: a look costs nothing between two looks, unlike
a profiler that is told of every call, and a long call of a library counts in full. What no rule names is listed under
its module's own name. Other threads of Python are listed by what they were started with, or as Prefect's; what is left
is threads of libraries. The server is another process, which the caller's measurement tells.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from types import FrameType

_LOOK_SECONDS = 0.004
_LOOK_AT_THREADS_SECONDS = 0.25
_TICKS = os.sysconf("SC_CLK_TCK")
_THREADS = {
    "_import_validation": "validation: import of Great Expectations",
    "_watch_threads": "these looks themselves",
}
"""Stages of the threads that Qawl or this module start, by the function that they run."""

RULES: tuple[tuple[str, str, str], ...] = (
    # stage, start of a module's name, a function's name or nothing for all of them
    ("start-up: imports", "importlib._bootstrap", ""),
    ("validation: Great Expectations", "flows.validation", ""),
    ("validation: check frames", "flows.checks", ""),
    ("validation: check frames", "pyarrow.feather", ""),
    ("validation: census", "flows.census", ""),
    ("duplicates", "flows.duplicates", ""),
    ("rows", "transforms.rows", ""),
    ("fingerprints", "transforms.fingerprint", ""),
    ("read", "flows.sources", "read"),
    ("list and plan", "flows.sources", ""),
    ("list and plan", "flows.plan", ""),
    ("list and plan", "flows.stamps", ""),
    ("list and plan", "flows.ledger", ""),
    ("decode", "transforms.decode", ""),
    ("split: load the language", "transforms.lexicon", "load_lexicon"),
    ("split: load the language", "transforms.languages", ""),
    ("split: layout", "transforms.layout", ""),
    ("split: layout", "transforms.dates", ""),
    ("split: quotes and speakers", "transforms", ""),
    ("columns and Arrow", "flows.arrow", ""),
    ("write parts", "flows.parts", "write_table"),
    ("read parts back", "flows.parts", ""),
    ("flags, manifest, publication", "flows.release", ""),
    ("flags, manifest, publication", "flows.store", ""),
    ("batches", "flows.extract", ""),
)


class Stages:
    """Looks at the main thread by a timer of processor time, now and then at the other threads, and adds up."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._threads: dict[int | None, tuple[str, float]] = {}
        self._over = threading.Event()
        # The signal wakes no main thread that waits for another one.
        threading.Thread(target=self._watch_threads, daemon=True).start()
        self._before = time.thread_time()
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, _LOOK_SECONDS, _LOOK_SECONDS)

    def end(self) -> dict[str, float]:
        """Stop looking and return the seconds of each stage and of the other threads."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        self.seconds["start-up: imports"] += max(0.0, time.thread_time() - sum(self.seconds.values()))
        self._over.set()
        self._look_at_threads()
        for name, seconds in list(self._threads.values()):
            self.seconds[name] += seconds
        self.seconds["threads of libraries"] = max(0.0, time.process_time() - sum(self.seconds.values()))
        return dict(self.seconds)

    def _look(self, _: int, frame: FrameType | None) -> None:
        now = time.thread_time()
        self.seconds[stage_of(frame)] += now - self._before
        self._before = now

    def _watch_threads(self) -> None:
        while not self._over.wait(_LOOK_AT_THREADS_SECONDS):
            self._look_at_threads()

    def _look_at_threads(self) -> None:
        """Keep what the threads have used so far, since they can't be asked any more once they have ended."""
        for thread in threading.enumerate():
            if thread is threading.main_thread():
                continue  # which is looked at by itself, and in more detail
            with suppress(OSError):
                text = Path(f"/proc/self/task/{thread.native_id}/stat").read_text(encoding="utf-8")
                fields = text.rpartition(")")[2].split()
                seconds = (int(fields[11]) + int(fields[12])) / _TICKS
                function = thread.name.partition("(")[2].rstrip(")")
                self._threads[thread.native_id] = (_THREADS.get(function, "Prefect in the run"), seconds)


def stage_of(frame: FrameType | None) -> str:
    """Name the stage that a stack of frames, given by its innermost, is at."""
    fallback = "the rest"
    while frame is not None:
        module, function = str(frame.f_globals.get("__name__", "")), frame.f_code.co_name
        for stage, start, name in RULES:
            if (module == start or module.startswith(f"{start}.")) and name in {"", function}:
                return stage
        if fallback == "the rest" and module.startswith(("flows.", "prefect.")):
            fallback = "Prefect in the run" if module.startswith("prefect.") else module
        frame = frame.f_back
    return fallback


def main(raw: Path, out: Path) -> None:
    """Run the command under observation."""
    stages = Stages()
    from flows.cli import main as qawl  # noqa: PLC0415 - its imports are part of what is looked at

    code = qawl(["run", str(raw), str(out / "warehouse")])
    figures = {"stages": stages.end()}
    (out / "figures.json").write_text(json.dumps(figures), encoding="utf-8")
    sys.exit(code)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
