from __future__ import annotations

import io
from pathlib import Path
from typing import Literal

import pytest
from rich.console import Console, RenderableType

from flows.terminal.article import read_article, render_refusals
from tests.flows.terminal.releases import ARTICLE_URI, REFUSED_URI, write_release
from transforms.rows import article_id


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_release(tmp_path_factory.mktemp("release"))


def shown(what: RenderableType, *, colours: bool = False) -> str:
    # NO_COLOR stands in the tests' environment, so the console gets one of its own.
    stream = io.StringIO()
    system: Literal["standard"] | None = "standard" if colours else None
    Console(file=stream, width=100, force_terminal=colours, color_system=system, _environ={}).print(what)
    return stream.getvalue()


@pytest.mark.parametrize("name", [ARTICLE_URI, article_id(ARTICLE_URI), f"raw/{ARTICLE_URI}", f"/data/{ARTICLE_URI}"])
def test_an_article_is_found_by_address_path_or_id(name: str, release: Path) -> None:
    view = read_article(release, name)
    assert view is not None
    assert view.article["source_uri"] == ARTICLE_URI
    assert (len(view.paragraphs), len(view.quotes)) == (3, 1)


def test_an_unknown_name_finds_nothing(release: Path) -> None:
    assert read_article(release, "nahda/other.txt") is None
    assert render_refusals(release, ARTICLE_URI) is None


def test_a_refused_document_says_why(release: Path) -> None:
    refusal = render_refusals(release, f"raw/{REFUSED_URI}")
    assert refusal is not None
    assert "empty, the document has no character" in refusal.plain


def test_each_quote_is_explained_after_its_paragraph(release: Path) -> None:
    view = read_article(release, ARTICLE_URI)
    assert view is not None
    lines = [line.strip() for line in shown(view).splitlines()]
    at = next(index for index, line in enumerate(lines) if line.startswith("direct") and "لن نتراجع" in line)
    assert "«لن نتراجع»" in lines[at - 1]
    assert [line.split(maxsplit=1) for line in lines[at + 1 : at + 6]] == [
        ["speaker", "فيصل المقداد (person)"],
        ["named", "as  وزير الخارجية فيصل المقداد"],
        ["cue", "قال (قال)"],
        ["addressee", "وكالة سانا"],
        ["why", "cue_before_marks, confidence 0.95"],
    ]


def test_paragraphs_stand_at_the_right(release: Path) -> None:
    view = read_article(release, ARTICLE_URI)
    assert view is not None
    line = next(line for line in shown(view).splitlines() if "وغادر الوفد" in line)
    assert line.rstrip("\n").endswith("وغادر الوفد.\N{REPLACEMENT CHARACTER}")
    assert line.index("وغادر") > 60


def test_quote_speaker_and_cue_are_coloured(release: Path) -> None:
    view = read_article(release, ARTICLE_URI)
    assert view is not None
    line = next(line for line in shown(view, colours=True).splitlines() if "«" in line)
    assert "\x1b[32mلن نتراجع\x1b[0m" in line
    assert "\x1b[1;35mوزير الخارجية فيصل المقداد\x1b[0m" in line
    assert "\x1b[1;4mقال\x1b[0m" in line


def test_an_article_cannot_steer_the_terminal(release: Path) -> None:
    view = read_article(release, ARTICLE_URI)
    assert view is not None
    printed = shown(view)
    assert "سوتشي␛[31m" in printed
    assert "\x1b" not in printed
    assert "\u202e" not in printed
