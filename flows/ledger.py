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

from flows.parts import parts_of, read_part
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
        pieces = [] if release is None else list(_pieces(release))
        self.addresses = pa.chunked_array([chunk for piece in pieces for chunk in piece.addresses], pa.large_string())
        self._renamed_from = pa.chunked_array([chunk for piece in pieces for chunk in piece.renamed], pa.large_string())
        self._values: dict[str, list[str | None]] = {}
        self._codes: dict[str, NDArray[np.int32]] = {}
        for name in _NAMES:
            self._values[name], self._codes[name] = _united([piece.names[name] for piece in pieces])
        self._numbers = {name: _joined([piece.numbers[name] for piece in pieces], np.int64, ()) for name in _NUMBERS}
        self._ids = _joined([piece.ids for piece in pieces], np.uint8, (_ID_BYTES,))
        self.digests = _joined([piece.digests for piece in pieces], np.uint8, (_DIGEST_BYTES,))
        self.is_unread: NDArray[np.bool_] = _joined([piece.is_unread for piece in pieces], np.bool_, ())
        self.is_article = self.has("reason", [None])
        self.is_forgotten = self.has("reason", [Reason.FORGOTTEN])

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


class _Piece(NamedTuple):
    """The documents of one part file."""

    addresses: list[pa.Array]
    renamed: list[pa.Array]
    ids: Column
    digests: Column
    is_unread: NDArray[np.bool_]
    names: dict[str, pa.DictionaryArray]
    numbers: dict[str, Column]


def _pieces(release: Path) -> Iterator[_Piece]:
    for path in parts_of(release / "articles"):
        yield _piece(read_part(path, _ARTICLE_COLUMNS), path.name)
    for path in parts_of(release / "rejects"):
        rejects = read_part(path, _REJECT_COLUMNS)
        yield _piece(rejects.filter(pc.equal(rejects.column("record"), Record.DOCUMENT.value)), path.name)


def _piece(data: pa.Table, part: str) -> _Piece:
    def column(name: str) -> pa.Array:
        if name == "part":
            return pa.repeat(part, len(data))
        if name not in data.column_names:
            return pa.nulls(len(data), pa.int64() if name in _NUMBERS else pa.string())
        return data.column(name).combine_chunks()

    digests = column("content_sha256")
    return _Piece(
        [column("source_uri").cast(pa.large_string())],
        [column("renamed_from").cast(pa.large_string())],
        _unhexed(column("article_id"), _ID_BYTES),
        _unhexed(pc.fill_null(digests, "0" * 2 * _DIGEST_BYTES), _DIGEST_BYTES),
        digests.is_null().to_numpy(zero_copy_only=False),
        {name: column(name).dictionary_encode() for name in _NAMES},
        {name: _as_numbers(column(name)) for name in _NUMBERS},
    )


def _as_numbers(column: pa.Array) -> Column:
    return np.asarray(column.cast(pa.int64()).fill_null(_NO_TIME))


def _unhexed(texts: pa.Array, width: int) -> Column:
    """Turn texts of hexadecimal digits, all of one length, into rows of so many bytes."""
    data = bytes.fromhex("".join(texts.to_pylist()))
    return np.frombuffer(data, np.uint8).reshape(len(texts), width)


def _united(columns: list[pa.DictionaryArray]) -> tuple[list[str | None], NDArray[np.int32]]:
    """Unite columns of names that repeat: the names, and each document's place in them."""
    places: dict[str | None, int] = {}
    codes: list[Column] = [np.zeros(0, np.int32)]
    for column in columns:
        known = [places.setdefault(name, len(places)) for name in (*column.dictionary.to_pylist(), None)]
        own = column.indices.fill_null(len(known) - 1).to_numpy(zero_copy_only=False)
        codes.append(np.array(known, np.int32)[own])
    return list(places), np.concatenate(codes)


def _joined(pieces: list[Column], kind: Any, shape: tuple[int, ...]) -> Column:  # noqa: ANN401 - as NumPy types it
    return np.concatenate([np.zeros((0, *shape), kind), *pieces])
