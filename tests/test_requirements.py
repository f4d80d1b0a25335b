"""The lock files: every requirement pinned with its hashes, and not a word of where it was downloaded from."""

from __future__ import annotations

import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "requirements"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)


def pins(name: str) -> dict[str, set[str]]:
    """Return the versions of every package; there is one for each range of Python versions."""
    found: dict[str, set[str]] = {}
    for package, version in PIN.findall((FOLDER / name).read_text(encoding="utf-8")):
        found.setdefault(package, set()).add(version)
    return found


@pytest.mark.parametrize("name", ["bootstrap.txt", "run.txt", "test.txt", "bench.txt"])
def test_a_lock_names_no_address(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert re.findall(r"\S*://\S*|\S+@\S+|--(?!hash=)\S+|(?m:^-\S+)", text) == []


@pytest.mark.parametrize("name", ["bootstrap.txt", "run.txt", "test.txt", "bench.txt"])
def test_every_pin_of_a_lock_has_its_hashes(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", re.sub(r"(?m)^ *#.*\n", "", text))
    assert len(entries) == len(PIN.findall(text)) > 2
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize(
    ("name", "requirements"),
    [
        ("run.txt", PROJECT["dependencies"]),
        (
            "test.txt",
            [*PROJECT["dependencies"], *chain(*(PROJECT["optional-dependencies"][e] for e in ("dev", "dask", "s3")))],
        ),
        ("bench.txt", PROJECT["dependencies"] + PROJECT["optional-dependencies"]["bench"]),
    ],
)
def test_a_lock_answers_the_project(name: str, requirements: list[str]) -> None:
    pinned = pins(name)
    for requirement in map(Requirement, requirements):
        versions = pinned[canonicalize_name(requirement.name)]
        assert all(requirement.specifier.contains(version) for version in versions), f"{requirement}: run make lock"


@pytest.mark.parametrize("name", ["test.txt", "bench.txt"])
def test_what_is_tested_and_measured_is_what_runs(name: str) -> None:
    run, other = pins("run.txt"), pins(name)
    assert {package: other.get(package) for package in run} == run
