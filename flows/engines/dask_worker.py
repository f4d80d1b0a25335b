"""What runs on a Dask worker: a job -> its files in a folder of this try, done by a guarded process.

The process stays for the next task, since its start takes longer than many a batch, and ends when none has come for a
while: the run that sent the tasks may have been killed.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from importlib.metadata import version
from os import scandir
from pathlib import Path
from threading import Lock, Timer

from flows.engines import Limits
from flows.engines.processes import Crew
from flows.errors import UsageProblem
from flows.extract import Extracted, Job
from transforms import TRANSFORM_VERSION

_IDLE_SECONDS = 20.0

_lock = Lock()
_idle: list[tuple[Limits, Crew]] = []


@dataclass(frozen=True, slots=True)
class Site:
    """What every worker must have as we do: the folder that tries are written in, the raw folder, the versions.

    ``seen`` is something in the raw folder: a mount that is missing leaves an empty folder of its name. ``raw`` is
    empty where it is an address: each worker asks for its objects itself.
    """

    tries: str
    marker: str
    raw: str
    seen: str
    versions: tuple[str, ...]

    @classmethod
    def of(cls, tries: Path, raw: Path | str) -> Site:
        """Describe the site as this process sees it, and leave a marker in the folder of tries."""
        marker = secrets.token_hex(8)
        (tries / marker).touch()
        folder = str(raw.resolve()) if isinstance(raw, Path) else ""
        seen = ""
        if folder and Path(folder).is_dir():
            with scandir(folder) as entries:
                seen = next((entry.name for entry in entries), "")
        return cls(str(tries), marker, folder, seen, _versions())


def _versions() -> tuple[str, ...]:
    """Return what rows and the bytes of their files depend on."""
    return (f"qawl {version('qawl')}", f"rules {TRANSFORM_VERSION}", f"pyarrow {version('pyarrow')}")


def trouble_with(site: Site) -> str:
    """Return why this worker can't do the work of a site, as the end of a sentence; empty if it can."""
    if _versions() != site.versions:
        return f"has {', '.join(_versions())}, and this run {', '.join(site.versions)}: install the same there."
    if not Path(site.tries, site.marker).exists():
        return f"does not see {site.tries}: put the warehouse where all workers see it under the same path."
    if site.raw and not Path(site.raw, site.seen).exists():
        return f"does not see what is in {site.raw}: put the raw folder where all workers see it under the same path."
    return ""


def do(job: Job, limits: Limits, site: Site) -> tuple[str, list[Extracted]]:
    """Do a job; return the folder that its files are in, and what became of it, in parts if it had to be parted."""
    if trouble := trouble_with(site):  # of a worker that has come since the run began
        raise UsageProblem(f"A Dask worker {trouble}")
    attempt = Path(site.tries, secrets.token_hex(8))
    crew = _crew(limits)
    try:
        done = list(crew.run([replace(job, staged=attempt)]))
    except BaseException:
        crew.dismiss()
        raise
    _keep(limits, crew)
    return str(attempt), done


def end_idle_crews() -> None:
    """End the processes that wait for tasks."""
    with _lock:
        while _idle:
            _idle.pop()[1].dismiss()


def _crew(limits: Limits) -> Crew:
    """Return a process that waits for a task under these limits, or one that is still to be started."""
    with _lock:
        for place, (of, crew) in enumerate(_idle):
            if of == limits:
                del _idle[place]
                return crew
    return Crew(1, limits)


def _keep(limits: Limits, crew: Crew) -> None:
    """Keep a process for the next task, for a while."""
    kept = (limits, crew)
    with _lock:
        _idle.append(kept)
    timer = Timer(_IDLE_SECONDS, _end, [kept])
    timer.daemon = True
    timer.start()


def _end(kept: tuple[Limits, Crew]) -> None:
    """End a process that no task has come for; one that was taken since is another tuple, or none."""
    with _lock:
        if any(other is kept for other in _idle):
            _idle[:] = [other for other in _idle if other is not kept]
            kept[1].dismiss()
