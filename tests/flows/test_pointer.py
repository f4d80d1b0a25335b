from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from flows.pointer import Pointer
from flows.store import Retention

START = datetime(2026, 1, 2, tzinfo=UTC)


def published(*run_ids: str, keep: Retention) -> Pointer:
    """Publish releases ten seconds apart."""
    pointer = Pointer(run_ids[0], {run_ids[0]: START}, 0)
    for number, run_id in enumerate(run_ids[1:], 1):
        pointer = pointer.after(run_id, START + timedelta(seconds=10 * number), keep)
    return pointer


def test_a_pointer_reads_what_it_has_rendered() -> None:
    pointer = published("a", "b", keep=Retention(3, 0, 1))
    assert Pointer.parse(pointer.render()) == pointer


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"run_id": "a", "serial": 1, "releases": {}}', b'"a"'])
def test_what_is_no_pointer_is_refused(content: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        Pointer.parse(content)


def test_so_many_releases_stay_whatever_their_names() -> None:
    assert list(published("b", "a", "d", "c", keep=Retention(2, 0, 1)).releases) == ["d", "c"]


def test_a_release_stays_for_a_while_after_the_next_was_published() -> None:
    assert list(published("a", "b", "c", "d", keep=Retention(1, 15, 1)).releases) == ["b", "c", "d"]


def test_one_that_was_pointed_back_keeps_the_newer_ones_until_they_are_too_many() -> None:
    back = dataclasses.replace(published("a", "b", "c", keep=Retention(9, 0, 1)), run_id="a")
    keep = Retention(3, 0, 1)
    assert list(back.after("d", START + timedelta(days=1), keep).releases) == ["b", "c", "d"]


def test_no_two_pointers_have_the_same_bytes() -> None:
    first = published("a", keep=Retention(1, 0, 1))
    assert first.after("a", START, Retention(1, 0, 1)).render() != first.render()


def test_alone_keeps_the_published_one() -> None:
    assert list(published("a", "b", keep=Retention(9, 0, 1)).alone().releases) == ["b"]
