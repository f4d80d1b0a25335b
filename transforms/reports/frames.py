"""A cue -> the report it makes, by the frames of ``docs/method.md``."""

from __future__ import annotations

from dataclasses import replace

from transforms.lexicon import Cue, Form, Kind, Use, Word
from transforms.model import QuoteType
from transforms.phrases import Phrase
from transforms.reports.block import MAX_STRETCH, NO_CUE, BlockReader, Content, Found, Report
from transforms.reports.contents import find_contents, strip_end
from transforms.reports.filing import add_report
from transforms.reports.homographs import is_other_word, measures
from transforms.reports.marked import is_name
from transforms.reports.relays import find_relay, read_document, read_noun, read_relay
from transforms.reports.seek import POINTS_AT, seek_content, seek_label
from transforms.reports.subjects import (
    SUBJECT_USES,
    find_asker,
    find_left_subject,
    find_right_subject,
    is_likely_subject,
)


def read_cue(reader: BlockReader, index: int, word: Word, cue: Cue) -> None:
    """Add the report that the cue at ``index`` makes, if it makes one."""
    words = reader.tokens.words
    if is_other_word(words, index, word, cue) or measures(words, index, reader.marks.partner):
        return
    if cue.kind == "relay" and cue.form is not Form.PARTICIPLE:
        read_relay(reader, index)
        return
    if cue.needs and not any(_is_needed(w, cue.needs) for w in words[index + 1 : index + 8]):
        return
    if cue.form is Form.NOUN:
        read_noun(reader, index, word, cue)
    elif cue.kind == "document":
        read_document(reader, index)
    else:
        _verb(reader, index, word, cue)


def _verb(reader: BlockReader, index: int, word: Word, cue: Cue) -> None:
    """F1 to F5, F8 and F10: a verb or participle, its subject before, behind or nowhere, then the content."""
    words = reader.tokens.words
    limit = min(reader.sentence_end(index), index + 1 + MAX_STRETCH)
    found = seek_content(reader, index + 1, limit, cue)
    if cue.lemma in {"سأل", "دعا"} and any(w.fold in _ADDRESSED for w in words[index + 1 : index + 4]):
        return  # a prayer
    if found.kind == "nothing" and _trailing(reader, index, word, cue, limit):
        return
    if cue.kind == "label" and found.kind not in {"clause", "chain"}:
        found = seek_label(reader, index, limit)
    if found.kind == "nothing":
        _silent(reader, index, word, cue, limit)
        return
    left = find_left_subject(reader, index, word, cue)
    if found.kind == "chain":
        _chain(reader, index, found.at, left)
        return
    if found.at in reader.claimed:
        return
    if not _is_plausible(reader, index, word, cue, found, left) or _byline(words, index, found):
        return
    subject, addressee = _choose_subject(reader, index, found, cue, left)
    addressee = addressee or find_asker(reader, index)
    if _says_nobody(words, index, found, subject, left):
        return
    contents = find_contents(reader, index, found, cue)
    if not contents:
        return
    if found.kind == "mark":
        if subject is not None and cue.lemma not in _OBJECTLESS and _leads_up(words, subject.last, found.at):
            contents[0].quote_type = QuoteType.MIXED
        contents = _interrupted(reader, index) + contents
    relay = find_relay(reader, index, found, left)
    if relay is not None:
        at, source, outlet = relay
        report = Report(at, "relay", contents, source, addressee, outlet)
        report.begins = found.at
        add_report(reader, report)
        return
    report = Report(index, _frame_name(cue, found, subject, left), contents, subject or left, addressee)
    report.weak_subject = subject is None and left is not None and not is_likely_subject(words[left.first])
    report.governor = reader.chained.get(index, -1)
    report.begins = found.at
    add_report(reader, report)


def _chain(reader: BlockReader, index: int, at: int, left: Phrase | None) -> None:
    """Note that the cue at ``at`` goes on from the verb at ``index``: "وتابع فلان قائلا"."""
    words = reader.tokens.words
    cue, second = words[index].cue or NO_CUE, words[at].cue
    if (cue.has_object and cue.kind == "opinion") or words[index].use & Use.PREPOSITION:
        return  # a noun with a pronoun ("أملها"); "بينهم وبين الجهاز"
    if (left is not None or _opens_clause(words, index)) and (second is None or _agree(cue, second)):
        reader.chained[at] = index


