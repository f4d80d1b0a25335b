from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.arrow import Columns, schema_of, table_of
from flows.errors import UsageProblem
from flows.ledger import Ledger
from flows.lock import writer_lock
from flows.parts import _row_groups, parts_of, write_part, write_pieces, write_table
from flows.release import (
    BATCH_TABLES,
    Changes,
    add_run,
    carry_over,
    part_name,
    require_schema,
    rewrite,
    rows_in,
    seal,
)
from flows.settings import Settings
from flows.store import (
    KEPT_MARK,
    MANIFEST,
    Retention,
    Warehouse,
    open_release,
    prepare,
    prune,
    publish,
    recover,
    staging,
    writing,
)
from transforms.contract import PARAGRAPHS, RUNS, TABLES
from transforms.rows import article_id

SETTINGS = Settings()
OLD, NEW, NEXT = "20260101T000000Z-00000a", "20260102T000000Z-00000b", "20260103T000000Z-00000c"


def release(place: Warehouse, run_id: str, batch: dict[str, Columns] | None = None) -> Path:
    """Publish a release with the rows of ``batch`` and no others."""
    staged = place.staging / run_id
    staged.mkdir()
    for table in BATCH_TABLES if batch else ():
        columns = (batch or {})[table.name]
        if columns["article_id"]:
            write_part(staged / table.name / part_name(run_id, 0), columns, table, 1000)
    when = pd.Timestamp("2026-01-01", tz="UTC").to_pydatetime()
    add_run(place.release(), staged, (run_id, when, when, "published", "run", "1", *[0] * 15, "{}", "{}"), SETTINGS)
    seal(staged, place.release(), SETTINGS)
    return publish(place, staged)


@pytest.fixture
def place(warehouse: Path) -> Warehouse:
    found = Warehouse(warehouse)
    prepare(found)
    return found


def test_every_table_can_be_read_as_a_folder_even_without_a_row(place: Warehouse, batch: dict[str, Columns]) -> None:
    release(place, OLD, batch)
    for table in TABLES:
        frame = pd.read_parquet(place.root / table.name)
        assert list(frame.columns) == [column.name for column in table.columns]
        assert not any(isinstance(kind, pd.CategoricalDtype) for kind in frame.dtypes)
    assert len(pd.read_parquet(place.root / "quotes")) == 3
    assert len(pd.read_parquet(place.root / "rejects")) == 0
    assert open_release(place.root) == (place.releases / OLD).resolve()


def test_table_folders_hold_nothing_but_parts_of_the_contract_and_the_manifest_lists_them(
    place: Warehouse, batch: dict[str, Columns]
) -> None:
    path = release(place, OLD, batch)
    manifest = json.loads((path / "manifest.json").read_text())["tables"]
    for table in TABLES:
        files = sorted((path / table.name).iterdir())
        assert [file.suffix for file in files] == [".parquet"] * len(files)
        for file, listed in zip(files, manifest[table.name], strict=True):
            assert listed == {
                "name": file.name,
                "rows": pq.read_metadata(file).num_rows,
                "bytes": file.stat().st_size,
                "sha256": sha256(file.read_bytes()).hexdigest(),
            }
            assert pq.read_schema(file).equals(schema_of(table), check_metadata=True)


def test_parts_are_packed_as_promised(place: Warehouse, batch: dict[str, Columns]) -> None:
    path = place.root / "part.parquet"
    repeated = {name: list(values) * 1000 for name, values in batch["paragraphs"].items()}
    assert write_part(path, repeated, PARAGRAPHS, 2000) == 5000
    metadata = pq.read_metadata(path)
    assert [metadata.row_group(n).num_rows for n in range(metadata.num_row_groups)] == [2000, 2000, 1000]
    columns = {metadata.row_group(0).column(n).path_in_schema: metadata.row_group(0).column(n) for n in range(8)}
    assert all(column.compression == "ZSTD" and column.statistics is not None for column in columns.values())
    assert "RLE_DICTIONARY" in columns["role"].encodings
    assert "RLE_DICTIONARY" not in columns["text"].encodings
    with pytest.raises(FileExistsError):
        write_part(path, repeated, PARAGRAPHS, 2000)


