from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

import flows.duplicates
import transforms.fingerprint
from flows.arrow import schema_of
from flows.duplicates import Flag, find_duplicates
from flows.fingerprints import BAND_BYTES, FINGERPRINT, Articles
from transforms.contract import ARTICLES
from transforms.fingerprint import SHINGLE, SIZE, minhash
from transforms.rows import text_hash


class Fingerprint(NamedTuple):
    article_id: str
    source_uri: str
    ingested_at: datetime
    text_sha256: str
    text_minhash: bytes | None
    duplicate_of: str | None
    duplicate_kind: str | None


_SCHEMA = pa.schema([schema_of(ARTICLES).field(name) for name in FINGERPRINT])

STORY = [f"كلمة{number}" for number in range(300)]


def article(name: str, words: list[str], day: int = 0, of: str | None = None) -> Fingerprint:
    text = " ".join(words)
    kind = None if of is None else "near"
    return Fingerprint(name, name, datetime.fromtimestamp(day, UTC), text_hash(text), minhash(text), of, kind)


def edited(words: list[str], changes: int, seed: int = 0) -> list[str]:
    chance = random.Random(seed)
    other = list(words)
    for place in chance.sample(range(len(other)), changes):
        other[place] = f"بديل{seed}-{place}"
    return other


def table(articles: Iterable[Fingerprint]) -> pa.Table:
    return pa.Table.from_pylist([article._asdict() for article in articles], _SCHEMA)


def part_files(folder: Path, articles: list[Fingerprint], rows: int) -> list[Path]:
    """Write articles into parts of so many."""
    paths = []
    for first in range(0, len(articles), rows):
        paths.append(folder / f"part-{first:05}.parquet")
        pq.write_table(table(articles[first : first + rows]), paths[-1])
    return paths


def flags(new: list[Fingerprint], published: list[Fingerprint], rows: int = 100) -> dict[str, Flag]:
    """Decide; what published articles repeat and is not among them goes in this run."""
    gone = {article.duplicate_of for article in published} - {article.article_id for article in published} - {None}
    with TemporaryDirectory() as name:
        folders = [Path(name, "new"), Path(name, "published")]
        for folder in folders:
            folder.mkdir()
        paths = [part_files(folder, articles, rows) for folder, articles in zip(folders, (new, published), strict=True)]
        found = find_duplicates(Articles(paths[0]), Articles(paths[1], {str(owner) for owner in gone}))
    return {owner: flag for part in found.values() for owner, flag in part.items()}


def test_the_later_of_two_repeats_the_earlier_whatever_comes_first() -> None:
    a, b, c = article("a", STORY), article("b", STORY), article("c", edited(STORY, 4), day=1)
    assert flags([c, b, a], []) == {"b": ("a", "exact"), "c": ("a", "near")}
    assert flags([c], [a]) == {"c": ("a", "near")}
    assert flags([article("0", STORY, day=9)], [a]) == {"0": ("a", "exact")}


def test_what_is_like_a_copy_is_given_to_the_original_or_stands_alone() -> None:
    a = article("a", STORY)
    near = article("b", edited(STORY, 5), day=1)
    far = article("c", edited(edited(STORY, 5), 14, seed=1), day=2)  # like b, and no more like a
    assert flags([a, near, far], []) == {"b": ("a", "near")}


def test_copies_of_an_article_that_is_gone_are_decided_anew() -> None:
    b = article("b", STORY, day=1, of="a")
    c = article("c", edited(STORY, 2), day=2, of="a")
    d = article("d", STORY, day=3)
    assert flags([], [b, c]) == {"b": (None, None), "c": ("b", "near")}
    assert flags([d], [b, c]) == {"b": (None, None), "c": ("b", "near"), "d": ("b", "exact")}


def test_flags_that_stay_are_not_touched() -> None:
    a, b = article("a", STORY), article("b", STORY, day=1, of="a")
    assert flags([article("x", ["خبر", "آخر"], day=2)], [a, b]) == {}


def test_texts_without_a_word_repeat_only_the_same_text() -> None:
    a, b, c = article("a", ["...", "»"]), article("b", ["...", "»"], day=1), article("c", ["؟"], day=2)
    assert flags([a, b, c], []) == {"b": ("a", "exact")}


def test_copies_are_found_among_many_others() -> None:
    chance = random.Random(3)
    many = [article(f"m{n}", [f"ل{chance.randrange(5000)}" for _ in range(200)], day=n) for n in range(400)]
    copies = [article(f"copy{n}", edited(STORY, 2, seed=n), day=500 + n) for n in range(40)]
    found = flags(copies, [*many, article("story", STORY)])
    assert found == {copy.article_id: ("story", "near") for copy in copies}


@pytest.mark.parametrize(("in_common", "least", "most"), [(0.7, 0, 0.03), (0.8, 0.4, 0.62), (0.9, 0.98, 1)])
def test_how_often_alike_texts_are_flagged(in_common: float, least: float, most: float) -> None:
    chance, pairs, words = random.Random(11), 300, 400
    runs = words - SHINGLE + 1
    common = round(2 * runs * in_common / (1 + in_common)) + SHINGLE - 1
    one, other = [], []
    for number in range(pairs):
        text = [f"ل{chance.getrandbits(40)}" for _ in range(2 * words - common)]
        one.append(article(f"one{number}", text[:words]))
        other.append(article(f"other{number}", text[:common] + text[words:], day=1))
    found = flags(other, one)
    assert found == {name: (name.replace("other", "one"), "near") for name in found}
    assert least * pairs <= len(found) <= most * pairs


def like_in_one_place(count: int) -> list[Fingerprint]:
    """Make articles whose signatures are the same in one place, and as alike as any others in the rest."""
    signature = np.random.default_rng(5).integers(0, 256, (count, SIZE), np.uint8)
    signature[:, :BAND_BYTES] = 1
    return [article(f"m{n:04}", [str(n)], n)._replace(text_minhash=signature[n].tobytes()) for n in range(count)]


def test_a_template_of_many_articles_costs_no_square(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[int] = []
    similarities = transforms.fingerprint.similarities

    def counted(one: NDArray[np.uint8], others: NDArray[np.uint8]) -> NDArray[np.float64]:
        looked_at.append(len(others))
        return similarities(one, others)

    monkeypatch.setattr(flows.duplicates, "similarities", counted)
    many = like_in_one_place(1500)
    assert flags(many[:1000], []) == {}
    assert sum(looked_at) == sum(min(n, 100) for n in range(1000))
    looked_at.clear()
    assert flags(many[1000:], many[:1000]) == {}
    assert sum(looked_at) == 500 * 100


def test_neither_parts_nor_how_many_keys_fit_into_memory_change_a_flag(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(7)
    stories = [[f"ل{chance.randrange(5000)}" for _ in range(80)] for _ in range(12)]
    every = [
        article(f"a{n:03}", edited(chance.choice(stories), chance.randrange(4), seed=n), day=chance.randrange(9))
        for n in range(120)
    ]
    every += [article(f"w{n}", ["؟" * (1 + n % 3)], day=n) for n in range(6)]
    published = [
        a._replace(duplicate_of="gone", duplicate_kind="near") if n % 5 == 0 else a for n, a in enumerate(every[:60])
    ]
    whole = flags(every[60:], published)
    assert len(whole) > 30
    monkeypatch.setattr("flows.rivals._BYTES", 1)
    assert flags(every[60:], published, rows=7) == whole
