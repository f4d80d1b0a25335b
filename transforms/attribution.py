"""An article's blocks -> its quotes with their speakers, the speakers, and the marks that bound nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cache

from transforms.canonical import mention_span
from transforms.lexicon import Kind, Lexicon
from transforms.mentions import Entity, Registry
from transforms.model import Block, Quote, QuoteType, Reason, Record, Reject, Role, Span, Speaker, Stage
from transforms.naming import extend_surnames, register_names
from transforms.quotes import Marks, pair_marks
from transforms.reports import read_reports
from transforms.reports.block import Content, Report
from transforms.speakers import Discourse, Passage, Resolved, carry
from transforms.tokens import Tokens, tokenize

SPOKEN_ROLES = frozenset({Role.HEADLINE, Role.SUBHEADING, Role.BODY, Role.FURNITURE})
"""Blocks in which somebody may be quoted; whoever wants the story alone leaves out what stands in furniture."""
MIN_STAND_ALONE = 4
"""Tokens of a quotation that is a paragraph of its own; shorter ones are cross-heads."""

MAX_SCARE = 2
"""Tokens of a marked fragment that is no quote where nobody is known who could have said it."""

CONFIDENCE = {
    "name": 0.92,
    "title": 0.92,
    "head": 0.93,
    "organization": 0.92,
    "mention": 0.91,
    "same_sentence": 0.9,
    "topic": 0.8,
    "same_paragraph": 0.8,
    "earlier_paragraph": 0.88,
    "nobody": 0.05,
}
"""The share of each sieve's quotes in marks whose words and speaker are both right, on the development gold."""
UNMARKED = 0.93
"""What is left of that where no quotation mark bounds the content."""
BEFORE_VERB = 0.65
"""What is left of that where the subject stands before its verb: what looks like one may belong to another clause."""


@dataclass(slots=True, init=False)
class _Piece:
    """One block with its tokens, marks and reports."""

    index: int
    role: Role
    start: int
    tokens: Tokens
    marks: Marks
    reports: list[Report]

    def __init__(self, index: int, block: Block, tokens: Tokens, marks: Marks, reports: list[Report]) -> None:
        self.index = index
        self.role = block.role
        self.start = block.span.start
        self.tokens = tokens
        self.marks = marks
        self.reports = reports


@dataclass(frozen=True, slots=True)
class Attribution:
    """What was found in an article's blocks, each in text order."""

    quotes: tuple[Quote, ...]
    speakers: tuple[Speaker, ...]
    rejects: tuple[Reject, ...]


def attribute(text: str, blocks: tuple[Block, ...], lexicon: Lexicon) -> Attribution:
    """Find who says what: read every block, register who is named, then resolve each report's speaker.

    Headings come last, since only the body tells whether "X: …" names a speaker or a topic.
    """
    pieces = [_read_block(text, index, block, lexicon) for index, block in enumerate(blocks) if _is_spoken(block)]
    rejects = tuple([_unpaired(piece) for piece in pieces if piece.marks.unpaired])
    if not any(piece.reports for piece in pieces):
        return Attribution((), (), rejects)  # whom it names is asked for the sake of quotes only
    registry = Registry(text, lexicon)
    for piece in pieces:
        _register(registry, piece, lexicon)
    surnames = registry.surnames()
    for piece in pieces:
        extend_surnames(registry, piece.tokens, surnames)
    registry.close()
    discourse = Discourse(text, lexicon, registry)
    found: list[tuple[Quote, Entity | None]] = []
    for piece in sorted(pieces, key=lambda piece: (piece.role is not Role.BODY, piece.index)):
        found.extend(_resolve_block(discourse, piece))
    quotes = [_under_final_name(quote, entity) for quote, entity in found]
    quotes.sort(key=lambda quote: (quote.span, quote.cue or Span(0, 0)))
    return Attribution(tuple(quotes), _speakers(registry, quotes), rejects)


def _is_spoken(block: Block) -> bool:
    return block.role in SPOKEN_ROLES


def _read_block(text: str, index: int, block: Block, lexicon: Lexicon) -> _Piece:
    tokens = tokenize(text, block.span, lexicon)
    marks = pair_marks(tokens)
    reports = read_reports(tokens, marks, lexicon, is_heading=block.role is not Role.BODY)
    return _Piece(index, block, tokens, marks, reports)


def _register(registry: Registry, piece: _Piece, lexicon: Lexicon) -> None:
    for report in piece.reports:
        for phrase in (report.subject, report.via):
            if phrase is not None and report.cue >= 0 and not report.weak_subject:
                registry.register(piece.tokens, phrase, is_sure=phrase.is_sure)
    register_names(registry, piece.tokens, piece.marks.partner, lexicon)


