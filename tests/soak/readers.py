"""Readers that loop over all tables while runs publish -> how often they read, and what they saw that can't be."""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pandas as pd

from tests.soak import scenario
from tests.soak.scenario import Place
from transforms.contract import TABLES


@dataclass(slots=True)
class Readings:
    """How many times each table was read while so many runs published, in so many releases, and what was wrong."""

    publications: int
    reads_of_each_table: int
    releases_seen: int
    wrong: list[str]


def read_while_publishing(folder: Path, publications: int, least_reads: int, readers: int = 2) -> Readings:
    """Publish so many times, with changed documents each time, and go on until every table was read so often."""
    place = Place(folder)
    scenario.write_documents(place.raw)
    scenario.run(scenario.ingest, place, checked=False)
    # Readers are processes of their own, which know no more than the README: a folder and pandas.
    context = multiprocessing.get_context("spawn")
    pipes = [context.Pipe() for _ in range(readers)]
    processes = [context.Process(target=_read, args=(place.warehouse, pipe)) for _, pipe in pipes]
    for process in processes:
        process.start()
    counts: Counter[str] = Counter()
    releases = done = 0
    while done < publications or counts["reads"] < least_reads:
        (place.raw / f"{done % 50}.txt").write_text(f"قال سامر: الخبر {done}.")
        scenario.run(scenario.publish_often, place, checked=False)
        done += 1
        if done > publications:
            time.sleep(1)  # the processors are the readers' now
        counts = Counter()
        for pipe, _ in pipes:
            pipe.send("how many?")
            answer, seen = pipe.recv()
            counts.update(answer)
            releases = max(releases, seen)
    for pipe, _ in pipes:
        pipe.send("stop")
    for process in processes:
        process.join()
    wrong = [f"{trouble}: {count}" for trouble, count in counts.items() if trouble != "reads"]
    return Readings(done, counts["reads"], releases, wrong)


def _read(warehouse: Path, pipe: Connection[Any, Any]) -> None:
    counts: Counter[str] = Counter()
    seen: set[str] = set()
    while True:
        if pipe.poll():
            if pipe.recv() == "stop":
                return
            pipe.send((counts, len(seen)))
        try:
            release = (warehouse / "current").resolve()
            frames = {table.name: pd.read_parquet(release / table.name) for table in TABLES}
            seen.add(release.name)
            counts.update(_wrong(frames, release.name))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is counted
            counts[type(error).__name__] += 1
        counts["reads"] += 1


def _wrong(frames: dict[str, pd.DataFrame], release: str) -> Iterator[str]:
    last = frames["runs"].iloc[-1]
    if last["run_id"] != release:
        yield "runs of another release"
    for name in ("article", "paragraph", "quote", "speaker", "reject"):
        if last[f"{name}_rows"] != len(frames[f"{name}s"]):
            yield f"{name}s of another release"
    if not set(frames["quotes"]["article_id"]) <= set(frames["articles"]["article_id"]):
        yield "quotes without their article"
