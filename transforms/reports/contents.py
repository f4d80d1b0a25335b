"""Where content begins -> what was said: direct in marks, direct behind a colon, mixed, indirect."""

from __future__ import annotations

from bisect import bisect_left

from transforms.lexicon import Cue, Form, Kind, Use, Word
from transforms.model import QuoteType
from transforms.reports.block import MAX_STRETCH, BlockReader, Content, Found
from transforms.reports.edges import content_end
from transforms.reports.marked import NAME_WORDS, is_name
from transforms.reports.seek import seek_content


def find_contents(reader: BlockReader, index: int, found: Found, cue: Cue) -> list[Content]:
    """Return what the cue at ``index`` reports, given what begins its content; empty where nothing is left of it."""
    words = reader.tokens.words
    if found.kind == "mark":
        return _marked(reader, index, found.at, cue)
    if found.kind == "dangling":
        return _dangling(reader, found.at)
    start = found.at + 1
    if found.kind == "colon":
        start = _skip(words, start)
        if start in reader.marks.unpaired and start + 1 < len(words) and words[start + 1].complementizer:
            start += 1
        if start < len(words) and words[start].complementizer:
            return clause_contents(reader, start + 1, cue)
        if (
            start < len(words)
            and reader.marks.partner.get(start, -1) > start
            and not is_name(reader, start, after_cue=True)
        ):
            return _direct_pairs(reader, start)
        if start == reader.marks.dangling:
            return _dangling(reader, start)
        if start < len(words) and start in reader.marks.unpaired:
            start += 1
        return _unmarked(reader, start)
    return clause_contents(reader, start, cue)


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
    if cue.lemma == "اعتبر" and (opener > index + 1 or cue.has_object):
        return _labels(reader, opener)  # `اعتبر الإعلان "خطوة أولى"`
    if cue.has_object and cue.kind == "opinion" and opener == index + 1:
        return _labels(reader, opener)
    led = any(
        words[i].use & Use.PREPOSITION and words[i].fold in {"الى", "على", "من", "عن", "الي", "علي"}
        for i in range(index + 1, min(index + 4, opener))
    ) or (cue.kind == "act" and opener - index > 1 and cue.lemma not in _WORDED)
    if led and words[opener - 1].fold not in {"الى", "على", "من", "عن"}:
        pairs = pairs_in(reader, opener + 1, content_end(reader, opener))
        if words[opener - 1].kind is not Kind.COMMA or not is_name(reader, opener):
            pairs.insert(0, opener)
        return [Content(first + 1, reader.marks.partner[first], QuoteType.MIXED, first) for first in pairs]
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


def pairs_in(reader: BlockReader, start: int, end: int) -> list[int]:
    """Return the outermost pairs of marks in [start, end) that hold somebody's words."""
    pairs: list[int] = []
    closed = -1
    openers = reader.unowned
    place = bisect_left(openers, start)
    while place < len(openers) and (opener := openers[place]) < end:
        if opener in reader.owned or is_name(reader, opener):
            del openers[place]  # it stays so, and is looked at once only
            continue
        place += 1
        if opener < closed:
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
        if index == close + 1 or index >= len(words) or partner.get(index, -1) < index or is_name(reader, index):
            return contents
        opener = index


