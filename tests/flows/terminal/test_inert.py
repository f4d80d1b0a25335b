from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.terminal.inert import make_inert

BIDI_CONTROLS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ANY_TEXT = st.text(st.characters(exclude_categories=()) | st.sampled_from(BIDI_CONTROLS + "\x1b\x07\x9b\r\ud800"))


@given(ANY_TEXT)
def test_the_length_stays_so_that_offsets_hold(text: str) -> None:
    assert len(make_inert(text)) == len(text)


@given(ANY_TEXT)
def test_nothing_that_steers_a_terminal_is_left(text: str) -> None:
    left = {char for char in make_inert(text) if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
    assert left <= set("\n\u200c\u200d\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u08e2")


@given(st.text(st.characters(min_codepoint=0x0620, max_codepoint=0x06D3, exclude_categories=["Cf", "Cn"])))
def test_arabic_stays_as_it_is(text: str) -> None:
    assert make_inert(text) == text


@pytest.mark.parametrize("char", BIDI_CONTROLS)
def test_every_bidirectional_control_is_shown(char: str) -> None:
    assert make_inert(f"قال{char}نعم") == "قال\N{REPLACEMENT CHARACTER}نعم"


def test_an_escape_sequence_is_shown_by_pictures() -> None:
    assert make_inert("\x1b]0;title\x07") == "␛]0;title␇"
