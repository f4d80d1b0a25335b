from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from tests.flows.tables import accounted, read_all


def _last_state() -> str:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.sorting import FlowRunSort

    with get_client(sync_client=True) as client:
        (last,) = client.read_flow_runs(sort=FlowRunSort.START_TIME_DESC, limit=1)
        return str(last.state_name)


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
