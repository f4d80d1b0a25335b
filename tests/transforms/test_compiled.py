"""What ``make compile`` made: used for exactly the sources it was made from, and to no other effect than speed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from transforms import compiled, lexicon

ROOT = Path(__file__).parents[2]


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    return shutil.copytree(compiled.SOURCES, tmp_path / "transforms")


@pytest.fixture(autouse=True)
def _switched_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(compiled.SWITCH)


def test_a_build_is_found_for_the_sources_it_was_made_from(sources: Path, tmp_path: Path) -> None:
    build = tmp_path / "builds" / compiled.build_name(sources)
    build.mkdir(parents=True)
    assert compiled.find_build(tmp_path / "builds", sources) == build


@pytest.mark.parametrize("name", ["names.py", "model.py", "reports/seek.py", "new.py"])
def test_a_build_is_out_of_use_once_a_source_changes(name: str, sources: Path, tmp_path: Path) -> None:
    (tmp_path / "builds" / compiled.build_name(sources)).mkdir(parents=True)
    with (sources / name).open("a") as file:
        file.write("\n")
    assert compiled.find_build(tmp_path / "builds", sources) is None


def test_a_build_can_be_switched_off(sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "builds" / compiled.build_name(sources)).mkdir(parents=True)
    monkeypatch.setenv(compiled.SWITCH, "0")
    assert compiled.find_build(tmp_path / "builds", sources) is None


def test_without_a_build_there_is_none(sources: Path, tmp_path: Path) -> None:
    assert compiled.find_build(tmp_path / "builds", sources) is None


def test_tests_read_the_sources() -> None:
    assert Path(lexicon.__file__) == compiled.SOURCES / "lexicon.py"


def test_compiled_rows_are_the_same() -> None:
    if compiled.find_build() is None:
        pytest.skip("nothing is compiled from these sources: make compile")
    code = (
        "import runpy, transforms.lexicon as module; print(module.__file__.endswith('.py'),"
        "runpy.run_path('tests/test_version.py')['digest']())"
    )
    answers = []
    for switch in ("1", "0"):
        environment = os.environ | {compiled.SWITCH: switch, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        answers.append(done.stdout.split())
    (is_source, compiled_rows), (is_source_too, rows) = answers
    assert (is_source, is_source_too) == ("False", "True")
    assert compiled_rows == rows
