"""A stranger's text -> as many characters that a terminal shows and never obeys."""

from __future__ import annotations

import unicodedata
from functools import cache

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# The line break is layout. The two joiners are spelling in languages of the Arabic script, and reorder nothing.
_KEPT = frozenset("\n\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}")
# Format characters that are printed signs, such as the end of a verse and the sign before a year.
_SIGNS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u08e2")
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})


def make_inert(text: str) -> str:
    r"""Replace each character that steers a terminal by one that shows it; the length stays, so offsets still hold.

    Escape sequences, other controls, bidirectional controls, tags and lone surrogates become visible signs.

    >>> make_inert("قال\x1b[31m نعم\u202e")
    'قال␛[31m نعم�'
    """
    return "".join(map(_show, text))


@cache
def _show(char: str) -> str:
    if char in _KEPT or char in _SIGNS or unicodedata.category(char) not in _UNPRINTABLE:
        return char
    if char == "\t":
        return " "
    if char < " ":
        return chr(0x2400 + ord(char))  # the picture of the control
    return _REPLACEMENT
