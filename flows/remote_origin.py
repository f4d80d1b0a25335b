"""A sealed release -> published at an ``s3://`` address: uploaded whole, then one object that names it is exchanged.

The pointer is written under the condition that it is still the one that the run has started from, so that of two
writers one publishes and the other learns of it. The folder that a run works in is a copy that can be had again at any
time.

No clock and no lease says when an upload is dead. A run lists the releases before it exchanges the pointer: one that
is there by then, and that the new pointer does not keep, was written by somebody who started from an older pointer, and
who will be refused.
"""

from __future__ import annotations

import errno
import time
from contextlib import suppress
from pathlib import Path

from flows.errors import RunFailed
from flows.objects import ObjectError, each
from flows.origin import Origin
from flows.pointer import Pointer
from flows.remote import POINTER, RELEASES, REPORTS, Remote, using
from flows.store import MANIFEST, Retention, Warehouse, remove_half_done, unpublish
from flows.working_copy import parts_in

_TRIES = 5
_PAUSE_SECONDS = 0.2


class RemoteOrigin(Origin):
    """One command's view of a warehouse at an address: the pointer it has started from, and what may be removed."""

    after_push = "it is published, and the next run makes this copy of it anew"

    def __init__(self, address: str) -> None:
        self.remote = Remote(address)
        self._objects = self.remote.objects
        self._doomed: list[str] = []
        self._forgets = False

    def where(self, warehouse: Warehouse, path: Path) -> str:
        """Return the address of what a folder of the working copy is a copy of."""
        return "/".join([self._objects.address, *path.relative_to(warehouse.root).parts])

    def fetch(self, warehouse: Warehouse) -> None:
        """Make the working copy hold the release that the pointer names, whatever it holds now."""
        remove_half_done(warehouse)
        remote = self.remote
        with using("read"):
            remote.pointer, remote.etag = remote.read_pointer()
            if remote.pointer is None and remote.restore_pointer() is None:
                unpublish(warehouse)
                return
            remote.fetch(warehouse, [*warehouse.releases.iterdir(), *warehouse.staging.iterdir()])
            remote.fetch_stamps(warehouse, warehouse.current.readlink().name)

    def push(self, warehouse: Warehouse, staged: Path, keep: Retention, *, alone: bool) -> None:
        """Upload a sealed staged release and let the pointer name it; ``RunFailed`` if another writer was faster."""
        with using("written"):
            if self.remote.pointer is None:
                self._objects.require_conditions(f"{RELEASES}{staged.name}/probe")
            there = self._objects.folders(RELEASES), self._objects.folders(REPORTS)
            self._upload(warehouse, staged)
            now = self.remote.uploaded_at(staged.name)
            if now is None:
                raise RunFailed(f"Nothing was published: {self._objects.address} does not hold all that was written.")
            before = self.remote.pointer or Pointer(staged.name, {}, 0)
            after = before.after(staged.name, now, keep)
            self._exchange(after.alone() if alone else after)
            self._condemn(*there, before, keep)
            self._forgets = alone

    def keep_stamps(self, path: Path) -> None:
        """Keep what is known of the documents beside the release that has read them."""
        if self.remote.pointer is not None and path.exists():
            self.remote.write_stamps(path, self.remote.pointer.run_id)

    def prune(self, keep: Retention) -> None:
        """Let the pointer keep only so many releases."""
        before = self.remote.pointer
        if before is None:
            return
        with using("written"):
            there = self._objects.folders(RELEASES), self._objects.folders(REPORTS)
            # By the store's clock; and written even if nothing goes, since it makes who writes now start again.
            kept = before.kept(max(before.releases.values()), keep)
            self._exchange(Pointer(kept.run_id, kept.releases, before.serial + 1))
            self._condemn(*there, before, keep)

    def clean(self) -> list[str]:
        """Remove what nobody can read any more; ``RunFailed`` if the bucket keeps what a takedown must remove."""
        doomed, self._doomed = self._doomed, []
        if self._remove(doomed) and self._forgets:
            raise RunFailed(
                "The article is out of the published tables and of all releases, but the bucket keeps old versions of "
                f"what was removed: remove those below {self._objects.address}/{RELEASES}, or let a lifecycle rule."
            )
        return [prefix.split("/")[1] for prefix in doomed]

    def _upload(self, warehouse: Warehouse, staged: Path) -> None:
        """Write all of a release; what the one before has is copied inside the store."""
        below, before = f"{RELEASES}{staged.name}/", self.remote.pointer.run_id if self.remote.pointer else ""
        manifest = (staged / MANIFEST).read_bytes()
        parts = parts_in(manifest)
        known = parts_in((warehouse.releases / before / MANIFEST).read_bytes()) if before else {}

        def write(name: str) -> None:
            if known.get(name) == parts[name]:
                with suppress(ObjectError):  # where it is gone, or can't be copied, there is still the file
                    self._objects.copy(f"{RELEASES}{before}/{name}", below + name)
                    return
            self._objects.upload(below + name, staged / name, parts[name]["sha256"])

        each(write, parts)
        for report in sorted((warehouse.reports / staged.name).glob("*")):
            self._objects.put(f"{REPORTS}{staged.name}/{report.name}", report.read_bytes())
        self._objects.put(below + MANIFEST, manifest)

    def _exchange(self, new: Pointer) -> None:
        """Write the pointer, if it is still the one that this command has started from."""
        for attempt in range(_TRIES):
            try:
                self.remote.etag = self._objects.exchange(POINTER, new.render(), self.remote.etag)
            except ObjectError as error:
                if not self._has_exchanged(new, error):  # another request for it was under way
                    time.sleep(_PAUSE_SECONDS * 2**attempt)
                    continue
            self.remote.pointer = new
            return
        raise RunFailed(f"Nothing was published: others write to {self._objects.address}/{POINTER}. Run again later.")

    def _has_exchanged(self, new: Pointer, error: ObjectError) -> bool:
        """Say whether the store has written all the same: its answer may be lost, so the pointer itself has to tell.

        ``RunFailed`` where another try can't help.
        """
        unknown = RunFailed(
            f"Whether {new.run_id} was published is not known, since {self._objects.address} does not answer "
            f"({error.strerror}): `qawl status` tells later, and the next run goes on from what was."
        )
        try:
            found, etag = self.remote.read_pointer()
        except ObjectError:
            raise unknown from error
        before = self.remote.pointer
        is_publication = before is None or new.run_id not in before.releases
        if found == new:
            self.remote.etag = etag
            return True
        if is_publication and found is not None and new.run_id in found.releases:
            return True  # somebody has gone on from it already: what this command publishes next will be refused
        if etag == self.remote.etag:
            if error.errno != errno.EEXIST:
                raise unknown from error
            return False
        if is_publication:
            with suppress(ObjectError):  # where that fails, a later run does it
                self._remove([f"{REPORTS}{new.run_id}/", f"{RELEASES}{new.run_id}/"])
        raise RunFailed(
            f"Nothing was published: another run has published in {self._objects.address} since this one began "
            f"({found.run_id if found else 'its pointer is gone'}). Run again, it starts from there."
        ) from error

    def _condemn(self, releases: list[str], reports: list[str], before: Pointer, keep: Retention) -> None:
        """Note what may go: releases that nobody can publish any more, their reports, and reports that are too many."""
        kept = self.remote.pointer.releases if self.remote.pointer else {}
        doomed = [run_id for run_id in releases if run_id not in kept]
        dead = {run_id for run_id in doomed if run_id not in before.releases}
        left = sorted({*reports, *kept} - dead)
        gone = dead.union(left[: max(0, len(left) - keep.reports)])
        # Reports first: one of an upload that died is known by its release alone.
        self._doomed = [f"{REPORTS}{run_id}/" for run_id in reports if run_id in gone]
        self._doomed += [f"{RELEASES}{run_id}/" for run_id in doomed]

    def _remove(self, prefixes: list[str]) -> bool:
        """Remove all objects below some prefixes, and say whether the bucket keeps versions of them."""
        kept = [self._objects.remove(item.name for item in self._objects.listing(prefix)) for prefix in prefixes]
        return any(kept)
