"""The lines of one document -> what their shape says: a title, a paragraph, a list item, an ornament."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from transforms.dates import PrintedDate, find_date
from transforms.folding import fold
from transforms.layout.lexicon import LayoutLexicon, strip_folded
from transforms.layout.lines import Line
from transforms.model import Role, Span

LONGEST_TITLE = 160
_LONGEST_PLAIN_TITLE = 110  # a longer one needs a date or an author below it, or a much longer paragraph
_LONGEST_STOPPED_TITLE = 60
_LONGEST_CROSS_HEAD = 85
_MOST_WORDS_IN_A_CROSS_HEAD = 13
_LONGEST_DATE_LINE = 110
_LONGEST_LABELLED = 160
_MOST_STRANGE_WORDS = 3
_FEW_PARAGRAPHS = 4
_MOST_PARAGRAPHS = 0.85
_STOPS = ".؟!?…"
_CONTINUES = ":؛;،,"
_ITEM = re.compile(r"\s*(?:[-–—•●▪◦■*·>]+|\(?[0-9٠-٩]{1,2}\s*[-–.)/](?![\d])|[اأبجدهوزحطي]\s*[-–)]\s|[؟?]{2,})\s*")
_ORNAMENT = re.compile(r"[\W_]*")
# No part that has matched is given back: an address can be read in several ways, and a line of such addresses in the
# product of them. So one that takes a whole token stands before one that may take less.
_ADDRESS = (
    r"(?>https?://\S+|www\.\S+|pic\.twitter\S+|[#@]\S+|[\w.-]+\.(?:com|net|org)/\S*"
    r"|[^\s@]+@\S+\.\w+|[\w.-]+\.(?:com|net|org))"
)
_LINKS = re.compile(
    rf"(?:[^\w#@]|[#@](?!\S))*+{_ADDRESS}(?:\s[\s|،,]*+{_ADDRESS})*+\W*",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d{5}")
_LETTERS = re.compile(r"[^\W\d_]{3,}")


@dataclass(slots=True)
class Page:
    """A document while its lines are given roles. The header's spans count in the whole text."""

    lines: list[Line]
    lexicon: LayoutLexicon
    roles: list[Role | None]
    section: Span | None = None
    headline: Span | None = None
    byline: Span | None = None
    place: Span | None = None
    credit: Span | None = None
    date: PrintedDate | None = None
    date_text: Span | None = None
    byline_is_outlet: bool = False
    seen: set[str] = field(default_factory=set)
    is_punctuated: bool = False

    def below(self, index: int) -> Line | None:
        """Return the line after line ``index``, ``None`` after the last."""
        return self.lines[index + 1] if index + 1 < len(self.lines) else None


def ends_with_stop(line: Line) -> bool:
    """Tell whether a line ends as sentences do, closing marks after the stop or not."""
    return line.last in _STOPS


def goes_on(line: Line) -> bool:
    """Tell whether a line ends in a colon or comma, so that what follows belongs to it."""
    return line.text[-1] in _CONTINUES


def words_of(line: Line) -> list[str]:
    """Return the first words of a line, folded, as the lexicon's sets hold them."""
    return strip_folded(line.head).split()[:4]


def opens_with_verb(line: Line, lexicon: LayoutLexicon) -> bool:
    """Tell whether a line begins with a verb of news prose, و or ف before it or not, masculine or feminine."""
    words = words_of(line)
    return bool(words) and any(form in lexicon.opening_verbs for form in _forms(words[0]))


def has_waw(line: Line, lexicon: LayoutLexicon) -> bool:
    """Tell whether a line begins with the conjunction و, not with a word that has a و of its own."""
    words = words_of(line)
    return bool(words) and words[0].startswith("و") and len(words[0]) > 3 and words[0] not in lexicon.waw_words


def is_linked(line: Line, lexicon: LayoutLexicon) -> bool:
    """Tell whether a line begins with و before a verb, an article or another opening word: not a name like وهبي."""
    if not has_waw(line, lexicon):
        return False
    word = words_of(line)[0][1:]
    is_present = word[0] in "يت" and len(word) > 3
    return is_present or word.startswith("ال") or word in lexicon.opening_words or opens_with_verb(line, lexicon)


def opens_like_prose(line: Line, lexicon: LayoutLexicon) -> bool:
    """Tell whether a line begins as sentences do: with a verb, a preposition, a conjunction."""
    words = words_of(line)
    return has_waw(line, lexicon) or (
        bool(words) and any(form in lexicon.opening_verbs or form in lexicon.opening_words for form in _forms(words[0]))
    )


