"""A finished run -> what it did, in numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What one run did. ``rows`` and ``rejects_by_reason`` are the whole published release, not the run's share of it.

    ``documents_rejected`` counts the refused documents of the release and ``documents_stale`` those of its documents
    that older rules have read; ``documents_gone`` those of the tables that were not found, or not readable, this time;
    ``documents_skipped`` those found that the run was not asked for; ``articles_lost`` the articles of the release
    before that this one lacks; ``rows_refused`` the rows that a row rule sent to ``rejects`` in this run;
    ``fields_unknown`` the names of fields of JSON Lines that are not read.
    """

    run_id: str
    command: str
    release: str
    documents_seen: int
    documents_new: int
    documents_changed: int
    documents_renamed: int
    documents_unchanged: int
    documents_skipped: int
    documents_stale: int
    documents_gone: int
    documents_rejected: int
    articles_lost: int
    rows: dict[str, int]
    rejects_by_reason: dict[str, int]
    rules_checked: int
    rows_refused: int
    fields_unknown: tuple[str, ...] = ()
    seconds: float

    def after(self, first: Receipt) -> Receipt:
        """Return two receipts as one: what is there is the later's, what was done is both's."""
        return replace(
            self,
            documents_new=first.documents_new + self.documents_new,
            documents_changed=first.documents_changed + self.documents_changed,
            documents_renamed=first.documents_renamed + self.documents_renamed,
            documents_unchanged=first.documents_unchanged - self.documents_changed,
            documents_skipped=first.documents_skipped,
            articles_lost=first.articles_lost + self.articles_lost,
            rows_refused=first.rows_refused + self.rows_refused,
            seconds=first.seconds + self.seconds,
        )
