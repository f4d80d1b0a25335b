"""Tokens: pieces that cover the text, each with its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.lexicon import Kind, load_lexicon
from transforms.model import Span
from transforms.tokens import Tokens, tokenize


def _tokens(text: str) -> Tokens:
    return tokenize(text, Span(0, len(text)), load_lexicon("ar"))


def _printed(text: str) -> list[str]:
    tokens = _tokens(text)
    return [text[slice(*tokens.span(index, index + 1))] for index in range(len(tokens.words))]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("قال: «نعم».", ["قال", ":", "«", "نعم", "»", "."]),
        ("وعبَّر عن أمله", ["وعبَّر", "عن", "أمله"]),
        ("قـــال", ["قـــال"]),
        ("لـ«الوطن»", ["لـ", "«", "الوطن", "»"]),
        ("''نعم''", ["''", "نعم", "''"]),
        ("انتظر... ثم", ["انتظر", "...", "ثم"]),
        ("10:45", ["10", ":", "45"]),
        ("«\u00a0نعم\u00a0»", ["«", "نعم", "»"]),
    ],
)
def test_cuts(text: str, pieces: list[str]) -> None:
    assert _printed(text) == pieces


@pytest.mark.parametrize("behind", ["\u200f ", " \u200f", "\u200f", "\u061c ", "\u202c\u200b \u2069"])
def test_a_direction_mark_belongs_to_no_token(behind: str) -> None:
    assert _printed(f"قال{behind}«{behind}نعم") == ["قال", "«", "نعم"]
    assert [word.text for word in _tokens(f"قال{behind}«{behind}نعم").words] == ["قال", "«", "نعم"]


def test_a_token_is_never_empty() -> None:
    assert all(word.text for word in _tokens("\u200f\u200f قال").words)


def test_places_count_from_the_start_of_the_whole_text() -> None:
    text = "عنوان\nقال نعم"
    tokens = tokenize(text, Span(6, len(text)), load_lexicon("ar"))
    assert tokens.starts == [6, 10]
    assert text[slice(*tokens.span(0, 2))] == "قال نعم"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("كلمة", Kind.WORD),
        ("١٤", Kind.NUMBER),
        ("،", Kind.COMMA),
        (",", Kind.COMMA),
        ("؟", Kind.STOP),
        ("؛", Kind.STOP),
        (".", Kind.STOP),
        ("...", Kind.ELLIPSIS),
        (":", Kind.COLON),
        ("“", Kind.MARK),
        ("''", Kind.MARK),
        ("(", Kind.BRACKET),
        ("#", Kind.OTHER),
    ],
)
def test_kinds(text: str, kind: int) -> None:
    assert _tokens(text).words[0].kind == kind


@given(st.text(alphabet="قالنعمأ \n\t\u00a0ـَّ\u200f\u202b.:،«»\"'()12٣٤-#x", max_size=80).map(str.lstrip))
def test_tokens_cover_the_text_in_order(text: str) -> None:
    tokens = _tokens(text)
    end = 0
    for index, word in enumerate(tokens.words):
        start = tokens.starts[index]
        assert start >= end
        assert text[start : start + word.length] == word.text
        assert not any(char.isalnum() for char in text[end:start])
        end = tokens.end(index)
    assert not any(char.isalnum() for char in text[end:])
