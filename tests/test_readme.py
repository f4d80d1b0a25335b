"""The README's promises, on the real thing: its commands, its examples with their output, its settings."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from flows.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"```python\n(.*?)```\n\n```text\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """Run the command on the sample, in a process of its own as a user would."""
    folder = tmp_path_factory.mktemp("readme")
    command = [str(Path(sys.executable).with_name("qawl")), "run", str(ROOT / "raw"), "warehouse"]
    # Without a standard input and with CI=true, as on a build server.
    return folder, subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "CI": "true"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_run_on_the_sample_succeeds(published: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, done = published
    assert done.returncode == 0, done.stderr
    assert "validation passed" in done.stdout
    assert "tables in warehouse" in done.stdout
    release = (folder / "warehouse" / "current").resolve().name
    assert re.search(rf"published {release}$", done.stderr, re.MULTILINE)


def test_examples_print_what_the_readme_says(published: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, _ = published
    examples = EXAMPLE.findall(README)
    assert len(examples) == README.count("```python")
    code = "".join(f"{source}print('----')\n" for source, _ in examples)
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    printed = [re.sub(r" +\n", "\n", part) for part in done.stdout.split("----\n")]
    assert printed[:-1] == [output for _, output in examples]


def test_every_setting_stands_in_the_readme() -> None:
    for name, field in Settings.model_fields.items():
        assert f"| `QAWL_{name.upper()}` | `{field.default}` | {field.description} |" in README
