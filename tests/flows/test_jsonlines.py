"""Documents that are lines of files: what becomes of each, of bad ones, and of files that change or break."""

from __future__ import annotations

import gzip
import json
import logging
import random
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import flows.extract
import flows.lines
from flows import sources
from flows.lines import Reading
from flows.listing import Ref
from flows.receipt import Receipt
from flows.sources import discover
from flows.store import open_release
from tests.flows.conftest import Ingest
from tests.flows.plain import LAYLA, SAMER, split_simply
from tests.flows.tables import accounted, by_uri, read_all, rows_without_clock, rows_without_runs
from transforms.contract import TABLES
from transforms.model import Article, Limits, RawDocument, Reason, Reject

PACKINGS = ["", ".gz", ".zst"]
Fields = dict[str, Any]


def pack(data: bytes, suffix: str) -> bytes:
    if suffix == ".gz":
        return gzip.compress(data)
    if suffix == ".zst":
        sink = pa.BufferOutputStream()
        with pa.CompressedOutputStream(sink, "zstd") as stream:
            stream.write(data)
        return bytes(sink.getvalue())
    return data


def lines(*documents: Fields | str | bytes) -> bytes:
    """Write documents as lines; what is given as text or bytes is a line as it is."""
    made = [json.dumps(d, ensure_ascii=False) if isinstance(d, dict) else d for d in documents]
    return b"".join((d.encode() if isinstance(d, str) else d) + b"\n" for d in made)


def rejects(warehouse: Path) -> dict[str, tuple[str, str]]:
    table = read_all(warehouse)["rejects"]
    return {
        uri: (reason, detail) for uri, reason, detail in zip(table.source_uri, table.reason, table.detail, strict=True)
    }


@pytest.fixture
def feed(raw: Path) -> Path:
    """Return where the only document is to be, in a raw folder with nothing else."""
    for path in [*raw.rglob("*.txt")]:
        path.unlink()
    (raw / "nahda").mkdir()
    return raw / "nahda" / "feed.jsonl"


@pytest.fixture
def write(feed: Path) -> Callable[..., Path]:
    def write(*documents: Fields | str | bytes, suffix: str = "") -> Path:
        path = feed.with_name(feed.name + suffix)
        path.write_bytes(pack(lines(*documents), suffix))
        return path

    return write


@pytest.mark.parametrize("suffix", PACKINGS)
def test_a_line_is_a_document(run_checked: Ingest, write: Callable[..., Path], warehouse: Path, suffix: str) -> None:
    write(
        {
            "id": "7",
            "title": "قطار",
            "date": "2021-09-14",
            "text": SAMER,
            "source": "واص",
            "url": "https://a.example/7",
        },
        {"text": LAYLA},
        suffix=suffix,
    )
    receipt = run_checked()
    assert (receipt.documents_seen, receipt.documents_new, receipt.documents_rejected) == (2, 2, 0)
    articles = read_all(warehouse)["articles"].set_index("source_uri")
    first, second = (articles.loc[f"nahda/feed.jsonl{suffix}#{name}"] for name in ("7", "L2"))
    assert (first["source"], first["url"], first["media_type"]) == ("واص", "https://a.example/7", "application/json")
    assert first["text"] == f"قطار\n2021-09-14\n\n{SAMER}"
    assert (second["source"], second["text"], second["encoding"]) == ("nahda", LAYLA, "utf-8")
    assert by_uri(read_all(warehouse), "url")[f"nahda/feed.jsonl{suffix}#L2"] is None
    quotes = read_all(warehouse)["quotes"].merge(articles, on="article_id", suffixes=("", "_of_article"))
    assert len(quotes) == 3
    places = zip(quotes["text_of_article"], quotes["char_start"], quotes["char_end"], quotes["text"], strict=True)
    assert all(text[start:end] == words for text, start, end, words in places)
    assert not (open_release(warehouse) / "spool").exists()
    assert sorted(path.name for path in open_release(warehouse).iterdir() if path.is_dir()) == sorted(
        table.name for table in TABLES
    )


