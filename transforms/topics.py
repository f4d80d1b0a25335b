"""A sentence that reports nothing -> its subject, from whom a verb without one may go on in the next sentence."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import NamedTuple

from transforms.lexicon import Cue, Form, Kind, Use, Word
from transforms.names import TANWIN
from transforms.tokens import Tokens

MAX_LEAD = 12
"""Tokens of a circumstance that opens a sentence, its comma included: "وفي ختام اللقاء، …"."""
MAX_SENTENCES = 3
"""Sentences before a report that are asked whom they are about."""
_NAMES = Use.TITLE | Use.HONORIFIC | Use.GIVEN_NAME
_MANY = Use.UNNAMED | Use.PARTITIVE | Use.QUANTITY
_AUXILIARIES = frozenset({"كان", "كانت", "قد", "فقد", "كما", "ثم", "لكن", "فيما", "سبق"})
"""What stands before a sentence's verb or subject, with or without و."""


class Topic(NamedTuple):
    """The first token of a subject, and the gender of its verb, empty where the verb's form does not tell."""

    first: int
    gender: str

    def agrees(self, cue: Cue) -> bool:
        """Tell whether the subject can be that of a verb in the next sentence."""
        return cue.number == "p" or (cue.number != "d" and (not cue.gender or self.gender in {"", cue.gender}))


def find_topic(
    tokens: Tokens, start: int, end: int, is_named: Callable[[Word], bool], *, plural: bool = False
) -> Topic | None:
    """Return the subject of the sentence [start, end), right before or behind its verb, if it names somebody.

    ``is_named`` tells whether one word is the name of somebody whom the article knows. The subject of a ``plural``
    verb is people without a name.
    """
    words = tokens.words
    index = _skip_lead(words, start, end)
    while index < end and words[index].fold.removeprefix("و") in _AUXILIARIES:
        index += 1
    if index + 1 >= end:
        return None
    if _is_verb(words[index]):
        verb, index = words[index], index + 1
    elif words[index].prefix in {"", "و"} and index + 1 < end:
        verb = None
    else:
        return None
    word = words[index]
    known = word.use & _MANY or word.fold.endswith("ون") if plural else word.use & _NAMES or is_named(word)
    if not known or word.prefix in {"ل", "ب", "ك", "لل", "ف"}:
        return None
    return Topic(index, _gender(verb) if verb is not None else "")


def _skip_lead(words: list[Word], start: int, end: int) -> int:
    """Return the first token behind a circumstance that opens a sentence; ``end`` where none follows."""
    if (
        start < end
        and words[start].use & (Use.PREPOSITION | Use.TIME)
        and words[start].fold.removeprefix("و") not in _AUXILIARIES
    ):
        limit = min(end, start + MAX_LEAD)
        return next((i + 1 for i in range(start, limit) if words[i].kind is Kind.COMMA), end)
    return start


def is_about(words: list[Word], start: int) -> bool:
    """Tell whether a sentence opens with what it is about, which is never its subject: "وعن موعد الافتتاح قال"."""
    first = words[start].fold.removeprefix("و")
    return first in _ABOUT or (first == "فيما" and words[start + 1].fold.startswith(("يتعلق", "يخص")))


_ABOUT = frozenset({"عن", "حول", "بشان", "بخصوص", "بالنسبة"})


def _is_verb(word: Word) -> bool:
    """Tell whether a word that opens a sentence is likely its verb: what is no noun by its article, ending or list."""
    if word.cue is not None:
        return word.cue.form in {Form.PAST, Form.PRESENT}
    if word.kind is not Kind.WORD or word.definite or word.use & ~Use.DESCRIBING or word.complementizer:
        return False
    return not word.text.endswith(("ة", "ات", "اء", *TANWIN))


def _gender(verb: Word) -> str:
    if verb.cue is not None:
        return verb.cue.gender
    fold = verb.fold[1:] if verb.fold[0] in "وف" else verb.fold
    return "f" if fold.endswith("ت") or fold[:1] == "ت" else "m"


def sentences_before(bounds: list[int], start: int) -> Iterator[tuple[int, int]]:
    """Yield the sentences of a block that stand before token ``start``, the nearest first, at most MAX_SENTENCES."""
    place = bisect_left(bounds, start)
    for last in range(place - 1, max(-1, place - 1 - MAX_SENTENCES), -1):
        yield (bounds[last - 1] + 1 if last else 0), bounds[last]
