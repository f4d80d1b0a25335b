"""Arabic word forms: folding for comparison, and a verb's parts -> the forms that newspapers print."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Marks that readers may leave out (tashkeel, Quranic signs) and tatweel; dropped before any comparison.
_MARKS = r"\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200b-\u200f\u202a-\u202e\u2066-\u2069"
_DROPPED = re.compile(f"[{_MARKS}]")
_SEATS = {"ٱ": "ا", "ی": "ي", "ک": "ك", "ﻻ": "لا"}
_CHANGES = re.compile(f"[{_MARKS}أإآ{''.join(_SEATS)}]")

OBJECT_SUFFIXES = ("ه", "ها", "هم", "هما", "ني", "نا")


def fold(word: str) -> str:
    """Return ``word`` without optional marks and hamza seats, for comparison only.

    Final ى and ي stay apart, since على (on) and علي (a name) must.

    >>> fold("وأكَّدَ")
    'واكد'
    """
    if _CHANGES.search(word) is None:
        return word
    word = word.replace("أ", "ا").replace("إ", "ا").replace("آ", "ا")
    if _CHANGES.search(word) is None:  # as most words with a hamza
        return word
    word = _DROPPED.sub("", word)
    for letter, plain in _SEATS.items():
        word = word.replace(letter, plain)
    return word


def level(word: str) -> str:
    """Level the letters that newspapers confuse; a final alef is written ى, ا or ي in longer names ("معافى").

    >>> level("معافى") == level("معافا"), level("وزارة")
    (True, 'وزاره')
    """
    word = word.replace("ى", "ي").replace("ة", "ه").replace("ؤ", "و").replace("ئ", "ي")
    return word[:-1] + "ي" if len(word) > 3 and word[-1] == "ا" else word


def name_word(word: str) -> str:
    """Return the comparable form of a name's folded word: levelled, without its article.

    >>> name_word("الاسد")
    'اسد'
    """
    word = level(word)
    return word[2:] if len(word) > 4 and word.startswith("ال") else word


def inflect_past(past: str) -> Iterator[tuple[str, str, str]]:
    """Yield (form, gender, number) of a past tense given in the third person masculine singular.

    >>> [form for form, _, _ in inflect_past("نفى")]
    ['نفى', 'نفت', 'نفوا', 'نفيا']
    """
    weak = past[-1] in "ىا"
    stem = past[:-1] if weak else past
    yield past, "m", "s"
    yield stem + "ت", "f", "s"
    yield stem + "وا", "m", "p"
    yield (stem + ("ي" if past[-1] == "ى" else "و") + "ا") if weak else stem + "ا", "m", "d"
    if not weak:
        yield stem + "تا", "f", "d"


def inflect_present(present: str) -> Iterator[tuple[str, str, str]]:
    """Yield (form, gender, number) of a present tense given in the third person masculine singular.

    >>> [form for form, _, _ in inflect_present("يرى")]
    ['يرى', 'ترى', 'يرون', 'سيرى']
    """
    stem = present[:-1] if present[-1] in "ىيو" else present
    yield present, "m", "s"
    yield "ت" + present[1:], "f", "s"
    yield stem + "ون", "m", "p"
    yield "س" + present, "m", "s"


def inflect_participle(participle: str) -> Iterator[tuple[str, str, str]]:
    """Yield (form, gender, number) of an active participle given in the accusative masculine singular.

    >>> [form for form, _, _ in inflect_participle("داعيا")]
    ['داعيا', 'داعية', 'داعين']
    """
    stem = participle[:-1]
    yield participle, "m", "s"
    yield stem + "ة", "f", "s"
    yield (stem.removesuffix("ي")) + "ين", "m", "p"


def with_objects(form: str) -> Iterator[str]:
    """Yield a verb form with each object pronoun: "أبلغ" -> "أبلغه", "أبلغها", and so on."""
    stem = form[:-1] + "ا" if form.endswith("ى") else form.removesuffix("ا") if form.endswith("وا") else form
    for suffix in OBJECT_SUFFIXES:
        yield stem + suffix
