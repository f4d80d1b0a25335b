"""One block being read: its tokens and marks, its sentences, the reports found in it so far."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from dataclasses import dataclass

from transforms.lexicon import Cue, Form, Kind, Lexicon, Use, Word
from transforms.model import QuoteType
from transforms.names import is_attached_noun
from transforms.phrases import Phrase, phrase_end, read_phrase
from transforms.quotes import Marks
from transforms.tokens import Tokens

MAX_STRETCH = 40
"""Tokens between a cue and what it reports: 92 % of those measured have at most 15, the longest titles some 30."""


MAX_LEFT = 12
"""Tokens of a subject that stands before its verb."""


@dataclass(slots=True, init=False)
class Content:
    """What was said, by token indices, half-open; ``opener`` is the token of its opening mark, -1 for none.

    ``skip`` counts the code points of its first token that are no part of it: a conjunction before a clause.
    """

    first: int
    last: int
    quote_type: QuoteType
    opener: int
    skip: int

    def __init__(self, first: int, last: int, quote_type: QuoteType, opener: int = -1, skip: int = 0) -> None:
        self.first = first
        self.last = last
        self.quote_type = quote_type
        self.opener = opener
        self.skip = skip


@dataclass(slots=True, init=False)
class Report:
    """One cue with what it reports. ``subject`` is ``None`` where the speaker is not named beside the cue."""

    cue: int
    frame: str
    contents: list[Content]
    subject: Phrase | None
    addressee: tuple[int, int, int] | None
    via: Phrase | None
    governor: int
    weak_subject: bool
    begins: int
    sentence_start: int

    def __init__(
        self,
        cue: int,
        frame: str,
        contents: list[Content],
        subject: Phrase | None = None,
        addressee: tuple[int, int, int] | None = None,
        via: Phrase | None = None,
    ) -> None:
        self.cue = cue
        self.frame = frame
        self.contents = contents
        self.subject = subject
        self.addressee = addressee
        self.via = via
        self.governor = -1
        self.weak_subject = False
        self.begins = -1
        self.sentence_start = 0


class BlockReader:
    """Finds the reports of one block.

    ``names`` are what the article calls a name somewhere (``marked.headed_names``).
    ``unowned`` are the first marks of pairs, those left out that are known to hold a name or what another report holds.
    ``reports`` are in the order in which they were added. What stands between two tokens is looked up in sorted lists,
    not in all that the block holds.
    """

    __slots__ = (
        "_by_cue", "_commas", "_cues", "_told", "bounds", "chained", "claimed", "covered", "ends", "lexicon", "marks",
        "names", "owned", "reports", "tokens", "unowned",
    )  # fmt: skip

    def __init__(self, tokens: Tokens, marks: Marks, lexicon: Lexicon, names: frozenset[str]) -> None:
        self.tokens = tokens
        self.marks = marks
        self.lexicon = lexicon
        self.names = names
        self.bounds = sentence_bounds(tokens, marks)
        self.reports: list[Report] = []
        self.owned: set[int] = set()
        self.chained: dict[int, int] = {}
        self.claimed: set[int] = set()
        self.covered = -1
        self.unowned = list(marks.openers)
        self.ends: dict[tuple[int, bool], int] = {}
        self._cues: list[int] = []
        self._by_cue: list[Report] = []
        self._told: list[int] = []
        self._commas: list[int] | None = None

    def add(self, report: Report) -> None:
        """Keep a report."""
        self.reports.append(report)
        at = bisect_right(self._cues, report.cue)
        self._cues.insert(at, report.cue)
        self._by_cue.insert(at, report)
        if report.contents:
            insort(self._told, report.cue)
            insort(self._told, report.contents[0].first)

    def reports_between(self, first: int, last: int) -> Iterator[Report]:
        """Yield the reports whose cue stands in a half-open stretch, in text order."""
        at = bisect_left(self._cues, first)
        while at < len(self._cues) and self._cues[at] < last:
            yield self._by_cue[at]
            at += 1

    def is_told(self, first: int, last: int) -> bool:
        """Tell whether a report with content has its cue, or the beginning of its content, in a half-open stretch."""
        return _has_between(self._told, first, last)

    def has_comma(self, first: int, last: int) -> bool:
        """Tell whether a comma stands in a half-open stretch."""
        if self._commas is None:
            self._commas = [index for index, word in enumerate(self.tokens.words) if word.kind is Kind.COMMA]
        return _has_between(self._commas, first, last)

    # --- the clause -------------------------------------------------------------------------------------------------

    def sentence_end(self, index: int) -> int:
        """Return the token that ends the sentence of token ``index``, exclusive (the stop itself is outside)."""
        place = bisect_left(self.bounds, index)
        return self.bounds[place] if place < len(self.bounds) else len(self.tokens.words)

    def phrase(self, first: int, limit: int, *, bounded: bool = True) -> Phrase:
        """Read the noun phrase from token ``first`` on, at most up to ``limit``; ``bounded``: where it surely ends."""
        return read_phrase(self.tokens, first, limit, self.marks.partner, self.lexicon.inside, bounded=bounded)

    def phrase_end(self, first: int, limit: int) -> int:
        """Return where the noun phrase from token ``first`` on ends, exclusive."""
        return phrase_end(self.tokens, first, limit, self.marks.partner, self.lexicon.inside)

    def sentence_start(self, index: int) -> int:
        """Return the first token of the sentence that holds token ``index``."""
        place = bisect_left(self.bounds, index)
        return self.bounds[place - 1] + 1 if place else 0


def _has_between(places: list[int], first: int, last: int) -> bool:
    at = bisect_left(places, first)
    return at < len(places) and places[at] < last


@dataclass(slots=True, init=False)
class Found:
    """What stands between a cue and its content: ``kind`` is clause, colon, mark, chain or nothing."""

    kind: str
    at: int

    def __init__(self, kind: str, at: int) -> None:
        self.kind = kind
        self.at = at


NO_CUE = Cue("", "say", Form.PAST, "", "")


def sentence_bounds(tokens: Tokens, marks: Marks) -> list[int]:
    """Return the tokens that end sentences: stops outside of marks, and marks that close right behind a stop."""
    words, partner = tokens.words, marks.partner
    bounds: list[int] = []
    if (dash := _dateline(words)) >= 0:
        bounds.append(dash)
    closing = -1
    for index in tokens.signals:
        word = words[index]
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


MAX_DATELINE = 14
"""Tokens of a town and an agency before the dash that parts them from the story."""


def _dateline(words: list[Word]) -> int:
    """Return the dash behind an agency in brackets that opens a block ("نيويورك، الولايات المتحدة (سي)--"), or -1."""
    for index in range(2, min(len(words), MAX_DATELINE)):
        if words[index].kind is Kind.STOP:
            return -1
        if words[index].kind is Kind.OTHER and words[index - 1].text == ")":
            return next((i - 1 for i in range(index + 1, len(words)) if words[i].kind is not Kind.OTHER), index)
    return -1


def _continues(words: list[Word], index: int) -> bool:
    return index < len(words) and words[index].kind in {Kind.COMMA, Kind.STOP}


_SEMICOLONS = frozenset("؛;")
_REASONS = frozenset({"لان", "لانه", "لانها", "لانهم", "بل", "مما", "نتيجة"})


def _completes(word: Word) -> bool:
    """Tell whether what stands behind a semicolon only completes the clause before it: "؛ بتقديم", "؛ لأن"."""
    hangs = word.prefix in {"ب", "ل", "لل"} or is_attached_noun(word)  # "؛ لم" and "؛ بدأ" open another
    return word.fold in _REASONS or (hangs and not word.use & Use.GIVEN_NAME and word.fold[0] in "بل")


def _ends_sentence(tokens: Tokens, index: int) -> bool:
    words = tokens.words
    if words[index].text in _SEMICOLONS and index + 1 < len(words):
        return not _completes(words[index + 1])
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
    return not (glued and before.kind is after.kind is Kind.WORD and (after.length < 3 or before.length < 3))
