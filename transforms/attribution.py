"""Reports and entities -> quotes with their speakers, found by named sieves from the surest to the weakest."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from transforms.lexicon import Form, Kind, Lexicon, Use, Word
from transforms.mentions import Entity, Registry, mention_span, name_key
from transforms.model import Block, Quote, QuoteType, Reason, Record, Reject, Role, Span, Speaker, SpeakerKind, Stage
from transforms.phrases import Phrase, is_name_word, read_phrase
from transforms.quotes import Marks, pair_marks
from transforms.reports import read_reports
from transforms.reports.block import Content, Report
from transforms.tokens import Tokens, tokenize

SPOKEN_ROLES = frozenset({Role.HEADLINE, Role.SUBHEADING, Role.BODY})
"""Blocks in which somebody may be quoted."""

CONFIDENCE = {
    "name": 0.9,
    "title": 0.75,
    "head": 0.75,
    "organization": 0.85,
    "mention": 0.6,
    "same_sentence": 0.85,
    "same_paragraph": 0.75,
    "earlier_paragraph": 0.6,
    "nobody": 0.3,
}
"""How often each sieve is right, to be calibrated on the dev gold."""


@dataclass(slots=True)
class _Piece:
    """One block with its tokens, marks and reports."""

    index: int
    block: Block
    tokens: Tokens
    marks: Marks
    reports: list[Report]


@dataclass(slots=True)
class _Resolved:
    """Who speaks: the entity, the mention that counts, the sieve that answered."""

    entity: Entity | None
    mention: Span | None
    sieve: str
    via: Span | None = None


@dataclass(slots=True)
class _Attribution:
    text: str
    lexicon: Lexicon
    registry: Registry
    last: _Resolved | None = None
    last_block: int = -1
    quotes: list[Quote] = field(default_factory=list)
    speaking: set[int] = field(default_factory=set)


def attribute(
    text: str, blocks: tuple[Block, ...], lexicon: Lexicon
) -> tuple[tuple[Quote, ...], tuple[Speaker, ...], tuple[Reject, ...]]:
    """Find who says what in an article's blocks: the quotes in text order, their speakers, the marks left alone."""
    pieces = [
        _read_block(text, index, block, lexicon) for index, block in enumerate(blocks) if block.role in SPOKEN_ROLES
    ]
    work = _Attribution(text, lexicon, Registry(text, lexicon))
    for piece in pieces:
        _register(work, piece)
    for entity in work.registry.entities:
        entity.mentions.sort()
    headings = [piece for piece in pieces if piece.block.role is not Role.BODY]
    for piece in pieces:
        if piece.block.role is Role.BODY:
            _resolve_block(work, piece)
    for piece in headings:
        _resolve_block(work, piece)
    quotes = tuple(sorted(work.quotes, key=lambda quote: (quote.span, quote.cue or Span(0, 0))))
    return quotes, _speakers(work, quotes), tuple(_unpaired(piece) for piece in pieces if piece.marks.unpaired)


def _read_block(text: str, index: int, block: Block, lexicon: Lexicon) -> _Piece:
    tokens = tokenize(text, block.span, lexicon)
    marks = pair_marks(tokens)
    heading = block.role is not Role.BODY
    return _Piece(index, block, tokens, marks, read_reports(tokens, marks, lexicon, is_heading=heading))


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


# --- who is named ---------------------------------------------------------------------------------------------------


def _register(work: _Attribution, piece: _Piece) -> None:
    for report in piece.reports:
        for phrase in (report.subject, report.via):
            if phrase is not None and report.cue >= 0 and not report.weak_subject:
                work.registry.register(piece.tokens, phrase)
    _register_names(work, piece)


