"""References to documents -> the listing of a raw folder: columns, since a reference each would take a gigabyte."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from flows.addresses import file_of, is_of_lines, line_uri, source_of
from transforms.model import Reason

_CHUNK, _REFS = 65_536, 4_096  # addresses kept as texts, references made in one go
_DIGEST_BYTES = 32
_TROUBLES = (None, *Reason)
_TROUBLE_NUMBERS = {trouble: number for number, trouble in enumerate(_TROUBLES)}
_TYPES = {
    "path": "i",
    "size": "q",
    "trouble": "b",
    "offset": "q",
    "line": "i",
    "device": "Q",
    "inode": "Q",
    "file_size": "q",
    "modified_ns": "q",
    "changed_ns": "q",
}

STAMP_COLUMNS = ("device", "inode", "file_size", "modified_ns", "changed_ns")
"""The columns of a listing that are the fields of a stamp, in their order."""

Column = NDArray[Any]


class Stamp(NamedTuple):
    """What the file system says of a file: times are in nanoseconds, ``changed_ns`` is its status change time."""

    device: int
    inode: int
    size: int
    modified_ns: int
    changed_ns: int


@dataclass(frozen=True, slots=True)
class Ref:
    """Where a document is. ``trouble`` says why it must not be opened; ``size`` (bytes) and ``stamp`` are as listed.

    A document that is a line of a file has its number in ``line``, from 1, and begins at ``offset``, counted in what
    the file holds unpacked; ``digest`` is what it held when it was listed, and ``stamp`` is the file's. A file that
    can't be read to its end is a document too: ``line`` is where that is, and it has no offset.
    """

    source_uri: str
    path: str
    size: int
    trouble: Reason | None = None
    stamp: Stamp | None = None
    offset: int = -1
    line: int = 0
    digest: str | None = None

    @property
    def source(self) -> str:
        """The outlet that the address says."""
        return source_of(self.source_uri)

    @property
    def is_line(self) -> bool:
        """Whether the document is a line of a file."""
        return self.offset >= 0

    @property
    def is_unlisted(self) -> bool:
        """Whether this stands for a folder or a file whose documents can't be seen, or not all of them."""
        return not self.is_line and (self.source_uri.endswith("/") or is_of_lines(self.source_uri))


class Listing(Sequence[Ref]):
    """The documents of a raw folder: whole files in the order of their addresses, then lines as they stand.

    A reference is made when it is asked for. ``addresses`` and each of ``columns`` have a value for each document, in
    that order; ``digests`` one for each line, which are the last documents. ``files`` are those that have lines.
    """

    def __init__(
        self, addresses: pa.ChunkedArray, columns: dict[str, Column], digests: Column, paths: _Paths, files: list[Ref]
    ) -> None:
        self.addresses = addresses
        self.columns = columns
        self.digests = digests
        self.files = files
        self._paths = paths

    @classmethod
    def of_files(cls, root: str, refs: Iterable[Ref]) -> Listing:
        """List documents that are whole files, given in any order; those that have lines are listed apart."""
        paths, files = _Paths(root), list[Ref]()
        addresses, columns, digests = _in_columns(_but_files_of_lines(refs, files), paths)
        order = pc.sort_indices(addresses).to_numpy()
        addresses = addresses.take(order)
        for name in columns:  # one by one, so that there is never a second of all
            columns[name] = columns[name][order]
        return cls(addresses, columns, digests, paths, sorted(files, key=lambda ref: ref.source_uri))

    def with_lines(self, refs: Iterable[Ref]) -> Listing:
        """Return the listing with lines, given file by file; of two with one id the later is refused."""
        addresses, columns, digests = _in_columns(refs, self._paths, is_lines=True)
        again = np.flatnonzero(_is_repeated(addresses))
        if len(again):
            columns["trouble"][again] = _TROUBLE_NUMBERS[Reason.DUPLICATE_ID]
            addresses = _renamed_to_numbers(addresses, columns["line"], again)
        return self._followed_by(addresses, columns, digests)

    def with_known_lines(self, groups: Sequence[tuple[Ref, pa.ChunkedArray, Column]]) -> Listing:
        """Return the listing with the lines of files that are as they were: a file, and its addresses and digests.

        Where they begin is not known: they are not to be read.
        """
        if not groups:
            return self
        lengths = [len(addresses) for _, addresses, _ in groups]
        stamps = [file.stamp or (0,) * len(STAMP_COLUMNS) for file, _, _ in groups]
        values: dict[str, list[int]] = {name: [0] * len(groups) for name in _TYPES}
        values["path"] = [self._paths.number(file) for file, _, _ in groups]
        values |= {name: [stamp[at] for stamp in stamps] for at, name in enumerate(STAMP_COLUMNS)}
        return self._followed_by(
            pa.chunked_array([chunk for _, addresses, _ in groups for chunk in addresses.chunks], pa.large_string()),
            {name: np.repeat(np.array(values[name], code), lengths) for name, code in _TYPES.items()},
            np.concatenate([digests for _, _, digests in groups]),
        )

    def _followed_by(self, addresses: pa.ChunkedArray, columns: dict[str, Column], digests: Column) -> Listing:
        if not len(addresses):
            return self
        return Listing(
            pa.chunked_array([*self.addresses.chunks, *addresses.chunks], pa.large_string()),
            {name: np.concatenate([values, columns.pop(name)]) for name, values in self.columns.items()},
            np.concatenate([self.digests, digests]),
            self._paths,
            self.files,
        )

    @property
    def is_line(self) -> NDArray[np.bool_]:
        """Whether each document is a line of a file."""
        found: NDArray[np.bool_] = self.columns["offset"] >= 0
        return found

    def __len__(self) -> int:
        return len(self.addresses)

    @overload
    def __getitem__(self, place: int) -> Ref: ...
    @overload
    def __getitem__(self, place: slice) -> list[Ref]: ...
    def __getitem__(self, place: int | slice) -> Ref | list[Ref]:
        rows = np.arange(len(self))[place]
        return list(self.refs(rows)) if isinstance(place, slice) else next(self.refs(np.array([rows])))

    def __iter__(self) -> Iterator[Ref]:
        return self.refs(np.arange(len(self)))

    def places_of(self, addresses: Sequence[str]) -> Column:
        """Return the places of some documents."""
        places = pc.index_in(pa.array(addresses, pa.large_string()), value_set=self.addresses)
        return np.asarray(places.drop_null())

    def has_size(self, rows: Column, sizes: Column) -> NDArray[np.bool_]:
        """Say of some documents whether they have one of these sizes."""
        return np.isin(self.columns["size"][rows], sizes)

    def unlisted(self) -> Iterator[str]:
        """Yield what the addresses begin with of documents that may be there and can't be seen."""
        for ref in self.refs(np.flatnonzero((self.columns["trouble"] != 0) & ~self.is_line)):
            if ref.is_unlisted:
                yield ref.source_uri if ref.source_uri.endswith("/") else f"{ref.source_uri}#"

    def refs(self, rows: Column) -> Iterator[Ref]:
        """Make the references of some documents, given by their places, as they are asked for."""
        for start in range(0, len(rows), _REFS):
            yield from self._refs(rows[start : start + _REFS])

    def _refs(self, rows: Column) -> Iterator[Ref]:
        first_line = len(self) - len(self.digests)
        columns = [self.columns[name][rows].tolist() for name in _TYPES]
        for row, address, path, size, trouble, offset, line, *stamp in zip(
            rows.tolist(), self.addresses.take(rows).to_pylist(), *columns, strict=True
        ):
            yield Ref(
                address,
                self._paths.path(address, path),
                size,
                _TROUBLES[trouble],
                Stamp(*stamp) if stamp[-1] else None,
                offset,
                line,
                self.digests[row - first_line].tobytes().hex() if offset >= 0 else None,
            )


