"""Documents that run wild in a worker: each costs itself, and the batch goes on."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.errors import RunFailed
from flows.extract import DocumentFailed
from tests.flows.conftest import Ingest
from tests.flows.tables import accounted, read_all, rows_without_clock


@pytest.mark.usefixtures("wild")
def test_a_document_that_runs_wild_is_a_reject_and_the_others_are_articles(
    run: Ingest, raw: Path, warehouse: Path
) -> None:
    for word in ("slow", "asleep", "greedy", "deadly", "unlucky"):
        (raw / f"{word}.txt").write_text(f"قال سامر: {word}.")
    receipt = run(workers=1, max_seconds=1, max_memory=2**29)
    rejects = read_all(warehouse)["rejects"].query("stage == 'split'").set_index("source_uri")["reason"].to_dict()
    assert rejects == {
        "slow.txt": "too_slow",
        "asleep.txt": "too_slow",
        "greedy.txt": "too_much_memory",
        "deadly.txt": "kills_workers",
    }
    assert (receipt.rows["articles"], accounted(read_all(warehouse))) == (4, 9)
    started = time.monotonic()
    assert run(workers=1, max_seconds=1, max_memory=2**29).documents_unchanged == 9  # they are not tried every time
    assert time.monotonic() - started < 60


@pytest.mark.usefixtures("wild")
def test_documents_that_only_together_need_too_much_memory_are_all_articles(
    run: Ingest, raw: Path, warehouse: Path
) -> None:
    for number in range(9):
        (raw / f"bulky{number}.txt").write_text(f"قال سامر: bulky {number}.")
    (raw / "greedy.txt").write_text("قال سامر: greedy.")
    receipt = run(workers=1, max_memory=2**30)
    assert receipt.rows["articles"] == 12
    assert receipt.rejects_by_reason == {"empty": 1, "too_much_memory": 1}
    assert accounted(read_all(warehouse)) == 14


@pytest.mark.usefixtures("wild")
def test_a_document_whose_reading_hangs_is_unreadable(run: Ingest, raw: Path, warehouse: Path) -> None:
    (raw / "hanging.txt").write_text("قال سامر: نعم.")
    assert run(workers=1, max_seconds=1).rejects_by_reason == {"empty": 1, "unreadable": 1}
    assert accounted(read_all(warehouse)) == 5


@pytest.mark.usefixtures("wild")
def test_a_fault_outside_of_any_document_fails_the_run_at_once(run: Ingest, warehouse: Path) -> None:
    Path("broken").touch()
    with pytest.raises(RunFailed, match=r"a fault: ValueError at sitecustomize\.py:\d+\.$"):
        run(workers=1)
    assert not (warehouse / "current").exists()


@pytest.mark.usefixtures("wild")
def test_nothing_that_lies_in_the_current_folder_is_imported(
    run: Ingest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "articles"
    (folder / "flows").mkdir(parents=True)
    for name in ("ctypes.py", "signal.py", "flows/__init__.py"):
        (folder / name).write_text("raise SystemExit(f'{__file__} was run')")
    monkeypatch.chdir(folder)
    assert run(workers=1).documents_new == 4


@pytest.mark.usefixtures("wild")
def test_several_workers_give_the_rows_of_one_process(run: Ingest, raw: Path, warehouse: Path) -> None:
    for number in range(20):
        (raw / f"{number}.txt").write_text(f"قال سامر: الخبر {number}.")
    run(workers=2, batch_documents=3)
    alone = warehouse.with_name("alone")
    run(into=alone)
    assert rows_without_clock(read_all(warehouse)) == rows_without_clock(read_all(alone))


@pytest.mark.usefixtures("wild")
def test_a_fault_of_the_transforms_in_a_worker_fails_the_run_without_the_articles_words(
    run: Ingest, raw: Path, warehouse: Path
) -> None:
    (raw / "c.txt").write_text("faulty secret")
    with pytest.raises(DocumentFailed, match=r"KeyError at sitecustomize\.py:\d+, at the document c\.txt\.") as failure:
        run(workers=1)
    assert "secret" not in str(failure.value)
    assert not (warehouse / "current").exists()


def test_workers_that_can_not_even_start_end_the_run(
    run: Ingest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text("import os; os._exit(1)")
    monkeypatch.setenv("PYTHONPATH", str(folder))
    with pytest.raises(RunFailed, match="workers die as soon as they start"):
        run(workers=2)


_PARENT = """
import sys
from flows.engines import Limits
from flows.engines.worker import Worker
worker = Worker(Limits(60, 2**30, 0))
print(worker._process.pid, flush=True)
sys.stdin.read()
"""


def test_a_worker_ends_with_its_parent() -> None:
    parent = subprocess.Popen([sys.executable, "-c", _PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    worker = int(parent.stdout.readline())
    deadline = time.monotonic() + 30
    while b"serve" not in Path(f"/proc/{worker}/cmdline").read_bytes() and time.monotonic() < deadline:
        time.sleep(0.01)
    parent.send_signal(signal.SIGKILL)
    parent.communicate()
    while _lives(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _lives(worker)


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
