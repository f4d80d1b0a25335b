"""A warehouse folder: where its releases are, how one is published in one step, what a dead run leaves is removed."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import overload

import pyarrow as pa

from flows.errors import UsageProblem
from flows.objects import ReleaseAddress, is_address
from flows.parts import parts_of, read_part, sync
from transforms.contract import TABLES

MANIFEST = "manifest.json"
"""The file in a release that lists its parts; the last that is written before the release is published."""

STAMPS = ".stamps-"
"""The file of this name and a release's holds what the file system said of its documents (``flows.stamps``)."""

KEPT_MARK = "validation.json"
"""A staged run that holds this file failed its validation; it is kept until the next run that publishes."""

_PUBLISHED = "published"
_REMOVED = ".removed-"
_NEXT = ".current-"
_RUN_ID = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Warehouse:
    """The folders of a warehouse. Only the process that holds its writer lock may change them."""

    root: Path

    @property
    def current(self) -> Path:
        """The link to the published release: the one thing that a publication changes."""
        return self.root / "current"

    @property
    def releases(self) -> Path:
        """The folder of complete releases, one a run; they are never changed."""
        return self.root / "releases"

    @property
    def staging(self) -> Path:
        """The folder of releases being written, and of those that failed their validation."""
        return self.root / "staging"

    @property
    def reports(self) -> Path:
        """The folder of what people read about each run."""
        return self.root / "reports"

    def release(self) -> Path | None:
        """Return the published release's folder, ``None`` before the first; ``UsageProblem`` if it is missing."""
        if not self.current.is_symlink():
            return None
        release = self.releases / self.current.readlink().name
        if not release.is_dir():
            raise UsageProblem(
                f"The link {self.current} points to a release that is not there ({release.name}): "
                f"point it to one of {self.releases}, or remove it."
            )
        return release


@overload
def open_release(warehouse: Path) -> Path: ...
@overload
def open_release(warehouse: str) -> Path | ReleaseAddress: ...
def open_release(warehouse: Path | str) -> Path | ReleaseAddress:
    """Return the published release's folder, to read all its tables from: they stay together whatever is published.

    In plain Python: ``Path("warehouse/current").resolve()``. Of a warehouse at an ``s3://`` address it is an address
    that is used alike: ``release / "quotes"``. ``UsageProblem`` if nothing has been published.
    """
    if isinstance(warehouse, str) and is_address(warehouse):
        from flows.remote import published  # noqa: PLC0415 - it needs what is here

        return published(warehouse)
    release = Warehouse(Path(warehouse)).release()
    if release is None:
        raise UsageProblem(f"Nothing has been published in {warehouse} yet: run `qawl run` first.")
    return release.resolve()


@contextmanager
def writing(warehouse: Warehouse, outcome: str = "nothing was published") -> Iterator[None]:
    """Turn an error of the warehouse's disk or rights into the one sentence that its owner needs."""
    try:
        yield
    except OSError as error:
        raise UsageProblem(
            f"The warehouse {warehouse.root} can't be written ({error.strerror or error}): {outcome}."
        ) from error


def prepare(warehouse: Warehouse) -> None:
    """Make the warehouse's folders and the fixed links of its tables, which point nowhere before the first release."""
    for folder in (warehouse.root, warehouse.releases, warehouse.staging, warehouse.reports):
        folder.mkdir(parents=True, exist_ok=True)
    for name in ("current", *(table.name for table in TABLES)):
        path = warehouse.root / name
        if path.exists() and not path.is_symlink():
            raise UsageProblem(f"{path} is in the way: the warehouse needs that name for a link of its own, move it.")
    for table in TABLES:
        link = warehouse.root / table.name
        with suppress(FileExistsError):  # as in every run but the first
            link.symlink_to(Path("current", table.name))


@contextmanager
def staging(warehouse: Warehouse, run_id: str) -> Iterator[Path]:
    """Make the folder of a release being written; unless it is marked as kept or was published, it goes at the end."""
    staged = warehouse.staging / run_id
    with writing(warehouse):
        staged.mkdir()
    try:
        yield staged
    finally:
        if not (staged / KEPT_MARK).exists():
            shutil.rmtree(staged, ignore_errors=True)


def leftovers(warehouse: Warehouse) -> list[Path]:
    """List what runs that died have left, and what failed before the last run that did.

    A release is marked as published after ``current`` was made to point to it, so one without the mark never was; but
    for the one that ``current`` points to, whose run was killed between the two.
    """
    release = warehouse.release()
    releases = [path for path in _of_runs(warehouse.releases) if path == release or (path / _PUBLISHED).exists()]
    runs = _runs(release) if release else {}
    known = {path.name for path in releases} | runs.keys()
    found = [path for path in (*_of_runs(warehouse.releases), *_of_runs(warehouse.reports)) if path.name not in known]
    staged = _of_runs(warehouse.staging)
    failed = [path for path in staged if (path / KEPT_MARK).exists()]
    found += [path for path in staged if path not in failed[-1:]]
    if release is not None:
        found += [path for path in _before_takedowns(releases, runs) if path != release]
        found += [path for path in warehouse.root.glob(f"{STAMPS}*") if path.name != f"{STAMPS}{release.name}"]
    return [*found, *_half_done(warehouse)]


