"""layout.toml and places.toml of a language pack -> what is printed around stories, folded, in sets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from transforms.folding import fold
from transforms.languages import PackError, read_data

_LABELS = ("credit_labels", "byline_labels", "furniture_labels", "page_controls")
_SETS = (
    "sections", "agencies", "outlets", "towns", "given_names", "honorifics", "name_particles", "opening_verbs",
    "opening_words", "author_titles", "waw_words",
)  # fmt: skip
_QUOTES = re.compile("[\"'«»“”‘’„()\\[\\]{}*]+")


@dataclass(frozen=True, slots=True)
class LayoutLexicon:
    """Names and labels of the lines around a story, as ``bare`` leaves them. Label patterns match folded text."""

    credit_labels: re.Pattern[str]
    byline_labels: re.Pattern[str]
    furniture_labels: re.Pattern[str]
    page_controls: re.Pattern[str]
    sections: frozenset[str]
    agencies: frozenset[str]
    outlets: frozenset[str]
    towns: frozenset[str]
    countries: frozenset[str]
    given_names: frozenset[str]
    honorifics: frozenset[str]
    name_particles: frozenset[str]
    opening_verbs: frozenset[str]
    opening_words: frozenset[str]
    author_titles: frozenset[str]
    waw_words: frozenset[str]


def bare(text: str) -> str:
    """Fold a short text, drop quotation marks and brackets, and leave one space between words.

    >>> bare("«الشّرق  الأوسط»")
    'الشرق الاوسط'
    """
    return " ".join(strip_folded(fold(text)).split())


def strip_folded(folded: str) -> str:
    """Drop quotation marks and brackets from a text that is folded already, and write it in lower case."""
    return _QUOTES.sub("", folded).lower()


@cache
def load_layout_lexicon(code: str) -> LayoutLexicon:
    """Read ``layout.toml`` and ``places.toml`` of the pack ``code``. Raises ``PackError`` for a missing or unknown key.

    >>> "دمشق" in load_layout_lexicon("ar").towns
    True
    """
    data, places = read_data(code, "layout"), read_data(code, "places")
    wrong = (set(data) ^ {*_LABELS, *_SETS}) | (set(places) ^ {"towns", "countries"})
    if wrong:
        raise PackError(f"{code}/layout.toml or places.toml: unknown or missing: {', '.join(sorted(wrong))}")
    fields: dict[str, Any] = {name: _label(data[name]) for name in _LABELS}
    fields |= {name: _names(data[name]) for name in _SETS}
    fields["towns"] |= _names(places["towns"])
    return LayoutLexicon(**fields, countries=_names(places["countries"]))


def _names(words: Iterable[str]) -> frozenset[str]:
    return frozenset(map(bare, words))


def _label(words: Iterable[str]) -> re.Pattern[str]:
    """Compile labels into one pattern that matches at the beginning of a folded line, the longest first."""
    longest_first = sorted({fold(word) for word in words}, key=len, reverse=True)
    names = "|".join(r"\s+".join(map(re.escape, word.split())) for word in longest_first)
    return re.compile(rf"[^\w\d]*({names})(?!\w)")
