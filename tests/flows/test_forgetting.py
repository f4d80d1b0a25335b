"""Take-downs: out of every table and kept release, and out of what is to come."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import pytest

from flows.errors import RunFailed, UsageProblem, ValidationFailed
from flows.pipeline import Pipeline
from flows.settings import Settings
from flows.store import Warehouse
from tests.flows.conftest import Ingest
from tests.flows.plain import SAMER
from tests.flows.tables import accounted, by_uri, read_all


@pytest.fixture
def pipeline(warehouse: Path) -> Pipeline:
    return Pipeline(Warehouse(warehouse), Settings(engine="local"), logging.getLogger("test"))


def holds(warehouse: Path, words: str) -> list[Path]:
    """Return the files below a warehouse whose bytes, once unpacked, hold some words."""
    import pyarrow.parquet as pq

    found = []
    for path in warehouse.rglob("*"):
        if path.is_file() and not path.is_symlink():
            text = (
                str(pq.read_table(path).to_pydict())
                if path.suffix == ".parquet"
                else path.read_text("utf-8", "replace")
            )
            found += [path] if words in text else []
    return found


def test_a_forgotten_article_leaves_all_tables_and_kept_releases_and_stays_out(
    run: Ingest, raw: Path, warehouse: Path, pipeline: Pipeline
) -> None:
    run()
    (raw / "new.txt").write_text("خبر آخر.")
    run()
    assert len(holds(warehouse, "وصل القطار")) >= 3
    before = read_all(warehouse)
    takedown, _ = pipeline.forget("a.txt")
    assert takedown.source_uris == ("a.txt",)
    after = read_all(warehouse)
    owner = by_uri(before, "article_id")["a.txt"]
    for name in ("articles", "paragraphs", "quotes", "speakers"):
        assert owner not in set(after[name]["article_id"])
        assert len(after[name]) == (before[name]["article_id"] != owner).sum()
    assert holds(warehouse, "وصل القطار") == []
    assert len(list((warehouse / "releases").iterdir())) == 1
    for content in (SAMER, "قال سامر: نص جديد تماما."):
        (raw / "a.txt").write_text(content)
        receipt = run()
        assert (receipt.documents_new, receipt.documents_changed) == (0, 0)
        assert receipt.rejects_by_reason["forgotten"] == 1
        assert accounted(read_all(warehouse)) == receipt.documents_seen == 5
    (raw / "a.txt").unlink()
    assert run(gone="drop").rejects_by_reason["forgotten"] == 1  # it is remembered that it is to be forgotten


def test_the_same_bytes_under_another_address_go_too_and_stay_out(
    run_checked: Ingest, raw: Path, warehouse: Path, pipeline: Pipeline
) -> None:
    run_checked()
    owner = by_uri(read_all(warehouse), "article_id")["sub/ج.txt"]
    takedown, _ = pipeline.forget(str(owner))
    assert takedown.source_uris == ("sub/ج.txt", "b.txt")
    shutil.copy(raw / "b.txt", raw / "again.txt")
    receipt = run_checked()
    assert receipt.rejects_by_reason == {"copy_of_forgotten": 2, "empty": 1, "forgotten": 1}
    assert set(by_uri(read_all(warehouse), "version")) == {"a.txt"}
    (raw / "b.txt").write_text("قال سامر: نص آخر.")
    assert run_checked().documents_changed == 1  # other bytes: it was only kept out as a copy


def test_what_is_much_alike_is_named_and_left_to_the_operator(run: Ingest, raw: Path, pipeline: Pipeline) -> None:
    (raw / "wire.txt").write_text(f"{SAMER} ")
    run()
    takedown, _ = pipeline.forget("a.txt")
    assert takedown.alike == ("wire.txt",)


def test_a_takedown_can_be_undone(run: Ingest, raw: Path, warehouse: Path, pipeline: Pipeline) -> None:
    shutil.copy(raw / "a.txt", raw / "copy.txt")
    run()
    pipeline.forget("a.txt")
    pipeline.remember("a.txt")
    assert run().rows["articles"] == 4
    assert accounted(read_all(warehouse)) == 5
    with pytest.raises(UsageProblem, match="was not taken down"):
        pipeline.remember("a.txt")


def test_every_command_records_how_many_documents_older_rules_have_read(
    run: Ingest, warehouse: Path, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(batch_documents=1)
    monkeypatch.setattr("flows.steps.TRANSFORM_VERSION", "next")
    pipeline.compact()
    pipeline.forget("a.txt")
    pipeline.remember("a.txt")
    runs = read_all(warehouse)["runs"]
    stale = dict(zip(runs["command"], runs["documents_stale"], strict=True))
    assert stale == {"run": 0, "compact": 4, "forget": 3, "remember": 3}


def test_an_unknown_name_is_told_and_nothing_changes(run: Ingest, warehouse: Path, pipeline: Pipeline) -> None:
    with pytest.raises(UsageProblem, match="Nothing has been published"):
        pipeline.forget("a.txt")
    run()
    with pytest.raises(UsageProblem, match="neither a source URI nor an article_id"):
        pipeline.forget("elsewhere.txt")
    assert len(read_all(warehouse)["runs"]) == 1


def test_a_takedown_that_can_not_remove_everything_says_so_and_the_next_run_does_it(
    run: Ingest, raw: Path, warehouse: Path, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    (raw / "new.txt").write_text("خبر آخر.")
    run()

    def fail(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr("flows.pipeline.prune", fail)
        with pytest.raises(RunFailed, match=r"could not be removed .* still holds it"):
            pipeline.forget("a.txt")
    assert by_uri(read_all(warehouse), "version").keys() == {"b.txt", "new.txt", "sub/ج.txt"}
    assert holds(warehouse, "وصل القطار")
    run()
    assert holds(warehouse, "وصل القطار") == []


def test_what_is_kept_of_a_failed_run_has_no_text_where_the_settings_keep_it_out(
    run_checked: Ingest, raw: Path, warehouse: Path
) -> None:
    run_checked(store_text=False)
    (raw / "b.txt").write_text("نص سري طويل.")
    for name in ("a.txt", "sub/ج.txt"):
        (raw / name).write_text("")
    for _ in range(4):
        with pytest.raises(ValidationFailed):
            run_checked(store_text=False)
    assert len(list((warehouse / "staging").iterdir())) == 2  # of failed runs the last is kept, until the next begins
    assert holds(warehouse, "نص سري طويل") == []
