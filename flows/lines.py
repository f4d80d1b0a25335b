"""JSON Lines files -> references to their documents, a line each, read once and in bounded memory."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import BinaryIO, NamedTuple, Protocol

import pyarrow as pa

from flows.addresses import line_uri
from flows.listing import Ref
from flows.objects import is_address
from flows.sources import open_file, stamp_of
from transforms.fields import read_fields
from transforms.model import Reason, Reject

_PACKINGS = {".gz": "gzip", ".zst": "zstd"}
_CHUNK = 65_536  # what is lost of a compressed file that breaks off is less than this
_MARK = b"\xef\xbb\xbf"
_OTHERS = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\xff\xfe", b"\xfe\xff")
"""What no line of JSON in UTF-8 begins with: compressed files under another name, and UTF-16."""

_MOST_EXPANSION = 100  # news packs to a third or a tenth, and pages of a template to a fiftieth
_MOST_NAMES = 20
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,39}")
OTHER_NAMES = "(names that are not shown)"


class Line(NamedTuple):
    """One line of a file: ``offset`` is where it begins, ``data`` is ``None`` where it is longer than allowed."""

    number: int
    offset: int
    size: int
    data: bytes | None


@dataclass(slots=True)
class Reading:
    """How lines are read: what their fields are called and how long they may be; and what they had besides."""

    names: Mapping[str, str]
    max_bytes: int
    unknown: set[str] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)
    """How many documents each file had, by its address."""

    @property
    def key(self) -> str:
        """What lines are read by: with another, the same file gives other documents."""
        return json.dumps([self.names, self.max_bytes], sort_keys=True)

    def documents(self, files: Iterable[Ref]) -> Iterator[Ref]:
        """Yield the documents of files, in order; what can't be read of a file is one too, with the file's address.

        A line that is no document, such as one that is no JSON, is one with the number for an address: it is for
        whoever reads it to say what is wrong. Blank lines are none.
        """
        for file in files:
            self.counts[file.source_uri] = 0
            for ref in self._documents(file):
                self.counts[file.source_uri] += 1
                yield ref

    def _documents(self, file: Ref) -> Iterator[Ref]:
        number = 0
        try:
            opened = open_file(file.path)
            if isinstance(opened, Reason):
                yield replace(file, trouble=opened, stamp=None)
                return
            with opened:
                if not is_address(file.path):
                    file = replace(file, stamp=stamp_of(os.fstat(opened.fileno())))
                for line in lines_of(opened, file.source_uri, self.max_bytes):
                    number = line.number
                    if line.data is None or line.data.strip():
                        yield self._document(file, line)
        except (OSError, pa.ArrowException) as error:
            is_broken = getattr(error, "errno", None) is None  # what Arrow says of a stream has no number
            trouble = Reason.BROKEN_FILE if is_broken else Reason.UNREADABLE
            yield replace(file, trouble=trouble, stamp=None, line=number + 1)

    def _document(self, file: Ref, line: Line) -> Ref:
        identity: str | None = None
        digest: str | None = None
        trouble: Reason | None = Reason.TOO_LARGE
        if line.data is not None:
            trouble = None
            fields = read_fields(line.data, self.names)
            if isinstance(fields, Reject):
                digest = sha256(line.data).hexdigest()
            else:
                identity, digest = fields.id, fields.fingerprint()
                if fields.unknown:
                    self._note(fields.unknown)
        address = line_uri(file.source_uri, identity, line.number)
        return Ref(address, file.path, line.size, trouble, file.stamp, line.offset, line.number, digest)

    def _note(self, names: frozenset[str]) -> None:
        """Keep the names of fields that are not read, as far as they are names and not somebody's text."""
        for name in names - self.unknown:
            if len(self.unknown) < _MOST_NAMES:
                self.unknown.add(name if _NAME.fullmatch(name) else OTHER_NAMES)


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def lines_of(file: BinaryIO, address: str, max_bytes: int) -> Iterator[Line]:
    """Yield the lines of an open file without their ends, unpacked if its name says so.

    ``OSError`` without a number if it is damaged, breaks off, unpacks to far too much, or is no text in UTF-8.
    """
    stream, most = _unpacked(file, address, max_bytes)
    pieces: list[bytes] = []
    number, offset, size = 1, 0, 0
    while chunk := stream.read(_CHUNK):
        if offset + size == 0 and chunk.startswith(_OTHERS):
            raise OSError("no JSON in UTF-8")
        if offset + size > most:
            raise OSError("unpacks to far too much")
        first, *others = chunk.split(b"\n")
        size += len(first)
        if size > max_bytes:
            pieces.clear()
        else:
            pieces.append(first)
        for following in others:
            yield _line(number, offset, size, pieces, max_bytes)
            number, offset, size, pieces = number + 1, offset + size + 1, len(following), [following]
    if size:
        yield _line(number, offset, size, pieces, max_bytes)


def is_packed(address: str) -> bool:
    """Say whether a file is compressed."""
    return address.lower().endswith(tuple(_PACKINGS))


def _unpacked(file: BinaryIO, address: str, max_bytes: int) -> tuple[_Readable, float]:
    """Return a file's content and how long it may be: a small file must not unpack to lines without end."""
    for suffix, packing in _PACKINGS.items():
        if address.lower().endswith(suffix):
            most = max(max_bytes, _MOST_EXPANSION * os.fstat(file.fileno()).st_size)
            return pa.CompressedInputStream(pa.PythonFile(file, "r"), packing), most
    return file, math.inf


def _line(number: int, offset: int, size: int, pieces: list[bytes], max_bytes: int) -> Line:
    if size > max_bytes:
        return Line(number, offset, size, None)
    data = b"".join(pieces)
    if number == 1 and data.startswith(_MARK):
        return Line(number, offset + len(_MARK), size - len(_MARK), data[len(_MARK) :])
    return Line(number, offset, size, data)
