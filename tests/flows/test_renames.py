from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from flows.renames import paired


def addresses(*names: str) -> pa.ChunkedArray:
    return pa.chunked_array([[*names]], pa.large_string())


def digests(*bytes_: int) -> NDArray[np.uint8]:
    return np.array([[0] * 31 + [byte] for byte in bytes_], np.uint8).reshape(-1, 32)


def test_the_same_bytes_are_paired_in_the_order_of_addresses() -> None:
    new = addresses("z", "a", "m", "x")
    old = addresses("3", "1", "2")
    pairs = paired(digests(7, 7, 8, 7), new, digests(7, 7, 9), old)
    names = {(new[i].as_py(), old[j].as_py()) for i, j in pairs.tolist()}
    assert names == {("a", "1"), ("x", "3")}


def test_what_could_not_be_read_is_paired_with_nothing() -> None:
    assert paired(digests(0, 1), addresses("a", "b"), digests(0, 2), addresses("c", "d")).tolist() == []
    assert paired(digests(), addresses(), digests(1), addresses("c")).tolist() == []
