"""Warehouses at an address: what is published, by whom, and what is left, on an S3 server of this process."""

from __future__ import annotations

import logging
import shutil
import threading
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import flows.extract
import flows.validation
from flows.audit import audit
from flows.errors import RunFailed, UsageProblem
from flows.objects import Objects, _client
from flows.pipeline import Pipeline
from flows.places import readable, troubles, writable
from flows.receipt import Receipt
from flows.selection import Selection
from flows.settings import Settings
from flows.store import Warehouse, open_release
from tests.flows.buckets import Server, counting, documents, names, read_address
from tests.flows.conftest import Ingest, Unchecked
from tests.flows.plain import LAYLA, SAMER, split_simply
from tests.flows.tables import by_uri, read_all, rows_without_clock, rows_without_runs

PLACE = "s3://qawl-test/news/warehouse"


class Machine:
    """A machine with a working copy of its own."""

    def __init__(self, raw: Path, cache: Path, place: str = PLACE) -> None:
        self.raw, self.cache, self.place = raw, cache, place

    @property
    def copy(self) -> Path:
        """The working copy."""
        return writable(self.place, str(self.cache))[0].root

    def pipeline(self, **told: Any) -> Pipeline:  # noqa: ANN401 - as many types as settings
        warehouse, origin = writable(self.place, str(self.cache))
        usual: dict[str, Any] = {"engine": "local", "keep_seconds": 0, "max_articles_lost": 1}
        settings = Settings(**(usual | told))
        return Pipeline(warehouse, settings, logging.getLogger("test"), origin=origin)

    def run(self, **told: Any) -> Receipt:  # noqa: ANN401 - as above
        return self.pipeline(**told).ingest(self.raw, Selection())


@pytest.fixture
def machine(raw: Path, tmp_path: Path, s3: Server, monkeypatch: pytest.MonkeyPatch) -> Machine:
    del s3
    monkeypatch.setattr(flows.extract, "split", split_simply)
    monkeypatch.setattr(flows.validation, "Validation", Unchecked)
    return Machine(raw, tmp_path / "cache")


@pytest.fixture
def other(machine: Machine, tmp_path: Path) -> Machine:
    """Another machine, which sees the same raw folder."""
    return Machine(machine.raw, tmp_path / "other cache")


def run_ids() -> list[str]:
    return Objects.at(PLACE).folders("releases/")


def test_two_incremental_runs_publish_the_rows_of_a_local_warehouse(
    machine: Machine, run: Ingest, warehouse: Path
) -> None:
    machine.run()
    run()
    assert rows_without_clock(read_address(PLACE)) == rows_without_clock(read_all(warehouse))
    for name in ("new.txt", "b.txt"):
        (machine.raw / name).write_text("قال سامر: خبر جديد.")
    there, here = machine.run(), run(max_articles_lost=1)
    assert rows_without_clock(read_address(PLACE)) == rows_without_clock(read_all(warehouse))
    assert (there.rows, there.documents_new, there.documents_changed) == (here.rows, 1, 1)
    assert there.release == str(open_release(PLACE)) == f"{PLACE}/releases/{there.run_id}"


def test_a_release_is_whole_below_its_own_prefix_and_what_has_not_changed_is_copied(
    machine: Machine, s3: Server
) -> None:
    first = machine.run()
    (machine.raw / "new.txt").write_text("قال سامر: خبر جديد.")
    with counting(s3) as requests:
        second = machine.run()
    below = f"releases/{second.run_id}/"
    parts = [name for name in names(PLACE) if name.startswith(below) and name.endswith(".parquet")]
    assert requests["COPY"] == sum(first.run_id in name for name in parts) > 0
    assert second.rows["articles"] == len(pd.read_parquet(f"{PLACE}/{below}articles")) == 4
    assert len(pd.read_parquet(f"{PLACE}/releases/{first.run_id}/articles")) == 3