def _is_plausible(reader: BlockReader, index: int, word: Word, cue: Cue, found: Found, left: Phrase | None) -> bool:
    """Tell whether a form that is often another word (بين، عبر، رد) or a weak verb reports here."""
    words = reader.tokens.words
    gap = found.at - index - 1
    if cue.form is Form.PARTICIPLE:
        return gap <= (14 if cue.kind in {"say", "opinion"} and (cue.gender == "m" or cue.number == "p") else 6)
    if gap and words[index + 1].use & Use.ATTACHED and cue.lemma in POINTS_AT:
        return False  # "التي أشار إليها": what it points at is said already
    if left is not None and words[left.first].use & Use.ABSTRACT:
        return False
    if found.kind == "mark" and _is_of_source(words, index):
        return False
    if cue.kind == "show" and not _is_document(reader, index, found):
        return False
    if cue.kind == "go_on" and found.kind in {"mark", "clause"} and gap > MAX_GO_ON and not _takes_up(words, index):
        return False  # "واصل الفريق تفوقه": it went on, and said nothing
    if (cue.kind == "label" or cue.lemma == "اتهم") and not gap and not cue.has_object and found.kind == "clause":
        return False  # passive: "وصفوا بأنهم"
    if word.use & Use.PREPOSITION and not word.skip:
        return found.kind in {"clause", "mark"}
    if cue.kind == "act":
        if found.kind == "clause":
            return gap <= MAX_ACT or all(w.kind is not Kind.COMMA for w in words[index : found.at])
        if found.kind == "colon":
            return gap <= 20
        return gap <= 12
    return True


def _is_of_source(words: list[Word], index: int) -> bool:
    """Tell a source's own verb, whose words stand before it: "…، بحسب ما أفادت الشرطة"."""
    source = words[index - 2].cue if index > 1 and words[index - 1].fold in {"ما", "لما"} else None
    return source is not None and source.form is Form.SOURCE


MAX_GO_ON = 4
"""Tokens between "continued" and its content."""


def _takes_up(words: list[Word], index: int) -> bool:
    """Tell whether a verb of going on is followed by a circumstance of speaking: "وتابع في حديثه أن"."""
    return index + 2 < len(words) and bool(words[index + 2].use & Use.OCCASION)


MAX_ACT = 14
"""Tokens between an act ("asked", "asserted") and its "that" where a comma stands between them."""
_ADDRESSED = frozenset({"الله", "المولى"})


def _choose_subject(
    reader: BlockReader, index: int, found: Found, cue: Cue, left: Phrase | None
) -> tuple[Phrase | None, tuple[int, int, int] | None]:
    """Return the subject behind a verb and whom it spoke to, unless the one before it is the likelier subject."""
    words = reader.tokens.words
    subject, addressee = find_right_subject(reader, index, found.at, cue)
    labels = cue.kind == "label" and not cue.has_object  # "وصفها الوزير" has its object already
    if subject is not None and labels and _is_labelled(words, subject, found):
        subject = None
    if subject is None or left is None or not is_likely_subject(words[left.first]):
        return subject, addressee
    if cue.takes_addressee:
        return left, (subject.first, subject.last, 0)
    between = subject.first == index + 1 and subject.last == found.at and found.kind == "clause"
    follows = between and words[subject.first].definite and not words[subject.first].prefix  # "يتمنى القراء أن"
    return (subject if follows or words[subject.first].use & SUBJECT_USES & ~Use.SAME_BEFORE else None), addressee


def _is_labelled(words: list[Word], phrase: Phrase, found: Found) -> bool:
    """Tell whether the only noun phrase behind a label is what is labelled: "وصف القتيل ورفيقه الذين … بـ"."""
    head = words[phrase.first]
    if phrase.name_first == phrase.name_last and not head.use & SUBJECT_USES and head.kind is Kind.WORD:
        return True  # "وصف الأزمة"
    if phrase.last >= found.at or found.kind != "mark":
        return found.kind == "clause" and phrase.last >= found.at and words[found.at].fold[0] == "ب"
    behind = words[phrase.last]
    return behind.text.rstrip("ـ") == "ب" or behind.fold[:1] == "و" or bool(behind.use & Use.RELATIVE)


