"""A phrase that begins with an organisation -> where the organisation's name ends: an object may stand behind it."""

from __future__ import annotations

from transforms.lexicon import Kind, Use, Word
from transforms.names import MIN_VERB


def organization_edge(words: list[Word], first: int, last: int, partner: dict[int, int]) -> int:
    """Return where an organisation's name ends: an indefinite word behind a definite one is not its own any more."""
    closed = first
    for index in range(first + 1, last):
        word = words[index]
        closed = max(closed, partner.get(index, -1))
        if index < closed:
            continue  # in marks
        if partner.get(index - 1, index) < index - 1 and word.kind is Kind.WORD and not word.definite:
            return index  # `منظمة "الخوذ البيضاء" مقتل …`
        if (
            (words[index - 1].definite or (words[index - 1].use & Use.PLACE and not words[first].use & Use.OUTLET))
            and word.kind is Kind.WORD
            and not (index + 1 < last and _is_purpose(word, words[index + 1]))
            and not word.definite
            and not word.prefix
            and not word.use & (Use.PREPOSITION | Use.RANK)
            and word.fold not in {"و", "نت"}
            and not (word.use & Use.GIVEN_NAME and words[index - 1].use & Use.HONORIFIC)
        ):
            return index
        if words[index - 1].definite and word.definite and word.use & Use.HONORIFIC and not word.prefix:
            return index  # "السلطات الشيخ": whom they accuse
        if word.prefix == "و" and word.use & Use.ORGANIZATION and not word.definite:
            return index  # another body
        if index == first + 1 and words[first].use & Use.PLACE and _is_object_of(words[first], word):
            return index
        if (
            words[index - 1].use & Use.NATIONALITY
            and words[index - 1].definite
            and word.definite
            and not word.use & Use.RANK
            and word.prefix != "لل"
        ):
            return index  # what it refused: "وزارة المال الألمانية التعليق"
    return last


def _is_object_of(place: Word, word: Word) -> bool:
    """Tell what a country did something about from its own name's adjective: "نفت دمشق الاتهام", "كوريا الشمالية"."""
    plain = word.definite and not word.prefix and word.kind is Kind.WORD
    return plain and not place.definite and not word.fold.endswith(("ي", "ية", "يه"))


def _is_purpose(word: Word, following: Word) -> bool:
    """Tell whether ل says what a body is for: "المركز الوطني لشبكات المياه"."""
    return word.fold[0] == "ل" and not word.use and len(word.fold) > MIN_VERB and following.definite