def test_the_working_copy_may_be_lost_damaged_or_old(machine: Machine, other: Machine) -> None:
    machine.run()
    shutil.rmtree(machine.cache)
    (machine.raw / "new.txt").write_text("قال سامر: خبر جديد.")
    assert machine.run().documents_new == 1
    for part in (machine.copy / "current" / "articles").iterdir():
        part.chmod(0o644)
        part.write_bytes(part.read_bytes()[::-1])  # the same size
    (machine.raw / "other.txt").write_text("قال ليلى: خبر آخر.")
    assert other.run().documents_new == 1
    (machine.copy / "current" / "articles" / "extra.parquet").write_bytes(b"")
    (machine.raw / "last.txt").write_text("قال ليلى: خبر أخير.")
    receipt = machine.run()
    assert (receipt.documents_new, receipt.documents_unchanged) == (1, 6)
    assert len(read_address(PLACE)["articles"]) == 6
    assert list(audit(Warehouse(machine.copy), machine.copy / "current")) == []


def test_a_damaged_part_of_the_published_release_stays_the_same_size_and_is_mended_from_what_is_there(
    machine: Machine,
) -> None:
    machine.run()
    for part in (machine.copy / "current" / "articles").iterdir():
        part.chmod(0o644)
        content = part.read_bytes()
        part.write_bytes(content[::-1])
        machine.run()
        assert (machine.copy / "current" / "articles" / part.name).read_bytes() == content


