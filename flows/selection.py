"""What a run is asked to look at -> whether a document belongs to it."""

from __future__ import annotations

from datetime import date, datetime
from fnmatch import fnmatchcase

from pydantic import BaseModel, ConfigDict, Field

from flows.errors import UsageProblem


class Selection(BaseModel):
    """A limit on the documents of a run; what lies outside it stays as it was published."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    only: str | None = Field(
        default=None, description="pattern of source URIs, such as nahda/2021-*; * stands for slashes too"
    )
    since: date | None = Field(default=None, description="earliest day of publication")
    until: date | None = Field(default=None, description="latest day of publication, included")
    reprocess: bool = Field(default=False, description="read again what older rules have read")

    @property
    def has_dates(self) -> bool:
        """Whether documents are chosen by their day of publication."""
        return self.since is not None or self.until is not None

    def takes(self, source_uri: str) -> bool:
        """Say whether the address of a document belongs to the run."""
        return self.only is None or fnmatchcase(source_uri, self.only)

    def covers(self, published_at: datetime | None) -> bool:
        """Say whether a day of publication belongs to the run; an unknown one does not where days are asked for."""
        if not self.has_dates:
            return True
        if published_at is None:
            return False
        day = published_at.date()
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def require_order(self) -> None:
        """Raise ``UsageProblem`` if no day can be both after ``since`` and before ``until``."""
        if self.since is not None and self.until is not None and self.until < self.since:
            raise UsageProblem(f"--since {self.since} is after --until {self.until}: no day lies between them.")
