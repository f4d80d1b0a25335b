"""A block's tokens and marks -> reports: which cue gives which content, and where its speaker is named.

Each frame is a function named as in ``docs/method.md``; a report's ``method`` is the frame's name.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field, replace

from transforms.lexicon import Cue, Form, Kind, Lexicon, Use, Word
from transforms.model import QuoteType, SpeakerKind
from transforms.phrases import Phrase, is_name_word, phrase_end, read_phrase
from transforms.quotes import Marks
from transforms.tokens import Tokens

MAX_STRETCH = 40
"""Tokens between a cue and what it reports: 92 % of those measured have at most 15, the longest titles some 30."""
MAX_LEFT = 12
"""Tokens of a subject that stands before its verb."""
NAME_WORDS = 2
"""A marked span of at most so many words is a name unless its place says that somebody said it."""


@dataclass(slots=True)
class Content:
    """What was said, by token indices, half-open; ``opener`` is the token of its opening mark, -1 for none."""

    first: int
    last: int
    quote_type: QuoteType
    opener: int = -1


@dataclass(slots=True)
class Report:
    """One cue with what it reports. ``subject`` is ``None`` where the speaker is not named beside the cue."""

    cue: int
    frame: str
    contents: list[Content]
    subject: Phrase | None = None
    addressee: tuple[int, int, int] | None = None
    via: Phrase | None = None
    governor: int = -1
    trailing: bool = False
    nested: bool = False
    weak_subject: bool = False
    begins: int = -1


@dataclass(slots=True)
class BlockReader:
    """Finds the reports of one block; ``reports`` are in text order of their cues."""

    tokens: Tokens
    marks: Marks
    lexicon: Lexicon
    bounds: list[int] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    owned: set[int] = field(default_factory=set)
    chained: dict[int, int] = field(default_factory=dict)
    claimed: set[int] = field(default_factory=set)
    covered: int = -1

    # --- the clause -------------------------------------------------------------------------------------------------

    def sentence_end(self, index: int) -> int:
        """Return the token that ends the sentence of token ``index``, exclusive (the stop itself is outside)."""
        place = bisect_left(self.bounds, index)
        return self.bounds[place] if place < len(self.bounds) else len(self.tokens.words)

    def phrase(self, first: int, limit: int) -> Phrase:
        """Read the noun phrase from token ``first`` on, at most up to ``limit``."""
        return read_phrase(self.tokens, first, limit, self.marks.partner, self.lexicon.inside)

    def phrase_end(self, first: int, limit: int) -> int:
        """Return where the noun phrase from token ``first`` on ends, exclusive."""
        return phrase_end(self.tokens, first, limit, self.marks.partner, self.lexicon.inside)

    def sentence_start(self, index: int) -> int:
        """Return the first token of the sentence that holds token ``index``."""
        place = bisect_left(self.bounds, index)
        return self.bounds[place - 1] + 1 if place else 0


def read_reports(tokens: Tokens, marks: Marks, lexicon: Lexicon, *, is_heading: bool = False) -> list[Report]:
    """Find every report of a block, in time linear in its tokens."""
    reader = BlockReader(tokens, marks, lexicon)
    reader.bounds = _bounds(tokens, marks)
    if is_heading or _is_label(tokens):
        _heading(reader)
    for index, word in enumerate(tokens.words):
        if word.cue is None or index < reader.covered:
            continue
        if _is_quoted(reader, index):
            continue
        _read_cue(reader, index, word, word.cue)
    _source_frames(reader)
    reader.reports.sort(key=lambda report: report.contents[0].first)
    return reader.reports


def _bounds(tokens: Tokens, marks: Marks) -> list[int]:
    """Return the tokens that end sentences: stops outside of marks, and marks that close right behind a stop."""
    words, partner = tokens.words, marks.partner
    bounds: list[int] = []
    closing = -1
    for index, word in enumerate(words):
        if word.kind is Kind.MARK and (other := partner.get(index, -1)) > index:
            closing = max(closing, other)
        if word.kind is not Kind.STOP or not _ends_sentence(tokens, index):
            continue
        if index < closing:
            if index + 1 == closing and not _continues(words, closing + 1):
                bounds.append(closing)
            continue
        bounds.append(index)
    return bounds


def _continues(words: list[Word], index: int) -> bool:
    return index < len(words) and words[index].kind in {Kind.COMMA, Kind.STOP}


def _ends_sentence(tokens: Tokens, index: int) -> bool:
    words = tokens.words
    if words[index].text != ".":
        return True
    if index + 1 >= len(words):
        return True
    before, after = words[index - 1] if index else None, words[index + 1]
    glued_number = after.kind is Kind.NUMBER and tokens.end(index) == tokens.starts[index + 1]
    if before is None or glued_number:
        return False
    glued = tokens.end(index) == tokens.starts[index + 1]
    if before.kind is Kind.WORD and before.length <= 2 and (before.use & Use.HONORIFIC or glued):
        return False
    return not (glued and after.kind is Kind.WORD and (after.length < 3 or before.length < 3))


def _is_quoted(reader: BlockReader, index: int) -> bool:
    opener = reader.marks.enclosing(index)
    return opener is not None and (opener in reader.owned or not _is_name(reader, opener))


# --- frames ---------------------------------------------------------------------------------------------------------


def _read_cue(reader: BlockReader, index: int, word: Word, cue: Cue) -> None:
    words = reader.tokens.words
    before = words[index - 1] if index else None
    if before is not None and not word.skip:
        if before.use & Use.NEGATION and before.fold != "ما":
            return
        if cue.form is Form.PRESENT and before.fold == "ان":
            return  # "that he should say": nobody has
    if cue.form is Form.SOURCE:
        return
    if cue.kind == "relay" and cue.form is not Form.PARTICIPLE:
        _relay(reader, index)
        return
    if cue.needs and not any(w.fold == cue.needs for w in words[index + 1 : index + 8]):
        return
    if cue.form is Form.NOUN:
        _noun(reader, index, word, cue)
    elif cue.kind == "document":
        _document(reader, index)
    else:
        _verb(reader, index, word, cue)


@dataclass(slots=True)
class _Found:
    """What stands between a cue and its content: ``kind`` is clause, colon, mark, chain or nothing."""

    kind: str
    at: int


def _seek(reader: BlockReader, start: int, limit: int, cue: Cue) -> _Found:
    """Walk from behind a cue to the first thing that begins content: a complementizer, a colon, a mark, a second cue."""
    words, partner = reader.tokens.words, reader.marks.partner
    commas = 0
    index = start
    while index < limit:
        word = words[index]
        if word.kind is Kind.MARK:
            other = partner.get(index, -1)
            if other > index:
                if not _is_name_beside(reader, index, start, limit):
                    return _Found("mark", index)
                index = other
            elif index == reader.marks.dangling:
                return _Found("dangling", index)
        elif word.kind is Kind.COLON:
            if not _is_clock(words, index):
                return _Found("colon", index)
        elif word.kind is Kind.COMMA:
            commas += 1
            if commas > 4 or (cue.form is Form.PARTICIPLE and commas > 1):
                break
        elif word.complementizer:
            if not _is_blocked(reader, index, start):
                return _Found("clause", index)
        elif word.cue is not None:
            stops = _stops_seek(reader, index, word, word.cue, cue, start)
            if stops:
                return _Found(stops, index)
        index += 1
    return _Found("nothing", index)


def _seek_label(reader: BlockReader, index: int, limit: int) -> _Found:
    """Find the mark behind ب in "وصف القرار بـ"…"", or right behind a verb with its object in "ما أسمتها "…"" ."""
    words, partner = reader.tokens.words, reader.marks.partner
    for at in range(index + 1, limit):
        word = words[at]
        if word.complementizer and word.fold[:1] == "ب":
            return _Found("clause", at)
        if word.kind is Kind.MARK and partner.get(at, -1) > at:
            if at == index + 1 or words[at - 1].text.rstrip("ـ") == "ب" or words[at - 1].fold in {"بعباره", "بعبارة", "بقول"}:
                return _Found("mark", at)
        elif word.cue is not None and word.cue.kind in {"say", "opinion"}:
            break
    return _Found("nothing", limit)


def _is_name_beside(reader: BlockReader, opener: int, start: int, limit: int) -> bool:
    """Tell whether a marked span behind a cue names its speaker: it is short, and the content comes only later."""
    words, partner = reader.tokens.words, reader.marks.partner
    close = partner[opener]
    count = sum(words[i].kind in {Kind.WORD, Kind.NUMBER} for i in range(opener + 1, close))
    if opener > start and _is_headed(words, opener) and count <= 8:
        return True
    if count > 5:
        return False
    for index in range(close + 1, min(limit, close + 16)):
        word = words[index]
        if word.complementizer and word.fold[:1] != "و":
            return True
        if word.kind is Kind.COLON or (word.kind is Kind.MARK and partner.get(index, -1) - index > count + 1):
            return True
        if word.cue is not None or word.kind is Kind.STOP:
            break
    return False


def _is_headed(words: list[Word], opener: int) -> bool:
    """Tell whether the word before a mark says that a name follows: "صحيفة", "لشركة", "بعنوان"."""
    before = words[opener - 1] if opener else None
    return before is not None and bool(before.use & Use.NAME_HEAD)


def _stops_seek(reader: BlockReader, index: int, word: Word, cue: Cue, outer: Cue, start: int) -> str:
    """Tell what a second cue behind a first one means: "chain" (تابع قائلا), "nothing", or "" to walk on."""
    before = reader.tokens.words[index - 1]
    if cue.form is Form.SOURCE:
        return ""
    if cue.form is Form.NOUN:
        return "chain" if word.fold not in {"اعتراف", "تاكيد", "تلميح", "اقتراح"} else ""
    if cue.form is Form.PARTICIPLE:
        return "chain" if cue.kind in {"say", "opinion"} or outer.kind == "go_on" else ""
    if before.use & Use.RELATIVE or (index - 2 >= start and reader.tokens.words[index - 2].use & Use.RELATIVE):
        return ""
    if cue.kind in {"say", "opinion"} and not word.use & Use.PREPOSITION:
        return "chain" if outer.kind == "go_on" and index <= start + 1 else "nothing"
    return ""


def _is_clock(words: list[Word], index: int) -> bool:
    return (
        0 < index < len(words) - 1
        and words[index - 1].kind is Kind.NUMBER
        and words[index + 1].kind is Kind.NUMBER
    )


def _is_blocked(reader: BlockReader, index: int, start: int) -> bool:
    """Tell whether the أن at ``index`` reports nothing: "except that", "and that" (which goes on), a part of a name."""
    words = reader.tokens.words
    if words[index].fold[:1] in {"و", "ف"}:
        return True
    before = words[index - 1]
    if before.kind is Kind.OTHER and reader.tokens.end(index - 1) == reader.tokens.starts[index]:
        return True
    return index > start and bool(before.use & Use.BLOCKER)


def _verb(reader: BlockReader, index: int, word: Word, cue: Cue) -> None:
    """F1 to F5, F8 and F10: a verb or participle, its subject before, behind or nowhere, then the content."""
    words = reader.tokens.words
    limit = min(reader.sentence_end(index), index + 1 + MAX_STRETCH)
    found = _seek(reader, index + 1, limit, cue)
    left = _left_subject(reader, index, word, cue)
    if found.kind == "nothing" and _trailing(reader, index, word, cue, limit):
        return
    if found.kind == "chain":
        second = words[found.at].cue
        if (left is not None or _opens_clause(words, index)) and (second is None or _agree(cue, second)):
            reader.chained[found.at] = index
        return
    if cue.kind == "label" and found.kind != "clause":
        found = _seek_label(reader, index, limit)
    if found.kind == "nothing" or found.at in reader.claimed:
        return
    if not _is_plausible(reader, index, word, cue, found) or _byline(words, index, found):
        return
    subject, addressee = _right_subject(reader, index, found.at, cue)
    if subject is not None and left is not None and cue.takes_addressee and _is_likely_subject(words[left.first]):
        subject, addressee = left, (subject.first, subject.last, 0)
    elif subject is not None and left is not None and _is_likely_subject(words[left.first]):
        if not words[subject.first].use & _SUBJECT_USES & ~Use.SAME_BEFORE:
            subject = None
    if cue.form is not Form.PAST and _is_impersonal(words, index, found, subject, left):
        return
    contents = _contents(reader, index, found, cue)
    if not contents:
        return
    relayed = next((i for i in range(index + 1, min(found.at, limit)) if words[i].fold == "نقلا"), -1)
    if relayed > 0 and words[relayed + 1].fold == "عن":
        source = _phrase(reader, relayed + 2, found.at)
        if source is not None:
            outlet = _phrase(reader, index + 1, relayed) if relayed > index + 1 else left
            _add(reader, Report(relayed, "relay", contents, source, addressee, outlet, begins=found.at))
            return
    frame = _frame_name(cue, found, subject, left)
    report = Report(index, frame, contents, subject or left, addressee)
    report.weak_subject = subject is None and left is not None and not _is_likely_subject(words[left.first])
    report.governor = reader.chained.get(index, -1)
    report.begins = found.at
    _add(reader, report)


def _trailing(reader: BlockReader, index: int, word: Word, cue: Cue, limit: int) -> bool:
    """F11: a verb behind what was said: `"…"، يقول شاب`, "…، كما أعلن مسؤول"."""
    words, partner = reader.tokens.words, reader.marks.partner
    if cue.form not in {Form.PAST, Form.PRESENT} or cue.kind not in {"say", "opinion", "act", "go_on"} or word.skip:
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
    subject, addressee = _right_subject(reader, index, limit, cue)
    if subject is None:
        return False
    if closed:
        opener = partner[before - 1]
        if opener in reader.owned or before - opener < 4:
            return False
        whole = opener <= start + 1
        kind = QuoteType.DIRECT if whole else QuoteType.MIXED
        _add(reader, Report(index, "verb_after_mark", [Content(opener + 1, before - 1, kind, opener)], subject, addressee))
        return True
    if not like or before - start < 4 or subject.last < limit - 6 or _is_reported(reader, start, index):
        return False
    contents = [Content(start, _strip(words, start, before), QuoteType.INDIRECT)]
    _add(reader, Report(index, "verb_after", contents, subject, addressee))
    return True


def _is_reported(reader: BlockReader, start: int, end: int) -> bool:
    """Tell whether a report of this sentence stands already between two tokens."""
    return any(start <= report.cue < end or start <= report.contents[0].first < end for report in reader.reports)


def _byline(words: list[Word], index: int, found: _Found) -> bool:
    """Tell a writer's name from speech: "كتب: فلان", "كتبت - فلانة" at the head of a block."""
    return index == 0 and words[0].fold in {"كتب", "كتبت"} and found.kind == "colon" and found.at == 1


