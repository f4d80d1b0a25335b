"""What a second run does with what has happened to the documents since the first: the promises, row by row."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import feather

import flows.extract
import flows.sources
from flows.errors import RunFailed, UsageProblem, ValidationFailed
from flows.listing import Ref
from flows.receipt import Receipt
from flows.store import open_release
from tests.flows.plain import split_dated, split_simply
from tests.flows.tables import accounted, by_uri, read_all, rows_without_clock, rows_without_runs
from transforms.model import Article, Limits, RawDocument, Reason, Record, Reject, Stage

Ingest = Callable[..., Receipt]


def new_rules(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    for module in ("extract", "steps", "plan"):
        monkeypatch.setattr(f"flows.{module}.TRANSFORM_VERSION", version)


def test_nothing_happened(run: Ingest, warehouse: Path) -> None:
    run()
    before, release = read_all(warehouse), open_release(warehouse)
    receipt = run()
    after = read_all(warehouse)
    assert rows_without_runs(after) == rows_without_runs(before)
    assert list(after["runs"]["run_id"]) == [before["runs"]["run_id"][0], receipt.run_id]
    assert receipt.rules_checked == 0  # nothing new to check: the costly library is not even loaded
    for table in ("articles", "paragraphs", "quotes", "speakers", "rejects"):
        (part,) = (release / table).iterdir()
        assert (open_release(warehouse) / table / part.name).samefile(part)


@pytest.mark.parametrize("modified", [0, 4_000_000_000])
def test_a_new_file_whatever_its_time_is_ingested(run: Ingest, raw: Path, warehouse: Path, modified: int) -> None:
    run()
    (raw / "new.txt").write_text("قال سامر: نعم.")
    os.utime(raw / "new.txt", (modified, modified))
    assert (run().documents_new, len(read_all(warehouse)["articles"])) == (1, 4)


def test_a_touched_file_changes_nothing(run: Ingest, raw: Path, warehouse: Path) -> None:
    run()
    before = rows_without_runs(read_all(warehouse))
    for path in raw.rglob("*.txt"):
        os.utime(path, (4_000_000_000, 4_000_000_000))
    assert run().documents_unchanged == 4
    assert rows_without_runs(read_all(warehouse)) == before


def test_an_edit_that_leaves_size_and_time_as_they_were_is_seen(run: Ingest, raw: Path, warehouse: Path) -> None:
    run()
    status = (raw / "a.txt").stat()
    (raw / "a.txt").write_text((raw / "a.txt").read_text().replace("القطار", "القطاف"))
    os.utime(raw / "a.txt", ns=(status.st_atime_ns, status.st_mtime_ns))
    assert (raw / "a.txt").stat().st_size == status.st_size
    assert run().documents_changed == 1
    assert "وصل القطاف." in set(read_all(warehouse)["quotes"]["text"])


def test_a_document_that_the_file_system_says_is_as_it_was_is_not_read_again(
    run: Ingest, raw: Path, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, reads = flows.sources.read, []

    def counted(ref: Ref, max_bytes: int) -> bytes | Reason:
        reads.append(ref.source_uri)
        return read(ref, max_bytes)

    monkeypatch.setattr("flows.extract.read", counted)
    run()
    (stamps,) = warehouse.glob(".stamps-*")
    reads.clear()
    run()
    assert sorted(reads) == ["a.txt", "b.txt", "sub/empty.txt", "sub/ج.txt"]  # written a moment ago: too young to trust
    monkeypatch.setattr("flows.stamps._YOUNG_NANOSECONDS", -(10**12))
    run()
    before = rows_without_runs(read_all(warehouse))
    reads.clear()
    assert run().documents_unchanged == 4
    assert reads == []
    status = (raw / "a.txt").stat()
    (raw / "a.txt").write_text((raw / "a.txt").read_text())
    os.utime(raw / "a.txt", ns=(status.st_atime_ns, status.st_mtime_ns))
    (raw / "new.txt").write_text("قال سامر: خبر جديد.")
    run()
    assert sorted(reads) == ["a.txt", "new.txt"]
    reads.clear()
    run(trust_stamps=False)
    assert len(reads) == 5
    (stamps,) = warehouse.glob(".stamps-*")
    stamps.write_bytes(b"spoilt")
    reads.clear()
    run()
    assert len(reads) == 5
    (raw / "new.txt").unlink()
    run(gone="drop", max_articles_lost=1)
    assert rows_without_runs(read_all(warehouse)) == before


def test_an_edited_document_has_its_rows_replaced_and_its_history_kept(
    run_checked: Ingest, raw: Path, warehouse: Path
) -> None:
    first = run_checked()
    before = read_all(warehouse)
    (raw / "a.txt").write_text("قال سامر: تغير الخبر.")
    second = run_checked()
    (raw / "a.txt").write_text("قال سامر: تغير مرة أخرى.")
    run_checked()
    after = read_all(warehouse)
    assert by_uri(after, "article_id") == by_uri(before, "article_id")
    assert by_uri(after, "version") == {"a.txt": 3, "b.txt": 1, "sub/ج.txt": 1}
    assert by_uri(after, "first_ingested_at") == by_uri(before, "first_ingested_at")
    assert by_uri(after, "ingested_at")["a.txt"] != by_uri(before, "ingested_at")["a.txt"]
    assert by_uri(after, "run_id")["b.txt"] == first.run_id
    own = after["articles"].set_index("source_uri").loc["a.txt", "article_id"]
    for table in ("paragraphs", "quotes", "speakers"):
        assert (after[table]["article_id"] == own).sum() == 1
    assert second.documents_changed == 1


def test_a_deleted_document_is_kept_unless_the_settings_say_otherwise(
    run_checked: Ingest, raw: Path, warehouse: Path
) -> None:
    run_checked()
    before = rows_without_runs(read_all(warehouse))
    (raw / "a.txt").unlink()
    kept = run_checked()
    assert (kept.documents_gone, kept.rows["articles"]) == (1, 3)
    assert rows_without_runs(read_all(warehouse)) == before
    dropped = run_checked(gone="drop", max_articles_lost=0.5)
    assert (dropped.documents_gone, dropped.rows["articles"]) == (1, 2)
    frames = read_all(warehouse)
    owners = set(frames["articles"]["article_id"])
    assert all(set(frames[name]["article_id"]) <= owners for name in ("paragraphs", "quotes", "speakers"))
    assert run_checked(gone="drop").documents_gone == 0


def test_a_reject_leaves_with_its_document(run: Ingest, raw: Path, warehouse: Path) -> None:
    run()
    (raw / "sub" / "empty.txt").unlink()
    assert run().documents_gone == 0
    assert len(read_all(warehouse)["rejects"]) == 0
    assert accounted(read_all(warehouse)) == 3


def test_a_folder_that_can_not_be_listed_is_a_reject_and_its_articles_stay(
    run: Ingest, raw: Path, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    listed = os.scandir

    def refuse(folder: Any) -> object:  # noqa: ANN401 - as scandir, a path or a descriptor
        if str(folder) == str(raw / "sub"):
            raise PermissionError(13, "Permission denied", str(folder))
        return listed(folder)

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", refuse)
        receipt = run()
    assert receipt.rejects_by_reason == {"unreadable": 1}
    assert list(read_all(warehouse)["rejects"]["source_uri"]) == ["sub/"]
    assert receipt.rows["articles"] == 3
    assert run().rejects_by_reason == {"empty": 1}
    assert accounted(read_all(warehouse)) == 4


def test_a_root_that_is_suddenly_empty_or_shrinks_stops_the_run(run: Ingest, raw: Path, warehouse: Path) -> None:
    run()
    before = rows_without_runs(read_all(warehouse))
    for name in ("a.txt", "b.txt", "sub/ج.txt"):
        (raw / name).rename(raw / f"{name}.away")
    for settings in ({}, {"gone": "drop"}):
        with pytest.raises(RunFailed, match="holds 1 documents, and the run before found 4"):
            run(**settings)
    (raw / "sub" / "empty.txt").unlink()
    with pytest.raises(RunFailed, match=r"holds 0 documents.*QAWL_MAX_SHRINK=1"):
        run()
    assert rows_without_runs(read_all(warehouse)) == before
    assert run(max_shrink=1).documents_gone == 3
    assert len(read_all(warehouse)["articles"]) == 3


@pytest.mark.parametrize("gone", ["keep", "drop"])
def test_a_renamed_document_is_the_same_text_under_a_new_address(
    run: Ingest, raw: Path, warehouse: Path, gone: str
) -> None:
    run()
    before = read_all(warehouse)
    (raw / "a.txt").write_text("قال سامر: تغير الخبر.")
    run()
    (raw / "a.txt").rename(raw / "sub" / "moved.txt")
    receipt = run(gone=gone)
    after = read_all(warehouse)
    assert (receipt.documents_renamed, receipt.documents_new, receipt.documents_gone) == (1, 1, 0)
    assert by_uri(after, "renamed_from") == {"b.txt": None, "sub/moved.txt": "a.txt", "sub/ج.txt": None}
    assert by_uri(after, "version")["sub/moved.txt"] == 2
    assert by_uri(after, "first_ingested_at")["sub/moved.txt"] == by_uri(before, "first_ingested_at")["a.txt"]
    assert accounted(after) == 4
    (raw / "sub" / "moved.txt").write_text("قال سامر: تغير بعد النقل.")
    run(gone=gone)
    again = read_all(warehouse)
    assert (by_uri(again, "version")["sub/moved.txt"], by_uri(again, "renamed_from")["sub/moved.txt"]) == (3, "a.txt")


def test_a_whole_folder_may_be_renamed(run_checked: Ingest, raw: Path, warehouse: Path) -> None:
    run_checked()
    for path in list(raw.rglob("*.txt")):
        target = raw / "all" / path.relative_to(raw)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)
    receipt = run_checked(gone="drop")
    assert receipt.documents_renamed == 3
    assert set(by_uri(read_all(warehouse), "renamed_from").values()) == {"a.txt", "b.txt", "sub/ج.txt"}
    assert accounted(read_all(warehouse)) == 4


def test_the_same_text_under_two_addresses_is_kept_twice_and_the_later_flagged(
    run_checked: Ingest, raw: Path, warehouse: Path
) -> None:
    run_checked()  # b.txt and sub/ج.txt hold the same
    frames = read_all(warehouse)
    ids = by_uri(frames, "article_id")
    assert by_uri(frames, "duplicate_of") == {"a.txt": None, "b.txt": None, "sub/ج.txt": ids["b.txt"]}
    shutil.copy(raw / "a.txt", raw / "0.txt")
    run_checked()
    frames = read_all(warehouse)
    assert by_uri(frames, "duplicate_of")["0.txt"] == ids["a.txt"]
    assert by_uri(frames, "duplicate_kind") == {"0.txt": "exact", "a.txt": None, "b.txt": None, "sub/ج.txt": "exact"}
    # When the original goes, what repeated it is the original.
    (raw / "b.txt").write_text("قال سامر: خبر آخر.")
    run_checked()
    assert by_uri(read_all(warehouse), "duplicate_of")["sub/ج.txt"] is None


def test_a_wire_copy_under_another_header_is_a_near_duplicate(run: Ingest, raw: Path, warehouse: Path) -> None:
    story = " ".join(f"كلمة{n}" for n in range(200))
    (raw / "wire.txt").write_text(f"{story}\nقال سامر: وصل القطار.")
    run()
    (raw / "copy.txt").write_text(f"{story} غير أن\nقال سامر: وصل القطار.")
    (raw / "other.txt").write_text(" ".join(f"لفظ{n}" for n in range(200)))
    run()
    frames = read_all(warehouse)
    assert by_uri(frames, "duplicate_of")["copy.txt"] == by_uri(frames, "article_id")["wire.txt"]
    assert by_uri(frames, "duplicate_kind")["copy.txt"] == "near"
    assert by_uri(frames, "duplicate_of")["other.txt"] is None


def test_a_rejected_document_that_is_mended_becomes_an_article(run: Ingest, raw: Path, warehouse: Path) -> None:
    assert run().documents_rejected == 1
    (raw / "sub" / "empty.txt").write_text("قال سامر: لم يعد فارغا.")
    receipt = run()
    assert (receipt.documents_rejected, receipt.rows["articles"], receipt.rows["rejects"]) == (0, 4, 0)
    (raw / "sub" / "empty.txt").write_text("")
    receipt = run(max_articles_lost=0.5)
    assert (receipt.documents_rejected, receipt.rows["articles"], receipt.rows["rejects"]) == (1, 3, 1)
    assert accounted(read_all(warehouse)) == 4


def test_what_a_limit_refused_is_tried_again_when_the_limit_changes(run: Ingest, raw: Path) -> None:
    (raw / "long.txt").write_text("قال سامر: نعم.\n" * 100)
    assert run(max_paragraphs=1000).documents_rejected == 2
    assert run(max_paragraphs=1000).documents_unchanged == 5
    assert run().documents_changed == 1


def test_new_rules_say_what_is_stale_and_reprocess_reads_it_again_in_slices(
    run: Ingest, raw: Path, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(batch_documents=1)
    before = read_all(warehouse)
    new_rules(monkeypatch, "next")
    (raw / "new.txt").write_text("قال سامر: نعم.")
    receipt = run()
    assert (receipt.documents_stale, receipt.documents_new, receipt.documents_changed) == (4, 1, 0)
    receipt = run(reprocess=True, reprocess_documents=1)
    assert (receipt.documents_stale, receipt.documents_changed, receipt.command) == (0, 4, "reprocess")
    after = read_all(warehouse)
    assert list(after["runs"]["command"]) == ["run", "run", "run", *["reprocess"] * 4]
    assert set(after["articles"]["transform_version"]) == set(after["rejects"]["transform_version"]) == {"next"}
    old = set(by_uri(before, "article_id"))
    for column in ("version", "ingested_at", "first_ingested_at", "duplicate_of"):
        assert {uri: by_uri(after, column)[uri] for uri in old} == by_uri(before, column)
    assert run().documents_unchanged == 5


def test_a_reprocess_that_is_stopped_goes_on_where_it_was(run: Ingest, monkeypatch: pytest.MonkeyPatch) -> None:
    run(batch_documents=1)
    new_rules(monkeypatch, "next")
    splits = []
    split = split_simply

    def counted(document: RawDocument, limits: Limits) -> Article | Reject:
        splits.append(document.source_uri)
        if len(splits) == 3:
            raise KeyboardInterrupt
        return split(document, limits)

    monkeypatch.setattr(flows.extract, "split", counted)
    with pytest.raises(KeyboardInterrupt):
        run(reprocess=True, reprocess_documents=1)
    assert run().documents_stale == 2
    assert run(reprocess=True, reprocess_documents=1).documents_stale == 0
    assert splits[:2] == ["a.txt", "b.txt"]
    assert sorted(splits[2:]) == ["sub/empty.txt", "sub/empty.txt", "sub/ج.txt"]


def test_a_backfill_takes_addresses_that_match(run: Ingest, raw: Path, warehouse: Path) -> None:
    receipt = run(only="sub/*")
    assert (receipt.documents_seen, receipt.documents_new, receipt.documents_skipped) == (4, 2, 2)
    assert set(by_uri(read_all(warehouse), "version")) == {"sub/ج.txt"}
    (raw / "b.txt").unlink()  # it has the bytes of the one below, and would be taken for it
    (raw / "sub" / "ج.txt").unlink()
    receipt = run(only="?.txt", gone="drop")  # what does not match stays, gone or not
    assert (receipt.documents_new, receipt.documents_skipped, receipt.rows["articles"]) == (1, 1, 2)
    assert '"only":"?.txt"' in read_all(warehouse)["runs"]["selection"].iloc[-1]


def test_a_backfill_takes_days_of_publication(run: Ingest, warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flows.extract, "split", split_dated)
    receipt = run(since="2021-09-15", until="2021-09-15")
    assert (receipt.documents_new, receipt.documents_skipped) == (1, 3)
    assert set(by_uri(read_all(warehouse), "version")) == {"b.txt"}
    assert accounted(read_all(warehouse)) == 1
    assert run(since="2021-09-14").documents_new == 1
    receipt = run(max_shrink=1)
    assert (receipt.documents_new, receipt.documents_unchanged) == (2, 2)
    with pytest.raises(UsageProblem, match="no day lies between"):
        run(since="2021-09-15", until="2021-09-14")


def test_many_small_runs_end_in_the_rows_of_one_large_one(run: Ingest, raw: Path, warehouse: Path) -> None:
    documents = {path: path.read_bytes() for path in sorted(raw.rglob("*.txt"))}
    for number in range(30):
        documents[raw / f"{number:02}.txt"] = f"قال سامر: الخبر {number} {number * 7919}.".encode()
    for path in documents:
        path.unlink(missing_ok=True)
    for path, data in documents.items():
        path.write_bytes(data)
        run()
    whole = warehouse.with_name("whole")
    run(into=whole)
    assert rows_without_clock(read_all(warehouse)) == rows_without_clock(read_all(whole))
    # Thirty-four runs of one document each, and no more files than classes of parts times ten.
    assert len(list((open_release(warehouse) / "articles").iterdir())) < 20


def test_parts_of_few_long_documents_are_no_small_ones(run: Ingest, raw: Path, warehouse: Path) -> None:
    for number in range(12):
        (raw / f"{number:02}.txt").write_text(f"قال سامر: الخبر {number} {number * 7919}.")
    parts = warehouse / "articles"
    run(batch_documents=1)
    run(batch_bytes=4)  # a quarter of which every part has
    assert len(list(parts.iterdir())) == 15
    run()
    assert len(list(parts.iterdir())) == 1


def test_text_stays_out_of_the_tables_where_the_settings_say_so(
    run_checked: Ingest, raw: Path, warehouse: Path
) -> None:
    run_checked()
    with_text = read_all(warehouse)
    (raw / "new.txt").write_text("قال ليلى: سطر جديد.")
    run_checked(store_text=False)
    frames = read_all(warehouse)
    assert frames["articles"]["text"].isna().all()
    assert frames["paragraphs"]["text"].isna().all()
    assert len(frames["quotes"]) == len(with_text["quotes"]) + 1
    assert frames["quotes"]["text"].notna().all()
    hashes = by_uri(frames, "text_sha256")
    assert {uri: hashes[uri] for uri in by_uri(with_text, "version")} == by_uri(with_text, "text_sha256")
    (raw / "b.txt").write_text("قال سامر: خبر آخر.")
    assert run_checked(store_text=False).documents_changed == 1
    assert read_all(warehouse)["articles"]["text"].isna().all()


def test_parts_that_lose_their_text_are_checked_though_no_document_has_changed(
    run_checked: Ingest, warehouse: Path
) -> None:
    run_checked()
    receipt = run_checked(store_text=False)
    assert (receipt.documents_unchanged, read_all(warehouse)["articles"]["text"].notna().sum()) == (4, 0)
    assert receipt.rules_checked > 0
    assert run_checked(store_text=False).rules_checked == 0


def test_a_limit_that_changed_in_a_run_over_other_documents_is_not_forgotten(run: Ingest, raw: Path) -> None:
    (raw / "long.txt").write_text("قال سامر: نعم.\n" * 100)
    assert run(max_paragraphs=1000).documents_rejected == 2
    assert run(only="sub/*").documents_skipped == 3
    assert run().documents_changed == 1


def test_a_renamed_document_that_is_refused_costs_no_article(run: Ingest, raw: Path, warehouse: Path) -> None:
    (raw / "long.txt").write_text("قال سامر: نعم.\n" * 100)
    run()
    (raw / "long.txt").rename(raw / "moved.txt")
    receipt = run(max_paragraphs=1000)
    assert (receipt.documents_renamed, receipt.rows["articles"]) == (0, 4)
    assert receipt.rejects_by_reason == {"empty": 1, "too_many_paragraphs": 1}
    assert accounted(read_all(warehouse)) == 6


def test_a_rename_is_seen_only_inside_of_what_the_run_is_asked_for(run: Ingest, raw: Path, warehouse: Path) -> None:
    run()
    (raw / "new").mkdir()
    (raw / "a.txt").rename(raw / "new" / "a.txt")
    receipt = run(only="new/*")
    assert (receipt.documents_renamed, receipt.documents_new, receipt.rows["articles"]) == (0, 1, 4)
    assert (
        by_uri(read_all(warehouse), "duplicate_of")["new/a.txt"] == by_uri(read_all(warehouse), "article_id")["a.txt"]
    )


def test_what_lies_below_a_folder_that_can_not_be_listed_has_not_moved(
    run: Ingest, raw: Path, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (raw / "sub" / "ج.txt").write_text("قال سامر: خبر وحيد.")
    run()
    (raw / "copy.txt").write_text("قال سامر: خبر وحيد.")
    listed = os.scandir

    def refuse(folder: Any) -> object:  # noqa: ANN401 - as scandir, a path or a descriptor
        if str(folder) == str(raw / "sub"):
            raise PermissionError(13, "Permission denied", str(folder))
        return listed(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    assert (run().documents_renamed, len(read_all(warehouse)["articles"])) == (0, 4)


def test_rules_that_refuse_everything_do_not_get_through_slice_by_slice(
    run_checked: Ingest, raw: Path, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        (raw / f"{number}.txt").write_text(f"قال سامر: الخبر {number}.")
    run_checked(batch_documents=1)
    new_rules(monkeypatch, "next")
    refusal = Reject(Record.DOCUMENT, Stage.LAYOUT, Reason.NO_BODY, "nothing")
    monkeypatch.setattr(flows.extract, "split", lambda *_: refusal)
    with pytest.raises(ValidationFailed, match="no more articles are lost than the settings allow"):
        run_checked(reprocess=True, reprocess_documents=1, batch_documents=1)
    assert len(read_all(warehouse)["articles"]) == 8  # of ten; a fifth may be lost


def test_reprocessing_goes_on_past_what_can_not_be_read(
    run: Ingest, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(batch_documents=1)
    new_rules(monkeypatch, "next")
    read = flows.sources.read
    monkeypatch.setattr(
        "flows.extract.read", lambda ref, most: Reason.UNREADABLE if ref.source_uri == "a.txt" else read(ref, most)
    )
    receipt = run(reprocess=True, reprocess_documents=1)
    assert receipt.documents_stale == 1
    runs = len(read_all(warehouse)["runs"])
    monkeypatch.undo()
    assert runs == 6  # a first run, one that finds nothing new, and a slice for each document


def test_a_stamp_file_of_another_version_costs_nothing_but_reading(run: Ingest, warehouse: Path) -> None:
    run()
    (stamps,) = warehouse.glob(".stamps-*")
    with stamps.open("wb") as file:
        feather.write_feather(pa.table({"address": ["a.txt"]}), file)
    assert run().documents_unchanged == 4


def test_a_release_that_lacks_a_file_is_not_gone_on_from(run: Ingest, raw: Path, warehouse: Path) -> None:
    run(batch_documents=1)
    part = min((open_release(warehouse) / "articles").iterdir())
    part.rename(raw / "backup")
    with pytest.raises(UsageProblem, match=rf"is damaged: 1 files .* \(articles/{part.name}\)"):
        run()
    (raw / "backup").rename(part)
    assert run().documents_unchanged == 4


def test_current_can_be_pointed_back_and_the_newer_releases_stay_a_while(
    run: Ingest, raw: Path, warehouse: Path
) -> None:
    first = run()
    (raw / "new.txt").write_text("قال سامر: خبر جديد.")
    second = run()
    (warehouse / "current").unlink()
    (warehouse / "current").symlink_to(Path("releases", first.run_id))
    assert run().documents_new == 1
    assert (warehouse / "releases" / second.run_id).is_dir()
