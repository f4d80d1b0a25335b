from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from transforms.fingerprint import SHINGLE, SIZE, minhash, similarities

WORDS = [f"كلمة{number}" for number in range(400)]


def signature(text: str) -> NDArray[np.uint8]:
    data = minhash(text)
    assert data is not None
    return np.frombuffer(data, np.uint8)


def jaccard(one: list[str], other: list[str]) -> float:
    first, second = ({tuple(w[n : n + SHINGLE]) for n in range(len(w) - SHINGLE + 1)} for w in (one, other))
    return len(first & second) / len(first | second)


def test_the_signature_of_a_text_is_the_same_for_ever() -> None:
    """Published signatures are compared with those of later versions: this digest must never change."""
    assert minhash("قال الوزير إن القطار وصل إلى دمشق").hex()[:32] == "d70a492ce372cb8420ad2250c50eed0f"  # type: ignore[union-attr]
    assert minhash("... 12 ...") is not None
    assert minhash(" ...\n«»") is None


@pytest.mark.parametrize("changed", [0, 1, 3, 8, 20, 60])
def test_the_similarity_is_estimated(changed: int) -> None:
    chance = random.Random(changed)
    errors = []
    for trial in range(20):
        words = [f"{word}{trial:03}" for word in WORDS]
        other = list(words)
        for place in chance.sample(range(len(other)), changed):
            other[place] = f"بديل{chance.randrange(10**9)}"
        estimate = similarities(signature(" ".join(words)), signature(" ".join(other))[None, :])[0]
        errors.append(estimate - jaccard(words, other))
    assert abs(float(np.mean(errors))) < 0.03
    assert max(map(abs, errors)) < 0.16  # three and a half standard errors


def test_texts_without_a_common_run_are_not_alike() -> None:
    others = np.array([signature(" ".join(f"لفظ{number}-{n}" for n in range(300))) for number in range(50)])
    assert similarities(signature(" ".join(WORDS)), others).max() < 0.06


@given(st.text())
def test_any_text_has_a_signature_or_no_word(text: str) -> None:
    found = minhash(text)
    assert found is None or len(found) == SIZE
    assert found == minhash(text)
