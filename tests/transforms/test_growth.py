"""Hostile text costs no more than its length: every compiled pattern and every public scanner, at growing sizes."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import random
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import partial
from types import ModuleType
from typing import Any

import pytest

import transforms
from tests.transforms.lines import count_lines
from transforms import split
from transforms.attribution import attribute
from transforms.dates import find_date
from transforms.decode import decode
from transforms.fingerprint import minhash
from transforms.folding import fold, origins
from transforms.language import identify
from transforms.layout import lay_out
from transforms.layout.lines import split_lines
from transforms.lexicon import load_lexicon
from transforms.model import Block, Limits, RawDocument, Role, Span
from transforms.quotes import count_marks, pair_marks
from transforms.tokens import tokenize

_SIZES = (15, 20, 30, 40, 60, 90, 120, 500, 2_000, 8_000)
"""Characters. The shortest are for what would never come back from the longest."""
_QUICK = 0.4e-6
"""Seconds a character that need no second look: of a square the longest text would take ten times as many."""
_LEAST, _LONG = 0.0005, 0.2
"""Seconds that can be compared, and that are too many to try a longer text."""
_ENDLESS = 100
"""Times the seconds after which no longer text is tried: even a cube takes but sixty-four."""
_STEP, _MOST = 4, 8.0
"""A text of so many times the length may take so many times the seconds: a square takes sixteen."""

_LEAD = "عقد المجلس جلسته الأسبوعية صباح اليوم في مقره الجديد وسط المدينة.\nوقال رئيس المجلس إن الجلسة انتهت.\n"
_UNITS = (
    " ", "\n", "\t ", "\u200f", "\u00a0", "\u064e", "ـ", "ا", "a", "0", "٠", "_", "-", ".", ":", "،", "/", "*", "«",
    "»", '"', "'", "(", "[", "؟", "@", "#", "😀", "\x00", "«»", "« ", "» ", '" ', "قال ", "قال: ",
    "ق\u064eال\u064e ", ": ", "، ", ". ", "- ", " -", "1 ", "1-", "1/", "1.", "12 ", "10:10 ", "10:10.1", "0930 ",
    "0930(", "(GMT", "GMT", "+3", "14 سبتمبر ", "14 ايلول/", "سبتمبر ", "14 من شهر ", "كانون ", "sep 14 ", "الاحد ",
    "الاحد، ", "م ", "صباحا ", "a.", "a.b ", "a@", "a@a.a ", "@a@a@a.c ", "@a@a ", "@a@a.a@ ", "#a ", "a.com ",
    "a.com/", "http://", "http://a ", "www.", "www.a ", "pic.twitter", "محمد-", "محمد-علي ", "A ", "A.", "كتب ",
    "المصدر ", "المصدر: ", "وكالات/", "دمشق - ", "دمشق، ", "====", "~.", "ـ ", " ـ", "..", " ..", "''", "``",
    "الله الرحمن ", "و", "ال", "1) ", "* ",
)  # fmt: skip
"""Runs of what patterns and scanners look for, and of what nearly is."""
_MIXED = tuple("".join(random.Random(number).choices(_UNITS, k=4)) for number in range(30))


# --- patterns ---------------------------------------------------------------------------------------------------------


def _modules() -> Iterator[ModuleType]:
    yield transforms
    for module in pkgutil.walk_packages(transforms.__path__, "transforms."):
        yield importlib.import_module(module.name)


def _patterns_in(value: object, name: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Yield the patterns of a value with what they are called, in whatever holds them."""
    if isinstance(value, re.Pattern):
        yield name, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _patterns_in(item, f"{name}[{key!r}]")
    elif isinstance(value, (tuple, list, set, frozenset)):
        for item in value:
            yield from _patterns_in(item, name)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _patterns_in(getattr(value, field.name), field.name)
    elif hasattr(value, "cache_info") and list(inspect.signature(value).parameters) == ["code"]:  # type: ignore[arg-type]
        yield from _patterns_in(value("ar"), name)  # type: ignore[operator]


def _patterns() -> dict[re.Pattern[str], str]:
    return {
        pattern: name
        for module in _modules()
        for attribute, value in vars(module).items()
        for name, pattern in _patterns_in(value, attribute)
    }


def _uses() -> dict[str, set[str]]:
    """List the methods that the code calls on what bears a name: ``_ITEM.match``, ``lexicon.credit_labels.match``."""
    uses: defaultdict[str, set[str]] = defaultdict(set)
    for module in _modules():
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Attribute) and node.attr in _METHODS:
                of = node.value
                name = of.id if isinstance(of, ast.Name) else of.attr if isinstance(of, ast.Attribute) else ""
                uses[name].add(node.attr)
    uses["furniture_labels"] = uses["labels"]  # goes to has_label as an argument of that name
    return uses


_METHODS = ("match", "fullmatch", "search", "finditer", "findall", "split", "sub")
_USES = _uses()


def _calls() -> Iterator[Any]:
    """Yield what the code does with each pattern; whatever searches goes on to the end of the text here."""
    for pattern, name in _patterns().items():
        methods = _USES.get(name) or {"search"}
        for method in methods & {"match", "fullmatch"}:
            yield pytest.param(getattr(pattern, method), id=f"{name}.{method}")
        if methods - {"match", "fullmatch"}:
            yield pytest.param(
                lambda text, pattern=pattern: sum(1 for _ in pattern.finditer(text)), id=f"{name}.search"
            )


