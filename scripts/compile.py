"""The modules of ``transforms`` -> the same as machine code, for this interpreter: ``make compile``.

mypyc, a part of mypy, translates the typed sources to C, and the machine's compiler does the rest, in a good minute of
processor time. Nothing needs it: without a compiler everything runs as it stands, in about twice the time.
"""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from pathlib import Path
from tempfile import TemporaryDirectory

from mypyc.build import mypycify
from setuptools import setup

os.environ["TRANSFORMS_COMPILED"] = "0"  # what is built now must not be what was built before

from transforms.compiled import BUILDS, SOURCES, build_name

PLAIN = frozenset({
    "__init__.py", "compiled.py",  # which decide what is imported
    "model.py",  # crosses to other processes, whose modules may not be compiled
    "contract.py", "rows.py", "fingerprint.py",  # tables, and work that is not Python's
    "languages/__init__.py", "languages/ar/__init__.py",  # stand beside their data
})  # fmt: skip
"""Modules that stay as they are."""
SHARED = "transforms.machine"
"""The library that holds all modules' code; what bears their names only points to it."""


def main() -> int:
    """Build into a folder of its own, then put it where ``transforms`` looks for it."""
    compiler = os.environ.get("CC") or str(sysconfig.get_config_var("CC")).split()[0]
    header = Path(sysconfig.get_path("include")) / "Python.h"
    if shutil.which(compiler) is None or not header.exists():
        print("Compiling needs a C compiler and Python.h. Qawl runs without: only slower.", file=sys.stderr)
        return 1
    target = BUILDS / build_name()
    if target.is_dir():
        return 0
    BUILDS.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=BUILDS.parent) as folder:
        built = _build(Path(folder), compiler)
        shutil.rmtree(BUILDS)  # a process that runs keeps what it has loaded
        BUILDS.mkdir()
        built.rename(target)
    return 0


def _build(folder: Path, compiler: str) -> Path:
    """Compile in ``folder`` and return the folder in it that holds the package."""
    os.environ["CC"] = compiler
    modules = [path for path in sorted(SOURCES.rglob("*.py")) if path.relative_to(SOURCES).as_posix() not in PLAIN]
    options = [
        "--config-file=",
        "--ignore-missing-imports",
        "--follow-imports=silent",
        f"--cache-dir={folder / 'cache'}",
    ]
    os.chdir(folder)  # no pyproject.toml stands here, which setuptools would read
    extensions = mypycify(
        [*options, *map(str, modules)],
        opt_level="1",
        debug_level="0",
        target_dir=str(folder / "c"),
        group_name=SHARED,
    )
    outputs = ["build_ext", f"--build-lib={folder / 'lib'}", f"--build-temp={folder / 'objects'}"]
    setup(name="transforms", ext_modules=extensions, script_args=["--quiet", *outputs])
    return folder / "lib"


if __name__ == "__main__":
    sys.exit(main())
