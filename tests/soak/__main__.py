"""The long proofs -> a table of figures for ``docs/reliability.md``; exit code 1 if a promise was broken.

make soak
python -m tests.soak [crashes|kills|remote_crashes|readers|schedule ...]
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.flows.buckets import Server
from tests.soak import remote
from tests.soak.crashes import STORIES, crash_everywhere, kill_at_random
from tests.soak.readers import read_while_publishing
from tests.soak.schedule import run_often

_KILLS, _RUNS, _PUBLICATIONS, _READS = 200, 1000, 200, 10_000


def crashes(folder: Path) -> list[str]:
    """Kill every story before every change of the file system."""
    wrong = []
    for story in STORIES:
        outcome = crash_everywhere(story, folder / story.name)
        print(f"crash points of the {story.name}: {outcome.tried} tried, {len(outcome.wrong)} wrong")
        wrong += outcome.wrong
    return wrong


def kills(folder: Path) -> list[str]:
    """Send SIGKILL at random moments, with validation, and check the whole warehouse afterwards."""
    wrong = []
    stories = STORIES[:2]
    for story in stories:
        outcome = kill_at_random(story, folder / story.name, _KILLS // len(stories), seed=2026, check_every=10)
        print(f"random kills of the {story.name}: {outcome.tried} tried, {len(outcome.wrong)} wrong")
        wrong += outcome.wrong
    return wrong


def remote_crashes(folder: Path) -> list[str]:
    """Kill runs into object storage before every change of the store and of the working copy."""
    server = Server()
    os.environ |= server.environment()
    wrong = []
    for name, first, with_copy in (("first", True, True), ("incremental", False, True), ("incremental", False, False)):
        server.reset()
        outcome = remote.crash_everywhere(folder / f"{name}-{with_copy}", first=first, with_copy=with_copy)
        copy = "" if with_copy else " without its working copy"
        print(f"crash points of the {name} run into s3{copy}: {outcome.tried} tried, {len(outcome.wrong)} wrong")
        wrong += outcome.wrong
    server.close()
    return wrong


def readers(folder: Path) -> list[str]:
    """Read all tables in a loop while runs publish."""
    found = read_while_publishing(folder, _PUBLICATIONS, _READS)
    print(
        f"reads of each table: {found.reads_of_each_table:,} while {found.publications} runs published, "
        f"of {found.releases_seen} releases, {len(found.wrong)} kinds of failure"
    )
    return found.wrong


def schedule(folder: Path) -> list[str]:
    """Run a thousand times with ten new articles each."""
    found = run_often(folder, _RUNS)
    slower = found.seconds_of_last / found.seconds_of_tenth
    larger = found.bytes_on_disk / found.bytes_of_one_run
    print(
        f"{found.runs:,} runs, {found.articles:,} articles: {found.files} files at the end, {found.most_files} at most"
    )
    print(
        f"a run takes {found.seconds_of_last:.3f} s at the end, {found.seconds_of_tenth:.3f} s at first: {slower:.2f}"
    )
    print(f"{found.bytes_on_disk:,} bytes on disk, {found.bytes_of_one_run:,} after one large run: {larger:.2f}")
    return [] if found.same_rows else ["many small runs do not end in the rows of a large one"]


PROOFS: dict[str, Callable[[Path], list[str]]] = {
    proof.__name__: proof for proof in (crashes, kills, remote_crashes, readers, schedule)
}


def main(names: list[str]) -> int:
    """Run the named proofs, or all."""
    wrong = []
    for name in names or PROOFS:
        started = time.monotonic()
        with TemporaryDirectory(prefix="qawl-soak-") as folder:
            wrong += PROOFS[name](Path(folder))
        print(f"{name}: {time.monotonic() - started:.0f} s", flush=True)
    for trouble in wrong:
        print(trouble)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