def _register_names(work: _Attribution, piece: _Piece) -> None:
    """Register who is named in running text, told by a title, a given name or an organisation's head noun."""
    tokens, words = piece.tokens, piece.tokens.words
    index, end = 0, len(words)
    while index < end:
        word = words[index]
        if word.use & (Use.TITLE | Use.HONORIFIC | Use.GIVEN_NAME | Use.COUNTERPART) and not word.prefix == "ب":
            phrase = read_phrase(
                tokens, index, min(index + 24, end), piece.marks.partner, work.lexicon.inside, bounded=False
            )
            if phrase.name_first < phrase.name_last and _is_sure_name(work, words, phrase):
                work.registry.register(tokens, phrase)
                index = phrase.name_last
                continue
        elif word.use & Use.ORGANIZATION and not word.use & Use.TITLE:
            index = _register_organization(work, piece, index, end)
            continue
        index += 1


def _is_sure_name(work: _Attribution, words: list[Word], phrase: Phrase) -> bool:
    """Tell whether a name in running text is one: it holds a known given name, or its last word is quoted elsewhere."""
    name = words[phrase.name_first : phrase.name_last]
    if any(word.use & Use.GIVEN_NAME for word in name):
        return len(name) > 1 or phrase.name_first > phrase.first
    key = name_key([word.fold for word in name if word.kind is Kind.WORD])
    if key and work.registry.find_name(key) is not None:
        return True
    return len(name) > 1 and words[phrase.name_first - 1].kind is Kind.COMMA


def _register_organization(work: _Attribution, piece: _Piece, index: int, end: int) -> int:
    """Register an organisation in running text: its head noun and the definite words behind it."""
    words = piece.tokens.words
    last = index + 1
    while (
        last < end
        and last - index < 5
        and (
            (
                words[last].definite
                and words[last].kind is Kind.WORD
                and not words[last].prefix
                and not words[last].use & Use.TITLE
            )
            and not words[last].use & (Use.RELATIVE | Use.TIME)
        )
    ):
        last += 1
    if last - index > 1:
        word = words[index]
        phrase = Phrase(
            index, last, SpeakerKind.ORGANIZATION, word.noun, word.definite, index, index, 0, None, "", False, False
        )
        work.registry.register(piece.tokens, phrase)
    return last


# --- who speaks -----------------------------------------------------------------------------------------------------


def _resolve_block(work: _Attribution, piece: _Piece) -> None:
    done: list[tuple[Report, int, _Resolved]] = []
    by_cue: dict[int, _Resolved] = {}
    if not piece.reports or piece.reports[0].cue > 0:
        _continue_quote(work, piece)
    for report in piece.reports:
        sentence = _sentence_of(piece, report)
        if report.cue < 0:
            resolved = _resolve_heading(work, piece, report)
            if resolved is None:
                continue
        else:
            resolved = _resolve(work, piece, report, _in_sentence(done, report, sentence), by_cue)
        _emit(work, piece, report, resolved)
        by_cue[report.cue] = resolved
        if resolved.entity is not None:
            done.append((report, sentence, resolved))
            if piece.block.role is Role.BODY and not _is_inside(done, report):
                work.last, work.last_block = resolved, piece.index


def _continue_quote(work: _Attribution, piece: _Piece) -> None:
    """Give a block that opens with a mark, or is nothing but marks, to whoever has been speaking."""
    words, partner = piece.tokens.words, piece.marks.partner
    if piece.block.role is not Role.BODY or not words or words[0].kind is not Kind.MARK or work.last is None:
        return
    close = partner.get(0, -1)
    whole = close > 4 and all(w.kind in {Kind.STOP, Kind.COMMA, Kind.OTHER} for w in words[close + 1 :])
    if not (whole and work.last_block >= piece.index - 2) or any(
        0 in {c.opener for c in r.contents} for r in piece.reports
    ):
        return
    content = Content(1, close, QuoteType.DIRECT, 0)
    resolved = _carried(work.last, piece.block.span.start, "earlier_paragraph")
    _emit(work, piece, Report(-1, "stand_alone", [content]), resolved)


def _is_inside(done: list[tuple[Report, int, _Resolved]], report: Report) -> bool:
    """Tell whether a report stands inside what an earlier one of its block reports."""
    return any(
        content.first <= report.cue < content.last
        for outer, _, _ in done
        if outer is not report
        for content in outer.contents
    )


