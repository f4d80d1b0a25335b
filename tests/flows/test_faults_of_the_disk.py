"""A disk that is full, read-only or no longer ours: nothing is published, a sentence says so, the next run is fine."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from flows.errors import UsageProblem
from flows.store import open_release
from tests.flows.conftest import Ingest
from tests.flows.tables import read_all, rows_without_runs
from tests.soak import scenario
from tests.soak.scenario import Place


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of one megabyte; skipped, visibly, where that is not allowed."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no right to mount a small disk: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk(run: Ingest, raw: Path, small_disk: Path) -> None:
    warehouse = small_disk / "warehouse"
    run(into=warehouse)
    before = rows_without_runs(read_all(warehouse))
    for number in range(3):
        (raw / f"large{number}.txt").write_bytes(os.urandom(400_000).hex().encode())
    with pytest.raises(UsageProblem, match="No space left on device"):
        run(into=warehouse, max_paragraphs=10**7)
    assert rows_without_runs(read_all(warehouse)) == before
    assert not list((warehouse / "staging").iterdir())
    for number in range(3):
        (raw / f"large{number}.txt").write_text("خبر قصير.")
    assert run(into=warehouse).documents_new == 3


@pytest.mark.parametrize("locked", ["", "releases", "staging", "reports"])
def test_a_folder_without_the_right_to_write(locked: str) -> None:
    # Not below pytest's folder, which no other user may enter.
    with TemporaryDirectory(prefix="qawl-rights-") as folder:
        place = Place(Path(folder))
        scenario.write_documents(place.raw)
        scenario.run(scenario.ingest, place, checked=False)
        before = rows_without_runs(read_all(place.warehouse))
        (place.raw / "new.txt").write_text("خبر جديد.")
        for path in [place.folder, *place.folder.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o777 if path.is_dir() else 0o666)
        (place.warehouse / locked).chmod(0o555)
        scenario.run(scenario.ingest_without_rights, place, checked=False)
        said = (place.folder / "said").read_text()
        assert "can't be written (Permission denied): nothing was published" in said
        (place.warehouse / locked).chmod(0o777)
        assert rows_without_runs(read_all(place.warehouse)) == before
        scenario.run(scenario.ingest, place, checked=False)
        assert len(read_all(place.warehouse)["articles"]) == 5
        assert not list((place.warehouse / "staging").iterdir())


@pytest.mark.parametrize("lose", [scenario.lose_rights_before_validation, scenario.lose_rights_before_publication])
def test_rights_that_are_lost_in_the_middle_of_a_run(lose: Callable[[Place], None]) -> None:
    with TemporaryDirectory(prefix="qawl-rights-") as folder:
        place = Place(Path(folder))
        place.folder.chmod(0o777)
        scenario.write_documents(place.raw)
        scenario.run(scenario.ingest, place, checked=False)
        before = rows_without_runs(read_all(place.warehouse))
        (place.raw / "new.txt").write_text("خبر جديد.")
        (place.folder / "changes").chmod(0o666)
        scenario.run(lose, place, checked=False)
        said = (place.folder / "said").read_text()
        assert said.startswith(f"The warehouse {place.warehouse} can't be written (")
        assert said.endswith(
            ("(Permission denied): nothing was published.", "(Operation not permitted): nothing was published.")
        )
        assert rows_without_runs(read_all(place.warehouse)) == before
        assert list((place.warehouse / "staging").iterdir())  # it could not even remove what it had begun
        for path in [place.warehouse, *place.warehouse.rglob("*")]:
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o755)
        scenario.run(scenario.ingest, place, checked=False)
        assert len(read_all(place.warehouse)["articles"]) == 5
        assert not list((place.warehouse / "staging").iterdir())


def test_a_disk_that_becomes_read_only(run: Ingest, raw: Path, small_disk: Path) -> None:
    warehouse = small_disk / "warehouse"
    run(into=warehouse)
    (raw / "new.txt").write_text("خبر جديد.")
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(UsageProblem, match="Read-only file system"):
        run(into=warehouse)
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    assert run(into=warehouse).documents_new == 1


def test_what_fails_after_the_publication_does_not_undo_it(
    run: Ingest, warehouse: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("flows.pipeline.prune", fail)
    monkeypatch.setattr("flows.stamps.sync", fail)
    with caplog.at_level("WARNING"):
        receipt = run()
    assert open_release(warehouse).name == receipt.run_id
    said = [record.getMessage() for record in caplog.records if record.name == "test"]
    assert said == [
        "old releases could not be removed; the next run tries again (No space left on device)",
        "the stamps of documents could not be kept; the next run reads all of them (No space left on device)",
    ]
