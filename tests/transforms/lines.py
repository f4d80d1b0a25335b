"""A call -> how many lines of Python it takes: a cost that is the same on every machine, however busy it is."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def count_lines(do: Callable[[], object]) -> int:
    """Do something and count the lines, calls and returns of Python that it takes."""
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> Any:  # noqa: ANN401 - what typeshed says of a tracer
        nonlocal count
        del frame, event, argument
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        do()
    finally:
        sys.settrace(before)
    return count