def recover(warehouse: Warehouse) -> list[str]:
    """Remove what runs that died have left, and return the names. Call it with the writer lock held.

    Where ``current`` is missing, the newest release, which is complete since it was renamed into its place, becomes the
    published one.
    """
    half_done = remove_half_done(warehouse)  # first, since they may be in the way of what comes
    complete = _of_runs(warehouse.releases)
    if complete and not warehouse.current.is_symlink():
        _flip(warehouse, complete[-1])
    release = warehouse.release()
    if release is not None:
        _mark(release)
    doomed = leftovers(warehouse)
    for path in doomed:
        _remove(path)
    return sorted(path.name for path in (*half_done, *doomed))


def remove_half_done(warehouse: Warehouse) -> list[Path]:
    """Remove links that were not yet put in their place, and folders that were being removed; return them."""
    half_done = _half_done(warehouse)
    for path in half_done:
        _remove(path)
    return half_done


def _half_done(warehouse: Warehouse) -> list[Path]:
    """List links that were not yet put in their place, and folders that were being removed."""
    found = list(warehouse.root.glob(f"{_NEXT}*"))
    for folder in (warehouse.releases, warehouse.staging, warehouse.reports):
        found += folder.glob(f"{_REMOVED}*")
    return found


def publish(warehouse: Warehouse, staged: Path) -> Path:
    """Make a sealed staged release the published one: all tables change at the instant the link is replaced."""
    release = warehouse.releases / staged.name
    staged.rename(release)
    sync(warehouse.staging)
    sync(warehouse.releases)
    _flip(warehouse, release)
    return release


def adopt(warehouse: Warehouse, release: Path) -> None:
    """Make a release the published one: a staged one, in place of what has its name, or one that is there already."""
    if release.parent == warehouse.releases:
        _flip(warehouse, release)
        return
    damaged = warehouse.releases / release.name
    if damaged.exists():
        _remove(damaged)
    publish(warehouse, release)


def unpublish(warehouse: Warehouse) -> None:
    """Remove every release, so that the next run starts from nothing."""
    warehouse.current.unlink(missing_ok=True)
    for path in _of_runs(warehouse.releases):
        _remove(path)


@dataclass(frozen=True, slots=True)
class Retention:
    """What stays on disk: so many releases, each at least for so many seconds after the next was published, reports."""

    releases: int
    seconds: float
    reports: int


def prune(warehouse: Warehouse, keep: Retention) -> list[str]:
    """Remove kept failed runs, old reports and old releases, and return their names; readers may be in those that stay.

    Those from before a takedown go whatever their number and age.
    """
    current = warehouse.release()
    # By name, which begins with the time; a clock that went back must not cost the published one.
    others = [path for path in _of_runs(warehouse.releases) if path != current]
    doomed = [
        path
        for path, next_ in zip(others, [*others[1:], current], strict=False)
        if path in others[: max(0, len(others) - keep.releases + 1)] and _age(next_) >= keep.seconds
    ]
    if current is not None:
        doomed += [path for path in _before_takedowns(others, _runs(current)) if path not in doomed]
    doomed += _of_runs(warehouse.staging)
    doomed += _of_runs(warehouse.reports)[: -keep.reports]
    for path in doomed:
        _remove(path)
    return [path.name for path in doomed]


def _flip(warehouse: Warehouse, release: Path) -> None:
    link = warehouse.root / f"{_NEXT}{release.name}"
    link.symlink_to(Path("releases", release.name))
    link.replace(warehouse.current)
    # Readers see it now: whatever the disk says of what follows, it is published.
    with suppress(OSError):
        sync(warehouse.root)
        _mark(release)


def _mark(release: Path) -> None:
    with suppress(OSError):  # a release that is current needs none; the next run tries again
        (release / _PUBLISHED).touch()


def _of_runs(folder: Path) -> list[Path]:
    """List the folders that runs have made, oldest first; what somebody else has put there is left alone."""
    return sorted(path for path in folder.glob("*") if _RUN_ID.fullmatch(path.name))


def _runs(release: Path) -> dict[str, str]:
    """Return the runs that a release knows, itself included, with what was asked of each; itself if it is damaged."""
    runs = {release.name: ""}
    with suppress(OSError, pa.ArrowException):
        for path in parts_of(release / "runs"):
            data = read_part(path, ["run_id", "command"])
            runs |= dict(zip(data.column("run_id").to_pylist(), data.column("command").to_pylist(), strict=True))
    return runs


def _age(release: Path | None) -> float:
    """Return for how many seconds a release has been complete."""
    return 0.0 if release is None else time.time() - (release / MANIFEST).stat().st_mtime


def _before_takedowns(releases: list[Path], runs: dict[str, str]) -> list[Path]:
    """Return the releases that do not know of every takedown among the runs: they hold what was to be forgotten."""
    takedowns = {run_id for run_id, command in runs.items() if command == "forget"}
    return [path for path in releases if takedowns and takedowns - _runs(path).keys()]


def _remove(path: Path) -> None:
    if path.is_symlink() or not path.is_dir():
        path.unlink()
        return
    # Renamed first: a release that is half removed must not look like one.
    doomed = path.with_name(f"{_REMOVED}{path.name.removeprefix(_REMOVED)}")
    path.rename(doomed)
    shutil.rmtree(doomed)
