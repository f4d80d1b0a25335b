"""An action killed before each of its changes of the file system -> what readers and the next run then find."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from flows.audit import audit
from flows.store import Warehouse, open_release
from tests.flows.tables import Frames, read_all, rows_without_clock
from tests.soak import scenario
from tests.soak.scenario import Place

Rows = dict[str, str]


@dataclass(frozen=True, slots=True)
class Story:
    """What is there before, what is done and may be killed, and what is done afterwards to have the same end."""

    name: str
    prepare: Callable[[Place], None]
    action: Callable[[Place], None]
    again: Callable[[Place], None]


def _first(place: Place) -> None:
    scenario.write_documents(place.raw)


def _second(place: Place) -> None:
    _first(place)
    scenario.run(scenario.ingest, place, checked=False)
    scenario.change_documents(place.raw)


def _many_parts(place: Place) -> None:
    _first(place)
    scenario.run(scenario.ingest, place, checked=False)


STORIES = (
    Story("first run", _first, scenario.ingest, scenario.ingest),
    Story("incremental run", _second, scenario.ingest, scenario.ingest),
    Story("incremental run that drops", _second, scenario.drop, scenario.drop),
    Story("compaction", _many_parts, scenario.compact, scenario.compact),
    Story("takedown", _many_parts, scenario.forget, scenario.forget),
)


@dataclass(slots=True)
class Outcome:
    """How many crashes were tried, and what went wrong after which."""

    tried: int
    wrong: list[str]


def crash_everywhere(story: Story, folder: Path, *, every: int = 1, checked: bool = False) -> Outcome:
    """Kill a story before each ``every``-th change, and look at what it leaves and what the next run makes of that."""
    before, expected = _prepared(story, folder)
    total = scenario.changes_of(story.action, before.copy(folder / "count"), checked=checked)
    outcome = Outcome(0, [])
    for change in range(1, total + 1, every):
        place = before.copy(folder / "crashed")
        if scenario.run(story.action, place, change, checked=checked):
            outcome.wrong.append(f"{story.name}, change {change}: no crash")
        outcome.tried += 1
        outcome.wrong += (f"{story.name}, change {change}: {wrong}" for wrong in _look(story, place, expected, checked))
    return outcome


def kill_at_random(story: Story, folder: Path, times: int, seed: int, *, check_every: int = 1) -> Outcome:
    """Send SIGKILL to a story at random moments, and look at the same; check the whole warehouse after some of them."""
    before, expected = _prepared(story, folder)
    started = time.monotonic()
    scenario.run(story.action, before.copy(folder / "time"))
    seconds = time.monotonic() - started
    chance = random.Random(seed)
    outcome = Outcome(0, [])
    for number in range(times):
        place = before.copy(folder / "killed")
        process = scenario.start(story.action, place, 0)
        process.join(chance.uniform(0, seconds))
        process.kill()
        process.join()
        outcome.tried += 1
        troubles = _look(story, place, expected, checked=number % check_every == 0)
        outcome.wrong += (f"{story.name}, kill {number}: {trouble}" for trouble in troubles)
    return outcome


def _prepared(story: Story, folder: Path) -> tuple[Place, tuple[Rows, Rows]]:
    """Return the place before the story, and the rows before and after it when nobody disturbs it."""
    before = Place(folder / "before")
    story.prepare(before)
    after = before.copy(folder / "after")
    scenario.run(story.action, after, checked=False)
    return before, (_rows(before), _rows(after))


def _rows(place: Place) -> Rows:
    return rows_without_clock(read_all(place.warehouse)) if (place.warehouse / "current").exists() else {}


def _look(story: Story, place: Place, expected: tuple[Rows, Rows], checked: bool) -> Iterator[str]:  # noqa: FBT001
    """Yield what is wrong with what a killed action has left, and with what the next one makes of it."""
    if _rows(place) not in expected:
        yield "readers see neither the rows before nor those after"
    scenario.run(story.again, place, checked=checked)
    if _rows(place) != expected[1]:
        yield "the next run does not end in the rows of an undisturbed one"
    yield from _litter(place)
    if checked:
        release = open_release(place.warehouse)
        yield from audit(Warehouse(place.warehouse), release)


def _litter(place: Place) -> Iterable[str]:
    root = place.warehouse
    runs: Frames = read_all(root)
    known = set(runs["runs"]["run_id"])
    left = [path for name in ("staging", "releases", "reports") for path in (root / name).iterdir()]
    litter = [path.name for path in left if path.name not in known]
    own = {".lock", f".stamps-{(root / 'current').readlink().name}"}
    litter += [path.name for path in root.iterdir() if path.name.startswith(".") and path.name not in own]
    return [f"litter: {name}" for name in litter]