def _silent(reader: BlockReader, index: int, word: Word, cue: Cue, limit: int) -> None:
    """Keep who speaks where nothing of it is told ("أعلنت البلدية إطلاق مشروع"): the next report may go on from it."""
    words = reader.tokens.words
    if cue.form is Form.PARTICIPLE or cue.kind not in {"say", "opinion", "act"} or cue.has_object or word.use:
        return
    opened = word.skip or not index or words[index - 1].kind is not Kind.WORD or words[index - 1].use & Use.OPENER
    if not opened or any(c.first <= index < c.last for report in reader.reports[-3:] for c in report.contents):
        return
    subject, _ = find_right_subject(reader, index, limit, cue)
    if subject is not None and words[subject.first].use & SUBJECT_USES:
        subject = reader.phrase(subject.first, limit, bounded=False)
        if subject.name_first < subject.name_last:
            subject = replace(subject, last=subject.name_last)  # what follows may be what the verb is about
        report = Report(index, "silent", [], subject)
        report.sentence_start = reader.sentence_start(index)
        reader.add(report)


def _is_document(reader: BlockReader, index: int, found: Found) -> bool:
    """Tell whether what stands beside "shows that" is a document, an organisation or unnamed authors."""
    words = reader.tokens.words
    beside = words[index + 1 : min(found.at, index + 3)] + words[max(0, index - 3) : index]
    return found.kind == "clause" and any(w.use & (Use.DOCUMENT | Use.UNNAMED) for w in beside)


_OBJECTLESS = frozenset({"قال", "أضاف", "كتب", "أردف", "أجاب", "رد", "علق", "أشار", "سأل", "تساءل", "أوضح", "غرد"})
"""Verbs whose object is what was said, never a thing."""


def _leads_up(words: list[Word], first: int, mark: int) -> bool:
    """Tell whether a noun of the report leads up to words in marks: `أكد فلان أهمية الدورة "في تدريب …"`."""
    if first >= mark:
        return False
    word = words[first]
    circumstance = Use.PREPOSITION | Use.TIME | Use.ATTACHED | Use.OCCASION | Use.RELATIVE | Use.DESCRIBING
    if word.kind is not Kind.WORD or word.prefix or word.use & circumstance or word.cue is not None:
        return False
    return all(w.kind is Kind.WORD for w in words[first:mark])


def _says_nobody(words: list[Word], index: int, found: Found, subject: Phrase | None, left: Phrase | None) -> bool:
    """Tell whether a verb reports nobody: "تقول التجربة إن", "يذكر أن", "يعتقد أن", "تجدر الإشارة إلى أن"."""
    if subject is not None:
        return bool(words[subject.first].use & Use.ABSTRACT)
    word = words[index]
    if not word.use & Use.IMPERSONAL or word.cue is None or word.cue.form is Form.PAST:
        return False
    if left is not None and not _is_believed_of(words, index, found):
        return False
    return found.kind == "clause" and found.at - index <= 5


def _is_believed_of(words: list[Word], index: int, found: Found) -> bool:
    """Tell a relative clause in the passive: "على أشلاء يعتقد أنها", "قراصنة يعتقد أنهم"."""
    noun, governor = words[index - 1], words[index - 2] if index > 1 else None
    if noun.use or noun.definite:
        return False
    about_her = words[found.at].fold.endswith("ها") and noun.fold.endswith(("ا", "ة", "ات"))
    if about_her or words[found.at].fold.endswith("هم"):
        return True
    return governor is not None and bool(governor.use & Use.PREPOSITION)


def _frame_name(cue: Cue, found: Found, subject: Phrase | None, left: Phrase | None) -> str:
    if cue.form is Form.PARTICIPLE:
        return "participle"
    order = "verb_subject" if subject is not None else "subject_verb" if left is not None else "verb_alone"
    return f"{order}_{found.kind}"


