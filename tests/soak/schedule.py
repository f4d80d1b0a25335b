"""A thousand runs of ten new articles each -> how the files, the time of a run and the size on disk grow."""

from __future__ import annotations

import os
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import flows.validation
from flows.selection import Selection
from flows.store import open_release
from tests.flows.conftest import Unchecked
from tests.flows.tables import read_all, rows_without_clock
from tests.soak import scenario
from tests.soak.scenario import Place

_AROUND = 10
"""Runs whose median stands for one: a single run's time is the machine's."""


@dataclass(slots=True)
class Growth:
    """What a schedule of small runs has made, beside one large run over the same documents."""

    runs: int
    articles: int
    files: int
    most_files: int
    seconds_of_tenth: float
    seconds_of_last: float
    bytes_on_disk: int
    bytes_of_one_run: int
    same_rows: bool


def run_often(folder: Path, runs: int, articles: int = 10) -> Growth:
    """Run so often, with so many new articles each time, in one process as a serving flow does.

    Without validation, whose second a run, the same for few rows as for many, would hide what grows.
    """
    flows.validation.Validation = Unchecked  # type: ignore[assignment, misc]
    place, whole = Place(folder / "often"), Place(folder / "once")
    pipeline = scenario.pipeline(place, batch_documents=2000)
    taken, most = [], 0
    for number in range(runs):
        for article in range(articles):
            _write(place.raw / f"{number // 100}" / f"{number}-{article}.txt", number * articles + article)
        started = time.perf_counter()
        pipeline.ingest(place.raw, Selection())
        taken.append(time.perf_counter() - started)
        most = max(most, _files(place))
    (whole.folder).mkdir()
    whole.raw.symlink_to(place.raw.absolute())
    scenario.pipeline(whole, batch_documents=2000).ingest(whole.raw.resolve(), Selection())
    return Growth(
        runs,
        runs * articles,
        _files(place),
        most,
        statistics.median(taken[: 2 * _AROUND]),
        statistics.median(taken[-_AROUND:]),
        _bytes(place.warehouse / "releases"),
        _bytes(whole.warehouse / "releases"),
        rows_without_clock(read_all(place.warehouse)) == rows_without_clock(read_all(whole.warehouse)),
    )


def _write(path: Path, number: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    words = " ".join(f"كلمة{number * 7919 + place}" for place in range(150))
    path.write_text(f"{words}\nقال سامر: الخبر {number}.\n{words[:400]}\nقال ليلى: لا أعلم {number}.")


def _files(place: Place) -> int:
    release = open_release(place.warehouse)
    return sum(len(names) for _, _, names in os.walk(release))


def _bytes(folder: Path) -> int:
    """Return the bytes on disk below a folder, a file that is linked several times counted once."""
    sizes = {}
    for path, _, names in os.walk(folder):
        for name in names:
            status = (Path(path) / name).stat()
            sizes[status.st_ino] = status.st_size
    return sum(sizes.values())