_Call = Callable[[str], object]
_Make = Callable[[int], str]


def _seconds(call: _Call, text: str, times: int = 1) -> float:
    """Return the processor seconds of a call, the least of some: others use the machine too."""
    took = []
    for _ in range(times):
        start = time.thread_time()
        call(text)
        took.append(time.thread_time() - start)
    return min(took)


def _is_linear(call: _Call, make: _Make) -> bool:
    for size in _SIZES:
        if _seconds(call, make(size)) > _LEAST + _QUICK * size:
            return _growth(call, make, size // _STEP) < _MOST
    return True


def _growth(call: _Call, make: _Make, size: int) -> float:
    """Return how many times longer a text of four times the length takes; what looks bad is tried with longer ones."""
    before, after = (_seconds(call, make(length), 3) for length in (size, _STEP * size))
    if after < _MOST * before or after > min(_LONG, _ENDLESS * before) or before > _MOST * _LEAST:
        return after / before
    return _growth(call, make, 2 * size)


def _texts(unit: str) -> Iterator[_Make]:
    """Yield ways to make a text of about so many characters: a run, and one behind and before what it isn't."""
    for before, after in (("", ""), ("", "ا!"), ("1 ", "\n")):
        yield partial(_text, unit, before, after)


def _text(unit: str, before: str, after: str, size: int) -> str:
    return before + unit * (size // len(unit) + 1) + after


@pytest.mark.parametrize("call", list(_calls()))
def test_patterns_grow_as_their_text(call: _Call) -> None:
    assert {unit for unit in _UNITS + _MIXED for make in _texts(unit) if not _is_linear(call, make)} == set()


def test_a_square_is_noticed() -> None:
    square, line = re.compile(r"\s*x"), re.compile(r"(?<!\s)\s*x")
    make = next(_texts(" "))
    assert not _is_linear(square.search, make)
    assert _is_linear(line.search, make)


def test_what_never_ends_is_noticed() -> None:
    endless = re.compile(r"(?:a|aa)*b")
    assert not _is_linear(endless.match, next(_texts("a")))


# --- scanners ---------------------------------------------------------------------------------------------------------


def _split(text: str) -> object:
    data = (_LEAD + text).encode("utf-8", "surrogatepass")
    return split(RawDocument("growth/text.txt", data), Limits(max_paragraphs=10**9, max_marks=10**9))


def _attribute(text: str) -> object:
    whole = _LEAD.replace("\n", " ") + text
    return attribute(whole, (Block(Role.BODY, Span(0, len(whole))),), load_lexicon("ar"))


def _pair_marks(text: str) -> object:
    whole = f"قال {text}"
    return pair_marks(tokenize(whole, Span(0, len(whole)), load_lexicon("ar"))).outermost


_REFERENCE = datetime(2021, 9, 14, 10)  # noqa: DTZ001 - a wall clock has no zone
_SCANNERS: dict[str, _Call] = {
    "split": _split,
    "decode, UTF-8": lambda text: decode(text.encode()),
    "decode, UTF-16": lambda text: decode(text.encode("utf-16-le")),
    "decode, Windows-1256": lambda text: decode(text.encode("cp1256", "ignore")),
    "identify": identify,
    "split_lines": split_lines,
    "lay_out": lambda text: lay_out(_LEAD + text),
    "find_date": lambda text: find_date(text, reference=_REFERENCE),
    "fold": fold,
    "origins": origins,
    "count_marks": count_marks,
    "pair_marks": _pair_marks,
    "attribute": _attribute,
    "minhash": minhash,
}
_FEW, _MORE = 64, 4
"""Units of a text, more than every window that bounds a look, and how many times more are compared with them."""
_SLOWEST_GROWTH = 1.3
"""How much more than fourfold a fourfold text may cost: room for what is paid once, not for a square."""


def _takes_as_many_lines(call: _Call, unit: str, size: int = _FEW) -> bool:
    few, many = (count_lines(partial(call, unit * times)) for times in (size, size * _MORE))
    is_linear = many <= _SLOWEST_GROWTH * _MORE * few
    return is_linear or (size == _FEW and _takes_as_many_lines(call, unit, size * _MORE))


@pytest.mark.parametrize("name", _SCANNERS)
def test_scanners_grow_as_their_text(name: str) -> None:
    call = _SCANNERS[name]
    for unit in (*_UNITS, *_MIXED):
        call(unit * 2)  # what is loaded or looked up once must not count
    assert {unit for unit in (*_UNITS, *_MIXED) if not _takes_as_many_lines(call, unit)} == set()


def test_what_lines_do_not_show_grows_as_the_text() -> None:
    """One line may copy the whole text each time it runs, so seconds are compared too."""
    slow = {unit for unit in (*_UNITS, *_MIXED) if _time_growth(unit) >= _MOST}
    assert slow == set()


def _time_growth(unit: str) -> float:
    make = next(_texts(unit))
    before, after = (_seconds(_split, make(size)) for size in (4_000, 16_000))
    return after / before if after < _MOST * before else _growth(_split, make, 4_000)


def test_a_square_of_lines_is_noticed() -> None:
    def look_back(text: str) -> int:
        found = 0
        for end in range(len(text)):
            for _ in range(end):
                found += 1
        return found

    assert not _takes_as_many_lines(look_back, "«")
