from __future__ import annotations

import logging
import os
import subprocess
import sys
import types
from logging import getLogger
from pathlib import Path
from typing import NoReturn

import pytest

import flows.extract
import flows.validation
from flows.cli import FAILED, INTERRUPTED, SUCCESS, UNUSABLE, main
from flows.dictionary import render_dictionary
from flows.errors import RunFailed, UsageProblem
from flows.objects import Objects
from flows.pipeline import Pipeline
from flows.places import writable
from flows.receipt import Receipt
from flows.selection import Selection
from flows.settings import Settings
from flows.store import Warehouse, open_release
from tests.flows.buckets import Server
from tests.flows.conftest import Ingest, Unchecked
from tests.flows.plain import split_dated
from tests.flows.tables import by_uri, read_all
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


@pytest.fixture
def warehouse_of_runs(tmp_path: Path) -> Path:
    return tmp_path / "tables"


@pytest.fixture
def without_prefect(warehouse_of_runs: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let ``qawl run`` do without Prefect, whose server takes seconds to start."""

    def ingest(raw: str, warehouse: str, settings: Settings, selection: Selection) -> Receipt:
        return Pipeline(Warehouse(Path(warehouse)), settings, getLogger("test")).ingest(Path(raw), selection)

    module = types.ModuleType("flows.ingest")
    module.ingest = ingest  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "flows.ingest", module)
    monkeypatch.setenv("QAWL_ENGINE", "local")
    return warehouse_of_runs


@pytest.fixture
def published(run: Ingest, warehouse_of_runs: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Publish the articles of ``raw``, each a part of its own, twice; commands find the warehouse in the settings."""
    monkeypatch.setenv("QAWL_WAREHOUSE", str(warehouse_of_runs))
    monkeypatch.setenv("QAWL_ENGINE", "local")
    run(into=warehouse_of_runs, batch_documents=1)
    run(into=warehouse_of_runs, batch_documents=1)
    return warehouse_of_runs


def test_check_says_that_every_promise_is_kept_or_which_is_broken(
    run_checked: Ingest, warehouse_of_runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_id = run_checked(into=warehouse_of_runs).run_id
    assert main(["check", "--warehouse", str(warehouse_of_runs)]) == SUCCESS
    assert capsys.readouterr().out == f"{run_id}: every promise is kept\n"
    (warehouse_of_runs / "quotes").unlink()
    (warehouse_of_runs / "current" / "speakers" / "mine\x1b[31m").touch()
    assert main(["check", "--warehouse", str(warehouse_of_runs)]) == FAILED
    link, stray, count = capsys.readouterr().out.splitlines()
    assert link.endswith("is not the link to current/quotes: `qawl run` makes it")
    assert "\x1b" not in stray
    assert count == f"{run_id}: 2 promises broken"


def test_forget_names_what_goes_and_what_is_alike_and_can_be_undone(
    published: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["forget", "b.txt"]) == SUCCESS
    first, second, last = capsys.readouterr().out.splitlines()
    assert (first, second) == ("taken down: b.txt", "taken down: sub/ج.txt")
    assert last.startswith(f"out of every table and kept release since {open_release(published).name};")
    assert set(by_uri(read_all(published), "version")) == {"a.txt"}
    assert main(["forget", "b.txt", "--undo"]) == SUCCESS
    assert "it is let in again" in capsys.readouterr().out
    assert main(["forget", "b.txt", "--undo"]) == UNUSABLE
    assert "b.txt was not taken down" in complaint(capsys)


def test_compact_merges_once(published: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compact"]) == SUCCESS
    run_id = open_release(published).name
    assert capsys.readouterr().out == f"published {run_id}, the same rows in fewer files\n"
    assert len(list((published / "articles").iterdir())) == 1
    assert main(["compact"]) == SUCCESS
    assert capsys.readouterr().out == "there is nothing to merge\n"
    assert open_release(published).name == run_id


def test_prune_names_what_it_removes_and_keeps_what_is_published(
    published: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = sorted(path.name for path in (published / "releases").iterdir())
    assert main(["prune", "--keep", "0"]) == UNUSABLE
    assert "--keep must be at least 1" in complaint(capsys)
    assert main(["prune", "--keep", "1"]) == SUCCESS
    assert capsys.readouterr().out == f"removed {old}\n"
    assert [path.name for path in (published / "releases").iterdir()] == [new]


@pytest.mark.parametrize("command", [["check"], ["forget", "a.txt"], ["compact"], ["prune"]])
def test_commands_before_the_first_run_end_with_2_and_make_nothing(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--warehouse", str(tmp_path / "none")]) == UNUSABLE
    assert "Nothing has been published" in complaint(capsys)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("told", "takes"),
    [
        (["--only", "sub/*"], {"sub/ج.txt"}),
        (["--since", "2021-09-15"], {"b.txt"}),
        (["--until", "2021-09-14"], {"a.txt"}),
        (["--since", "2021-09-14", "--until", "2021-09-15", "--only", "b*"], {"b.txt"}),
    ],
)
def test_run_takes_what_it_is_told_to(
    told: list[str], takes: set[str], run: Ingest, raw: Path, without_prefect: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del run  # only for what it puts in the place of the transforms and of Great Expectations
    monkeypatch.setattr(flows.extract, "split", split_dated)
    assert main(["run", str(raw), str(without_prefect), *told]) == SUCCESS
    assert set(by_uri(read_all(without_prefect), "version")) == takes


def test_days_that_are_none_or_in_the_wrong_order_end_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match=str(UNUSABLE)):
        main(["run", str(tmp_path), "--since", "yesterday"])
    assert "invalid fromisoformat value: 'yesterday'" in capsys.readouterr().err
    assert main(["run", str(tmp_path), "--since", "2021-09-15", "--until", "2021-09-14"]) == UNUSABLE
    assert "no day lies between them" in complaint(capsys)


def test_commands_on_a_warehouse_at_an_address(
    s3: Server, raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    del s3
    address = "s3://qawl-test/warehouse"
    monkeypatch.setenv("QAWL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("QAWL_WAREHOUSE", address)
    monkeypatch.setattr(flows.validation, "Validation", Unchecked)
    for command in ("status", "check", "compact", "prune"):
        assert main([command]) == UNUSABLE
        assert f"Nothing has been published in {address} yet" in complaint(capsys)
    warehouse, origin = writable(address, str(tmp_path / "cache"))
    settings = Settings(engine="local", batch_documents=1)
    receipt = Pipeline(warehouse, settings, logging.getLogger("test"), origin=origin).ingest(raw, Selection())
    assert main(["status"]) == SUCCESS
    assert main(["show", "a.txt"]) == SUCCESS
    assert f"{address}/releases/{receipt.run_id}" in capsys.readouterr().out
    assert main(["compact"]) == SUCCESS
    assert main(["forget", "a.txt"]) == SUCCESS
    assert main(["prune", "--keep", "1"]) == SUCCESS
    assert main(["check"]) == SUCCESS
    assert main(["show", "a.txt"]) == SUCCESS
    assert "forgotten" in capsys.readouterr().out
    Objects.at(address).put("releases/20200101T000000Z-00dead/manifest.json", b"")
    assert main(["check"]) == FAILED


def test_a_run_into_a_bucket_that_is_not_there_says_so_before_prefect_starts(
    s3: Server, raw: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del s3
    assert main(["run", str(raw), "s3://qawl-none/warehouse"]) == UNUSABLE
    assert "s3://qawl-none/warehouse can't be listed (NoSuchBucket)" in complaint(capsys)