def _in_sentence(done: list[tuple[Report, int, _Resolved]], report: Report, sentence: int) -> _Resolved | None:
    """Return who last spoke in the sentence, past those who were only quoted in content that has ended."""
    for earlier, place, resolved in reversed(done):
        if place != sentence:
            return None
        ended = any(
            content.first <= earlier.cue < content.last <= report.cue
            for outer, _, _ in done
            if outer is not earlier
            for content in outer.contents
        )
        if not ended:
            return resolved
    return None


def _sentence_of(piece: _Piece, report: Report) -> int:
    at = report.cue if report.cue >= 0 else 0
    return sum(1 for i in range(at) if piece.tokens.words[i].kind is Kind.STOP)


def _resolve(
    work: _Attribution, piece: _Piece, report: Report, sentence: _Resolved | None, by_cue: dict[int, _Resolved]
) -> _Resolved:
    if report.subject is not None and not (report.weak_subject and not _is_known(work, piece, report.subject)):
        return _resolve_phrase(work, piece, report.subject, report)
    cue = piece.tokens.words[report.cue].cue
    place = piece.tokens.starts[report.cue]
    if report.governor >= 0 and report.governor in by_cue:
        return by_cue[report.governor]
    if sentence is not None:
        carried = _carried(sentence, place, "same_sentence")
        carried.via = sentence.via if cue is not None and cue.form is Form.PARTICIPLE else None
        return carried
    subject = _sentence_subject(work, piece, report)
    if subject is not None:
        return subject
    if work.last is not None and work.last.entity is not None:
        sieve = "same_paragraph" if work.last_block == piece.index else "earlier_paragraph"
        candidate = work.last
        if (
            cue is not None
            and cue.gender
            and candidate.entity is not None
            and candidate.entity.gender not in {"", cue.gender}
        ):
            other = _agreeing(work, place, cue.gender)
            if other is not None:
                return _Resolved(other, other.mention_before(place), sieve)
        return _carried(candidate, place, sieve)
    return _Resolved(None, None, "nobody")


def _is_known(work: _Attribution, piece: _Piece, phrase: Phrase) -> bool:
    key = name_key([w.fold for w in piece.tokens.words[phrase.first : phrase.last] if w.kind is Kind.WORD])
    return bool(key) and (work.registry.find_name(key) is not None or work.registry.find_name(key[:1]) is not None)


def _agreeing(work: _Attribution, place: int, gender: str) -> Entity | None:
    best: Entity | None = None
    best_at = -1
    for entity in work.registry.entities:
        if entity.gender != gender or id(entity) not in work.speaking:
            continue
        mention = entity.mention_before(place)
        if mention is not None and best_at < mention.start < place:
            best, best_at = entity, mention.start
    return best


def _carried(resolved: _Resolved, place: int, sieve: str) -> _Resolved:
    entity = resolved.entity
    mention = entity.mention_before(place) if entity is not None else None
    return _Resolved(entity, mention or resolved.mention, sieve)


def _sentence_subject(work: _Attribution, piece: _Piece, report: Report) -> _Resolved | None:
    """Return the subject of the sentence that a participle goes on from: "غادر الوزير … مؤكدا أن"."""
    words = piece.tokens.words
    start = report.cue
    while start and words[start - 1].kind is not Kind.STOP:
        start -= 1
    for index in range(start, min(start + 8, report.cue)):
        word = words[index]
        if word.use & (Use.PREPOSITION | Use.RELATIVE) and index > start + 1:
            return None
        if word.prefix in {"ل", "ب", "ك"}:
            continue
        known = word.use & (Use.TITLE | Use.HONORIFIC | Use.GIVEN_NAME | Use.UNNAMED | Use.ORGANIZATION)
        if not known and index > start and word.kind is Kind.WORD and is_name_word(word):
            known = int(work.registry.find_name(name_key([word.fold])) is not None)
        if known:
            phrase = read_phrase(
                piece.tokens, index, report.cue, piece.marks.partner, work.lexicon.inside, bounded=False
            )
            resolved = _resolve_phrase(work, piece, phrase, report)
            return _Resolved(resolved.entity, resolved.mention, "same_sentence")
    return None


