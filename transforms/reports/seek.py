"""A cue -> the first thing behind it that begins content: "that", a colon, a mark, a second cue."""

from __future__ import annotations

from transforms.lexicon import Cue, Form, Kind, Use, Word
from transforms.names import is_ban
from transforms.phrases import REPORTERS
from transforms.reports.block import BlockReader, Found
from transforms.reports.marked import LETTERS, NAME_WORDS, is_body, is_headed, is_said

MAX_COMMAS = 6
"""Commas between a cue and its content: appositions and circumstances of the longest speakers' phrases."""


def seek_content(reader: BlockReader, start: int, limit: int, cue: Cue) -> Found:
    """Walk from behind a cue to the first thing that begins content: "that", a colon, a mark, a second cue."""
    words, partner, governors = reader.tokens.words, reader.marks.partner, reader.lexicon.governors
    commas = 0
    governs = False
    index = start
    while index < limit:
        word = words[index]
        if word.kind is Kind.MARK:
            other = partner.get(index, -1)
            if other > index:
                if not _is_name_beside(reader, index, start, limit):
                    return Found("mark", index)
                index = other
            elif index == reader.marks.dangling:
                return Found("dangling", index)
        elif word.kind is Kind.COLON:
            if not is_clock(words, index):
                return Found("colon", index)
        elif word.kind is Kind.COMMA:
            commas += 1
            if _is_last_comma(words, index, commas, cue):
                break
        elif word.complementizer:
            if not (governs and word.fold[:1] != "ب") and not _is_blocked(reader, index, start):
                return Found("nothing" if _has_object(words, start, index, cue) else "clause", index)
        elif (word.cue is not None or word.use & Use.IMPERSONAL) and (
            stops := _stops_seek(reader, index, word, cue, start, limit)
        ):
            return Found(stops, index)
        governs = index > start and (word.fold in governors or (governs and not word.complementizer))
        index += 1
    return Found("nothing", index)


def _opens_impersonal(words: list[Word], index: int, start: int) -> bool:
    """Tell whether what follows "that" was not said but turned out: "وتبين من الدراسة أن"."""
    return index > start and not words[index].definite and not words[index - 1].use & (Use.RELATIVE | Use.NEGATION)


def _is_last_comma(words: list[Word], index: int, commas: int, cue: Cue) -> bool:
    """Tell whether no content can follow a comma, the ``commas``th behind a cue."""
    if commas > MAX_COMMAS or (cue.form is Form.PARTICIPLE and commas > 1):
        return True
    return index + 1 < len(words) and words[index + 1].fold in _NEW_CLAUSE


def _has_object(words: list[Word], start: int, index: int, cue: Cue) -> bool:
    """Tell whether the verb has its object before the "that" at ``index``: "شدد على ضرورة الحل … ستشعر أن"."""
    before = words[index - 1]
    if cue.lemma not in POINTS_AT or before.use & Use.PREPOSITION or words[index].fold[:1] == "ب":
        return False
    at = next((i for i in range(start, index) if words[i].fold in {"على", "علي", "الى", "الي", "عن"}), index)
    return index - at > MAX_OBJECT


MAX_OBJECT = 6
"""Tokens of an object that itself holds the "that": "شدد على ضرورة أن", "أشار إلى تقارير مفادها أن"."""
POINTS_AT = frozenset({"أشار", "لفت", "نوه", "شدد", "أعرب", "تحدث", "كشف", "عبر", "دعا", "حذر"})
"""Verbs whose object stands behind a preposition, with which a pronoun leaves nothing to report."""
_NEW_CLAUSE = frozenset({"بل", "حيث", "بينما", "فيما", "مما", "ما", "لكن", "اذ", "وذلك", "ولكن"})
"""What opens a clause of its own behind a comma, in which an act's content cannot be."""