def _forms(word: str) -> tuple[str, ...]:
    """Return the word with and without و or ف before it and the ت of the feminine behind it."""
    bases = (word, word[1:]) if word[0] in "وف" and len(word) > 3 else (word,)
    return (*bases, *(base.removesuffix("ت") for base in bases))


def is_item(line: Line) -> bool:
    """Tell an item of a list: a dash, bullet or number before it."""
    match = _ITEM.match(line.text)
    return match is not None and match.end() > 0


def is_ornament(line: Line) -> bool:
    """Tell a line without a letter or digit, or with nothing but links, addresses and hashtags."""
    text = line.text
    if _ORNAMENT.fullmatch(text):
        return True
    has_sign = "." in text or "/" in text or "#" in text or "@" in text  # as every address, and few lines, have
    return has_sign and len(text) <= _LONGEST_LABELLED and bool(_LINKS.fullmatch(text))


def is_stub(line: Line) -> bool:
    """Tell initials, a clock time or another stub at the end of a page: no word of three letters, no long number."""
    return len(line.text) <= 24 and not _LETTERS.search(fold(line.text)) and not _NUMBER.search(line.text)


def is_title(page: Page, index: int) -> bool:
    """Tell whether line ``index``, the first that can be, is the headline."""
    line, below = page.lines[index], page.below(index)
    size = len(line.text)
    if size > LONGEST_TITLE or goes_on(line) or is_item(line):
        return False
    is_verbal = opens_with_verb(line, page.lexicon)
    if below is None:
        return not ends_with_stop(line) and not (is_verbal and size > _LONGEST_STOPPED_TITLE)
    if line.last == "." and not line.text.endswith(".."):
        return size <= _LONGEST_STOPPED_TITLE and not is_verbal and len(below.text) > size
    if size > _LONGEST_PLAIN_TITLE or (is_verbal and size > _LONGEST_CROSS_HEAD):
        return date_of(page, index + 1) is not None or (not is_verbal and len(below.text) > 1.5 * size)
    return True


def is_cross_head(page: Page, index: int) -> bool:
    """Tell a short line without a full stop that reads like a title: a sub-headline or a cross-head."""
    line = page.lines[index]
    words = line.text.count(" ") + 1
    if len(line.text) > _LONGEST_CROSS_HEAD or words > _MOST_WORDS_IN_A_CROSS_HEAD or goes_on(line):
        return False
    if line.last == "." and not line.text.endswith(".."):
        return False
    if page.is_punctuated or line.last in "؟?":
        return not is_linked(line, page.lexicon)
    if is_linked(line, page.lexicon):
        return False
    return words <= 4 or not opens_like_prose(line, page.lexicon)


def is_punctuated(lines: list[Line]) -> bool:
    """Tell whether paragraphs end in full stops here, as most do, so that a line without one is none."""
    paragraphs = [line for line in lines if len(line.text) > _LONGEST_PLAIN_TITLE]
    stopped = sum(ends_with_stop(line) or goes_on(line) for line in paragraphs)
    return len(paragraphs) >= _FEW_PARAGRAPHS and stopped >= _MOST_PARAGRAPHS * len(paragraphs)


def has_label(line: Line, labels: re.Pattern[str], *, needs_colon: bool = False) -> bool:
    """Tell whether a line begins with one of the labels.

    A label of one word is often an ordinary word too (صورة، شاهد): it counts before a colon, or, unless
    ``needs_colon``, alone and on a short line without a full stop.
    """
    if not (match := labels.match(line.head)):
        return False
    rest = line.head[match.end() :].lstrip()
    if " " in match[1]:
        return True
    if rest[:1] in {":", "|", "/", "»"}:
        return len(line.text) <= _LONGEST_LABELLED
    is_short = len(line.text) <= 32 and not ends_with_stop(line)
    return not needs_colon and (not rest or is_short)


def date_of(page: Page, index: int) -> PrintedDate | None:
    """Return the date of a line that is a date line: little stands beside it, and never a sentence."""
    if not 0 <= index < len(page.lines):
        return None
    line = page.lines[index]
    if len(line.text) > _LONGEST_DATE_LINE or line.last == ".":
        return None
    date = find_date(line.text)
    if date is None or date.is_alone:
        return date
    rest = line.text[: date.span.start] + " " + line.text[date.span.end :]
    strange = _LETTERS.findall(fold(rest))
    is_beside = not (_LETTERS.search(line.text[: date.span.start]) and _LETTERS.search(line.text[date.span.end :]))
    is_short = len(strange) <= _MOST_STRANGE_WORDS and len(rest) < len(line.text) / 2
    # On the first line, where a headline is likelier, only on one side of the date: "outlet - date".
    return date if is_short and (index > 0 or is_beside) else None
