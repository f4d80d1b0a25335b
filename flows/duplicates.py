"""The articles of a run and those of the release -> which of them repeat an earlier one.

An article repeats another if their texts are the same, or if their signatures (``transforms.fingerprint``) say that at
least ``NEAR`` of the runs of five words in their bodies are. Of two such articles the one ingested later repeats the
earlier; of the same run, the one with the later address. What it repeats always repeats nothing itself, so there are no
chains: an article like two others is given to the one it is most like. An article that repeats none stays so while its
text stays, whatever comes later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from flows.fingerprints import Articles, signatures
from flows.rivals import Rivals, Undecided, find_rivals
from transforms.fingerprint import similarities

NEAR = 0.8
"""Least similarity of near duplicates, from 0 to 1."""

_MOST_RIVALS = 100
"""Originals that an article is compared with for each key: more of them only share a template, and cost a square."""

Flag = tuple[str | None, str | None]
"""What ``duplicate_of`` and ``duplicate_kind`` of an article are to be."""


def find_duplicates(new: Articles, published: Articles) -> dict[str, dict[str, Flag]]:
    """Say which articles' flags change: part name -> article id -> its flag.

    Flags are decided for the new articles, and for those published ones whose original goes; the others keep theirs.
    """
    undecided = Undecided(new, published)
    if not len(undecided.numbers):
        return {}
    own, originals = find_rivals(undecided, published)
    numbers = np.union1d(undecided.flagged, own.numbers)
    settled = np.unique(originals.numbers)
    articles = pa.concat_tables([undecided.fingerprints(numbers), published.fingerprints(settled)])
    # What is earlier in this order is repeated by what is later; from here on articles are called by their place in it.
    order = pc.sort_indices(articles, sort_keys=[("ingested_at", "ascending"), ("source_uri", "ascending")])
    places = np.argsort(order.to_numpy())
    of_undecided = places[: len(numbers)][np.searchsorted(numbers, own.numbers)]
    of_settled = places[len(numbers) :][np.searchsorted(settled, originals.numbers)]
    rivals = Rivals(np.concatenate([of_undecided, of_settled]), np.concatenate([own.groups, originals.groups]))
    articles = articles.take(order)
    return _changes(_Decision(articles, np.sort(places[: len(numbers)]), rivals))


def _changes(decision: _Decision) -> dict[str, dict[str, Flag]]:
    """Return the flags that differ from those that the articles have."""
    articles = decision.articles
    ids, *before = (articles.column(name) for name in ("article_id", "duplicate_of", "duplicate_kind"))
    flags: dict[str, dict[str, Flag]] = defaultdict(dict)
    for place, original, kind in decision:
        flag = (None if original is None else ids[original].as_py(), kind)
        if flag != tuple(column[place].as_py() for column in before):
            flags[articles.column("part")[place].as_py()][ids[place].as_py()] = flag
    return flags


class _Decision:
    """Iterates over the undecided articles: the place of each, of what it repeats, and how."""

    def __init__(self, articles: pa.Table, undecided: NDArray[np.int64], rivals: Rivals) -> None:
        self.articles = articles
        self._undecided = undecided
        self._texts = pc.dictionary_encode(articles.column("text_sha256").combine_chunks()).indices.to_numpy()
        self._signatures, self._has_words = signatures(articles.column("text_minhash"))
        self._rows = np.cumsum(self._has_words) - 1
        by_place = np.argsort(rivals.numbers, kind="stable")
        self._keys = rivals.groups[by_place]
        self._ends = np.searchsorted(rivals.numbers[by_place], np.arange(len(articles) + 1))

    def __iter__(self) -> Iterator[tuple[int, int | None, str | None]]:
        originals: dict[int, list[int]] = defaultdict(list)
        for place in np.setdiff1d(np.arange(len(self.articles)), self._undecided).tolist():
            self._add(originals, place)
        for place in self._undecided.tolist():
            earlier = sorted({rival for key in self._keys_of(place) for rival in originals[key] if rival < place})
            original, kind = self._choose(place, earlier)
            if original is None:
                self._add(originals, place)
            yield place, original, kind

    def _keys_of(self, place: int) -> list[int]:
        keys: list[int] = self._keys[self._ends[place] : self._ends[place + 1]].tolist()
        return keys

    def _add(self, originals: dict[int, list[int]], place: int) -> None:
        for key in self._keys_of(place):
            if len(originals[key]) < _MOST_RIVALS:
                originals[key].append(place)

    def _choose(self, place: int, earlier: list[int]) -> tuple[int, str] | tuple[None, None]:
        """Choose what an article repeats: the same text before a like one, the most like, then the earliest."""
        for rival in earlier:
            if self._texts[rival] == self._texts[place]:
                return rival, "exact"
        worded = [rival for rival in earlier if self._has_words[rival]]
        if not worded or not self._has_words[place]:
            return None, None
        likeness = similarities(self._signatures[self._rows[place]], self._signatures[self._rows[worded]])
        best = int(likeness.argmax())
        return (worded[best], "near") if likeness[best] >= NEAR else (None, None)