def test_the_three_packings_give_the_same_rows(run: Ingest, write: Callable[..., Path], tmp_path: Path) -> None:
    found = []
    for suffix in PACKINGS:
        path = write({"id": 1, "text": SAMER}, "no json", {"text": LAYLA}, suffix=suffix)
        run(tmp_path / f"out{suffix}")
        path.unlink()
        frames = read_all(tmp_path / f"out{suffix}")
        owned = {
            name: frame.drop(columns=["article_id", "quote_id"], errors="ignore") for name, frame in frames.items()
        }
        found.append({name: rows.replace(suffix, "") for name, rows in rows_without_clock(owned).items()})
    assert found[0] == found[1] == found[2]


def test_bad_lines_are_rejects_with_their_number_and_the_others_stand(
    run: Ingest, write: Callable[..., Path], warehouse: Path
) -> None:
    write(
        b"\xef\xbb\xbf" + json.dumps({"id": "first", "text": SAMER}).encode(),  # 1: a byte order mark
        "",  # blank
        "{",
        '["text"]',
        {"id": 5},
        {"id": 6, "text": ["a"]},
        b'{"text": "\xff"}',
        '{"text": "\\ud800"}',
        "[" * 100_000,
        '{"text": ' + "[" * 100_000,
        '{"text": "a", "text": "b"}',
        {"id": "first", "text": LAYLA},
        '{"text": "a", "n": ' + "9" * 10_000 + "}",
        '{"text": "a", "n": NaN}',
        {"id": 3.5, "text": "a"},
        {"id": "x" * 1001, "text": "a"},
        {"id": True, "text": "a"},
        b"\0" * 40,
        json.dumps({"id": "last", "text": LAYLA}) + "\r",  # 19: a carriage return
        "   \r",  # blank
    )
    receipt = run()
    frames = read_all(warehouse)
    assert set(frames["articles"]["source_uri"]) == {"nahda/feed.jsonl#first", "nahda/feed.jsonl#last"}
    found = {int(uri.split("#L")[1]): pair for uri, pair in rejects(warehouse).items()}
    assert {number: reason for number, (reason, _) in found.items()} == {
        3: "invalid_json",
        4: "invalid_json",
        5: "no_text",
        6: "wrong_field",
        7: "undecodable",
        8: "invalid_json",
        9: "invalid_json",
        10: "invalid_json",
        11: "wrong_field",
        12: "duplicate_id",
        13: "invalid_json",
        14: "invalid_json",
        15: "wrong_field",
        16: "wrong_field",
        17: "wrong_field",
        18: "invalid_json",
    }
    assert found[6][1] == "line 6: the field text is no string"
    assert found[11][1] == "line 11: the field text is given twice"
    assert found[12][1].startswith("line 12: ")
    assert accounted(frames) == receipt.documents_seen == 18
    assert run().documents_unchanged == 18
    assert rows_without_runs(read_all(warehouse)) == rows_without_runs(frames)


