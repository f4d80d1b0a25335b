"""Settings -> the engine that they name."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from flows.engines import Engine, Limits
from flows.engines.cores import available_cores
from flows.engines.local import InProcess
from flows.engines.processes import Processes
from flows.errors import UsageProblem
from flows.settings import EngineName, Settings


def require_engine(settings: Settings) -> None:
    """Raise ``UsageProblem`` if what the engine needs is not installed."""
    if settings.engine is EngineName.DASK and find_spec("distributed") is None:
        raise UsageProblem("The engine dask needs Dask, which is not installed: install qawl[dask], or take another.")


def choose_engine(settings: Settings, staged: Path, raw: Path | str) -> Engine:
    """Return the engine for a run that reads below ``raw`` and stages below ``staged``; see ``require_engine``."""
    require_engine(settings)
    limits = Limits(settings.max_seconds, settings.max_memory, settings.read_retries)
    count = settings.workers or available_cores()
    match settings.engine:
        case EngineName.LOCAL:
            return InProcess(limits)
        case EngineName.PROCESSES:
            return Processes(count, limits)
        case EngineName.DASK:
            from flows.engines.dask import Dask  # noqa: PLC0415 - Dask takes half a second, and may not be there

            return Dask(settings.dask, count, limits, staged, raw)
