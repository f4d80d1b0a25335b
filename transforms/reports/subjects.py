"""A cue -> the noun phrase that names its speaker, before or behind it, and whom it was said to."""

from __future__ import annotations

from dataclasses import replace

from transforms.lexicon import Cue, Form, Kind, Use, Word
from transforms.names import TO_LETTERS, has_use, is_ali, is_attached_noun, is_name_word
from transforms.phrases import Phrase
from transforms.reports.block import MAX_LEFT, BlockReader
from transforms.reports.objects import considered_end, is_object, is_oblique, names_thing, names_whom, takes_object

MAX_ADJUNCT = 5
"""Tokens between a subject and the verb behind it: "المختصين في شؤون المنطقة يشيرون"."""


def phrase_from(reader: BlockReader, first: int, limit: int) -> Phrase | None:
    """Read the noun phrase behind any comma from ``first`` on, ``None`` where nothing is left."""
    words = reader.tokens.words
    while first < limit and words[first].kind in {Kind.COMMA, Kind.OTHER}:
        first += 1
    if first >= limit:
        return None
    return reader.phrase(first, limit)


def find_right_subject(
    reader: BlockReader, index: int, limit: int, cue: Cue
) -> tuple[Phrase | None, tuple[int, int, int] | None]:
    """Return the subject behind a verb and whom it spoke to; no subject where a preposition or nothing follows."""
    words = reader.tokens.words
    addressee = find_addressee(reader, index + 1, limit)
    if cue.form is Form.PARTICIPLE or (cue.has_object and cue.kind != "label"):
        start = _subject_start(reader, index + 1, limit, addressee)
        if cue.form is Form.PARTICIPLE or start is None:
            return None, addressee
    if cue.number in {"p", "d"} and cue.form in {Form.PAST, Form.PRESENT}:
        return None, addressee  # "قالوا": whoever spoke stands before
    start = _subject_start(reader, index + 1, limit, addressee)
    if start is None or is_object(words[start], cue) or is_oblique(words[start]):
        return None, addressee
    end = considered_end(words, start, limit, cue) if names_thing(cue) else limit
    phrase = reader.phrase(start, end, bounded=not takes_object(cue))
    if cue.takes_addressee and addressee is None and names_whom(words, phrase):
        phrase = replace(phrase, last=phrase.first + 1, name_first=phrase.first, name_last=phrase.first + 1)
    named = phrase.first < phrase.name_first < phrase.name_last < phrase.last
    if named and (cue.takes_addressee or cue.kind == "label") and words[phrase.name_last].kind is Kind.WORD:
        phrase = replace(phrase, last=phrase.name_last)  # what follows the name is whom or what the verb is about
    if cue.takes_addressee and addressee is None and phrase.last < limit:
        rest = phrase.last
        while rest < limit and words[rest].use & Use.TIME:
            rest += 1
        last = reader.phrase_end(rest, limit) if rest < limit else rest
        if last > rest and words[rest].kind is Kind.WORD and not words[rest].use & Use.PREPOSITION:
            addressee = (rest, last, 0)
    return phrase, addressee


def _subject_start(reader: BlockReader, index: int, limit: int, addressee: tuple[int, int, int] | None) -> int | None:
    """Return where the subject behind a verb begins, past words of time, "for his part" and an addressee."""
    words = reader.tokens.words
    while index < limit:
        word = words[index]
        if addressee is not None and index == addressee[0]:
            index = addressee[1]
            continue
        if word.kind is Kind.MARK:
            return index if reader.marks.partner.get(index, -1) > index else None
        if word.kind is not Kind.WORD and word.kind is not Kind.NUMBER:
            if word.kind is Kind.COMMA or word.kind is Kind.OTHER:
                index += 1
                continue
            return None
        if word.use & Use.ATTACHED or (word.use & Use.TIME and not word.use & Use.TITLE):
            index += 1
            continue
        if word.length <= 2 and word.text.rstrip("ـ") in {"ل", "ب", "ك"}:
            close = reader.marks.partner.get(index + 1, -1)
            index = close + 1 if close > index else index + 1
            continue
        if (
            word.fold == "من"
            and index + 1 < limit
            and words[index + 1].fold.rstrip("هامن").endswith(("جهت", "جانب", "ناحيت"))
        ):
            index += 2
            continue
        if word.fold in _ADVERBS or word.fold == "ذلك":
            index += 1
            continue
        return None if _is_barred(words, index, limit) else index
    return None


