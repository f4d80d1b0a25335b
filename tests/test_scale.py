"""The corpus of any size repeats nothing, and growth is told from what was measured."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import numpy as np
import pytest

from benchmarks.articles import Article, make_articles
from benchmarks.growth import Run, Size, exponent, render, run_of
from benchmarks.measure import Cost, Process
from benchmarks.variants import vary
from flows.duplicates import NEAR
from transforms.fingerprint import minhash, similarities

COUNT = 400


@pytest.fixture(scope="module")
def pool() -> list[Article]:
    return list(islice(make_articles(), COUNT))


@pytest.fixture
def few_words_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    # Our own examples have fewer words than would stay in a pool of real news.
    monkeypatch.setattr("benchmarks.variants._KEPT_WORDS", 50)
    monkeypatch.setattr("benchmarks.variants._EXCHANGED", 90)


@pytest.mark.usefixtures("few_words_kept")
def test_no_copy_repeats_another(pool: list[Article]) -> None:
    both = list(vary(lambda: pool, 2 * COUNT))
    assert both[:COUNT] == pool
    assert len({article.id for article in both}) == 2 * COUNT
    for one, other in zip(pool, both[COUNT:], strict=True):
        likeness = similarities(*(signature(texts) for texts in (one.text, [other.text])))
        assert likeness[0] < NEAR
        assert abs(len(other.text) - len(one.text)) < 0.1 * len(one.text)
        assert other.text.count("\n") == one.text.count("\n")


def signature(text: str | list[str]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    if isinstance(text, list):
        return np.stack([signature(one) for one in text])
    return np.frombuffer(minhash(text) or b"", np.uint8)


def test_any_stretch_can_be_made_alone(pool: list[Article]) -> None:
    def source() -> Iterable[Article]:
        return pool

    assert list(vary(source, 20, COUNT + 7)) == list(vary(source, COUNT + 27))[COUNT + 7 :]


def test_the_exponent_of_a_square_is_two() -> None:
    assert exponent([1, 10, 100], [3, 300, 30_000]) == pytest.approx(2)


def test_a_cost_is_summed_up_by_role() -> None:
    processes = {
        "1": Process("/x/qawl run raw warehouse", 5, 400),
        "2": Process("python -c from flows.engines.worker import serve", 7, 300),
        "3": Process("python -c from flows.engines.worker import serve", 6, 310),
    }
    run = run_of(Cost(0, 18, 10, 400, 900, processes, [(0.5, {"1": 10.0, "2": 3.0}), (9.9, {"1": 20.0})]))
    assert run.peak == {"parent": 400, "worker": 310}
    assert run.cpu_by_role == {"parent": 5, "worker": 13}
    assert run.tenths["parent"] == [10.0, 0, 0, 0, 0, 0, 0, 0, 0, 20.0]


def test_the_model_is_what_the_largest_size_says() -> None:
    alone = Run(10, 12, {"parent": 400}, {"parent": 8})
    runs = [Run(10 + count / 1000, 20, {"parent": 400, "worker": 200}, {}) for count in (1_000, 10_000)]
    sizes = [
        Size(
            count, run, alone, Run(10 + count / 1e5, 12, {"parent": 400 + count / 1024}, {}), {"articles": count}, 5, 0
        )
        for count, run in zip((1_000, 10_000), runs, strict=True)
    ]
    tables = render(sizes, alone)
    assert "without what a run of 100 costs anyway to the power of 1.000." in tables
    values = {
        line.split("|")[1].split(",")[0].strip(): line.split("|")[2].strip()
        for line in tables.splitlines()
        if "|" in line
    }
    assert (values["F"], values["a"], values["k"], values["n"], values["d"]) == (
        "10.00",
        "1.00",
        "10.00",
        "1.00",
        "1.00",
    )
