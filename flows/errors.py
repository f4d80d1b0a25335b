"""What can end a run -> one clear sentence and an exit code that scripts can use."""

from __future__ import annotations


class UsageProblem(Exception):  # noqa: N818 - the user's to solve, and not an error of the program
    """Arguments, folders or rights that make a run impossible (exit code 2); the message says what to do."""


class RunFailed(Exception):  # noqa: N818 - as above
    """A run that ended without publishing (exit code 1); the message says why, and what was kept where."""


class ValidationFailed(RunFailed):
    """A rule that stops the publication was broken; the message names the rules and where the staged run is kept."""