class _Paths:
    """The paths that do not follow from an address, each once."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._numbers: dict[str, int] = {}
        self._paths: list[str] = []

    def number(self, ref: Ref) -> int:
        if ref.path == f"{self._root}/{ref.source_uri}":
            return -1
        number = self._numbers.setdefault(ref.path, len(self._paths))
        if number == len(self._paths):
            self._paths.append(ref.path)
        return number

    def path(self, address: str, number: int) -> str:
        return f"{self._root}/{address}" if number < 0 else self._paths[number]


def _but_files_of_lines(refs: Iterable[Ref], files: list[Ref]) -> Iterator[Ref]:
    for ref in refs:
        if ref.trouble is None and is_of_lines(ref.source_uri):
            files.append(ref)
        else:
            yield ref


def _in_columns(
    refs: Iterable[Ref], paths: _Paths, *, is_lines: bool = False
) -> tuple[pa.ChunkedArray, dict[str, Column], Column]:
    chunks: list[pa.Array] = []
    addresses: list[str] = []
    columns = {name: array(code) for name, code in _TYPES.items()}
    appends = [column.append for column in columns.values()]
    digests = bytearray()
    for ref in refs:
        addresses.append(ref.source_uri)
        values = (paths.number(ref), ref.size, _TROUBLE_NUMBERS[ref.trouble], ref.offset, ref.line)
        for append, value in zip(appends, (*values, *(ref.stamp or (0,) * 5)), strict=True):
            append(value)
        if is_lines:
            digests += bytes.fromhex(ref.digest) if ref.digest else bytes(_DIGEST_BYTES)
        if len(addresses) == _CHUNK:
            chunks.append(pa.array(addresses, pa.large_string()))
            addresses.clear()
    chunks.append(pa.array(addresses, pa.large_string()))
    found = {name: np.frombuffer(column, column.typecode) for name, column in columns.items()}
    return (
        pa.chunked_array(chunks, pa.large_string()),
        {name: values.copy() if name == "trouble" else values for name, values in found.items()},
        np.frombuffer(digests, np.uint8).reshape(-1, _DIGEST_BYTES),
    )


def _is_repeated(addresses: pa.ChunkedArray) -> NDArray[np.bool_]:
    """Say of each address whether it stands before: codes are given in the order in which values come."""
    codes = [chunk.indices.to_numpy() for chunk in addresses.dictionary_encode().chunks]
    numbers = np.concatenate([np.array([-1], np.int32), *codes])
    return numbers[1:] <= np.maximum.accumulate(numbers)[:-1]


def _renamed_to_numbers(addresses: pa.ChunkedArray, lines: Column, rows: Column) -> pa.ChunkedArray:
    """Give some lines the addresses that they would have without an id."""
    olds = addresses.take(rows).to_pylist()
    new = [line_uri(file_of(old), None, line) for old, line in zip(olds, lines[rows].tolist(), strict=True)]
    mask = np.zeros(len(addresses), bool)
    mask[rows] = True
    renamed = pc.replace_with_mask(addresses.combine_chunks(), mask, pa.array(new, pa.large_string()))
    return pa.chunked_array([renamed], pa.large_string())
