"""A line of text -> the date that it prints: when, how exactly, and where in the line; or nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache

from hijridate import Hijri

from transforms.dates.lexicon import DateLexicon, alternation, key, load_date_lexicon
from transforms.dates.relative import find_relative
from transforms.folding import fold, origins
from transforms.model import Span

_SEPARATOR = r"[\s,،./()\-–—]*"
_LONGEST_LINE = 400
_OLDEST_HIJRI, _NEWEST_HIJRI = 1343, 1500  # the years of the Umm al-Qura tables
OLDEST_YEAR, NEWEST_YEAR = 1800, 2100
_CENTURY_TURNS_AT = 70  # 69 is 2069, 70 is 1970
_LAST_MONTH = 12
_YEAR_DIGITS, _DAY_DIGITS = 4, 2
_NOON = 12


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """A date as a line prints it.

    ``span`` covers the date and its clock time in the line, ``when`` is the wall clock as printed, without a zone,
    ``precision`` is day, minute or second. ``is_alone`` tells that nothing but words such as "published on" stand
    beside it.
    """

    span: Span
    when: datetime
    precision: str
    is_alone: bool


@dataclass(frozen=True, slots=True)
class _Patterns:
    day_month_year: re.Pattern[str]
    month_day_year: re.Pattern[str]
    clock: re.Pattern[str]
    hour: re.Pattern[str]
    weekday: re.Pattern[str]
    words: re.Pattern[str]


_NUMERIC = re.compile(r"(?<![\d.,٫])(\d{1,4})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{1,4})(?![\d٪%]|[.,]\d)(?:T(?=\d))?")
_MILITARY = re.compile(r"(?<!\d)(\d\d)(\d\d)\s*\(?GMT")
_ZONE = re.compile(r"\s*(?:Z\b|[+-]\d\d:?\d\d|GMT|UTC|\(GMT[^)]*\))")
_ERA = re.compile(r"\s*(?:هجريا|هجريه|هجري|ميلاديه|ميلادي|ه|م)(?!\w)")
_HAS_YEAR = re.compile(r"\d\d")


@cache
def _patterns(code: str) -> _Patterns:
    lexicon = load_date_lexicon(code)
    month, halves = lexicon.month_pattern, lexicon.before_noon | lexicon.after_noon
    half, spelt_half = alternation(halves), alternation(name for name in halves if len(name) > 1)
    return _Patterns(
        re.compile(
            rf"(?<![\d.])(\d{{1,2}})(?:st|nd|rd|th)?{_SEPARATOR}(?:من\s+)?(?:شهر\s+)?(?<!\w)({month})(?!\w)"
            rf"(?:\s*[/\-–(،,]?\s*(?:{month})(?!\w)\)?)?{_SEPARATOR}(?:(?:عام|سنه|لسنه)\s+)?(\d{{4}})(?!\d)",
            re.IGNORECASE,
        ),
        re.compile(
            rf"(?<!\w)({month})(?!\w){_SEPARATOR}(\d{{1,2}})(?:st|nd|rd|th)?[\s,،]+(\d{{4}})(?!\d)", re.IGNORECASE
        ),
        re.compile(rf"(?<![\d+:.])(\d{{1,2}}):(\d\d)(?::(\d\d))?(?:\.\d+)?(?!\d)(?:\s*({half})(?!\w))?", re.IGNORECASE),
        re.compile(rf"(?<!\d)(\d{{1,2}})\s*({spelt_half})(?!\w)", re.IGNORECASE),
        re.compile(rf"(?<!\w)(?:{alternation(lexicon.weekdays)})[\s,،:.\-]*$", re.IGNORECASE),
        re.compile(r"[^\W\d_]+(?:\.[^\W\d_]+)*\.?|\d+"),
    )


def find_date(line: str, code: str = "ar", reference: datetime | None = None) -> PrintedDate | None:
    """Find the date that ``line`` prints. Where it prints one date in two calendars, the Gregorian one counts.

    A date relative to now ("two hours ago") means nothing without a ``reference``, and gives ``None`` then. A numeric
    date is read day first, unless only the other way makes a date.

    >>> found = find_date("الثلاثاء ٧ صفر ١٤٤٣ هـ - 14 أيلول/سبتمبر 2021، 8:39 مساءً")
    >>> found.when, found.precision, found.is_alone
    (datetime.datetime(2021, 9, 14, 20, 39), 'minute', True)
    >>> find_date("القرار 2254") is None
    True
    """
    if len(line) > _LONGEST_LINE or not (reference or _HAS_YEAR.search(line)):
        return None
    return _find(line, code, reference)


@lru_cache(maxsize=16)
def _find(line: str, code: str, reference: datetime | None) -> PrintedDate | None:
    """Do what ``find_date`` says; kept for a few lines, since one line is asked several times in a row."""
    lexicon, patterns, folded = load_date_lexicon(code), _patterns(code), fold(line)
    dates = sorted(_dates(folded, lexicon, patterns), key=lambda found: (found[2], found[0]))
    if not dates:
        relative = find_relative(folded, lexicon, reference) if reference else None
        return relative and PrintedDate(Span(0, len(line)), *relative, is_alone=True)
    spans = [Span(start, end) for start, end, _, _ in dates]
    day = dates[0][3]
    clock = _clock(folded, lexicon, patterns)
    if clock is not None:
        spans.append(clock[0])
        day += timedelta(**clock[1])
        precision = "second" if "seconds" in clock[1] else "minute"
    else:
        precision = "day"
    rest = _rest(folded, spans, lexicon, patterns)
    place = origins(line)
    start, end = min(span.start for span in spans), max(span.end for span in spans)
    if weekday := patterns.weekday.search(folded, 0, start):
        start = weekday.start()
    return PrintedDate(Span(place[start], place[end - 1] + 1), day, precision, is_alone=not rest)


def _dates(text: str, lexicon: DateLexicon, patterns: _Patterns) -> list[tuple[int, int, bool, datetime]]:
    """Return (start, end, is it Hijri, midnight) of every date in the folded text."""
    found: list[tuple[int, int, bool, datetime]] = []
    for match in patterns.day_month_year.finditer(text):
        _add(found, text, match, _in_month(lexicon, match[3], match[2], match[1]))
    if not found:
        for match in patterns.month_day_year.finditer(text):
            _add(found, text, match, _in_month(lexicon, match[3], match[1], match[2]))
    for match in _NUMERIC.finditer(text):
        _add(found, text, match, _numeric(match[1], match[3], match[4]))
    return found


def _add(
    found: list[tuple[int, int, bool, datetime]], text: str, match: re.Match[str], date: tuple[datetime, bool] | None
) -> None:
    if date is not None:
        era = _ERA.match(text, match.end())
        found.append((match.start(), era.end() if era else match.end(), date[1], date[0]))


def _in_month(lexicon: DateLexicon, year: str, name: str, day: str) -> tuple[datetime, bool] | None:
    """Read a date whose month is a name. Patterns that ignore case take "ſep" for one, which is no month."""
    month = lexicon.months.get(key(name))
    return month and _midnight(int(year), month.number, int(day), is_hijri=month.is_hijri)


def _numeric(first: str, second: str, third: str) -> tuple[datetime, bool] | None:
    """Read three numbers: the year is the one of four digits, else the last, of two."""
    lengths = len(first), len(third)
    if lengths[0] == _YEAR_DIGITS and lengths[1] <= _DAY_DIGITS:
        year, month, day = int(first), int(second), int(third)
    elif lengths[0] <= _DAY_DIGITS and lengths[1] in {_DAY_DIGITS, _YEAR_DIGITS}:
        day, month, year = int(first), int(second), int(third)
    else:
        return None
    if _YEAR_DIGITS not in lengths:
        year += 2000 if year < _CENTURY_TURNS_AT else 1900
    if month > _LAST_MONTH >= day:
        day, month = month, day
    return _midnight(year, month, day, is_hijri=_OLDEST_HIJRI <= year <= _NEWEST_HIJRI)


def _midnight(year: int, month: int, day: int, *, is_hijri: bool) -> tuple[datetime, bool] | None:
    """Return the Gregorian midnight of a date and whether it was Hijri, or ``None`` if there is no such day."""
    try:
        if is_hijri and _OLDEST_HIJRI <= year <= _NEWEST_HIJRI:
            date = Hijri(year, month, day).to_gregorian()
            return datetime(date.year, date.month, date.day), True  # noqa: DTZ001  a wall clock has no zone
        if not is_hijri and OLDEST_YEAR <= year <= NEWEST_YEAR:
            return datetime(year, month, day), False  # noqa: DTZ001
    except (ValueError, OverflowError):
        return None
    return None


def _clock(text: str, lexicon: DateLexicon, patterns: _Patterns) -> tuple[Span, dict[str, int]] | None:
    """Return where the folded text prints a time and its hours, minutes and, if printed, seconds."""
    if match := _MILITARY.search(text):
        hour, minute, second, half = int(match[1]), int(match[2]), None, None
        end = match.end(2)
    elif match := patterns.clock.search(text):
        hour, minute, second, half = int(match[1]), int(match[2]), match[3], match[4]
        end = match.end()
    elif match := patterns.hour.search(text):
        hour, minute, second, half = int(match[1]), 0, None, match[2]
        end = match.end()
    else:
        return None
    if half and key(half) in lexicon.after_noon and hour < _NOON:
        hour += _NOON
    elif half and key(half) in lexicon.before_noon and hour == _NOON:
        hour = 0
    fields = {"hours": hour, "minutes": minute} | ({"seconds": int(second)} if second else {})
    if hour >= 24 or max(fields["minutes"], fields.get("seconds", 0)) >= 60:
        return None
    zone = _ZONE.match(text, end)
    return Span(match.start(), zone.end() if zone else end), fields


def _rest(text: str, spans: list[Span], lexicon: DateLexicon, patterns: _Patterns) -> list[str]:
    """Return the words of the folded text outside the spans that are no names of days and no fillers."""
    out = text
    for start, end in spans:
        out = out[:start] + " " * (end - start) + out[end:]
    words = [word.lower().strip(".") for word in patterns.words.findall(out)]
    before = ["", *words]
    return [
        word
        for word, last in zip(words, before, strict=False)
        if word not in lexicon.beside
        and last not in lexicon.zone_words
        and not (word.isdigit() and len(word) > _YEAR_DIGITS)
    ]
