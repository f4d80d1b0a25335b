"""A raw folder and a warehouse -> a run of the flow that a person can follow, and its receipt."""

from __future__ import annotations

import gc
import importlib
import threading
import urllib.error
import urllib.request
from pathlib import Path

from flows.engines.choice import require_engine
from flows.errors import UsageProblem
from flows.objects import Objects, is_address
from flows.selection import Selection
from flows.settings import Settings
from flows.store import Warehouse, prepare, writing
from flows.terminal.console import Terminal
from flows.terminal.progress import show_progress
from flows.terminal.receipt import render_receipt

_SERVER_TIMEOUT_SECONDS = 10


def run(raw: str, warehouse: str, settings: Settings, selection: Selection) -> None:
    """Run the flow, show its progress on standard error and its receipt on standard output."""
    require_engine(settings)
    check_folders(raw, warehouse)
    errors = Terminal(stderr=True)
    gc.disable()  # until all is imported, see _import_validation
    with errors.status("loading Prefect"):
        from flows.ingest import ingest
    require_server()
    threading.Thread(target=_import_validation, daemon=True).start()
    with show_progress(errors, "starting Prefect's server"):
        receipt = ingest(raw, _absolute(warehouse), settings, selection)
    Terminal().print(render_receipt(receipt, receipt.release if is_address(warehouse) else warehouse))


def check_folders(raw: str, warehouse: str) -> None:
    """Raise ``UsageProblem`` for a raw folder that is not there or a warehouse that can't be made.

    The flow finds that out too, but only after the seconds that Prefect's server takes to start.
    """
    if not is_address(raw) and not Path(raw).is_dir():
        raise UsageProblem(f"The raw folder {raw} is not there, or is no folder: name a folder that holds documents.")
    if not is_address(warehouse):
        with writing(Warehouse(Path(warehouse))):
            prepare(Warehouse(Path(warehouse)))
    for address in filter(is_address, (raw, warehouse)):
        Objects.at(address).require_answer()


def _absolute(warehouse: str) -> str:
    return warehouse if is_address(warehouse) else str(Path(warehouse).absolute())


def require_server() -> None:
    """Raise ``UsageProblem`` if a Prefect server is configured and does not answer; Prefect would show a traceback."""
    from prefect.settings import PREFECT_API_URL

    url = PREFECT_API_URL.value()
    if url is None:
        return
    try:
        urllib.request.urlopen(f"{url}/health", timeout=_SERVER_TIMEOUT_SECONDS).close()  # noqa: S310 - the user's own
    except urllib.error.HTTPError:
        return  # it answers; what it thinks of us is for Prefect to say
    except (OSError, ValueError) as error:
        raise UsageProblem(
            f"Prefect's server at {url} does not answer ({error}): start it, or unset PREFECT_API_URL for a server "
            "that comes and goes with the run."
        ) from error


def _import_validation() -> None:
    """Import Great Expectations while Prefect's server starts in a process of its own; both take seconds.

    What is imported stays for good, so the collector is kept from walking through it: that took 1.3 s during the
    imports and 1.7 s at exit, on a machine where the whole run took 12 s.
    """
    try:
        importlib.import_module("flows.validation")
    finally:
        gc.freeze()
        gc.enable()
