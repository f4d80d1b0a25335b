"""A seed -> documents without end through decode, split and rows -> crashes, broken promises and slow documents.

    python -m scripts.fuzz [--documents N] [--seconds S] [--seed N] [--workers N] [--keep FOLDER]
    python -m scripts.fuzz --seed N --only ADDRESS [--keep FOLDER]

Documents are news from a grammar over the language pack's own words, broken stretches of the articles in ``raw`` (and
of ``../shared/corpus/txt`` if it is there), repetitions, random characters and random bytes; one in four is made from
an earlier one that took a new way through ``transforms``. Of a document that fails only its address and a hash are
printed, which make it again with ``--only``; with ``--keep`` it is written to FOLDER too, as it is. The exit code is 1
if anything failed.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from types import FrameType

from scripts.fuzzing.coverage import Coverage
from scripts.fuzzing.documents import Address, Documents
from scripts.fuzzing.judge import Fault, Hangs, Judged, Split, allowance, digest, judge, judge_rows
from transforms import split
from transforms.model import Article, Reject
from transforms.rows import Rows

BATCH = 200
TRACED = 50
"""One document in so many is split a second time, watched: its steps must give the same, and may be new."""

_MUTANTS = 0.25
_LONGEST_PARENT, _MOST_ANCESTORS = 4_000, 8
_MOST_SHOWN = 3
_HANGS = 40
"""Times what a document may cost: then it is stopped."""


@dataclass(slots=True)
class Tally:
    """The figures of a run. ``shown`` holds for each fault the first documents that had it."""

    documents: int = 0
    bytes: int = 0
    articles: int = 0
    quotes: int = 0
    steps: int = 0
    rejects: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    shown: dict[Fault, list[str]] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        """Take in the figures of another worker."""
        for name in ("documents", "bytes", "articles", "quotes"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.steps = max(self.steps, other.steps)
        self.rejects += other.rejects
        self.faults += other.faults
        for fault, listed in other.shown.items():
            self.shown.setdefault(fault, []).extend(listed)

    def line(self, seconds: float) -> str:
        """Return all figures in one line."""
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in self.rejects.most_common())
        return (
            f"documents {self.documents:,}, bytes {self.bytes:,}, seconds {seconds:,.0f}, articles {self.articles:,}, "
            f"rejects {self.rejects.total():,} ({reasons}), quotes {self.quotes:,}, steps {self.steps:,}, "
            f"crashes {self.faults['crash']:,}, broken promises {self.faults['promise']:,}, "
            f"slow {self.faults['slow']:,}"
        )


class Worker:
    """One process's share of a run: every so many numbers from its own."""

    def __init__(self, documents: Documents, seed: int, keep: Path | None, splitting: Split = split) -> None:
        self.tally = Tally()
        self.make = documents.make
        self._documents, self._keep, self._split = documents, keep, splitting
        self._rng = Random(seed)  # noqa: S311 - chooses which documents to go on from
        self._coverage = Coverage()
        self._parents: list[tuple[Address, bytes]] = []
        self._batch: list[tuple[Address, bytes, Rows]] = []

    def run(self, numbers: Iterator[int], deadline: float) -> Tally:
        """Judge the documents of these numbers until the deadline, on the clock of ``time.monotonic``."""
        for number in numbers:
            if time.monotonic() > deadline:
                break
            address, data = self._next(number)
            self.take(address, data)
            if number % TRACED == 0:
                self._trace(address, data)
        self.finish()
        return self.tally

    def take(self, address: Address, data: bytes) -> Judged:
        """Judge one document, and its rows together with those of others."""
        judged = self._judge(address, data)
        outcome = judged.outcome
        self.tally.documents += 1
        self.tally.bytes += len(data)
        if isinstance(outcome, Article):
            self.tally.articles += 1
            self.tally.quotes += len(outcome.quotes)
        elif isinstance(outcome, Reject):
            self.tally.rejects[outcome.reason.value] += 1
        for fault in judged.faults:
            self._note(fault, address, data)
        if judged.rows is not None:
            self._batch.append((address, data, judged.rows))
        if len(self._batch) >= BATCH:
            self.finish()
        return judged

    def finish(self) -> None:
        """Check the rows that have gathered: all at once, then, if a rule is broken, document by document."""
        batch, self._batch = self._batch, []
        broken = list(judge_rows([rows for _, _, rows in batch]))
        if not broken:
            return
        alone = [(fault, at) for at, (_, _, rows) in enumerate(batch) for fault in judge_rows([rows])]
        for fault, at in alone or [(fault, 0) for fault in broken]:
            self._note(fault, *batch[at][:2])

    def _judge(self, address: Address, data: bytes) -> Judged:
        signal.setitimer(signal.ITIMER_VIRTUAL, _HANGS * allowance(data))
        try:
            return judge(str(address), data, self._split)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    def _next(self, number: int) -> tuple[Address, bytes]:
        if self._parents and self._rng.random() < _MUTANTS:
            parent, data = self._rng.choice(self._parents)
            return Address(number, (parent.number, *parent.ancestors)), self._documents.mutant(number, data)
        return Address(number), self._documents.fresh(number)

    def _trace(self, address: Address, data: bytes) -> None:
        known = len(self._coverage)
        judged = self._coverage.trace(partial(judge, str(address), data, self._split))
        again = judge(str(address), data, self._split)
        if (judged.outcome, judged.rows) != (again.outcome, again.rows):
            self._note(Fault("promise", "the same bytes give the same rows"), address, data)
        self.tally.steps = len(self._coverage)
        is_handy = len(data) <= _LONGEST_PARENT and len(address.ancestors) < _MOST_ANCESTORS
        if is_handy and self.tally.steps > known:
            self._parents.append((address, data))

    def _note(self, fault: Fault, address: Address, data: bytes) -> None:
        self.tally.faults[fault.kind] += 1
        listed = self.tally.shown.setdefault(fault, [])
        if len(listed) < _MOST_SHOWN:
            listed.append(f"{address} (sha256 {digest(data)}, {len(data):,} bytes)")
            if self._keep is not None:
                self._keep.mkdir(parents=True, exist_ok=True)
                (self._keep / f"{digest(data)}.txt").write_bytes(data)


