"""Where the releases of a warehouse folder are published, if not in the folder itself: what a pipeline asks of it."""

from __future__ import annotations

from pathlib import Path

from flows.store import Retention, Warehouse


class Origin:
    """The folder itself: a release is published by the folder's own link, and there is nothing more to do."""

    after_push = "nothing was published"
    """What people are told if the folder's own link can't be replaced after ``push``."""

    def where(self, warehouse: Warehouse, path: Path) -> str:
        """Return what people are told that the warehouse folder, or something in it, is called."""
        del warehouse
        return str(path)

    def fetch(self, warehouse: Warehouse) -> None:
        """Make the folder hold the published release, whatever it holds now. Call it with the writer lock held."""

    def push(self, warehouse: Warehouse, staged: Path, keep: Retention, *, alone: bool) -> None:
        """Publish a sealed staged release before the folder's link does; ``alone`` if no older one may stay."""

    def keep_stamps(self, path: Path) -> None:
        """Keep what is known of the documents that the published release has read; the file may not be there."""

    def prune(self, keep: Retention) -> None:
        """Take the releases that may go out of the readers' sight."""

    def clean(self) -> list[str]:
        """Remove what nobody can read any more, and return the names; ``OSError`` if something stays."""
        return []
