"""A headline, a cross-head or an interview's line "X: words" -> a report (frame F10)."""

from __future__ import annotations

from dataclasses import replace

from transforms.lexicon import Form, Kind, Use, Word
from transforms.model import QuoteType, SpeakerKind
from transforms.reports.block import BlockReader, Content, Report
from transforms.reports.contents import strip_end
from transforms.reports.seek import is_clock
from transforms.reports.subjects import SUBJECT_USES
from transforms.tokens import Tokens


def is_cross_head(tokens: Tokens) -> bool:
    """Tell whether a block is short enough to be a cross-head that nobody marked as such."""
    return len(tokens.words) <= 16


_LEADS = frozenset({"شاهد", "فيديو", "بالفيديو", "صور", "بالصور", "عاجل", "صوت", "بالصوت", "انفوجرافيك", "انفوغراف"})
"""What headlines print before a speaker: "watch", "video", "in pictures", "urgent"."""


def _lead(words: list[Word], colon: int) -> int:
    """Return the first token behind "شاهد.." and its like."""
    if words[0].fold not in _LEADS:
        return 0
    return next((i for i in range(1, colon) if words[i].kind is Kind.WORD and words[i].fold not in _LEADS), 0)


def _read_claim(reader: BlockReader) -> None:
    """F10: `تركيا "لن تبقى صامتة"`: a marked claim right behind who makes it, with no verb beside."""
    words, partner = reader.tokens.words, reader.marks.partner
    for opener in reader.marks.outermost:
        inside = [word for word in words[opener + 1 : partner[opener]] if word.kind is Kind.WORD]
        start = opener
        while start and words[start - 1].kind is Kind.WORD and opener - start < MAX_CLAIMANT:
            if words[start - 1].cue is not None:
                return
            if words[start - 1].use & Use.OPENER:
                break
            start -= 1
        if len(inside) < MIN_CLAIM or start == opener or not _opens_sentence(inside[0]):
            continue
        subject = reader.phrase(start, opener)
        if subject.last == opener and not words[start].prefix and words[start].use & (SUBJECT_USES | Use.PLACE):
            contents = [Content(opener + 1, partner[opener], QuoteType.MIXED, opener)]
            reader.owned.add(opener)
            reader.add(Report(-1, "heading", contents, subject))
            return


MAX_CLAIMANT = 5
"""Tokens of who makes a claim in a headline."""
MIN_CLAIM = 2
"""Words of a claim."""


def _opens_sentence(word: Word) -> bool:
    """Tell whether a word opens a sentence: a negation or a verb that has not happened yet."""
    if word.definite or word.use & ~(Use.NEGATION | Use.IMPERSONAL) or word.fold.endswith(("ة", "ه")):
        return False
    return bool(word.use & Use.NEGATION) or word.fold[:2] in {"سي", "ست", "سن"} or word.fold[:1] in {"ي", "ن"}


def read_heading(reader: BlockReader) -> None:
    """F10: "بوتين: لن ننسحب": a speaker, a colon, the words; the whole article decides whether it is a speaker."""
    words = reader.tokens.words
    _read_claim(reader)
    colon = next((i for i, w in enumerate(words[:14]) if w.kind is Kind.COLON and not is_clock(words, i)), -1)
    if colon < 1 or colon + 2 >= len(words):
        return
    if any(word.cue is not None and word.cue.form in {Form.PAST, Form.PRESENT} for word in words[:colon]):
        return
    subject = reader.phrase(_lead(words, colon), colon)
    if subject.kind is SpeakerKind.UNNAMED:
        subject = replace(subject, last=colon)
    start = colon + 1
    partner = reader.marks.partner
    if partner.get(start, -1) > start and partner[start] >= len(words) - 2:
        contents = [Content(start + 1, partner[start], QuoteType.DIRECT, start)]
    else:
        end = strip_end(words, start, len(words))
        contents = [Content(start, end, QuoteType.DIRECT)]
    report = Report(-1, "heading", contents, subject)
    for content in contents:
        if content.opener >= 0:
            reader.owned.add(content.opener)
    reader.add(report)