def _stop(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise Hangs


def work(first: int, options: argparse.Namespace) -> Tally:
    """Do the share of the worker that begins with number ``first``."""
    signal.signal(signal.SIGVTALRM, _stop)
    worker = Worker(Documents(options.seed), options.seed + first, options.keep)
    numbers = iter(range(first, options.documents, options.workers))
    return worker.run(numbers, time.monotonic() + options.seconds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--documents", type=int, default=20_000, metavar="N", help="how many (%(default)s)")
    parser.add_argument("--seconds", type=float, default=float("inf"), metavar="S", help="stop after so many")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="(%(default)s)")
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="processes (%(default)s)")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="write documents that fail to a folder")
    parser.add_argument("--only", type=Address.parse, metavar="ADDRESS", help="judge one document again")
    return parser.parse_args()


def _run(options: argparse.Namespace) -> Tally:
    if options.only is not None:
        worker = Worker(Documents(options.seed), options.seed, options.keep)
        worker.take(options.only, worker.make(options.only))
        worker.finish()
        return worker.tally
    if options.workers == 1:
        return work(0, options)
    tally = Tally()
    with ProcessPoolExecutor(options.workers) as pool:
        for share in pool.map(partial(work, options=options), range(options.workers)):
            tally.add(share)
    return tally


def main() -> None:
    """Run, print what failed, then the figures."""
    options = _options()
    start = time.monotonic()
    tally = _run(options)
    for fault, addresses in sorted(tally.shown.items(), key=lambda item: (item[0].kind, item[0].what)):
        sys.stdout.write(f"{fault.kind}: {fault.what}: {', '.join(addresses)}\n")
    sys.stdout.write(f"{tally.line(time.monotonic() - start)}\n")
    sys.exit(1 if tally.faults else 0)


if __name__ == "__main__":
    main()
