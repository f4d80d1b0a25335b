"""A text -> its MinHash signature: what its words have in common with those of another text, in 128 bytes.

Our own fifteen lines and no library's: signatures stay in published tables for years and are compared with those of
later runs, so they must not change with the version of a library, nor with the seed of an interpreter.
"""

from __future__ import annotations

import re
import zlib
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

SIZE = 128
"""Bytes of a signature: one for each of as many hash functions."""

SHINGLE = 5
"""Words of a shingle, the runs of words that two texts share or don't."""

_WORDS = re.compile(r"[^\W_]+")
_UNWRITTEN = re.compile("[\u0640\u064b-\u065f\u0670]")  # tatweel and diacritics: one outlet prints them, one doesn't
_BLOCK = 4096  # shingles hashed in one go: bounds the memory for a text of a million words

_Hashes = NDArray[np.uint64]


def _constants(name: str, count: int) -> _Hashes:
    """Return odd multipliers that are the same on every machine and for ever."""
    digests = (blake2b(f"qawl {name} {index}".encode(), digest_size=8).digest() for index in range(count))
    return np.frombuffer(b"".join(digests), "<u8").astype(np.uint64) | np.uint64(1)


_PLACES, _FACTORS, _TERMS = _constants("place", SHINGLE), _constants("factor", SIZE), _constants("term", SIZE)


def minhash(text: str) -> bytes | None:
    """Return the lowest byte of the least hash of the text's shingles under each of 128 functions (b-bit MinHash).

    The share of equal bytes of two signatures, less one chance in 256, estimates the Jaccard similarity of their sets
    of shingles, with a standard error of at most 0.045. ``None`` for a text without a word.

    Source: Broder, On the resemblance and containment of documents, 1997; Li and König, b-Bit Minwise Hashing, 2010.

    >>> minhash("قال الوزير إن القطار وصل") == minhash("قَالَ الوزير: إنّ القطار وصل.")
    True
    """
    words = _WORDS.findall(_UNWRITTEN.sub("", text))
    if not words:
        return None
    encoded = " ".join(words).encode("utf-8", "replace").split(b" ")  # all at once: a third of the time
    hashes = np.fromiter(map(zlib.crc32, encoded), np.uint64, len(encoded))
    width = min(SHINGLE, len(words))
    count = len(words) - width + 1
    shingles = sum((hashes[at : at + count] * _PLACES[at] for at in range(width)), np.zeros(count, np.uint64))
    least = np.full(SIZE, np.iinfo(np.uint64).max, np.uint64)
    for at in range(0, len(shingles), _BLOCK):
        block = _FACTORS[:, None] * shingles[None, at : at + _BLOCK]
        block += _TERMS[:, None]
        least = np.minimum(least, block.min(axis=1))
    return (least >> np.uint64(32)).astype(np.uint8).tobytes()


def similarities(one: NDArray[np.uint8], others: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Estimate what share of its shingles a text has in common with each of others, from 0 to 1.

    ``one`` is a signature as an array of 128 bytes, ``others`` one signature a row.
    """
    by_chance = 1 / 256
    equal: NDArray[np.float64] = (one == others).mean(axis=1)
    return np.clip((equal - by_chance) / (1 - by_chance), 0.0, 1.0)
