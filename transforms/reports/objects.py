"""A noun behind a verb -> whether the verb is about it, and no subject of the verb."""

from __future__ import annotations

from transforms.lexicon import Cue, Kind, Use, Word
from transforms.names import is_name_word
from transforms.phrases import Phrase

MIN_PLURAL = 5
"""Letters of a noun in ـين at least that is a plural: "سين", "تين" and their like are none."""
_MASCULINE = frozenset({"العراق", "لبنان", "الاردن", "المغرب", "السودان", "اليمن", "الصومال", "الغرب"})
"""Countries with which a verb stands in the masculine."""


def takes_object(cue: Cue) -> bool:
    """Tell whether whom or what a verb is about stands right behind its subject."""
    return cue.takes_addressee or cue.kind == "label" or cue.lemma in {"اتهم", "انتقد", "أدان"}


def names_thing(cue: Cue) -> bool:
    """Tell whether a verb has its subject and what it calls something between it and the words."""
    return not cue.has_object and (cue.lemma == "اعتبر" or cue.kind == "label")


def considered_end(words: list[Word], start: int, limit: int, cue: Cue) -> int:
    """Return where the subject of "considered" ends before what is considered: `اعتبر الوزير | الإعلان "خطوة أولى"`."""
    opens = limit < len(words) and (
        words[limit].kind is Kind.MARK or (cue.kind == "label" and words[limit].fold[0] == "ب")
    )
    last = words[limit - 1]
    named = limit - start > 2 or words[start].use & (Use.TITLE | Use.HONORIFIC | Use.PLACE)  # "الأمم المتحدة" is one
    told = opens and limit - start > 1 and named and last.definite and not last.prefix and not last.use & ~Use.DOCUMENT
    return limit - 1 if told else limit


def is_object(head: Word, cue: Cue) -> bool:
    """Tell whether the noun behind a verb is what the verb is about: "أشاد بالاتفاق", `اعتبر التصريحات "مقززة"`."""
    if cue.object_letter and head.fold.startswith(cue.object_letter) and not head.use & Use.GIVEN_NAME:
        return True
    if (takes_object(cue) or cue.lemma == "حذر") and cue.gender == "m" and head.use & Use.PLACE:
        return not head.use & Use.GIVEN_NAME and head.fold not in _MASCULINE  # "حذر إسرائيل من": countries are feminine
    if cue.takes_addressee and cue.gender == "m" and head.use & Use.ORGANIZATION and head.noun.endswith(("ة", "ات")):
        return not head.use & Use.GIVEN_NAME  # "فطالب وزارة": the verb is not hers
    if cue.takes_addressee and cue.gender == "f" and head.definite:
        if head.use & Use.TITLE and not head.noun.endswith(("ة", "ات")):
            return True  # "تدعو الأمين العام": the verb is not his
        return not head.use & Use.GIVEN_NAME and head.noun.endswith("ين") and len(head.noun) > MIN_PLURAL
    if cue.lemma == "لفت" and head.fold in {"الانتباه", "النظر", "الانظار"}:
        return True  # "drew attention"
    untyped = head.definite and not head.use and not head.fold.endswith("ي")
    return cue.lemma == "اعتبر" and untyped and head.fold.endswith(("ات", "ه", "ة"))


def is_oblique(head: Word) -> bool:
    """Tell a plural that no subject has: "انفصاليي الإقليم"; one in ـين is printed for subjects too often."""
    return head.fold.endswith("يي") and not head.use & Use.GIVEN_NAME


def names_whom(words: list[Word], phrase: Phrase) -> bool:
    """Tell whether a phrase is an unknown name and whom its bearer told: "أبلغ | كوكورين | المحكمة"."""
    if phrase.last - phrase.first != 2:
        return False
    name, told = words[phrase.first], words[phrase.first + 1]
    if name.use & ~Use.GIVEN_NAME or name.definite or not is_name_word(name):
        return False
    other = Use.ORGANIZATION | Use.OUTLET
    if not name.use:
        other |= Use.TITLE  # but "أسامة النقيب" is one name
    return told.definite and not told.prefix and bool(told.use & other)
