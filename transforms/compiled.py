"""The sources of this package -> the folder of their compiled form, where ``make compile`` has made one of them.

Compiled or not, the rows are the same; compiled they are made 1.7 to 1.9 times as fast. What is compiled stands in the
environment, under a digest of the sources and of the interpreter, so that it is never older than they are: whoever
changes a line runs that line.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from hashlib import sha256
from pathlib import Path

SOURCES = Path(__file__).parent
BUILDS = Path(sys.prefix) / "lib" / "qawl-compiled"
"""Where builds stand, one for each state of the sources; ``make clean`` takes them along with the environment."""
SWITCH = "TRANSFORMS_COMPILED"
"""The environment variable that leaves the compiled form unused if it is "0", as tests do: they count lines."""


def build_name(sources: Path = SOURCES) -> str:
    """Return what a build of these sources for this interpreter is called: 32 hex digits."""
    digest = sha256(str(sysconfig.get_config_var("EXT_SUFFIX")).encode())
    for path in sorted(sources.rglob("*.py")):
        digest.update(b"%s\0%s\0" % (path.relative_to(sources).as_posix().encode(), path.read_bytes()))
    return digest.hexdigest()[:32]


def find_build(builds: Path = BUILDS, sources: Path = SOURCES) -> Path | None:
    """Return the folder of compiled modules that was made from exactly these sources, ``None`` if there is none."""
    if os.environ.get(SWITCH) == "0" or not builds.is_dir():
        return None
    build = builds / build_name(sources)
    return build if build.is_dir() else None