def _is_name_beside(reader: BlockReader, opener: int, start: int, limit: int) -> bool:
    """Tell whether a marked span behind a cue names its speaker: it is short, and the content comes only later."""
    words, partner = reader.tokens.words, reader.marks.partner
    close = partner[opener]
    count = sum(words[i].kind in {Kind.WORD, Kind.NUMBER} for i in range(opener + 1, close))
    if (opener > start and is_headed(words, opener) and count <= MAX_TITLE) or is_body(words[opener + 1 : close]):
        return True
    if opener > start and count <= MAX_NAME_BESIDE and words[close - 1].kind is Kind.NUMBER:
        return True  # a product: `كشفت الشركة هاتفها "نجم 9"`
    following = next((w for w in words[close + 1 : close + 3] if w.kind is not Kind.COMMA), None)
    if following is not None and following.complementizer and following.fold[:1] != "و":
        return True
    if count > MAX_NAME_BESIDE:
        return False
    if opener == start and count <= NAME_WORDS and close + 1 < limit and words[close + 1].definite:
        return not is_said([w for w in words[opener + 1 : close] if w.kind in {Kind.WORD, Kind.NUMBER}])
    if count <= NAME_WORDS + 1 and _is_outlet(words, start, opener):
        return True
    apart = words[opener - 1].kind is Kind.COMMA  # behind the speaker's phrase: `كتب الموقع، "البطل الثلاثي"`
    if (
        opener > start
        and not apart
        and (_is_term(words, opener, close) or (count <= NAME_WORDS and _is_far(words, start, opener)))
    ):
        return True
    for index in range(close + 1, min(limit, close + 16)):
        word = words[index]
        if word.complementizer and word.fold[:1] != "و":
            return True
        begins = words[index - 1].kind in {Kind.COMMA, Kind.COLON} and partner.get(index, -1) - index > count + 1
        if word.kind is Kind.COLON or (word.kind is Kind.MARK and begins):
            return True
        if word.cue is not None or word.kind is Kind.STOP:
            break
    return False


def _is_outlet(words: list[Word], start: int, opener: int) -> bool:
    """Tell whether marks name whom somebody spoke to: `لمراسل الجوهرة "اف ام"`."""
    return any(
        word.prefix in {"ل", "لل"} and (word.use & (Use.OUTLET | Use.OUTLET_NAME) or word.noun in REPORTERS)
        for word in words[max(start, opener - 3) : opener]
    )


def _is_term(words: list[Word], opener: int, close: int) -> bool:
    """Tell a term in a verb's phrase from its content: `دعا … بسبب "حفلة"`, `أوضح لـ«عكاظ»`, `بطولة "يورو 2008"`."""
    before, inside = words[opener - 1], words[opener + 1 : close]
    if not inside:
        return True
    if before.text.rstrip("ـ") in {"ل", "ك", "و"}:
        return len(inside) <= MAX_NAME_BESIDE
    after_preposition = bool(before.use & Use.PREPOSITION) and before.fold not in {"الى", "على", "الي", "علي"}
    return len(inside) <= NAME_WORDS and (after_preposition or not is_said(inside))


def _is_far(words: list[Word], start: int, opener: int) -> bool:
    """Tell whether a word or two in marks stand too far behind a verb and its preposition to be its content."""
    since = next((i for i in range(opener - 1, start, -1) if words[i].fold in {"الى", "الي"}), start)
    return opener - since > (MAX_NEAR if since == start else MAX_LED)


MAX_LED = 3
"""Tokens between "to" and its object in marks: `دعا … إلى دعم "تحقيق شامل"`."""
MAX_NEAR = 6
"""Tokens between a cue and a word or two in marks that can be its content."""
MAX_TITLE = 8
"""Words of a work's title in marks."""
MAX_NAME_BESIDE = 5
"""Words of a name in marks beside a verb."""