def _opens_clause(words: list[Word], index: int) -> bool:
    """Tell whether the verb at ``index`` stands first in its clause, where a noun of the same form seldom does."""
    if not index or words[index].skip:
        return True
    before = words[index - 1]
    return before.kind is not Kind.WORD or bool(before.use & (Use.OPENER | Use.RELATIVE | Use.NEGATION))


def _agree(verb: Cue, participle: Cue) -> bool:
    """Tell whether a participle can go on from a verb: by gender, or by a plural that the verb's form leaves open."""
    return not participle.gender or participle.number == "p" or participle.gender == verb.gender


def _add(reader: BlockReader, report: Report) -> None:
    governor = report.governor
    if governor >= 0 and report.subject is None:
        words = reader.tokens.words
        cue = words[governor].cue
        if cue is not None:
            subject, addressee = _right_subject(reader, governor, report.cue, cue)
            report.subject = subject or _left_subject(reader, governor, words[governor], cue)
            report.addressee = report.addressee or addressee
    for content in report.contents:
        if content.opener >= 0:
            reader.owned.add(content.opener)
    reader.claimed.add(report.begins)
    reader.reports.append(report)


def _is_plausible(reader: BlockReader, index: int, word: Word, cue: Cue, found: _Found) -> bool:
    """Tell whether a form that is often another word (بين، عبر، رد) or a weak verb reports here."""
    words = reader.tokens.words
    gap = found.at - index - 1
    if cue.form is Form.PARTICIPLE:
        return gap <= (14 if cue.kind in {"say", "opinion"} and (cue.gender == "m" or cue.number == "p") else 6)
    if cue.kind == "go_on" and found.kind == "mark" and gap > 8:
        return False  # "واصل الفريق تفوقه": it went on, and said nothing
    if cue.kind == "label" and not gap and not cue.has_object:
        return False  # passive: "وصفوا بأنهم"
    if word.use & Use.PREPOSITION and not word.skip:
        # "بين" and "عبر" are prepositions unless they open a clause that gives content soon
        before = words[index - 1] if index else None
        opens = before is None or before.kind in {Kind.COMMA, Kind.STOP} or bool(before.use & Use.OPENER)
        return opens and found.kind in {"clause", "mark"} 
    if cue.kind == "act":
        if found.kind == "clause":
            return True
        if found.kind == "colon":
            return gap <= 20
        return gap <= 12
    return True


