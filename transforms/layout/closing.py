"""The lines below a story -> credit, author's signature, furniture."""

from __future__ import annotations

import re

from transforms.layout.dateline import read_dateline
from transforms.layout.header import take_byline, take_date
from transforms.layout.lexicon import LayoutLexicon, bare
from transforms.layout.page import (
    Page,
    date_of,
    ends_with_stop,
    goes_on,
    has_label,
    has_waw,
    is_cross_head,
    is_item,
    is_ornament,
    is_stub,
    opens_like_prose,
    words_of,
)
from transforms.model import Role

_RULE = re.compile(r"\s*([-_=*ـ~.])\1{5,}\s*")
_MOST_LINES_BELOW_A_RULE = 3
_LONGEST_CREDIT = 110
_FEWEST_LEADS = 3
_MANY_SHARED = 2
_SHORTEST_LEAD, _LONGEST_LEAD = 90, 245
_SEPARATORS = re.compile(r"[-–—ـ،,/|()\[\].*«»\"“”]+")


def read_closing(page: Page, first: int) -> int:
    """Give roles to the lines below the story, whose first line is ``first``; return the index after its last."""
    end = _cut_at_rule(page, first)
    while end > first + 1:
        role = _role(page, end - 1)
        if role is None:
            break
        end -= 1
        page.roles[end] = role
    _leads_of_others(page, first, end)
    return end


def _leads_of_others(page: Page, first: int, end: int) -> None:
    """Call the leads of other stories furniture: a run at the end, each cut to the same length, some in mid-sentence.

    Only in a document that ends its paragraphs with full stops otherwise, and only if most of them share no word with
    the headline and hardly one with the lead, since some publishers end a story with the leads of its earlier parts.
    """
    start = end
    while start > first + 1 and _is_lead(page, start - 1):
        start -= 1
    run = range(start, end)
    if page.headline is None or len(run) < _FEWEST_LEADS or all(ends_with_stop(page.lines[at]) for at in run):
        return
    if not all(ends_with_stop(page.lines[at]) or is_cross_head(page, at) for at in range(first, start)):
        return
    topic = _content_words(next(line.text for line in page.lines if line.span == page.headline))
    lead = topic | _content_words(page.lines[first].text)
    words = [_content_words(page.lines[at].text) for at in run]
    strange = [at for at, own in zip(run, words, strict=True) if not topic & own and len(lead & own) < _MANY_SHARED]
    if 2 * len(strange) > len(run):
        for at in strange:
            page.roles[at] = Role.FURNITURE


def _is_lead(page: Page, index: int) -> bool:
    line = page.lines[index]
    is_lead_sized = _SHORTEST_LEAD <= len(line.text) <= _LONGEST_LEAD
    return is_lead_sized and not has_waw(line, page.lexicon) and not is_item(line)


def _content_words(text: str) -> set[str]:
    """Return the words of five letters and more, without article and prepositions, cut to a stem of sorts."""
    words = (word.removeprefix("و").removeprefix("ب").removeprefix("ال") for word in bare(text).split())
    return {word.strip("،,.:؛؟!")[:5] for word in words if len(word) > 3}


def _cut_at_rule(page: Page, first: int) -> int:
    """Call all that stands below a ruled line near the end furniture; return the index of the rule."""
    for index in range(max(first + 1, len(page.lines) - 1 - _MOST_LINES_BELOW_A_RULE), len(page.lines)):
        if _RULE.fullmatch(page.lines[index].text):
            for below in range(index, len(page.lines)):
                page.roles[below] = _role(page, below) or Role.FURNITURE
            return index
    return len(page.lines)


def _role(page: Page, index: int) -> Role | None:
    """Return the role of line ``index`` if it stands below the story, ``None`` if it is the story's last."""
    line, lexicon = page.lines[index], page.lexicon
    if is_credit(page, index):
        page.credit = page.credit or line.span
        return Role.CREDIT
    if is_ornament(line) or is_stub(line) or has_label(line, lexicon.furniture_labels):
        return Role.FURNITURE
    if ends_with_stop(line) or goes_on(line) or (is_item(line) and not _is_signed(page, index)):
        return None
    if date_of(page, index):
        return Role.DATE if take_date(page, index) else None
    if read_dateline(line.text, lexicon):
        return Role.BYLINE if page.byline is None and take_byline(page, index) else Role.FURNITURE
    if not is_cross_head(page, index) or _goes_on_above(page, index):
        return None
    if _is_signed(page, index) and page.byline is None:
        page.byline = line.span
        return Role.BYLINE
    return None if opens_like_prose(line, lexicon) else Role.FURNITURE


def _is_signed(page: Page, index: int) -> bool:
    """Tell what an author is, without a name: "writer and researcher", with an asterisk before it or not."""
    line = page.lines[index]
    words = words_of(line)
    return bool(words) and words[0] in page.lexicon.author_titles and line.text[0] not in "-–•"


def _goes_on_above(page: Page, index: int) -> bool:
    """Tell whether the line above leaves off in mid-sentence, or is as short: a list or a poem is no furniture."""
    above = page.lines[index - 1]
    return goes_on(above) or (not ends_with_stop(above) and is_cross_head(page, index - 1))


def is_credit(page: Page, index: int) -> bool:
    """Tell a line that names where the text came from: a label before it, or agencies alone at the very end."""
    line, lexicon = page.lines[index], page.lexicon
    if date_of(page, index):
        return False
    if has_label(line, lexicon.credit_labels, needs_colon=True):
        return True
    if len(line.text) > _LONGEST_CREDIT or ends_with_stop(line):
        return False
    label = lexicon.credit_labels.match(line.bare)
    names = line.bare[label.end() :].strip(" ـ-*") if label else line.text
    return names_agencies(names, lexicon) and (label is not None or index > 0)


def names_agencies(text: str, lexicon: LayoutLexicon) -> bool:
    """Tell a text that is nothing but names of agencies and outlets.

    >>> from transforms.layout.lexicon import load_layout_lexicon
    >>> names_agencies("فرانس 24/ أ ف ب", load_layout_lexicon("ar"))
    True
    """
    whole = bare(text).strip(" .-–*")
    if whole in lexicon.agencies or whole in lexicon.outlets:
        return True
    pieces = [bare(piece) for piece in _SEPARATORS.split(text) if bare(piece)]
    return bool(pieces) and all(piece in lexicon.agencies or piece in lexicon.outlets for piece in pieces)
