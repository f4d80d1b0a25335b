"""The same documents by every engine: the same files, byte for byte, whoever is killed meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

import flows.pipeline
from flows.engines import Engine
from flows.engines.choice import choose_engine
from flows.engines.cores import available_cores
from flows.errors import RunFailed, UsageProblem
from flows.extract import Extracted, Job
from flows.settings import EngineName, Settings
from tests.flows.conftest import Ingest
from tests.flows.tables import read_all
from transforms.contract import TABLES

_CLUSTER = """
import sys
from distributed import LocalCluster

with LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster:
    print(cluster.scheduler_address, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def cluster(obedient: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a Dask cluster of two workers that knows nothing of Qawl, and return its address."""
    folder = tmp_path_factory.mktemp("dask")
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            [sys.executable, "-c", _CLUSTER],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": obedient, "OF_DASK": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.communicate()


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every run the same name and start."""

    now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    monkeypatch.setattr("flows.run.datetime", SimpleNamespace(now=lambda _: now))
    monkeypatch.setattr("flows.run.secrets", SimpleNamespace(randbelow=lambda _: 12))


def contents(warehouse: Path) -> dict[str, bytes]:
    """Return the files of all tables but that of runs, which has the time in it."""
    release = (warehouse / "current").resolve()
    names = [table.name for table in TABLES if table.name != "runs"]
    return {f"{name}/{path.name}": path.read_bytes() for name in names for path in (release / name).iterdir()}


def fill(raw: Path, *extra: str) -> list[Path]:
    """Write twenty articles, and one each that says the extra words and then what file shows that it has said them."""
    for number in range(20):
        (raw / f"{number:02}.txt").write_text(f"قال سامر: الخبر {number}.")
    said = [raw.parent / f"{word}.seen" for word in extra]
    for word, path in zip(extra, said, strict=True):
        (raw / f"{word}.txt").write_text(f"قال سامر: {word} {path}")
    return said


@pytest.mark.usefixtures("wild", "frozen")
def test_every_engine_writes_the_same_files_though_workers_are_killed(
    run: Ingest, raw: Path, warehouse: Path, cluster: str
) -> None:
    said = fill(raw, "killed", "orphaned")
    run(engine="local", batch_documents=4)
    expected = contents(warehouse)
    assert len(expected) == 7 * 4 + 1  # seven batches, in one of them a reject
    for told in ({"workers": 1}, {"workers": 2}, {"workers": 3}, {"engine": "dask", "dask": cluster}):
        other = warehouse.with_name("-".join(map(str, told.values())).replace("/", ""))
        assert run(other, batch_documents=4, **told).rows["articles"] == 25
        assert contents(other) == expected, told
        # Whoever was told to has died: a worker by its own hand, and Dask's by that of the process that it has started.
        assert [path.exists() for path in said] == [True, "engine" in told], told
        for path in said:
            path.unlink(missing_ok=True)


@pytest.mark.usefixtures("wild")
def test_a_document_that_runs_wild_is_a_reject_on_dask_too(
    run: Ingest, raw: Path, warehouse: Path, cluster: str
) -> None:
    for word in ("slow", "deadly"):
        (raw / f"{word}.txt").write_text(f"قال سامر: {word}.")
    run(engine="dask", dask=cluster, max_seconds=1)
    rejects = read_all(warehouse)["rejects"].set_index("source_uri")["reason"].to_dict()
    assert rejects == {"slow.txt": "too_slow", "deadly.txt": "kills_workers", "sub/empty.txt": "empty"}
    assert not list(warehouse.rglob("tries"))


@pytest.mark.usefixtures("wild")
def test_a_fault_of_qawl_on_dask_ends_the_run(run: Ingest, raw: Path, warehouse: Path, cluster: str) -> None:
    (raw / "c.txt").write_text("faulty secret")
    with pytest.raises(Exception, match=r"KeyError at sitecustomize\.py:\d+") as failure:
        run(engine="dask", dask=cluster)
    assert "secret" not in str(failure.value)
    assert not (warehouse / "current").exists()


@pytest.mark.usefixtures("wild")
def test_dask_without_an_address_has_a_cluster_of_its_own_that_ends_with_the_run(run: Ingest, raw: Path) -> None:
    fill(raw)
    before = processes()
    assert run(engine="dask", workers=2, batch_documents=9).rows["articles"] == 23
    assert processes() == before


_RUN = """
import logging, sys
from pathlib import Path
from flows.pipeline import Pipeline
from flows.selection import Selection
from flows.settings import Settings
from flows.store import Warehouse

settings = Settings(engine="dask", workers=1)
Pipeline(Warehouse(Path(sys.argv[2])), settings, logging.getLogger()).ingest(Path(sys.argv[1]), Selection())
"""


@pytest.mark.usefixtures("wild")
def test_a_run_that_is_killed_leaves_no_process(raw: Path, warehouse: Path) -> None:
    (raw / "asleep.txt").write_text("قال سامر: asleep.")
    # No guard for the main module: Dask's own way to start workers would run it again.
    script = raw.parent / "run.py"
    script.write_text(_RUN)
    command = [sys.executable, str(script), str(raw), str(warehouse)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as run:
        deadline = time.monotonic() + 60
        family: list[psutil.Process] = []
        while not any("worker import serve" in line for line in lines(family)) and time.monotonic() < deadline:
            time.sleep(0.1)
            family = psutil.Process(run.pid).children(recursive=True)
        run.kill()
    assert len(family) >= 3  # the cluster, its worker, and the process beside that
    assert psutil.wait_procs(family, timeout=30)[1] == []


def lines(family: Iterable[psutil.Process]) -> list[str]:
    found = []
    for process in family:
        try:
            found.append(" ".join(process.cmdline()))
        except psutil.NoSuchProcess:
            continue
    return found


def processes() -> set[int]:
    """Return the processes that this one has started, and theirs."""
    return {process.pid for process in psutil.Process().children(recursive=True)}


def test_a_scheduler_that_does_not_answer_is_said(run: Ingest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.engines.dask._CONNECT_SECONDS", 1)
    with pytest.raises(UsageProblem, match="No Dask scheduler answers at tcp:"):
        run(engine="dask", dask="tcp://127.0.0.1:9")


@pytest.mark.parametrize("changed", ["raw", "tries", "versions"])
def test_a_worker_that_lacks_what_the_run_needs_is_said(
    changed: str, run: Ingest, warehouse: Path, cluster: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from flows.engines import dask_worker

    really_of = dask_worker.Site.of
    other: Any = ("qawl 0",) if changed == "versions" else "/nowhere"
    monkeypatch.setattr("flows.engines.dask.Site.of", lambda *folders: replace(really_of(*folders), **{changed: other}))
    what = "has qawl .*, and this run qawl 0: install the same" if changed == "versions" else "does not see .*/nowhere"
    with pytest.raises(UsageProblem, match=rf"^The Dask worker tcp://127.0.0.1:\d+ {what}"):
        run(engine="dask", dask=cluster)
    assert not (warehouse / "current").exists()


def test_a_missing_raw_mount_is_noticed(tmp_path: Path) -> None:
    from flows.engines.dask_worker import Site, trouble_with

    raw, tries = tmp_path / "raw", tmp_path / "tries"
    raw.mkdir()
    tries.mkdir()
    (raw / "a.txt").touch()
    site = Site.of(tries, raw)
    assert trouble_with(site) == ""
    (raw / "a.txt").unlink()  # as where nothing is mounted: the folder is there
    assert trouble_with(site).startswith(f"does not see what is in {raw}")


def test_dask_that_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.engines.choice.find_spec", lambda _: None)
    with pytest.raises(UsageProblem, match=r"install qawl\[dask\]"):
        choose_engine(Settings(engine=EngineName.DASK), Path(), Path())


class _Counting:
    """An engine that counts how many jobs are read before the outcome of the first ones is known."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.ahead = 0

    def run(self, jobs: Iterable[Job]) -> Iterator[Extracted]:
        """Run all jobs."""
        read = 0

        def counted() -> Iterator[Job]:
            nonlocal read
            for job in jobs:
                read += 1
                yield job

        for done, outcome in enumerate(self._engine.run(counted())):
            self.ahead = max(self.ahead, read - done)
            yield outcome


@pytest.mark.usefixtures("wild")
@pytest.mark.parametrize("engine", ["local", "processes", "dask"])
def test_jobs_are_read_as_they_can_be_begun(
    engine: str, run: Ingest, raw: Path, cluster: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(raw)
    counting: list[_Counting] = []

    def choose(*arguments: Any) -> _Counting:  # noqa: ANN401 - passed on
        counting.append(_Counting(choose_engine(*arguments)))
        return counting[-1]

    monkeypatch.setattr(flows.pipeline, "choose_engine", choose)
    run(engine=engine, workers=2, dask=cluster, batch_documents=3)
    assert 0 < counting[0].ahead <= 6  # two workers, one or two jobs for each, and what came in while we counted


def test_the_cores_are_those_that_the_control_group_pays_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.engines.cores._GROUPS", tmp_path)
    monkeypatch.setattr("flows.engines.cores._OWN_GROUP", tmp_path / "own")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)))
    assert available_cores() == 8
    (tmp_path / "own").write_text("0::/box\n")
    (tmp_path / "box").mkdir()
    (tmp_path / "cpu.max").write_text("max 100000\n")
    assert available_cores() == 8
    (tmp_path / "box" / "cpu.max").write_text("250000 100000\n")
    assert available_cores() == 3


def test_a_scheduler_that_goes_away_ends_the_run(
    run: Ingest, raw: Path, monkeypatch: pytest.MonkeyPatch, obedient: str
) -> None:
    (raw / "asleep.txt").write_text("قال سامر: asleep.")
    monkeypatch.setenv("PYTHONPATH", obedient)
    monkeypatch.setattr("flows.engines.dask._LOOK_SECONDS", 1)
    monkeypatch.setattr("flows.engines.dask._WORKER_SECONDS", 1)

    def kill_cluster() -> None:
        for child in psutil.Process().children():
            if "dask_cluster import serve" in " ".join(child.cmdline()):
                time.sleep(1)
                child.kill()
                return
        timer(kill_cluster)

    def timer(do: Any) -> None:  # noqa: ANN401 - a function
        import threading

        threading.Timer(0.5, do).start()

    timer(kill_cluster)
    with pytest.raises(RunFailed, match="Nothing was published, since"):
        run(engine="dask", workers=1)
