"""Dates: all calendars and forms that newspapers print, what is none, and the shared cases where they are at hand."""

from __future__ import annotations

import time
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.dates import find_date

_SHARED = Path(__file__).parents[3] / "shared" / "gold" / "dates.tsv"
_REFERENCE = datetime.fromisoformat("2021-09-14T10:00")

_CASES = """
5 كانون ثاني 2020|2020-01-05
الأحد 3 تشرين أول 2021|2021-10-03
5/2/22|2022-02-05
31/12/99|1999-12-31
3rd March 2020|2020-03-03
March 3, 2020 at 4:05 pm|2020-03-03T16:05
٣٠ / ٠٦ / ٢٠١٩|2019-06-30
30.06.2019|2019-06-30
12/31/2019|2019-12-31
2019-6-3 7:05|2019-06-03T07:05
20190603|
السبت، 17 تشرين الأول/أكتوبر 2009، آخر تحديث 15:00 (GMT+0400)|2009-10-17T15:00
1730 (GMT+04:00) - 31/07/09|2009-07-31T17:30
آخر تحديث: السبت, 6 فبراير/ شباط, 2010, 22:15 GMT|2010-02-06T22:15
الجمعة, 21-سبتمبر-2012|2012-09-21
الخميس, 26-يوليو-2012 - 03:41:19|2012-07-26T03:41:19
الثلاثاء 24 جويلية 2012 الساعة 09:48:43 بتوقيت تونس العاصمة|2012-07-24T09:48:43
| يوليو 18, 2012 على الساعة 09:49 ||2012-07-18T09:49
الاربعاء,11 تموز 2012 الموافق 21 شعبان 1433|2012-07-11
7 رمضان المبارك 1442 هـ|2021-04-19
1 محرم 1443|2021-08-09
15 ذي الحجة 1442هـ الموافق 25 تموز 2021م|2021-07-25
28/5/1432هـ|2011-05-02
1436/10/30هـ|2015-08-15
الأحد 16  شعبان   1440هـ   -21  ابريل   2019م|2019-04-21
07-03-1433 02:08 AM|2012-01-30T02:08
01/9/2012 12:00 صباحا|2012-09-01T00:00
1/9/2012 12:30 ظهراً|2012-09-01T12:30
الأحد 16 سبتمبر-أيلول 2012 الساعة 08 مساءً|2012-09-16T20:00
12 ديسمبر كانون الأول 2010|2010-12-12
6 نيسان (أبريل) 2015|2015-04-06
2 مايـــو 2014|2014-05-02
٣ أُكتوبر ٢٠١٨ م|2018-10-03
Mon, 26 Feb 2018 02:20:10 GMT|2018-02-26T02:20:10
2017-01-25T14:36:00+01:00|2017-01-25T14:36:00
نُشرت في 4 غشت 2019 على الساعة 21:07|2019-08-04T21:07
Updated: 14 September 2021 08:39|2021-09-14T08:39
30 شباط 2020|
32/13/2020|
14 أيلول|
أيلول 2021|
الساعة 08:39|
14 سبتمبر 3021|
خسر الفريق 3-1-2|
نسبة 12.05.7%|
الإصدار 1.2.2021.4|
رقم الهاتف 01-234-5678|
"""
_RELATIVE = """
منذ 10 ساعات و5 دقائق|2021-09-13T23:55
قبل سنتين|2019-09-14T10:00
قبل 3 أشهر|2021-06-14T10:00
منذ 30 ثانية|2021-09-14T09:59:30
3 days ago|2021-09-11T10:00
أول من أمس|2021-09-12T10:00
أمس الأربعاء|
قبل الانتخابات|
منذ|
منذ عام 2011|
الأحد|
قبل 99999999 سنة|
"""


def _parametrise(table: str) -> list[tuple[str, str]]:
    return [(line, want) for line, _, want in (row.rpartition("|") for row in table.strip().splitlines())]


def _read(line: str, reference: datetime | None = None) -> str:
    found = find_date(line, reference=reference)
    return found.when.isoformat() if found and found.is_alone else ""


@pytest.mark.parametrize(("line", "want"), _parametrise(_CASES))
def test_absolute(line: str, want: str) -> None:
    assert _read(line).startswith(want)
    assert bool(_read(line)) == bool(want)
    found = find_date(line)
    if found and want:
        assert found.precision == {10: "day", 16: "minute", 19: "second"}[len(want)]


@pytest.mark.parametrize(("line", "want"), _parametrise(_RELATIVE))
def test_relative(line: str, want: str) -> None:
    assert _read(line, _REFERENCE).startswith(want)
    assert bool(_read(line, _REFERENCE)) == bool(want)
    assert _read(line) == "", "without a reference it means nothing"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("رام الله 5-7-2012 وفا- أكد", "5-7-2012"),
        ("تونس 11 ديسمبر 2016 (وات)", "11 ديسمبر 2016"),
        ("الكويت 25 شـوال 1436 هـ الموافق 10 أغسطس 2015 م كونا", "25 شـوال 1436 هـ الموافق 10 أغسطس 2015 م"),
        ("لندن | Tuesday, 11 August 2015 - 12:57 pm", "Tuesday, 11 August 2015 - 12:57 pm"),
        ("\u200fالثلاثاء ١٤\u200f/٩\u200f/٢٠٢١ دمشق", "الثلاثاء ١٤\u200f/٩\u200f/٢٠٢١"),
    ],
)
def test_span_covers_the_date_in_its_line(line: str, words: str) -> None:
    found = find_date(line)
    assert found is not None
    assert line[slice(*found.span)] == words
    assert not found.is_alone


@pytest.mark.parametrize("line", ["14 ſep 2021", "Aprıl 14, 2021", "14 AUGUſT 2021"])
def test_letters_that_match_when_case_is_ignored_name_no_month(line: str) -> None:
    assert find_date(line) is None


@pytest.mark.parametrize("number", ["²", "⑤", "፫"])
def test_a_digit_that_is_no_decimal_counts_nothing(number: str) -> None:
    assert find_date(f"منذ {number} ساعات", reference=_REFERENCE) is None


@pytest.mark.skipif(not _SHARED.exists(), reason="the shared cases stand beside the checkout only")
def test_shared_cases() -> None:
    rows = [line.split("\t") for line in _SHARED.read_text(encoding="utf-8").splitlines()[1:] if line[0] != "#"]
    wrong = [row for row in rows if not _agrees(_read(row[0], _REFERENCE), row[1])]
    assert len(rows) == 71
    assert wrong == []


def _agrees(found: str, want: str) -> bool:
    return found.startswith(want) and bool(found) == bool(want)


@given(st.text(max_size=200), st.sampled_from([None, _REFERENCE]))
@settings(max_examples=300)
def test_any_text_gives_a_date_or_nothing(text: str, reference: datetime | None) -> None:
    found = find_date(text, reference=reference)
    assert found is None or 0 <= found.span.start < found.span.end <= len(text)


@given(
    st.dates(date(1925, 1, 1), date(2075, 1, 1)),
    st.sampled_from(["%d/%m/%Y", "%Y-%m-%d", "%d %B %Y"]),
)
def test_printed_dates_come_back(day: date, form: str) -> None:
    found = find_date(day.strftime(form))
    assert found is not None
    assert found.when.date() == day


@pytest.mark.parametrize("line", ["14" * 190, "1/" * 190, "14 أيلول " * 40, "منذ 1 " * 60, "هـ م " * 90])
def test_hostile_lines_are_quick(line: str) -> None:
    start = time.process_time()
    find_date(line, reference=_REFERENCE)
    assert time.process_time() - start < 0.5
