"""References to lines of compressed files and of objects -> the same lines in plain files that any worker can read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import count, groupby
from pathlib import Path

import pyarrow as pa

from flows.addresses import file_of
from flows.lines import Line, is_packed, lines_of
from flows.listing import Ref
from flows.objects import is_address
from flows.sources import open_file
from transforms.model import Reason

SPOOL = "spool"
"""The folder of unpacked lines beside the staged tables; it is no part of the release."""


def spooled(refs: Iterable[Ref], folder: Path, max_bytes: int) -> Iterator[Ref]:
    """Yield references in order; those to lines of compressed files and of objects lead to what is put into ``folder``.

    The lines of a file must come as they stand there, so that each file is unpacked once. It is read again here; a line
    that is there no more is unreadable.
    """
    numbers = count()
    for address, group in groupby(refs, key=_file_to_spool):
        if address is None:
            yield from group
        else:
            folder.mkdir(exist_ok=True)
            yield from _unpacked(address, group, folder / f"{next(numbers):05d}.jsonl", max_bytes)


def _file_to_spool(ref: Ref) -> str | None:
    """Return the address of the file that holds a line no worker can look up at its place, ``None`` for others."""
    if not ref.is_line:
        return None
    address = file_of(ref.source_uri)
    return address if is_packed(address) or is_address(ref.path) else None


def _unpacked(address: str, refs: Iterable[Ref], path: Path, max_bytes: int) -> Iterator[Ref]:
    lines: Iterator[Line] | None = None
    end = 0
    with path.open("xb", buffering=0) as sink:  # what a reference leads to is there as soon as it is given away
        for ref in refs:
            if ref.trouble is not None:
                yield ref
                continue
            lines = lines or _lines(address, ref.path, max_bytes)
            line = next((line for line in lines if line.number >= ref.line), None)
            if line is None or line.data is None or line.number > ref.line:
                yield replace(ref, trouble=Reason.UNREADABLE)
                continue
            sink.write(line.data)
            yield replace(ref, path=str(path), offset=end, size=line.size)
            end += line.size


def _lines(address: str, path: str, max_bytes: int) -> Iterator[Line]:
    """Yield the lines of a file as far as they can be read."""
    try:
        opened = open_file(path)
        if not isinstance(opened, Reason):
            with opened:
                yield from lines_of(opened, address, max_bytes)
    except (OSError, pa.ArrowException):
        return
