"""The nouns that cross module borders: text and spans in, an article or a reject out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Span(NamedTuple):
    """A half-open stretch ``[start, end)`` of a text, counted in Unicode code points from 0.

    >>> text = "قال: نعم"
    >>> text[slice(*Span(0, 3))]
    'قال'
    """

    start: int
    end: int


class Role(StrEnum):
    """What a block of an article is for."""

    SECTION = "section"
    HEADLINE = "headline"
    DATE = "date"
    BYLINE = "byline"
    BODY = "body"
    SUBHEADING = "subheading"
    CREDIT = "credit"
    FURNITURE = "furniture"


class QuoteType(StrEnum):
    """How somebody's words are given, as ``docs/annotation.md`` defines it."""

    DIRECT = "direct"
    INDIRECT = "indirect"
    MIXED = "mixed"


class SpeakerKind(StrEnum):
    """Who or what a speaker is."""

    PERSON = "person"
    ORGANIZATION = "organization"
    DOCUMENT = "document"
    UNNAMED = "unnamed"


class Stage(StrEnum):
    """The step that refused a record, in the order of the steps; ``SPLIT`` is those from layout to quotes as one."""

    READ = "read"
    DECODE = "decode"
    LAYOUT = "layout"
    QUOTES = "quotes"
    SPLIT = "split"
    VALIDATE = "validate"


class Record(StrEnum):
    """What kind of record was refused. Every raw document is one article or one refused document."""

    DOCUMENT = "document"
    PARAGRAPH = "paragraph"
    QUOTE = "quote"
    SPEAKER = "speaker"


class Reason(StrEnum):
    """Why a record was refused: a closed list, described for readers in ``REASONS``."""

    UNREADABLE = "unreadable"
    NOT_A_REGULAR_FILE = "not_a_regular_file"
    TOO_LARGE = "too_large"
    EMPTY = "empty"
    BINARY = "binary"
    UNDECODABLE = "undecodable"
    INVALID_JSON = "invalid_json"
    NO_TEXT = "no_text"
    WRONG_FIELD = "wrong_field"
    DUPLICATE_ID = "duplicate_id"
    BROKEN_FILE = "broken_file"
    TRUNCATED = "truncated"
    NO_BODY = "no_body"
    UNSUPPORTED_LANGUAGE = "unsupported_language"
    TOO_MANY_PARAGRAPHS = "too_many_paragraphs"
    TOO_MANY_MARKS = "too_many_marks"
    TOO_SLOW = "too_slow"
    TOO_MUCH_MEMORY = "too_much_memory"
    KILLS_WORKERS = "kills_workers"
    FORGOTTEN = "forgotten"
    COPY_OF_FORGOTTEN = "copy_of_forgotten"
    UNPAIRED_MARK = "unpaired_mark"
    DOUBTFUL = "doubtful"
    BROKEN_RULE = "broken_rule"


REASONS: dict[Reason, str] = {
    Reason.UNREADABLE: "the file could not be read",
    Reason.NOT_A_REGULAR_FILE: "a device, a pipe, a link out of the folder, or another thing that is no plain file",
    Reason.TOO_LARGE: "more bytes than the settings allow",
    Reason.EMPTY: "no character but white space",
    Reason.BINARY: "bytes of a program, a picture or an archive, not of a text",
    Reason.UNDECODABLE: "bytes of no encoding that Qawl knows",
    Reason.INVALID_JSON: "a line of a JSON Lines file that is not one JSON object",
    Reason.NO_TEXT: "a line of a JSON Lines file without a field for the text",
    Reason.WRONG_FIELD: "a line of a JSON Lines file with a field of the wrong type, or given twice",
    Reason.DUPLICATE_ID: "a line of a JSON Lines file with the id of a line before it",
    Reason.BROKEN_FILE: "a JSON Lines file that is damaged, breaks off, unpacks to far too much or holds something "
    "else: what stands before was read",
    Reason.TRUNCATED: "the text breaks off inside a character",
    Reason.NO_BODY: "a headline or a date, but no paragraph",
    Reason.UNSUPPORTED_LANGUAGE: "a language without a language pack",
    Reason.TOO_MANY_PARAGRAPHS: "more paragraphs than the settings allow",
    Reason.TOO_MANY_MARKS: "more quotation marks than the settings allow",
    Reason.TOO_SLOW: "splitting it took longer than the settings allow",
    Reason.TOO_MUCH_MEMORY: "splitting it took more memory than the settings allow",
    Reason.KILLS_WORKERS: "the process that split it died, twice",
    Reason.FORGOTTEN: "taken down by its operator: it stays out whatever it holds",
    Reason.COPY_OF_FORGOTTEN: "the same bytes as a document that was taken down",
    Reason.UNPAIRED_MARK: "a quotation mark without a partner in its paragraph, so that it bounds nothing",
    Reason.DOUBTFUL: "a quote that is more likely wrong than right, by its words or its speaker",
    Reason.BROKEN_RULE: "the record breaks a row rule of the contract",
}


@dataclass(frozen=True, slots=True)
class Masthead:
    """Where a text has the title and the date that its document gives in fields of their own."""

    title: Span | None = None
    date: Span | None = None


@dataclass(frozen=True, slots=True)
class RawDocument:
    """The bytes of one raw document and the address they came from.

    ``masthead`` is that of a document that came in fields: its bytes are UTF-8, and nothing is to be guessed.
    """

    source_uri: str
    data: bytes
    masthead: Masthead | None = None


@dataclass(frozen=True, slots=True)
class Decoded:
    """A document's text, unchanged but for its encoding and byte order mark, and the encoding's IANA name."""

    text: str
    encoding: str


@dataclass(frozen=True, slots=True)
class Block:
    """One line or paragraph of an article with its role; blocks are in text order and never overlap."""

    role: Role
    span: Span


@dataclass(frozen=True, slots=True)
class Header:
    """What stands around an article's body. ``published`` is the wall clock as printed, without a zone."""

    section: Span | None = None
    headline: Span | None = None
    date_text: Span | None = None
    byline: Span | None = None
    place: Span | None = None
    credit: Span | None = None
    published: datetime | None = None
    published_precision: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """An article's header and its blocks."""

    header: Header
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """One thing that somebody said.

    ``span`` is the content without its marks; ``speaker`` the longest bare name that the article gives, ``None`` where
    it names nobody; ``speaker_mention`` the mention nearest to the cue. ``method`` names the rule that found it and
    ``confidence`` is between 0 and 1.
    """

    quote_type: QuoteType
    span: Span
    paragraph_index: int
    speaker: str | None
    speaker_kind: SpeakerKind | None
    speaker_mention: Span | None
    cue: Span | None
    cue_lemma: str | None
    addressee: Span | None
    via: Span | None
    method: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody or something that an article quotes, under its canonical name."""

    name: str
    kind: SpeakerKind
    title: str | None
    mention_count: int
    quote_count: int


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that was refused, where and why. ``span`` is ``None`` where no place in the text is meant."""

    record: Record
    stage: Stage
    reason: Reason
    detail: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one document may hold; more of it refuses the document, since its cost would be another's time."""

    max_paragraphs: int = 20_000
    max_marks: int = 20_000


@dataclass(frozen=True, slots=True)
class Article:
    """All that was found in one document. ``rejects`` holds refused parts of an article that itself is accepted."""

    source_uri: str
    decoded: Decoded
    language: str
    layout: Layout
    quotes: tuple[Quote, ...]
    speakers: tuple[Speaker, ...]
    rejects: tuple[Reject, ...]
