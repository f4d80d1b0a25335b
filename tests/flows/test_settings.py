from __future__ import annotations

import os

import pytest
from pydantic import ValidationError

from flows.errors import UsageProblem
from flows.settings import Settings, quiet_libraries, read_settings


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QAWL_KEEP_RELEASES", "7")
    assert read_settings().keep_releases == 7


def test_settings_cannot_be_changed_after_they_are_read() -> None:
    with pytest.raises(ValidationError):
        Settings().keep_releases = 9  # type: ignore[misc]


def test_every_setting_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QAWL_KEEP_RELEASES", "0"),
        ("QAWL_MAX_BYTES", "many"),
        ("QAWL_ROW_GROUP_ROWS", "65001"),
        ("QAWL_WAREHOUSE", ""),
    ],
)
def test_an_unusable_value_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageProblem, match=name):
        read_settings()


def test_a_misspelt_setting_is_refused_instead_of_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QAWL_KEEP_RELEASE", "7")
    with pytest.raises(UsageProblem, match="QAWL_KEEP_RELEASE is no setting"):
        read_settings()


def test_telemetry_is_off_unless_the_caller_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DO_NOT_TRACK", raising=False)
    monkeypatch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "true")
    quiet_libraries()
    assert os.environ["DO_NOT_TRACK"] == "1"
    assert os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] == "true"
    monkeypatch.delenv("PREFECT_SERVER_ANALYTICS_ENABLED")
    quiet_libraries()
    assert os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