def _is_barred(words: list[Word], index: int, limit: int) -> bool:
    """Tell whether a word that follows a verb opens no subject: a preposition, an object, a circumstance."""
    word = words[index]
    if word.use & _NO_SUBJECT and not word.use & Use.PARTITIVE:
        return not is_ali(words, index, limit)
    if word.use & Use.NEGATION and index + 1 < limit and words[index + 1].fold[:1] in _OPENS_PRESENT:
        return True
    if (
        word.complementizer
        or is_attached_noun(word)
        or word.fold in TO_LETTERS
        or word.fold in {"او", "ثم", "بل"}
        or _is_manner(words, index, limit)
        or (word.fold.startswith("لت") and not word.use)
    ):
        return True  # "لتبين": so that it shows
    if word.prefix == "لل" or (word.prefix in {"ل", "ب", "ك"} and word.use & ~Use.GIVEN_NAME):
        return True
    if word.cue is not None and word.cue.form in {Form.PARTICIPLE, Form.NOUN}:
        after = words[index + 1].fold if index + 1 < limit else ""
        return not (word.use & Use.TITLE and after.startswith("باسم"))  # "متحدثة باسم الشرطة"
    return bool(word.use & Use.OCCASION) and word.fold.endswith(("ه", "ها", "هم"))  # "وختم حديثه قائلا"


def _is_manner(words: list[Word], index: int, limit: int) -> bool:
    """Tell a feminine participle that says how somebody spoke: "وتابعت مشككة في النتائج"."""
    word = words[index]
    plain = not word.definite and not word.use and word.fold[0] == "م" and word.fold.endswith("ة")
    return plain and index + 1 < limit and bool(words[index + 1].use & Use.PREPOSITION)


_OPENS_PRESENT = frozenset("يتن")
"""Letters that open a present tense."""
_NO_SUBJECT = Use.PREPOSITION | Use.RELATIVE | Use.BLOCKER | Use.SAME | Use.DESCRIBING
_ADVERBS = frozenset(
    [
        "ايضا",
        "كذلك",
        "مجددا",
        "لاحقا",
        "سابقا",
        "بدوره",
        "بدورها",
        "رسميا",
        "قائلا",
        "ساخرا",
        "مرارا",
        "صراحه",
        "علنا",
        "مؤخرا",
        "بوضوح",
        "مرة",
        "اخرى",
        "امس",
        "يوما",
        "سياسيا",
        "اقتصاديا",
        "امنيا",
        "عسكريا",
        "قانونيا",
        "علميا",
        "طبيا",
        "داخليا",
        "خارجيا",
        "دوليا",
        "محليا",
        "شخصيا",
        "هاتفيا",
        "اعلاميا",
        "ضمنيا",
        "عمليا",
        "فعليا",
        "نهائيا",
        "مبدئيا",
        "تماما",
        "دائما",
        "طبعا",
        "حاليا",
        "يوميا",
        "سنويا",
        "تاريخيا",
    ]
)


def find_addressee(reader: BlockReader, start: int, limit: int) -> tuple[int, int, int] | None:
    """F8: return (first token, last token, code points skipped) of whom it was said to, ``None`` for nobody."""
    words, partner = reader.tokens.words, reader.marks.partner
    index = start
    while index < limit:
        word = words[index]
        if word.kind is Kind.MARK and partner.get(index, -1) > index:
            index = partner[index] + 1
            continue
        if word.text.rstrip("ـ") == "ل" and index + 1 < limit and partner.get(index + 1, -1) > index + 2:
            return index + 2, partner[index + 1], 0
        if (
            word.prefix in {"ل", "لل"}
            and word.use & _ADDRESSEE_USES
            and (index == start or not _in_name_of(words, index))
        ):
            last = reader.phrase_end(index, limit)
            return index, max(last, index + 1), 0 if word.prefix == "لل" else 1
        index += 1
    return None


def find_asker(reader: BlockReader, index: int) -> tuple[int, int, int] | None:
    """Return whose question a verb answers: "وردا على سؤال لصحيفة الضحى، قال"; ``None`` for nobody's."""
    words = reader.tokens.words
    start = max(reader.sentence_start(index), index - 2 * MAX_LEFT)
    for at in range(index - 2, start, -1):
        if words[at].fold == "سؤال":
            return find_addressee(reader, at + 1, min(index, at + MAX_ASKER))
    return None


MAX_ASKER = 4
"""Tokens behind "a question" within which its asker begins."""

_ADDRESSEE_USES = Use.TITLE | Use.HONORIFIC | Use.OUTLET | Use.OUTLET_NAME | Use.UNNAMED | Use.COUNTERPART


def _in_name_of(words: list[Word], index: int) -> bool:
    """Tell whether ل belongs to a title before it: "المدير العام للشركة", "رئيس الهيئة لشؤون"."""
    before = words[index - 1]
    return bool(before.use & (Use.RANK | Use.TITLE | Use.ORGANIZATION))


