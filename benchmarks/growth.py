"""What runs of several sizes have cost -> how cost grows, and what that makes of sizes that were not run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.measure import Cost
from benchmarks.tables import render_table

ROLES = {"flows.engines.worker": "worker", "distributed": "worker", "prefect.server": "server", "/qawl run": "parent"}
"""What a process is to a run, by a piece of its command line; the first that fits."""

_DAY, _ARCHIVE = 1_000_000, 1_000_000_000
_NEW = 100


@dataclass(frozen=True, slots=True)
class Run:
    """One run: seconds, peak MiB and seconds of processor time by role, and how memory went, by tenths of the run."""

    cpu: float
    wall: float
    peak: dict[str, float]
    cpu_by_role: dict[str, float]
    tenths: dict[str, list[float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Size:
    """One size of corpus: the run of all of it, then one with nothing new, then one with a hundred articles more.

    ``disk`` holds the bytes of each table and of what is beside them, ``parts`` the files of the release, ``repeats``
    the share of articles that are flagged to repeat another.
    """

    articles: int
    full: Run
    unchanged: Run
    more: Run
    disk: dict[str, int]
    parts: int
    repeats: float


def run_of(cost: Cost) -> Run:
    """Sum a measurement up."""
    roles = {number: _role(process.name) for number, process in cost.processes.items()}
    peak: dict[str, float] = {}
    cpu: dict[str, float] = {}
    for number, process in cost.processes.items():
        role = roles[number]
        peak[role] = max(peak.get(role, 0.0), process.peak)
        cpu[role] = cpu.get(role, 0.0) + process.cpu
    tenths = {role: [0.0] * 10 for role in peak}
    for seconds, memory in cost.series:
        tenth = min(9, int(10 * seconds / cost.wall)) if cost.wall else 9
        for number, size in memory.items():
            if number in roles:
                tenths[roles[number]][tenth] = max(tenths[roles[number]][tenth], size)
    return Run(cost.cpu, cost.wall, peak, cpu, tenths)


def _role(name: str) -> str:
    return next((role for piece, role in ROLES.items() if piece in name), "other")


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """Return the slope of costs over sizes, both as logarithms, by least squares: 1 is growth in proportion."""
    points = [(math.log(size), math.log(cost)) for size, cost in zip(sizes, costs, strict=True)]
    middle = [sum(values) / len(points) for values in zip(*points, strict=True)]
    above = sum((x - middle[0]) * (y - middle[1]) for x, y in points)
    return float(above / sum((x - middle[0]) ** 2 for x, _ in points))


def render(sizes: Sequence[Size], alone: Run) -> str:
    """Render all tables; ``alone`` is the run of a hundred articles into an empty warehouse."""
    parts = ["### Runs of everything\n", _full(sizes), "", *_exponents(sizes, alone)]
    parts += ["### Memory through the run\n", _memory(sizes), "### On the disk\n", _disk(sizes)]
    parts += [f"### {_NEW} new articles\n", _increments(sizes, alone), "### The model\n", _model(sizes, alone)]
    return "\n".join(parts)


def _full(sizes: Sequence[Size]) -> str:
    head = ["articles", "CPU s", "wall s", "articles per CPU s", "parent CPU s", "workers CPU s", "server CPU s"]
    head += ["parent MiB", "worker MiB", "server MiB", "repeat another"]
    rows = []
    for size in sizes:
        run = size.full
        rows.append(
            [f"{size.articles:,}", f"{run.cpu:.1f}", f"{run.wall:.1f}", f"{size.articles / run.cpu:,.0f}"]
            + [f"{run.cpu_by_role.get(role, 0):.1f}" for role in ("parent", "worker", "server")]
            + [f"{run.peak.get(role, 0):,.0f}" for role in ("parent", "worker", "server")]
            + [f"{size.repeats:.2%}"]
        )
    return render_table(head, rows)


def _exponents(sizes: Sequence[Size], alone: Run) -> Iterator[str]:
    if len(sizes) < 2:
        return
    counts = [float(size.articles) for size in sizes]
    whole = [size.full.cpu for size in sizes]
    yield f"CPU grows with articles to the power of {exponent(counts, whole):.3f},"
    net = [max(0.01, cost - alone.cpu) for cost in whole]
    yield f"without what a run of {_NEW} costs anyway to the power of {exponent(counts, net):.3f}."
    for role in ("parent", "worker"):
        peaks = [size.full.peak.get(role, 0.0) for size in sizes]
        if min(peaks):
            yield f"The largest {role} is {max(peaks) / min(peaks) - 1:.0%} above the smallest."
    yield ""


def _memory(sizes: Sequence[Size]) -> str:
    rows = [
        [f"{size.articles:,}, {role}", *(f"{value:,.0f}" for value in size.full.tenths[role])]
        for size in sizes
        for role in ("parent", "worker")
        if role in size.full.tenths
    ]
    return render_table(["peak MiB in each tenth of the run", *map(str, range(1, 11))], rows)


def _disk(sizes: Sequence[Size]) -> str:
    names = list(sizes[0].disk)
    rows = [
        [f"{size.articles:,}", *(f"{size.disk[name] / size.articles:,.0f}" for name in names), f"{size.parts:,}"]
        for size in sizes
    ]
    return render_table(["bytes per article", *names, "files of the release"], rows)


def _increments(sizes: Sequence[Size], alone: Run) -> str:
    head = ["into a warehouse of", "CPU s", "wall s", "times an empty one's CPU", "parent MiB"]
    head += ["with nothing new: CPU s", "wall s"]
    rows = [["nothing", f"{alone.cpu:.1f}", f"{alone.wall:.1f}", "1.00", f"{alone.peak.get('parent', 0):,.0f}", "", ""]]
    for size in sizes:
        more, same = size.more, size.unchanged
        figures = [f"{more.cpu:.1f}", f"{more.wall:.1f}", f"{more.cpu / alone.cpu:.2f}"]
        figures += [f"{more.peak.get('parent', 0):,.0f}", f"{same.cpu:.1f}", f"{same.wall:.1f}"]
        rows.append([f"{size.articles:,}", *figures])
    return render_table(head, rows)


def _model(sizes: Sequence[Size], alone: Run) -> str:
    """Render the figures that docs/scale.md counts with, and what they make of a day and of an archive."""
    largest = sizes[-1]
    one = (largest.full.cpu - alone.cpu) / largest.articles
    known = max(0.0, largest.more.cpu - alone.cpu) / largest.articles
    parent = max(0.0, largest.full.peak.get("parent", 0) - alone.peak.get("parent", 0)) / largest.articles
    later = max(0.0, largest.more.peak.get("parent", 0) - alone.peak.get("parent", 0)) / largest.articles
    disk = sum(largest.disk.values()) / largest.articles
    files = largest.parts / largest.articles
    figures: Mapping[str, tuple[float, str]] = {
        "F, a run, whatever it reads": (alone.cpu, "CPU s"),
        "a, each article that is new": (1e3 * one, "CPU ms"),
        "k, each article that is published, in a run of something else": (1e6 * known, "CPU µs"),
        "m, the parent's memory for each new article": (1024 * parent, "KiB"),
        "n, the parent's memory for each published article": (1024 * later, "KiB"),
        "d, on the disk": (disk, "bytes an article"),
        "p, files of the release": (1000 * files, "for 1,000 articles"),
    }
    rows = [[name, f"{value:,.2f}", unit] for name, (value, unit) in figures.items()]
    day = 24 * (alone.cpu + 365 * _DAY * known) + _DAY * one
    archive = _archive(alone.cpu, one, known)
    rows += [
        ["a day, in 24 runs into a year: 24 (F + 365 M k) + M a", f"{_hours(day):,.1f}", "CPU hours"],
        ["an archive, in runs of a million into what is there", f"{archive:,.0f}", "CPU hours"],
        ["of it for the new articles alone: G a", f"{_hours(_ARCHIVE * one):,.0f}", "CPU hours"],
        ["an archive on the disk: G d", f"{_ARCHIVE * disk / 1e12:,.2f}", "TB"],
        ["files of an archive: G p", f"{_ARCHIVE * files:,.0f}", "files"],
        ["the parent's memory in the last run of an archive: G n", f"{_ARCHIVE * later / 1024:,.0f}", "GiB"],
    ]
    return render_table(["figure", "value", "unit"], rows)


def _hours(seconds: float) -> float:
    return seconds / 3600


def _archive(fixed: float, one: float, known: float) -> float:
    runs = _ARCHIVE // _DAY
    return _hours(runs * fixed + _ARCHIVE * one + known * _DAY * runs * (runs - 1) / 2)