def _resolve_phrase(work: _Attribution, piece: _Piece, phrase: Phrase, report: Report) -> _Resolved:
    tokens, registry = piece.tokens, work.registry
    mention = mention_span(tokens, phrase)
    place = mention.start
    gender = _cue_gender(piece, report)
    words = tokens.words[phrase.first : phrase.last]
    countries = {c for w in words if w.use & Use.NATIONALITY and (c := work.lexicon.country(w.noun))}
    if phrase.name_first < phrase.name_last:
        folds = [w.fold for w in tokens.words[phrase.name_first : phrase.name_last] if w.kind is Kind.WORD]
        key = name_key(folds)
        entity = registry.find_name(key, place)
        if entity is None and len(key) == 1:
            entity = registry.find_word(key[0])
        return _named(work, piece, phrase, entity, mention, "name", gender)
    head = words[0]
    last = work.last.entity if work.last is not None else None
    if phrase.same:
        noun = words[1].noun if head.use & Use.SAME_BEFORE and len(words) > 1 else phrase.head
        found = registry.find_by_head(noun, place, set())
        found = found or last
        if found is not None:
            return _named(work, piece, phrase, found, mention, "head", gender)
    if head.use & Use.LAST and last is not None:
        return _named(work, piece, phrase, last, mention, "head", gender)
    if head.definite or phrase.first + 1 == phrase.last:
        if head.use & (Use.TITLE | Use.HONORIFIC):
            entity = registry.find_by_title(phrase.head, place, countries)
            if entity is not None:
                return _named(work, piece, phrase, entity, mention, "title", gender)
        if (
            head.definite
            and head.use & (Use.UNNAMED | Use.TITLE)
            and last is not None
            and phrase.last - phrase.first <= 2
        ):
            fits = last.kind is SpeakerKind.UNNAMED if head.use & Use.UNNAMED else last.kind is SpeakerKind.PERSON
            if (
                fits
                and last.gender in {"", gender}
                and not (countries and last.countries and not countries & last.countries)
            ):
                return _named(work, piece, phrase, last, mention, "head", gender)
        found = registry.find_by_head(phrase.head, place, countries)
        if found is not None and phrase.last - phrase.first <= 2:
            return _named(work, piece, phrase, found, mention, "head", gender)
    entity = registry.register(tokens, phrase)
    if entity is None:
        entity = Entity(
            phrase.kind, clean(work, mention), name_key([w.fold for w in words if w.kind is Kind.WORD]), phrase.head
        )
        registry.entities.append(entity)
        entity.mentions.append(mention)
    return _named(
        work,
        piece,
        phrase,
        entity,
        mention,
        "organization" if entity.kind is SpeakerKind.ORGANIZATION else "mention",
        gender,
    )


def clean(work: _Attribution, span: Span) -> str:
    """Return a mention as a name: white space levelled, marks at its ends dropped."""
    return " ".join(work.text[span.start : span.end].split()).strip(" \"'«»“”،,.:-")


def _named(
    work: _Attribution, piece: _Piece, phrase: Phrase, entity: Entity | None, mention: Span, sieve: str, gender: str
) -> _Resolved:
    if entity is None:
        entity = work.registry.register(piece.tokens, phrase)
    if entity is not None:
        entity.gender = entity.gender or gender
        work.speaking.add(id(entity))
    return _Resolved(entity, mention, sieve)


def _cue_gender(piece: _Piece, report: Report) -> str:
    if report.cue < 0:
        return ""
    cue = piece.tokens.words[report.cue].cue
    return cue.gender if cue is not None and cue.form in {Form.PAST, Form.PRESENT} else ""