def find_left_subject(reader: BlockReader, index: int, word: Word, cue: Cue) -> Phrase | None:
    """F10: return the noun phrase right before a verb that no conjunction opens: "لكن الكاتب أوضح أن"."""
    if word.skip or cue.form is Form.PARTICIPLE:
        return None
    words = reader.tokens.words
    last = index
    while last and (words[last - 1].fold in {"قد", "كان", "كانت", "كانوا"} or words[last - 1].kind is Kind.COMMA):
        last -= 1
    if not last:
        return None
    if words[last - 1].use & Use.RELATIVE and words[last - 1].fold not in {"ما", "مما", "بما", "حين"}:
        following = words[index + 1] if index + 1 < len(words) else None
        is_object = cue.has_object or (following is not None and bool(following.use & Use.ATTACHED))
        if is_object or not _agrees(words[last - 1], cue):
            return None  # "التي وصفها بأنها", "التي يقول الوزير": another speaks of it
        antecedent = find_antecedent(reader, index)
        return None if antecedent is not None and words[antecedent.first].use & Use.TIME else antecedent
    if cue.has_object and words[last - 1].fold in _WHAT:
        return None
    if cue.lemma == "كتب" and index + 1 < len(words) and words[index + 1].use & Use.ATTACHED:
        return None  # "رفعوا لافتات كتب عليها": by those who carry them
    if last == index and (described := _described(words, last)) >= 0:
        return phrase_from(reader, described, last)
    start = max(reader.sentence_start(index), last - 2 * MAX_LEFT)
    if (told := _transmitter(reader, last, start)) is not None:
        return told
    first = _segment_start(reader, last, start)
    if first is None or first >= last or _is_circumstance(words, first):
        return None
    while first - 1 > start and words[first - 1].kind is Kind.COMMA and words[first].use & (Use.TITLE | Use.RELATIVE):
        earlier = _segment_start(reader, first - 1, start)
        if earlier is None or earlier >= first - 1 or not is_name_word(words[earlier]):
            break
        first = earlier
    head = words[first]
    if (
        head.use & Use.PREPOSITION
        or head.prefix in {"ل", "ب", "لل", "ك"}
        or (head.use & Use.TIME and not head.use & Use.TITLE)
        or (cue.has_object and cue.kind == "label" and not is_likely_subject(head))  # "صاروخ جديد وصفه بأنه"
    ):
        return None
    phrase = reader.phrase(first, last)
    gap = last - phrase.last
    return phrase if gap <= 1 or (gap <= MAX_ADJUNCT and is_likely_subject(head)) else None


def _described(words: list[Word], last: int) -> int:
    """Return the indefinite document that a clause without a relative describes: "توالت دراسات جادة | أكدت", or -1."""
    for first in range(last - 1, max(0, last - 3), -1):
        word = words[first]
        if word.kind is not Kind.WORD or word.definite or word.prefix:
            return -1
        if word.use & Use.DOCUMENT:
            return first if words[first - 1].kind is Kind.WORD and not words[first - 1].use & Use.OPENER else -1
    return -1


def _agrees(relative: Word, cue: Cue) -> bool:
    """Tell whether the noun before a relative can be the subject of the verb behind it, by gender and number."""
    gender, number = _RELATIVES.get(relative.fold.removeprefix("و"), ("", ""))
    return (not gender or cue.gender in {"", gender}) and (not number or cue.number in {"", number})


_RELATIVES = {"الذي": ("m", "s"), "التي": ("f", "s"), "الذى": ("m", "s"), "التى": ("f", "s"), "الذين": ("m", "p")}
_WHAT = frozenset({"ما", "لما", "عما", "فيما", "بما", "مما"})
"""What opens a clause whose verb has it as its object: "لما وصفه ب"."""


def _is_circumstance(words: list[Word], first: int) -> bool:
    """Tell whether what stands before a verb belongs to a preposition before it: "وفي هذا | الصدد يؤكد"."""
    return first > 1 and words[first - 1].fold in {"هذا", "هذه"} and bool(words[first - 2].use & Use.PREPOSITION)


def _transmitter(reader: BlockReader, last: int, start: int) -> Phrase | None:
    """Return who ends a tradition's chain: "عن فلان رضي الله عنه قال"."""
    words = reader.tokens.words
    for first in range(last - 1, max(start, last - MAX_CHAIN) - 1, -1):
        word = words[first]
        if word.fold == "عن" and first + 1 < last:
            told = reader.phrase(first + 1, last)
            blessed = told.last == last or words[told.last].use & Use.DESCRIBING
            return told if told.name_first == first + 1 < told.name_last and blessed else None
        if word.kind is not Kind.WORD or word.cue is not None:
            return None
    return None


MAX_CHAIN = 9
"""Tokens of a transmitter's name with a blessing behind it."""


