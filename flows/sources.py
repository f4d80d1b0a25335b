"""A raw folder -> references to its documents, and a reference -> bytes or the reason why not."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from flows.errors import UsageProblem
from flows.objects import is_address
from transforms.model import Reason

SUFFIX = ".txt"
MEDIA_TYPE = "text/plain"

# What a worker does about as fast as it starts: smaller batches would rather cost time than save it.
_LEAST_BATCH_BYTES = 1024 * 1024
# A batch ends before the document that would be too much for it; without slack the bytes left over would be one more.
_SLACK_PERCENT = 101

# Invalid UTF-8 (surrogate escapes), controls, line separators and the invisible marks that reorder text on a terminal;
# the percent sign too, so that two names never share an address. A fixed list, not Unicode categories: an article's id
# is made from its address and must not change with the Unicode version of the interpreter.
_UNSAFE = re.compile("[%\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


class ReadError(Exception):
    """A document could not be read for a reason that may pass, such as a file server that does not answer."""


class Stamp(NamedTuple):
    """What the file system says of a file: times are in nanoseconds, ``changed_ns`` is its status change time."""

    device: int
    inode: int
    size: int
    modified_ns: int
    changed_ns: int


@dataclass(frozen=True, slots=True)
class Ref:
    """Where a document is. ``trouble`` says why it must not be opened; ``size`` (bytes) and ``stamp`` are as listed."""

    source_uri: str
    source: str
    path: str
    size: int
    trouble: Reason | None = None
    stamp: Stamp | None = None


def discover(raw: Path | str, max_bytes: int) -> list[Ref]:
    """List the documents below ``raw`` in the order of their addresses; nothing is opened.

    Hidden files and folders, and names that do not end in ``.txt``, are no documents. A folder below ``raw`` that can't
    be listed is a reference of its own, whose address ends in a slash: documents must not go missing in silence.
    ``UsageProblem`` if ``raw`` itself can't be.
    """
    if isinstance(raw, str) and is_address(raw):
        from flows.object_documents import list_documents  # noqa: PLC0415 - it needs what is here

        return sorted(list_documents(raw, max_bytes), key=lambda ref: ref.source_uri)
    root = Path(raw).resolve()
    if not root.is_dir():
        raise UsageProblem(f"The raw folder {raw} is not there, or is no folder: name a folder that holds .txt files.")
    try:
        return sorted(_walk(root, max_bytes), key=lambda ref: ref.source_uri)
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
        descriptor = os.open(ref.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor, not a path
            if not stat.S_ISREG(os.fstat(descriptor).st_mode) or not _is_at(descriptor, ref.path):
                return Reason.NOT_A_REGULAR_FILE
            data = file.read(max_bytes + 1)
    except (PermissionError, FileNotFoundError, NotADirectoryError):
        return Reason.UNREADABLE
    except OSError as error:
        raise ReadError(f"{ref.source_uri} can't be read now ({error.strerror})") from error
    return Reason.TOO_LARGE if len(data) > max_bytes else data


def _is_at(descriptor: int, path: str) -> bool:
    """Say whether an open file is where it was listed: a folder above it may be a link to elsewhere by now."""
    really = str(Path(f"/proc/self/fd/{descriptor}").readlink())
    if really == f"{path} (deleted)":
        raise OSError(errno.ESTALE, "replaced while it was read")
    return really == path


def batches(refs: Sequence[Ref], batch_bytes: int, batch_documents: int) -> Iterator[list[Ref]]:
    """Cut the documents, in order, into batches of at most so many bytes and documents; a larger one stands alone.

    The batches are about even, and their number is one that two or four workers can share, so that none has nothing to
    do at the end. Only the documents and the two bounds count, not who does the batches: whoever it is, a run writes
    the same files.
    """
    limit = _even_bytes(sum(_weight(ref) for ref in refs), batch_bytes)
    batch: list[Ref] = []
    size = 0
    for ref in refs:
        weight = _weight(ref)
        if batch and (size + weight > limit or len(batch) >= batch_documents):
            yield batch
            batch, size = [], 0
        batch.append(ref)
        size += weight
    if batch:
        yield batch


def _weight(ref: Ref) -> int:
    return 0 if ref.trouble else ref.size


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


def source_uri(relative: PurePosixPath | str) -> str:
    r"""Return a path's address: readable, printable, and different for different paths.

    >>> source_uri(PurePosixPath("nahda/قمة سوتشي.txt"))
    'nahda/قمة سوتشي.txt'
    >>> source_uri(PurePosixPath("a\udcff\n100%.txt"))
    'a%FF%0A100%25.txt'
    """
    return _UNSAFE.sub(_percent, str(relative))


def source_of(address: str) -> str:
    """Return the outlet of a document: the first folder of its address, empty for none.

    >>> source_of("nahda/2021/قمة.txt")
    'nahda'
    """
    folder, slash, _ = address.partition("/")
    return folder if slash else ""


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "surrogateescape"))


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
                    if entry.name.lower().endswith(SUFFIX):
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
            yield Ref(address, source_of(address), str(root / below), 0, Reason.UNREADABLE)


def _ref(root: Path, relative: str, entry: os.DirEntry[str], max_bytes: int) -> Iterator[Ref]:
    """Yield the reference to one document, unless it is gone before it is looked at."""
    address = source_uri(relative)
    source = source_of(address)
    try:
        target = _inside(root, entry)
        status = None if target is None else os.lstat(target)
    except FileNotFoundError:
        return
    except OSError:  # such as a path that is longer than the system takes
        yield Ref(address, source, entry.path, 0, Reason.UNREADABLE)
        return
    if target is None or status is None or not stat.S_ISREG(status.st_mode):
        yield Ref(address, source, entry.path, 0, Reason.NOT_A_REGULAR_FILE)
        return
    stamp = Stamp(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    if status.st_size > max_bytes:
        yield Ref(address, source, target, status.st_size, Reason.TOO_LARGE)
    else:
        yield Ref(address, source, target, status.st_size, None, stamp)


def _inside(root: Path, entry: os.DirEntry[str]) -> str | None:
    """Return the file behind an entry, or ``None`` if its links leave the raw folder, dangle or run in a loop."""
    if not entry.is_symlink():
        return entry.path
    try:
        target = Path(entry.path).resolve(strict=True)
    except (OSError, RuntimeError):  # RuntimeError: how Python before 3.13 reports a loop
        return None
    return str(target) if target.is_relative_to(root) else None
