"""The lines above a story -> section, headline, sub-headlines, date line, byline."""

from __future__ import annotations

from transforms.layout.dateline import read_dateline
from transforms.layout.lexicon import bare
from transforms.layout.lines import EDGE, Line
from transforms.layout.page import (
    Page,
    date_of,
    goes_on,
    has_label,
    is_cross_head,
    is_ornament,
    is_stub,
    is_title,
    opens_with_verb,
)
from transforms.model import Role, Span

_MOST_HEADER_LINES = 16
LONGEST_DECK = 85
_LAST_SECTION_LINE = 2


def read_header(page: Page) -> int:
    """Give roles to the lines above the story; return the index of its first line."""
    if page.headline is None:
        _cut_section(page)
    titles: list[int] = []
    index = 0
    while index < min(len(page.lines), _MOST_HEADER_LINES):
        role = page.roles[index] or _role(page, index, titles)
        if role is None:
            break
        page.roles[index] = role
        if role == Role.HEADLINE or (role == Role.SUBHEADING and titles):
            titles.append(index)
        page.seen.add(page.lines[index].bare)
        index += 1
    _choose_headline(page, titles)
    return index


def _role(page: Page, index: int, titles: list[int]) -> Role | None:
    """Return the role of header line ``index``, ``None`` where the story begins."""
    line, lexicon = page.lines[index], page.lexicon
    if is_ornament(line) or (len(line.text) < LONGEST_DECK and line.bare in page.seen):
        return Role.FURNITURE
    if take_date(page, index):
        return Role.DATE
    if titles and has_label(line, lexicon.credit_labels, needs_colon=True):
        page.credit = page.credit or line.span
        return Role.CREDIT
    if has_label(line, lexicon.furniture_labels, needs_colon=not titles):
        return Role.FURNITURE
    if not titles and index <= _LAST_SECTION_LINE and page.below(index) and line.bare in lexicon.sections:
        page.section = page.section or line.span
        return Role.SECTION
    if take_byline(page, index):
        return Role.BYLINE
    if is_stub(line) and page.below(index):
        return Role.FURNITURE
    if not titles:
        return Role.HEADLINE if is_title(page, index) else None
    return Role.SUBHEADING if _is_deck(page, index) else None


def _is_deck(page: Page, index: int) -> bool:
    """Tell a sub-headline: a title again, and something longer or a header line below it."""
    line, below = page.lines[index], page.below(index)
    if below is None or line.last == "." or goes_on(line):
        return False
    return is_cross_head(page, index) or (len(line.text) <= LONGEST_DECK and len(below.text) > 2 * len(line.text))


def take_date(page: Page, index: int) -> bool:
    """Take line ``index`` for the date line if it is one, with the place and agency beside the date."""
    date = date_of(page, index)
    if date is None:
        return False
    line = page.lines[index]
    if page.date is None:
        page.date = date
        page.date_text = line.span if date.is_alone else line.part(*date.span)
        if not date.is_alone and (beside := read_dateline(line.text, page.lexicon)):
            _keep(page, line, beside.place, beside.byline)
    return True


def take_byline(page: Page, index: int) -> bool:
    """Take line ``index`` for the byline if it is one: an agency, an author, with or without the town."""
    line = page.lines[index]
    found = read_dateline(line.text, page.lexicon, is_first=index == 0)
    if found is None or (found.byline is None and found.date is None):
        return False
    if found.date is not None and page.date is None:
        page.date, page.date_text = found.date, line.part(*found.date.span)
    _keep(page, line, found.place, found.byline)
    return True


def _keep(page: Page, line: Line, place: Span | None, byline: Span | None) -> None:
    """Keep place and byline; a later line that names somebody is better than an outlet's bare name."""
    if byline is not None and (page.byline is None or page.byline_is_outlet):
        page.byline = line.part(*byline)
        page.byline_is_outlet = bare(line.text[slice(*byline)]) in page.lexicon.outlets
    if place is not None and page.place is None:
        page.place = line.part(*place)


def _cut_section(page: Page) -> None:
    """Cut a first line "section / headline", as state agencies print it, in two."""
    if not page.lines or "/" not in (line := page.lines[0]).text[:40]:
        return
    slash = line.text.index("/") + 1
    name = line.text[: slash - 1]
    rest = line.text[slash:].lstrip(EDGE)
    if rest and bare(name) in page.lexicon.sections:
        start = line.end - len(rest)
        page.lines[0:1] = [
            Line(line.start, line.text[:slash]),
            Line(start, rest),
        ]
        page.roles.insert(0, Role.SECTION)
        page.section = line.part(0, slash - 1)


def _choose_headline(page: Page, titles: list[int]) -> None:
    """Set the headline: the first title, or the second where the first is a kicker, a verb without its subject."""
    if not titles or page.headline is not None:
        return
    chosen = titles[0]
    if (
        len(titles) > 1
        and titles[1] == chosen + 1
        and opens_with_verb(page.lines[chosen], page.lexicon)
        and not opens_with_verb(page.lines[titles[1]], page.lexicon)
    ):
        page.roles[chosen], chosen = Role.SUBHEADING, titles[1]
        page.roles[chosen] = Role.HEADLINE
    page.headline = page.lines[chosen].span
