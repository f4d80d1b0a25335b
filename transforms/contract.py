"""The published tables: every column's type, meaning, unit, key and checks, in one place.

The Arrow schemas (``flows.arrow``), the Great Expectations suites (``flows.validation``) and ``DICTIONARY.md``
(``flows.dictionary``) are rendered from ``TABLES``; nothing of it is written a second time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from transforms.model import QuoteType, Reason, Record, Role, SpeakerKind, Stage

SCHEMA_VERSION = 3
"""Version of the tables' columns, written into every Parquet file. Raise it when a column or its type changes."""


class Type(StrEnum):
    """A column's type, named as Arrow names it."""

    STRING = "string"
    INT32 = "int32"
    INT64 = "int64"
    FLOAT64 = "float64"
    BOOLEAN = "bool"
    BINARY = "binary"
    TIMESTAMP_UTC = "timestamp[us, UTC]"
    TIMESTAMP_LOCAL = "timestamp[us]"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    ``unit`` is empty for a plain value. ``withheld`` marks a nullable column that is null only where the settings keep
    it out of the tables; when the rows are made it is always given. ``repeats`` marks strings with few distinct values
    (dictionary-encoded).
    ``vocabulary`` is the closed list of its values, empty for an open one. ``slice`` names the two offset columns whose
    slice of the article's text the value must equal, so that text and offset cannot disagree. ``minimum`` and
    ``maximum`` are inclusive.
    """

    name: str
    type: Type
    description: str
    unit: str = ""
    nullable: bool = False
    withheld: bool = False
    repeats: bool = False
    vocabulary: tuple[str, ...] = ()
    slice: tuple[str, str] | None = None
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """Every value of ``columns`` must stand in the same-named columns of ``table``; nulls are exempt."""

    columns: tuple[str, ...]
    table: str


@dataclass(frozen=True, slots=True)
class Count:
    """``column`` must equal the number of rows of ``table`` that share the columns ``by``."""

    column: str
    table: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One published table: what a row is, its keys and the rules that span rows or tables.

    ``key`` and every tuple of ``unique`` identify a row. ``spans`` are (start, end) column pairs with
    ``0 <= start < end <= char_count``; ``inside_paragraph`` are those that must lie in the row's own paragraph.
    """

    name: str
    row: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    unique: tuple[tuple[str, ...], ...] = ()
    references: tuple[Reference, ...] = ()
    counts: tuple[Count, ...] = ()
    spans: tuple[tuple[str, str], ...] = ()
    inside_paragraph: tuple[tuple[str, str], ...] = ()

    def column(self, name: str) -> Column:
        """Return the column called ``name``; ``KeyError`` if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


def _values(values: Iterable[StrEnum]) -> tuple[str, ...]:
    return tuple(value.value for value in values)


_CODE_POINTS = "Unicode code points, from 0"

ARTICLE_ID = Column(
    "article_id", Type.STRING, "the article: 32 hex digits made from its source URI, so they stay while it is edited"
)
RUN_ID = Column("run_id", Type.STRING, "the run that wrote the row", repeats=True)


def _start(name: str, what: str, *, nullable: bool = False) -> Column:
    return Column(name, Type.INT32, f"where {what} starts in the article's text", _CODE_POINTS, nullable, minimum=0)


def _end(name: str, what: str, *, nullable: bool = False) -> Column:
    return Column(
        name, Type.INT32, f"where {what} ends in the article's text, exclusive", _CODE_POINTS, nullable, minimum=0
    )


def _count(name: str, what: str) -> Column:
    return Column(name, Type.INT32, f"how many {what}", minimum=0)


ARTICLES = Table(
    "articles",
    "one article of the newest reading of its source",
    (
        ARTICLE_ID,
        Column(
            "source_uri",
            Type.STRING,
            "where it was read from: the path below the raw folder, percent-encoded; of a line of a JSON Lines file "
            "also # and its id, or L and its number",
        ),
        Column(
            "source",
            Type.STRING,
            "outlet or feed: what the document says, else the first folder of the path, empty for none",
            repeats=True,
        ),
        Column("url", Type.STRING, "address on the web that the document gives", nullable=True),
        Column("byte_count", Type.INT64, "size of the raw document, or of its line", "bytes", minimum=1),
        Column("content_sha256", Type.STRING, "SHA-256 of the raw bytes, of a line of its fields; 64 hex digits"),
        Column("media_type", Type.STRING, "IANA media type of the raw document", repeats=True),
        Column("encoding", Type.STRING, "IANA name of the encoding that its bytes were read in", repeats=True),
        Column("language", Type.STRING, "BCP 47 tag of its language", repeats=True),
        Column("section", Type.STRING, "channel printed above the headline", nullable=True, repeats=True),
        Column("headline", Type.STRING, "the title as printed", nullable=True),
        Column("byline", Type.STRING, "author or agency as printed", nullable=True, repeats=True),
        Column("dateline_place", Type.STRING, "town that opens the first paragraph", nullable=True, repeats=True),
        Column("date_text", Type.STRING, "the date line as printed", nullable=True),
        Column(
            "published_at",
            Type.TIMESTAMP_LOCAL,
            "what the date line means: the wall clock as printed, since an article names no zone",
            nullable=True,
        ),
        Column(
            "published_precision",
            Type.STRING,
            "finest unit that the date line gives",
            nullable=True,
            repeats=True,
            vocabulary=("day", "minute", "second"),
        ),
        Column("credit", Type.STRING, "line that names where the text came from", nullable=True, repeats=True),
        Column(
            "text",
            Type.STRING,
            "the whole decoded document, unchanged, of a line its title, date and text; all offsets count in it; null "
            "where the settings keep text out",
            nullable=True,
            withheld=True,
        ),
        Column("text_sha256", Type.STRING, "SHA-256 of the text in UTF-8, 64 hex digits"),
        Column(
            "text_minhash",
            Type.BINARY,
            "what the words of its body paragraphs have in common with those of others: the share of equal bytes "
            "estimates the share of equal runs of five words; null without a word",
            "128 bytes",
            nullable=True,
        ),
        Column("char_count", Type.INT32, "length of the text", "Unicode code points", minimum=1),
        Column("paragraph_count", Type.INT32, "how many blocks it has, of every role", minimum=1),
        _count("quote_count", "quotes it has"),
        Column("version", Type.INT32, "how often other bytes were read from its source, the first included", minimum=1),
        Column("renamed_from", Type.STRING, "source URI that the same bytes had before", nullable=True),
        Column(
            "duplicate_of",
            Type.STRING,
            "article_id of the earlier article that it repeats, which itself repeats none",
            nullable=True,
        ),
        Column(
            "duplicate_kind",
            Type.STRING,
            "how: exact (the same text) or near (about four fifths of the runs of five words are the same)",
            nullable=True,
            repeats=True,
            vocabulary=("exact", "near"),
        ),
        Column("transform_version", Type.STRING, "version of the rules that read it", repeats=True),
        RUN_ID,
        Column("ingested_at", Type.TIMESTAMP_UTC, "when the run began that first read this version", "UTC"),
        Column("first_ingested_at", Type.TIMESTAMP_UTC, "when the run began that first read its source", "UTC"),
    ),
    key=("article_id",),
    unique=(("source_uri",),),
    counts=(
        Count("paragraph_count", "paragraphs", ("article_id",)),
        Count("quote_count", "quotes", ("article_id",)),
    ),
)

PARAGRAPHS = Table(
    "paragraphs",
    "one block of an article: a header line, a body paragraph, a credit, furniture",
    (
        ARTICLE_ID,
        Column("paragraph_index", Type.INT32, "its place among the article's blocks", "from 0", minimum=0),
        Column("role", Type.STRING, "what the block is for", repeats=True, vocabulary=_values(Role)),
        Column(
            "text",
            Type.STRING,
            "the block as printed; null where the settings keep text out",
            nullable=True,
            withheld=True,
            slice=("char_start", "char_end"),
        ),
        _start("char_start", "it"),
        _end("char_end", "it"),
        Column("word_count", Type.INT32, "how many words, split at white space", minimum=0),
        _count("quote_count", "quotes start in it"),
    ),
    key=("article_id", "paragraph_index"),
    references=(Reference(("article_id",), "articles"),),
    counts=(Count("quote_count", "quotes", ("article_id", "paragraph_index")),),
    spans=(("char_start", "char_end"),),
)

QUOTES = Table(
    "quotes",
    "one thing that somebody said",
    (
        Column(
            "quote_id",
            Type.STRING,
            "the quote: 32 hex digits made from the article, the words and their occurrence, which stay as those do",
        ),
        ARTICLE_ID,
        Column("paragraph_index", Type.INT32, "the paragraph it stands in", "from 0", minimum=0),
        Column("quote_index", Type.INT32, "its place among the article's quotes", "from 0", minimum=0),
        Column(
            "quote_type",
            Type.STRING,
            "direct (all in marks, or after a speaker and a colon), indirect (none in marks), mixed (the marked part)",
            repeats=True,
            vocabulary=_values(QuoteType),
        ),
        Column("text", Type.STRING, "what was said, without marks", slice=("char_start", "char_end")),
        _start("char_start", "it"),
        _end("char_end", "it"),
        Column("speaker", Type.STRING, "who said it: the longest bare name the article gives", nullable=True),
        Column(
            "speaker_kind",
            Type.STRING,
            "what the speaker is",
            nullable=True,
            repeats=True,
            vocabulary=_values(SpeakerKind),
        ),
        Column(
            "speaker_mention",
            Type.STRING,
            "the mention of the speaker nearest to the cue, as printed",
            nullable=True,
            slice=("speaker_start", "speaker_end"),
        ),
        _start("speaker_start", "that mention", nullable=True),
        _end("speaker_end", "that mention", nullable=True),
        Column("cue", Type.STRING, "the word that reports, as printed", nullable=True, slice=("cue_start", "cue_end")),
        Column("cue_lemma", Type.STRING, "that word's dictionary form", nullable=True, repeats=True),
        _start("cue_start", "the cue", nullable=True),
        _end("cue_end", "the cue", nullable=True),
        Column(
            "addressee",
            Type.STRING,
            "whom it was said to, where the text says so",
            nullable=True,
            slice=("addressee_start", "addressee_end"),
        ),
        _start("addressee_start", "the addressee", nullable=True),
        _end("addressee_end", "the addressee", nullable=True),
        Column("via", Type.STRING, "who passed it on", nullable=True, slice=("via_start", "via_end")),
        _start("via_start", "who passed it on", nullable=True),
        _end("via_end", "who passed it on", nullable=True),
        Column("method", Type.STRING, "the rule that found it and its speaker", repeats=True),
        Column(
            "confidence",
            Type.FLOAT64,
            "probability that words, speaker and type are right",
            "0 to 1",
            minimum=0,
            maximum=1,
        ),
        Column("language", Type.STRING, "the article's language, BCP 47", repeats=True),
        Column("source", Type.STRING, "the article's outlet or feed", repeats=True),
        Column("published_at", Type.TIMESTAMP_LOCAL, "the article's date, as printed", nullable=True),
    ),
    key=("quote_id",),
    unique=(("article_id", "quote_index"),),
    references=(
        Reference(("article_id",), "articles"),
        Reference(("article_id", "paragraph_index"), "paragraphs"),
        Reference(("article_id", "speaker"), "speakers"),
    ),
    spans=(
        ("char_start", "char_end"),
        ("speaker_start", "speaker_end"),
        ("cue_start", "cue_end"),
        ("addressee_start", "addressee_end"),
        ("via_start", "via_end"),
    ),
    inside_paragraph=(("char_start", "char_end"),),
)

SPEAKERS = Table(
    "speakers",
    "one speaker of an article",
    (
        ARTICLE_ID,
        Column("speaker", Type.STRING, "the longest bare name the article gives"),
        Column("speaker_kind", Type.STRING, "what the speaker is", repeats=True, vocabulary=_values(SpeakerKind)),
        Column("title", Type.STRING, "the longest title the article gives them", nullable=True),
        Column("mention_count", Type.INT32, "how many mentions of them were found", minimum=0),
        _count("quote_count", "quotes are theirs"),
    ),
    key=("article_id", "speaker"),
    references=(Reference(("article_id",), "articles"),),
    counts=(Count("quote_count", "quotes", ("article_id", "speaker")),),
)

REJECTS = Table(
    "rejects",
    "one refused record: a document that is no article, or a part of an article that was left out",
    (
        Column("source_uri", Type.STRING, "where the document was read from"),
        ARTICLE_ID,
        Column(
            "record",
            Type.STRING,
            "what was refused; a refused document has no article, the others have one",
            repeats=True,
            vocabulary=_values(Record),
        ),
        Column("stage", Type.STRING, "the step that refused it", repeats=True, vocabulary=_values(Stage)),
        Column("reason", Type.STRING, "why", repeats=True, vocabulary=_values(Reason)),
        Column("detail", Type.STRING, "the reason in words, without any of the article's", repeats=True),
        _start("char_start", "the refused part", nullable=True),
        _end("char_end", "the refused part", nullable=True),
        Column(
            "content_sha256",
            Type.STRING,
            "SHA-256 of the raw bytes, of a line of its fields, 64 hex digits; null where they could not be read",
            nullable=True,
        ),
        Column("transform_version", Type.STRING, "version of the rules that refused it", repeats=True),
        RUN_ID,
        Column("rejected_at", Type.TIMESTAMP_UTC, "when that run began", "UTC"),
    ),
    key=(),
)

RUNS = Table(
    "runs",
    "one run that published",
    (
        Column("run_id", Type.STRING, "the run: its start in UTC and six random hex digits; sorts by time"),
        Column("started_at", Type.TIMESTAMP_UTC, "when it began", "UTC"),
        Column("finished_at", Type.TIMESTAMP_UTC, "when its tables were complete", "UTC"),
        Column("state", Type.STRING, "how it ended", repeats=True, vocabulary=("published",)),
        Column(
            "command",
            Type.STRING,
            "what was asked for",
            repeats=True,
            vocabulary=("run", "reprocess", "compact", "forget", "remember"),
        ),
        Column("transform_version", Type.STRING, "version of the rules it ran with", repeats=True),
        Column("documents_seen", Type.INT64, "raw documents found", minimum=0),
        Column("documents_new", Type.INT64, "of these, never seen before", minimum=0),
        Column("documents_changed", Type.INT64, "of these, with other bytes or older rules than before", minimum=0),
        Column("documents_renamed", Type.INT64, "of the new, with the bytes of one that is gone", minimum=0),
        Column("documents_skipped", Type.INT64, "of those found, outside what this run was asked for", minimum=0),
        Column("documents_stale", Type.INT64, "documents of the tables that older rules have read", minimum=0),
        Column("documents_gone", Type.INT64, "articles of the tables whose document was not found", minimum=0),
        Column("documents_rejected", Type.INT64, "refused documents in the tables after this run", minimum=0),
        Column("article_rows", Type.INT64, "rows of articles after this run", minimum=0),
        Column("paragraph_rows", Type.INT64, "rows of paragraphs after this run", minimum=0),
        Column("quote_rows", Type.INT64, "rows of quotes after this run", minimum=0),
        Column("speaker_rows", Type.INT64, "rows of speakers after this run", minimum=0),
        Column("reject_rows", Type.INT64, "rows of rejects after this run", minimum=0),
        Column("rules_checked", Type.INT32, "expectations that were checked before publication", minimum=0),
        Column("rows_refused", Type.INT64, "rows that broke a row rule and went to rejects", minimum=0),
        Column("selection", Type.STRING, "what the run was limited to, as a JSON object"),
        Column("settings", Type.STRING, "the run's settings as a JSON object"),
    ),
    key=("run_id",),
)

TABLES: tuple[Table, ...] = (ARTICLES, PARAGRAPHS, QUOTES, SPEAKERS, REJECTS, RUNS)
