"""The machine and the environment -> the lines that a table of measurements begins with."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from transforms import TRANSFORM_VERSION
from transforms.compiled import find_build

_PACKAGES = ("pyarrow", "pandas", "numpy", "great-expectations", "prefect", "distributed", "datatrove")


def describe_machine() -> Iterator[str]:
    """Yield the day, the machine with its load, and the versions of all that is measured."""
    form = "run from their sources" if find_build() is None else "compiled (`make compile`)"
    yield f"- measured on {datetime.now(UTC):%Y-%m-%d}, at commit {_commit()}, rules {TRANSFORM_VERSION}, {form}"
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    yield f"- {os.cpu_count()} cores of {_processor()}, {_memory():.0f} GiB, Linux; load before {load}"
    yield f"- CPython {platform.python_version()}, " + ", ".join(f"{name} {_version(name)}" for name in _PACKAGES)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _processor() -> str:
    found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    return found[1] if found else platform.machine()


def _memory() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout.strip() or "unknown"
