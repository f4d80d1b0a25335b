"""A stretch of a dateline -> what it names: a town, an agency or outlet, a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from transforms.layout.lexicon import LayoutLexicon, bare

_LONGEST_PIECE = 48
_LONGEST_LIST = 80
_MOST_WORDS_IN_A_NAME = 4
_MOST_WORDS_IN_A_WEAK_NAME = 3
# White space and tatweel are looked at from the beginning of their run only, so that a long one is read once.
_SPACE = r"(?<!\s)\s+"
_SEPARATOR = re.compile(
    r"(?=[\s\-–—:/|()\[\]ـ.«*])"  # what any separator begins with: half the time is saved
    rf"(?:(?:(?:{_SPACE})?[-–—:/|()\[\]]+|{_SPACE}ـ+|(?<!ـ)ـ+\s+|(?:{_SPACE})?\.\.+)[\s\-–—ـ:/|().\[\]]*"
    r"|^[\s(\[«*/|\-–—]+)"
)
_COMMA = re.compile(rf"(?:{_SPACE})?[،,]\s*")
_TOKEN = re.compile(r"\S+")
_WORD = re.compile(r"[^\W\d_]+")
_DOTS = re.compile(r"[./]+")
_BRAND = re.compile(r"[A-Za-z][\w.&]*(?:\s[A-Za-z][\w.&]*)?")  # a site or agency under its Latin name
_TRIM = " \t\u00a0\u200b\u200e\u200f،,.;*\"'«»“”()"


class Kind(IntEnum):
    """What one piece of a dateline names; WEAK_NAME only looks like a person's name, STRANGE is any word or two."""

    PLACE = 0
    SOURCE = 1
    NAME = 2
    WEAK_NAME = 3
    STRANGE = 4


@dataclass(frozen=True, slots=True)
class Piece:
    """One stretch of a line and what it names."""

    kind: Kind
    start: int
    end: int


def skip_controls(line: str, lexicon: LayoutLexicon) -> int:
    """Return where a line begins behind the names of buttons."""
    at = 0
    while match := lexicon.page_controls.match(line, at):
        at = match.end()
    return at


def classify_strange(line: str, start: int, end: int, lexicon: LayoutLexicon) -> list[Piece] | None:
    """Return one or two words of no known kind, which may be a town that no list has."""
    start, end = _trim(line, start, end)
    words = bare(line[start:end]).split()
    if not 1 <= len(words) <= 2 or not all(map(_WORD.fullmatch, words)):
        return None
    if words[0][0] in "وف" or words[0] in lexicon.opening_words | lexicon.opening_verbs:
        return None
    return [Piece(Kind.STRANGE, start, end)]


def is_sure_name(line: str, piece: Piece, lexicon: LayoutLexicon) -> bool:
    """Tell a name that begins with a given name from one that has a given name anywhere, which may be a word too."""
    words = _DOTS.sub(" ", bare(line[piece.start : piece.end])).split()
    first = words[1] if words[0] in lexicon.honorifics else words[0]
    return first in lexicon.given_names or first in lexicon.name_particles


def cut_pieces(line: str, start: int, end: int) -> Iterator[tuple[int, int, int | None]]:
    """Yield (start, end, end of the separator behind it, or ``None``) of every stretch between separators."""
    at = start
    for match in _SEPARATOR.finditer(line, start, end):
        if line[at : match.start()].strip(_TRIM):
            yield at, match.start(), match.end()
        at = match.end()
    if line[at:end].strip(_TRIM):
        yield at, end, None


def classify(
    line: str, start: int, end: int, lexicon: LayoutLexicon, *, after: list[Piece] | None = None
) -> list[Piece] | None:
    """Return what the stretch names, in one piece or several, or ``None`` if it is none of all this.

    Some agencies are called like a town (قنا): behind a town they are the agency.
    """
    if end - start > (_LONGEST_LIST if _COMMA.search(line, start, end) else _LONGEST_PIECE):
        return None
    start, end = _trim(line, start, end)
    whole = _kind(line[start:end], lexicon)
    if whole == Kind.PLACE and after and bare(line[start:end]) in lexicon.agencies:
        whole = Kind.SOURCE
    if whole is not None and whole != Kind.WEAK_NAME:
        return [Piece(whole, start, end)]
    if parts := _split_at_commas(line, start, end, lexicon) or _split_in_two(line, start, end, lexicon):
        return parts
    return None if whole is None else [Piece(whole, start, end)]


