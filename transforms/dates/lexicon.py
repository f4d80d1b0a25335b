"""dates.toml of a language pack -> the names of months, days and units, folded and compiled once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from transforms.folding import fold
from transforms.languages import PackError, read_data

UNITS = ("second", "minute", "hour", "day", "week", "month", "year")
_KEYS = {
    "months", "hijri_months", "english_months", "weekdays", "clock", "fillers", "relative", "units",
}  # fmt: skip
_RELATIVE_KEYS = {"ago", "ago_after", "yesterday", "before_yesterday", "today", "last"}
_COUNTS = {"one": 1, "two": 2, "many": 0}


class Month(NamedTuple):
    """A month of the Gregorian or the Hijri year, from 1."""

    number: int
    is_hijri: bool


@dataclass(frozen=True, slots=True)
class DateLexicon:
    """What a date line is made of. Keys are folded and in lower case; patterns match folded text.

    ``units`` gives the unit and how many of it the word means by itself, 0 where a number must stand before it.
    ``beside`` are all words that may stand beside a date: fillers, zones and days of the week.
    """

    months: dict[str, Month]
    weekdays: dict[str, int]
    before_noon: frozenset[str]
    after_noon: frozenset[str]
    fillers: frozenset[str]
    zone_words: frozenset[str]
    ago: frozenset[str]
    ago_after: frozenset[str]
    yesterday: frozenset[str]
    before_yesterday: frozenset[str]
    today: frozenset[str]
    last: frozenset[str]
    units: dict[str, tuple[str, int]]
    beside: frozenset[str]

    @property
    def month_pattern(self) -> str:
        """One alternation of all names of months, the longest first."""
        return alternation(self.months)


def key(name: str) -> str:
    """Fold a name to what the lexicon is asked for.

    >>> key("Sep"), key("كانون  الأوّل")
    ('sep', 'كانون الاول')
    """
    return " ".join(fold(name).lower().split())


def alternation(names: Iterable[str]) -> str:
    """Return a pattern that matches any of the folded names, the longest first, with any white space inside."""
    longest_first = sorted(names, key=len, reverse=True)
    return "|".join(r"\s+".join(map(re.escape, name.split())) for name in longest_first)


@cache
def load_date_lexicon(code: str) -> DateLexicon:
    """Read ``dates.toml`` of the pack ``code``. Raises ``PackError`` for a key that is missing or unknown.

    >>> load_date_lexicon("ar").months["ايلول"]
    Month(number=9, is_hijri=False)
    """
    data = read_data(code, "dates")
    _expect(data, _KEYS, "dates.toml")
    _expect(data["clock"], {"before_noon", "after_noon"}, "clock")
    _expect(data["fillers"], {"words", "zone_words"}, "fillers")
    _expect(data["relative"], _RELATIVE_KEYS, "relative")
    _expect(data["units"], set(UNITS), "units")
    months = {name: Month(number, is_hijri=False) for name, number in _numbered(data["months"], 12)}
    months |= {name: Month(number, is_hijri=False) for name, number in _numbered(data["english_months"], 12)}
    months |= {name: Month(number, is_hijri=True) for name, number in _numbered(data["hijri_months"], 12)}
    weekdays = dict(_numbered(data["weekdays"], 7))
    fillers, zone_words = _names(data["fillers"]["words"]), _names(data["fillers"]["zone_words"])
    return DateLexicon(
        months=months,
        weekdays=weekdays,
        before_noon=_names(data["clock"]["before_noon"]),
        after_noon=_names(data["clock"]["after_noon"]),
        fillers=fillers,
        zone_words=zone_words,
        units=dict(_units(data["units"])),
        beside=fillers | zone_words | frozenset(weekdays),
        **{name: _names(words) for name, words in data["relative"].items()},
    )


def _names(words: Iterable[str]) -> frozenset[str]:
    return frozenset(map(key, words))


def _numbered(table: dict[str, list[str]], count: int) -> list[tuple[str, int]]:
    _expect(table, {str(number) for number in range(1, count + 1)}, "a table of months or days")
    return [(key(name), int(number)) for number, names in table.items() for name in names]


def _units(table: dict[str, dict[str, list[str]]]) -> list[tuple[str, tuple[str, int]]]:
    for unit, forms in table.items():
        _expect(forms, set(_COUNTS), f"units.{unit}")
    return [
        (key(word), (unit, _COUNTS[form]))
        for unit, forms in table.items()
        for form, words in forms.items()
        for word in words
    ]


def _expect(table: dict[str, Any], keys: set[str], where: str) -> None:
    if wrong := sorted(set(table) ^ keys):
        raise PackError(f"{where}: unknown or missing: {', '.join(wrong)}")
