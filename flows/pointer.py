"""A warehouse's pointer, which names the published release and those that stay -> the pointer after it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flows.store import Retention


@dataclass(frozen=True, slots=True)
class Pointer:
    """What the one object that changes says.

    ``run_id`` is the published release; ``releases`` holds all that readers may be in, oldest first, with the time at
    which each was published by the store's clock; ``serial`` is one higher with every change, so that no two pointers
    have the same bytes.
    """

    run_id: str
    releases: dict[str, datetime]
    serial: int

    @classmethod
    def parse(cls, content: bytes) -> Pointer:
        """Read a pointer; ``ValueError``, ``KeyError`` or ``TypeError`` if it is none."""
        said = json.loads(content)
        releases = {str(run_id): datetime.fromisoformat(when) for run_id, when in said["releases"].items()}
        if said["run_id"] not in releases:
            raise ValueError("the published release is not among the releases")
        return cls(said["run_id"], releases, int(said["serial"]))

    def render(self) -> bytes:
        """Return the bytes that ``parse`` reads."""
        releases = {run_id: when.isoformat() for run_id, when in self.releases.items()}
        said = {"run_id": self.run_id, "serial": self.serial, "releases": releases}
        return f"{json.dumps(said, indent=1)}\n".encode()

    def after(self, run_id: str, now: datetime, keep: Retention) -> Pointer:
        """Return the pointer that publishes a release, without those that may go now."""
        return Pointer(run_id, self.releases | {run_id: now}, self.serial + 1).kept(now, keep)

    def alone(self) -> Pointer:
        """Return the pointer that keeps no release but the published one."""
        return replace(self, releases={self.run_id: self.releases[self.run_id]})

    def kept(self, now: datetime, keep: Retention) -> Pointer:
        """Return the pointer without what may go: too many releases, if long enough after the next one of each."""
        others = [run_id for run_id in self.releases if run_id != self.run_id]
        spare = others[: max(0, len(others) - keep.releases + 1)]
        doomed = {
            run_id
            for run_id, next_ in zip(others, [*others[1:], self.run_id], strict=False)
            if run_id in spare and now - self.releases[next_] >= timedelta(seconds=keep.seconds)
        }
        return replace(self, releases={name: when for name, when in self.releases.items() if name not in doomed})
