"""An ``s3://`` address -> references to the documents below it, and a reference -> bytes or the reason why not.

The same as ``flows.sources`` does for a folder, which sends whatever has an address here.
"""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from flows.addresses import is_of_lines, source_uri
from flows.errors import UsageProblem
from flows.listing import Ref, Stamp
from flows.objects import Found, ObjectError, Objects
from flows.sources import SUFFIXES, ReadError
from transforms.model import Reason

_NANOSECONDS = 1_000_000_000


def list_documents(address: str, max_bytes: int) -> Iterator[Ref]:
    """List the documents below an address, in the order of their keys; no object is read.

    Names with a part that begins with a dot, and those that do not end in one of ``SUFFIXES``, are no documents.
    ``UsageProblem`` if it can't be listed, or if there is nothing at all.
    """
    objects = Objects.at(address)
    objects.require_answer()
    found = None
    try:
        for found in objects.listing():
            if found.name.lower().endswith(SUFFIXES) and not f"/{found.name}".count("/."):
                yield _ref(objects, found, max_bytes)
    except ObjectError as error:
        raise UsageProblem(f"{objects.address} can't be listed ({error.strerror}): try again later.") from error
    if found is None:
        raise UsageProblem(f"There is nothing below {objects.address}: name a prefix that holds documents.")


def read_document(ref: Ref, max_bytes: int) -> bytes | Reason:
    """Read a document, or say why it is none; ``ReadError`` where another try may help."""
    bucket, _, key = ref.path.removeprefix("s3://").partition("/")
    try:
        data, _ = Objects(bucket, "").get(key, max_bytes)
    except ObjectError as error:
        if error.errno in {errno.ENOENT, errno.EACCES}:
            return Reason.UNREADABLE
        raise ReadError(f"{ref.source_uri} can't be read now ({error.strerror})") from error
    return Reason.TOO_LARGE if len(data) > max_bytes else data


def open_object(path: str) -> BinaryIO | Reason:
    """Fetch an object whose lines are documents into a file without a name, or say why it can't be.

    ``OSError`` where another try may help.
    """
    bucket, _, key = path.removeprefix("s3://").partition("/")
    with TemporaryDirectory() as folder:
        copy = Path(folder, "lines")
        try:
            Objects(bucket, "").download(key, copy)
        except ObjectError as error:
            if error.errno in {errno.ENOENT, errno.EACCES}:
                return Reason.UNREADABLE
            raise
        return copy.open("rb")


def _ref(objects: Objects, found: Found, max_bytes: int) -> Ref:
    address = source_uri(found.name)
    trouble = Reason.TOO_LARGE if found.size > max_bytes and not is_of_lines(address) else None
    stamp = None if trouble else _stamp(found)
    return Ref(address, f"s3://{objects.bucket}/{objects.prefix}{found.name}", found.size, trouble, stamp)


def _stamp(found: Found) -> Stamp:
    """Return an object's stamp: its ETag, which changes with the content, takes the places of device and inode."""
    digest = hashlib.sha256(found.etag.encode()).digest()
    modified = int(found.modified.timestamp()) * _NANOSECONDS
    return Stamp(int.from_bytes(digest[:8]), int.from_bytes(digest[8:16]), found.size, modified, modified)
