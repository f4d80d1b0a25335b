from __future__ import annotations

import os
import subprocess
import sys
import types
from pathlib import Path
from typing import NoReturn

import pytest

from flows.cli import FAILED, INTERRUPTED, SUCCESS, UNUSABLE, main
from flows.dictionary import render_dictionary
from flows.errors import RunFailed, UsageProblem
from flows.settings import Settings
from tests.flows.terminal.releases import ARTICLE_URI, REFUSED_URI, RUN_ID, write_release


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """Publish the release of the terminal's tests, without running the flow."""
    root = tmp_path / "warehouse"
    write_release(root / "releases" / RUN_ID)
    (root / "current").symlink_to(Path("releases", RUN_ID))
    return root


def complaint(capsys: pytest.CaptureFixture[str]) -> str:
    """Return what stands on standard error, which must be one line and no traceback."""
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("qawl: ")
    return lines[0]


def replace_ingest(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Let the flow raise ``error``, and spare the test the import of Prefect and Great Expectations."""

    def ingest(*_: object) -> NoReturn:
        raise error

    module = types.ModuleType("flows.ingest")
    module.ingest = ingest  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "flows.ingest", module)
    monkeypatch.setitem(sys.modules, "flows.validation", types.ModuleType("flows.validation"))


@pytest.mark.parametrize(
    ("arguments", "engine", "address"),
    [
        ([], "processes", None),
        (["--engine", "local"], "local", None),
        (["--engine", "dask"], "dask", None),
        (["--dask", "tcp://a:1"], "dask", "tcp://a:1"),
    ],
)
def test_a_run_is_told_its_engine(
    arguments: list[str], engine: str, address: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Settings] = []
    monkeypatch.setattr("flows.terminal.run.run", lambda *given: told.append(given[2]))
    assert main(["run", "raw", "warehouse", *arguments]) == SUCCESS
    assert (told[0].engine, told[0].dask) == (engine, address)


def test_dictionary_is_printed_as_it_is_rendered(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dictionary"]) == SUCCESS
    assert capsys.readouterr().out == render_dictionary()


def test_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == "qawl 0.1.0\n"


@pytest.mark.parametrize("arguments", [[], ["publish"], ["run", "a", "b", "c"], ["show"]])
def test_unusable_arguments_end_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit, match=str(UNUSABLE)):
        main(arguments)


def test_help_says_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    assert "exit codes: 0 success" in capsys.readouterr().out


def test_a_missing_raw_folder_ends_with_2_and_makes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(tmp_path / "raw"), str(tmp_path / "warehouse")]) == UNUSABLE
    assert "The raw folder" in complaint(capsys)
    assert list(tmp_path.iterdir()) == []


def test_a_warehouse_that_is_a_file_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "warehouse").write_text("a file")
    assert main(["run", str(tmp_path), str(tmp_path / "warehouse")]) == UNUSABLE
    assert "can't be written" in complaint(capsys)


def test_a_bad_setting_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QAWL_MAX_BYTES", "-1")
    assert main(["run", str(tmp_path), str(tmp_path / "warehouse")]) == UNUSABLE
    assert "QAWL_MAX_BYTES" in complaint(capsys)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageProblem("the disk is full\x1b[31m"), UNUSABLE),
        (RunFailed("a table rule broke\x1b[31m"), FAILED),
        (KeyboardInterrupt(), INTERRUPTED),
    ],
)
def test_how_a_run_ends_is_an_exit_code_and_a_sentence(
    error: BaseException,
    code: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    replace_ingest(monkeypatch, error)
    assert main(["run", str(tmp_path), str(tmp_path / "warehouse")]) == code
    errors = capsys.readouterr().err.splitlines()
    assert errors[-1].startswith("qawl: ")
    assert "\x1b" not in errors[-1]
    assert "Traceback" not in "".join(errors)


def test_a_bug_keeps_its_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace_ingest(monkeypatch, ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        main(["run", str(tmp_path), str(tmp_path / "warehouse")])


def test_show_prints_the_article(warehouse: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", ARTICLE_URI, "--warehouse", str(warehouse)]) == SUCCESS
    assert "cue_before_marks, confidence 0.95" in capsys.readouterr().out


def test_show_says_why_a_document_was_refused(warehouse: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", REFUSED_URI, "--warehouse", str(warehouse)]) == SUCCESS
    assert "was refused: empty" in capsys.readouterr().out


def test_show_of_an_unknown_article_ends_with_2(warehouse: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "other.txt", "--warehouse", str(warehouse)]) == UNUSABLE
    assert "other.txt is no article" in complaint(capsys)


def test_status_finds_the_warehouse_in_the_settings(
    warehouse: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QAWL_WAREHOUSE", str(warehouse))
    assert main(["status"]) == SUCCESS
    assert RUN_ID in capsys.readouterr().out


def test_status_before_the_first_run_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--warehouse", str(tmp_path)]) == UNUSABLE
    assert "Nothing has been published" in complaint(capsys)


def test_a_look_at_the_warehouse_imports_neither_prefect_nor_great_expectations(warehouse: Path) -> None:
    code = (
        "import sys; from flows.cli import main\n"
        f"main(['status', '--warehouse', {str(warehouse)!r}])\n"
        f"main(['show', {ARTICLE_URI!r}, '--warehouse', {str(warehouse)!r}])\n"
        "sys.exit(bool({'prefect', 'great_expectations'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=False).returncode == 0


def test_a_reader_that_has_seen_enough_is_no_error(warehouse: Path) -> None:
    # A pipe whose reading end is closed: the first write of the command fails with EPIPE.
    reading, writing = os.pipe()
    os.close(reading)
    command = [str(Path(sys.executable).with_name("qawl")), "status", "--warehouse", str(warehouse)]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (SUCCESS, b"")
