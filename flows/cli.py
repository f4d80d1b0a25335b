"""The ``qawl`` command: arguments -> a run, or a look at what was published; an exit code that scripts can use."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date
from importlib.metadata import version
from logging import getLogger
from pathlib import Path
from typing import TYPE_CHECKING

from flows.errors import RunFailed, UsageProblem
from flows.objects import is_address
from flows.terminal.inert import make_inert

if TYPE_CHECKING:
    from flows.pipeline import Pipeline

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

    _add_run(commands.add_parser("run", help="read a raw folder and publish its tables"))

    show = commands.add_parser("show", help="show one article with its quotes and why they are attributed so")
    show.add_argument("article", help="its source URI, its path or its article_id")
    show.set_defaults(action=_show)

    status = commands.add_parser("status", help="show the last runs, the rows and the rejects by reason")
    status.set_defaults(action=_status)
    check = commands.add_parser("check", help="verify every promise on the published tables; 1 if one is broken")
    check.set_defaults(action=_check)

    forget = commands.add_parser("forget", help="take an article out of all tables and kept releases, for good")
    forget.add_argument("article", help="its source URI or its article_id")
    forget.add_argument("--undo", action="store_true", help="let it in again")
    forget.set_defaults(action=_forget)

    compact = commands.add_parser("compact", help="merge small files; runs do it too, when there are many")
    compact.set_defaults(action=_compact)

    prune = commands.add_parser("prune", help="remove old releases, reports and failed runs; runs do it too")
    prune.add_argument("--keep", type=int, metavar="N", help="releases that stay (QAWL_KEEP_RELEASES)")
    prune.set_defaults(action=_prune)

    for command in (show, status, check, forget, compact, prune):
        command.add_argument("--warehouse", help="folder of the tables (QAWL_WAREHOUSE, or warehouse)")

    dictionary = commands.add_parser("dictionary", help="print the data dictionary as Markdown")
    dictionary.set_defaults(action=_dictionary)
    return parser


def _add_run(run: argparse.ArgumentParser) -> None:
    run.add_argument("raw", nargs="?", help="folder of raw .txt articles (QAWL_RAW, or raw)")
    run.add_argument("warehouse", nargs="?", help="folder of the tables (QAWL_WAREHOUSE, or warehouse)")
    run.add_argument("--reprocess", action="store_true", help="read again what older rules have read")
    run.add_argument("--only", metavar="PATTERN", help="documents whose source URI matches, such as 'nahda/2021-*'")
    run.add_argument("--since", type=date.fromisoformat, metavar="DATE", help="articles of this day or later")
    run.add_argument("--until", type=date.fromisoformat, metavar="DATE", help="articles of this day or before")
    run.add_argument(
        "--engine", choices=["local", "processes", "dask"], help="where documents are split (QAWL_ENGINE, or processes)"
    )
    run.add_argument("--dask", metavar="ADDRESS", help="engine dask, on the cluster of this scheduler (QAWL_DASK)")
    run.set_defaults(action=_run)


# Each action imports what it needs, so that a look at an article does not wait for Prefect and Great Expectations.


def _run(given: argparse.Namespace) -> int:
    from flows.selection import Selection
    from flows.settings import quiet_libraries, read_settings
    from flows.terminal.run import run

    settings = read_settings(engine="dask" if given.dask else given.engine, dask=given.dask)
    selection = Selection(only=given.only, since=given.since, until=given.until, reprocess=given.reprocess)
    selection.require_order()
    quiet_libraries()
    run(given.raw or settings.raw, given.warehouse or settings.warehouse, settings, selection)
    return SUCCESS


def _show(given: argparse.Namespace) -> int:
    from flows.terminal.article import read_article, render_refusals
    from flows.terminal.console import Terminal

    with _release(given) as release:
        found = read_article(release, given.article) or render_refusals(release, given.article)
    if found is None:
        raise UsageProblem(f"{given.article} is no article of {release}: give a source_uri or article_id of its table.")
    Terminal().print(found)
    return SUCCESS


def _status(given: argparse.Namespace) -> int:
    from flows.terminal.console import Terminal
    from flows.terminal.status import render_status

    with _release(given) as release:
        place = _place(given)
        called = f"{place.rstrip('/')}/releases/{release.name}" if is_address(place) else str(release)
        Terminal().print(render_status(release, called))
    return SUCCESS


def _check(given: argparse.Namespace) -> int:
    from itertools import chain

    from flows.audit import audit
    from flows.places import troubles
    from flows.store import Warehouse

    broken = 0
    with _release(given) as release:
        for trouble in chain(audit(Warehouse(release.parent.parent), release), troubles(_place(given))):
            broken += 1
            print(make_inert(trouble))
    print(f"{release.name}: {broken:,} promises broken" if broken else f"{release.name}: every promise is kept")
    return FAILED if broken else SUCCESS


def _forget(given: argparse.Namespace) -> int:
    pipeline = _pipeline(given)
    if given.undo:
        pipeline.remember(given.article)
        print("it is let in again: the next run reads it, unless other articles with its bytes are taken down")
        return SUCCESS
    takedown, receipt = pipeline.forget(given.article)
    for uri in takedown.source_uris:
        print(make_inert(f"taken down: {uri}"))
    for uri in takedown.alike:
        print(make_inert(f"much the same words, still there: {uri}"))
    print(f"out of every table and kept release since {receipt.run_id}; the raw document is yours to remove")
    return SUCCESS


def _compact(given: argparse.Namespace) -> int:
    receipt = _pipeline(given).compact()
    print(f"published {receipt.run_id}, the same rows in fewer files" if receipt else "there is nothing to merge")
    return SUCCESS


def _prune(given: argparse.Namespace) -> int:
    if given.keep is not None and given.keep < 1:
        raise UsageProblem("--keep must be at least 1: the published release stays.")
    for name in _pipeline(given).prune(given.keep):
        print(make_inert(f"removed {name}"))
    return SUCCESS


def _dictionary(_: argparse.Namespace) -> int:
    from flows.dictionary import render_dictionary

    sys.stdout.write(render_dictionary())
    return SUCCESS


def _place(given: argparse.Namespace) -> str:
    """Return the folder or the address of the warehouse."""
    from flows.settings import read_settings

    return str(given.warehouse or read_settings().warehouse)


def _release(given: argparse.Namespace) -> AbstractContextManager[Path]:
    from flows.places import readable
    from flows.settings import read_settings

    # A check is to say what is broken, and must see all of it.
    return readable(_place(given), read_settings().cache, every_byte=given.action is _check)


def _pipeline(given: argparse.Namespace) -> Pipeline:
    """Return the pipeline for a command that needs no Prefect: it reads no documents."""
    from flows.pipeline import Pipeline
    from flows.places import require_release, writable
    from flows.settings import quiet_libraries, read_settings

    quiet_libraries()
    settings = read_settings()
    require_release(_place(given))
    warehouse, origin = writable(_place(given), settings.cache)
    return Pipeline(warehouse, settings, getLogger("qawl"), origin=origin)
