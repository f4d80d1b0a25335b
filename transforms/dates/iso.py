"""A date in the form of ISO 8601 -> the wall clock that it prints, to the microsecond; or nothing."""

from __future__ import annotations

import re
from datetime import datetime

from transforms.dates import NEWEST_YEAR, OLDEST_YEAR, PrintedDate
from transforms.model import Span

_ISO = re.compile(
    r"\d{4}(?:-\d\d-\d\d|\d{4}|-W\d\d-\d|W\d{3})(?P<clock>[T ]\d\d:?\d\d(?P<second>:?\d\d(?:[.,]\d+)?)?)?"
    r"(?(clock)(?:Z|[+-]\d\d(?::?\d\d)?)?)",
    re.ASCII | re.IGNORECASE,
)


def read_iso(text: str) -> PrintedDate | None:
    """Read a text that is a date of ISO 8601 and nothing else; its zone is passed over, as that of every date line.

    >>> found = read_iso("2021-09-14T08:39:05.25+03:00")
    >>> found.when, found.precision
    (datetime.datetime(2021, 9, 14, 8, 39, 5, 250000), 'second')
    >>> read_iso("20210914T0839Z").precision, read_iso("2021-09-14").precision, read_iso("2021-09-34")
    ('minute', 'day', None)
    """
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    try:
        when = datetime.fromisoformat(text.upper()).replace(tzinfo=None)
    except ValueError:
        return None
    if not OLDEST_YEAR <= when.year <= NEWEST_YEAR:
        return None
    precision = "second" if match["second"] else "minute" if match["clock"] else "day"
    return PrintedDate(Span(0, len(text)), when, precision, is_alone=True)
