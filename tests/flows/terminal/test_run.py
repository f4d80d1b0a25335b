from __future__ import annotations

import socket

import pytest

from flows.errors import UsageProblem
from flows.terminal.run import require_server


def test_a_server_that_does_not_answer_is_one_sentence() -> None:
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))  # bound but not listening: nobody else gets the port, and connecting fails
        url = f"http://127.0.0.1:{unheard.getsockname()[1]}/api"
        with temporary_settings({PREFECT_API_URL: url}), pytest.raises(UsageProblem, match=f"{url} does not answer"):
            require_server()


def test_no_server_is_needed_when_none_is_configured() -> None:
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with temporary_settings(restore_defaults={PREFECT_API_URL}):
        require_server()
