from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import flows.extract
from flows import sources
from flows.errors import UsageProblem, ValidationFailed
from flows.extract import DocumentFailed
from flows.listing import Ref
from flows.lock import writer_lock
from flows.receipt import Receipt
from flows.store import Warehouse, open_release
from tests.flows.tables import accounted, read_all, rows_without_runs
from transforms.contract import ARTICLES
from transforms.model import Article, Limits, RawDocument, Reject
from transforms.rows import Provenance, Rows, make_rows

Ingest = Callable[..., Receipt]


def break_rows(monkeypatch: pytest.MonkeyPatch, change: Callable[[Rows], None]) -> None:
    """Make the transforms a faulty one, whose rows are changed before they are staged."""

    def faulty(outcome: Article | Reject, provenance: Provenance) -> Rows:
        rows = make_rows(outcome, provenance)
        change(rows)
        return rows

    monkeypatch.setattr(flows.extract, "make_rows", faulty)


def test_a_first_run_publishes_every_document_once(run_checked: Ingest, warehouse: Path) -> None:
    receipt = run_checked()
    frames = read_all(warehouse)
    assert accounted(frames) == receipt.documents_seen == receipt.documents_new == 4
    assert receipt.rows == {name: len(frame) for name, frame in frames.items()}
    assert receipt.rejects_by_reason == {"empty": 1}
    assert (receipt.documents_rejected, receipt.rows_refused) == (1, 0)
    assert receipt.release == str(open_release(warehouse))
    texts: dict[object, str] = dict(zip(frames["articles"]["article_id"], frames["articles"]["text"], strict=True))
    for name in ("paragraphs", "quotes"):
        for owner, text, start, end in frames[name][["article_id", "text", "char_start", "char_end"]].to_numpy():
            assert texts[owner][start:end] == text
    (recorded,) = frames["runs"].to_dict("records")
    assert (recorded["run_id"], recorded["article_rows"], recorded["reject_rows"]) == (receipt.run_id, 3, 1)
    assert recorded["rules_checked"] == receipt.rules_checked > 100
    assert json.loads((warehouse / "reports" / receipt.run_id / "validation.json").read_text())["success"] is True
    assert not list((warehouse / "staging").iterdir())


def test_a_second_run_over_the_same_documents_publishes_the_same_rows(run: Ingest, warehouse: Path) -> None:
    run()
    first, release = read_all(warehouse), open_release(warehouse)
    receipt = run()
    assert rows_without_runs(read_all(warehouse)) == rows_without_runs(first)
    assert (receipt.documents_unchanged, receipt.documents_new, receipt.documents_changed) == (4, 0, 0)
    assert len(read_all(warehouse)["runs"]) == 2
    (part,) = (release / "quotes").iterdir()
    assert (open_release(warehouse) / "quotes" / part.name).samefile(part)


def test_a_changed_document_is_replaced_and_the_others_stay(run: Ingest, raw: Path, warehouse: Path) -> None:
    before_run = run()
    before = read_all(warehouse)
    (raw / "a.txt").write_text("قال ليلى: تغير الخبر.")
    (raw / "sub" / "empty.txt").write_text("قال سامر: لم يعد فارغا.")
    (raw / "new.txt").write_text("خبر جديد.")
    (raw / "b.txt").unlink()
    os.utime(raw / "sub" / "ج.txt")
    receipt = run()
    seen = (receipt.documents_new, receipt.documents_changed, receipt.documents_unchanged, receipt.documents_gone)
    assert seen == (1, 2, 1, 1)
    after = read_all(warehouse)
    assert accounted(after) == 5
    assert len(after["rejects"]) == 0
    assert sorted(after["quotes"]["text"]) == ["أغلق الباب.", "أغلق الباب.", "تغير الخبر.", "لم يعد فارغا."]
    articles = after["articles"].set_index("source_uri")
    assert articles["run_id"].to_dict() == {
        "a.txt": receipt.run_id,
        "b.txt": before_run.run_id,
        "new.txt": receipt.run_id,
        "sub/empty.txt": receipt.run_id,
        "sub/ج.txt": before_run.run_id,
    }
    ids = before["articles"].set_index("source_uri")["article_id"]
    assert articles.loc["a.txt", "article_id"] == ids["a.txt"]


def test_bad_documents_are_rejects_and_stay_so_without_a_change(run: Ingest, raw: Path, warehouse: Path) -> None:
    (raw / "folder.txt").mkdir()
    os.mkfifo(raw / "pipe.txt")
    (raw / "large.txt").write_bytes(b"x" * 2000)
    first = run(max_bytes=1000)
    reasons = {"empty": 1, "not_a_regular_file": 2, "too_large": 1}
    assert first.rejects_by_reason == reasons
    assert accounted(read_all(warehouse)) == 7
    before = rows_without_runs(read_all(warehouse))
    second = run(max_bytes=1000)
    assert second.documents_unchanged == 7
    assert rows_without_runs(read_all(warehouse)) == before


def test_the_settings_limits_reach_the_transforms(run: Ingest, raw: Path) -> None:
    (raw / "long.txt").write_text("قال سامر: نعم.\n" * 100)
    assert run(max_paragraphs=1000).rejects_by_reason == {"empty": 1, "too_many_paragraphs": 1}


def test_small_batches_give_the_same_rows(run_checked: Ingest, raw: Path, warehouse: Path) -> None:
    run_checked(batch_documents=1)
    one_by_one = read_all(warehouse)
    assert len(list((open_release(warehouse) / "articles").iterdir())) == 3
    (raw / "b.txt").write_text("قال سامر: واحد فقط.")
    run_checked(batch_documents=1)
    parts = {path.name for path in (open_release(warehouse) / "articles").iterdir()}
    assert len(parts) == 3
    assert accounted(read_all(warehouse)) == accounted(one_by_one) == 4


