"""Documents in object storage: what is listed, what is read, and what an error means."""

from __future__ import annotations

import gzip
import json
import logging
from pathlib import Path

import pytest

import flows.extract
import flows.validation
from flows.errors import UsageProblem
from flows.objects import Objects, _client
from flows.pipeline import Pipeline
from flows.receipt import Receipt
from flows.selection import Selection
from flows.settings import Settings
from flows.sources import ReadError, discover, read
from flows.store import Warehouse
from tests.flows.buckets import Server, documents
from tests.flows.conftest import Ingest, Unchecked
from tests.flows.plain import LAYLA, SAMER, split_simply
from tests.flows.tables import by_uri, read_all, rows_without_clock
from transforms.model import Reason

RAW = "s3://qawl-test/raw/news"

pytestmark = pytest.mark.usefixtures("s3")


def test_documents_are_listed_by_address_with_what_a_folder_would_say() -> None:
    texts = {"b.txt": SAMER, "nahda/ج.txt": LAYLA, "nahda/2021/a%\u200f.TXT": LAYLA, "large.txt": "x" * 200}
    documents(RAW, texts | {".hidden.txt": "x", "nahda/.git/x.txt": "x", "note.md": "x", "sub/": ""})
    documents(f"{RAW}-of-others", {"c.txt": SAMER})
    refs = discover(RAW, 150)
    assert [ref.source_uri for ref in refs] == ["b.txt", "large.txt", "nahda/2021/a%25%E2%80%8F.TXT", "nahda/ج.txt"]
    assert [ref.source for ref in refs] == ["", "", "nahda", "nahda"]
    assert [ref.trouble for ref in refs] == [None, Reason.TOO_LARGE, None, None]
    assert [read(ref, 150) for ref in refs] == [SAMER.encode(), Reason.TOO_LARGE, LAYLA.encode(), LAYLA.encode()]


def test_more_documents_than_a_page_holds_are_listed(s3: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "5")
    documents(RAW, {f"{number:02}.txt": "x" for number in range(13)})
    s3.requests.clear()
    assert len(discover(RAW, 10)) == 13
    assert s3.requests["LIST"] == 4  # one to see that there is an answer


def test_a_stamp_changes_with_the_content_and_with_nothing_else() -> None:
    documents(RAW, {"a.txt": SAMER, "b.txt": LAYLA})
    before = [ref.stamp for ref in discover(RAW, 1000)]
    assert [ref.stamp for ref in discover(RAW, 1000)] == before
    documents(RAW, {"a.txt": SAMER[::-1]})
    after = [ref.stamp for ref in discover(RAW, 1000)]
    assert after[0] != before[0]
    assert after[1] == before[1]


def test_what_grows_goes_or_is_forbidden_after_the_listing_is_a_reason(s3: Server) -> None:
    documents(RAW, {"a.txt": "a", "b.txt": "b", "c.txt": "c"})
    refs = discover(RAW, 10)
    documents(RAW, {"a.txt": "a" * 11})
    Objects.at(RAW).remove(["b.txt"])
    s3.refuse = lambda _, path: "403 AccessDenied" if path.endswith("c.txt") else None
    assert [read(ref, 10) for ref in refs] == [Reason.TOO_LARGE, Reason.UNREADABLE, Reason.UNREADABLE]


def test_what_may_pass_is_an_error_to_try_again(s3: Server) -> None:
    documents(RAW, {"a.txt": "a"})
    (ref,) = discover(RAW, 10)
    s3.refuse = lambda *_: "503 SlowDown"
    with pytest.raises(ReadError, match=r"a\.txt can't be read now \(SlowDown\)"):
        read(ref, 10)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("gs://qawl-test/raw", "must be s3://"),
        ("s3://key:secret@qawl-test/raw", "must be s3://"),
        ("s3://qawl-test/nothing", "There is nothing below s3://qawl-test/nothing"),
        ("s3://qawl-none/raw", r"s3://qawl-none/raw can't be listed \(NoSuchBucket\)"),
    ],
)
def test_an_address_that_holds_nothing_is_named_without_what_is_secret(address: str, said: str) -> None:
    with pytest.raises(UsageProblem, match=said) as problem:
        discover(address, 10)
    assert "secret" not in str(problem.value)


def test_a_listing_that_is_forbidden_or_without_credentials_is_one_sentence(
    s3: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3.refuse = lambda *_: "403 AccessDenied"
    with pytest.raises(UsageProblem, match="AccessDenied"):
        discover(RAW, 10)
    _client.cache_clear()
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(UsageProblem, match="Credentials"):
        discover(RAW, 10)
    _client.cache_clear()


def test_a_raw_prefix_gives_the_rows_of_a_folder_and_unchanged_objects_are_not_read_again(
    run: Ingest, raw: Path, warehouse: Path, tmp_path: Path, s3: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flows.extract, "split", split_simply)
    monkeypatch.setattr(flows.validation, "Validation", Unchecked)
    monkeypatch.setattr("flows.stamps._YOUNG_NANOSECONDS", -10_000_000_000)
    run()
    texts = {str(path.relative_to(raw)): path.read_bytes() for path in raw.rglob("*.txt")}
    documents(RAW, dict(texts))
    place = Warehouse(tmp_path / "other")

    def ingest() -> Receipt:
        pipeline = Pipeline(place, Settings(engine="local"), logging.getLogger("test"))
        return pipeline.ingest(RAW, Selection())

    assert ingest().documents_new == 4
    assert rows_without_clock(read_all(place.root)) == rows_without_clock(read_all(warehouse))
    documents(RAW, {"a.txt": LAYLA[::-1]})
    s3.requests.clear()
    receipt = ingest()
    assert (receipt.documents_changed, receipt.documents_unchanged) == (1, 3)
    assert s3.requests["GET"] == 1
    assert by_uri(read_all(place.root), "version")["a.txt"] == 2


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz"])
def test_lines_of_an_object_are_documents_and_an_unchanged_object_is_not_fetched_again(
    suffix: str, tmp_path: Path, s3: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flows.extract, "split", split_simply)
    monkeypatch.setattr(flows.validation, "Validation", Unchecked)
    monkeypatch.setattr("flows.stamps._YOUNG_NANOSECONDS", -10_000_000_000)
    place = Warehouse(tmp_path / "other")

    def put(*fields: dict[str, str]) -> None:
        data = "".join(f"{json.dumps(line)}\n" for line in fields).encode()
        documents(RAW, {f"nahda/feed{suffix}": gzip.compress(data) if suffix.endswith(".gz") else data})

    def ingest() -> Receipt:
        pipeline = Pipeline(place, Settings(engine="local"), logging.getLogger("test"))
        return pipeline.ingest(RAW, Selection())

    put({"id": "1", "text": SAMER}, {"id": "2", "text": LAYLA})
    assert ingest().documents_new == 2
    s3.requests.clear()
    assert ingest().documents_unchanged == 2
    assert s3.requests["GET"] == 0
    put({"id": "1", "text": SAMER}, {"id": "2", "text": LAYLA[::-1]}, {"id": "3", "text": SAMER})
    receipt = ingest()
    assert (receipt.documents_new, receipt.documents_changed, receipt.documents_unchanged) == (1, 1, 1)
    uri = f"nahda/feed{suffix}#"
    assert by_uri(read_all(place.root), "version") == {f"{uri}1": 1, f"{uri}2": 2, f"{uri}3": 1}