@pytest.mark.parametrize("suffix", PACKINGS)
def test_a_line_over_the_limit_is_not_held(
    run: Ingest, feed: Path, warehouse: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.lines._MOST_EXPANSION", 10**6)
    path = feed.with_name(feed.name + suffix)
    filler = b"x" * 65_536
    data = lines({"id": 1, "text": SAMER}) + b'{"text": "' + filler * 800 + b'"}\n' + lines({"id": 3, "text": LAYLA})
    path.write_bytes(pack(data, suffix))
    largest = []
    real = flows.lines._line

    def watched(number: int, offset: int, size: int, pieces: list[bytes], most: int) -> flows.lines.Line:
        largest.append(sum(map(len, pieces)))
        return real(number, offset, size, pieces, most)

    monkeypatch.setattr("flows.lines._line", watched)
    run(max_bytes=100_000)
    assert max(largest) < 200_000
    assert rejects(warehouse) == {
        f"nahda/feed.jsonl{suffix}#L2": ("too_large", "line 2: more bytes than the settings allow")
    }
    assert set(by_uri(read_all(warehouse), "version")) == {f"nahda/feed.jsonl{suffix}#{number}" for number in (1, 3)}


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_file_that_breaks_off_keeps_what_stood_before_and_what_was_known(
    run: Ingest, write: Callable[..., Path], warehouse: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.lines._CHUNK", 100)
    documents = [{"id": n, "text": random.Random(n).randbytes(2_000).hex()} for n in range(300)]
    path = write(*documents, suffix=suffix)
    run()
    before = rows_without_runs(read_all(warehouse))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    receipt = run(max_shrink=1)
    after = rows_without_runs(read_all(warehouse))
    assert {name: rows for name, rows in after.items() if name != "rejects"} == {
        name: rows for name, rows in before.items() if name != "rejects"
    }
    ((uri, (reason, detail)),) = rejects(warehouse).items()
    assert (uri, reason) == (f"nahda/feed.jsonl{suffix}", "broken_file")
    assert detail.startswith("line ")
    assert receipt.documents_unchanged + receipt.documents_gone == 300
    path.write_bytes(whole)
    assert run().documents_rejected == 0
    path.write_bytes(b"no such stream")
    assert run(max_shrink=1).documents_gone == 300
    path.write_bytes(whole[: len(whole) // 2])
    dropped = run(gone="drop", max_articles_lost=1, max_shrink=1)
    assert 0 < dropped.rows["articles"] < 300
    assert dropped.rows["articles"] + receipt.documents_gone == 300


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_members_and_frames_in_a_row_are_one_file(run: Ingest, feed: Path, suffix: str) -> None:
    one, two = (pack(lines({"id": number, "text": SAMER}), suffix) for number in (1, 2))
    feed.with_name(feed.name + suffix).write_bytes(one + two)
    assert run().rows["articles"] == 2


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_bomb_is_refused_after_little_of_it(run: Ingest, feed: Path, warehouse: Path, suffix: str) -> None:
    feed.with_name(feed.name + suffix).write_bytes(pack(b"{}\n" * 60_000, suffix))
    receipt = run(max_bytes=1000)
    assert rejects(warehouse)[f"nahda/feed.jsonl{suffix}"][0] == "broken_file"
    assert receipt.documents_rejected < 30_000


def test_what_is_no_json_in_utf8_is_one_reject(run: Ingest, feed: Path, warehouse: Path) -> None:
    feed.write_bytes(pack(lines({"id": 1, "text": SAMER}), ".gz"))
    feed.with_name("wide.jsonl").write_bytes(lines({"id": 1, "text": SAMER}).decode().encode("utf-16"))
    run()
    assert {uri: reason for uri, (reason, _) in rejects(warehouse).items()} == {
        "nahda/feed.jsonl": "broken_file",
        "nahda/wide.jsonl": "broken_file",
    }


def test_addresses_of_lines_folders_and_files_never_meet(run: Ingest, raw: Path, feed: Path, warehouse: Path) -> None:
    feed.write_bytes(
        lines(
            {"id": "L2", "text": SAMER},
            {"text": LAYLA},
            {"id": "a.txt", "text": SAMER},
            {"id": "\u202e%/", "text": LAYLA},
        )
    )
    folder = raw / "nahda" / "feed.jsonl#"
    folder.mkdir()
    (raw / "nahda" / "feed.jsonl#a.txt").write_text(SAMER)
    (folder / "b#1.txt").write_text(LAYLA)
    run()
    assert set(by_uri(read_all(warehouse), "version")) == {
        "nahda/feed.jsonl#%4C2",
        "nahda/feed.jsonl#L2",
        "nahda/feed.jsonl#a.txt",
        "nahda/feed.jsonl#%E2%80%AE%25/",
        "nahda/feed.jsonl%23a.txt",
        "nahda/feed.jsonl%23/b#1.txt",
    }


def test_only_new_and_changed_lines_are_split(
    run: Ingest, write: Callable[..., Path], warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = [{"id": number, "text": f"{SAMER}\n{number}"} for number in range(4)]
    write(*known)
    run()
    before = read_all(warehouse)["articles"].set_index("source_uri")
    seen = []

    def counted(document: RawDocument, limits: Limits) -> Article | Reject:
        seen.append(document.source_uri)
        return split_simply(document, limits)

    monkeypatch.setattr(flows.extract, "split", counted)
    respelt = json.dumps({"author": "س", "text": known[3]["text"], "id": "3"})
    receipt = run_after(run, write, {"id": "new", "text": LAYLA}, known[2], {"id": 1, "text": LAYLA}, known[0], respelt)
    assert sorted(seen) == ["nahda/feed.jsonl#1", "nahda/feed.jsonl#new"]
    after = read_all(warehouse)["articles"].set_index("source_uri")
    same = [f"nahda/feed.jsonl#{number}" for number in (0, 2, 3)]
    assert after.loc[same].to_csv() == before.loc[same].to_csv()
    assert (receipt.documents_new, receipt.documents_changed, receipt.documents_unchanged) == (1, 1, 3)
    assert after.loc["nahda/feed.jsonl#1", "version"] == 2


def run_after(run: Ingest, write: Callable[..., Path], *documents: Fields | str) -> Receipt:
    write(*documents)
    return run(max_shrink=1)


def test_lines_that_are_gone_follow_the_setting(run: Ingest, write: Callable[..., Path]) -> None:
    one, two = {"id": 1, "text": SAMER}, {"id": 2, "text": LAYLA}
    run_after(run, write, one, two, "bad")
    kept = run_after(run, write, two)
    assert (kept.documents_gone, kept.rows["articles"], kept.documents_rejected) == (1, 2, 0)
    dropped = run(gone="drop", max_articles_lost=1)
    assert (dropped.documents_gone, dropped.rows["articles"]) == (1, 1)


def test_lines_without_an_id_and_files_keep_their_history_when_they_move(
    run: Ingest, write: Callable[..., Path], feed: Path, warehouse: Path
) -> None:
    run_after(run, write, {"text": SAMER}, {"text": LAYLA})
    first = by_uri(read_all(warehouse), "first_ingested_at")
    receipt = run_after(run, write, {"text": "قال سامر: جديد."}, {"text": SAMER}, {"text": LAYLA})
    frames = read_all(warehouse)
    assert by_uri(frames, "version") == {f"nahda/feed.jsonl#L{number}": v for number, v in ((1, 2), (2, 2), (3, 1))}
    assert by_uri(frames, "renamed_from")["nahda/feed.jsonl#L3"] is None
    assert receipt.rows["articles"] == 3
    feed.rename(feed.with_name("moved.jsonl"))
    assert run().documents_renamed == 3
    frames = read_all(warehouse)
    assert by_uri(frames, "renamed_from")["nahda/moved.jsonl#L1"] == "nahda/feed.jsonl#L1"
    assert by_uri(frames, "first_ingested_at")["nahda/moved.jsonl#L1"] == first["nahda/feed.jsonl#L1"]


@pytest.mark.parametrize("suffix", PACKINGS)
def test_a_file_replaced_during_the_run_costs_no_known_row(
    run: Ingest, write: Callable[..., Path], warehouse: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write({"id": 1, "text": SAMER}, {"id": 2, "text": LAYLA}, suffix=suffix)
    run()
    before = by_uri(read_all(warehouse), "text")
    write({"id": 1, "text": f"{SAMER} جديد"}, {"id": 2, "text": LAYLA}, {"id": 3, "text": LAYLA}, suffix=suffix)
    real = sources.read

    def replaced(ref: Ref, max_bytes: int) -> bytes | Reason:
        content = real(ref, max_bytes)
        return content[:-1] + b"?" if isinstance(content, bytes) else content

    monkeypatch.setattr(flows.extract, "read", replaced)
    receipt = run()
    assert by_uri(read_all(warehouse), "text") == before
    assert receipt.documents_gone == 1
    assert rejects(warehouse)[f"nahda/{path.name}#3"] == ("unreadable", "line 3: the file could not be read")
    monkeypatch.setattr(flows.extract, "read", real)
    last = run()
    assert (last.documents_changed, last.documents_rejected) == (2, 0)


def test_a_packed_file_replaced_after_the_listing_costs_no_known_row(
    run: Ingest, write: Callable[..., Path], warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write({"id": 1, "text": SAMER}, suffix=".gz")
    run()
    before = rows_without_runs(read_all(warehouse))
    path = write({"id": 1, "text": LAYLA}, {"id": 2, "text": LAYLA}, suffix=".gz")
    real = Reading.documents

    def then_cut(self: Reading, files: Iterable[Ref]) -> Iterator[Ref]:
        yield from real(self, files)
        path.write_bytes(b"")

    monkeypatch.setattr(Reading, "documents", then_cut)
    receipt = run()
    assert (receipt.documents_gone, receipt.documents_rejected) == (1, 1)
    after = rows_without_runs(read_all(warehouse))
    assert after["articles"] == before["articles"]


def test_other_names_and_names_that_are_not_read(
    run: Ingest, write: Callable[..., Path], warehouse: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(*[{"guid": n, "body": f"{SAMER} {n}", "text": "لا", "كلمة سر": 1, "author": "س"} for n in range(3)])
    with caplog.at_level(logging.WARNING):
        receipt = run(json_fields={"id": "guid", "text": "body"})
    assert receipt.fields_unknown == ("(names that are not shown)", "author", "text")
    (message,) = [record.getMessage() for record in caplog.records if "not read" in record.getMessage()]
    assert message == "fields that are not read: (names that are not shown), author, text"
    assert set(by_uri(read_all(warehouse), "text").values()) == {f"{SAMER} {n}" for n in range(3)}
    again = run(json_fields={"id": "guid"})
    assert (again.documents_changed, again.rows["articles"]) == (3, 3)


def test_workers_and_their_limits_go_by_document(raw: Path, feed: Path, warehouse: Path) -> None:
    """Without the simple transforms, which other processes do not have."""
    from flows.pipeline import Pipeline
    from flows.selection import Selection
    from flows.settings import Settings
    from flows.store import Warehouse

    text = "عقد في دمشق اجتماع طويل أمس.\nوقال الوزير سامر إن الأمر صعب.\nثم غادر الوفد المدينة."
    documents = [{"id": n, "title": f"قمة {n}", "date": "2021-09-14T08:39:00+03:00", "text": text} for n in range(6)]
    feed.with_name("feed.jsonl.gz").write_bytes(pack(lines(*documents), ".gz"))
    settings = Settings(workers=2, batch_documents=2, max_paragraphs=10)
    receipt = Pipeline(Warehouse(warehouse), settings, logging.getLogger("test")).ingest(raw, Selection())
    articles = read_all(warehouse)["articles"]
    assert receipt.rows["articles"] == len(articles) == 6
    assert set(articles["published_at"].astype(str)) == {"2021-09-14 08:39:00"}
    assert set(articles["headline"]) == {f"قمة {n}" for n in range(6)}


def test_a_file_of_lines_that_is_no_file_is_never_opened(run: Ingest, raw: Path, feed: Path, warehouse: Path) -> None:
    feed.symlink_to("/dev/zero")
    feed.with_name("folder.jsonl").mkdir()
    feed.with_name("out.jsonl.gz").symlink_to("/etc/hostname")
    run()
    assert {reason for reason, _ in rejects(warehouse).values()} == {"not_a_regular_file"}
    assert len(discover(raw, 10)) == 3


def test_an_article_of_a_line_can_be_forgotten(run: Ingest, write: Callable[..., Path], warehouse: Path) -> None:
    from flows.pipeline import Pipeline
    from flows.settings import Settings
    from flows.store import Warehouse

    write({"id": "https://a.example/1", "text": SAMER}, {"id": 2, "text": LAYLA})
    run()
    pipeline = Pipeline(Warehouse(warehouse), Settings(engine="local"), logging.getLogger("test"))
    pipeline.forget("nahda/feed.jsonl#https://a.example/1")
    write({"id": "https://a.example/1", "text": SAMER}, {"id": 2, "text": LAYLA}, {"id": 3, "text": SAMER})
    run()
    assert set(by_uri(read_all(warehouse), "version")) == {"nahda/feed.jsonl#2"}
    assert rejects(warehouse)["nahda/feed.jsonl#3"][0] == "copy_of_forgotten"


def test_a_warehouse_of_the_schema_before_is_carried_on(run: Ingest, raw: Path, warehouse: Path) -> None:
    """A warehouse of version 2 is made from one of today's by taking out what came with version 3."""
    run()
    before = read_all(warehouse)
    release = open_release(warehouse)
    manifest = json.loads((release / "manifest.json").read_text())
    for table in TABLES:
        for part in manifest["tables"][table.name]:
            path = release / table.name / part["name"]
            data = pq.read_table(path)
            names = [name for name in data.column_names if name != "url"]
            old = data.select(names).replace_schema_metadata(data.schema.metadata | {b"schema_version": b"2"})
            path.unlink()
            pq.write_table(old, path)
            part["bytes"] = path.stat().st_size
    (release / "manifest.json").write_text(json.dumps(manifest))
    assert "url" not in read_all(warehouse)["articles"]
    (raw / "new.jsonl").write_bytes(lines({"id": 1, "text": SAMER, "url": "https://a.example/1"}))
    run()
    after = read_all(warehouse)
    assert by_uri(after, "url")["new.jsonl#1"] == "https://a.example/1"
    old_rows = after["articles"][after["articles"]["source_uri"] != "new.jsonl#1"].reset_index(drop=True)
    assert (
        old_rows.drop(columns=["duplicate_of", "duplicate_kind"]).to_csv()
        == before["articles"].drop(columns=["duplicate_of", "duplicate_kind"]).to_csv()
    )
    for table in TABLES:
        schemas = {pq.read_schema(path).to_string() for path in (open_release(warehouse) / table.name).iterdir()}
        assert len(schemas) == 1


def test_a_file_that_the_file_system_says_is_as_it_was_is_not_read(
    run: Ingest, write: Callable[..., Path], warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.stamps._YOUNG_NANOSECONDS", -(10**12))
    opened: list[str] = []
    real = flows.lines.lines_of

    def counted(file: BinaryIO, address: str, max_bytes: int) -> Iterator[flows.lines.Line]:
        opened.append(address)
        return real(file, address, max_bytes)

    monkeypatch.setattr(flows.lines, "lines_of", counted)
    one, two = {"id": 1, "text": SAMER}, {"id": 2, "text": LAYLA}
    write(one, two, "bad")
    write(one, suffix=".gz")
    (warehouse.parent / "raw" / "plain.txt").write_text(LAYLA)
    run()
    before = rows_without_runs(read_all(warehouse))
    opened.clear()
    for _ in range(2):
        assert run().documents_unchanged == 5
    assert opened == []
    assert rows_without_runs(read_all(warehouse)) == before
    write(one, suffix=".gz")
    assert run().documents_unchanged == 5
    assert opened == ["nahda/feed.jsonl.gz"]
    run(json_fields={"text": "body"}, max_articles_lost=1)
    assert len(opened) == 3  # read otherwise
    run()
    write(two)
    opened.clear()
    assert run(max_shrink=1).documents_gone == 1
    assert run().documents_gone == 1
    assert opened == ["nahda/feed.jsonl"]
    assert run(gone="drop", max_articles_lost=1).rows["articles"] == 3
    assert opened == ["nahda/feed.jsonl"]
    run(only="*.txt")
    run(trust_stamps=False)
    assert len(opened) == 3
