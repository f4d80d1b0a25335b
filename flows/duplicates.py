"""The articles of a run and those of the release -> which of them repeat an earlier one.

An article repeats another if their texts are the same, or if their signatures (``transforms.fingerprint``) say that at
least ``NEAR`` of the runs of five words in their bodies are. Of two such articles the one ingested later repeats the
earlier; of the same run, the one with the later address. What it repeats always repeats nothing itself, so there are no
chains: an article like two others is given to the one it is most like. An article that repeats none stays so while its
text stays, whatever comes later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from flows.arrow import columns_from
from flows.checks import tuples
from flows.parts import read_part
from transforms.fingerprint import SIZE, similarities

NEAR = 0.8
"""Least similarity of near duplicates, from 0 to 1."""

_COLUMNS = ("article_id", "source_uri", "ingested_at", "text_sha256", "text_minhash", "duplicate_of", "duplicate_kind")
_BAND_BYTES = 8
"""Bytes that two signatures must share in one place to be compared: 95 % of the pairs at ``NEAR`` do, 6 % at 0.5."""

_MOST_RIVALS = 100
"""Originals that an article is compared with for each key: more of them only share a template, and cost a square."""

Flag = tuple[str | None, str | None]
"""What ``duplicate_of`` and ``duplicate_kind`` of an article are to be."""


class Fingerprint(NamedTuple):
    """What is known of one article's text; ``part`` holds its row, ``ingested_at`` is in microseconds since 1970."""

    article_id: str
    source_uri: str
    ingested_at: int
    text_sha256: str
    text_minhash: bytes | None
    duplicate_of: str | None
    duplicate_kind: str | None
    part: str

    @property
    def order(self) -> tuple[int, str]:
        """Whatever comes first in this order is repeated by the other."""
        return self.ingested_at, self.source_uri


def fingerprints(paths: Iterable[Path], without: Collection[str] = ()) -> Iterator[Fingerprint]:
    """Read the fingerprints of the articles in some part files, but for some articles."""
    for path in paths:
        for row in tuples(columns_from(read_part(path, _COLUMNS), times_as_numbers=True), _COLUMNS):
            if row[0] not in without:
                yield Fingerprint._make((*row, path.name))


def find_duplicates(new: Iterable[Fingerprint], published: Iterable[Fingerprint]) -> dict[str, dict[str, Flag]]:
    """Say which articles' flags change: part name -> article id -> its flag.

    Flags are decided for the new articles, and for those published ones whose original is not among ``published`` any
    more; the others keep theirs.
    """
    articles = list(published)
    known = {article.article_id for article in articles}
    orphans = [a for a in articles if a.duplicate_of is not None and a.duplicate_of not in known]
    undecided = sorted([*orphans, *new], key=lambda a: a.order)
    originals = [a for a in articles if a.duplicate_of is None]
    flags: dict[str, dict[str, Flag]] = defaultdict(dict)
    for article, flag in zip(undecided, _Decision([*undecided, *originals], len(undecided)).flags(), strict=True):
        if flag != (article.duplicate_of, article.duplicate_kind):
            flags[article.part][article.article_id] = flag
    return flags


class _Decision:
    """Articles by their number, the undecided ones first and in order, then the originals that stay so."""

    def __init__(self, articles: list[Fingerprint], undecided: int) -> None:
        self._articles = articles
        self._undecided = undecided
        self._signatures = np.zeros((len(articles), SIZE), np.uint8)
        self._has_words = np.array([article.text_minhash is not None for article in articles], bool)
        for number, article in enumerate(articles):
            if article.text_minhash is not None:
                self._signatures[number] = np.frombuffer(article.text_minhash, np.uint8)
        self._keys = self._shared_keys()

    def flags(self) -> Iterator[Flag]:
        """Yield the flag of each undecided article."""
        originals: dict[bytes, list[int]] = defaultdict(list)
        settled = range(self._undecided, len(self._articles))
        for number in sorted(settled, key=lambda number: self._articles[number].order):
            self._add(originals, number)
        for number in range(self._undecided):
            own = self._keys.get(number, ())
            flag = self._flag(number, {rival for key in own for rival in originals[key]})
            if flag[0] is None:
                self._add(originals, number)
            yield flag

    def _add(self, originals: dict[bytes, list[int]], number: int) -> None:
        for key in self._keys.get(number, ()):
            if len(originals[key]) < _MOST_RIVALS:
                originals[key].append(number)

    def _flag(self, number: int, rivals: set[int]) -> Flag:
        """Choose what an article repeats: the same text before a like one, the most like, then the earliest."""
        article = self._articles[number]
        earlier = [rival for rival in rivals if self._articles[rival].order < article.order]
        earlier.sort(key=lambda rival: self._articles[rival].order)
        for rival in earlier:
            if self._articles[rival].text_sha256 == article.text_sha256:
                return self._articles[rival].article_id, "exact"
        worded = [rival for rival in earlier if self._has_words[rival]]
        if not worded or not self._has_words[number]:
            return None, None
        likeness = similarities(self._signatures[number], self._signatures[worded])
        best = int(likeness.argmax())
        return (self._articles[worded[best]].article_id, "near") if likeness[best] >= NEAR else (None, None)

    def _shared_keys(self) -> dict[int, list[bytes]]:
        """Return, by number, the keys that an article shares with another: most have none, at no further cost."""
        bands = self._signatures.view(np.uint64)
        texts = np.array([int(a.text_sha256[: 2 * _BAND_BYTES], 16) for a in self._articles], np.uint64)
        shared: dict[int, list[bytes]] = defaultdict(list)
        for band, column in enumerate([*bands.T, texts]):
            rows = np.flatnonzero(self._has_words) if band < bands.shape[1] else np.arange(len(texts))
            for row in rows[_is_repeated(column[rows])]:
                shared[int(row)].append(bytes([band]) + column[row].tobytes())
        return shared


def _is_repeated(keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
    _, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
    return counts[inverse] > 1
