"""A release -> which documents it knows, by what bytes and rules, and in which parts their rows are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from flows.parts import parts_of, read_part, rows_of
from transforms.model import Reason, Record

_CHUNK = 65_536
_ARTICLE_COLUMNS = (
    "source_uri",
    "article_id",
    "content_sha256",
    "transform_version",
    "version",
    "byte_count",
    "published_at",
    "ingested_at",
    "first_ingested_at",
    "renamed_from",
)
_REJECT_COLUMNS = ("source_uri", "article_id", "content_sha256", "transform_version", "record", "reason", "run_id")
_NUMBERS = ("version", "byte_count", "published_at", "ingested_at", "first_ingested_at")
_NAMES = ("transform_version", "part", "reason", "run_id")
_NO_TIME = np.iinfo(np.int64).min
_ID_BYTES, _DIGEST_BYTES = 16, 32

Column = NDArray[Any]


class Entry(NamedTuple):
    """What a release knows of one document. ``part`` is the name that its part files have in every table's folder.

    ``reason`` and ``run_id``, the run that refused it, are a rejected document's and the others an article's. Times are
    in microseconds since 1970.
    """

    article_id: str
    fingerprint: str
    transform_version: str
    part: str
    reason: str | None = None
    version: int = 0
    byte_count: int = 0
    published_at: int | None = None
    ingested_at: int = 0
    first_ingested_at: int = 0
    renamed_from: str | None = None
    run_id: str = ""

    @property
    def is_article(self) -> bool:
        """Whether the document is an article."""
        return self.reason is None

    @property
    def is_forgotten(self) -> bool:
        """Whether its operator took the document down."""
        return self.reason == Reason.FORGOTTEN


class Ledger:
    """The documents of a release, read from its tables: there is no second record that could disagree with them.

    They are kept in columns, a value for each document, and an entry is made when it is asked for: a million entries
    take a gigabyte, their columns a fifth of it. A row is a document's place in them. ``digests`` holds the SHA-256 of
    what was read; where nothing was, ``is_unread`` says so.
    """

    def __init__(self, release: Path | None) -> None:
        paths = [] if release is None else [p for name in ("articles", "rejects") for p in parts_of(release / name)]
        most = sum(map(rows_of, paths))
        self._values: dict[str, list[str | None]] = {}
        self._codes = {name: np.zeros(most, np.int32) for name in _NAMES}
        self._numbers = {name: np.zeros(most, np.int64) for name in _NUMBERS}
        self._ids = np.zeros((most, _ID_BYTES), np.uint8)
        self.digests = np.zeros((most, _DIGEST_BYTES), np.uint8)
        self.is_unread = np.zeros(most, np.bool_)
        addresses, olds = self._filled(paths)
        self.addresses = pa.chunked_array(addresses, pa.large_string())
        self._renamed_from = pa.chunked_array(olds, pa.large_string())
        self._cut(len(self.addresses))
        self.is_article = self.has("reason", [None])
        self.is_forgotten = self.has("reason", [Reason.FORGOTTEN])

    def _filled(self, paths: Iterable[Path]) -> tuple[list[pa.Array], list[pa.Array]]:
        """Fill the columns from part files, in place; return the addresses and those that documents had before."""
        places: dict[str, dict[str | None, int]] = {name: {} for name in _NAMES}
        addresses, olds = [], []
        end = 0
        for path in paths:
            data = _documents_in(path)
            start, end = end, end + len(data)
            addresses.append(_column(data, "source_uri").cast(pa.large_string()))
            olds.append(_column(data, "renamed_from").cast(pa.large_string()))
            self._ids[start:end] = _unhexed(_column(data, "article_id"), _ID_BYTES)
            digests = _column(data, "content_sha256")
            self.digests[start:end] = _unhexed(pc.fill_null(digests, "0" * 2 * _DIGEST_BYTES), _DIGEST_BYTES)
            self.is_unread[start:end] = digests.is_null()
            for name in _NUMBERS:
                self._numbers[name][start:end] = _column(data, name).cast(pa.int64()).fill_null(_NO_TIME)
            for name in _NAMES:
                own = pa.repeat(path.name, len(data)) if name == "part" else _column(data, name)
                self._codes[name][start:end] = _codes(own.dictionary_encode(), places[name])
        self._values = {name: list(known) for name, known in places.items()}
        return addresses, olds

    def _cut(self, length: int) -> None:
        """Leave away the room of rows that are no documents."""
        self._codes = {name: codes[:length] for name, codes in self._codes.items()}
        self._numbers = {name: numbers[:length] for name, numbers in self._numbers.items()}
        self._ids, self.digests, self.is_unread = self._ids[:length], self.digests[:length], self.is_unread[:length]

    def __len__(self) -> int:
        return len(self.addresses)

    def rows_of(self, addresses: pa.ChunkedArray) -> NDArray[np.int32]:
        """Return the row of each address, -1 for what the release does not know."""
        return places_in(addresses, self.addresses)

    def rows_with(self, article_ids: Collection[str]) -> Column:
        """Return the rows of some articles and refused documents, in any order."""
        wanted = np.frombuffer(bytes.fromhex("".join(article_ids)), f"S{_ID_BYTES}")
        return np.flatnonzero(np.isin(self._ids.view(f"S{_ID_BYTES}").ravel(), wanted))

    def has(self, name: str, values: Iterable[str | None]) -> NDArray[np.bool_]:
        """Say of every document whether a column of names has one of these values."""
        wanted = set(values)
        codes = [code for code, value in enumerate(self._values[name]) if value in wanted]
        return np.isin(self._codes[name], codes)

    def published_at(self, row: int) -> int | None:
        """Return when an article was published."""
        number = int(self._numbers["published_at"][row])
        return None if number == _NO_TIME else number

    def sizes(self, rows: Column) -> Column:
        """Return how many bytes some articles had."""
        return self._numbers["byte_count"][rows]

    def article_ids(self, rows: Column) -> frozenset[str]:
        """Return the ids of some documents."""
        return frozenset(row.tobytes().hex() for row in self._ids[rows])

    def items(self, rows: Column | None = None) -> Iterator[tuple[str, Entry]]:
        """Yield the address and the entry of some documents, given by their rows, or of all."""
        chosen = np.arange(len(self)) if rows is None else rows
        for start in range(0, len(chosen), _CHUNK):
            yield from self._items(chosen[start : start + _CHUNK])

    def forgotten(self) -> frozenset[str]:
        """Return the fingerprints of the bytes that were taken down."""
        return frozenset(entry.fingerprint for _, entry in self.items(np.flatnonzero(self.is_forgotten)))

    def documents_in_parts(self) -> Counter[str]:
        """Count each part's documents."""
        counts = np.bincount(self._codes["part"], minlength=len(self._values["part"]))
        found = zip(self._values["part"], counts.tolist(), strict=True)
        return Counter({str(part): count for part, count in found if count})

    def parts_with(self, article_ids: Collection[str]) -> set[str]:
        """Return the parts that hold rows of any of these articles."""
        return set(self.parts_of(self.rows_with(article_ids)))

    def parts_of(self, rows: Column) -> list[str]:
        """Return the parts of some documents, each once."""
        return [str(self._values["part"][code]) for code in np.unique(self._codes["part"][rows])]

    def _items(self, rows: Column) -> Iterator[tuple[str, Entry]]:
        names = {name: [self._values[name][code] for code in self._codes[name][rows]] for name in _NAMES}
        numbers = (self._numbers[name][rows].tolist() for name in _NUMBERS)
        for address, owner, digest, unread, rules, part, reason, run_id, version, size, day, read, first, old in zip(
            self.addresses.take(rows).to_pylist(),
            self._ids[rows],
            self.digests[rows],
            self.is_unread[rows],
            *names.values(),
            *numbers,
            self._renamed_from.take(rows).to_pylist(),
            strict=True,
        ):
            known = fingerprint(None if unread else digest.tobytes().hex(), reason)
            when = None if day == _NO_TIME else day
            history = (version, size, when, read, first, old)
            yield address, Entry(owner.tobytes().hex(), known, rules, part, reason, *history, run_id or "")


