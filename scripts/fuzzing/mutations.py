"""A text or a document's bytes -> the same, broken as texts break, or are broken on purpose."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from random import Random

from scripts.fuzzing.grammar import CLOSERS, DIGITS, OPENERS, STRANGE, Grammar

MARKS = "\"«»“”„''‘’‹›"
_DIACRITICS = "\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0670\u0610\u06d6"
_CONTROLS = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2069\u061c\ufeff\u00ad"
_PUNCTUATION = ":،.؛؟!…()[]«»\"'-–/|*"
_ENCODINGS = (
    "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1256", "cp1256", "iso-8859-6", "cp720", "cp864",
    "mac-arabic", "latin-1", "utf-7",
)  # fmt: skip
_SIGNATURES = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, b"%PDF-", b"PK\x03\x04")
_INSERTED = (
    b"\x00",
    b"\xff",
    b"\xd8",
    b"\xed\xa0\x80",
    b"\xc0\x80",
    b"\xf4\x90\x80\x80",
    b"\x1a",
    b"\x06",
    b"\xc7\xe1",
)

TextMutation = Callable[[str, Random], str]
BytesMutation = Callable[[bytes, Random], bytes]


def _change_marks(text: str, rng: Random) -> str:
    """Drop, double or swap quotation marks."""
    instead = rng.choice(("", "double", MARKS))
    return "".join(
        char
        if char not in MARKS or rng.random() < 0.5
        else char * 2
        if instead == "double"
        else rng.choice(instead or [""])
        for char in text
    )


def _sprinkle(extras: str | tuple[str, ...]) -> TextMutation:
    def mutate(text: str, rng: Random) -> str:
        chars = list(text)
        for at in rng.choices(range(len(chars)), k=1 + len(chars) // rng.choice((5, 20, 100))):
            chars[at] += rng.choice(extras)
        return "".join(chars)

    return mutate


def _glue_or_break(text: str, rng: Random) -> str:
    """Take line ends away, or put them for spaces."""
    old, new = rng.choice((("\n", ""), ("\n", " "), (" ", "\n"), (" ", ""), (" ", "  "), (" ", "\u00a0"), (".", ".\n")))
    return new.join(part if rng.random() < 0.7 else part + old for part in text.split(old))


def _shuffle(text: str, rng: Random) -> str:
    apart = rng.choice(("\n", "\n", " ", ". "))
    parts = text.split(apart)
    rng.shuffle(parts)
    return apart.join(parts)


def _swap_digits(text: str, rng: Random) -> str:
    digits = rng.choice(DIGITS[1:])
    return text.translate(str.maketrans(DIGITS[0] + DIGITS[1], digits + DIGITS[0]))


def _cut(text: str, rng: Random) -> str:
    start = rng.randrange(len(text))
    return text[start : start + rng.randint(1, len(text))]


def _repeat(text: str, rng: Random) -> str:
    """Repeat a stretch: whatever looks ahead or back without a bound shows."""
    start = rng.randrange(len(text))
    end = start + rng.choice((1, 2, 5, 20, 80))
    return text[:end] + text[start:end] * rng.choice((1, 2, 10, 50)) + text[end:]


def _drop_words(text: str, rng: Random) -> str:
    return " ".join(word for word in text.split(" ") if rng.random() < 0.8)


def _splice(grammar: Grammar) -> TextMutation:
    def mutate(text: str, rng: Random) -> str:
        at = rng.randrange(len(text) + 1)
        made = rng.choice((grammar.sentence, grammar.line, grammar.piece))(rng)
        return text[:at] + rng.choice(("", " ", "\n")) + made + rng.choice(("", " ", "\n")) + text[at:]

    return mutate


def text_mutations(grammar: Grammar) -> tuple[TextMutation, ...]:
    """Return every way to break a text; none takes an empty one."""
    return (
        _change_marks, _glue_or_break, _shuffle, _swap_digits, _cut, _repeat, _drop_words, _splice(grammar),
        _sprinkle(_DIACRITICS), _sprinkle("ـ"), _sprinkle(_CONTROLS), _sprinkle(_PUNCTUATION),
        _sprinkle(OPENERS + CLOSERS), _sprinkle(STRANGE), _splice(grammar), _splice(grammar),
    )  # fmt: skip


def _truncate(data: bytes, rng: Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _insert(data: bytes, rng: Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(_INSERTED) * rng.choice((1, 1, 2, 50)) + data[at:]


def _flip(data: bytes, rng: Random) -> bytes:
    broken = bytearray(data)
    for at in rng.choices(range(len(data)), k=rng.choice((1, 2, 10))) if data else ():
        broken[at] = rng.randrange(256)
    return bytes(broken)


def _sign(data: bytes, rng: Random) -> bytes:
    return rng.choice(_SIGNATURES) + data


def _end_in_nuls(data: bytes, rng: Random) -> bytes:
    return data + b"\x00" * rng.choice((1, 2, 3, 4, 500))


_BYTES: tuple[BytesMutation, ...] = (_truncate, _insert, _flip, _sign, _end_in_nuls)


def mutate_text(text: str, rng: Random, mutations: tuple[TextMutation, ...]) -> str:
    """Break a text in one to four ways, each on what the last has left."""
    for mutation in rng.choices(mutations, k=rng.choice((1, 1, 2, 4))):
        text = mutation(text, rng) if text else text
    return text


def encode(text: str, rng: Random) -> bytes:
    """Encode a text, mostly in UTF-8; in another encoding what it lacks is left out. One in ten is broken after that.

    Lone surrogates are encoded like other characters, as programs that don't check do.
    """
    encoding = "utf-8" if rng.random() < 0.8 else rng.choice(_ENCODINGS)
    errors = "surrogatepass" if encoding.startswith("utf-8") else "ignore"
    return break_bytes(text.encode(encoding, errors), rng) if rng.random() < 0.1 else text.encode(encoding, errors)


def break_bytes(data: bytes, rng: Random) -> bytes:
    """Break bytes in one way."""
    return rng.choice(_BYTES)(data, rng)
