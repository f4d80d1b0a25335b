"""Small folders of documents and what happens to them -> runs of the pipeline in processes that may be killed.

The transforms are the simple ones of ``tests.flows.conftest``: what is tried here is the store, not the rules.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, TypeVar

import flows.extract
import flows.validation
from flows.errors import UsageProblem
from flows.pipeline import Pipeline, Step
from flows.selection import Selection
from flows.settings import Settings
from flows.store import Warehouse
from tests.flows.conftest import Unchecked
from tests.flows.plain import LAYLA, SAMER, split_simply

_T = TypeVar("_T")

CRASHED = -signal.SIGKILL
_CHANGES = frozenset({"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate"})
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT

# Each process is forked from one that has imported everything and done nothing: a crash costs no second import.
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["tests.soak.scenario", "botocore.session"])


@dataclass(frozen=True, slots=True)
class Place:
    """A raw folder and a warehouse, side by side in one folder."""

    folder: Path

    @property
    def raw(self) -> Path:
        """The raw folder."""
        return self.folder / "raw"

    @property
    def warehouse(self) -> Path:
        """The warehouse, which may not be there yet."""
        return self.folder / "warehouse"

    def copy(self, folder: Path) -> Place:
        """Return a copy in another folder, in place of what it may hold."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder, symlinks=True)
        return Place(folder)


def write_documents(raw: Path) -> None:
    """Write what a first run finds."""
    documents = {"a.txt": SAMER, "b.txt": LAYLA, "sub/ج.txt": LAYLA, "sub/empty.txt": "", "d.txt": f"{SAMER}\nخاتمة."}
    for name, text in documents.items():
        (raw / name).parent.mkdir(parents=True, exist_ok=True)
        (raw / name).write_text(text)


def change_documents(raw: Path) -> None:
    """Do everything to the documents that a second run must notice: edit, add, remove, rename, mend, repeat."""
    (raw / "a.txt").write_text("قال ليلى: تغير الخبر.")
    (raw / "new.txt").write_text("قال سامر: خبر جديد.")
    (raw / "copy.txt").write_text("قال سامر: خبر جديد.")
    (raw / "b.txt").unlink()
    (raw / "d.txt").rename(raw / "sub" / "moved.txt")
    (raw / "sub" / "empty.txt").write_text("قال سامر: لم يعد فارغا.")


def pipeline(place: Place, **told: Any) -> Pipeline:  # noqa: ANN401 - as many types as settings
    """Return the pipeline of a place; every document is a part of its own, so that there are many files to lose."""
    flows.extract.split = split_simply  # type: ignore[assignment, attr-defined]
    settings: dict[str, Any] = {
        "engine": "local",
        "batch_documents": 1,
        "keep_seconds": 0,
        "max_articles_lost": 1,
    } | told
    return Pipeline(Warehouse(place.warehouse.absolute()), Settings(**settings), logging.getLogger("soak"))


def ingest(place: Place) -> None:
    """Run the pipeline on the raw folder."""
    pipeline(place).ingest(place.raw, Selection())


def ingest_without_rights(place: Place) -> None:
    """Run it as a user who is not its owner, and keep what it says."""
    _give_up_rights()
    _keep_what_it_says(place, pipeline(place))


def lose_rights_before_validation(place: Place) -> None:
    """Run it, and lose the right to write to the warehouse once the documents are read."""
    _keep_what_it_says(place, replace(pipeline(place), step=_Losing("validate", place.warehouse)))


def lose_rights_before_publication(place: Place) -> None:
    """Run it, and lose the right to write to the warehouse once the release is checked."""
    _keep_what_it_says(place, replace(pipeline(place), step=_Losing("publish", place.warehouse)))


class _Losing(Step):
    """Take the rights away just before a step."""

    def __init__(self, at: str, warehouse: Path) -> None:
        self._at = at
        self._warehouse = warehouse

    def __call__(self, name: str, do: Callable[[], _T]) -> _T:
        """Do the step called ``name``."""
        if name == self._at:
            for folder in [self._warehouse, *(path for path in self._warehouse.rglob("*") if path.is_dir())]:
                folder.chmod(0o555)
            _give_up_rights()
        return do()


