"""What the tests of engines share: workers that obey the documents."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# A worker is a Python of its own; this is imported when it starts, and makes its transforms do as the document says.
_WILD = """
import os, signal, time
import flows.extract
from tests.flows.plain import split_simply

def split(document, limits):
    text = document.data.decode()
    if "slow" in text:
        while True:
            pass
    if "asleep" in text:
        time.sleep(3600)
    if "greedy" in text:
        return bytearray(10 ** 10)
    if "deadly" in text:
        os._exit(1)
    if "killed" in text and first_time(text):
        os.kill(os.getpid(), signal.SIGKILL)
    if "orphaned" in text and "OF_DASK" in os.environ and first_time(text):
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(3600)
    if "unlucky" in text and not os.path.exists(document.source_uri + ".seen"):
        open(document.source_uri + ".seen", "x").close()
        os._exit(1)
    if "faulty" in text:
        raise KeyError(text)
    if "bulky" in text:
        kept.append(bytearray(150 * 2 ** 20))  # as the rows of a batch are kept
    return split_simply(document, limits)

def first_time(text):
    path = text.split()[-1]
    return not os.path.exists(path) and not open(path, "x").close()

def read(ref, max_bytes):
    if "hanging" in ref.source_uri:
        time.sleep(3600)
    return really_read(ref, max_bytes)

def write_part(*arguments):
    kept.clear()
    if os.path.exists("broken"):
        raise ValueError("secret")
    return really_write(*arguments)

kept = []
really_read, really_write = flows.extract.read, flows.extract.write_part
flows.extract.split, flows.extract.read, flows.extract.write_part = split, read, write_part
"""


@pytest.fixture(scope="session")
def obedient(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the PYTHONPATH of workers that obey the documents."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "sitecustomize.py").write_text(_WILD)
    return os.pathsep.join([str(folder), str(Path(__file__).parents[3])])


@pytest.fixture
def wild(obedient: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make workers obey the documents."""
    monkeypatch.setenv("PYTHONPATH", obedient)
    monkeypatch.chdir(tmp_path)
