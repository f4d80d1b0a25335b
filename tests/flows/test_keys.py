from __future__ import annotations

import random

import numpy as np
import pyarrow as pa

from flows.keys import are_in, keys_of, repeated


def test_equal_strings_have_equal_keys_whatever_stands_beside_them() -> None:
    chance = random.Random(1)
    ids = [f"{chance.getrandbits(128):032x}" for _ in range(1000)]
    strings = [*ids, *(identity[: n % 32] for n, identity in enumerate(ids)), "خبر" * 4 + "a" * 8, ""]
    keys = keys_of(pa.chunked_array([strings[:700], strings[700:]], pa.string()))
    assert len(set(keys.tolist())) == len(set(strings))
    assert keys_of(pa.array(ids)).tolist() == keys[:1000].tolist()
    assert keys_of(pa.array(strings)[5:1500]).tolist() == keys[5:1500].tolist()
    assert keys_of(pa.array([], pa.string())).tolist() == []


def test_keys_are_found_among_others_in_order() -> None:
    ordered = np.array([3, 3, 5, 9, 9, 9], np.uint64)
    assert are_in(np.array([0, 3, 4, 9, 10], np.uint64), ordered).tolist() == [False, True, False, True, False]
    assert are_in(np.array([1], np.uint64), ordered[:0]).tolist() == [False]
    assert repeated(ordered).tolist() == [3, 9]
    assert repeated(ordered[:0]).tolist() == []
