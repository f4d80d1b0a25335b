"""Text -> header and blocks: what each line of an article is for; or a reject."""

from __future__ import annotations

from transforms.language import identify
from transforms.layout.body import read_body
from transforms.layout.closing import read_closing
from transforms.layout.dateline import open_dateline
from transforms.layout.header import read_header
from transforms.layout.lexicon import load_layout_lexicon
from transforms.layout.lines import split_lines
from transforms.layout.masthead import take_masthead
from transforms.layout.page import Page, is_punctuated
from transforms.model import Block, Header, Layout, Masthead, Reason, Record, Reject, Role, Stage

_PARAGRAPHS_WITH_DATELINES = 2


def lay_out(text: str, masthead: Masthead = Masthead()) -> Layout | Reject:  # noqa: B008  a frozen value
    r"""Give every line of a decoded text its role, and find what the lines around the story say.

    Blocks are in text order and together hold every character but white space, control characters and characters
    without width. A dateline that opens the first paragraph stays part of it. What the ``masthead`` says is the title
    and the date is so, whatever it looks like.

    >>> layout = lay_out("عنوان الخبر\n14 أيلول 2021 08:39\nدمشق - سانا: أعلن الوزير أن المشروع بدأ اليوم.")
    >>> [block.role.value for block in layout.blocks]
    ['headline', 'date', 'body']
    >>> lay_out("عنوان بلا خبر").reason.value
    'no_body'
    """
    code = identify(text)
    if code is None:
        return _reject(Reason.UNSUPPORTED_LANGUAGE, "no language pack reads this text")
    lines = split_lines(text)
    page = Page(lines, load_layout_lexicon(code), [None] * len(lines), is_punctuated=is_punctuated(lines))
    take_masthead(page, masthead)
    first = read_header(page)
    end = read_closing(page, first)
    read_body(page, first, end)
    if Role.BODY not in page.roles:
        return _reject(Reason.NO_BODY, "header lines, but no paragraph")
    _read_openings(page)
    blocks = [Block(role or Role.BODY, line.span) for role, line in zip(page.roles, page.lines, strict=True)]
    return Layout(_header(page), tuple(blocks))


def _read_openings(page: Page) -> None:
    """Read the dateline that opens the first paragraph, or the second, after a summary."""
    paragraphs = [line for line, role in zip(page.lines, page.roles, strict=True) if role == Role.BODY]
    for line in paragraphs[:_PARAGRAPHS_WITH_DATELINES]:
        found = open_dateline(line.text, page.lexicon)
        if found is None:
            continue
        if found.byline is not None and page.byline is None:
            page.byline = line.part(*found.byline)
        if found.place is not None and page.place is None:
            page.place = line.part(*found.place)
        if found.date is not None and page.date is None:
            page.date, page.date_text = found.date, line.part(*found.date.span)
        return


def _header(page: Page) -> Header:
    return Header(
        section=page.section,
        headline=page.headline,
        date_text=page.date_text,
        byline=page.byline,
        place=page.place,
        credit=page.credit,
        published=page.date.when if page.date else None,
        published_precision=page.date.precision if page.date else None,
    )


def _reject(reason: Reason, detail: str) -> Reject:
    return Reject(Record.DOCUMENT, Stage.LAYOUT, reason, detail)
