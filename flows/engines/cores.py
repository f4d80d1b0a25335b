"""A process -> how many cores it may use: what the scheduler allows it, and what its control group is given."""

from __future__ import annotations

import math
import os
from contextlib import suppress
from pathlib import Path

_GROUPS = Path("/sys/fs/cgroup")
_OWN_GROUP = Path("/proc/self/cgroup")


def available_cores() -> int:
    """Return how many cores this process may keep busy, at least one: fewer than the machine's in a container."""
    return max(1, min(len(os.sched_getaffinity(0)), _quota()))


def _quota() -> int:
    """Return how many cores the control group pays for, rounded up; very many where it has no limit or can't tell."""
    quotas = [1 << 16]
    with suppress(OSError, ValueError):
        own = _OWN_GROUP.read_text().splitlines()[-1].rpartition(":")[2].lstrip("/")
        for folder in {_GROUPS / own, _GROUPS}:  # in a container the own one is the root, whatever its name
            with suppress(OSError, ValueError):  # such as the word max
                quota, period = (folder / "cpu.max").read_text().split()
                quotas.append(math.ceil(int(quota) / int(period)))
    return min(quotas)
