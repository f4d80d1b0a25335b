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
from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa
from pyarrow import feather

from flows.listing import Ref, Stamp
from flows.parts import sync
from flows.store import STAMPS, Warehouse

_YOUNG_NANOSECONDS = 2_000_000_000
_COLUMNS = ("device", "inode", "size", "modified_ns", "changed_ns")


def read_stamps(warehouse: Warehouse, release: Path | None) -> dict[str, Stamp]:
    """Return the stamps of the documents that a release has read, by source URI; empty if they are not there."""
    if release is None:
        return {}
    try:
        with _path(warehouse, release.name).open("rb") as file:
            columns = feather.read_table(file).to_pydict()
        stamps = zip(*(columns[name] for name in _COLUMNS), strict=True)
        return dict(zip(columns["source_uri"], map(Stamp._make, stamps), strict=True))
    except (OSError, pa.ArrowException, KeyError, ValueError):
        return {}


def write_stamps(warehouse: Warehouse, release: Path, refs: Iterable[Ref], listed_at: int) -> None:
    """Keep the stamps of documents that a release has read as they are, for the next run; others' files go.

    ``listed_at`` is when the documents were listed, in nanoseconds of the system's clock.
    """
    kept = {
        ref.source_uri: ref.stamp for ref in refs if not ref.is_line and ref.stamp and _is_old(ref.stamp, listed_at)
    }
    columns: dict[str, list[object]] = {"source_uri": list(kept)}
    columns |= {name: [stamp[at] for stamp in kept.values()] for at, name in enumerate(_COLUMNS)}
    path = _path(warehouse, release.name)
    new = path.with_name(f"{path.name}.new")
    with new.open("wb") as file:
        feather.write_feather(pa.table({name: pa.array(values, _type(name)) for name, values in columns.items()}), file)
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


def unchanged(refs: Iterable[Ref], stamps: Mapping[str, Stamp]) -> list[Ref]:
    """Return the documents that have the stamps they had when the release read them."""
    return [ref for ref in refs if ref.stamp is not None and stamps.get(ref.source_uri) == ref.stamp]


def now() -> int:
    """Return the time on the clock that stamps are taken by, in nanoseconds."""
    return time.time_ns()


def _is_old(stamp: Stamp, listed_at: int) -> bool:
    return min(stamp) >= 0 and max(stamp.modified_ns, stamp.changed_ns) < listed_at - _YOUNG_NANOSECONDS


def _type(name: str) -> pa.DataType:
    return pa.string() if name == "source_uri" else pa.uint64() if name in {"device", "inode"} else pa.int64()


def _path(warehouse: Warehouse, run_id: str) -> Path:
    return warehouse.root / f"{STAMPS}{run_id}"
