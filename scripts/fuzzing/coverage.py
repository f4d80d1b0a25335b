"""A call -> what it returns, and the steps from line to line in ``transforms`` that no call before it took."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, TypeVar

import transforms

_FOLDER = str(Path(transforms.__file__).parent)
_Place = tuple[CodeType, int]
_T = TypeVar("_T")


class Coverage:
    """The steps that have been seen: pairs of lines, since lines alone are soon all seen."""

    def __init__(self) -> None:
        self._seen: set[tuple[_Place | None, _Place]] = set()
        self._last: _Place | None = None

    def __len__(self) -> int:
        return len(self._seen)

    def trace(self, call: Callable[[], _T]) -> _T:
        """Run a call ten times slower, and remember its steps; how many were new shows in ``len``."""
        before = sys.gettrace()
        self._last = None
        sys.settrace(self._enter)
        try:
            return call()
        finally:
            sys.settrace(before)

    def _enter(self, frame: FrameType, event: str, argument: object) -> Any:  # noqa: ANN401 - as typeshed has it
        del event, argument
        return self._step if frame.f_code.co_filename.startswith(_FOLDER) else None

    def _step(self, frame: FrameType, event: str, argument: object) -> Any:  # noqa: ANN401 - as typeshed has it
        del event, argument
        place = (frame.f_code, frame.f_lineno)
        self._seen.add((self._last, place))
        self._last = place
        return self._step
