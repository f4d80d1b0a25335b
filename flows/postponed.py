"""Modules that a library imports for what we don't use of it -> names that import them when they are looked into."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


class _Postponed(ModuleType):
    """Stands for a module that nobody has needed yet."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):  # what the import system asks of every module is no use of it
            raise AttributeError(name)
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def postponed(*names: str) -> Iterator[None]:
    """Let what is imported meanwhile have stand-ins for these modules; a module that is there already is used.

    Only for modules that the importing code does not look into while it is imported. Afterwards the stand-ins are with
    those who have asked for them; whoever else imports the modules gets them as they are.

    >>> import sys
    >>> with postponed("this"):
    ...     import this  # which prints a poem when it is imported
    >>> "this" in sys.modules
    False
    """
    added = [name for name in names if name not in sys.modules]
    sys.modules.update({name: _Postponed(name) for name in added})
    try:
        yield
    finally:
        for name in added:
            if isinstance(sys.modules.get(name), _Postponed):
                del sys.modules[name]
