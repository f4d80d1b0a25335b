"""The lines of a story -> paragraphs, cross-heads, and furniture between them."""

from __future__ import annotations

from transforms.layout.header import take_byline, take_date
from transforms.layout.lines import Line
from transforms.layout.page import (
    LONGEST_TITLE,
    Page,
    ends_with_stop,
    goes_on,
    has_label,
    is_cross_head,
    is_item,
    is_ornament,
)
from transforms.model import Role

_MOST_QUESTIONS = 3  # of an ordinary report; more of them make an interview
_LONGEST_QUESTION = 130
_LINES_WITH_DATES, _LINES_WITH_BYLINES = 4, 2
_OPENERS, _CLOSERS = "\"“«”'", "\"”»“'"
_LONGEST_PULL_QUOTE = 300
_NEAR = 8  # lines above and below: bounded, so that cost stays linear
_LONGEST_LINK = 90
_SHORTEST_LIST = 4
_MOST_WORDS_IN_A_STARRED_HEAD = 5


def read_body(page: Page, first: int, end: int) -> None:
    """Give roles to lines ``first`` to ``end``, exclusive."""
    questions = sum(line.last in "؟?" and len(line.text) < _LONGEST_QUESTION for line in page.lines[first:end])
    is_interview = questions > _MOST_QUESTIONS
    after_label = False
    for index in range(first, end):
        if page.roles[index] is not None:
            continue
        line = page.lines[index]
        role = _role(page, index, first, end, is_interview=is_interview)
        if after_label and not ends_with_stop(line) and len(line.text) <= _LONGEST_LINK:
            role = Role.FURNITURE
        page.roles[index] = role
        # "Read also" and "write to the author" speak for the short lines below them.
        after_label = role == Role.FURNITURE and (after_label or not is_ornament(line))


def _role(page: Page, index: int, first: int, end: int, *, is_interview: bool) -> Role:
    line, lexicon = page.lines[index], page.lexicon
    if is_ornament(line) or has_label(line, lexicon.furniture_labels):
        return Role.FURNITURE
    if len(line.text) <= LONGEST_TITLE:
        if not ends_with_stop(line) and line.bare in page.seen:
            return Role.FURNITURE
        if index - first < _LINES_WITH_DATES and page.date is None and take_date(page, index):
            return Role.DATE
        is_early = index - first < _LINES_WITH_BYLINES
        if is_early and not ends_with_stop(line) and take_byline(page, index):
            return Role.BYLINE
        if has_label(line, lexicon.credit_labels, needs_colon=True) and not ends_with_stop(line):
            page.credit = page.credit or line.span
            return Role.CREDIT
    if _is_pull_quote(page, index, first, end):
        return Role.FURNITURE
    return Role.BODY if _is_paragraph(page, index, first, end, is_interview=is_interview) else Role.SUBHEADING


def _is_pull_quote(page: Page, index: int, first: int, end: int) -> bool:
    """Tell a line of nothing but quoted words that a paragraph near it gives again."""
    text = page.lines[index].text
    if text[0] not in _OPENERS or text[-1] not in _CLOSERS or len(text) > _LONGEST_PULL_QUOTE:
        return False
    words = text.strip(_OPENERS + _CLOSERS + " .")
    near = range(max(first, index - _NEAR), min(end, index + _NEAR))
    return " " in words and any(at != index and words in page.lines[at].text for at in near)


def _is_paragraph(page: Page, index: int, first: int, end: int, *, is_interview: bool) -> bool:
    line = page.lines[index]
    if is_item(line):
        return not _is_starred_head(page, index)
    if not is_cross_head(page, index):
        return True
    if line.last in "؟?":
        return is_interview
    if index > first and goes_on(page.lines[index - 1]) and not ends_with_stop(line):
        return True
    return _is_in_list(page, index, first, end)


def _is_starred_head(page: Page, index: int) -> bool:
    """Tell "* cross-head" from an item: a few words, no stop, and no other item beside it."""
    line = page.lines[index]
    if line.text[0] not in "*●•■" or line.last in "؟?." or goes_on(line):
        return False
    beside = [page.lines[at] for at in (index - 1, index + 1) if 0 <= at < len(page.lines)]
    return line.text.count(" ") <= _MOST_WORDS_IN_A_STARRED_HEAD and not any(map(_is_short_item, beside))


def _is_short_item(line: Line) -> bool:
    return is_item(line) and len(line.text) < _LONGEST_QUESTION


def _is_in_list(page: Page, index: int, first: int, end: int) -> bool:
    """Tell a line of a list or poem: four such lines or more in a row, all of them short."""
    low = index
    while low > first and index - low < _SHORTEST_LIST and is_cross_head(page, low - 1):
        low -= 1
    high = index + 1
    while high < end and high - index < _SHORTEST_LIST and is_cross_head(page, high):
        high += 1
    return high - low >= _SHORTEST_LIST
