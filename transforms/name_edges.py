"""A run of name words in running text -> where the name ends: a verb or an object may stand behind it."""

from __future__ import annotations

from transforms.lexicon import Kind, Use, Word
from transforms.names import ALLAH, MIN_VERB, has_use


def name_edge(words: list[Word], begin: int, end: int, *, bounded: bool) -> int:
    """Return where a name ends in running text: behind two words, or as far as names are known.

    Where a sign stands behind the run a third word is taken; where the phrase is ``bounded`` by a report, all are.
    """
    if bounded:
        return _behind_surname(words, begin, end)
    most = 3 if end < len(words) and _is_hard_edge(words[end]) else 2
    count = 0
    for index in range(begin, end):
        word = words[index]
        if word.use & Use.NAME_PARTICLE or word.kind is not Kind.WORD or (index > begin and word.fold == ALLAH):
            continue
        if index > begin and not word.use & Use.GIVEN_NAME and not words[index - 1].use & Use.NAME_PARTICLE:
            if count >= most:
                return index + 1 if word.definite and has_use(words, begin, end, Use.NAME_PARTICLE) else index
            if len(word.fold) >= MIN_VERB and (word.fold.endswith("ت") or word.fold[0] == "ي"):
                return index  # "she tried", "he tries": no name
            if not words[index - 1].use and _is_object(word, count):
                return index
        count += 1
    return end


def _behind_surname(words: list[Word], begin: int, end: int) -> int:
    """Return where a name ends whose surname is definite: an unknown indefinite word behind it says what he is."""
    for index in range(begin + 2, end):
        before, word = words[index - 1], words[index]
        known = Use.GIVEN_NAME | Use.NAME_PARTICLE
        if before.definite and before.fold != ALLAH and not before.use & known and word.kind is Kind.WORD:
            if word.definite or word.use & known or words[index - 2].use & Use.NAME_PARTICLE:
                continue
            if not before.use & (Use.TITLE | Use.HONORIFIC):  # "سليم الحاج مبروك"
                return index  # "ياسر الفهمي صانع ألعاب"
    return end


def _is_object(word: Word, count: int) -> bool:
    """Tell whom or what a verb is about behind ``count`` words of a name: "اتهم بيركو الوزير"."""
    other = Use.TITLE | Use.ORGANIZATION | Use.OUTLET
    return word.definite and (bool(word.use & other) or (count > 1 and word.fold.endswith("ة")))


def _is_hard_edge(word: Word) -> bool:
    """Tell whether a name surely ends before ``word``: a sign, "who", a title, another name behind و."""
    return (
        word.kind in {Kind.COMMA, Kind.STOP, Kind.BRACKET, Kind.MARK}
        or (bool(word.use & Use.RELATIVE) and not word.use & Use.PREPOSITION)
        or bool(word.use & Use.TIME)
        or (bool(word.use & Use.TITLE) and word.prefix not in {"ل", "لل", "ب"})
        or (word.prefix == "و" and bool(word.use & Use.GIVEN_NAME))
    )
