"""A short reading while runs publish; ``make soak`` does the long one."""

from __future__ import annotations

from pathlib import Path

from tests.soak.readers import read_while_publishing
from tests.soak.schedule import run_often


def test_readers_that_resolve_current_never_fail(tmp_path: Path) -> None:
    found = read_while_publishing(tmp_path, publications=10, least_reads=30)
    assert found.wrong == []
    assert found.releases_seen > 3


def test_files_and_bytes_grow_with_the_articles_not_with_the_runs(tmp_path: Path) -> None:
    growth = run_often(tmp_path, runs=40, articles=1)
    assert growth.same_rows
    assert growth.most_files < 5 * 2 * 10 + 2