def _unpaired(piece: _Piece) -> Reject:
    first = piece.marks.unpaired[0]
    count = len(piece.marks.unpaired)
    return Reject(
        Record.QUOTE,
        Stage.QUOTES,
        Reason.UNPAIRED_MARK,
        f"{count} quotation mark(s) without a partner in paragraph {piece.index}",
        piece.tokens.span(first, first + 1),
    )


def _under_final_name(quote: Quote, entity: Entity | None) -> Quote:
    """Name the speaker as the whole article does: reports that are resolved later may make a name longer."""
    if entity is None or quote.speaker == entity.name:
        return quote
    return replace(quote, speaker=entity.name)


def _resolve_block(discourse: Discourse, piece: _Piece) -> list[tuple[Quote, Entity | None]]:
    passage = Passage(piece.index, piece.tokens, piece.marks)
    is_body = piece.role is Role.BODY
    quotes = _continue_quote(discourse, piece) if is_body else []
    for report in piece.reports:
        if report.cue < 0:
            resolved = discourse.resolve_heading(passage, report)
            if resolved is None:
                continue
        else:
            resolved = discourse.resolve(passage, report)
        quotes.extend((quote, resolved.entity) for quote in _make_quotes(piece, report, resolved))
        discourse.note(passage, report, resolved, is_body=is_body)
    if is_body:
        discourse.before = passage
    return quotes


def _continue_quote(discourse: Discourse, piece: _Piece) -> list[tuple[Quote, Entity | None]]:
    """Give a paragraph that is nothing but a quotation to whoever has been speaking."""
    words, close = piece.tokens.words, piece.marks.partner.get(0, -1)
    last = discourse.last
    if last is None or discourse.last_block < piece.index - 2 or close <= MIN_STAND_ALONE:
        return []
    if any(word.kind not in {Kind.STOP, Kind.COMMA, Kind.OTHER} for word in words[close + 1 :]):
        return []
    if any(content.opener == 0 for report in piece.reports for content in report.contents):
        return []
    report = Report(-1, "stand_alone", [Content(1, close, QuoteType.DIRECT, 0)])
    carried = carry(last, piece.start, "earlier_paragraph")
    return [(quote, carried.entity) for quote in _make_quotes(piece, report, carried)]


def _make_quotes(piece: _Piece, report: Report, resolved: Resolved) -> list[Quote]:
    tokens, entity = piece.tokens, resolved.entity
    cue_span, lemma = _cue(tokens, report)
    addressee = None
    if report.addressee is not None:
        first, last, skip = report.addressee
        addressee = Span(tokens.starts[first] + skip, tokens.end(last - 1))
    if report.via is not None:
        resolved.via = mention_span(tokens, report.via)
    return [
        Quote(
            content.quote_type,
            tokens.span(content.first, content.last),
            piece.index,
            entity.name if entity is not None else None,
            entity.kind if entity is not None else None,
            resolved.mention,
            cue_span,
            lemma,
            addressee,
            resolved.via,
            f"{report.frame}/{resolved.sieve}",
            _confidence(content.quote_type, report.frame, resolved.sieve),
        )
        for content in report.contents
        if content.first < content.last and (entity is not None or _is_quoted(content))
    ]


def _is_quoted(content: Content) -> bool:
    """Tell whether content is a quote though nobody is known who could have said it."""
    if content.opener < 0:
        return content.quote_type is QuoteType.INDIRECT
    return content.last - content.first > MAX_SCARE


def _cue(tokens: Tokens, report: Report) -> tuple[Span | None, str | None]:
    if report.cue < 0:
        return None, None
    word, start = tokens.words[report.cue], tokens.starts[report.cue]
    return Span(start + word.skip, start + word.length), word.cue.lemma if word.cue is not None else None


@cache
def _confidence(quote_type: QuoteType, frame: str, sieve: str) -> float:
    confidence = CONFIDENCE[sieve]
    if quote_type is QuoteType.INDIRECT:
        confidence *= UNMARKED
    if frame == "subject_verb_clause":
        confidence *= BEFORE_VERB
    return round(confidence, 2)


def _speakers(registry: Registry, quotes: list[Quote]) -> tuple[Speaker, ...]:
    counts = Counter(quote.speaker for quote in quotes if quote.speaker is not None)
    speakers: dict[str, Speaker] = {}
    for entity in registry.entities:
        if entity.name in counts and entity.name not in speakers:
            speakers[entity.name] = Speaker(
                entity.name, entity.kind, entity.title, len(set(entity.mentions)), counts[entity.name]
            )
    return tuple(speakers.values())
