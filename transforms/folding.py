"""Text -> the same text with spelling variants folded together, and where each character came from."""

from __future__ import annotations

import re

_SAME_LENGTH = {
    **{ord(a): "ا" for a in "أإآٱ"},
    ord("ى"): "ي",
    ord("ی"): "ي",
    ord("ة"): "ه",
    ord("ک"): "ك",
    **{0x0660 + digit: str(digit) for digit in range(10)},
    **{0x06F0 + digit: str(digit) for digit in range(10)},
}
# Vowel signs, tatweel, superscript alef, zero-width and bidi characters: printed or not, they change no word.
_DROPPED = re.compile("[\u0640\u064b-\u065f\u0670\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")


def fold(text: str) -> str:
    """Fold alef, ya, ta marbuta and digits, and drop vowel signs, tatweel and invisible characters.

    Meant for short stretches: words, header lines, the opening of a paragraph.

    >>> fold("أُولى الجمـعة ١٤٤٣")
    'اولي الجمعه 1443'
    """
    return _DROPPED.sub("", text).translate(_SAME_LENGTH)


def origins(text: str) -> list[int] | range:
    """Return for each character of ``fold(text)``, and for its end, the offset in ``text``.

    >>> list(origins("جمـعة"))
    [0, 1, 3, 4, 5]
    """
    if _DROPPED.search(text) is None:
        return range(len(text) + 1)
    dropped = {offset for match in _DROPPED.finditer(text) for offset in range(*match.span())}
    return [offset for offset in range(len(text)) if offset not in dropped] + [len(text)]
