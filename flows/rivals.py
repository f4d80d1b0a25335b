"""Undecided articles and published ones -> which of them share a key, so that only those are ever compared.

A key is eight bytes of a signature in one place, or the text's hash. Published articles are read part by part, and only
what shares a key with an undecided one is kept. The keys of all undecided ones are held together, for as many places at
once as ``_BYTES`` allow; so are the numbers of those that share one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from flows.fingerprints import BANDS, Articles, Numbers, bands, numbers_of
from flows.keys import Keys, are_in, keys_of, repeated

_TEXT = BANDS
"""The place after the bands: the hash of the text, which texts without a word have too."""

_BYTES = 64 * 2**20
"""Most bytes that the keys of the undecided articles take at once; at least those of one place are held."""

_COLUMNS = ("text_minhash", "text_sha256")

_Found = tuple[Numbers, Keys]
"""Articles, and the key that each has in one place."""


class Undecided:
    """The new articles, and those published ones whose original goes: what they repeat is to be said."""

    def __init__(self, new: Articles, published: Articles) -> None:
        self._new = new
        self._orphans = _orphans(published)
        lengths = [len(numbers) for numbers, _ in new.parts(("duplicate_of",))]
        self._orphans_at = len(lengths)
        self.numbers: Numbers = np.concatenate(
            [numbers_of(place, rows) for place, rows in enumerate([*lengths, len(self._orphans)])]
        )
        flagged = [data.column("duplicate_of").is_valid().to_numpy() for data in self.parts(("duplicate_of",))]
        self.flagged: Numbers = self.numbers[np.concatenate(flagged)]

    def parts(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        """Read some columns part by part."""
        for _, data in self._new.parts(columns):
            yield data
        yield self._orphans.select(list(columns))

    def fingerprints(self, numbers: Numbers) -> pa.Table:
        """Return the fingerprints of the articles of some numbers, which are in order."""
        orphans = numbers_of(self._orphans_at, len(self._orphans))
        of_new = numbers[~np.isin(numbers, orphans)]
        return pa.concat_tables(
            [self._new.fingerprints(of_new), self._orphans.filter(pa.array(np.isin(orphans, numbers)))]
        )


@dataclass(frozen=True, slots=True)
class Rivals:
    """Which articles have which keys: ``groups`` names the key that the article of the same place has."""

    numbers: Numbers
    groups: NDArray[np.int64]


def find_rivals(undecided: Undecided, published: Articles) -> tuple[Rivals, Rivals]:
    """Find the undecided articles and the published originals that share a key with an undecided one."""
    at_once = max(1, _BYTES // (2 * 8 * max(1, len(undecided.numbers))))
    count = 0
    found: tuple[list[Rivals], list[Rivals]] = ([], [])
    for first in range(0, BANDS + 1, at_once):
        places = range(first, min(first + at_once, BANDS + 1))
        for (mine, own), (numbers, theirs) in _shared(undecided, published, places):
            shared = np.union1d(own, theirs)
            found[0].append(Rivals(mine, count + np.searchsorted(shared, own)))
            found[1].append(Rivals(numbers, count + np.searchsorted(shared, theirs)))
            count += len(shared)
    return _together(found[0]), _together(found[1])


def _together(rivals: Sequence[Rivals]) -> Rivals:
    return Rivals(np.concatenate([r.numbers for r in rivals]), np.concatenate([r.groups for r in rivals]))


def _shared(undecided: Undecided, published: Articles, places: Sequence[int]) -> list[tuple[_Found, _Found]]:
    """Return, for each place, the undecided articles and the originals that share a key there, and that key."""
    keys, worded = _own_keys(undecided, places)
    ordered = [np.sort(own[_has_key(place, worded)]) for place, own in zip(places, keys, strict=True)]
    found = []
    for at, originals in enumerate(_originals(published, places, ordered)):
        shared = np.union1d(repeated(ordered[at]), originals[1])
        mine = np.flatnonzero(_has_key(places[at], worded) & are_in(keys[at], shared))
        found.append(((undecided.numbers[mine], keys[at][mine]), originals))
    return found


def _own_keys(undecided: Undecided, places: Sequence[int]) -> tuple[Keys, NDArray[np.bool_]]:
    """Return the keys of the undecided articles, a row for each place, and which of them have words."""
    keys = np.zeros((len(places), len(undecided.numbers)), np.uint64)
    worded = np.zeros(len(undecided.numbers), bool)
    start = 0
    for data in undecided.parts(_COLUMNS):
        end = start + len(data)
        keys[:, start:end], worded[start:end] = _keys(data, places)
        start = end
    return keys, worded


def _originals(published: Articles, places: Sequence[int], ordered: Sequence[Keys]) -> list[tuple[Numbers, Keys]]:
    """Return, for each place, the published originals that have one of some keys there, and which they have."""
    found: list[list[_Found]] = [[(np.empty(0, np.int64), np.empty(0, np.uint64))] for _ in places]
    for numbers, data in published.parts((*_COLUMNS, "duplicate_of")):
        theirs, have_words = _keys(data, places)
        is_original = data.column("duplicate_of").is_null().to_numpy()
        for at, place in enumerate(places):
            hits = np.flatnonzero(is_original & _has_key(place, have_words) & are_in(theirs[at], ordered[at]))
            if len(hits):
                found[at].append((numbers[hits], theirs[at][hits]))
    return [(np.concatenate([n for n, _ in lists]), np.concatenate([k for _, k in lists])) for lists in found]


def _keys(data: pa.Table, places: Sequence[int]) -> tuple[Keys, NDArray[np.bool_]]:
    every, worded = bands(data.column("text_minhash"))
    keys = np.empty((len(places), len(data)), np.uint64)
    for at, place in enumerate(places):
        keys[at] = keys_of(data.column("text_sha256")) if place == _TEXT else every[:, place]
    return keys, worded


def _has_key(place: int, worded: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.ones(len(worded), bool) if place == _TEXT else worded


def _orphans(published: Articles) -> pa.Table:
    """Return the fingerprints of the published articles whose original is among those that go."""
    found: list[Numbers] = [np.empty(0, np.int64)]
    if len(published.without):
        for numbers, data in published.parts(("duplicate_of",)):
            column = data.column("duplicate_of")
            repeats: NDArray[np.bool_] = np.array(column.is_valid())
            repeats[repeats] = are_in(keys_of(column.drop_null()), published.without)
            found.append(numbers[repeats])
    return published.fingerprints(np.concatenate(found))
