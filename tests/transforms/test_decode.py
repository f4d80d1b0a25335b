"""Decoding: every encoding round trips, and every kind of bad bytes gets its reason."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.decode import decode
from transforms.layout.lines import EDGE
from transforms.model import Decoded, Reason, Record, Reject, Stage

_SHORT = "قال الوزير إن المال كثير"
_ARTICLE = (
    "افتتاح معرض الكتاب\r\n14 أيلول 2021\r\n\r\nافتتح وزير الثقافة أمس معرض الكتاب السنوي في قاعة البلدية.\r\n"
    'وقال الوزير: "القراءة حق للجميع".\r\nوأضاف أن المعرض يضم عشرين ألف عنوان من 14 دولة.\r\n'
)


@pytest.mark.parametrize("text", [_SHORT, _ARTICLE, _ARTICLE * 50])
@pytest.mark.parametrize(
    ("codec", "mark", "name"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", b"\xef\xbb\xbf", "utf-8"),
        ("utf-16-le", b"", "utf-16le"),
        ("utf-16-be", b"", "utf-16be"),
        ("utf-16-le", b"\xff\xfe", "utf-16le"),
        ("utf-16-be", b"\xfe\xff", "utf-16be"),
        ("utf-32-le", b"\xff\xfe\x00\x00", "utf-32le"),
        ("utf-32-be", b"\x00\x00\xfe\xff", "utf-32be"),
        ("cp1256", b"", "windows-1256"),
        ("iso-8859-6", b"", "iso-8859-6"),
    ],
)
def test_text_comes_back_unchanged(text: str, codec: str, mark: bytes, name: str) -> None:
    assert decode(mark + text.encode(codec)) == Decoded(text, name)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Reason.EMPTY),
        (b" \r\n\t\n", Reason.EMPTY),
        (b"\xef\xbb\xbf", Reason.EMPTY),
        (b"\xff\xfe", Reason.EMPTY),
        ("\u00a0\u200f\n".encode(), Reason.EMPTY),
        (b"\0\0", Reason.EMPTY),
        (b"\x89PNG\r\n\x1a\n" + _SHORT.encode(), Reason.BINARY),
        (b"%PDF-1.7\n" + _SHORT.encode(), Reason.BINARY),
        (b"PK\x03\x04" + bytes(100), Reason.BINARY),
        (bytes(range(32)) * 4, Reason.BINARY),
        (b"\x01\x00\x00\x00\x02\x00\x00\x00" * 20, Reason.BINARY),
        (_SHORT.encode() + b"\0\1\0\1", Reason.BINARY),
        (_SHORT.encode("utf-16-le")[:-1], Reason.TRUNCATED),
        (_SHORT.encode("utf-16-be")[:-1], Reason.TRUNCATED),
        (b"\xff\xfe" + _SHORT.encode("utf-16-le")[:-1], Reason.TRUNCATED),
        (b"\xff\xfe" + "نعم 😀".encode("utf-16-le")[:-2], Reason.TRUNCATED),
        (b"\xff\xfe\x00\x00" + _SHORT.encode("utf-32-le")[:-2], Reason.TRUNCATED),
        (_SHORT.encode()[:-1], Reason.TRUNCATED),
        ("نعم 😀".encode()[:-2], Reason.TRUNCATED),
        (_SHORT.encode()[:11] + b"\xff" + _SHORT.encode()[11:], Reason.UNDECODABLE),
        (_SHORT.encode("cp720"), Reason.UNDECODABLE),
        ("今日は良い天気です".encode("shift-jis"), Reason.UNDECODABLE),
        ("Привет, как дела сегодня".encode("koi8-r"), Reason.UNDECODABLE),
        (b"\xff\xfe" + b"\x00\xdc" * 20, Reason.UNDECODABLE),
    ],
)
def test_refuses(data: bytes, reason: Reason) -> None:
    outcome = decode(data)
    assert isinstance(outcome, Reject)
    assert (outcome.record, outcome.stage, outcome.reason) == (Record.DOCUMENT, Stage.DECODE, reason)


def test_stray_nul_at_the_end_is_kept() -> None:
    """The Windows-1256 files of one publisher all end so."""
    assert decode(_ARTICLE.encode("cp1256") + b"\0") == Decoded(_ARTICLE + "\0", "windows-1256")


def test_utf16_without_mark_is_not_taken_for_utf8() -> None:
    data = "قال نعم".encode("utf-16-be")
    assert data.decode("utf-8")  # the trap: valid, and nonsense
    assert decode(data) == Decoded("قال نعم", "utf-16be")


def test_reject_tells_nothing_of_the_text() -> None:
    outcome = decode(_SHORT.encode()[:-1])
    assert isinstance(outcome, Reject)
    assert outcome.detail.isascii()


@given(st.binary(max_size=600))
@settings(max_examples=400)
def test_any_bytes_give_a_text_or_a_reason(data: bytes) -> None:
    outcome = decode(data)
    if isinstance(outcome, Decoded):
        assert outcome.text.strip(EDGE)
        assert data.endswith(outcome.text.encode(outcome.encoding))


@given(st.text(st.characters(min_codepoint=0x20, exclude_categories=["Cs", "Cc"]), min_size=1, max_size=300))
@settings(max_examples=300)
def test_utf8_comes_back_unchanged(text: str) -> None:
    outcome = decode("\ufeff".encode() + text.encode())
    assert outcome == Decoded(text, "utf-8") or (isinstance(outcome, Reject) and not text.strip(EDGE))