def _is_impersonal(words: list[Word], index: int, found: _Found, subject: Phrase | None, left: Phrase | None) -> bool:
    """Tell whether a present tense is passive and reports nobody: "يذكر أن", "يعتقد أن", "تجدر الإشارة إلى أن"."""
    if subject is not None or left is not None or not words[index].use & Use.IMPERSONAL:
        return False
    return found.kind == "clause" and found.at - index <= 5


def _frame_name(cue: Cue, found: _Found, subject: Phrase | None, left: Phrase | None) -> str:
    if cue.form is Form.PARTICIPLE:
        return "participle"
    order = "verb_subject" if subject is not None else "subject_verb" if left is not None else "verb_alone"
    return f"{order}_{found.kind}"


def _relay(reader: BlockReader, index: int) -> None:
    """F6: ``نقل R عن S قوله|أن|: …`` — S speaks, R passes it on."""
    words, partner = reader.tokens.words, reader.marks.partner
    limit = min(reader.sentence_end(index), index + 1 + MAX_STRETCH)
    about = next((i for i in range(index + 1, limit) if words[i].fold in {"عن", "لسان"}), -1)
    if about < 0:
        return
    found = _seek(reader, about + 1, limit, words[index].cue or _NO_CUE)
    cue_at = index
    edge = found.at
    if found.kind == "chain":
        cue_at = found.at
        found = _seek(reader, cue_at + 1, min(reader.sentence_end(index), cue_at + MAX_STRETCH), words[cue_at].cue or _NO_CUE)
    if found.kind not in {"clause", "colon", "mark", "dangling"}:
        return
    contents = _contents(reader, cue_at, found, words[cue_at].cue or _NO_CUE)
    if not contents:
        return
    subject = _phrase(reader, about + 1, edge)
    via = _phrase(reader, index + 1, about) if about > index + 1 else None
    addressee = _addressee(reader, cue_at + 1, found.at) if cue_at != index else None
    _add(reader, Report(cue_at, "relay", contents, subject, addressee, via))
    reader.chained[cue_at] = index