def _resolve_heading(work: _Attribution, piece: _Piece, report: Report) -> _Resolved | None:
    """Accept "X: …" as speech only where X speaks elsewhere in the article or can only be somebody who speaks."""
    phrase = report.subject
    if phrase is None:
        return None
    words = [w for w in piece.tokens.words[phrase.first : phrase.last] if w.kind is Kind.WORD]
    if not words:
        return None
    head = piece.tokens.words[phrase.first]
    mention = mention_span(piece.tokens, phrase)
    if phrase.name_first < phrase.name_last:
        key = name_key(
            [w.fold for w in piece.tokens.words[phrase.name_first : phrase.name_last] if w.kind is Kind.WORD]
        )
        entity = work.registry.find_name(key, mention.start)
        if entity is None and len(key) == 1:
            entity = work.registry.find_word(key[0])
        return _Resolved(entity, mention, "name") if entity is not None else None
    if head.use & (Use.TITLE | Use.UNNAMED | Use.DOCUMENT | Use.HONORIFIC):
        return _resolve_phrase(work, piece, phrase, report)
    key = name_key([w.fold for w in words])
    for entity in work.registry.entities:
        if id(entity) in work.speaking and entity.kind is SpeakerKind.ORGANIZATION and set(key) <= set(entity.key):
            return _Resolved(entity, mention, "organization")
    first = piece.tokens.words[report.contents[0].first]
    if head.use & Use.PLACE and phrase.last - phrase.first == 1 and first.fold[:1] in {"ن", "ل"} and not first.definite:
        return _resolve_phrase(work, piece, phrase, report)  # a country speaks for itself: "الجزائر: نحذر"
    return None


# --- quotes and speakers --------------------------------------------------------------------------------------------


def _emit(work: _Attribution, piece: _Piece, report: Report, resolved: _Resolved) -> None:
    tokens = piece.tokens
    cue_span, lemma = None, None
    if report.cue >= 0:
        word = tokens.words[report.cue]
        start = tokens.starts[report.cue]
        cue_span = Span(start + word.skip, start + word.length)
        lemma = word.cue.lemma if word.cue is not None else None
    addressee = None
    if report.addressee is not None:
        first, last, skip = report.addressee
        addressee = Span(tokens.starts[first] + skip, tokens.end(last - 1))
    via = mention_span(tokens, report.via) if report.via is not None else resolved.via
    resolved.via = via
    entity = resolved.entity
    for content in report.contents:
        span = _content_span(work, tokens, content.first, content.last)
        if span is None:
            continue
        work.quotes.append(
            Quote(
                content.quote_type,
                span,
                piece.index,
                entity.name if entity is not None else None,
                entity.kind if entity is not None else None,
                resolved.mention,
                cue_span,
                lemma,
                addressee,
                via,
                f"{report.frame}/{resolved.sieve}",
                _confidence(content.quote_type, resolved.sieve),
            )
        )


def _content_span(work: _Attribution, tokens: Tokens, first: int, last: int) -> Span | None:
    """Return the content's stretch, a leading و or ف of a report's first word kept, white space at its ends left out."""
    if first >= last:
        return None
    start, end = tokens.starts[first], tokens.end(last - 1)
    return Span(start, end) if start < end else None


def _confidence(quote_type: QuoteType, sieve: str) -> float:
    base = CONFIDENCE[sieve]
    return round(base if quote_type is QuoteType.DIRECT else base * 0.85, 2)


def _speakers(work: _Attribution, quotes: tuple[Quote, ...]) -> tuple[Speaker, ...]:
    counts = Counter(quote.speaker for quote in quotes if quote.speaker is not None)
    speakers: dict[str, Speaker] = {}
    for entity in work.registry.entities:
        if entity.name in counts and entity.name not in speakers:
            speakers[entity.name] = Speaker(
                entity.name, entity.kind, entity.title, len(set(entity.mentions)), counts[entity.name]
            )
    return tuple(speakers.values())
