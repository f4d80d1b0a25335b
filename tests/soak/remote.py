"""A run into a warehouse in object storage, killed before each change -> what readers and the next run then find.

A change is a request that writes, or a change of the working copy. The server answers in this process, so what a killed
run has asked for before its death is done.
"""

from __future__ import annotations

import logging
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import flows.extract
import flows.validation
from flows.objects import Objects, _client
from flows.pipeline import Pipeline
from flows.places import troubles, writable
from flows.selection import Selection
from flows.settings import Settings
from flows.store import open_release
from tests.flows.buckets import WRITES, copy_all, make_bucket, names, read_address
from tests.flows.conftest import Unchecked
from tests.flows.plain import split_simply
from tests.flows.tables import rows_without_clock
from tests.soak import scenario
from tests.soak.crashes import Outcome, Rows

BUCKET = "qawl-soak"
_ENVIRONMENT = ("AWS_",)


@dataclass(frozen=True, slots=True)
class Away:
    """A raw folder, a folder of working copies, and a warehouse at an address."""

    folder: Path
    name: str

    @property
    def raw(self) -> Path:
        """The raw folder."""
        return self.folder / "raw"

    @property
    def address(self) -> str:
        """The warehouse."""
        return f"s3://{BUCKET}/{self.name}"

    @property
    def copy(self) -> Path:
        """The working copy."""
        return writable(self.address, str(self.folder / "cache"))[0].root

    def rows(self) -> Rows:
        """Return what readers see."""
        return rows_without_clock(read_address(self.address)) if "current.json" in names(self.address) else {}

    def again_as(self, name: str, *, with_copy: bool) -> Away:
        """Return the same at another address."""
        other = Away(self.folder, name)
        copy_all(self.address, other.address)
        if with_copy and self.copy.exists():
            shutil.copytree(self.copy, other.copy, symlinks=True)
        return other


def act(away: Away, crash_at: int = 0, *, from_first_write: bool = True, keep_seconds: int = 0) -> bool:
    """Run the pipeline in a process that dies before a change, and say whether it came to its end.

    ``from_first_write`` counts no change before the first request that writes.
    """
    variables = {name: value for name, value in os.environ.items() if name.startswith(_ENVIRONMENT)}
    process = scenario._PROCESSES.Process(target=_act, args=(away, variables, crash_at, from_first_write, keep_seconds))
    process.start()
    process.join()
    if process.exitcode not in (0, scenario.CRASHED):
        raise RuntimeError(f"the run ended with {process.exitcode}")
    return process.exitcode == 0


def _act(
    away: Away,
    variables: dict[str, str],
    crash_at: int,
    from_first_write: bool,  # noqa: FBT001
    keep_seconds: int,
) -> None:
    os.environ.update(variables)
    flows.validation.Validation = Unchecked  # type: ignore[assignment, misc]
    crash = scenario._Crash(str(away.copy), crash_at)
    crash.is_over = from_first_write

    def see(request: object, **_: object) -> None:
        if getattr(request, "method", "") in WRITES:
            crash.is_over = False
            crash.count()

    _client().meta.events.register("before-send.s3", see)
    sys.addaudithook(crash.see)
    _run(away, keep_seconds)
    crash.is_over = True
    (away.folder / "changes").write_text(str(crash.seen))


def _run(away: Away, keep_seconds: int) -> None:
    flows.extract.split = split_simply  # type: ignore[assignment, attr-defined]
    warehouse, origin = writable(away.address, str(away.folder / "cache"))
    settings = Settings(engine="local", keep_seconds=keep_seconds, keep_releases=1, max_articles_lost=1)
    Pipeline(warehouse, settings, logging.getLogger("soak"), origin=origin).ingest(away.raw, Selection())


def crash_everywhere(folder: Path, *, first: bool, with_copy: bool, every: int = 1) -> Outcome:
    """Kill a run before each ``every``-th change: the ``first`` one of a warehouse, or one with all kinds of changes.

    Without the working copy, all changes that make it anew count too.
    """
    make_bucket(BUCKET)
    before = Away(folder, "before")
    scenario.write_documents(before.raw)
    if not first:
        act(before)
        scenario.change_documents(before.raw)
    after = before.again_as("after", with_copy=with_copy)
    act(after, from_first_write=with_copy)
    total = int((folder / "changes").read_text())
    expected = (before.rows(), after.rows())
    outcome = Outcome(0, [])
    for change in range(1, total + 1, every):
        away = before.again_as(f"crash-{change}", with_copy=with_copy)
        act(away, change, from_first_write=with_copy)
        outcome.tried += 1
        outcome.wrong += (f"change {change}: {wrong}" for wrong in _look(away, expected))
        shutil.rmtree(away.copy)
    return outcome


def _look(away: Away, expected: tuple[Rows, Rows]) -> Iterator[str]:
    if away.rows() not in expected:
        yield "readers see neither the rows before nor those after"
    act(away)
    if away.rows() != expected[1]:
        yield "the next run does not end in the rows of an undisturbed one"
    yield from troubles(away.address)
    known = set(read_address(away.address)["runs"]["run_id"])
    yield from (f"litter: {name}" for name in Objects.at(away.address).folders("reports/") if name not in known)
    yield from (f"litter: {path}" for path in away.copy.glob("staging/*"))
    if (away.copy / "current").resolve().name != open_release(away.address).name:
        yield "the working copy is not of the published release"