_NO_CUE = Cue("", "say", Form.PAST, "", "")


def _noun(reader: BlockReader, index: int, word: Word, cue: Cue) -> None:
    """F6 and F5: a noun that reports: "قوله إن", "بالقول:", "اعتراف فلان أنه"."""
    words = reader.tokens.words
    if any(report.cue == index for report in reader.reports):
        return
    before = words[index - 1] if index else None
    if word.definite and index not in reader.chained:
        return  # "يمكن القول إن": nobody has said it
    if before is not None and (before.fold == "حد" or (before.cue is not None and before.cue.form is Form.SOURCE)):
        return
    limit = min(reader.sentence_end(index), index + 13)
    found = _seek(reader, index + 1, limit, cue)
    if found.kind not in {"clause", "colon", "mark", "dangling"}:
        return
    contents = _contents(reader, index, found, cue)
    if not contents:
        return
    subject = None
    if word.fold in {"اعتراف", "تاكيد", "اقتراح"} and found.at > index + 1:
        subject = _phrase(reader, index + 1, found.at)
    report = Report(index, "noun", contents, subject, _addressee(reader, index + 1, found.at))
    report.governor = reader.chained.get(index, -1)
    _add(reader, report)


def _document(reader: BlockReader, index: int) -> None:
    """F9: "جاء في البيان أن": the document speaks, or the one whose document it is."""
    words = reader.tokens.words
    if index + 1 >= len(words) or words[index + 1].fold not in {"في", "فى", "فيه", "فيها"}:
        return
    limit = min(reader.sentence_end(index), index + 1 + MAX_STRETCH)
    found = _seek(reader, index + 2, limit, _NO_CUE)
    if found.kind not in {"clause", "colon", "mark", "dangling"}:
        return
    contents = _contents(reader, index, found, _NO_CUE)
    if not contents:
        return
    if words[index + 1].fold in {"في", "فى"}:
        subject = _phrase(reader, index + 2, found.at)
    else:
        subject = _before_relative(reader, index)
    _add(reader, Report(index, "document", contents, subject))


def _before_relative(reader: BlockReader, index: int) -> Phrase | None:
    """Return the noun that a relative clause at ``index`` hangs on: "البيان الذي جاء فيه", "ببيان جاء فيه"."""
    words = reader.tokens.words
    last = index
    if last and words[last - 1].use & Use.RELATIVE:
        last -= 1
    start = max(reader.sentence_start(index), last - MAX_LEFT)
    for first in range(last - 1, start - 1, -1):
        if words[first].use & (Use.DOCUMENT | Use.TITLE | Use.UNNAMED | Use.ORGANIZATION):
            return _phrase(reader, first, last)
    return _phrase(reader, last - 1, last) if last - 1 >= start and words[last - 1].kind is Kind.WORD else None


# --- subjects -------------------------------------------------------------------------------------------------------


def _phrase(reader: BlockReader, first: int, limit: int) -> Phrase | None:
    words = reader.tokens.words
    while first < limit and words[first].kind in {Kind.COMMA, Kind.OTHER}:
        first += 1
    if first >= limit:
        return None
    return reader.phrase(first, limit)


def _right_subject(
    reader: BlockReader, index: int, limit: int, cue: Cue
) -> tuple[Phrase | None, tuple[int, int, int] | None]:
    """Return the subject behind a verb and whom it spoke to; no subject where a preposition or nothing follows."""
    words = reader.tokens.words
    addressee = _addressee(reader, index + 1, limit)
    if cue.form is Form.PARTICIPLE or cue.has_object and cue.kind != "label":
        start = _subject_start(reader, index + 1, limit, addressee)
        if cue.form is Form.PARTICIPLE or start is None:
            return None, addressee
    start = _subject_start(reader, index + 1, limit, addressee)
    if start is None:
        return None, addressee
    phrase = reader.phrase(start, limit)
    if cue.takes_addressee and addressee is None and phrase.last < limit:
        rest = phrase.last
        following = words[rest]
        if following.kind is Kind.WORD and not following.use & Use.PREPOSITION:
            addressee = (rest, reader.phrase_end(rest, limit), 0)
    return phrase, addressee