def test_rows_that_break_a_rule_go_to_the_rejects(
    run_checked: Ingest, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoil(rows: Rows) -> None:
        if len(rows.quotes) == 2:
            rows.quotes[1] = (*rows.quotes[1][:5], "لم يقل هذا أحد", *rows.quotes[1][6:])

    break_rows(monkeypatch, spoil)
    receipt = run_checked()
    assert (receipt.rows_refused, receipt.rejects_by_reason) == (1, {"broken_rule": 1, "empty": 1})
    frames = read_all(warehouse)
    (refused,) = frames["rejects"].query("record == 'quote'").to_dict("records")
    assert refused["detail"] == "quotes.text+char_start+char_end equals its slice of the text"
    assert frames["articles"]["quote_count"].sum() == len(frames["quotes"]) == 3
    assert accounted(frames) == 4


def test_an_article_that_breaks_a_rule_is_a_rejected_document(
    run_checked: Ingest, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoil(rows: Rows) -> None:
        if len(rows.quotes) == 2:
            at = [column.name for column in ARTICLES.columns].index("published_precision")
            rows.articles[0] = (*rows.articles[0][:at], "century", *rows.articles[0][at + 1 :])

    break_rows(monkeypatch, spoil)
    receipt = run_checked()
    frames = read_all(warehouse)
    assert (receipt.documents_rejected, receipt.rows_refused, len(frames["articles"])) == (2, 1, 2)
    assert accounted(frames) == 4
    assert set(frames["quotes"]["article_id"]) <= set(frames["articles"]["article_id"])
    assert run_checked().documents_unchanged == 4


def test_a_broken_table_rule_stops_the_publication_and_keeps_the_staged_run(
    run_checked: Ingest, raw: Path, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_checked()
    before, release = rows_without_runs(read_all(warehouse)), open_release(warehouse)
    with monkeypatch.context() as patch:
        break_rows(patch, lambda rows: rows.quotes.extend(rows.quotes))
        (raw / "new.txt").write_text("قال سامر: مرتين.")
        with pytest.raises(ValidationFailed, match=r"is unique in its article \(1 broken\)") as failure:
            run_checked()
    (kept,) = (warehouse / "staging").iterdir()
    assert str(kept) in str(failure.value)
    assert json.loads((kept / "validation.json").read_text())["success"] is False
    assert len(pd.read_parquet(kept / "quotes")) == 2
    assert open_release(warehouse) == release
    assert rows_without_runs(read_all(warehouse)) == before
    run_checked()
    assert not list((warehouse / "staging").iterdir())


def test_a_release_that_would_lose_its_articles_is_not_published(
    run_checked: Ingest, raw: Path, warehouse: Path
) -> None:
    run_checked()
    for path in raw.rglob("*.txt"):
        path.write_text("")
    with pytest.raises(ValidationFailed, match="no more articles are lost than the settings allow"):
        run_checked()
    assert len(read_all(warehouse)["articles"]) == 3
    assert run_checked(max_articles_lost=1).rejects_by_reason == {"empty": 4}


def test_a_fault_of_the_transforms_fails_the_run_and_names_the_document(
    run: Ingest, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(document: RawDocument, _limits: Limits) -> Article:
        raise KeyError(document.data)

    monkeypatch.setattr(flows.extract, "split", fail)
    fault = r"KeyError at test_pipeline\.py:\d+, at the document a\.txt"
    with pytest.raises(DocumentFailed, match=rf"^Nothing was published, since .* fault: {fault}\. Please [^\n]*\.$"):
        run()
    assert not list((warehouse / "staging").iterdir())
    assert not (warehouse / "current").exists()


def test_a_read_that_fails_is_tried_again_and_then_a_reject_or_left_as_it_was(
    run: Ingest, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def fail(ref: Ref, max_bytes: int) -> object:
        if ref.source_uri == "a.txt":
            tries.append(ref)
            if len(tries) <= failures:
                raise sources.ReadError(ref.source_uri)
        return sources.read(ref, max_bytes)

    monkeypatch.setattr(flows.extract, "read", fail)
    failures = 1
    assert run(read_retries=1).documents_rejected == 1
    assert len(tries) == 2
    failures = 99
    receipt = run(read_retries=0)
    assert (receipt.documents_gone, receipt.documents_unchanged) == (1, 3)
    assert len(read_all(warehouse)["articles"]) == 3


def test_folders_that_cannot_be_used_end_the_run_with_a_sentence(run: Ingest, raw: Path, warehouse: Path) -> None:
    with pytest.raises(UsageProblem, match=r"/proc/qawl can't be written"):
        run(into=Path("/proc/qawl"))
    shutil.rmtree(raw)
    with pytest.raises(UsageProblem, match="The raw folder"):
        run()
    assert not list((warehouse / "staging").iterdir())


def test_a_disk_that_fills_up_ends_the_run_with_a_sentence_and_publishes_nothing(
    run: Ingest, raw: Path, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    before = rows_without_runs(read_all(warehouse))
    (raw / "new.txt").write_text("خبر جديد.")

    def fail(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(flows.extract, "write_part", fail)
        with pytest.raises(UsageProblem, match="No space left on device"):
            run()
    assert rows_without_runs(read_all(warehouse)) == before
    assert not list((warehouse / "staging").iterdir())
    assert run().documents_new == 1


def test_a_second_run_at_the_same_time_is_refused(run: Ingest, warehouse: Path) -> None:
    run()
    with writer_lock(Warehouse(warehouse)), pytest.raises(UsageProblem, match="Another run is writing to"):
        run()
    assert len(read_all(warehouse)["runs"]) == 1
