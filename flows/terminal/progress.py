"""The flow's log records -> lines that a person can follow while it runs."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.status import Status
from rich.text import Text

from flows.terminal.inert import make_inert

_OURS = Path(__file__).resolve().parent.parent
_LOGGERS = ("prefect.flow_runs", "prefect.task_runs")


class ProgressHandler(logging.Handler):
    """Print what our own code logs in a run; what Prefect says of itself stays in its log."""

    def __init__(self, console: Console, status: Status) -> None:
        super().__init__(logging.INFO)
        self._console = console
        self._status = status
        self._started = time.monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        """Print the record behind the seconds since the start, and show it as what is going on."""
        if not Path(record.pathname).is_relative_to(_OURS):
            return
        message = make_inert(record.getMessage())
        seconds = time.monotonic() - self._started
        style = "yellow" if record.levelno >= logging.WARNING else ""
        self._console.print(Text(f"{seconds:6.1f} s  {message}", style=style), soft_wrap=True)
        self._status.update(Text(message))


@contextmanager
def show_progress(console: Console, opening: str) -> Iterator[None]:
    """Show ``opening``, then every line that the flow logs, until the block ends. Import Prefect first.

    Prefect sets up its loggers when it is imported, and would take the handler off again.
    """
    with console.status(Text(opening)) as status:
        handler = ProgressHandler(console, status)
        loggers = [logging.getLogger(name) for name in _LOGGERS]
        for logger in loggers:
            logger.addHandler(handler)
        try:
            yield
        finally:
            for logger in loggers:
                logger.removeHandler(handler)