def _subject_start(
    reader: BlockReader, index: int, limit: int, addressee: tuple[int, int, int] | None
) -> int | None:
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
            index += 1
            continue
        if word.fold == "من" and index + 1 < limit and words[index + 1].fold.rstrip("هامن").endswith(("جهت", "جانب", "ناحيت")):
            index += 2
            continue
        if word.fold in _ADVERBS:
            index += 1
            continue
        if word.use & (Use.PREPOSITION | Use.RELATIVE | Use.BLOCKER | Use.SAME) or word.complementizer:
            return None
        if word.prefix in {"ل", "ب", "لل", "ك"} and word.use & ~Use.GIVEN_NAME:
            return None
        if word.cue is not None and word.cue.form in {Form.PARTICIPLE, Form.NOUN}:
            return None
        return index
    return None


_ADVERBS = frozenset(
    "ايضا كذلك مجددا لاحقا سابقا بدوره بدورها رسميا قائلا ساخرا مرارا صراحه علنا مؤخرا بوضوح مرة اخرى امس".split()
)


def _addressee(reader: BlockReader, start: int, limit: int) -> tuple[int, int, int] | None:
    """F8: return (first token, last token, code points skipped) of whom it was said to, ``None`` where nobody is named."""
    words, partner = reader.tokens.words, reader.marks.partner
    index = start
    while index < limit:
        word = words[index]
        if word.kind is Kind.MARK and partner.get(index, -1) > index:
            index = partner[index] + 1
            continue
        if word.text.rstrip("ـ") == "ل" and index + 1 < limit and partner.get(index + 1, -1) > index:
            return index + 1, partner[index + 1] + 1, 0
        if word.prefix in {"ل", "لل"} and word.use & _ADDRESSEE_USES and (index == start or not _in_name_of(words, index)):
            last = reader.phrase_end(index, limit)
            return index, max(last, index + 1), 0 if word.prefix == "لل" else 1
        index += 1
    return None


_ADDRESSEE_USES = Use.TITLE | Use.HONORIFIC | Use.OUTLET | Use.OUTLET_NAME | Use.UNNAMED | Use.COUNTERPART


def _in_name_of(words: list[Word], index: int) -> bool:
    """Tell whether ل belongs to a title before it: "المدير العام للشركة", "رئيس الهيئة لشؤون"."""
    before = words[index - 1]
    return bool(before.use & (Use.RANK | Use.TITLE | Use.ORGANIZATION))


def _left_subject(reader: BlockReader, index: int, word: Word, cue: Cue) -> Phrase | None:
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
        return _before_relative(reader, index)
    start = max(reader.sentence_start(index), last - 2 * MAX_LEFT)
    first = _segment_start(reader, last, start)
    if first is None or first >= last:
        return None
    while first - 1 > start and words[first - 1].kind is Kind.COMMA and words[first].use & (Use.TITLE | Use.RELATIVE):
        earlier = _segment_start(reader, first - 1, start)
        if earlier is None or earlier >= first - 1 or not is_name_word(words[earlier]):
            break
        first = earlier
    head = words[first]
    if head.use & Use.PREPOSITION or head.prefix in {"ل", "ب", "لل", "ك"} or (head.use & Use.TIME and not head.use & Use.TITLE):
        return None
    phrase = reader.phrase(first, last)
    return phrase if phrase.last >= last - 1 else None


def _segment_start(reader: BlockReader, last: int, start: int) -> int | None:
    """Return where the words right before token ``last`` start that no comma, verb or "that" parts; ``None`` for none."""
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
        if before.use & Use.OPENER or before.cue is not None:
            break
        if before.use & (Use.RELATIVE | Use.NEGATION):
            return None
        first -= 1
    return first


def _is_likely_subject(head: Word) -> bool:
    """Tell whether a word that opens a phrase before a verb can be its subject without more evidence."""
    return head.definite or head.kind is Kind.MARK or bool(head.use & _SUBJECT_USES)


_SUBJECT_USES = (
    Use.TITLE
    | Use.HONORIFIC
    | Use.GIVEN_NAME
    | Use.NAME_PARTICLE
    | Use.ORGANIZATION
    | Use.UNNAMED
    | Use.PARTITIVE
    | Use.DOCUMENT
    | Use.SAME_BEFORE
)


# --- contents -------------------------------------------------------------------------------------------------------


def _contents(reader: BlockReader, index: int, found: _Found, cue: Cue) -> list[Content]:
    words = reader.tokens.words
    if found.kind == "mark":
        return _marked(reader, index, found.at, cue)
    if found.kind == "dangling":
        return _dangling(reader, found.at)
    start = found.at + 1
    if found.kind == "colon":
        start = _skip(words, start)
        if start < len(words) and words[start].complementizer:
            return _clause(reader, index, start + 1, cue)
        if start < len(words) and reader.marks.partner.get(start, -1) > start and not _is_name(reader, start, after_cue=True):
            return _direct_pairs(reader, start)
        if start == reader.marks.dangling:
            return _dangling(reader, start)
        if start < len(words) and start in reader.marks.unpaired:
            start += 1
        return _unmarked(reader, start)
    return _clause(reader, index, start, cue)


def _dangling(reader: BlockReader, opener: int) -> list[Content]:
    """Content behind a mark that nothing closes: to the next report, at most to the block's end."""
    return _unmarked(reader, opener + 1)


def _skip(words: list[Word], index: int) -> int:
    while index < len(words) and words[index].kind in {Kind.COLON, Kind.OTHER, Kind.ELLIPSIS}:
        index += 1
    return index