def test_of_two_writers_one_publishes_and_the_other_says_so_and_goes_on(
    machine: Machine, other: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.run()
    (machine.raw / "new.txt").write_text("قال سامر: خبر جديد.")
    pipeline = machine.pipeline()
    push, faster = pipeline.origin.push, []

    def late(*given: Any, **told: Any) -> None:  # noqa: ANN401 - handed on
        faster.append(other.run().run_id)
        push(*given, **told)

    monkeypatch.setattr(pipeline.origin, "push", late)
    with pytest.raises(RunFailed, match=r"Nothing was published: another run has published .* Run again"):
        pipeline.ingest(machine.raw, Selection())
    assert open_release(PLACE).name == faster[0]
    assert set(run_ids()) <= set(read_address(PLACE)["runs"]["run_id"])
    receipt = machine.run()
    assert (receipt.documents_new, receipt.rows["runs"]) == (0, 3)
    assert not any(machine.copy.glob("staging/*"))


def test_of_two_first_runs_at_once_one_publishes(machine: Machine, other: Machine) -> None:
    said: list[object] = []

    def publish(where: Machine) -> None:
        try:
            said.append(where.run().run_id)
        except RunFailed as failure:
            said.append(failure)

    threads = [threading.Thread(target=publish, args=(where,)) for where in (machine, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    published = [run_id for run_id in said if isinstance(run_id, str)]
    assert open_release(PLACE).name in published
    assert len(read_address(PLACE)["runs"]) == len(published)
    assert len(read_address(PLACE)["articles"]) == 3


def test_what_others_have_left_is_removed_once_they_can_not_publish_any_more(machine: Machine) -> None:
    machine.run()
    objects = Objects.at(PLACE)
    dead = "20200101T000000Z-00dead"
    objects.put(f"releases/{dead}/articles/part.parquet", b"half")
    objects.put(f"reports/{dead}/validation.json", b"{}")
    assert [dead in trouble for trouble in troubles(PLACE)] == [True]
    machine.run()
    assert not any(dead in name for name in names(PLACE))
    assert list(troubles(PLACE)) == []


def test_an_upload_that_begins_after_the_listing_is_left_alone(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.run()
    pipeline = machine.pipeline()
    remote = pipeline.origin
    young = "20990101T000000Z-000000"
    clean = remote.clean

    def beginning() -> list[str]:
        Objects.at(PLACE).put(f"releases/{young}/articles/part.parquet", b"half")
        return clean()

    monkeypatch.setattr(remote, "clean", beginning)
    pipeline.ingest(machine.raw, Selection())
    assert young in run_ids()


def test_releases_and_reports_stay_as_long_as_the_settings_say(machine: Machine) -> None:
    made = [machine.run(keep_releases=2, keep_reports=3).run_id for _ in range(3)]
    assert run_ids() == made[1:]
    (machine.raw / "new.txt").write_text("قال سامر: خبر جديد.")
    made += [machine.run(keep_releases=2, keep_seconds=300).run_id for _ in range(2)]
    assert run_ids() == made[1:]
    assert set(machine.pipeline().prune(1)) >= set(made[1:-1])
    assert run_ids() == made[-1:]
    machine.run()
    assert len(read_address(PLACE)["runs"]) == 6


def test_a_forgotten_article_is_out_of_every_object(machine: Machine, other: Machine) -> None:
    machine.run()
    (machine.raw / "new.txt").write_text("قال سامر: خبر جديد.")
    machine.run(keep_releases=9)
    owner = by_uri(read_address(PLACE), "article_id")["a.txt"]
    other.pipeline(keep_releases=9, keep_seconds=300).forget("a.txt")
    assert run_ids() == [open_release(PLACE).name]
    for name, frame in read_address(PLACE).items():
        assert name == "rejects" or "article_id" not in frame or owner not in set(frame["article_id"])
    assert machine.run().documents_new == 0
    assert not any("وصل القطار" in str(pd.read_parquet(path)) for path in machine.copy.rglob("articles/*.parquet"))
    assert "a.txt" not in by_uri(read_address(PLACE), "article_id")


def test_a_takedown_from_a_bucket_that_keeps_versions_says_so(machine: Machine) -> None:
    _client().put_bucket_versioning(Bucket="qawl-test", VersioningConfiguration={"Status": "Enabled"})
    machine.run()
    with pytest.raises(RunFailed, match="keeps old versions"):
        machine.pipeline().forget("a.txt")
    assert "a.txt" not in by_uri(read_address(PLACE), "article_id")


def test_a_takedown_whose_removal_fails_says_so_and_the_next_run_ends_it(machine: Machine, s3: Server) -> None:
    machine.run()
    s3.refuse = lambda method, _: "403 AccessDenied" if method == "POST" else None
    with pytest.raises(RunFailed, match=f"{PLACE}/releases still holds it"):
        machine.pipeline().forget("a.txt")
    assert len(run_ids()) == 2
    s3.refuse = lambda *_: None
    machine.run(keep_releases=9)
    assert len(run_ids()) == 2
    assert "a.txt" not in by_uri(read_address(PLACE), "article_id")
    for run_id in run_ids():
        assert len(pd.read_parquet(f"{PLACE}/releases/{run_id}/articles")) == 2


def test_a_lost_answer_to_the_publication_is_found_out(machine: Machine, s3: Server) -> None:
    machine.run()
    s3.lose_answers = lambda method, path: (
        "500 InternalError" if method == "PUT" and path.endswith("/current.json") else None
    )
    (machine.raw / "new.txt").write_text("قال سامر: خبر جديد.")
    assert machine.run().documents_new == 1
    assert len(read_address(PLACE)["articles"]) == 4


def test_a_publication_that_can_not_be_known_is_said_to_be_so(machine: Machine, s3: Server) -> None:
    machine.run()
    before = rows_without_runs(read_address(PLACE))
    s3.refuse = lambda method, path: "503 SlowDown" if method == "PUT" and path.endswith("/current.json") else None
    with pytest.raises(RunFailed, match="is not known"):
        machine.run()
    s3.refuse = lambda *_: None
    assert rows_without_runs(read_address(PLACE)) == before
    assert machine.run().rows["runs"] == 2
    assert len(run_ids()) == 2


def test_a_store_that_ignores_conditions_is_refused(machine: Machine, s3: Server) -> None:
    s3.forget_conditions = True
    with pytest.raises(UsageProblem, match="ignores If-Match"):
        machine.run()
    assert names(PLACE) == []


def test_a_lost_pointer_is_restored_to_the_newest_whole_release(machine: Machine) -> None:
    machine.run()
    newest = machine.run().run_id
    Objects.at(PLACE).put("releases/20990101T000000Z-000000/articles/part.parquet", b"half")
    Objects.at(PLACE).remove(["current.json"])
    with pytest.raises(UsageProblem, match="Nothing has been published"):
        open_release(PLACE)
    assert machine.run().rows["runs"] == 3
    assert set(read_address(PLACE)["runs"]["run_id"]) >= {newest}


def test_a_pointer_that_is_none_is_named(machine: Machine) -> None:
    machine.run()
    Objects.at(PLACE).put("current.json", b"[]")
    with pytest.raises(UsageProblem, match="is no pointer to a release"):
        machine.run()


def test_an_emptied_warehouse_begins_anew_whatever_the_working_copy_holds(machine: Machine) -> None:
    machine.run()
    Objects.at(PLACE).remove(names(PLACE))
    receipt = machine.run()
    assert (receipt.documents_new, receipt.rows["runs"]) == (4, 1)


def test_an_object_that_was_lost_is_named_unless_the_working_copy_has_it(machine: Machine, other: Machine) -> None:
    machine.run()
    (machine.raw / "new.txt").write_text("قال سامر: خبر جديد.")
    (part,) = (name for name in names(PLACE) if "/articles/" in name)
    Objects.at(PLACE).remove([part])
    with pytest.raises(UsageProblem, match=rf"is damaged: .*{part.rpartition('/')[2]}"):
        other.run()
    assert machine.run().documents_new == 1
    assert len(read_address(PLACE)["articles"]) == 4


def test_a_look_takes_no_lock_leaves_nothing_and_a_check_sees_every_byte(machine: Machine, tmp_path: Path) -> None:
    receipt = machine.run()
    with readable(PLACE, str(tmp_path / "elsewhere")) as release:
        assert release.name == receipt.run_id
        assert len(pd.read_parquet(release / "articles")) == 3
    assert not release.exists()
    (part,) = (name for name in names(PLACE) if "/quotes/" in name)
    content, _ = Objects.at(PLACE).get(part)
    Objects.at(PLACE).put(part, content[::-1])
    Objects.at(PLACE).put(f"{part}.parquet", content)
    with readable(PLACE, str(machine.cache), every_byte=True) as release:
        found = list(audit(Warehouse(release.parent.parent), release))
    assert any("has other bytes than the manifest says" in trouble for trouble in found)
    assert ["does not belong there" in trouble for trouble in troubles(PLACE)] == [True]


def test_stamps_go_with_the_release_so_that_another_machine_reads_no_object_again(
    machine: Machine, other: Machine, s3: Server
) -> None:
    raw = "s3://qawl-test/raw"
    documents(raw, {"a.txt": SAMER, "nahda/b.txt": LAYLA})
    s3_machine, s3_other = Machine(machine.raw, machine.cache), Machine(other.raw, other.cache)
    for where in (s3_machine, s3_other):
        where.pipeline().ingest(raw, Selection())
    documents(raw, {"c.txt": LAYLA})
    reads: list[str] = []
    s3.refuse = lambda method, path: reads.append(path) if method == "GET" and "/raw/" in path else None
    receipt = s3_other.pipeline().ingest(raw, Selection())
    assert (receipt.documents_new, receipt.documents_unchanged) == (1, 2)
    assert {path.rpartition("/")[2] for path in reads} <= {"a.txt", "b.txt", "c.txt"}


def test_compaction_of_a_warehouse_at_an_address(machine: Machine) -> None:
    machine.run(batch_documents=1)
    before = read_address(PLACE)
    assert machine.pipeline().compact() is not None
    assert rows_without_clock(read_address(PLACE)) == rows_without_clock(before)
    assert len([name for name in names(f"{PLACE}/releases/{open_release(PLACE).name}") if "articles/" in name]) == 1
