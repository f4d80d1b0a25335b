from __future__ import annotations

import io
import logging
from pathlib import Path

import pytest
from rich.console import Console

import flows
from flows.terminal.progress import show_progress

OURS = str(Path(flows.__file__).parent / "ingest.py")


def log(pathname: str, message: str) -> None:
    logger = logging.getLogger("prefect.flow_runs")
    logger.handle(logger.makeRecord(logger.name, logging.INFO, pathname, 1, message, (), None))


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


def test_our_own_lines_are_shown_and_made_inert(stream: io.StringIO) -> None:
    with show_progress(Console(file=stream), "starting"):
        log(OURS, "12 documents found\x1b[31m")
    assert stream.getvalue().split(maxsplit=2)[2].strip() == "12 documents found␛[31m"


def test_what_prefect_says_of_itself_is_not_shown(stream: io.StringIO) -> None:
    with show_progress(Console(file=stream), "starting"):
        log("/elsewhere/prefect/engine.py", "Beginning flow run")
    assert "Beginning" not in stream.getvalue()


def test_nothing_is_shown_after_the_run(stream: io.StringIO) -> None:
    with show_progress(Console(file=stream), "starting"):
        pass
    log(OURS, "too late")
    assert "too late" not in stream.getvalue()
