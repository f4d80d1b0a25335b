"""What the person who ran the command can put right -> one clear sentence and exit code 2."""

from __future__ import annotations


class UsageProblem(Exception):  # noqa: N818 - it is the user's problem to solve, not an error of the program
    """Arguments, folders or rights that make a run impossible; the message is one sentence that says what to do."""