def fingerprint(content_sha256: str | None, reason: str | None) -> str:
    """Return what must stay the same for a document to be unchanged: its bytes or, unread, the reason it was refused.

    >>> fingerprint(None, "too_large")
    'too_large'
    """
    return content_sha256 or reason or ""


def places_in(values: pa.ChunkedArray, among: pa.ChunkedArray) -> NDArray[np.int32]:
    """Return the place that each of some texts has among others, -1 for none."""
    if not len(among):
        return np.full(len(values), -1, np.int32)
    found = pc.fill_null(pc.index_in(values, value_set=among), -1).to_numpy()
    return np.asarray(found, np.int32)


def _documents_in(path: Path) -> pa.Table:
    """Read what a part file says of documents: articles, or the rejects that are whole documents."""
    if path.parent.name == "articles":
        return read_part(path, _ARTICLE_COLUMNS)
    rejects = read_part(path, _REJECT_COLUMNS)
    return rejects.filter(pc.equal(rejects.column("record"), Record.DOCUMENT.value))


def _column(data: pa.Table, name: str) -> pa.Array:
    if name not in data.column_names:
        return pa.nulls(len(data), pa.int64() if name in _NUMBERS else pa.string())
    return data.column(name).combine_chunks()


def _unhexed(texts: pa.Array, width: int) -> Column:
    """Turn texts of hexadecimal digits, all of one length, into rows of so many bytes."""
    data = bytes.fromhex("".join(texts.to_pylist()))
    return np.frombuffer(data, np.uint8).reshape(len(texts), width)


def _codes(names: pa.DictionaryArray, places: dict[str | None, int]) -> Column:
    """Return the place of each name among all that are known, to which new ones are added."""
    known = [places.setdefault(name, len(places)) for name in (*names.dictionary.to_pylist(), None)]
    codes: Column = np.array(known, np.int32)[np.asarray(names.indices.fill_null(len(known) - 1))]
    return codes