def _give_up_rights() -> None:
    if os.getuid() == 0:  # root may write anywhere
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)


def _keep_what_it_says(place: Place, run: Pipeline) -> None:
    try:
        run.ingest(place.raw, Selection())
    except UsageProblem as problem:
        (place.folder / "said").write_text(str(problem))


def drop(place: Place) -> None:
    """Run it so that articles go with their documents."""
    pipeline(place, gone="drop").ingest(place.raw, Selection())


def publish_often(place: Place) -> None:
    """Run it as a schedule does, whose readers must find time to end in an old release."""
    pipeline(place, keep_seconds=30, batch_documents=1000).ingest(place.raw, Selection())


def compact(place: Place) -> None:
    """Merge all small parts."""
    pipeline(place, batch_documents=1000).compact()


def forget(place: Place) -> None:
    """Take a document down."""
    pipeline(place).forget("a.txt")


def start(action: Callable[[Place], None], place: Place, crash_at: int, *, checked: bool = True) -> BaseProcess:
    """Start an action in a process that dies before its ``crash_at``-th change below the warehouse; 0 counts them."""
    process = _PROCESSES.Process(target=_act, args=(action, place, crash_at, checked))
    process.start()
    return process


def run(action: Callable[[Place], None], place: Place, crash_at: int = 0, *, checked: bool = True) -> bool:
    """Do an action so, wait for its end, and say whether it came to it; an error of its own is raised."""
    process = start(action, place, crash_at, checked=checked)
    process.join()
    if process.exitcode not in (0, CRASHED):
        raise RuntimeError(f"{action.__name__} ended with {process.exitcode}")
    return process.exitcode == 0


def changes_of(action: Callable[[Place], None], place: Place, *, checked: bool = True) -> int:
    """Do an action, and count its changes of the file system."""
    run(action, place, checked=checked)
    return int((place.folder / "changes").read_text())


def _act(action: Callable[[Place], None], place: Place, crash_at: int, checked: bool) -> None:  # noqa: FBT001
    if not checked:
        flows.validation.Validation = Unchecked  # type: ignore[assignment, misc]
    counter = _Crash(str(place.warehouse), crash_at)
    sys.addaudithook(counter.see)
    action(place)
    counter.is_over = True
    (place.folder / "changes").write_text(str(counter.seen))


class _Crash:
    """Count the changes below a folder, and end the process just before one of them, as a power cut would.

    ``is_over`` while nothing is counted.

    A path that is relative to an open folder counts too: that is how a tree is removed.
    """

    def __init__(self, root: str, crash_at: int) -> None:
        self._root = root
        self._crash_at = crash_at
        self.seen = 0
        self.is_over = False

    def see(self, event: str, arguments: tuple[object, ...]) -> None:
        """Look at one audit event."""
        if self._is_change(event, arguments):
            self.count()

    def count(self) -> None:
        """Count one change, and do not come to it if it is the one."""
        if self.is_over:
            return
        self.seen += 1
        if self._crash_at and self.seen >= self._crash_at:  # threads count at the same time
            os.kill(os.getpid(), signal.SIGKILL)

    def _is_change(self, event: str, arguments: tuple[object, ...]) -> bool:
        if event == "open":
            path, mode, flags = arguments
            writes = (isinstance(mode, str) and set(mode) & set("wax+")) or (isinstance(flags, int) and flags & _WRITES)
            return bool(writes) and self._is_below(path)
        if event not in _CHANGES:
            return False
        paths = [argument for argument in arguments if isinstance(argument, (str, bytes, os.PathLike))]
        return any(self._is_below(path) or not os.fsdecode(path).startswith("/") for path in paths)

    def _is_below(self, path: object) -> bool:
        return isinstance(path, (str, bytes, os.PathLike)) and os.fsdecode(path).startswith(self._root)
