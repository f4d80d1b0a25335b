"""Bytes -> text and the encoding they were in, or a reject."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import suppress

from transforms.layout.lines import EDGE
from transforms.model import Decoded, Reason, Record, Reject, Stage

_MARKS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32le", 4),
    (codecs.BOM_UTF32_BE, "utf-32be", 4),
    (codecs.BOM_UTF8, "utf-8", 1),
    (codecs.BOM_UTF16_LE, "utf-16le", 2),
    (codecs.BOM_UTF16_BE, "utf-16be", 2),
)
_SIGNATURES = (
    b"%PDF-", b"PK\x03\x04", b"PK\x05\x06", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ",
    b"7z\xbc\xaf", b"\x28\xb5\x2f\xfd", b"Rar!", b"\x7fELF", b"\xd0\xcf\x11\xe0", b"\xca\xfe\xba\xbe", b"PAR1",
    b"SQLite format 3", b"RIFF", b"OggS", b"ID3", b"{\\rtf", b"II*\x00", b"MM\x00*", b"\x00asm", b"wOF2",
)  # fmt: skip
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a"))
_MOST_CONTROLS = 0.01
_SAMPLE = 4096
_HIGH_BYTES_OF_UTF16 = b"\x00\x06\x20\xfb\xfe"  # Latin, Arabic, general punctuation, presentation forms
_LONGEST_CHARACTER = 4  # bytes of UTF-8
# The commonest letters of Arabic. They make up well over half of any Arabic text, and little of one misread.
_COMMON_LETTERS = "اليمنورتبعةهدسفكقح"
_LEAST_COMMON = 0.6
_FEW_HIGH_BYTES = 0.15  # of a Latin text with accents, which Windows-1256 reads rightly too


def decode(data: bytes) -> Decoded | Reject:
    r"""Decode a document: by its byte order mark, as UTF-16, UTF-8, then as a legacy Arabic encoding.

    The text is unchanged but for the mark. A document that is cut inside its last character is refused as truncated,
    UTF-8 too: what stood there is lost, and nothing may be invented. NUL bytes at the end are kept, and are no content.

    >>> decode("\ufeffقال: نعم".encode("utf-16-le"))
    Decoded(text='قال: نعم', encoding='utf-16le')
    >>> decode("قال الوزير إن المال كثير".encode("cp1256")).encoding
    'windows-1256'
    >>> decode(b"\x89PNG\r\n").reason.value
    'binary'
    """
    outcome = _decode(data)
    return _unless_empty(outcome) if isinstance(outcome, Decoded) else outcome


def decode_utf8(data: bytes) -> Decoded | Reject:
    """Decode what is known to be UTF-8, such as a string of JSON: no encoding is guessed, no mark taken off."""
    if _control_share(data) > _MOST_CONTROLS:
        return _reject(Reason.BINARY, "more control characters than a text has")
    return _unless_empty(Decoded(data.decode("utf-8"), "utf-8"))


def _unless_empty(decoded: Decoded) -> Decoded | Reject:
    if decoded.text.strip(EDGE):
        return decoded
    return _reject(Reason.EMPTY, "no character but white space")


def _decode(data: bytes) -> Decoded | Reject:
    for mark, encoding, width in _MARKS:
        if data.startswith(mark):
            return _decode_wide(data[len(mark) :], encoding, width)
    if data.startswith(_SIGNATURES):
        return _reject(Reason.BINARY, "begins with the signature of a file format that is no text")
    # Before UTF-8, since the bytes of Arabic in UTF-16 without a mark are valid UTF-8: 06, and a byte below 80.
    if order := _utf16_order(data):
        return _decode_wide(data, order, 2)
    if _control_share(data) > _MOST_CONTROLS:
        return _reject(Reason.BINARY, "more control characters than a text has")
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        if _is_cut(data, error):
            return _reject(Reason.TRUNCATED, "UTF-8 that ends inside a character")
    return _decode_legacy(data)


def _decode_wide(data: bytes, encoding: str, width: int) -> Decoded | Reject:
    """Decode what a byte order mark or its pattern says is ``encoding``, with units of ``width`` bytes."""
    if len(data) % width:
        return _reject(Reason.TRUNCATED, f"{encoding} with {len(data) % width} bytes too many")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if len(data) - error.start < _LONGEST_CHARACTER or error.reason == "unexpected end of data":
            return _reject(Reason.TRUNCATED, f"{encoding} that ends inside a character")
        return _reject(Reason.UNDECODABLE, f"marked as {encoding}, but not valid as such")
    if _control_share(text[:_SAMPLE].rstrip("\0").encode("utf-8", "replace")) > _MOST_CONTROLS:
        return _reject(Reason.BINARY, "more control characters than a text has")
    return Decoded(text, encoding)


def _utf16_order(data: bytes) -> str | None:
    """Return the byte order if one byte in two is the high byte of a Latin or Arabic character, and the others not."""
    sample = data[:_SAMPLE]
    if b"\x00" not in sample and b"\x06" not in sample:
        return None  # as most documents
    even, odd = sample[::2], sample[1::2]
    if not odd:
        return None
    in_even, in_odd = _share(even, _HIGH_BYTES_OF_UTF16[:2]), _share(odd, _HIGH_BYTES_OF_UTF16[:2])
    # Punctuation and presentation forms count only beside others: 20 is the space of every single-byte text.
    if in_odd > 0.5 and _share(odd, _HIGH_BYTES_OF_UTF16) > 0.9 and in_even < 0.25:
        return "utf-16le"
    if in_even > 0.5 and _share(even, _HIGH_BYTES_OF_UTF16) > 0.9 and in_odd < 0.25:
        return "utf-16be"
    return None


def _share(data: bytes, of: bytes) -> float:
    return 1 - len(data.translate(None, of)) / len(data)


def _control_share(data: bytes) -> float:
    """Return the share of control characters, NUL bytes at the end left out: some publishers end every file so."""
    content = data.rstrip(b"\0")
    return _share(content, _CONTROLS) if content else 0.0


def _is_cut(data: bytes, error: UnicodeDecodeError) -> bool:
    """Tell a UTF-8 text whose last character is incomplete from another encoding: one before is not ASCII."""
    at_end = error.reason == "unexpected end of data" and len(data) - error.start < _LONGEST_CHARACTER
    return at_end and not data[: error.start].isascii()


def _decode_legacy(data: bytes) -> Decoded | Reject:
    """Decode Windows-1256 or ISO 8859-6, whichever yields more of the common letters.

    They share ا and its neighbours, and part at ل (E1 and E4), so that ال in the one reads ان or اف in the other.
    Counting eighteen letters instead of that pair is right on every stretch of 60 characters, not on nine in ten.
    """
    readings = [(_common_letters(text), text, encoding) for text, encoding in _legacy_readings(data)]
    count, text, encoding = max(readings, key=lambda reading: reading[0])
    other = len(text) - len(text.encode("ascii", "ignore"))
    if count >= _LEAST_COMMON * other or other <= _FEW_HIGH_BYTES * len(text):
        return Decoded(text, encoding)
    return _reject(Reason.UNDECODABLE, "not UTF-8, UTF-16, Windows-1256 or ISO 8859-6")


def _legacy_readings(data: bytes) -> Iterator[tuple[str, str]]:
    yield data.decode("windows-1256"), "windows-1256"  # any byte means something in it
    with suppress(UnicodeDecodeError):
        yield data.decode("iso-8859-6"), "iso-8859-6"


def _common_letters(text: str) -> int:
    return sum(map(text.count, _COMMON_LETTERS))


def _reject(reason: Reason, detail: str) -> Reject:
    return Reject(Record.DOCUMENT, Stage.DECODE, reason, detail)
