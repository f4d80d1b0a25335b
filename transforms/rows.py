"""An article or a refused document -> the rows of the published tables, as tuples in the contract's column order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b, sha256

from transforms.fingerprint import minhash
from transforms.model import Article, Reject, Role, Span

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class History:
    """What an article was before this run: how often its bytes have changed, and since when it is known.

    ``version`` counts from 1; ``ingested_at`` is when this version was first read, ``first_ingested_at`` when the
    article was. ``renamed_from`` is the source URI that the same bytes had in the run before.
    """

    version: int
    ingested_at: datetime
    first_ingested_at: datetime
    renamed_from: str | None = None


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a document came from, who read it and when: what its rows say beside its text.

    Times are in UTC. ``run_started_at`` is the start of the run that writes the rows. ``byte_count`` and
    ``content_sha256`` are ``None`` where the bytes could not be read.
    """

    source_uri: str
    source: str
    media_type: str
    byte_count: int | None
    content_sha256: str | None
    transform_version: str
    run_id: str
    run_started_at: datetime
    history: History
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """One document's rows, by table."""

    articles: list[Row]
    paragraphs: list[Row]
    quotes: list[Row]
    speakers: list[Row]
    rejects: list[Row]

    def items(self) -> Iterator[tuple[str, list[Row]]]:
        """Yield each table's name and rows."""
        for name in self.__slots__:
            yield name, getattr(self, name)


def article_id(source_uri: str) -> str:
    """Return the stable id of the article at ``source_uri``: BLAKE2b-128 of the address, 32 hex digits.

    >>> article_id("nahda/قمة.txt") == article_id("nahda/قمة.txt") != article_id("nahda/قمة2.txt")
    True
    """
    return blake2b(source_uri.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def text_hash(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8, 64 hex digits."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def make_rows(outcome: Article | Reject, provenance: Provenance) -> Rows:
    """Cut the text at its spans, once and last, into the rows of every table."""
    if isinstance(outcome, Reject):
        return Rows([], [], [], [], [_reject_row(outcome, provenance)])
    return Rows(
        [_article_row(outcome, provenance)],
        _paragraph_rows(outcome, provenance),
        _quote_rows(outcome, provenance),
        _speaker_rows(outcome, provenance),
        [_reject_row(reject, provenance) for reject in outcome.rejects],
    )


def _cut(text: str, span: Span | None) -> str | None:
    return None if span is None else text[span.start : span.end]


def _ends(span: Span | None) -> tuple[int | None, int | None]:
    return (None, None) if span is None else (span.start, span.end)


def _article_row(article: Article, provenance: Provenance) -> Row:
    text, header, history = article.decoded.text, article.layout.header, provenance.history
    return (
        article_id(provenance.source_uri),
        provenance.source_uri,
        provenance.source,
        provenance.url,
        provenance.byte_count,
        provenance.content_sha256,
        provenance.media_type,
        article.decoded.encoding,
        article.language,
        _cut(text, header.section),
        _cut(text, header.headline),
        _cut(text, header.byline),
        _cut(text, header.place),
        _cut(text, header.date_text),
        header.published,
        header.published_precision,
        _cut(text, header.credit),
        text,
        text_hash(text),
        minhash(_body(article)),
        len(text),
        len(article.layout.blocks),
        len(article.quotes),
        history.version,
        history.renamed_from,
        None,  # which article it repeats, and how, only the whole release can tell: flows.duplicates
        None,
        provenance.transform_version,
        provenance.run_id,
        history.ingested_at,
        history.first_ingested_at,
    )


def _body(article: Article) -> str:
    """Return the words of the story alone: two outlets print the same one under headers of their own."""
    text = article.decoded.text
    return "\n".join(text[slice(*block.span)] for block in article.layout.blocks if block.role is Role.BODY)


def _paragraph_rows(article: Article, provenance: Provenance) -> list[Row]:
    text, owner = article.decoded.text, article_id(provenance.source_uri)
    quotes = Counter(quote.paragraph_index for quote in article.quotes)
    rows: list[Row] = []
    for index, block in enumerate(article.layout.blocks):
        words = text[block.span.start : block.span.end]
        rows.append((owner, index, block.role.value, words, *block.span, len(words.split()), quotes[index]))
    return rows


def _quote_rows(article: Article, provenance: Provenance) -> list[Row]:
    text, owner = article.decoded.text, article_id(provenance.source_uri)
    header = article.layout.header
    seen: Counter[str] = Counter()
    rows: list[Row] = []
    for index, quote in enumerate(article.quotes):
        words = text[quote.span.start : quote.span.end]
        occurrence, seen[words] = seen[words], seen[words] + 1
        identity = f"{owner}\0{words}\0{occurrence}".encode("utf-8", "surrogatepass")
        rows.append(
            (
                blake2b(identity, digest_size=16).hexdigest(),
                owner,
                quote.paragraph_index,
                index,
                quote.quote_type.value,
                words,
                *quote.span,
                quote.speaker,
                None if quote.speaker_kind is None else quote.speaker_kind.value,
                _cut(text, quote.speaker_mention),
                *_ends(quote.speaker_mention),
                _cut(text, quote.cue),
                quote.cue_lemma,
                *_ends(quote.cue),
                _cut(text, quote.addressee),
                *_ends(quote.addressee),
                _cut(text, quote.via),
                *_ends(quote.via),
                quote.method,
                quote.confidence,
                article.language,
                provenance.source,
                header.published,
            )
        )
    return rows


def _speaker_rows(article: Article, provenance: Provenance) -> list[Row]:
    owner = article_id(provenance.source_uri)
    return [
        (owner, speaker.name, speaker.kind.value, speaker.title, speaker.mention_count, speaker.quote_count)
        for speaker in article.speakers
    ]


def _reject_row(reject: Reject, provenance: Provenance) -> Row:
    return (
        provenance.source_uri,
        article_id(provenance.source_uri),
        reject.record.value,
        reject.stage.value,
        reject.reason.value,
        reject.detail,
        *_ends(reject.span),
        provenance.content_sha256,
        provenance.transform_version,
        provenance.run_id,
        provenance.run_started_at,
    )
