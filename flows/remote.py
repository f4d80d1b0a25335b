"""A warehouse at an ``s3://`` address: its pointer, the releases that it keeps, and the published one as a folder.

The layout is that of a warehouse folder, ``releases/RUN_ID/TABLE/part-….parquet`` with the same manifest. The object
``current.json`` stands for the link ``current``: it alone says what is published.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from flows.errors import UsageProblem
from flows.objects import ObjectError, Objects, ReleaseAddress
from flows.pointer import Pointer
from flows.store import MANIFEST, STAMPS, Warehouse, adopt
from flows.working_copy import Damaged, assemble, copy_as_it_is, is_copy, parts_in

POINTER = "current.json"
RELEASES = "releases/"
REPORTS = "reports/"
_STAMPS = "stamps"
_TRIES = 5


def published(address: str) -> ReleaseAddress:
    """Return where the published release is; ``UsageProblem`` if nothing has been published, or it can't be read."""
    remote = Remote(address)
    with using("read"):
        pointer = remote.require_pointer()
    return ReleaseAddress(f"{remote.objects.address}/{RELEASES}{pointer.run_id}")


@contextmanager
def using(verb: str) -> Iterator[None]:
    """Turn an error of the store into the one sentence that its user needs; ``verb`` is read or written."""
    try:
        yield
    except ObjectError as error:
        so = ", so nothing was published" if verb == "written" else ""
        raise UsageProblem(
            f"{error.filename} can't be {verb} ({error.strerror}){so}: check the address, the credentials and the "
            "rights that docs/storage.md names."
        ) from error


class Remote:
    """The objects of a warehouse, and the pointer as it was read last: ``None``, with no ETag, before the first run."""

    def __init__(self, address: str) -> None:
        self.objects = Objects.at(address)
        self.pointer: Pointer | None = None
        self.etag: str | None = None

    def read_pointer(self) -> tuple[Pointer | None, str | None]:
        """Return the pointer as it is now, and its ETag."""
        try:
            content, etag = self.objects.get(POINTER)
            return Pointer.parse(content), etag
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageProblem(f"{self.objects.address}/{POINTER} is no pointer to a release: restore it.") from error
        except ObjectError as error:
            if error.errno == errno.ENOENT:
                return None, None
            raise

    def require_pointer(self) -> Pointer:
        """Read the pointer; ``UsageProblem`` if nothing has been published."""
        self.pointer, self.etag = self.read_pointer()
        if self.pointer is None:
            raise UsageProblem(f"Nothing has been published in {self.objects.address} yet: run `qawl run` first.")
        return self.pointer

    def restore_pointer(self) -> Pointer | None:
        """Where the pointer was lost, or a first run killed just before it, let it name the newest whole release."""
        for run_id in reversed(self.objects.folders(RELEASES)):
            uploaded_at = self.uploaded_at(run_id)
            if uploaded_at is not None:
                restored = Pointer(run_id, {run_id: uploaded_at}, 0)
                try:
                    self.objects.exchange(POINTER, restored.render(), None)
                except ObjectError as error:
                    if error.errno != errno.EEXIST:  # somebody else was faster
                        raise
                self.pointer, self.etag = self.read_pointer()
                break
        return self.pointer

    def uploaded_at(self, run_id: str) -> datetime | None:
        """Return when a release was complete by the store's clock, ``None`` if it lacks an object of its manifest."""
        below = f"{RELEASES}{run_id}/"
        found = {item.name.removeprefix(below): item for item in self.objects.listing(below)}
        if MANIFEST not in found:
            return None
        parts = parts_in(self.manifest(run_id))
        sizes = {name: item.size for name, item in found.items() if name in parts}
        is_whole = sizes == {name: part["bytes"] for name, part in parts.items()}
        return found[MANIFEST].modified if is_whole else None

    def manifest(self, run_id: str) -> bytes:
        """Return a release's manifest as it is."""
        return self.objects.get(f"{RELEASES}{run_id}/{MANIFEST}")[0]

    def fetch(self, into: Warehouse, near: Iterable[Path]) -> None:
        """Make a warehouse folder hold the release of ``pointer``, with what folders ``near`` by hold of it.

        Another run may publish and remove it meanwhile: then ``pointer`` is the newer one. ``UsageProblem`` if a file
        of it is damaged.
        """
        for _ in range(_TRIES):
            pointer = self.pointer or self.require_pointer()
            try:
                self._fetch(into, near, pointer.run_id)
            except (ObjectError, Damaged) as error:
                if isinstance(error, ObjectError) and error.errno != errno.ENOENT:
                    raise
                if self.require_pointer() != pointer:
                    continue
                name = error.filename if isinstance(error, ObjectError) else error
                raise UsageProblem(
                    f"The release {pointer.run_id} of {self.objects.address} is damaged: {name} is not as its manifest "
                    f"says. Restore it, or let {POINTER} name another one of its releases."
                ) from error
            else:
                return
        raise UsageProblem(f"{self.objects.address} changes faster than it can be read: try again later.")

    def _fetch(self, into: Warehouse, near: Iterable[Path], run_id: str) -> None:
        manifest = self.manifest(run_id)
        release = into.releases / run_id
        if not release.is_dir() or not is_copy(release, manifest):
            release = into.staging / run_id
            assemble(release, manifest, near, lambda name, path: self._download(run_id, name, path))
        adopt(into, release)

    def fetch_as_it_is(self, into: Warehouse) -> None:
        """Download the published release into an empty warehouse folder, damaged or not."""
        run_id = self.require_pointer().run_id
        staged = into.staging / run_id
        copy_as_it_is(staged, self.manifest(run_id), lambda name, path: self._download(run_id, name, path))
        adopt(into, staged)

    def _download(self, run_id: str, name: str, path: Path) -> None:
        self.objects.download(f"{RELEASES}{run_id}/{name}", path)

    def fetch_stamps(self, into: Warehouse, run_id: str) -> None:
        """Fetch what is known of the documents that a release has read; without it a run reads all of them."""
        path = into.root / f"{STAMPS}{run_id}"
        if not path.exists():
            with suppress(ObjectError):
                path.write_bytes(self.objects.get(f"{RELEASES}{run_id}/{_STAMPS}")[0])

    def write_stamps(self, path: Path, run_id: str) -> None:
        """Keep that beside the release."""
        self.objects.put(f"{RELEASES}{run_id}/{_STAMPS}", path.read_bytes())

    def troubles(self) -> Iterator[str]:
        """Yield what is where it does not belong, a sentence each."""
        pointer = self.require_pointer()
        for run_id in self.objects.folders(RELEASES):
            if run_id not in pointer.releases:
                yield (
                    f"{self.objects.address}/{RELEASES}{run_id} was left by a run that died, or belongs to one that is "
                    "writing now: the next run removes it"
                )
        below = f"{RELEASES}{pointer.run_id}/"
        known = {*parts_in(self.manifest(pointer.run_id)), MANIFEST, _STAMPS}
        for item in self.objects.listing(below):
            if item.name.removeprefix(below) not in known:
                yield f"{self.objects.address}/{item.name} does not belong there: the manifest does not list it"
