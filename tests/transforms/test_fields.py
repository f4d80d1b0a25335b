from __future__ import annotations

import json
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms import split
from transforms.fields import FIELDS, Fields, document_of, read_fields
from transforms.model import Article, Header, Reason, Reject, Role, Span

NAMES = {name: name for name in FIELDS}
STORY = "أعلن الوزير سامر في دمشق أن المشروع بدأ اليوم.\nوقال سامر: «الأمر صعب جدا اليوم».\nثم غادر الوفد المدينة."


def at(clock: str) -> datetime:
    return datetime.fromisoformat(clock)


def fields(**given: object) -> Fields:
    found = read_fields(json.dumps(given).encode(), NAMES)
    assert isinstance(found, Fields)
    return found


def article(**given: object) -> Article:
    outcome = split(document_of("a.jsonl#1", fields(**given)))
    assert isinstance(outcome, Article)
    return outcome


def cut(found: Article, span: Span | None) -> str | None:
    return None if span is None else found.decoded.text[slice(*span)]


def header(**given: object) -> tuple[str | None, str | None, datetime | None]:
    found = article(**given)
    head: Header = found.layout.header
    return cut(found, head.headline), cut(found, head.date_text), head.published


def test_title_date_and_text_stand_as_a_page_prints_them() -> None:
    found = article(title="قمة في دمشق", date="2021-09-14T08:39:05+03:00", text=STORY)
    assert found.decoded.text == f"قمة في دمشق\n2021-09-14T08:39:05+03:00\n\n{STORY}"
    assert [block.role for block in found.layout.blocks] == [Role.HEADLINE, Role.DATE, *[Role.BODY] * 3]
    assert found.layout.header.published == at("2021-09-14T08:39:05")
    assert found.layout.header.published_precision == "second"


@pytest.mark.parametrize(
    "title",
    [
        "قال الوزير إن الأمر صعب.",  # a sentence, with its full stop
        "14 أيلول 2021",
        "اقرأ أيضا: خبر",
        "رياضة / فوز المنتخب",
        "دمشق - سانا",
        "كلمة " * 80 + "أخيرة",
        "***",
    ],
)
def test_a_title_that_is_given_is_the_headline_whatever_it_looks_like(title: str) -> None:
    found = article(title=title, text=STORY)
    assert cut(found, found.layout.header.headline) == title
    assert found.layout.blocks[0].role is Role.HEADLINE


def test_what_the_text_begins_with_is_not_put_before_it_again() -> None:
    printed = f"سياسة\n قمة في دمشق \r\n14 أيلول 2021\n{STORY}"
    found = article(title="قمة في دمشق", date="14 أيلول 2021", text=printed)
    assert found.decoded.text == printed
    head = found.layout.header
    assert cut(found, head.headline) == "قمة في دمشق"
    assert head.published == at("2021-09-14T00:00:00")


@pytest.mark.parametrize(
    ("date", "when"),
    [
        ("2021-09-14", at("2021-09-14T00:00:00")),
        ("2021-09-14T08:39", at("2021-09-14T08:39:00")),
        ("2021-09-14T23:59:59.999999-11:00", at("2021-09-14T23:59:59.999999")),
        ("20210914T083905Z", at("2021-09-14T08:39:05")),
        ("2021-09-10 08:39:05", at("2021-09-10T08:39:05")),
        ("2021-W37-2", at("2021-09-14T00:00:00")),
        ("Tue, 14 Sep 2021 08:39:05 GMT", at("2021-09-14T08:39:05")),
        ("الثلاثاء ٧ صفر ١٤٤٣ هـ - 14 أيلول/سبتمبر 2021، 8:39 مساءً", at("2021-09-14T20:39:00")),
        ("1631608740", None),
        ("أمس", None),
        ("0001-01-01T00:00:00", None),
    ],
)
def test_a_date_that_is_given_says_when_and_is_kept_as_it_is(date: str, when: datetime | None) -> None:
    assert header(title="قمة", date=date, text=STORY) == ("قمة", date, when)


def test_a_date_that_cannot_be_read_leaves_it_to_the_text() -> None:
    assert header(title="قمة", date="أمس", text=f"14 أيلول 2021\n{STORY}")[1:] == (
        "14 أيلول 2021",
        at("2021-09-14T00:00:00"),
    )


def test_nothing_is_guessed_of_the_encoding() -> None:
    for text in (f"%PDF-{STORY}", f"\ufeff{STORY}", STORY + "\0"):
        found = split(document_of("a", fields(text=text)))
        assert isinstance(found, Article)
        assert found.decoded.text == text
    for text, reason in (("\x06" * 2000 + STORY, Reason.BINARY), (" \n", Reason.EMPTY)):
        refused = split(document_of("a", fields(text=text)))
        assert isinstance(refused, Reject)
        assert refused.reason is reason


def test_the_fingerprint_is_that_of_the_fields_whatever_their_spelling() -> None:
    plain = fields(title="قمة", text=STORY).fingerprint()
    spelt = read_fields(json.dumps({"x": [], "text": STORY, "title": "قمة"}, ensure_ascii=False).encode(), NAMES)
    assert isinstance(spelt, Fields)
    assert spelt.fingerprint() == plain
    others = [
        fields(title="قمة ", text=STORY),
        fields(text=f"قمة{STORY}"),
        fields(title="قمة", text=STORY, url=""),
        fields(source="قمة", text=STORY),
    ]
    assert len({plain, *(other.fingerprint() for other in others)}) == 5
    assert fields(title="قمة", text=STORY, id=7).fingerprint() == plain


@given(
    st.text(max_size=40),
    st.sampled_from(["", "\n", "\r\n", "\u2028", " \0"]),
    st.one_of(st.none(), st.text(max_size=20)),
    st.text(max_size=60),
)
def test_any_fields_give_blocks_in_order_or_a_reject(title: str, end: str, date: str | None, text: str) -> None:
    line = json.dumps({"title": title + end + title, "date": date, "text": f"{title}{end}{text}\n{STORY}"})
    found = read_fields(line.encode(), NAMES)
    if isinstance(found, Reject):
        assert found.detail == "half of a surrogate pair"
        return
    outcome = split(document_of("a", found))
    if isinstance(outcome, Article):
        places = [place for block in outcome.layout.blocks for place in block.span]
        assert places == sorted(places)
        assert outcome.decoded.text.endswith(found.text)