def test_pieces_give_the_file_of_the_whole_and_row_groups_are_held_one_at_a_time(
    place: Warehouse, batch: dict[str, Columns]
) -> None:
    data = table_of(batch["paragraphs"], PARAGRAPHS)
    read: list[int] = []

    def pieces() -> Iterator[pa.Table]:
        for number in range(700):
            read.append(number)
            yield data.slice(0, number % 6)

    write_table(place.root / "whole.parquet", pa.concat_tables(pieces()), PARAGRAPHS, 100)
    read.clear()
    waiting = _row_groups(pieces(), 100)
    assert len(next(waiting)) == 100
    assert len(read) < 60
    write_pieces(place.root / "pieces.parquet", pieces(), PARAGRAPHS, 100)
    assert (place.root / "pieces.parquet").read_bytes() == (place.root / "whole.parquet").read_bytes()
    write_pieces(place.root / "none.parquet", [data.slice(0, 0)], PARAGRAPHS, 100)
    assert not (place.root / "none.parquet").exists()


def test_a_changed_document_costs_its_parts_a_copy_and_the_others_a_link(
    place: Warehouse, batch: dict[str, Columns]
) -> None:
    before = release(place, OLD, batch)
    gone = {article_id("b.txt")}
    assert Ledger(before).parts_with(gone) == {part_name(OLD, 0)}
    staged = place.staging / NEW
    staged.mkdir()
    rewrite(before, staged, ({part_name(OLD, 0)}, part_name(NEW, 0)), Changes(gone, {}, store_text=True), 1000)
    seal(staged, before, SETTINGS)
    assert rows_in(staged) == {"articles": 1, "paragraphs": 3, "quotes": 2, "speakers": 1, "rejects": 0, "runs": 0}
    assert pq.read_schema(staged / "quotes" / part_name(NEW, 0)).equals(
        pq.read_schema(before / "quotes" / part_name(OLD, 0)), check_metadata=True
    )
    assert len(pd.read_parquet(before / "quotes")) == 3

    linked = place.staging / NEXT
    linked.mkdir()
    carry_over(before, linked, {part_name(OLD, 0)})
    assert (linked / "quotes" / part_name(OLD, 0)).samefile(before / "quotes" / part_name(OLD, 0))


def test_a_part_that_is_not_of_the_contract_is_never_sealed(place: Warehouse, batch: dict[str, Columns]) -> None:
    with staging(place, OLD) as staged:
        lax = {**batch["paragraphs"], "role": [None] * 5}
        write_part(staged / "paragraphs" / part_name(OLD, 0), lax, PARAGRAPHS, 1000)
        with pytest.raises(ValueError, match="not of the contract's schema"):
            seal(staged, None, SETTINGS)
    assert not staged.exists()


