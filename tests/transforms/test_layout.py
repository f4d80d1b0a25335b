"""Layout: golden examples an editor can review, properties of every text, and the gold where it is at hand."""

from __future__ import annotations

import json
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.lines import count_lines
from transforms.decode import decode
from transforms.layout import lay_out
from transforms.layout.lines import EDGE
from transforms.model import Decoded, Layout, Reason, Reject, Role, Span

_ROOT = Path(__file__).parents[2]
_GOLDEN = _ROOT / "tests" / "golden" / "ar" / "layout"
_GOLD = _ROOT.parent / "shared" / "gold"
_FIELDS = ("section", "headline", "date_text", "byline", "place", "credit")
_KEYS = {"label", "comment", "expect", "text", "blocks", "published", *_FIELDS}
_FLOORS = {"headline": 0.98, "published": 0.98, "section": 0.98, "byline": 0.97, "place": 0.97, "credit": 0.98}
_PARAGRAPH_FLOOR = 0.99


def _examples() -> list[Any]:
    return [
        pytest.param(
            example,
            id=f"{path.stem}: {example['label']}",
            marks=[pytest.mark.xfail(strict=True)] if example["expect"] == "known_failure" else [],
        )
        for path in sorted(_GOLDEN.glob("*.toml"))
        for example in tomllib.loads(path.read_text(encoding="utf-8"))["example"]
    ]


def _cut(text: str, span: Span | None) -> str | None:
    return None if span is None else text[slice(*span)]


@pytest.mark.parametrize("example", _examples())
def test_golden(example: dict[str, Any]) -> None:
    assert set(example) <= _KEYS
    assert example["expect"] in {"pass", "known_failure"}
    text = example["text"]
    layout = lay_out(text)
    assert isinstance(layout, Layout)
    assert [f"{block.role}: {text[slice(*block.span)]}" for block in layout.blocks] == example["blocks"]
    found = {name: _cut(text, getattr(layout.header, name)) for name in _FIELDS}
    assert found == {name: example.get(name) for name in _FIELDS}
    assert layout.header.published == example.get("published")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("البلدية تفتح الحديقة العامة", Reason.NO_BODY),
        ("البلدية تفتح الحديقة العامة\n14 أيلول 2021 08:39\n", Reason.NO_BODY),
        ("أخبار\nالبلدية تفتح الحديقة\nدمشق - سانا", Reason.NO_BODY),
        ("المصدر: وكالات", Reason.NO_BODY),
        ("The mayor said that the park would open at noon.", Reason.UNSUPPORTED_LANGUAGE),
        ("شهردار گفت که پارک شهر از ظهر امروز باز می‌شود و ورود برای همه رایگان است.", Reason.UNSUPPORTED_LANGUAGE),
        ("میئر نے کہا کہ پارک دوپہر کو کھلے گا اور داخلہ سب کے لیے مفت ہوگا۔", Reason.UNSUPPORTED_LANGUAGE),
        ("سەرۆکی شارەوانی ڕایگەیاند کە پارکەکە نیوەڕۆ دەکرێتەوە.", Reason.UNSUPPORTED_LANGUAGE),
        ("Мэр сказал, что парк откроется в полдень.", Reason.UNSUPPORTED_LANGUAGE),
        ("12345", Reason.UNSUPPORTED_LANGUAGE),
    ],
)
def test_refuses(text: str, reason: Reason) -> None:
    outcome = lay_out(text)
    assert isinstance(outcome, Reject)
    assert outcome.reason is reason


@pytest.mark.parametrize(
    "text",
    [
        "أعلنت شركة «پورشه» أن مكتب گوگل سيفتح في المدينة الجديدة.",
        "أکد الوزیر أن المشروع سیبدأ فی الربیع المقبل.",
        "ﺃﻋﻠﻨﺖ ﺍﻟﺒﻠﺪﻳﺔ ﺃﻥ ﺍﻟﺤﺪﻳﻘﺔ ﺳﺘﻔﺘﺢ ﻏﺪﺍ.",
    ],
    ids=["foreign names", "Persian keyboard", "presentation forms"],
)
def test_is_arabic_all_the_same(text: str) -> None:
    assert isinstance(lay_out(text), Layout)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\u2029", "\f", "\v", "\x85", "\n\n\n"])
def test_any_line_end_parts_blocks(end: str) -> None:
    text = end.join(["عنوان الخبر", "قال الوزير أمس إن المشروع سيبدأ غداً.", "وأضاف أن المال موجود."])
    layout = lay_out(text)
    assert isinstance(layout, Layout)
    assert [block.role for block in layout.blocks] == [Role.HEADLINE, Role.BODY, Role.BODY]


@pytest.mark.parametrize("between", ["/ ", "/ \u200f", " /\u2067\ufeff ", "/\x00"])
def test_a_headline_behind_its_section_is_trimmed(between: str) -> None:
    text = f"سياسة{between}افتتاح القمة\nقال الوزير أمس إن المشروع سيبدأ غداً.\n"
    layout = lay_out(text)
    assert isinstance(layout, Layout)
    headline = layout.header.headline
    assert headline is not None
    assert text[slice(*headline)] == "افتتاح القمة"