def _opens_clause(words: list[Word], index: int) -> bool:
    """Tell whether the verb at ``index`` stands first in its clause, where a noun of the same form seldom does."""
    if not index or words[index].skip:
        return True
    before = words[index - 1]
    return before.kind is not Kind.WORD or bool(before.use & (Use.OPENER | Use.RELATIVE | Use.NEGATION))


def _agree(verb: Cue, participle: Cue) -> bool:
    """Tell whether a participle can go on from a verb: by gender, or by a plural that the verb's form leaves open."""
    return not participle.gender or participle.number == "p" or participle.gender == verb.gender


MAX_BYLINE = 6
"""Tokens of a byline up to its colon."""


def _is_needed(word: Word, needs: str) -> bool:
    """Tell whether a word is the preposition that a verb needs, or "that", with a pronoun or not."""
    return word.fold == needs or (word.complementizer and word.fold.startswith(needs))


def _byline(words: list[Word], index: int, found: Found) -> bool:
    """Tell a writer's name from speech: "كتب: فلان", "كتبت - فلانة" at the head of a block."""
    if index or words[0].fold not in {"كتب", "كتبت"} or found.kind != "colon" or found.at > MAX_BYLINE:
        return False
    return found.at + 1 >= len(words) or words[found.at + 1].kind is not Kind.MARK


def _interrupted(reader: BlockReader, index: int) -> list[Content]:
    """Return the first part of a quotation that a verb interrupts: `"…"، قالت فلانة، "…"`."""
    words, partner = reader.tokens.words, reader.marks.partner
    close = index - 1
    if close >= 0 and words[close].kind is Kind.COMMA:
        close -= 1
    opener = partner.get(close, close) if close >= 0 and words[close].kind is Kind.MARK else -1
    if opener < 0 or opener >= close or opener in reader.owned or is_name(reader, opener):
        return []
    return [Content(opener + 1, close, QuoteType.DIRECT, opener)]


def _trailing(reader: BlockReader, index: int, word: Word, cue: Cue, limit: int) -> bool:
    """F11: a verb behind what was said: `"…"، يقول شاب`, "…، كما أعلن مسؤول"."""
    words, partner = reader.tokens.words, reader.marks.partner
    if (
        cue.form not in {Form.PAST, Form.PRESENT}
        or cue.kind not in {"say", "opinion", "act", "go_on"}
        or word.skip
        or cue.has_object
    ):
        return False
    start = reader.sentence_start(index)
    before = index
    like = before > start and words[before - 1].fold == "كما"
    before -= like
    comma = before > start and words[before - 1].kind is Kind.COMMA
    before -= comma
    if before <= start:
        return False
    closed = words[before - 1].kind is Kind.MARK and partner.get(before - 1, before) < before - 1
    if not closed and not like and not (comma and cue.form is Form.PRESENT):
        return False
    subject, addressee = find_right_subject(reader, index, limit, cue)
    if subject is None and not (closed and like):
        return False
    if subject is not None and word.use & Use.IMPERSONAL and not words[subject.first].use & SUBJECT_USES:
        return False  # "كما يتوقع فرار آخرين"
    if closed:
        opener = partner[before - 1]
        if opener in reader.owned or is_name(reader, opener, after_cue=like):
            return False
        whole = opener <= start + 1
        kind = QuoteType.DIRECT if whole else QuoteType.MIXED
        add_report(
            reader,
            Report(index, "verb_after_mark", [Content(opener + 1, before - 1, kind, opener)], subject, addressee),
        )
        return True
    if not like and (subject is None or not words[subject.first].use & SUBJECT_USES):
        return False  # "، يهدد الجيران": a verb that goes on with the clause
    at_end = subject is not None and subject.last >= limit - (6 if like else 1)
    if before - start < 4 or not at_end:
        return False
    if reader.is_told(start, index):
        return False
    contents = [Content(start, strip_end(words, start, before), QuoteType.INDIRECT)]
    add_report(reader, Report(index, "verb_after", contents, subject, addressee))
    return True
