"""What new documents hold, and what missing ones held -> which new one is which missing one under a new address."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Rows = NDArray[Any]


def paired(new: Rows, new_addresses: pa.ChunkedArray, old: Rows, old_addresses: pa.ChunkedArray) -> Rows:
    """Pair documents of the same SHA-256, several of one in the order of their addresses: places in new and in old.

    Digests are rows of bytes; one of zeros is none.
    """
    _, groups = np.unique(np.concatenate([new, old]).view(f"S{new.shape[1]}").ravel(), return_inverse=True)
    keys_of_new = _numbered(groups[: len(new)], new_addresses)
    keys_of_old = _numbered(groups[len(new) :], old_addresses)
    _, in_new, in_old = np.intersect1d(keys_of_new, keys_of_old, assume_unique=True, return_indices=True)
    pairs = np.stack([in_new, in_old], axis=1)
    return pairs[new[in_new].any(axis=1)]


def _numbered(groups: Rows, addresses: pa.ChunkedArray) -> Rows:
    """Give each document a key: what it holds, and which of those that hold the same it is."""
    order = pc.sort_indices(addresses).to_numpy()
    order = order[np.argsort(groups[order], kind="stable")]
    ordered = groups[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])) if len(ordered) else ordered
    ranks = np.arange(len(ordered)) - np.repeat(starts, np.diff([*starts, len(ordered)]))
    keys = np.empty(len(groups), np.int64)
    keys[order] = (ordered.astype(np.int64) << 32) | ranks
    return keys
