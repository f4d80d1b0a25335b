"""Rows must not change without a new ``TRANSFORM_VERSION``: published rows of the old one would never be made again.

``version.json`` holds the version and a digest of the rows that the sample articles give. When this test fails, raise
``TRANSFORM_VERSION`` (the changelog's "rows change" says why) and run ``python tests/test_version.py``.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

from transforms import TRANSFORM_VERSION, split
from transforms.model import RawDocument
from transforms.rows import History, Provenance, make_rows

PROJECT = Path(__file__).parent.parent
NOW = datetime(2026, 1, 1, tzinfo=UTC)
PINNED = Path(__file__).parent / "version.json"


def digest() -> str:
    """Return the SHA-256 of every row that the sample gives, in the order of paths."""
    total = hashlib.sha256()
    for path in sorted((PROJECT / "raw").rglob("*.txt")):
        uri = path.relative_to(PROJECT / "raw").as_posix()
        provenance = Provenance(uri, "", "text/plain", None, None, "", "", NOW, History(1, NOW, NOW))
        total.update(repr(make_rows(split(RawDocument(uri, path.read_bytes())), provenance)).encode())
    return total.hexdigest()


def test_rows_change_only_with_the_version() -> None:
    pinned = json.loads(PINNED.read_text())
    now = {"transform_version": TRANSFORM_VERSION, "rows_sha256": digest()}
    if pinned["rows_sha256"] != now["rows_sha256"]:
        assert pinned["transform_version"] != TRANSFORM_VERSION, "rows changed: raise TRANSFORM_VERSION"
    assert pinned == now, "pin the new version: python tests/test_version.py"


if __name__ == "__main__":
    PINNED.write_text(json.dumps({"transform_version": TRANSFORM_VERSION, "rows_sha256": digest()}, indent=1) + "\n")
