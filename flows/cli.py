"""The ``qawl`` command: arguments -> a run, or a look at what was published; an exit code that scripts can use."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from flows.errors import RunFailed, UsageProblem
from flows.terminal.inert import make_inert

SUCCESS, FAILED, UNUSABLE, INTERRUPTED = 0, 1, 2, 130
_CODES = """\
exit codes: 0 success, rejected documents included; 1 the run failed and nothing was published;
2 unusable arguments, settings or folders; 130 interrupted
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; expected problems are one sentence on standard error."""
    given = _parser().parse_args(arguments)
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr] # a terminal that lacks Arabic shows marks
    try:
        code: int = given.action(given)
        sys.stdout.flush()
    except UsageProblem as problem:
        return _complain(problem, UNUSABLE)
    except RunFailed as failure:
        return _complain(failure, FAILED)
    except KeyboardInterrupt:
        return _complain("Interrupted; what was published before is untouched.", INTERRUPTED)
    except BrokenPipeError:
        # The reader, such as head, has seen enough. Python would complain again when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return SUCCESS
    return code


def _complain(message: object, code: int) -> int:
    print(make_inert(f"qawl: {message}"), file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="qawl", description="News articles in, tables of who said what out.")
    parser.epilog = _CODES
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--version", action="version", version=f"qawl {version('qawl')}")
    commands = parser.add_subparsers(required=True, metavar="command")

    run = commands.add_parser("run", help="read a raw folder and publish its tables")
    run.add_argument("raw", nargs="?", help="folder of raw .txt articles (QAWL_RAW, or raw)")
    run.add_argument("warehouse", nargs="?", help="folder of the tables (QAWL_WAREHOUSE, or warehouse)")
    run.set_defaults(action=_run)

    show = commands.add_parser("show", help="show one article with its quotes and why they are attributed so")
    show.add_argument("article", help="its source URI, its path or its article_id")
    show.set_defaults(action=_show)

    status = commands.add_parser("status", help="show the last runs, the rows and the rejects by reason")
    status.set_defaults(action=_status)
    for command in (show, status):
        command.add_argument("--warehouse", help="folder of the tables (QAWL_WAREHOUSE, or warehouse)")

    dictionary = commands.add_parser("dictionary", help="print the data dictionary as Markdown")
    dictionary.set_defaults(action=_dictionary)
    return parser


# Each action imports what it needs, so that a look at an article does not wait for Prefect and Great Expectations.


def _run(given: argparse.Namespace) -> int:
    from flows.settings import quiet_libraries, read_settings
    from flows.terminal.run import run

    settings = read_settings()
    quiet_libraries()
    run(given.raw or settings.raw, given.warehouse or settings.warehouse, settings)
    return SUCCESS


def _show(given: argparse.Namespace) -> int:
    from flows.terminal.article import read_article, render_refusals
    from flows.terminal.console import Terminal

    release = _release(given)
    found = read_article(release, given.article) or render_refusals(release, given.article)
    if found is None:
        raise UsageProblem(f"{given.article} is no article of {release}: give a source_uri or article_id of its table.")
    Terminal().print(found)
    return SUCCESS


def _status(given: argparse.Namespace) -> int:
    from flows.terminal.console import Terminal
    from flows.terminal.status import render_status

    Terminal().print(render_status(_release(given)))
    return SUCCESS


def _dictionary(_: argparse.Namespace) -> int:
    from flows.dictionary import render_dictionary

    sys.stdout.write(render_dictionary())
    return SUCCESS


def _release(given: argparse.Namespace) -> Path:
    from flows.settings import read_settings
    from flows.store import open_release

    return open_release(Path(given.warehouse or read_settings().warehouse))
