"""What a document gives as its title and date -> the lines of the page that are these."""

from __future__ import annotations

from transforms.dates.iso import read_iso
from transforms.layout.header import take_date
from transforms.layout.page import Page
from transforms.model import Masthead, Role, Span


def take_masthead(page: Page, masthead: Masthead) -> None:
    """Give the lines of the title and the date their roles; further lines of a title are sub-headlines.

    A date that can't be read is kept as it is printed; a line of the text may still say when it was.
    """
    title, date = masthead.title, masthead.date
    last = max((span.end for span in (title, date) if span), default=0)
    for index, line in enumerate(page.lines):
        if line.start >= last:
            return
        if title and _holds(title, line.span):
            page.roles[index] = Role.HEADLINE if page.headline is None else Role.SUBHEADING
            page.headline = page.headline or Span(line.start, _end(page, title))
        elif date and _holds(date, line.span):
            page.roles[index] = Role.DATE
            if not _take_iso(page, index):
                take_date(page, index)
            page.date_text = page.date_text or line.span


def _take_iso(page: Page, index: int) -> bool:
    line = page.lines[index]
    if page.date is None and (found := read_iso(line.text)):
        page.date, page.date_text = found, line.span
        return True
    return False


def _holds(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _end(page: Page, title: Span) -> int:
    """Return where the last line of the title ends."""
    return max(line.end for line in page.lines if line.start < title.end)
