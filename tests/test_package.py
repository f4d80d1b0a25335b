"""The built wheel: installs in an empty environment, and splits a text with the data of its languages."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("flows", "transforms")


@pytest.fixture(scope="module")
def empty_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of an environment that holds Qawl's wheel and what ``transforms`` needs, a calendar."""
    folder = tmp_path_factory.mktemp("wheel")
    call(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=ROOT)
    (wheel,) = folder.glob("qawl-*.whl")
    uv = str(Path(sys.executable).with_name("uv"))
    python = folder / "empty" / "bin" / "python"
    calendar = f"hijridate=={version('hijridate')}"
    call(uv, "venv", "--quiet", "--python", sys.executable, str(folder / "empty"), cwd=folder)
    call(uv, "pip", "install", "--quiet", "--python", str(python), "--no-deps", str(wheel), calendar, cwd=folder)
    return python


def call(*command: str, cwd: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_finds_its_languages(empty_python: Path, tmp_path: Path) -> None:
    code = "import transforms.languages as languages; print(languages.__file__, *languages.codes())"
    where, *codes = call(str(empty_python), "-c", code, cwd=tmp_path).split()
    assert not Path(where).is_relative_to(ROOT)
    assert "ar" in codes


def test_the_wheel_splits_an_article(empty_python: Path, tmp_path: Path) -> None:
    text = "قمة في سوتشي\n\n14 أيلول 2021\n\nقال وزير الخارجية فيصل المقداد: «لن نتراجع عن حقوقنا».\n"
    code = (
        "from transforms import split; from transforms.model import RawDocument\n"
        f"print(len(split(RawDocument('a.txt', {text.encode()!r})).quotes))"
    )
    assert call(str(empty_python), "-c", code, cwd=tmp_path) == "1\n"


def test_the_wheel_holds_every_file_of_the_packages(empty_python: Path) -> None:
    (installed,) = empty_python.parents[1].glob("lib/python*/site-packages")
    for package in PACKAGES:
        assert files(installed, package) == files(ROOT, package)


def files(root: Path, package: str) -> set[str]:
    found = (path for path in (root / package).rglob("*") if path.is_file() and path.suffix != ".pyc")
    return {str(path.relative_to(root)) for path in found}
