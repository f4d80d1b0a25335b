"""A raw folder -> references to its documents, and a reference -> bytes or the reason why not."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from flows.addresses import LINES_SUFFIXES, is_of_lines, source_uri
from flows.errors import UsageProblem
from flows.listing import Listing, Ref, Stamp
from flows.objects import is_address
from transforms.model import Reason

SUFFIXES = (".txt", *LINES_SUFFIXES)

# What a worker does about as fast as it starts: smaller batches would rather cost time than save it.
_LEAST_BATCH_BYTES = 1024 * 1024
# A batch ends before the document that would be too much for it; without slack the bytes left over would be one more.
_SLACK_PERCENT = 101


class ReadError(Exception):
    """A document could not be read for a reason that may pass, such as a file server that does not answer."""


def discover(raw: Path | str, max_bytes: int) -> Listing:
    """List the documents below ``raw`` and, apart, the files whose lines are documents; nothing is opened.

    Both are in the order of their addresses. Hidden files and folders, and names that do not end in one of
    ``SUFFIXES``, are no documents. A folder below ``raw`` that can't be listed is a reference of its own, whose address
    ends in a slash: documents must not go missing in silence. ``UsageProblem`` if ``raw`` itself can't be.
    """
    if isinstance(raw, str) and is_address(raw):
        from flows.object_documents import list_documents  # noqa: PLC0415 - it needs what is here

        return Listing.of_files(raw.rstrip("/"), list_documents(raw, max_bytes))
    root = Path(raw).resolve()
    if not root.is_dir():
        raise UsageProblem(f"The raw folder {raw} is not there, or is no folder: name a folder that holds documents.")
    try:
        return Listing.of_files(str(root), _walk(root, max_bytes))
    except OSError as error:
        where = error.filename or raw
        raise UsageProblem(f"The folder {where} can't be read ({error.strerror}): give this user the right.") from error


def read(ref: Ref, max_bytes: int) -> bytes | Reason:
    """Read a document, or say why it is none; ``ReadError`` where another try may help.

    What was listed may have been swapped since: no link is followed, a pipe is not waited for, and the kind, place and
    length of what was really opened decide.
    """
    if ref.trouble is not None:
        return ref.trouble
    if is_address(ref.path):
        from flows.object_documents import read_document  # noqa: PLC0415 - it needs what is here

        return read_document(ref, max_bytes)
    try:
        file = open_file(ref.path)
        if isinstance(file, Reason):
            return file
        with file:
            if ref.is_line:
                return os.pread(file.fileno(), ref.size, ref.offset)
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise ReadError(f"{ref.source_uri} can't be read now ({error.strerror})") from error
    return Reason.TOO_LARGE if len(data) > max_bytes else data


def open_file(path: str) -> BinaryIO | Reason:
    """Open a file that was listed, or say why it is none any more; ``OSError`` where another try may help."""
    if is_address(path):
        from flows.object_documents import open_object  # noqa: PLC0415 - it needs what is here

        return open_object(path)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        file = open(descriptor, "rb")  # noqa: PTH123, SIM115 - a descriptor, not a path; whoever asked closes it
    except (PermissionError, FileNotFoundError, NotADirectoryError):
        return Reason.UNREADABLE
    try:
        if stat.S_ISREG(os.fstat(descriptor).st_mode) and _is_at(descriptor, path):
            return file
    except BaseException:
        file.close()
        raise
    file.close()
    return Reason.NOT_A_REGULAR_FILE


def stamp_of(status: os.stat_result) -> Stamp:
    """Return a file's stamp."""
    return Stamp(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _is_at(descriptor: int, path: str) -> bool:
    """Say whether an open file is where it was listed: a folder above it may be a link to elsewhere by now."""
    really = str(Path(f"/proc/self/fd/{descriptor}").readlink())
    if really == f"{path} (deleted)":
        raise OSError(errno.ESTALE, "replaced while it was read")
    return really == path


def batch_lengths(sizes: Sequence[int], batch_bytes: int, batch_documents: int) -> Iterator[int]:
    """Cut documents of these sizes, in order, into batches of at most so many bytes and documents.

    A larger document stands alone. The batches are about even, and their number is one that two or four workers can
    share, so that none has nothing to do at the end. Only the documents and the two bounds count, not who does the
    batches: whoever it is, a run writes the same files.


    A larger document stands alone.

    >>> list(batch_lengths([5, 5, 50, 1, 1, 1, 1], batch_bytes=10, batch_documents=3))
    [2, 1, 3, 1]
    """
    limit = _even_bytes(sum(sizes), batch_bytes)
    length = total = 0
    for size in sizes:
        if length and (total + size > limit or length >= batch_documents):
            yield length
            length = total = 0
        length += 1
        total += size
    if length:
        yield length


def _even_bytes(total: int, most: int) -> int:
    """Return how many bytes a batch may have, at most ``most``, so that batches are about even.

    >>> [_even_bytes(mib * 2**20, most=4 * 2**20) * 100 // 2**20 for mib in (1, 2, 3, 5, 17)]
    [400, 101, 151, 126, 214]
    """
    pieces = max(1, -(-total // most))
    for shares in (4, 2):
        rounded = -(-pieces // shares) * shares
        if total >= rounded * _LEAST_BATCH_BYTES:
            return min(most, -(-total * _SLACK_PERCENT // (rounded * 100)))
    return most


def _walk(root: Path, max_bytes: int) -> Iterator[Ref]:
    """Yield what is named like a document, without following links to folders: a loop of them would never end.

    A list of what is still to do, no recursion: folders may be nested deeper than Python's stack. Strings, no
    ``pathlib``, which takes three times as long over a folder of ten thousand documents (measured).
    """
    folders = [""]
    while folders:
        below = folders.pop()
        try:
            with os.scandir(root / below if below else root) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    if entry.name.lower().endswith(SUFFIXES):
                        yield from _ref(root, f"{below}{entry.name}", entry, max_bytes)
                    elif entry.is_dir(follow_symlinks=False):
                        folders.append(f"{below}{entry.name}/")
        except FileNotFoundError:
            if not below:
                raise  # elsewhere somebody removes folders while we look
        except OSError:
            if not below:
                raise
            address = source_uri(below)  # its documents are not reachable, and that must be seen
            yield Ref(address, str(root / below), 0, Reason.UNREADABLE)


def _ref(root: Path, relative: str, entry: os.DirEntry[str], max_bytes: int) -> Iterator[Ref]:
    """Yield the reference to one document, unless it is gone before it is looked at."""
    address = source_uri(relative)
    try:
        target = _inside(root, entry)
        status = None if target is None else os.lstat(target)
    except FileNotFoundError:
        return
    except OSError:  # such as a path that is longer than the system takes
        yield Ref(address, entry.path, 0, Reason.UNREADABLE)
        return
    if target is None or status is None or not stat.S_ISREG(status.st_mode):
        yield Ref(address, entry.path, 0, Reason.NOT_A_REGULAR_FILE)
        return
    if status.st_size > max_bytes and not is_of_lines(address):
        yield Ref(address, target, status.st_size, Reason.TOO_LARGE)
    else:
        yield Ref(address, target, status.st_size, None, stamp_of(status))


def _inside(root: Path, entry: os.DirEntry[str]) -> str | None:
    """Return the file behind an entry, or ``None`` if its links leave the raw folder, dangle or run in a loop."""
    if not entry.is_symlink():
        return entry.path
    try:
        target = Path(entry.path).resolve(strict=True)
    except (OSError, RuntimeError):  # RuntimeError: how Python before 3.13 reports a loop
        return None
    return str(target) if target.is_relative_to(root) else None