def test_tables_of_another_schema_version_are_not_added_to(
    place: Warehouse, batch: dict[str, Columns], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = release(place, OLD, batch)
    require_schema(path)
    monkeypatch.setattr("flows.release.SCHEMA_VERSION", 2)
    with pytest.raises(UsageProblem, match="schema version 3, this Qawl writes 2 and carries on those from 2 on"):
        require_schema(path)


def test_recovery_removes_what_dead_runs_left_and_nothing_else(place: Warehouse) -> None:
    release(place, OLD)
    for litter in (place.staging / NEW, place.releases / NEXT, place.reports / NEXT):
        (litter / "quotes").mkdir(parents=True)
    (place.root / f".current-{NEW}").symlink_to("nowhere")
    kept = place.staging / NEXT
    kept.mkdir()
    (kept / KEPT_MARK).touch()
    for own in (place.releases / "notes", place.reports / "mine.txt", place.staging / "scratch"):
        own.touch()
    (place.reports / OLD).mkdir()
    assert recover(place) == sorted([f".current-{NEW}", NEW, NEXT, NEXT])
    assert sorted(path.name for path in place.releases.iterdir()) == [OLD, "notes"]
    assert sorted(path.name for path in place.reports.iterdir()) == [OLD, "mine.txt"]
    assert sorted(path.name for path in place.staging.iterdir()) == [NEXT, "scratch"]
    assert recover(place) == []


def test_without_the_link_the_newest_complete_release_becomes_current(place: Warehouse) -> None:
    release(place, OLD)
    release(place, NEW)
    place.current.unlink()
    assert recover(place) == []
    assert open_release(place.root).name == NEW


def test_a_link_to_a_release_that_is_gone_is_named(place: Warehouse) -> None:
    place.current.symlink_to(Path("releases", OLD))
    with pytest.raises(UsageProblem, match=OLD):
        recover(place)


def test_the_newest_releases_stay_and_the_published_one_whatever_its_name(place: Warehouse) -> None:
    for run_id in (NEW, NEXT, OLD):
        release(place, run_id)
    (place.staging / NEXT).mkdir()
    prune(place, Retention(2, 0, 9))
    assert sorted(path.name for path in place.releases.iterdir()) == [OLD, NEXT]
    assert list(place.staging.iterdir()) == []
    assert set(pd.read_parquet(place.root / RUNS.name)["run_id"]) == {OLD, NEW, NEXT}
    prune(place, Retention(1, 0, 9))
    assert [path.name for path in place.releases.iterdir()] == [OLD]


def test_a_release_stays_a_while_after_the_next_was_published(place: Warehouse) -> None:
    for run_id in (OLD, NEW, NEXT):
        release(place, run_id)
    assert prune(place, Retention(1, 60, 9)) == []
    an_hour_ago = time.time() - 3600
    os.utime(place.releases / NEW / MANIFEST, (an_hour_ago, an_hour_ago))
    assert prune(place, Retention(1, 60, 9)) == [OLD]  # the one that NEW replaced, an hour ago


def test_the_newest_reports_stay(place: Warehouse) -> None:
    release(place, NEXT)
    for run_id in (OLD, NEW, NEXT):
        (place.reports / run_id).mkdir()
    assert prune(place, Retention(1, 0, 2)) == [OLD]


def test_a_second_writer_is_told_who_the_first_is_and_a_dead_one_holds_nothing(place: Warehouse) -> None:
    holder = (
        "import sys, time; from pathlib import Path\n"
        "from flows.lock import writer_lock; from flows.store import Warehouse\n"
        "with writer_lock(Warehouse(Path(sys.argv[1]))): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", holder, str(place.root)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(UsageProblem, match=rf"process {process.pid}, since 20.* UTC"), writer_lock(place):
            pass
        process.kill()
    with writer_lock(place):
        assert str(os.getpid()) in (place.root / ".lock").read_text()


def test_a_run_that_ends_just_before_the_lock_is_taken_is_not_taken_for_killed(
    place: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = place.root / ".lock"
    lock.write_text("other\nprocess 1")
    with writer_lock(place) as died:
        assert died == "other"  # still there when the lock was free: it never came to its end
    lock.write_text("other\nprocess 1")
    take = fcntl.flock

    def end_first(descriptor: int, operation: int) -> None:
        lock.write_text("")
        take(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", end_first)
    with writer_lock(place) as died:
        assert died == ""


@pytest.mark.parametrize("blocked", ["/proc/qawl", "/dev/null/warehouse", "{raw}/a.txt"])
def test_a_warehouse_that_cannot_be_written_is_named(raw: Path, blocked: str) -> None:
    place = Warehouse(Path(blocked.format(raw=raw)))
    with pytest.raises(UsageProblem, match=r"can't be written"), writing(place):
        prepare(place)


def test_a_folder_where_a_link_belongs_is_left_alone_and_named(warehouse: Path) -> None:
    (warehouse / "quotes").mkdir(parents=True)
    with pytest.raises(UsageProblem, match="quotes is in the way"):
        prepare(Warehouse(warehouse))


def test_a_warehouse_without_a_release_says_what_to_do(place: Warehouse) -> None:
    with pytest.raises(UsageProblem, match="qawl run"):
        open_release(place.root)
    assert parts_of(place.root / "quotes") == []
