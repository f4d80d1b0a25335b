"""A block's tokens -> the people and organisations that running text names, registered for the whole article."""

from __future__ import annotations

from transforms.lexicon import Kind, Lexicon, Use, Word
from transforms.mentions import Registry, key_of
from transforms.model import SpeakerKind
from transforms.names import TANWIN, has_use, is_name_word
from transforms.phrases import Phrase, read_phrase
from transforms.tokens import Tokens

MAX_NAMED = 24
"""Tokens that a title and its name may take in running text."""
MAX_ORGANIZATION = 5
"""Tokens of an organisation's name in running text: its head noun and definite words."""

_OPENS_NAME = Use.TITLE | Use.HONORIFIC | Use.GIVEN_NAME | Use.COUNTERPART


def register_names(registry: Registry, tokens: Tokens, partner: dict[int, int], lexicon: Lexicon) -> None:
    """Register who is named, told by a title, a given name or an organisation's head noun; one walk over the tokens."""
    words = tokens.words
    reached, end = 0, len(words)
    for index in tokens.namers:
        if index < reached:
            continue
        use = words[index].use
        if words[index].skip and not use & Use.TITLE:
            continue  # "وأبان المدير": a verb, though Aban is a name too
        if use & _OPENS_NAME and words[index].prefix != "ب":
            phrase = read_phrase(tokens, index, min(index + MAX_NAMED, end), partner, lexicon.inside, bounded=False)
            if phrase.name_first < phrase.name_last and _is_sure_name(registry, words, phrase):
                registry.register(tokens, phrase, is_sure=_is_bounded(words, phrase.name_last))
                reached = phrase.name_last
        elif use & Use.ORGANIZATION and not use & Use.TITLE and not _is_office(words, index):
            reached = _register_organization(registry, tokens, index)


def extend_surnames(registry: Registry, tokens: Tokens, surnames: set[str]) -> None:
    """Find the whole name of whoever is quoted by one word: "القبرصي، يورغوس لاكوتريبيس" for "لاكوتريبيس"."""
    words = tokens.words
    for index in [index for index, word in enumerate(words) if word.key in surnames] if surnames else ():
        word = words[index]
        if word.use or not index or word.kind is not Kind.WORD:
            continue
        first = index - 1
        is_given = _is_given(registry, words[first])
        if not is_given and not _is_first_name(words[first]):
            continue
        while first and not is_given and index - first < MAX_FIRST_NAMES and _is_first_name(words[first - 1]):
            first -= 1
        if registry.find_surname(key_of([word]), key_of(words[first:index])) is None:
            continue
        if is_given or (first and _bounds_left(words[first - 1])):
            phrase = Phrase(
                first,
                index + 1,
                SpeakerKind.PERSON,
                words[first].noun,
                definite=False,
                name_first=first,
                name_last=index + 1,
            )
            registry.register(tokens, phrase)


MAX_FIRST_NAMES = 3
"""Words that may stand before a surname."""


def _is_given(registry: Registry, word: Word) -> bool:
    """Tell whether a definite word is a given name: "الحسين"."""
    if not word.definite or word.prefix or word.use or word.cue is not None:
        return False
    return bool(registry.lexicon.word(word.noun).use & Use.GIVEN_NAME)


def _is_first_name(word: Word) -> bool:
    plain = not word.definite and not word.prefix and word.cue is None
    return plain and is_name_word(word) and not word.text.endswith(TANWIN)


def _bounds_left(word: Word) -> bool:
    """Tell whether a name may begin behind ``word``: a comma, a title, an adjective of a title."""
    return word.kind is Kind.COMMA or word.definite or bool(word.use & (Use.TITLE | Use.HONORIFIC | Use.NATIONALITY))


def _is_office(words: list[Word], index: int) -> bool:
    """Tell whether an organisation's noun completes a title: "وزير الدفاع"."""
    return index > 0 and bool(words[index - 1].use & Use.TITLE) and not words[index - 1].definite


def _is_bounded(words: list[Word], end: int) -> bool:
    """Tell whether a sign stands behind a name in running text, or nothing."""
    return end >= len(words) or words[end].kind is not Kind.WORD


def _is_sure_name(registry: Registry, words: list[Word], phrase: Phrase) -> bool:
    """Tell whether a name in running text is one: it holds a known given name, or somebody of that name is quoted."""
    name = words[phrase.name_first : phrase.name_last]
    if has_use(words, phrase.name_first, phrase.name_last, Use.GIVEN_NAME):
        return len(name) > 1 or phrase.name_first > phrase.first
    if registry.find_name(key_of(name)) is not None:
        return True
    if len(name) < 2:
        return False
    before, after = words[phrase.name_first - 1], words[phrase.name_last] if phrase.name_last < len(words) else None
    if before.kind is Kind.COMMA:
        return True
    ends = after is None or after.kind in {Kind.COMMA, Kind.STOP} or bool(after.use & (Use.TIME | Use.RELATIVE))
    return bool(before.use & Use.NATIONALITY) and before.definite and not name[0].definite and ends


def _register_organization(registry: Registry, tokens: Tokens, index: int) -> int:
    """Register an organisation's head noun with the definite words behind it; return the token behind them."""
    words = tokens.words
    last = index + 1
    end = min(len(words), index + MAX_ORGANIZATION)
    while last < end and _goes_on_naming(words[last]) and not _is_purpose_apart(words, index, last):
        last += 1
        if words[last - 1].use & Use.NATIONALITY:
            break  # "وزارة المال الألمانية التعليق": what follows is what it refused
    if last - index > 1:
        head = words[index]
        registry.register(tokens, Phrase(index, last, SpeakerKind.ORGANIZATION, head.noun, head.definite, index, index))
    return last


def _is_purpose_apart(words: list[Word], first: int, index: int) -> bool:
    """Tell whether a لل belongs to another noun: "استجابة هيئة الهلال الأحمر للأوضاع"."""
    if words[index].prefix == "لل" and index == first + 1 and words[first].definite:
        return not words[index].use & Use.PURPOSE  # "تهم البنك للتهرب"
    construct = not words[first].definite and words[first + 1].definite and index > first + 2
    return construct and words[index].prefix == "لل" and not words[index].use & Use.PURPOSE


def _goes_on_naming(word: Word) -> bool:
    return (
        word.definite
        and word.kind is Kind.WORD
        and word.prefix in {"", "لل"}
        and not word.use & (Use.TITLE | Use.RELATIVE | Use.TIME)
    )
