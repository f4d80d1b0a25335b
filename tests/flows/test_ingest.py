from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.errors import ValidationFailed
from tests.flows.conftest import Ingest
from tests.flows.tables import accounted, read_all


def _last_states(count: int) -> list[str]:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.sorting import FlowRunSort

    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs(sort=FlowRunSort.START_TIME_DESC, limit=100)
        return [str(run.state_name) for run in runs if run.start_time is not None][:count]


_PLAIN = """
import sys
from flows.ingest import ingest
from flows.settings import Settings
print(ingest(sys.argv[1], sys.argv[2], Settings()).documents_seen)
"""


def test_the_flow_runs_on_prefects_own_embedded_server(raw: Path, warehouse: Path, tmp_path: Path) -> None:
    environment = os.environ | {"PREFECT_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-c", _PLAIN, str(raw), str(warehouse)]
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    assert done.stdout.strip() == "4", done.stderr[-2000:]
    assert accounted(read_all(warehouse)) == 4


_SERVED = """
import sys
from datetime import timedelta
from flows.ingest import ingest

# Prefect starts each run in a process of its own, by spawn, which imports this file again.
if __name__ == "__main__":
    parameters = {"raw": sys.argv[1], "warehouse": sys.argv[2], "settings": {}}
    ingest.serve(name="often", interval=timedelta(seconds=5), limit=1, parameters=parameters)
"""


def test_a_scheduled_run_comes_by_itself(raw: Path, warehouse: Path, prefect_api: str, tmp_path: Path) -> None:
    """Only a schedule shows a scheduler that a too new sqlalchemy has silenced, or parameters that can't be loaded."""
    script, log = tmp_path / "served.py", tmp_path / "log"
    script.write_text(_SERVED)
    command = [sys.executable, str(script), str(raw), str(warehouse)]
    environment = os.environ | {"PREFECT_API_URL": prefect_api}
    with log.open("wb") as sink, subprocess.Popen(command, env=environment, stdout=sink, stderr=sink) as server:
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline and not (warehouse / "current").exists():
            time.sleep(0.5)
        server.terminate()
    assert (warehouse / "current").exists(), log.read_text(errors="replace")[-2000:]
    assert accounted(read_all(warehouse)) == 4


def test_a_failed_run_is_failed_in_prefects_records_too(run_flow: Ingest, raw: Path) -> None:
    run_flow()
    for path in raw.rglob("*.txt"):
        path.write_text("")
    with pytest.raises(ValidationFailed, match="no more articles are lost"):
        run_flow()
    assert _last_states(1) == ["Failed"]


_KILLED = """
import os, signal, sys
import flows.steps
from flows.ingest import ingest
from flows.settings import Settings

flows.steps.assemble = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
ingest(sys.argv[1], sys.argv[2], Settings(engine="local"))
"""


def test_prefect_learns_that_a_run_was_killed_from_the_next_one(
    run_flow: Ingest, raw: Path, warehouse: Path, prefect_api: str
) -> None:
    command = [sys.executable, "-c", _KILLED, str(raw), str(warehouse)]
    killed = subprocess.run(command, env=os.environ | {"PREFECT_API_URL": prefect_api}, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert _last_states(1) == ["Running"]
    assert run_flow().documents_new == 4
    assert _last_states(2) == ["Completed", "Crashed"]


def test_the_flow_says_what_it_did(run_flow: Ingest) -> None:
    from prefect.client.orchestration import get_client

    receipt = run_flow()
    with get_client(sync_client=True) as client:
        receipts = [str(artifact.data) for artifact in client.read_artifacts() if artifact.key == "qawl-receipt"]
    (own,) = (text for text in receipts if f"Run `{receipt.run_id}` published" in text)
    assert "| documents seen | 4 |" in own
