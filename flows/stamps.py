"""What the file system says of each document -> which of them can't have changed since the published release read them.

The release alone says what is known; this only saves reading it again. A document's stamp is its device, inode, size,
modification and status change time. The last can't be set by anybody but the kernel, which sets it at every write and
rename, so a document with the same stamp has the same bytes; modification time and size alone would not tell. A stamp
that was too young when it was taken is not kept, since a write in the same tick of the clock would not show (as git
does it for its index). Stamps are kept for one release, in one file that bears its name: a release without its file, or
a file that can't be read, costs a run that reads every document, and nothing else.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import feather

from flows.ledger import places_in
from flows.listing import STAMP_COLUMNS, Listing
from flows.parts import sync
from flows.store import STAMPS, Warehouse

_YOUNG_NANOSECONDS = 2_000_000_000


def unchanged(warehouse: Warehouse, release: Path | None, listing: Listing) -> NDArray[np.bool_]:
    """Say of each document whether it has the stamp that it had when a release read it; of none if that is not known.

    Lines have no stamps of their own: what they hold tells whether they have changed.
    """
    is_unchanged: NDArray[np.bool_] = np.zeros(len(listing), bool)
    if release is None:
        return is_unchanged
    try:
        with _path(warehouse, release.name).open("rb") as file:
            kept = feather.read_table(file)
        places = places_in(listing.addresses, kept.column("source_uri").cast(pa.large_string()))
        is_unchanged = (places >= 0) & ~listing.is_line & (listing.columns["changed_ns"] != 0)
        for name in STAMP_COLUMNS:
            is_unchanged &= kept.column(name).to_numpy()[places] == listing.columns[name]
    except (OSError, pa.ArrowException, KeyError, ValueError, IndexError):
        return np.zeros(len(listing), bool)
    return is_unchanged


def write_stamps(
    warehouse: Warehouse, release: Path, listing: Listing, known: NDArray[np.bool_], listed_at: int
) -> None:
    """Keep the stamps of documents that a release has read as they are, for the next run; others' files go.

    ``known`` says which those are, ``listed_at`` is when they were listed, in nanoseconds of the system's clock.
    """
    rows = np.flatnonzero(known & ~listing.is_line & _is_old(listing, listed_at))
    columns = {"source_uri": listing.addresses.take(rows)}
    columns |= {name: pa.array(listing.columns[name][rows]) for name in STAMP_COLUMNS}
    path = _path(warehouse, release.name)
    new = path.with_name(f"{path.name}.new")
    with new.open("wb") as file:
        feather.write_feather(pa.table(columns), file)
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
