"""A date that counts from now ("two hours ago") and the moment it counts from -> when that was."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from transforms.dates.lexicon import DateLexicon

_WORDS = re.compile(r"[^\W\d_]+|\d+")
_LENGTH = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
_MOST = 10_000  # of anything: a larger number is no date
_DAYS_IN_WEEK = 7


def find_relative(text: str, lexicon: DateLexicon, reference: datetime) -> tuple[datetime, str] | None:
    """Return when the folded line was and its precision, if the whole line is a date relative to ``reference``.

    >>> from transforms.dates.lexicon import load_date_lexicon
    >>> find_relative("منذ ساعتين", load_date_lexicon("ar"), datetime(2021, 9, 14, 10))
    (datetime.datetime(2021, 9, 14, 8, 0), 'minute')
    """
    words = [word.lower() for word in _WORDS.findall(text)]
    if not words:
        return None
    if words[0] in lexicon.ago:
        return _count_back(words[1:], lexicon, reference)
    if words[-1] in lexicon.ago_after:
        return _count_back(words[:-1], lexicon, reference)
    return _named_day(words, lexicon, reference)


def _named_day(words: list[str], lexicon: DateLexicon, reference: datetime) -> tuple[datetime, str] | None:
    """Read yesterday, today, last Sunday; a day of the week beside them must agree."""
    line, day = " ".join(words), reference.replace(hour=0, minute=0, second=0, microsecond=0)
    weekday = lexicon.weekdays.get(words[0] if words[-1] in lexicon.last else words[-1])
    names = line if weekday is None or len(words) == 1 else " ".join(words[:-1])
    if weekday is not None and words[-1] in lexicon.last and len(words) == 2:
        back = (reference.isoweekday() - weekday) % _DAYS_IN_WEEK or _DAYS_IN_WEEK
        return day - timedelta(days=back), "day"
    for back, known in enumerate((lexicon.today, lexicon.yesterday, lexicon.before_yesterday)):
        if names in known:
            when = (reference if weekday is None else day) - timedelta(days=back)
            return (when, "day") if weekday is None or when.isoweekday() == weekday else None
    return None


def _count_back(words: list[str], lexicon: DateLexicon, reference: datetime) -> tuple[datetime, str] | None:
    """Take every "NUMBER UNIT" of the words away from the reference; any other word makes it no date."""
    when, precision, number, seen = reference, "day", None, False
    for word in words:
        bare = word[1:] if word.startswith("و") and word[1:] in lexicon.units else word
        if word == "و":
            continue
        if word.isdecimal() and number is None and int(word) <= _MOST:
            number = int(word)
            continue
        if bare not in lexicon.units:
            return None
        unit, count = lexicon.units[bare]
        count = number if number is not None else count
        if not count:
            return None
        try:
            when = _minus(when, unit, count)
        except (ValueError, OverflowError):
            return None
        precision = "second" if unit == "second" else "minute" if unit in {"minute", "hour"} else precision
        number, seen = None, True
    return (when, precision) if seen and number is None else None


def _minus(when: datetime, unit: str, count: int) -> datetime:
    """Take ``count`` units away; a month or year earlier is the same day, or the last one its month has."""
    if unit in _LENGTH:
        return when - count * _LENGTH[unit]
    months = when.year * 12 + when.month - 1 - count * (12 if unit == "year" else 1)
    for day in range(when.day, when.day - 4, -1):
        try:
            return when.replace(year=months // 12, month=months % 12 + 1, day=day)
        except ValueError:
            if day <= 28:
                raise
    raise AssertionError
