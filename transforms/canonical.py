"""A phrase -> the stretch of text that mentions somebody, and the canonical name made from it."""

from __future__ import annotations

import re

from transforms.lexicon import Kind, Use, Word
from transforms.model import Span, SpeakerKind
from transforms.phrases import Phrase
from transforms.tokens import Tokens


def mention_span(tokens: Tokens, phrase: Phrase) -> Span:
    """Return a phrase's stretch of text, an attached و، ل، ب، ك left out, لل kept whole."""
    word = tokens.words[phrase.first]
    skip = len(word.prefix) if word.prefix in {"و", "ل", "ب", "ك", "ف"} else 0
    while 0 < skip < word.length and word.text[skip] == "ـ":
        skip += 1
    return Span(tokens.starts[phrase.first] + skip, tokens.end(phrase.last - 1))


def plain_name(text: str, span: Span) -> str:
    """Return a mention as a name: white space levelled, punctuation at its ends dropped, hashtags kept."""
    return _strip_marks(text[span.start : span.end])


def clean_name(text: str) -> str:
    """Return a printed name without hashtag signs, marks and doubled spaces.

    >>> clean_name("بشار #الأسد")
    'بشار الأسد'
    """
    return _strip_marks(text.replace("#", "").replace("_", " "))


def _strip_marks(name: str) -> str:
    """Level white space, and drop punctuation, marks and brackets at a name's ends.

    Marks whose partner stands inside the name stay: `حركة "أبناء النهر"`.
    """
    name = " ".join(name.split()).strip(_ENDS)
    inner = name.strip(_MARKS + _ENDS)
    if not _HAS_MARK.search(inner):
        return inner or name
    return name if name[-1:] in _MARKS else name.lstrip(_MARKS + _ENDS)


def _with_article(name: str, noun: str) -> str:
    """Return a name printed behind لل as it stands alone.

    >>> _with_article("للمرصد السوري", "مرصد"), _with_article("للجنة", "لجنة")
    ('المرصد السوري', 'اللجنة')
    """
    return "ال" + name[1 if noun.startswith("ل") and not name.startswith("للل") else 2 :]


def _is_adjective(word: Word) -> bool:
    """Tell what only describes a newspaper: "صحيفة يومية", "الصحيفة البريطانية", "صحيفة تابعة ل"."""
    plain = not word.definite and (word.fold.endswith("ية") or word.fold == "تابعة")
    return plain or bool(word.use & Use.NATIONALITY)


_ENDS = " ،,.:-\u200e\u200f\u061c"
"""What is printed beside names and belongs to none, direction marks among it."""


_MARKS = "\"'«»“”‘’()"
_HAS_MARK = re.compile(f"[{_MARKS}]")


_NAME_ENDS = frozenset(
    [
        "المعترف",
        "المعترفه",
        "المملوكه",
        "التابعه",
        "التابع",
        "الذراع",
        "الجناح",
        "المنتهيه",
        "المنتهي",
        "الرسميه",
        "الرسمي",
        "الذي",
        "التي",
        "المعروف",
        "المعروفه",
        "الصادره",
        "الصادر",
        "بطل",
        "حامل",
        "متصدر",
        "وصيف",
        "المعنيه",
        "المعني",
    ]
)


def organization_name(tokens: Tokens, phrase: Phrase, text: str) -> str:
    """Return an organisation's name as printed, without an outlet's head noun and what only describes it.

    Somebody unnamed and a document keep the whole mention.
    """
    words = tokens.words
    first, last = phrase.first, phrase.last
    span = mention_span(tokens, phrase)
    if phrase.kind is not SpeakerKind.ORGANIZATION:
        return clean_name(text[span.start : span.end])
    if words[first].prefix == "لل":
        return clean_name(_with_article(text[span.start : span.end], words[first].noun))
    start = span.start
    unheaded = next((i for i in range(first, min(first + 4, last - 1)) if words[i].use & Use.UNHEADED), None)
    if unheaded is not None and not _is_adjective(words[unheaded + 1]):
        first = unheaded + 1
        start = tokens.starts[first]
    for index in range(first + 1, last):
        word = words[index]
        if word.kind is words[first].kind and word.kind in {Kind.MARK, Kind.BRACKET} and index > first + 1:
            last = index
            break
        if (word.use & Use.PREPOSITION and index > first + 1 and word.fold != "على") or word.fold.replace(
            "ة", "ه"
        ) in _NAME_ENDS:
            last = index
            break
    return clean_name(text[start : tokens.end(last - 1)])