def _segment_start(reader: BlockReader, last: int, start: int) -> int | None:
    """Return where the words before token ``last`` start that no comma, verb or "that" parts, or ``None``."""
    words, partner = reader.tokens.words, reader.marks.partner
    first = last
    while first > start:
        before = words[first - 1]
        if before.kind is Kind.MARK:
            other = partner.get(first - 1, -1)
            if other < 0 or other > first - 1 or other < start:
                break
            first = other
            continue
        if before.complementizer or before.kind in {Kind.COLON, Kind.STOP, Kind.ELLIPSIS, Kind.COMMA}:
            break
        if before.use & Use.OPENER or (before.cue is not None and not before.use & Use.PREPOSITION):
            break
        if before.use & (Use.RELATIVE | Use.NEGATION):
            return None
        first -= 1
    while first < last and words[first].kind is Kind.OTHER:
        first += 1  # the dash of a list
    return first


def find_antecedent(reader: BlockReader, index: int) -> Phrase | None:
    """Return the noun that a relative clause at ``index`` hangs on: "البيان الذي جاء فيه", "ببيان جاء فيه"."""
    words = reader.tokens.words
    last = index
    if last and words[last - 1].use & Use.RELATIVE:
        last -= 1
    start = max(reader.sentence_start(index), last - MAX_LEFT)
    cue = words[index].cue
    if cue is not None and cue.kind == "document":
        for first in range(last - 1, start - 1, -1):
            if words[first].use & Use.DOCUMENT:
                return phrase_from(reader, first, last)
        return None
    for first in range(last - 1, start - 1, -1):
        word = words[first]
        if not word.use & (Use.DOCUMENT | Use.TITLE | Use.UNNAMED | Use.ORGANIZATION):
            continue
        before = words[first - 1] if first > start else None
        if before is not None and before.use & Use.TITLE and not before.definite:
            continue  # "رئيس الاتحاد الذي قال": the title's bearer, as long as no verb tells its gender
        named = first
        while (
            word.use & Use.TITLE and named > start and not words[named - 1].definite and is_name_word(words[named - 1])
        ):
            named -= 1
        if not has_use(words, named, first, Use.GIVEN_NAME):
            named = first
        return phrase_from(reader, named, last)
    if last - 1 > start and words[last - 1].kind is Kind.COMMA:
        last -= 1
    first = last
    while first > start and is_name_word(words[first - 1]):
        first -= 1
    if last == start or words[last - 1].kind is not Kind.WORD:
        return None
    return phrase_from(reader, first if has_use(words, first, last, Use.GIVEN_NAME) else last - 1, last)


def is_likely_subject(head: Word) -> bool:
    """Tell whether a word that opens a phrase before a verb can be its subject without more evidence."""
    return head.definite or head.kind is Kind.MARK or bool(head.use & SUBJECT_USES)


SUBJECT_USES = (
    Use.TITLE
    | Use.HONORIFIC
    | Use.GIVEN_NAME
    | Use.NAME_PARTICLE
    | Use.ORGANIZATION
    | Use.UNNAMED
    | Use.PARTITIVE
    | Use.DOCUMENT
    | Use.INSTITUTION
    | Use.PLACE
    | Use.SAME_BEFORE
)


_WORDINGS = frozenset({"عن", "ل", "لما", "وصف", "قول", "تعبير", "كلام", "رأي", "تاكيد", "تصريح", "رواية", "افادة"})
"""What stands between "according to" and its source: "وفق وصف الوزارة"."""


def source_phrase(reader: BlockReader, index: int, limit: int) -> Phrase | None:
    """Return who the source is: "وفقا لمصادر", "بحسب الشركة", "حسب ما أضافت المصادر"; ``None`` for no source."""
    words = reader.tokens.words
    first = index + 1
    if first < limit and (words[first].fold in _WHAT or words[index].fold.endswith("ما")):
        first += 2 if words[first].fold in _WHAT else 1
        while first < limit and words[first].use & Use.ATTACHED:
            first += 1  # "لما صرح به المدير"
        if first < limit and words[first].kind is Kind.WORD and words[first].use & Use.PREPOSITION:
            return None
    if first < limit and words[first].fold in _WORDINGS:
        first += 1
    if first >= limit or words[first].kind not in {Kind.WORD, Kind.MARK}:
        return None
    return reader.phrase(first, limit)


def is_source(words: list[Word], phrase: Phrase) -> bool:
    """Tell a source from a measure: "بحسب الشركة" from "حسب جدولها", "وفق الخطة"."""
    head = words[phrase.first]
    if head.kind is Kind.MARK or head.kind is Kind.BRACKET or head.use & (SUBJECT_USES | Use.NATIONALITY | Use.SAME):
        return True
    return phrase.name_first < phrase.name_last and any(
        word.use & Use.GIVEN_NAME for word in words[phrase.name_first : phrase.name_last]
    )
