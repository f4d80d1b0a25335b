"""Corpora of several sizes through whole runs of Qawl -> how time, memory and disk grow.

    python -m benchmarks.scale [--sizes 20000,200000,1000000] [--folder FOLDER] [--engine NAME] [--workers N]
                               [--layout txt|jsonl] [--seconds N] [--write]

Everything is kept in FOLDER: what was measured there already is not measured again, so that a size that was stopped,
or takes longer than ``--seconds``, costs only itself. ``FOLDER/scale.json`` has all figures; ``--write`` puts the
tables into docs/scale.md.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.articles import POOL, ROOT, Layout, describe_origin, read_articles, write_articles
from benchmarks.contestants import environment, run_qawl
from benchmarks.growth import Run, Size, render, run_of
from benchmarks.machine import describe_machine
from benchmarks.measure import measured, read_cost
from benchmarks.tables import put_between
from benchmarks.variants import vary
from transforms.contract import TABLES

_DOCUMENT = ROOT / "docs" / "scale.md"
_NEW = 100


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was not measured yet, and print it all."""
    given = _parser().parse_args(arguments)
    bench = Scale(given)
    alone = bench.alone()
    sizes = [bench.size(int(count)) for count in given.sizes.split(",")]
    setting = f"engine {given.engine}, {given.workers} workers, articles as .{given.layout}"
    origin = f"{describe_origin(given.pool)}, then copies of them with other words"
    head = [*describe_machine(), f"- {setting}: {origin}"]
    tables = "\n".join((*head, "", render(sizes, alone)))
    content = {"head": head, "alone": asdict(alone), "sizes": [asdict(size) for size in sizes]}
    (given.folder / "scale.json").write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
    sys.stdout.write(f"{tables}\n")
    if given.write:
        put_between(_DOCUMENT, "measured by benchmarks.scale", tables)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", default="20000,200000,1000000", help="numbers of articles, parted by commas")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "scale", help="where all of it is kept")
    parser.add_argument("--engine", default="processes", help="Qawl's engine, where it has several")
    parser.add_argument("--workers", type=int, default=2, help="processes that split")
    parser.add_argument(
        "--layout", type=Layout, default=Layout.TXT, choices=list(Layout), help="how articles lie there"
    )
    parser.add_argument("--seconds", type=float, default=7200, help="longest that one run may take")
    parser.add_argument("--pool", type=Path, default=POOL, help="JSON Lines file, under Zstandard, of the articles")
    parser.add_argument("--per-copy", type=int, default=20_000, help="articles of the pool that a copy takes")
    parser.add_argument("--write", action="store_true", help=f"put the tables into {_DOCUMENT.relative_to(ROOT)}")
    return parser


class Scale:
    """The folder in which everything is measured once."""

    def __init__(self, given: argparse.Namespace) -> None:
        self._given = given
        self._folder: Path = given.folder.absolute()
        self._folder.mkdir(parents=True, exist_ok=True)

    def alone(self) -> Run:
        """Measure a run of a hundred articles into an empty warehouse; the first such run makes Prefect's database."""
        for name in ("warm-up", "alone"):
            raw = self._folder / name / "raw"
            if not raw.exists():
                self._write(0, _NEW, raw)
            self._measure(name, name)
        return self._read("alone")

    def size(self, count: int) -> Size:
        """Measure one size: all of it at once, again with nothing new, then with a hundred articles more."""
        name = f"{count}"
        raw, warehouse = self._folder / name / "raw", self._folder / name / "warehouse"
        if not raw.exists():
            self._write(0, count, raw)
        self._measure(name, f"{name}-full")
        described = self._folder / f"{name}.json"
        if not described.exists():
            described.write_text(json.dumps(_describe(warehouse)), encoding="utf-8")
        self._measure(name, f"{name}-unchanged")
        if not (raw / "new").exists():
            self._write(count, _NEW, raw / "new")
        self._measure(name, f"{name}-more")
        full, unchanged, more = (self._read(f"{name}-{part}") for part in ("full", "unchanged", "more"))
        return Size(count, full, unchanged, more, **json.loads(described.read_text(encoding="utf-8")))

    def _write(self, first: int, count: int, raw: Path) -> None:
        """Write articles; the folder has its name only when it is complete."""
        sys.stderr.write(f"writing {count:,} articles\n")
        draft = self._folder / "draft"
        shutil.rmtree(draft, ignore_errors=True)
        given = self._given
        write_articles(vary(lambda: read_articles(given.per_copy, given.pool), count, first), draft, given.layout)
        raw.parent.mkdir(parents=True, exist_ok=True)
        draft.rename(raw)

    def _measure(self, place: str, name: str) -> None:
        report = self._folder / f"{name}-cost.json"
        if report.exists():
            return
        sys.stderr.write(f"running {name}\n")
        warehouse = self._folder / place / "warehouse"
        if name in {place, f"{place}-full"}:
            shutil.rmtree(warehouse, ignore_errors=True)  # of a run that was stopped
        settings = {"QAWL_WORKERS": str(self._given.workers)}
        draft = report.with_suffix(".draft")
        measured(
            run_qawl(self._folder / place / "raw", warehouse, self._given.engine),
            draft,
            environment(self._folder / "prefect", settings),
            seconds=self._given.seconds,
        )
        draft.rename(report)

    def _read(self, name: str) -> Run:
        return run_of(read_cost(self._folder / f"{name}-cost.json"))


def _describe(warehouse: Path) -> dict[str, object]:
    """Return what a warehouse takes on the disk, and what share of its articles repeat another."""
    release = (warehouse / "current").resolve()
    disk = {table.name: _bytes(release / table.name) for table in TABLES}
    disk["beside the tables"] = _bytes(warehouse) - sum(disk.values())
    flags = pq.read_table(release / "articles", columns=["duplicate_of"]).column(0)
    return {
        "disk": disk,
        "parts": sum(1 for _ in release.rglob("*.parquet")),
        "repeats": pc.count(flags).as_py() / len(flags),
    }


def _bytes(folder: Path) -> int:
    """Return the bytes of the files below a folder, those of links to the same file once."""
    status = [path.lstat() for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return sum({one.st_ino: one.st_size for one in status}.values())


if __name__ == "__main__":
    sys.exit(main())