def _marked(reader: BlockReader, index: int, opener: int, cue: Cue) -> list[Content]:
    """Content in marks with no "that" before: direct, or mixed where words of the report lead up to it."""
    words = reader.tokens.words
    if cue.kind == "label":
        return _labels(reader, opener)
    if cue.has_object and cue.kind == "opinion" and opener == index + 1:
        return _labels(reader, opener)
    led = any(
        words[i].use & Use.PREPOSITION and words[i].fold in {"الى", "على", "من", "عن", "الي", "علي"}
        for i in range(index + 1, min(index + 4, opener))
    ) or (cue.kind == "act" and opener - index > 1 and cue.lemma not in _WORDED)
    if led and words[opener - 1].fold not in {"الى", "على", "من", "عن"}:
        return [
            Content(first + 1, reader.marks.partner[first], QuoteType.MIXED, first)
            for first in _pairs_in(reader, opener, _content_end(reader, opener))
        ]
    return _direct_pairs(reader, opener)


_WORDED = frozenset({"كتب", "غرد", "رد", "علق", "هتف", "صرخ", "سأل", "خاطب"})
"""Speech acts whose object is the words themselves."""


def _labels(reader: BlockReader, opener: int) -> list[Content]:
    """Return what somebody called a thing, in marks however short: `وصفهم بأنهم "شهداء" و"رفاق سلاح"`."""
    words, partner = reader.tokens.words, reader.marks.partner
    contents: list[Content] = []
    while True:
        close = partner[opener]
        contents.append(Content(opener + 1, close, QuoteType.MIXED, opener))
        index = close + 1
        while index < len(words) and (words[index].kind is Kind.COMMA or words[index].fold in {"و", "او"}):
            index += 1
        if index == close + 1 or partner.get(index, -1) < index:
            return contents
        opener = index


def _pairs_in(reader: BlockReader, start: int, end: int) -> list[int]:
    """Return the outermost pairs of marks in [start, end) that hold somebody's words."""
    pairs: list[int] = []
    closed = -1
    openers = reader.marks.openers
    for place in range(bisect_left(openers, start), len(openers)):
        opener = openers[place]
        if opener >= end:
            break
        if opener < closed or opener in reader.owned or _is_name(reader, opener):
            continue
        closed = reader.marks.partner[opener]
        if closed <= end:
            pairs.append(opener)
    return pairs


def _direct_pairs(reader: BlockReader, opener: int) -> list[Content]:
    """Return a direct quotation and those that go on with it: `"…"، و"…"`, `"…" وأن "…"`."""
    words, partner = reader.tokens.words, reader.marks.partner
    contents: list[Content] = []
    while True:
        close = partner[opener]
        contents.append(Content(opener + 1, close, _direct_type(reader, close), opener))
        index = close + 1
        while index < len(words) and (
            words[index].kind in {Kind.COMMA, Kind.OTHER}
            or words[index].fold in {"و", "ثم"}
            or (words[index].complementizer and words[index].fold[:1] == "و")
        ):
            index += 1
        if index == close + 1 or index >= len(words) or partner.get(index, -1) < index or _is_name(reader, index):
            return contents
        opener = index


def _direct_type(reader: BlockReader, close: int) -> QuoteType:
    """Tell direct from mixed by what follows the closing mark: content that goes on without marks makes it mixed."""
    words = reader.tokens.words
    index = close + 1
    if index >= len(words):
        return QuoteType.DIRECT
    word = words[index]
    if word.kind is not Kind.WORD or word.cue is not None or word.fold[:1] in {"و", "ف"} or word.use & (Use.OPENER | Use.TIME):
        return QuoteType.DIRECT
    if word.use & Use.PREPOSITION and word.fold in {"في", "فى"} and index + 1 < len(words) and words[index + 1].noun == "اشاره":
        return QuoteType.DIRECT
    return QuoteType.MIXED


def _unmarked(reader: BlockReader, start: int) -> list[Content]:
    """Content behind a colon without marks: to the next report, at most to the block's end."""
    words = reader.tokens.words
    end = len(words)
    if start >= end:
        return []
    for index in range(start, end):
        word = words[index]
        if word.cue is None or word.cue.form is Form.SOURCE:
            continue
        at_start = reader.sentence_start(index)
        clause_start = at_start > start and index - at_start <= 6
        if (word.skip or clause_start) and word.cue.kind in {"say", "go_on", "opinion"} and word.cue.form is not Form.NOUN:
            found = _seek(reader, index + 1, min(reader.sentence_end(index), index + MAX_STRETCH), word.cue)
            if found.kind in {"clause", "colon", "mark", "dangling", "chain"} and index > start:
                end = at_start if clause_start and at_start > start else index
                break
    end = _strip(words, start, end)
    if end - start < 2:
        return []
    reader.covered = end
    return [Content(start, end, QuoteType.DIRECT)]


def _clause(reader: BlockReader, index: int, start: int, cue: Cue) -> list[Content]:
    """Content behind أن: direct where marks hold all of it, mixed where they hold a part, else indirect."""
    words, partner = reader.tokens.words, reader.marks.partner
    start = _skip(words, start)
    if start >= len(words):
        return []
    if start == reader.marks.dangling:
        return _dangling(reader, start)
    if partner.get(start, -1) > start and not _is_name(reader, start, after_cue=True) and not _goes_on(reader, start):
        if cue.kind == "label":
            return _labels(reader, start)
        return _direct_then_mixed(reader, start)
    end = _content_end(reader, start)
    pairs = _pairs_in(reader, start, end)
    if pairs:
        return [Content(first + 1, partner[first], QuoteType.MIXED, first) for first in pairs]
    end = _strip(words, start, end)
    if end - start < 1:
        return []
    return [Content(start, end, QuoteType.INDIRECT)]


