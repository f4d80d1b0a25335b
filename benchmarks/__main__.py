"""The same articles through every contestant, several rounds in turn -> one table, and Qawl's stages.

    make bench                          or, for a quick look: make bench BENCH="--articles 2000 --rounds 1"
    python -m benchmarks [--articles N] [--rounds N] [--only NAME,NAME] [--layout txt|jsonl] [--pool FILE] [--write]

Each figure is the median of the rounds. ``--write`` puts the tables into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.parquet as pq

from benchmarks.articles import POOL, ROOT, Layout, describe_origin, read_articles, write_articles
from benchmarks.contestants import Contestant, contestants, environment, in_one_process
from benchmarks.machine import describe_machine
from benchmarks.measure import measured
from benchmarks.tables import put_between, render_table

_DOCUMENT = ROOT / "docs" / "benchmarks.md"
_STAGES = "stages"


@dataclass(frozen=True, slots=True)
class Figures:
    """What one contestant needed in one round: seconds and MiB, and how many quotes it has found, if it looks."""

    cpu: float
    wall: float
    peak: float
    peak_of_all: float
    quotes: int | None


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write if told to."""
    given = _parser().parse_args(arguments)
    wanted = [one for one in contestants() if given.only is None or one.name in given.only.split(",")]
    with TemporaryDirectory(prefix="qawl-bench-", dir=given.folder) as folder:
        bench = Bench(Path(folder))
        size = write_articles(read_articles(given.articles, given.pool), bench.raw, given.layout)
        head = [*describe_machine(), _describe_articles(given, size)]
        has_stages = given.only is None or _STAGES in given.only.split(",")
        if has_stages or any(one.is_whole_qawl for one in wanted):
            bench.warm_up()
        bench.run(wanted, given.rounds)
        table = "\n".join((*head, "", bench.render(given.articles, size) if wanted else ""))
        sys.stdout.write(f"{table}\n")
        if has_stages:
            stages = bench.stages(given.articles)
            sys.stdout.write(f"{stages}\n")
            table += f"\n{stages}"
    if given.write:
        put_between(_DOCUMENT, "measured by make bench", table)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.partition("\n")[0])
    parser.add_argument("--articles", type=int, default=20_000, help="how many articles")
    parser.add_argument("--rounds", type=int, default=3, help="how often each contestant runs, in turn")
    names = ", ".join(one.name for one in contestants())
    parser.add_argument("--only", metavar="NAMES", help=f"some of {names} and {_STAGES}, parted by commas")
    parser.add_argument(
        "--layout", type=Layout, default=Layout.TXT, choices=list(Layout), help="how articles lie there"
    )
    parser.add_argument("--pool", type=Path, default=POOL, help="JSON Lines file, under Zstandard, of the articles")
    parser.add_argument("--folder", type=Path, help="where the temporary files go")
    parser.add_argument("--write", action="store_true", help=f"put the tables into {_DOCUMENT.relative_to(ROOT)}")
    return parser


def _describe_articles(given: argparse.Namespace, size: int) -> str:
    return (
        f"- {given.articles:,} articles of {size / 1e6:.1f} MB as .{given.layout}, {describe_origin(given.pool)}; "
        f"median of {given.rounds}"
    )


