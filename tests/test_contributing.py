"""The map in CONTRIBUTING.md: every module and package stands in it, and nothing that is gone."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_map_names_every_module_and_package_once() -> None:
    rows = re.findall(r"^\| (`.*?) \|", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE)
    named = sorted(name for row in rows for name in re.findall(r"`(\w+(?:\.py|/))", row))
    folders = [ROOT / "flows", ROOT / "transforms"]
    modules = [path.name for folder in folders for path in folder.glob("*.py")]
    modules += [f"{path.parent.name}/" for folder in folders for path in folder.glob("*/__init__.py")]
    # The empty package file of flows says nothing that its folder does not.
    modules.remove("__init__.py")
    assert named == sorted(modules)
