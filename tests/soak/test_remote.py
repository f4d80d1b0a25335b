"""Runs into object storage that are killed, and readers while runs publish there, in short; `make soak` does more."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.objects import _client
from flows.store import open_release
from tests.flows.buckets import Server, make_bucket, read_address
from tests.soak import remote, scenario


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    found = Server()
    for name, value in found.environment().items():
        monkeypatch.setenv(name, value)
    _client.cache_clear()
    yield found
    found.reset()
    found.close()
    _client.cache_clear()


@pytest.mark.parametrize(
    ("first", "with_copy", "every"),
    [(True, True, 9), (False, True, 9), (False, False, 50)],
    ids=["first", "second", "no copy"],
)
@pytest.mark.usefixtures("server")
def test_a_killed_run_leaves_a_whole_release_and_the_next_one_goes_on(
    first: bool,  # noqa: FBT001
    with_copy: bool,  # noqa: FBT001
    every: int,
    tmp_path: Path,
) -> None:
    outcome = remote.crash_everywhere(tmp_path, first=first, with_copy=with_copy, every=every)
    assert outcome.wrong == []
    assert outcome.tried >= 3


@pytest.mark.usefixtures("server")
def test_a_reader_sees_one_whole_release_in_all_tables_during_runs_one_of_them_killed(tmp_path: Path) -> None:
    make_bucket(remote.BUCKET)
    away = remote.Away(tmp_path, "read")
    scenario.write_documents(away.raw)
    remote.act(away)
    wrong: list[str] = []
    seen: set[str] = set()
    whole = {open_release(away.address).name: len(read_address(away.address)["runs"])}
    over = threading.Event()

    def read() -> None:
        while not over.is_set():
            frames = read_address(away.address)
            runs = frames["runs"]["run_id"]
            seen.add(runs.iloc[-1])
            articles = set(frames["articles"]["article_id"])
            if any(not set(frames[name]["article_id"]) <= articles for name in ("paragraphs", "quotes", "speakers")):
                wrong.append(f"tables of different releases at {runs.iloc[-1]}")
            if frames["runs"]["article_rows"].iloc[-1] != len(articles):
                wrong.append(f"rows of another release at {runs.iloc[-1]}")

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for change in (0, 20, 0):
            for name in ("a.txt", f"{len(whole)}-{change}.txt"):
                (away.raw / name).write_text(f"قال سامر: خبر {change}.")
            assert remote.act(away, change, keep_seconds=30) == (change == 0)
            whole[open_release(away.address).name] = change
    finally:
        over.set()
        reader.join()
    assert wrong == []
    assert seen <= set(whole)
    assert len(seen) > 1
