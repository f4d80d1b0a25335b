"""The benchmark's own promises: all contestants read the same, all processes count, all time has a stage."""

from __future__ import annotations

import re
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from benchmarks import floor, pandas_script
from benchmarks.__main__ import main
from benchmarks.articles import Layout, make_articles, read_articles, read_documents, write_articles
from benchmarks.contestants import environment
from benchmarks.measure import Cost, measured
from benchmarks.patterns import paragraphs_of, quotes_of
from benchmarks.stages import stage_of
from benchmarks.tables import put_between

NOWHERE = Path("/nowhere")
BURN = "import os, sys, time\nwhile time.process_time() < 0.4: pass\n"


def test_the_bench_runs_on_a_dozen_of_our_own_articles(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    given = ["--articles=12", "--rounds=1", "--only=floor,script,transforms", f"--pool={NOWHERE}"]
    assert main([*given, f"--folder={tmp_path}"]) == 0
    printed = capsys.readouterr().out
    assert "SINCE THERE IS NO POOL HERE" in printed
    rows = re.findall(r"^\| (floor|pandas script|Qawl, `transforms` alone)[^|]*\|(.+)\|$", printed, re.MULTILINE)
    quotes = {name: cells.split("|")[-1].strip() for name, cells in rows}
    assert quotes["floor"] == ""
    assert int(quotes["pandas script"]) > 12
    assert int(quotes["Qawl, `transforms` alone"]) > 12
    assert list(tmp_path.iterdir()) == []


def test_every_layout_gives_every_contestant_the_same_texts(tmp_path: Path) -> None:
    articles = list(read_articles(5, NOWHERE))
    sizes = [write_articles(articles, tmp_path / layout, layout) for layout in Layout]
    assert sizes == [sum(len(article.page.encode()) for article in articles)] * len(Layout)
    for layout in Layout:
        texts = sorted(text for _, text in read_documents(tmp_path / layout))
        assert texts == sorted(article.page for article in articles)


def test_our_own_articles_are_the_same_every_time() -> None:
    assert next(make_articles()) == next(make_articles())


def test_the_floor_and_the_script_keep_what_they_read(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "out"
    write_articles(read_articles(5, NOWHERE), raw)
    floor.main(raw, out)
    pandas_script.main(raw, out)
    texts = dict(read_documents(raw))
    assert dict(zip(*pq.read_table(out / "articles").to_pydict().values(), strict=True)) == texts
    for table in ("paragraphs", "quotes"):
        for row in pq.read_table(out / table).to_pylist():
            assert texts[row["article"]][row["char_start"] : row["char_end"]] == row["text"]


def test_the_expressions_find_a_quote_its_cue_and_who_stands_between() -> None:
    text = 'عنوان\n\nوقال وزير النقل: «القطار وصل»، ثم "غادر" “ليلا”.\n'
    (title, body) = paragraphs_of(text)
    assert text[slice(*title)] == "عنوان"
    found = [(text[start:end], cue, speaker) for start, end, cue, speaker in quotes_of(text, *body)]
    assert found[0] == ("القطار وصل", "وقال", "وزير النقل")
    assert [words for words, _, _ in found] == ["القطار وصل", "غادر", "ليلا"]


def cost_of(code: str, folder: Path) -> Cost:
    return measured([sys.executable, "-c", code], folder / "report.json", environment(folder, {}))


@pytest.mark.parametrize(
    "code",
    [
        BURN,
        f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BURN!r}])",
        f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {BURN!r}])",
        f"import os\nif not os.fork():\n os.setsid()\n if not os.fork():\n  exec({BURN!r})",
    ],
    ids=["itself", "a child", "an orphan", "a daemon"],
)
def test_the_time_of_every_process_counts(code: str, tmp_path: Path) -> None:
    assert cost_of(code, tmp_path).cpu >= 0.4


def test_the_memory_of_a_child_counts(tmp_path: Path) -> None:
    hold = "import time; held = b'x' * 200_000_000; time.sleep(0.5)"
    cost = cost_of(f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {hold!r}])", tmp_path)
    assert cost.peak > 190
    assert sum(process.peak > 190 for process in cost.processes.values()) == 1


def test_a_command_that_fails_says_where_its_output_is(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="failed with 3; its output is in"):
        cost_of("raise SystemExit(3)", tmp_path)


def test_the_innermost_function_that_has_a_stage_names_it() -> None:
    def call_in(module: str, then: Callable[[], str]) -> str:
        # A function as if it stood in a module of that name.
        function = types.FunctionType(
            compile("def call(then): return then()", module, "exec").co_consts[0], {"__name__": module}
        )
        return str(function(then))

    def here() -> str:
        return stage_of(sys._getframe(1))

    assert call_in("flows.checks", lambda: call_in("numpy.thing", here)) == "validation: check frames"
    assert call_in("flows.validation", lambda: call_in("importlib._bootstrap", here)) == "start-up: imports"
    assert call_in("prefect.engine", lambda: call_in("flows.unheard_of", here)) == "flows.unheard_of"


def test_a_table_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    document = tmp_path / "a.md"
    document.write_text("a\n<!-- b -->\nold\n<!-- end of b -->\nc\n", encoding="utf-8")
    for content in ("new", "newer\n"):
        put_between(document, "b", content)
    assert document.read_text(encoding="utf-8") == "a\n<!-- b -->\n\nnewer\n\n<!-- end of b -->\nc\n"
    with pytest.raises(ValueError, match="must have one line"):
        put_between(document, "d", "")
