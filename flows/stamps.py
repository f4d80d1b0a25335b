"""What the file system says of each document -> which of them can't have changed since the published release read them.

The release alone says what is known; this only saves reading it again. A document's stamp is its device, inode, size,
modification and status change time. The last can't be set by anybody but the kernel, which sets it at every write and
rename, so a document with the same stamp has the same bytes; modification time and size alone would not tell. A stamp
that was too young when it was taken is not kept, since a write in the same tick of the clock would not show (as git
does it for its index). Stamps are kept for one release, in one file that bears its name: a release without its file, or
a file that can't be read, costs a run that reads every document, and nothing else.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import feather

from flows.ledger import places_in
from flows.lines import Reading
from flows.listing import STAMP_COLUMNS, Listing, Ref
from flows.parts import sync
from flows.store import STAMPS, Warehouse

_YOUNG_NANOSECONDS = 2_000_000_000
_TOLD = b"qawl"


class Stamps:
    """The stamps of the documents that a release has read; none where they are not known."""

    def __init__(self, kept: pa.Table, reading: str = "", lines: Mapping[str, tuple[int, int]] = {}) -> None:
        self._addresses = kept.column("source_uri").cast(pa.large_string())
        self._columns = [kept.column(name).to_numpy() for name in STAMP_COLUMNS]
        self._reading = reading
        self._lines = lines

    def unchanged(self, listing: Listing) -> NDArray[np.bool_]:
        """Say of each document whether it has the stamp that it had.

        Lines have no stamps of their own: what they hold tells whether they have changed.
        """
        places = places_in(listing.addresses, self._addresses)
        is_unchanged: NDArray[np.bool_] = (places >= 0) & ~listing.is_line & (listing.columns["changed_ns"] != 0)
        if len(self._addresses):
            for name, values in zip(STAMP_COLUMNS, self._columns, strict=True):
                is_unchanged &= values[places] == listing.columns[name]
        return is_unchanged

    def lines_of(self, file: Ref, reading: str) -> pa.ChunkedArray | None:
        """Return the addresses of the lines of a file that is as it was and read as it was, ``None`` if it is not."""
        start, end = self._lines.get(file.source_uri, (0, 0))
        if reading != self._reading or end == start:
            return None
        same = all(int(values[start]) == own for values, own in zip(self._columns, file.stamp or (), strict=False))
        return self._addresses.slice(start, end - start) if same and file.stamp else None


def read_stamps(warehouse: Warehouse, release: Path | None) -> Stamps:
    """Read the stamps of the documents that a release has read."""
    try:
        if release is not None:
            with _path(warehouse, release.name).open("rb") as file:
                pool = pa.default_memory_pool()  # else it would be Arrow's, whatever the process has chosen
                kept = pa.ipc.open_file(file, memory_pool=pool).read_all()
            told = json.loads(kept.schema.metadata[_TOLD])
            return Stamps(kept, told["reading"], told["lines"])
    except (OSError, pa.ArrowException, KeyError, ValueError, TypeError):
        pass  # as if there were none: every document is read
    return Stamps(pa.table({name: pa.array([], pa.int64()) for name in ("source_uri", *STAMP_COLUMNS)}))


def write_stamps(
    place: tuple[Warehouse, Path], listing: Listing, known: NDArray[np.bool_], reading: Reading, listed_at: int
) -> None:
    """Keep the stamps of documents that a release has read as they are, for the next run; others' files go.

    ``place`` is the warehouse and the release, ``known`` says which documents those are, ``listed_at`` is when they
    were listed, in nanoseconds of the system's clock. Lines are kept where all of their file's are.
    """
    warehouse, release = place
    is_kept = known & _is_old(listing, listed_at)
    start = len(listing) - len(listing.digests)
    spans: dict[str, tuple[int, int]] = {}
    for address, count in reading.counts.items():
        span = slice(start, start + count)
        if count and (is_kept[span] & (listing.columns["offset"][span] >= 0)).all():
            spans[address] = (start, start + count)
        else:
            is_kept[span] = False
        start += count
    rows = np.flatnonzero(is_kept)
    lines = {address: np.searchsorted(rows, span).tolist() for address, span in spans.items()}
    columns = {"source_uri": listing.addresses.take(rows)}
    columns |= {name: pa.array(listing.columns[name][rows]) for name in STAMP_COLUMNS}
    told = {_TOLD: json.dumps({"reading": reading.key, "lines": lines})}
    path = _path(warehouse, release.name)
    new = path.with_name(f"{path.name}.new")
    with new.open("wb") as file:
        feather.write_feather(pa.table(columns, metadata=told), file)
    sync(new)
    new.replace(path)
    _remove_but(warehouse, path)


def drop_stamps(warehouse: Warehouse) -> None:
    """Keep no stamps: the next run reads every document."""
    _remove_but(warehouse, None)


def _remove_but(warehouse: Warehouse, kept: Path | None) -> None:
    for path in warehouse.root.glob(f"{STAMPS}*"):
        if path != kept:
            path.unlink(missing_ok=True)


def now() -> int:
    """Return the time on the clock that stamps are taken by, in nanoseconds."""
    return time.time_ns()


def _is_old(listing: Listing, listed_at: int) -> NDArray[np.bool_]:
    modified, changed = (listing.columns[name] for name in ("modified_ns", "changed_ns"))
    is_kept: NDArray[np.bool_] = (modified >= 0) & (changed > 0)
    is_kept &= np.maximum(modified, changed) < listed_at - _YOUNG_NANOSECONDS
    return is_kept


def _path(warehouse: Warehouse, run_id: str) -> Path:
    return warehouse.root / f"{STAMPS}{run_id}"
