"""An article's blocks -> its quotes with their speakers, the speakers, and the marks that bound nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from transforms.canonical import mention_span
from transforms.confidence import Setting, confidence, evidence_of_content, evidence_of_speaker
from transforms.lexicon import Kind, Lexicon
from transforms.mentions import Entity, Registry
from transforms.model import Block, Quote, QuoteType, Reason, Record, Reject, Role, Span, Speaker, Stage
from transforms.naming import extend_surnames, register_names
from transforms.quotes import Marks, pair_marks
from transforms.reports import read_reports
from transforms.reports.block import Content, Report
from transforms.reports.marked import headed_names
from transforms.speakers import Discourse, Passage, Resolved, carry
from transforms.tokens import Tokens, tokenize

SPOKEN_ROLES = frozenset({Role.HEADLINE, Role.SUBHEADING, Role.BODY, Role.FURNITURE})
"""Blocks in which somebody may be quoted; whoever wants the story alone leaves out what stands in furniture."""
MIN_STAND_ALONE = 4
"""Tokens of a quotation that is a paragraph of its own; shorter ones are cross-heads."""

MAX_SCARE = 2
"""Tokens of a marked fragment that is no quote where nobody is known who could have said it."""


MIN_CONFIDENCE = 0.4
"""A quote below it is rejected as doubtful: quotes with their speakers have their best F1 there on the gold."""


@dataclass(slots=True, init=False)
class _Piece:
    """One block with its tokens, marks and reports."""

    index: int
    role: Role
    start: int
    tokens: Tokens
    marks: Marks
    reports: list[Report]

    def __init__(self, index: int, block: Block, tokens: Tokens, marks: Marks) -> None:
        self.index = index
        self.role = block.role
        self.start = block.span.start
        self.tokens = tokens
        self.marks = marks
        self.reports: list[Report] = []


@dataclass(frozen=True, slots=True)
class _Draft:
    """A quote before all of the article has been read, which may give its speaker a longer name."""

    piece: _Piece
    report: Report
    content: Content
    resolved: Resolved
    speaker: Entity | None


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
    pieces = [_cut_block(text, index, block, lexicon) for index, block in enumerate(blocks) if _is_spoken(block)]
    names = headed_names((piece.tokens, piece.marks) for piece in pieces)
    for piece in pieces:
        is_heading = piece.role is not Role.BODY
        piece.reports = read_reports(piece.tokens, piece.marks, lexicon, names, is_heading=is_heading)
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
    drafts: list[_Draft] = []
    for piece in sorted(pieces, key=lambda piece: (piece.role is not Role.BODY, piece.index)):
        drafts.extend(_resolve_block(discourse, piece))
    found = _finish(drafts, Setting(len(text), len(blocks), len(drafts)), lexicon)
    quotes = [quote for quote in found if quote.confidence >= MIN_CONFIDENCE]
    doubtful = [_doubtful(quote) for quote in found if quote.confidence < MIN_CONFIDENCE]
    return Attribution(tuple(quotes), _speakers(registry, quotes), (*rejects, *doubtful))


def _is_spoken(block: Block) -> bool:
    return block.role in SPOKEN_ROLES


def _cut_block(text: str, index: int, block: Block, lexicon: Lexicon) -> _Piece:
    tokens = tokenize(text, block.span, lexicon)
    return _Piece(index, block, tokens, pair_marks(tokens))


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


def _doubtful(quote: Quote) -> Reject:
    detail = f"{quote.method}, confidence {quote.confidence:.2f}"
    return Reject(Record.QUOTE, Stage.QUOTES, Reason.DOUBTFUL, detail, quote.span)


def _resolve_block(discourse: Discourse, piece: _Piece) -> list[_Draft]:
    passage = Passage(piece.index, piece.tokens, piece.marks)
    is_body = piece.role is Role.BODY
    drafts = _continue_quote(discourse, piece) if is_body else []
    for report in piece.reports:
        if report.cue < 0:
            resolved = discourse.resolve_heading(passage, report)
            if resolved is None:
                continue
        else:
            resolved = discourse.resolve(passage, report)
        drafts.extend(_draft(piece, report, resolved))
        discourse.note(passage, report, resolved, is_body=is_body)
    if is_body:
        discourse.before = passage
    return drafts


def _continue_quote(discourse: Discourse, piece: _Piece) -> list[_Draft]:
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
    return _draft(piece, report, carried)


def _draft(piece: _Piece, report: Report, resolved: Resolved) -> list[_Draft]:
    """Return what a report holds; ``speaker`` is kept apart, since a later report may resolve an entity anew."""
    if report.via is not None:
        resolved.via = mention_span(piece.tokens, report.via)
    return [
        _Draft(piece, report, content, resolved, resolved.entity)
        for content in report.contents
        if content.first < content.last and (resolved.entity is not None or _is_quoted(content))
    ]


def _finish(drafts: list[_Draft], setting: Setting, lexicon: Lexicon) -> list[Quote]:
    """Make the quotes, in text order, under the names that the whole article gives their speakers."""
    counts = Counter(draft.speaker.name for draft in drafts if draft.speaker is not None)
    shared = setting.evidence()
    quotes = [_quote(draft, lexicon, counts, shared) for draft in drafts]
    return _once(sorted(quotes, key=lambda quote: (quote.span, quote.cue or Span(0, 0))))


def _quote(draft: _Draft, lexicon: Lexicon, counts: Counter[str], shared: list[str]) -> Quote:
    piece, report, content, resolved, entity = draft.piece, draft.report, draft.content, draft.resolved, draft.speaker
    tokens = piece.tokens
    start = tokens.starts[content.first] + content.skip
    cue, lemma = _cue(tokens, report)
    addressee = None
    if report.addressee is not None:
        first, last, skip = report.addressee
        addressee = Span(tokens.starts[first] + skip, tokens.end(last - 1))
    evidence = [*shared, *evidence_of_content(tokens, report, content, resolved)]
    if entity is not None:
        place = cue.start if cue is not None else start
        evidence += evidence_of_speaker(entity, lexicon, place, resolved, counts[entity.name])
    return Quote(
        content.quote_type,
        Span(start, tokens.end(content.last - 1)),
        piece.index,
        entity.name if entity is not None else None,
        entity.kind if entity is not None else None,
        resolved.mention,
        cue,
        lemma,
        addressee,
        resolved.via,
        f"{report.frame}/{resolved.sieve}",
        confidence(lexicon.code, evidence),
    )


def _once(quotes: list[Quote]) -> list[Quote]:
    """Keep one of the quotes that give the same words to the same speaker: the surest, of these the first."""
    best: dict[tuple[Span, str | None], Quote] = {}
    for quote in quotes:
        known = best.get((quote.span, quote.speaker))
        if known is None or quote.confidence > known.confidence:
            best[quote.span, quote.speaker] = quote
    return list(best.values())


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


def _speakers(registry: Registry, quotes: list[Quote]) -> tuple[Speaker, ...]:
    counts = Counter(quote.speaker for quote in quotes if quote.speaker is not None)
    speakers: dict[str, Speaker] = {}
    for entity in registry.entities:
        if entity.name in counts and entity.name not in speakers:
            speakers[entity.name] = Speaker(
                entity.name, entity.kind, entity.title, len(set(entity.mentions)), counts[entity.name]
            )
    return tuple(speakers.values())