def _goes_on(reader: BlockReader, opener: int) -> bool:
    """Tell whether one or two marked words only begin a clause that goes on unmarked: `أن "عقل" المدرب غادر`."""
    close = reader.marks.partner[opener]
    return close - opener - 1 <= NAME_WORDS and _direct_type(reader, close) is QuoteType.MIXED


def _direct_then_mixed(reader: BlockReader, opener: int) -> list[Content]:
    contents = _direct_pairs(reader, opener)
    last = contents[-1]
    rest = _pairs_in(reader, last.last + 1, _content_end(reader, last.last + 1))
    partner = reader.marks.partner
    return contents + [Content(first + 1, partner[first], QuoteType.MIXED, first) for first in rest]


def _content_end(reader: BlockReader, start: int) -> int:
    """Return where content that begins at ``start`` ends: the sentence, or the next report of the same speaker."""
    words, partner = reader.tokens.words, reader.marks.partner
    limit = reader.sentence_end(start)
    nested = False
    index = start
    while index < limit:
        word = words[index]
        if word.kind is Kind.MARK and partner.get(index, -1) > index:
            index = partner[index] + 1
            continue
        if index > start and word.kind is Kind.WORD:
            after_comma = words[index - 1].kind is Kind.COMMA
            if _breaks(reader, index, after_comma):
                return index
            if word.cue is not None:
                edge = _report_edge(reader, index, word.cue, start, nested, after_comma, limit)
                if edge >= 0:
                    return edge
                nested = nested or edge == _NESTED
        index += 1
    return limit


_GOES_ON = -1
_NESTED = -2


def _breaks(reader: BlockReader, index: int, after_comma: bool) -> bool:
    """Tell whether a clause that belongs to the reporter opens at ``index``: "، وذلك …", "لكنه أضاف", "، في إشارة"."""
    words = reader.tokens.words
    word = words[index]
    if word.use & Use.BUT:
        return any(w.cue is not None and w.cue.form is not Form.SOURCE for w in words[index + 1 : index + 7])
    if not after_comma:
        return False
    if word.use & Use.BREAK:
        return True
    following = words[index + 1] if index + 1 < len(words) else None
    return following is not None and word.fold in {"في", "فى"} and (
        bool(following.use & Use.BREAK) or following.noun in {"اشاره", "تلميح", "اشارة"}
    )


def _report_edge(
    reader: BlockReader, index: int, cue: Cue, start: int, nested: bool, after_comma: bool, limit: int
) -> int:
    """Return where content ends because of the cue at ``index``, ``_NESTED`` if it reports inside, else ``_GOES_ON``."""
    words = reader.tokens.words
    word = words[index]
    if cue.form is Form.PARTICIPLE:
        if nested:
            return _GOES_ON
        if (after_comma and cue.gender == "m" and cue.number == "s") or _reports_soon(reader, index, cue, 10):
            return index
    elif cue.form in {Form.PAST, Form.PRESENT} and cue.kind not in {"label", "relay", "document"}:
        if after_comma and word.skip and cue.form is Form.PAST and cue.kind in {"say", "opinion", "act"}:
            return index
        opened = word.skip > 0 or bool(words[index - 1].use & Use.OPENER)
        if _reports_soon(reader, index, cue, MAX_STRETCH):
            if opened and (not nested or word.skip) and cue.kind in {"say", "opinion", "go_on"}:
                return index if word.skip else _clause_start(words, index, start)
            return _NESTED
    elif cue.form is Form.SOURCE and after_comma and not _comma_after(words, index, limit):
        phrase = _source_phrase(reader, index, limit)
        if phrase is not None and _is_source(words, phrase):
            return index
    return _GOES_ON


def _clause_start(words: list[Word], index: int, start: int) -> int:
    while index - 1 > start and words[index - 1].use & Use.OPENER:
        index -= 1
    return index


def _comma_after(words: list[Word], index: int, limit: int) -> bool:
    return any(words[i].kind is Kind.COMMA for i in range(index + 1, limit))


def _reports_soon(reader: BlockReader, index: int, cue: Cue, distance: int) -> bool:
    limit = min(reader.sentence_end(index), index + 1 + distance)
    return _seek(reader, index + 1, limit, cue).kind in {"clause", "colon", "mark", "dangling", "chain"}


def _strip(words: list[Word], start: int, end: int) -> int:
    """Drop what does not belong to a content's end: punctuation, a dangling conjunction."""
    while end > start and (
        words[end - 1].kind in {Kind.COMMA, Kind.STOP, Kind.COLON, Kind.OTHER, Kind.ELLIPSIS}
        or words[end - 1].fold in {"و", "كما", "فيما", "بينما", "حيث", "ثم", "لكنه", "ولكنه", "لكنها"}
    ):
        end -= 1
    return end


# --- names in marks -------------------------------------------------------------------------------------------------


def _is_name(reader: BlockReader, opener: int, *, after_cue: bool = False) -> bool:
    """Tell whether a marked span is a name, a title or a term rather than somebody's words."""
    words, partner = reader.tokens.words, reader.marks.partner
    close = partner[opener]
    inside = [word for word in words[opener + 1 : close] if word.kind in {Kind.WORD, Kind.NUMBER}]
    if not inside:
        return True
    if after_cue:
        return False
    before = words[opener - 1] if opener else None
    if before is not None:
        if before.use & (Use.NAME_HEAD | Use.OUTLET) and len(inside) <= 6:
            return True
        if before.use & (Use.NATIONALITY | Use.TITLE | Use.ORGANIZATION) and len(inside) <= 3:
            return True
        if before.text.rstrip("ـ") in {"ل", "ب", "و", "ك"} and len(inside) <= 3:
            return True
    return len(inside) <= NAME_WORDS and not _is_said(inside)


