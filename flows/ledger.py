"""A release -> which documents it knows, by what bytes and rules, and in which parts their rows are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from flows.arrow import columns_from
from flows.checks import tuples
from flows.parts import parts_of, read_part
from transforms.model import Reason, Record

ARTICLE_COLUMNS = (
    "source_uri",
    "article_id",
    "content_sha256",
    "transform_version",
    "version",
    "byte_count",
    "published_at",
    "ingested_at",
    "first_ingested_at",
    "renamed_from",
)
REJECT_COLUMNS = ("source_uri", "article_id", "content_sha256", "transform_version", "record", "reason", "run_id")


class Entry(NamedTuple):
    """What a release knows of one document. ``part`` is the name that its part files have in every table's folder.

    ``reason`` and ``run_id``, the run that refused it, are a rejected document's and the others an article's. Times are
    in microseconds since 1970.
    """

    article_id: str
    fingerprint: str
    transform_version: str
    part: str
    reason: str | None = None
    version: int = 0
    byte_count: int = 0
    published_at: int | None = None
    ingested_at: int = 0
    first_ingested_at: int = 0
    renamed_from: str | None = None
    run_id: str = ""

    @property
    def is_article(self) -> bool:
        """Whether the document is an article."""
        return self.reason is None

    @property
    def is_forgotten(self) -> bool:
        """Whether its operator took the document down."""
        return self.reason == Reason.FORGOTTEN


class Ledger:
    """The documents of a release, read from its tables: there is no second record that could disagree with them."""

    def __init__(self, release: Path | None) -> None:
        self.entries: dict[str, Entry] = {} if release is None else dict(_entries(release))

    def known(self, source_uris: Iterable[str]) -> dict[str, Entry]:
        """Return the entries of those documents that the release knows."""
        return {uri: entry for uri in source_uris if (entry := self.entries.get(uri)) is not None}

    def forgotten(self) -> frozenset[str]:
        """Return the fingerprints of the bytes that were taken down."""
        return frozenset(entry.fingerprint for entry in self.entries.values() if entry.is_forgotten)

    def documents_in_parts(self) -> Counter[str]:
        """Count each part's documents."""
        return Counter(entry.part for entry in self.entries.values())

    def parts_with(self, article_ids: Collection[str]) -> set[str]:
        """Return the parts that hold rows of any of these articles."""
        return {entry.part for entry in self.entries.values() if entry.article_id in article_ids}


def fingerprint(content_sha256: str | None, reason: str | None) -> str:
    """Return what must stay the same for a document to be unchanged: its bytes or, unread, the reason it was refused.

    >>> fingerprint(None, "too_large")
    'too_large'
    """
    return content_sha256 or reason or ""


def _entries(release: Path) -> Iterator[tuple[str, Entry]]:
    for path in parts_of(release / "articles"):
        articles = columns_from(read_part(path, ARTICLE_COLUMNS), times_as_numbers=True)
        for uri, owner, digest, rules, *history in tuples(articles, ARTICLE_COLUMNS):
            yield uri, Entry(owner, fingerprint(digest, None), rules, path.name, None, *history)
    for path in parts_of(release / "rejects"):
        rejects = columns_from(read_part(path, REJECT_COLUMNS))
        for uri, owner, digest, rules, record, reason, run_id in tuples(rejects, REJECT_COLUMNS):
            if record == Record.DOCUMENT:
                yield uri, Entry(owner, fingerprint(digest, reason), rules, path.name, reason, run_id=run_id)
