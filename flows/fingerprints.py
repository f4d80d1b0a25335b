"""Part files of articles -> what is known of their texts, in columns, part by part: nothing grows with the release."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from flows.arrow import schema_of
from flows.keys import Keys, are_in, keys_of
from flows.parts import read_part
from transforms.contract import ARTICLES
from transforms.fingerprint import SIZE

FINGERPRINT = (
    "article_id",
    "source_uri",
    "ingested_at",
    "text_sha256",
    "text_minhash",
    "duplicate_of",
    "duplicate_kind",
)
"""The columns of articles that say what one repeats; with the part it stands in they are its fingerprint."""

BAND_BYTES = 8
"""Bytes that two signatures must share in one place to be compared: 95 % of pairs with 0.8 in common do, 6 % at 0.5."""

BANDS = SIZE // BAND_BYTES
"""Places where signatures are compared."""

Numbers = NDArray[np.int64]
"""Articles by their part's place among the parts, times 2**32, and their row's in it."""

_ROW = 32
_SCHEMA = pa.schema(
    [*(schema_of(ARTICLES).field(name).remove_metadata() for name in FINGERPRINT), ("part", pa.string())]
)


class Articles:
    """The articles of some part files, but for those without which they are looked at; read as often as asked."""

    def __init__(self, paths: Iterable[Path], without: Collection[str] = ()) -> None:
        self._paths = tuple(paths)
        self.without: Keys = np.sort(keys_of(pa.array(list(without), pa.string())))

    def parts(self, columns: Sequence[str]) -> Iterator[tuple[Numbers, pa.Table]]:
        """Read some columns part by part, with the number of each article."""
        for place, path in enumerate(self._paths):
            data = self._read(path, columns)
            yield numbers_of(place, len(data)), data

    def fingerprints(self, numbers: Numbers) -> pa.Table:
        """Return the fingerprints of the articles of some numbers, which are in order."""
        found = [_SCHEMA.empty_table()]
        for place in np.unique(numbers >> _ROW).tolist():
            rows = numbers[numbers >> _ROW == place] & (2**_ROW - 1)
            data = self._read(self._paths[place], FINGERPRINT).take(pa.array(rows))
            part = pa.array([self._paths[place].name] * len(rows), pa.string())
            found.append(data.append_column("part", part).cast(_SCHEMA))
        return pa.concat_tables(found)

    def _read(self, path: Path, columns: Sequence[str]) -> pa.Table:
        if not len(self.without):
            return read_part(path, columns)
        data = read_part(path, dict.fromkeys(["article_id", *columns]))
        return data.filter(pa.array(~are_in(keys_of(data.column("article_id")), self.without))).select(list(columns))


def numbers_of(place: int, rows: int) -> Numbers:
    """Return the numbers of the articles of the part at a place."""
    return np.arange(rows, dtype=np.int64) + (place << _ROW)


def signatures(minhashes: pa.ChunkedArray) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return the signatures that are not null, one a row, and for each of ``minhashes`` whether it is one of them."""
    worded: NDArray[np.bool_] = minhashes.is_valid().to_numpy()
    array = minhashes.drop_null().combine_chunks()
    if not len(array):
        return np.empty((0, SIZE), np.uint8), worded
    start = np.frombuffer(array.buffers()[1], np.int32)[array.offset]
    found = np.frombuffer(array.buffers()[2], np.uint8, len(array) * SIZE, start).reshape(len(array), SIZE)
    return found, worded


def bands(minhashes: pa.ChunkedArray) -> tuple[Keys, NDArray[np.bool_]]:
    """Return the keys of signatures, a column for each of the ``BANDS``, and which rows have one."""
    found, worded = signatures(minhashes)
    keys = found.view(np.uint64)
    if len(keys) == len(worded):
        return keys, worded
    every = np.zeros((len(worded), BANDS), np.uint64)
    every[worded] = keys
    return every, worded