def _stops_seek(reader: BlockReader, index: int, word: Word, outer: Cue, start: int, limit: int) -> str:
    """Tell what a second verb behind a cue means: "chain" (تابع قائلا), "nothing", or "" to walk on.

    What it reports itself is sought no further than ``limit``: looks inside looks would take twice as long for each.
    """
    cue = word.cue
    if cue is None:
        return "nothing" if word.use & Use.IMPERSONAL and _opens_impersonal(reader.tokens.words, index, start) else ""
    before = reader.tokens.words[index - 1]
    if cue.form is Form.SOURCE or (before.use & Use.NOMINAL and cue.form is Form.PAST):
        return ""
    if cue.form is Form.NOUN:
        return "chain" if word.fold not in {"اعتراف", "تاكيد", "تلميح", "اقتراح"} else ""
    if cue.form is Form.PARTICIPLE:
        return "chain" if cue.kind in {"say", "opinion"} or outer.kind == "go_on" else ""
    if (
        before.use & Use.RELATIVE
        and outer.kind == "act"
        and reports_soon(reader, index, cue, min(NEAR, limit - index - 1))
    ):
        return "nothing"  # the content is that of the clause: "وجه رسالة إلى الوزارة التي أكدت أن"
    if before.use & Use.RELATIVE or (index - 2 >= start and reader.tokens.words[index - 2].use & Use.RELATIVE):
        return ""
    if word.use & Use.GIVEN_NAME and before.definite:
        return ""  # "المتطوعة أمل ناصر"
    if cue.kind == "label" and cue.has_object and cue.form is Form.PAST and outer.kind != "label" and not word.skip:
        return "nothing"  # "كشف عن صاروخ وصفه بأنه": what he called it
    if cue.kind == "act" and cue.form is Form.PAST and before.kind is Kind.COMMA and not word.skip:
        return "" if word.use & (Use.PREPOSITION | Use.DESCRIBING) else "nothing"  # "عندما سألت القناة الرئيس، رد"
    if cue.kind in {"say", "opinion"} and not word.use & Use.PREPOSITION:
        return "chain" if outer.kind == "go_on" and index <= start + 1 else "nothing"
    return ""


NEAR = 4
"""Tokens between a verb and what it surely reports."""


def is_clock(words: list[Word], index: int) -> bool:
    """Tell whether the colon at ``index`` parts hours from minutes."""
    return 0 < index < len(words) - 1 and words[index - 1].kind is Kind.NUMBER and words[index + 1].kind is Kind.NUMBER


def _is_blocked(reader: BlockReader, index: int, start: int) -> bool:
    """Tell whether the أن at ``index`` reports nothing: "except that", "and that" (which goes on), a part of a name."""
    words = reader.tokens.words
    if words[index].fold[:1] in {"و", "ف"}:
        return True
    before = words[index - 1]
    if is_ban(words, index):
        return True
    if words[index].text == "إن" and index + 1 < len(words) and _is_condition(words[index + 1]):
        return True
    if before.fold in LETTERS and index + 1 < len(words) and words[index + 1].fold in LETTERS:
        return True  # "سي إن بي سي"
    if before.kind is Kind.OTHER and reader.tokens.end(index - 1) == reader.tokens.starts[index]:
        return True
    if index > start and before.fold in {"الى", "إلى"} and words[index - 2].noun == "اضافة":
        return True  # "in addition to"
    return index > start and (bool(before.use & Use.BLOCKER) or (bool(before.use & Use.IMPERSONAL) and not before.cue))


def _is_condition(word: Word) -> bool:
    """Tell whether a verb follows إن, which then means "if": "إن وجدت", "إن حضروا"."""
    return word.fold in _CONDITIONS or (word.fold.endswith("وا") and word.cue is None and not word.use)


_CONDITIONS = frozenset({"وجد", "وجدت", "شاء", "شاءت", "امكن", "لزم", "صح", "صحت", "لم", "اقتضى", "اقتضت"})


def seek_label(reader: BlockReader, index: int, limit: int) -> Found:
    """Find the mark behind ب in "وصف القرار بـ"…"", or right behind a verb with its object in "ما أسمتها "…"" ."""
    words, partner = reader.tokens.words, reader.marks.partner
    for at in range(index + 1, limit):
        word = words[at]
        if word.complementizer and word.fold[:1] == "ب":
            return Found("clause", at)
        if word.kind is Kind.MARK and partner.get(at, -1) > at:
            if (
                at == index + 1
                or words[at - 1].text.rstrip("ـ") == "ب"
                or words[at - 1].fold in {"بعباره", "بعبارة", "بقول"}
            ):
                return Found("mark", at)
        elif word.cue is not None and word.cue.form is not Form.SOURCE and word.cue.form is not Form.NOUN:
            break
    return Found("nothing", limit)


def reports_soon(reader: BlockReader, index: int, cue: Cue, distance: int) -> bool:
    """Tell whether the cue at ``index`` has content that begins within ``distance`` tokens."""
    limit = min(reader.sentence_end(index), index + 1 + distance)
    return seek_content(reader, index + 1, limit, cue).kind in {"clause", "colon", "mark", "dangling", "chain"}
