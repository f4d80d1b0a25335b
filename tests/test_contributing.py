"""The map in CONTRIBUTING.md: every module stands in it, and nothing that is gone."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_map_names_every_module_once() -> None:
    rows = re.findall(r"^\| (`.*?) \|", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE)
    named = sorted(name for row in rows for name in re.findall(r"`(\w+\.py)`", row))
    modules = [path.name for package in ("flows", "transforms") for path in (ROOT / package).glob("*.py")]
    # The empty package file of flows says nothing that its folder does not.
    modules.remove("__init__.py")
    assert named == sorted(modules)
