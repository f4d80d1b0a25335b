"""Quotation marks: which pairs with which, and which bound nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.lexicon import Kind, load_lexicon
from transforms.model import Span
from transforms.quotes import Marks, pair_marks
from transforms.tokens import Tokens, tokenize


def _pair(text: str) -> tuple[Tokens, Marks]:
    tokens = tokenize(text, Span(0, len(text)), load_lexicon("ar"))
    return tokens, pair_marks(tokens)


def _inside(text: str) -> list[str]:
    tokens, marks = _pair(text)
    return [
        text[slice(*tokens.span(opener + 1, marks.partner[opener]))]
        for opener in marks.openers
        if opener + 1 < marks.partner[opener]
    ]


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ('قال "نعم" ثم "لا"', ["نعم", "لا"]),
        ("قال «نعم» ثم", ["نعم"]),
        ("قال “نعم” ثم", ["نعم"]),
        ("قال ”نعم” ثم", ["نعم"]),
        ("قال “نعم“ ثم", ["نعم"]),
        ("قال »نعم» ثم", ["نعم"]),
        ("قال ”نعم“ ثم", ["نعم"]),
        ("قال »نعم« ثم", ["نعم"]),
        ("قال ''نعم'' ثم", ["نعم"]),
        ("قال 'نعم' ثم", ["نعم"]),
        ('قال “نعم" ثم', ["نعم"]),
        ('قال:" نعم"', ["نعم"]),
        ('لـ"الوطن" و"البلد"', ["الوطن", "البلد"]),
        ("“رأى «البيت» أمس”", ["رأى «البيت» أمس", "البيت"]),
        ('"هي "مباراة الموسم" لنا"', ['هي "مباراة الموسم" لنا', "مباراة الموسم"]),
        ("«نعم».قال «لا»", ["نعم", "لا"]),
    ],
)
def test_pairs(text: str, inside: list[str]) -> None:
    assert _inside(text) == inside


@pytest.mark.parametrize("text", ["قال نعم", "طول 32 متراً", "l'eau", "كلمة'كلمة"])
def test_no_pair(text: str) -> None:
    _, marks = _pair(text)
    assert not marks.openers


def test_a_lone_mark_bounds_nothing() -> None:
    tokens, marks = _pair("قال نعم» ثم مضى")
    assert not marks.partner
    assert [tokens.words[index].text for index in marks.unpaired] == ["»"]


def test_the_last_open_mark_dangles() -> None:
    tokens, marks = _pair("قال «نعم» ثم قال: «سأعود غداً")
    assert tokens.words[marks.dangling].text == "«"
    assert marks.dangling == marks.unpaired[-1]


def test_the_outermost_pair_encloses() -> None:
    tokens, marks = _pair("قال “رأى «البيت» أمس” ومضى")
    house = [word.text for word in tokens.words].index("البيت")
    assert marks.enclosing(house) == marks.openers[0]
    assert marks.enclosing(0) is None
    assert marks.enclosing(len(tokens.words) - 1) is None


@given(st.text(alphabet="كلم  \"«»“”''‘’:.،", max_size=60).map(str.lstrip))
def test_every_mark_is_paired_once_or_not_at_all(text: str) -> None:
    tokens, marks = _pair(text)
    assert all(marks.partner[marks.partner[index]] == index for index in marks.partner)
    assert not set(marks.unpaired) & set(marks.partner)
    assert marks.openers == sorted(index for index, other in marks.partner.items() if index < other)
    assert all(tokens.words[index].kind is Kind.MARK for index in [*marks.partner, *marks.unpaired])
