from __future__ import annotations

import random

import numpy as np
import pytest
from numpy.typing import NDArray

import flows.duplicates
import transforms.fingerprint
from flows.duplicates import Fingerprint, Flag, find_duplicates
from transforms.fingerprint import SHINGLE, minhash
from transforms.rows import text_hash

STORY = [f"كلمة{number}" for number in range(300)]


def article(name: str, words: list[str], day: int = 0, of: str | None = None) -> Fingerprint:
    text = " ".join(words)
    kind = None if of is None else "near"
    return Fingerprint(name, name, day, text_hash(text), minhash(text), of, kind, f"part-{name}")


def edited(words: list[str], changes: int, seed: int = 0) -> list[str]:
    chance = random.Random(seed)
    other = list(words)
    for place in chance.sample(range(len(other)), changes):
        other[place] = f"بديل{seed}-{place}"
    return other


def flags(new: list[Fingerprint], published: list[Fingerprint]) -> dict[str, Flag]:
    return {owner: flag for part in find_duplicates(new, published).values() for owner, flag in part.items()}


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
    assert find_duplicates([article("x", ["خبر", "آخر"], day=2)], [a, b]) == {}


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


def test_a_template_of_many_articles_costs_no_square() -> None:
    template = [f"قالب{n}" for n in range(120)]
    many = [article(f"m{n}", [*template, *(f"خبر{n}-{k}" for k in range(60))], day=n) for n in range(1500)]
    looked_at: list[int] = []
    similarities = transforms.fingerprint.similarities

    def counted(one: NDArray[np.uint8], others: NDArray[np.uint8]) -> NDArray[np.float64]:
        looked_at.append(len(others))
        return similarities(one, others)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flows.duplicates, "similarities", counted)
        find_duplicates(many, [])
    assert sum(looked_at) < len(many) * 17 * 100 / 4
