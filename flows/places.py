"""What a warehouse is called -> the folder that a command works in, and where its releases are published."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.objects import is_address
from flows.origin import Origin
from flows.release import require_whole
from flows.remote import Remote, using
from flows.remote_origin import RemoteOrigin
from flows.store import Warehouse, open_release, prepare, writing

_READABLE = re.compile(r"[^A-Za-z0-9._-]+")


def writable(warehouse: str, cache: str) -> tuple[Warehouse, Origin]:
    """Return the folder that a run writes to: the warehouse, or below ``cache`` the working copy of one elsewhere."""
    if not is_address(warehouse):
        return Warehouse(Path(warehouse).absolute()), Origin()
    origin = RemoteOrigin(warehouse)
    return _working_copy(origin.remote, cache), origin


def require_release(warehouse: str) -> None:
    """Raise ``UsageProblem`` if nothing has been published, or the release is damaged as far as one can see at once."""
    release = open_release(warehouse)
    if isinstance(release, Path):
        require_whole(release)


@contextmanager
def readable(warehouse: str, cache: str, *, every_byte: bool = False) -> Iterator[Path]:
    """Lend the published release as a folder; ``UsageProblem`` if there is none, or it is damaged.

    Of a release elsewhere, what the working copy has is not downloaded, but for ``every_byte``: then the folder holds
    what is there, damaged or not.
    """
    if not is_address(warehouse):
        release = open_release(Path(warehouse))
        if not every_byte:
            require_whole(release)
        yield release
        return
    remote = Remote(warehouse)
    copy = _working_copy(remote, cache)
    with writing(copy):
        copy.root.mkdir(parents=True, exist_ok=True)
        folder = tempfile.TemporaryDirectory(dir=copy.root, prefix=".look-")
    with folder:
        look = Warehouse(Path(folder.name))
        with writing(look), using("read"):
            prepare(look)
            if every_byte:
                remote.fetch_as_it_is(look)
            else:
                remote.fetch(look, [*copy.releases.glob("*")])
        yield look.releases / look.current.readlink().name


def troubles(warehouse: str) -> Iterator[str]:
    """Yield what only the store itself can tell of a warehouse elsewhere; nothing of one that is a folder."""
    if is_address(warehouse):
        with using("read"):
            yield from Remote(warehouse).troubles()


def _working_copy(remote: Remote, cache: str) -> Warehouse:
    """Return the working copy of a warehouse: one address on two servers is two warehouses."""
    address = remote.objects.address
    key = hashlib.sha256(f"{remote.objects.endpoint} {address}".encode()).hexdigest()[:16]
    readable = _READABLE.sub("-", address.partition("://")[2])[:80]
    return Warehouse(Path(cache).expanduser().absolute() / f"{readable}-{key}")
