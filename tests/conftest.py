"""What every test stands on: no telemetry, a Prefect of its own, and none of the caller's settings."""

from __future__ import annotations

import os
import tempfile

import pytest

# Prefect reads these when it is imported, and it may be imported while tests are collected.
_HOME = tempfile.TemporaryDirectory(prefix="qawl-prefect-")
for _name in [name for name in os.environ if name.startswith(("PREFECT_", "QAWL_"))]:
    del os.environ[_name]
os.environ |= {
    "PREFECT_HOME": _HOME.name,
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    "DO_NOT_TRACK": "1",
    "NO_COLOR": "1",
    "COLUMNS": "120",
}


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove Prefect's temporary home."""
    del config
    _HOME.cleanup()
