"""The rows of the table: each contestant's name, its command, and what must be there for it."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

PREFIXES = ("QAWL_", "PREFECT_", "PYTHON")
"""Settings of the caller's that no contestant may see."""

_QAWL = str(Path(sys.executable).with_name("qawl"))


@dataclass(frozen=True, slots=True)
class Contestant:
    """One row: what is run on ``(raw, out)``, in which environment, and why it can't be, if so."""

    name: str
    title: str
    command: Callable[[Path, Path], list[str]]
    environment: Mapping[str, str] = field(default_factory=dict)
    missing: Callable[[], str] = lambda: ""
    is_whole_qawl: bool = False


def environment(home: Path, own: Mapping[str, str]) -> dict[str, str]:
    """Return what a contestant finds around it: no setting of the caller's, and a Prefect of its own in ``home``."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIXES)}
    offline = {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1", "NO_COLOR": "1"}
    return {**inherited, **offline, "PREFECT_HOME": str(home), **own}


def contestants() -> tuple[Contestant, ...]:
    """List all rows in the order of the table."""
    return (
        Contestant("floor", "floor: read, decode, write Parquet", _module("floor")),
        Contestant("script", "pandas script: paragraphs, quotes in marks", _module("pandas_script")),
        Contestant(
            "datatrove", "datatrove, the same expressions", _module("datatrove_pipeline"), missing=_no_datatrove
        ),
        Contestant(
            "datatrove-lean",
            "datatrove, read by a plain function",
            _module("datatrove_pipeline", "lean"),
            missing=_no_datatrove,
        ),
        Contestant("transforms", "Qawl, `transforms` alone", _module("split_alone")),
        _qawl("qawl-1", "Qawl whole, 1 process", "processes", 1),
        _qawl("qawl-2", "Qawl whole, 2 processes", "processes", 2),
        _qawl("dask-2", "Qawl whole, Dask with 2 workers", "dask", 2, extra="distributed"),
    )


def in_one_process() -> dict[str, str]:
    """Return the settings that make Qawl do all of a run in one process."""
    return {"QAWL_ENGINE": "local"}


def run_qawl(raw: Path, warehouse: Path, engine: str = "processes") -> list[str]:
    """Return the command of a run into a warehouse."""
    return [_QAWL, "run", str(raw), str(warehouse), *(["--engine", engine] if "--engine" in _help() else [])]


def _qawl(name: str, title: str, engine: str, workers: int, extra: str = "") -> Contestant:
    def missing() -> str:
        if engine == "dask" and "dask" not in _help():
            return "this Qawl has no such engine"
        return f"{extra} is not installed" if extra and importlib.util.find_spec(extra) is None else ""

    return Contestant(
        name,
        title,
        lambda raw, out: run_qawl(raw, out / "warehouse", engine),
        {"QAWL_WORKERS": str(workers)},
        missing,
        is_whole_qawl=True,
    )


def _module(name: str, *arguments: str) -> Callable[[Path, Path], list[str]]:
    return lambda raw, out: [sys.executable, "-m", f"benchmarks.{name}", str(raw), str(out), *arguments]


def _no_datatrove() -> str:
    return "" if importlib.util.find_spec("datatrove") else "datatrove is not installed: `make bench` does it"


@cache
def _help() -> str:
    return subprocess.run([_QAWL, "run", "--help"], capture_output=True, text=True, check=True).stdout  # noqa: S603
