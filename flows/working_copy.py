"""A release's manifest and where its files may be had -> a local folder that holds the release, byte for byte."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from flows.objects import ObjectError, each
from flows.store import MANIFEST

Download = Callable[[str, Path], None]
"""Write the object of a release that has this name to a new file."""


class Damaged(Exception):  # noqa: N818 - says what the release is
    """A release holds a file that is not as its manifest says; the message is the file's name."""


def parts_in(manifest: bytes) -> dict[str, dict[str, Any]]:
    """Return what a manifest says of each part, by its name below the release."""
    tables = json.loads(manifest)["tables"]
    return {f"{table}/{part['name']}": part for table, parts in tables.items() for part in parts}


def is_copy(release: Path, manifest: bytes) -> bool:
    """Say whether a folder holds a release as its manifest says: all its files, no others, each byte for byte."""
    parts = parts_in(manifest)
    found = {str(path.relative_to(release)) for path in release.glob("*/*")}
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # hashing is done without Python's lock
        whole = all(pool.map(lambda name: _is_part(release / name, parts[name]), parts))
    return whole and found == parts.keys() and (release / MANIFEST).read_bytes() == manifest


def assemble(into: Path, manifest: bytes, near: Iterable[Path], download: Download) -> None:
    """Make a folder hold a release: what it or folders ``near`` by hold is taken, everything else is downloaded.

    ``Damaged`` if what arrives is not what the manifest says.
    """
    parts, folders = parts_in(manifest), list(near)

    def get(name: str) -> None:
        path = into / name
        if _is_part(path, parts[name]):
            return
        path.unlink(missing_ok=True)
        if not any(_link(folder / name, path, parts[name]) for folder in folders):
            download(name, path)
            if not _is_part(path, parts[name]):
                raise Damaged(name)

    _make_folders(into, parts)
    each(get, parts)
    (into / MANIFEST).write_bytes(manifest)


def copy_as_it_is(into: Path, manifest: bytes, download: Download) -> None:
    """Download a release whatever its files hold, and without those that are missing."""

    def get(name: str) -> None:
        try:
            download(name, into / name)
        except ObjectError as error:
            if error.errno != errno.ENOENT:
                raise

    parts = parts_in(manifest)
    _make_folders(into, parts)
    each(get, parts)
    (into / MANIFEST).write_bytes(manifest)


def _make_folders(into: Path, names: Iterable[str]) -> None:
    for folder in {(into / name).parent for name in names}:
        folder.mkdir(parents=True, exist_ok=True)


def _link(source: Path, path: Path, part: dict[str, Any]) -> bool:
    with suppress(OSError):
        if _is_part(source, part):
            os.link(source, path)
            return True
    return False


def _is_part(path: Path, part: dict[str, Any]) -> bool:
    """Say whether there is a file with the bytes that a manifest says."""
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size != part["bytes"]:
                return False
            return bool(hashlib.file_digest(file, "sha256").hexdigest() == part["sha256"])
    except OSError:
        return False
