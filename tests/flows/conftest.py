"""What the tests of flows share: articles of a simple kind, a folder of them, and a Prefect server."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

import flows.extract
import flows.objects
import flows.validation
from flows.arrow import Columns, columns_of
from flows.pipeline import Pipeline
from flows.receipt import Receipt
from flows.release import BATCH_TABLES
from flows.selection import Selection
from flows.settings import Settings
from flows.store import Warehouse
from tests.flows.buckets import Server, make_bucket
from tests.flows.plain import LAYLA, SAMER, split_simply
from transforms.model import Limits, RawDocument
from transforms.rows import History, Provenance, make_rows


def make_batch(texts: dict[str, str]) -> dict[str, Columns]:
    """Return the columns of every table for documents given as address and text."""
    rows: dict[str, list[tuple[object, ...]]] = {table.name: [] for table in BATCH_TABLES}
    for uri, text in texts.items():
        data, now = text.encode(), datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
        digest, run_id = sha256(data).hexdigest(), "20260102T030405Z-000000"
        provenance = Provenance(uri, "", "text/plain", len(data), digest, "1", run_id, now, History(1, now, now))
        made = make_rows(split_simply(RawDocument(uri, text.encode()), Limits()), provenance)
        for name, listed in rows.items():
            listed.extend(getattr(made, name))
    return {table.name: columns_of(rows[table.name], table) for table in BATCH_TABLES}


@pytest.fixture
def batch() -> dict[str, Columns]:
    """Two articles: Samer's with two quotes, Layla's with one."""
    return make_batch({"a.txt": SAMER, "b.txt": LAYLA})


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Return a raw folder of three articles and an empty document."""
    folder = tmp_path / "raw"
    for name, text in {"a.txt": SAMER, "b.txt": LAYLA, "sub/ج.txt": LAYLA, "sub/empty.txt": ""}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return tmp_path / "warehouse"


@pytest.fixture(scope="session")
def prefect_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a real Prefect server, scheduler included, and return its address."""
    home = tmp_path_factory.mktemp("server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"PREFECT_HOME": str(home), "PREFECT_UI_ENABLED": "false"}
    command = [sys.executable, "-m", "prefect", "server", "start", "--port", str(port), "--host", "127.0.0.1"]
    with (home / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log, env=environment) as server:
        api = f"http://127.0.0.1:{port}/api"
        try:
            _wait_until_healthy(api, server, home / "log")
            yield api
        finally:
            server.terminate()


def _wait_until_healthy(api: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{api}/health", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"no Prefect server: {log.read_text(errors='replace')[-2000:]}")


@pytest.fixture(scope="session")
def s3_server() -> Iterator[Server]:
    """Start an S3 server on loopback."""
    flows.objects._client.cache_clear()
    server = Server()
    yield server
    server.close()
    flows.objects._client.cache_clear()


@pytest.fixture
def s3(s3_server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Return the server, which every client of this process and of its children asks; it holds the bucket qawl-test."""
    for name, value in s3_server.environment().items():
        monkeypatch.setenv(name, value)
    make_bucket("qawl-test")
    yield s3_server
    s3_server.reset()


Ingest = Callable[..., Receipt]


def _in_process_unless(told: dict[str, Any]) -> dict[str, Any]:
    """Return settings that start no process, unless they say something of engines themselves."""
    return told if {"engine", "workers"} & told.keys() else {"engine": "local"} | told


class Unchecked:
    """A validation that finds nothing: it writes the file that the real one writes, and costs no second."""

    def __init__(self) -> None:
        self.checked: set[str] = {"none"}
        self.failed: dict[str, int] = {}

    def check_rows(self, *_: object, **__: object) -> dict[str, dict[int, str]]:
        """Find no broken row."""
        return {}

    def check_release(self, *_: object) -> None:
        """Find no broken rule."""

    def write(self, path: Path) -> None:
        """Write the report."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")


@pytest.fixture
def run_checked(raw: Path, warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> Ingest:
    """Return a function that ingests ``raw`` into ``warehouse`` or another, without Prefect.

    ``only``, ``since``, ``until`` and ``reprocess`` select documents; other keywords are settings. Everything is done
    in this process unless ``engine`` or ``workers`` says otherwise.
    """
    monkeypatch.setattr(flows.extract, "split", split_simply)

    def ingest(into: Path = warehouse, **told: Any) -> Receipt:  # noqa: ANN401 - as many types as settings
        selection = Selection(**{name: told.pop(name) for name in Selection.model_fields if name in told})
        settings = Settings(**_in_process_unless(told))
        return Pipeline(Warehouse(into.absolute()), settings, logging.getLogger("test")).ingest(raw, selection)

    return ingest


@pytest.fixture
def run(run_checked: Ingest, monkeypatch: pytest.MonkeyPatch) -> Ingest:
    """Return the same without Great Expectations, which takes a second a run: for tests that are not about rules."""
    monkeypatch.setattr(flows.validation, "Validation", Unchecked)
    return run_checked


@pytest.fixture
def run_flow(prefect_api: str, raw: Path, warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ingest]:
    """Return a function that runs the flow on ``raw`` into ``warehouse``; settings are its keywords."""
    from prefect.settings import PREFECT_API_URL, PREFECT_LOGGING_TO_API_ENABLED, temporary_settings

    from flows.ingest import ingest

    monkeypatch.setattr(flows.extract, "split", split_simply)
    # Prefect sends its log in the background, and would still try for a minute when the server is gone.
    with temporary_settings({PREFECT_API_URL: prefect_api, PREFECT_LOGGING_TO_API_ENABLED: False}):
        yield lambda **settings: ingest(str(raw), str(warehouse), Settings(**_in_process_unless(settings)))
