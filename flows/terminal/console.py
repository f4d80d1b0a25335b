"""A stream -> a terminal that prints what it is given, and reads no markup of its own into it."""

from __future__ import annotations

from typing import NoReturn

from rich.console import Console


class Terminal(Console):
    """A console without markup, emoji codes and highlighting; colours as the terminal and ``NO_COLOR`` allow."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, highlight=False, markup=False, emoji=False)

    def on_broken_pipe(self) -> NoReturn:
        """Leave it to the command line: a reader that has seen enough, such as ``head``, is no failure."""
        raise BrokenPipeError