class Bench:
    """A folder of articles, and what was measured on it so far."""

    def __init__(self, folder: Path) -> None:
        self.raw = folder / "raw"
        self._folder = folder
        self._figures: dict[str, list[Figures]] = defaultdict(list)
        self._skipped: dict[str, str] = {}
        self._titles: dict[str, str] = {}

    def warm_up(self) -> None:
        """Let Prefect make its database, and every module be compiled: the first of a user's runs does that."""
        few = self._folder / "few"
        write_articles(read_articles(20), few)
        self._measure(next(one for one in contestants() if one.is_whole_qawl), few, "warm-up")

    def run(self, wanted: Sequence[Contestant], rounds: int) -> None:
        """Run all contestants in turn, so that what else the machine does meets all alike."""
        for number in range(rounds):
            for one in wanted:
                self._titles[one.name] = one.title
                if reason := one.missing():
                    self._skipped[one.name] = reason
                    continue
                sys.stderr.write(f"round {number + 1} of {rounds}: {one.title}\n")
                self._figures[one.name].append(self._measure(one, self.raw, f"{one.name}-{number}"))

    def _measure(self, one: Contestant, raw: Path, name: str) -> Figures:
        out = self._folder / name
        settings = environment(self._folder / "prefect", one.environment)
        cost = measured(one.command(raw, out), self._folder / f"{name}.json", settings)
        inner = _read_json(out / "figures.json")
        quotes = inner["rows"]["quotes"] if inner else _rows(out, "quotes")
        shutil.rmtree(out)
        return Figures(
            inner.get("cpu", cost.cpu), inner.get("wall", cost.wall), cost.peak, cost.peak_of_all, quotes or None
        )

    def render(self, articles: int, size: int) -> str:
        """Render the medians, with what they are of the floor's and the script's."""
        middle = {name: _median(rounds) for name, rounds in self._figures.items()}
        head = ["what", "CPU s", "wall s", "articles per CPU s", "MB per CPU s", "CPU to floor", "CPU to script"]
        head += ["largest process MiB", "all processes MiB", "quotes"]
        rows = []
        for name, title in self._titles.items():
            if name in self._skipped:
                rows.append([f"{title}: {self._skipped[name]}", *[""] * (len(head) - 1)])
                continue
            one = middle[name]
            ratios = [f"{one.cpu / middle[to].cpu:.2f}" if to in middle else "" for to in ("floor", "script")]
            rates = [f"{articles / one.cpu:,.0f}", f"{size / 1e6 / one.cpu:.1f}"]
            memory = [f"{one.peak:,.0f}", f"{one.peak_of_all:,.0f}", "" if one.quotes is None else f"{one.quotes:,}"]
            rows.append([title, f"{one.cpu:.1f}", f"{one.wall:.1f}", *rates, *ratios, *memory])
        return render_table(head, rows)

    def stages(self, articles: int) -> str:
        """Run Qawl once more, in one process, and render what each stage took of its processor time."""
        sys.stderr.write("Qawl's stages\n")
        out = self._folder / _STAGES
        out.mkdir()
        command = [sys.executable, "-m", "benchmarks.stages", str(self.raw), str(out)]
        settings = environment(self._folder / "prefect", in_one_process())
        cost = measured(command, self._folder / f"{_STAGES}.json", settings)
        seconds = dict(_read_json(out / "figures.json")["stages"])
        seconds["Prefect's server, a process of its own"] = max(0.0, cost.cpu - sum(seconds.values()))
        shutil.rmtree(out)
        rows = [
            [name, f"{value:.2f}", f"{value / cost.cpu:.1%}", f"{1e6 * value / articles:,.0f}"]
            for name, value in sorted(seconds.items(), key=lambda item: -item[1])
            if value >= cost.cpu / 1000
        ]
        rows += [[f"**{name}**", *figures] for name, figures in _groups(seconds, cost.cpu, articles)]
        return render_table(["stage of Qawl, in one process", "CPU s", "share", "µs per article"], rows)


def _groups(seconds: dict[str, float], cpu: float, articles: int) -> Iterator[tuple[str, list[str]]]:
    groups: dict[str, float] = defaultdict(float)
    for name, value in seconds.items():
        group, colon, _ = name.partition(":")
        if colon:
            groups[group] += value
    for name, value in [*sorted(groups.items(), key=lambda item: -item[1]), ("everything", cpu)]:
        yield name, [f"{value:.2f}", f"{value / cpu:.1%}", f"{1e6 * value / articles:,.0f}"]


def _median(rounds: Sequence[Figures]) -> Figures:
    return Figures(
        median(one.cpu for one in rounds),
        median(one.wall for one in rounds),
        median(one.peak for one in rounds),
        median(one.peak_of_all for one in rounds),
        rounds[0].quotes,
    )


def _read_json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return content


def _rows(out: Path, table: str) -> int:
    """Count the rows that a contestant has written to a table; Qawl's stand in its warehouse."""
    folders = [out / table, out / "warehouse" / table]
    return sum(pq.read_metadata(path).num_rows for folder in folders for path in folder.glob("*.parquet"))


if __name__ == "__main__":
    sys.exit(main())