_WORDS = st.sampled_from(
    [
        "قال",
        "الوزير",
        "وأضاف",
        "محمد",
        "دمشق",
        "سانا",
        "المصدر",
        "وكالات",
        "14",
        "أيلول",
        "2021",
        "08:39",
        "-",
        ":",
        "(",
        ")",
        "«",
        "»",
        '"',
        "،",
        ".",
        "؟",
        "..",
        "كتب",
        "اقرأ",
        "أخبار",
        "CNN",
        "--",
        "#وسم",
        "a@b.com",
        "\u200f",
        "ـ",
        "َ",
        "https://x.y/z",
        "*",
        "1-",
        "هـ",
        "1443",
        "صفر",
        "الثلاثاء",
        "٢٠٢١",
    ]
)
_LINES = st.lists(_WORDS, max_size=40).map(" ".join)
_TEXTS = st.one_of(
    st.lists(_LINES, max_size=30).flatmap(
        lambda lines: st.sampled_from(["\n", "\r\n", "\u2028", "\n\n"]).map(lambda end: end.join(lines))
    ),
    st.text(max_size=400),
    st.text(alphabet='ابتجدقلمنوي .،:«»"\n\r\t\u200f\u00a0\x00-–/()؟0123٤٥', max_size=400),
)


@given(_TEXTS)
@settings(max_examples=400, deadline=None)
def test_every_character_stands_in_one_block(text: str) -> None:
    outcome = lay_out(text)
    if isinstance(outcome, Reject):
        assert outcome.reason in {Reason.NO_BODY, Reason.UNSUPPORTED_LANGUAGE}
        return
    end = 0
    for block in outcome.blocks:
        assert end <= block.span.start < block.span.end <= len(text)
        assert not text[end : block.span.start].strip(EDGE)
        piece = text[slice(*block.span)]
        assert piece == piece.strip(EDGE)
        end = block.span.end
    assert not text[end:].strip(EDGE)
    assert any(block.role is Role.BODY for block in outcome.blocks)
    for name in _FIELDS:
        span = getattr(outcome.header, name)
        if span is not None:
            assert any(b.span.start <= span.start < span.end <= b.span.end for b in outcome.blocks), name
    assert (outcome.header.published is None) == (outcome.header.date_text is None)


@pytest.mark.parametrize(
    "line", ["#" * 158, "#a" * 79 + "!", "a.com" * 30 + "é", "- " * 75, "1/" * 79, "(" * 159, "ـ " * 79]
)
def test_hostile_lines_cost_no_more_than_others(line: str) -> None:
    start = time.process_time()
    lay_out(f"عنوان الخبر\n{line}\n" * 20 + "قال الوزير إن المشروع سيبدأ غداً.")
    assert time.process_time() - start < 1


def test_cost_is_linear() -> None:
    article = "عنوان الخبر\n14 أيلول 2021\n" + "قال الوزير: «نعم، سنبدأ العمل غداً».\nعنوان فرعي\n" * 50
    lay_out(article)  # what is loaded and remembered once
    small = count_lines(lambda: lay_out(article * 4))
    large = count_lines(lambda: lay_out(article * 40))
    assert large < 11 * small


@pytest.mark.skipif(not _GOLD.exists(), reason="the gold stands beside the checkout only")
def test_gold_stays_above_the_floors() -> None:
    gold = [json.loads(line) for line in (_GOLD / "dev.jsonl").read_text(encoding="utf-8").splitlines()]
    right = dict.fromkeys(_FLOORS, 0)
    shared = wanted = found = 0
    for article in gold:
        decoded = decode((_GOLD / "raw" / f"{article['id']}.txt").read_bytes())
        assert isinstance(decoded, Decoded)
        layout = lay_out(decoded.text)
        assert isinstance(layout, Layout), article["id"]
        for name in _FLOORS:
            right[name] += _reads(decoded.text, layout, article["header"], name)
        blocks = {decoded.text[slice(*b.span)].strip(EDGE + " .") for b in layout.blocks if b.role is Role.BODY}
        body = {decoded.text[start:end].strip(EDGE + " .") for start, end in article["body"]}
        shared, wanted, found = shared + len(blocks & body), wanted + len(body), found + len(blocks)
    assert {name: count / len(gold) for name, count in right.items() if count / len(gold) < _FLOORS[name]} == {}
    assert 2 * shared / (wanted + found) >= _PARAGRAPH_FLOOR


def _reads(text: str, layout: Layout, header: dict[str, str | None], name: str) -> bool:
    if name == "published":
        when = layout.header.published
        return (when.isoformat() if when else "").startswith(header[name] or "") and (when is None) == (
            header[name] is None
        )
    return (_cut(text, getattr(layout.header, name)) or "").strip(" .:") == (header[name] or "").strip(" .:")
