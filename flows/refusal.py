"""A batch and its broken rows -> the batch without them and what hangs on them, each a reject that names its rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import compress
from typing import Any

from flows.arrow import Columns, columns_of
from flows.checks import Batch, counted, kept, tuples
from flows.rules import Kind, rules_of
from transforms.contract import ARTICLES, PARAGRAPHS, QUOTES, REJECTS, SPEAKERS, Table
from transforms.model import Reason, Record, Stage
from transforms.rows import Row

# Those that others refer to come first, so that one pass finds all that hangs on a refused row.
_RECORDS = {PARAGRAPHS: Record.PARAGRAPH, SPEAKERS: Record.SPEAKER, QUOTES: Record.QUOTE}

Broken = Mapping[str, Mapping[int, str]]
"""Table name -> place of a broken row in it -> name of the rule that it breaks."""


def refuse(batch: Batch, broken: Broken) -> dict[str, Columns]:
    """Move broken rows to the rejects, and make the rest of the batch agree with itself again.

    With an article all its rows go, and one reject stands for the document. With another row those go that refer to
    it, each for the rule of that reference. Counts are counted again. Every broken row must have an article: a rule
    that a row without one breaks stops the publication (``flows.rules``).
    """
    refusal = _Refusal(batch)
    refusal.drop_broken(broken)
    refusal.drop_dangling()
    refusal.count_again()
    return refusal.left


class _Refusal:
    """The rows that are left while others are refused."""

    def __init__(self, batch: Batch) -> None:
        names = ("article_id", "source_uri", "content_sha256", "transform_version", "run_id", "ingested_at")
        self.left: dict[str, Columns] = dict(batch)
        self._origins = {owner: origin for owner, *origin in tuples(batch[ARTICLES.name], names)}

    def drop_broken(self, broken: Broken) -> None:
        """Refuse whole articles and, in those that stay, single rows."""
        doomed = {self.left[ARTICLES.name]["article_id"][place] for place in broken.get(ARTICLES.name, {})}
        rejected = [self._reject(ARTICLES, place, rule) for place, rule in broken.get(ARTICLES.name, {}).items()]
        for table in (ARTICLES, REJECTS, *_RECORDS):
            keep = [owner not in doomed for owner in self.left[table.name]["article_id"]]
            if table in _RECORDS:
                blamed = {place: rule for place, rule in broken.get(table.name, {}).items() if keep[place]}
                rejected += [self._reject(table, place, rule) for place, rule in blamed.items()]
                keep = [stays and place not in blamed for place, stays in enumerate(keep)]
            self._keep(table, keep)
        self._add(rejected)

    def drop_dangling(self) -> None:
        """Refuse the rows whose reference leads to a refused row."""
        for table in _RECORDS:
            for rule in rules_of(table):
                if rule.kind is Kind.REFERENCE:
                    keep = kept(rule, self.left)
                    rejected = [self._reject(table, place, rule.name) for place, stays in enumerate(keep) if not stays]
                    self._keep(table, keep)
                    self._add(rejected)

    def count_again(self) -> None:
        """Make every count agree with the rows that are left."""
        for table in (ARTICLES, *_RECORDS):
            columns = self.left[table.name]
            recounted = {count.column: counted(count, columns, self.left) for count in table.counts}
            self.left[table.name] = {**columns, **recounted}

    def _keep(self, table: Table, keep: Sequence[bool]) -> None:
        columns = self.left[table.name]
        self.left[table.name] = {name: list(compress(values, keep)) for name, values in columns.items()}

    def _add(self, rows: list[Row]) -> None:
        rejects = self.left[REJECTS.name]
        self.left[REJECTS.name] = {name: [*rejects[name], *added] for name, added in columns_of(rows, REJECTS).items()}

    def _reject(self, table: Table, place: int, rule: str) -> Row:
        columns = self.left[table.name]
        owner = columns["article_id"][place]
        source_uri, digest, version, run_id, run_started_at = self._origins[owner]
        record = _RECORDS.get(table, Record.DOCUMENT)
        span = _span(columns, place)
        return (
            source_uri,
            owner,
            record,
            Stage.VALIDATE,
            Reason.BROKEN_RULE,
            rule,
            *span,
            digest,
            version,
            run_id,
            run_started_at,
        )


def _span(columns: Columns, place: int) -> tuple[Any, Any]:
    """Return where a refused row stood, unless that is what is wrong with it."""
    if "char_start" not in columns:
        return None, None
    start: Any = columns["char_start"][place]
    end: Any = columns["char_end"][place]
    return (start, end) if start is not None and end is not None and 0 <= start <= end else (None, None)
