"""Language packs: a folder of glossed TOML -> checked lexicons, found by listing the folder."""

from __future__ import annotations

import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib import resources
from typing import Any


class PackError(ValueError):
    """A language pack's data is not as it must be: the file, the entry and what is wrong with it."""


def codes() -> tuple[str, ...]:
    """Return the BCP 47 tags of the packs that are installed, sorted.

    >>> "ar" in codes()
    True
    """
    folder = resources.files(__name__)
    return tuple(sorted(entry.name for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith("_")))


@cache
def read_data(code: str, name: str) -> dict[str, Any]:
    """Read ``NAME.toml`` of the pack ``code`` and check every string in it.

    Strings must be in normal form C and hold no invisible character and no presentation form, lists no entry twice:
    such data can match no text, and nobody sees why. Raises ``PackError``.
    """
    path = resources.files(__name__).joinpath(code, f"{name}.toml")
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise PackError(f"{code}/{name}.toml: {error}") from error
    for place, problem in _problems(data, ""):
        raise PackError(f"{code}/{name}.toml: {place}: {problem}")
    return data


def _problems(value: object, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield from ((place, problem) for problem in _string_problems(value))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from ((f"{place}.{key}", problem) for problem in _string_problems(key))
            yield from _problems(item, f"{place}.{key}" if place else key)
    elif isinstance(value, list):
        counts = Counter(item for item in value if isinstance(item, str))
        yield from ((place, f"{item!r} stands twice") for item, count in counts.items() if count > 1)
        for index, item in enumerate(value):
            yield from _problems(item, f"{place}[{index}]")


@lru_cache(maxsize=512)
def _char_problem(char: str) -> str | None:
    if unicodedata.category(char) in {"Cf", "Cc", "Co", "Cn"} and char != "\n":
        return "invisible character"
    if unicodedata.decomposition(char).startswith(("<initial>", "<medial>", "<final>", "<isolated>")):
        return "presentation form"
    return None


def _string_problems(text: str) -> Iterator[str]:
    if not unicodedata.is_normalized("NFC", text):
        yield f"{text!r} is not in normal form C"
    for char in text:
        if problem := _char_problem(char):
            yield f"{text!r} holds the {problem} U+{ord(char):04X}"
    if text != text.strip():
        yield f"{text!r} has white space at an end"