def _is_said(inside: list[Word]) -> bool:
    """Tell whether one or two marked words are a claim: they open with a verb or an adverb, or describe ("كاذبة")."""
    first = inside[0]
    if first.kind is not Kind.WORD or first.use & (Use.GIVEN_NAME | Use.ORGANIZATION | Use.TITLE | Use.NATIONALITY):
        return False
    if first.text.endswith(("اً", "ًا")):
        return True
    if len(inside) == 1:
        return first.fold[:1] in {"ي", "ت"} and first.length >= 4 and not first.fold.endswith("ة")
    return not first.definite and first.fold.isalpha() and "\u0621" <= first.fold[0] <= "\u064a"


# --- sources and headings -------------------------------------------------------------------------------------------


def _source_frames(reader: BlockReader) -> None:
    """F7 and F11: "بحسب X" behind a clause or a closing mark, or before a clause."""
    words = reader.tokens.words
    for index, word in enumerate(words):
        if word.cue is None or word.cue.form is not Form.SOURCE or _is_quoted(reader, index):
            continue
        _source(reader, index)


def _source(reader: BlockReader, index: int) -> None:
    words = reader.tokens.words
    start, limit = reader.sentence_start(index), reader.sentence_end(index)
    subject = _source_phrase(reader, index, limit)
    if subject is None or not _is_source(words, subject):
        return
    if index - start <= 1:
        _source_before(reader, index, subject, limit)
        return
    before = words[index - 1]
    while before.kind in {Kind.COMMA, Kind.OTHER} or before.fold in {"وذلك", "كما"}:
        index_before = index - 1
        while index_before > start and (
            words[index_before].kind in {Kind.COMMA, Kind.OTHER} or words[index_before].fold in {"وذلك", "كما"}
        ):
            index_before -= 1
        before = words[index_before]
        break
    else:
        index_before = index - 1
    if before.kind is Kind.MARK and reader.marks.partner.get(index_before, index) < index_before:
        opener = reader.marks.partner[index_before]
        if opener not in reader.owned and not _is_name(reader, opener):
            whole = opener <= start + 1
            kind = QuoteType.DIRECT if whole else QuoteType.MIXED
            _add(reader, Report(index, "source_after_mark", [Content(opener + 1, index_before, kind, opener)], subject))
        return
    if _is_reported(reader, start, index):
        return
    if not _comma_after(words, index, limit) and index_before - start >= 4:
        pairs = _pairs_in(reader, start, index)
        if pairs:
            partner = reader.marks.partner
            contents = [Content(first + 1, partner[first], QuoteType.MIXED, first) for first in pairs]
        else:
            first = start
            contents = [Content(first, _strip(words, first, index_before + 1), QuoteType.INDIRECT)]
        _add(reader, Report(index, "source_after", contents, subject, trailing=True))


def _is_source(words: list[Word], phrase: Phrase) -> bool:
    """Tell a source from a measure: "بحسب الشركة" from "حسب جدولها", "وفق الخطة"."""
    head = words[phrase.first]
    if head.kind is Kind.MARK or head.kind is Kind.BRACKET or head.use & (_SUBJECT_USES | Use.NATIONALITY | Use.SAME):
        return True
    return phrase.name_first < phrase.name_last and any(
        word.use & Use.GIVEN_NAME for word in words[phrase.name_first : phrase.name_last]
    )


def _source_phrase(reader: BlockReader, index: int, limit: int) -> Phrase | None:
    """Return who the source is: "وفقا لمصادر", "بحسب الشركة", "حسب ما أضافت المصادر"; ``None`` where it is no source."""
    words = reader.tokens.words
    first = index + 1
    if first < limit and (words[first].fold == "ما" or words[index].fold.endswith("ما")):
        first += 2 if words[first].fold == "ما" else 1
        if first < limit and words[first].kind is Kind.WORD and words[first].use & Use.PREPOSITION:
            return None
    if first < limit and words[first].fold in {"عن", "ل", "لما"}:
        first += 1
    if first >= limit or words[first].kind not in {Kind.WORD, Kind.MARK}:
        return None
    return reader.phrase(first, limit)


def _source_before(reader: BlockReader, index: int, subject: Phrase, limit: int) -> None:
    words = reader.tokens.words
    first = subject.last
    while first < limit and words[first].kind is not Kind.COMMA and not words[first].complementizer:
        first += 1
    first += 1
    if first >= limit:
        return
    for report in reader.reports:
        if first <= report.cue < limit and report.via is None:
            report.via = subject
            return
    if words[first].complementizer:
        first += 1
    contents = _clause(reader, index, first, _NO_CUE)
    if contents:
        _add(reader, Report(index, "source_before", contents, subject))


def _is_label(tokens: Tokens) -> bool:
    """Tell whether a block is short enough to be a cross-head that nobody marked as such."""
    return len(tokens.words) <= 16


def _heading(reader: BlockReader) -> None:
    """F10: "بوتين: لن ننسحب": a speaker, a colon, the words; whether it is a speaker is decided by the whole article."""
    words = reader.tokens.words
    colon = next((i for i, w in enumerate(words[:14]) if w.kind is Kind.COLON and not _is_clock(words, i)), -1)
    if colon < 1 or colon + 2 >= len(words):
        return
    if any(words[i].cue is not None and words[i].cue.kind in {"say", "opinion"} for i in range(colon)):
        return
    subject = reader.phrase(0, colon)
    if subject.kind is SpeakerKind.UNNAMED:
        subject = replace(subject, last=colon)
    start = colon + 1
    partner = reader.marks.partner
    if partner.get(start, -1) > start and partner[start] >= len(words) - 2:
        contents = [Content(start + 1, partner[start], QuoteType.DIRECT, start)]
    else:
        end = _strip(words, start, len(words))
        contents = [Content(start, end, QuoteType.DIRECT)]
    report = Report(-1, "heading", contents, subject)
    for content in contents:
        if content.opener >= 0:
            reader.owned.add(content.opener)
    reader.reports.append(report)
