"""The Makefile and the CI script, on a copy with a false environment: what they would do, without doing it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STAMPS = ("bootstrap", "run", "test", "bench")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Copy what the set-up is made from, and pretend that the set-up has just ended."""
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".venv").mkdir()
    now = time.time() + 10
    for later, name in enumerate(STAMPS):
        stamp = tmp_path / ".venv" / f"{name}.stamp"
        stamp.touch()
        os.utime(stamp, (now + later, now + later))
    return tmp_path


def make(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Call make as from a fresh shell: `make test`, which runs these tests, must not hand its flags on."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(
        command, cwd=project, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def plan(project: Path, target: str) -> list[str]:
    done = make(project, "--dry-run", target)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_second_run_does_no_set_up(project: Path) -> None:
    assert plan(project, "run") == ['.venv/bin/qawl run "raw" "warehouse"']


def test_a_second_test_does_no_set_up_and_runs_every_check(project: Path) -> None:
    assert plan(project, "test") == [
        ".venv/bin/ruff format --check .",
        ".venv/bin/ruff check .",
        ".venv/bin/mypy",
        ".venv/bin/lint-imports",
        ".venv/bin/pytest -n auto --dist loadfile",
    ]


def test_eval_runs_the_script_and_nothing_else(project: Path) -> None:
    assert plan(project, "eval") == [".venv/bin/python scripts/evaluate.py"]


def test_bench_hands_its_options_on(project: Path) -> None:
    assert plan(project, "bench") == [".venv/bin/python -m benchmarks "]
    done = make(project, "--dry-run", "bench", "BENCH=--rounds 1")
    assert done.stdout == ".venv/bin/python -m benchmarks --rounds 1\n"


@pytest.mark.parametrize("name", ["requirements/run.txt", "pyproject.toml"])
def test_a_changed_lock_is_installed_with_hashes(name: str, project: Path) -> None:
    later = time.time() + 60
    os.utime(project / name, (later, later))
    installs = [line for line in plan(project, "run") if "uv pip install" in line]
    assert "--require-hashes" in installs[0]
    assert "--no-deps" in installs[1]


def test_an_old_python_is_refused_in_one_sentence(project: Path) -> None:
    shutil.rmtree(project / ".venv")
    old = project / "old-python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done = make(project, "run", "PYTHON=./old-python")
    assert done.returncode != 0
    assert done.stderr.startswith("Qawl needs Python 3.11 or newer; ./old-python is not.")
    assert not (project / ".venv").exists()


def test_ci_runs_make_test_and_nothing_else(tmp_path: Path) -> None:
    called = tmp_path / "make"
    called.write_text('#!/bin/sh\necho "$(pwd) $*"\n')
    called.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run([ROOT / ".ci" / "run"], cwd=tmp_path, env=environment, capture_output=True, check=True)
    assert done.stdout.decode() == f"{ROOT} test\n"