def _direct_type(reader: BlockReader, close: int) -> QuoteType:
    """Tell direct from mixed by what follows the closing mark: content that goes on without marks makes it mixed."""
    words = reader.tokens.words
    index = close + 1
    if index >= len(words):
        return QuoteType.DIRECT
    word = words[index]
    if word.fold == "على" and index + 1 < len(words) and words[index + 1].fold == "حد":
        return QuoteType.DIRECT  # "على حد تعبيره"
    if word.kind is not Kind.WORD or word.cue is not None or word.fold[:1] in {"و", "ف"} or word.use & Use.OPENER:
        return QuoteType.DIRECT
    if (
        word.use & Use.PREPOSITION
        and word.fold in {"في", "فى"}
        and index + 1 < len(words)
        and words[index + 1].noun == "اشاره"
    ):
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
        if word.cue is None or word.cue.form is Form.SOURCE or words[index - 1].complementizer:
            continue
        at_start = reader.sentence_start(index)
        clause_start = at_start > start and index - at_start <= 6
        if (
            (word.skip or clause_start)
            and (
                word.cue.kind in {"say", "go_on", "opinion"} or (clause_start and word.skip and word.cue.kind == "act")
            )
            and word.cue.form is not Form.NOUN
        ):
            found = seek_content(reader, index + 1, min(reader.sentence_end(index), index + MAX_STRETCH), word.cue)
            if found.kind in {"clause", "colon", "mark", "dangling", "chain"} and index > start:
                end = at_start if clause_start and at_start > start else index
                break
    end = strip_end(words, start, end)
    while end > start and words[end - 1].kind is Kind.MARK and end - 1 in reader.marks.unpaired:
        end = strip_end(words, start, end - 1)
    if end - start < 2:
        return []
    reader.covered = end
    return [Content(start, end, QuoteType.DIRECT)]


def clause_contents(reader: BlockReader, start: int, cue: Cue) -> list[Content]:
    """Content behind أن: direct where marks hold all of it, mixed where they hold a part, else indirect."""
    words, partner = reader.tokens.words, reader.marks.partner
    start = _skip(words, start)
    if start >= len(words):
        return []
    if start == reader.marks.dangling:
        return _dangling(reader, start)
    if partner.get(start, -1) > start and not is_name(reader, start, after_cue=True) and not _goes_on(reader, start):
        if cue.kind == "label":
            return _labels(reader, start)
        return _direct_then_mixed(reader, start)
    end = content_end(reader, start)
    pairs = pairs_in(reader, start, end)
    if pairs:
        return [Content(first + 1, partner[first], QuoteType.MIXED, first) for first in pairs]
    end = strip_end(words, start, end)
    while end > start and end - 1 in reader.marks.unpaired:
        end = strip_end(words, start, end - 1)
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
    if last.last + 1 >= reader.sentence_end(opener):
        return contents
    rest = pairs_in(reader, last.last + 1, content_end(reader, last.last + 1))
    partner = reader.marks.partner
    return contents + [Content(first + 1, partner[first], QuoteType.MIXED, first) for first in rest]


MIN_LEFT = 2
"""Tokens that stay where a participle is dropped from a content's end: "… لسنة أخرى، مطالبين"."""
PERCENT = frozenset({"%", "٪"})
"""Signs that belong to the number before them."""
_EDGES = frozenset({Kind.COMMA, Kind.STOP, Kind.COLON, Kind.OTHER, Kind.ELLIPSIS})


def _is_participle(word: Word) -> bool:
    return word.cue is not None and word.cue.form is Form.PARTICIPLE


def _is_adjective(words: list[Word], index: int) -> bool:
    """Tell a feminine participle that describes the noun before it: "حراسة مشددة"."""
    before = words[index - 1]
    return words[index].fold.endswith("ة") and before.kind is Kind.WORD and before.fold.endswith("ة")


def strip_end(words: list[Word], start: int, end: int) -> int:
    """Drop what does not belong to a content's end: punctuation, a dangling conjunction."""
    while end > start and (
        (end - start > MIN_LEFT and _is_participle(words[end - 1]) and not _is_adjective(words, end - 1))
        or (words[end - 1].kind in _EDGES and words[end - 1].text not in PERCENT)
        or words[end - 1].fold in {"و", "كما", "فيما", "بينما", "حيث", "ثم", "لكنه", "ولكنه", "لكنها"}
        or (end - start > MIN_LEFT + 1 and _is_own_words(words, end))
    ):
        end -= 2 if _is_own_words(words, end) else 1
    return end


def _is_own_words(words: list[Word], end: int) -> bool:
    """Tell whether a clause ends with the reporter's "in his words": "حسب قوله", "وفق تعبيرها"."""
    return words[end - 1].fold in _OWN_WORDS and words[end - 2].fold in {"حسب", "بحسب", "وفق"}


_OWN_WORDS = frozenset(
    noun + pronoun for noun in ("قول", "تعبير", "وصف", "راي", "كلام") for pronoun in ("ه", "ها", "هم")
)
