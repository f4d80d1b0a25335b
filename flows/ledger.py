"""A release -> which documents it knows, by what bytes and rules, and in which parts their rows are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from flows.arrow import columns_from
from flows.checks import tuples
from flows.parts import parts_of, read_part
from transforms.model import Record

ARTICLE_COLUMNS = ("source_uri", "article_id", "content_sha256", "transform_version")
REJECT_COLUMNS = (*ARTICLE_COLUMNS, "record", "reason")


class Entry(NamedTuple):
    """What a release knows of one document. ``part`` is the name that its part files have in every table's folder."""

    article_id: str
    fingerprint: str
    transform_version: str
    part: str
    is_article: bool


class Ledger:
    """The documents of a release, read from its tables: there is no second record that could disagree with them."""

    def __init__(self, release: Path | None) -> None:
        self.entries: dict[str, Entry] = {} if release is None else dict(_entries(release))

    def known(self, source_uris: Iterable[str], transform_version: str) -> dict[str, str]:
        """Return the fingerprints of those documents that the release knows; one of older rules has an empty one."""
        return {
            uri: entry.fingerprint if entry.transform_version == transform_version else ""
            for uri in source_uris
            if (entry := self.entries.get(uri)) is not None
        }

    def parts_without(self, article_ids: set[str]) -> tuple[set[str], set[str]]:
        """Part the parts into those that hold none of these articles and those that do."""
        parts = {entry.part for entry in self.entries.values()}
        touched = {entry.part for entry in self.entries.values() if entry.article_id in article_ids}
        return parts - touched, touched


def fingerprint(content_sha256: str | None, reason: str | None) -> str:
    """Return what must stay the same for a document to be unchanged: its bytes or, unread, the reason it was refused.

    >>> fingerprint(None, "too_large")
    'too_large'
    """
    return content_sha256 or reason or ""


def _entries(release: Path) -> Iterator[tuple[str, Entry]]:
    for path in parts_of(release / "articles"):
        for uri, owner, digest, version in tuples(columns_from(read_part(path, ARTICLE_COLUMNS)), ARTICLE_COLUMNS):
            yield uri, Entry(owner, fingerprint(digest, None), version, path.name, is_article=True)
    for path in parts_of(release / "rejects"):
        rejects = columns_from(read_part(path, REJECT_COLUMNS))
        for uri, owner, digest, version, record, reason in tuples(rejects, REJECT_COLUMNS):
            if record == Record.DOCUMENT:
                yield uri, Entry(owner, fingerprint(digest, reason), version, path.name, is_article=False)