def _split_at_commas(line: str, start: int, end: int, lexicon: LayoutLexicon) -> list[Piece] | None:
    """Read "town, country" (the town counts), "town, town" or "author, agency"."""
    cuts = [match.span() for match in _COMMA.finditer(line, start, end)]
    if not cuts:
        return None
    edges = [start, *(edge for cut in cuts for edge in cut), end]
    pieces: list[Piece] = []
    for left, right in zip(edges[::2], edges[1::2], strict=True):
        kind = _kind(line[left:right], lexicon)
        if kind is None or kind == Kind.WEAK_NAME:
            # After a town or an author, two or three words more are another one.
            is_short = 1 < len(line[left:right].split()) <= _MOST_WORDS_IN_A_WEAK_NAME
            kind = pieces[0].kind if is_short and pieces and pieces[0].kind != Kind.SOURCE else None
        if kind is None:
            return None
        pieces.append(Piece(kind, left, right))
    if pieces[0].kind == Kind.PLACE:
        towns = [piece for piece in pieces[1:] if bare(line[piece.start : piece.end]) not in lexicon.countries]
        return [pieces[0], *towns]
    return pieces


def _split_in_two(line: str, start: int, end: int, lexicon: LayoutLexicon) -> list[Piece] | None:
    """Read "town agency" with nothing between, or "author from town"."""
    words = [match.span() for match in _TOKEN.finditer(line, start, end)]
    folded = bare(line[start:end]).split()
    if len(folded) != len(words):  # one of them is nothing but marks
        folded = [bare(line[slice(*word)]) for word in words]
    for index in range(1, len(words)):
        is_from = folded[index] == "من" and index + 1 < len(words)
        if not is_from and " ".join(folded[:index]) not in lexicon.towns:
            continue
        left = _trim(line, start, words[index - 1][1])
        right = _trim(line, words[index + is_from][0], end)
        kinds = (_kind(line[slice(*left)], lexicon), _kind(line[slice(*right)], lexicon))
        if kinds == (Kind.PLACE, Kind.SOURCE) or (is_from and kinds[0] is not None and kinds[1] == Kind.PLACE):
            return [Piece(kind, *edges) for kind, edges in zip(kinds, (left, right), strict=True) if kind is not None]
    return None


def _kind(piece: str, lexicon: LayoutLexicon) -> Kind | None:
    name = bare(piece).strip(".")
    if name in lexicon.agencies and name not in lexicon.towns:
        return Kind.SOURCE
    if name in lexicon.towns or name in lexicon.countries:
        return Kind.PLACE
    if name in lexicon.outlets or name.replace(".", " ").strip() in lexicon.agencies or _BRAND.fullmatch(name):
        return Kind.SOURCE
    return _name_kind(name, lexicon)


def _name_kind(name: str, lexicon: LayoutLexicon) -> Kind | None:
    """Tell a person's name: two to four words, the first a given name; a title before it does not count."""
    words = _DOTS.sub(" ", name).split()
    if len(words) > 1 and words[0] in lexicon.honorifics:
        words = words[1:]
    if not 1 < len(words) <= _MOST_WORDS_IN_A_NAME or not all(map(_WORD.fullmatch, words)):
        return None
    if any(word.startswith("وال") for word in words):
        return None
    # علي is folded like على, and is a name far more often where all the rest looks like one.
    if any(word in lexicon.opening_words and word not in lexicon.given_names for word in words):
        return None
    if words[0] in lexicon.given_names or words[0] in lexicon.name_particles:
        return Kind.NAME
    if words[0] in lexicon.opening_verbs or words[0].startswith("ال") or len(words) > _MOST_WORDS_IN_A_WEAK_NAME:
        return None
    return Kind.NAME if any(word in lexicon.given_names for word in words[1:]) else Kind.WEAK_NAME


def _trim(line: str, start: int, end: int) -> tuple[int, int]:
    piece = line[start:end]
    left = len(piece) - len(piece.lstrip(_TRIM))
    # A full stop belongs to an initial (أ.ف.ب.), and to nothing else at the end of a name.
    return start + left, start + len(piece.rstrip(_TRIM)) if piece.strip(_TRIM) else start + left
