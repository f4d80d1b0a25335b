"""A header line, or the opening of a paragraph -> the town, the author or agency, and the date that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from transforms.dates import PrintedDate, find_date
from transforms.folding import fold
from transforms.layout_lexicon import LayoutLexicon, bare
from transforms.model import Span

LONGEST_DATELINE = 110
_LONGEST_PIECE = 48
_MOST_WORDS_IN_A_NAME = 5
_MOST_WORDS_IN_A_WEAK_NAME = 3
_SEPARATOR = re.compile(r"(?:\s*[-–—:/|()\[\]]+|\s+ـ+|ـ+\s+|\s*\.\.+)[\s\-–—ـ:/|().\[\]]*|^[\s(\[«*/|\-–—]+")
_COMMA = re.compile(r"\s*[،,]\s*")
_WORD = re.compile(r"[^\W\d_]+")
_DIGIT = re.compile(r"\d")
_CLOSES_DATELINE = re.compile(r"[-–—:)/\].]")
_DASH_OR_COLON = re.compile(r"[-–—:]")
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
class Dateline:
    """What a dateline names, as spans in its line; ``end`` is where the story goes on."""

    place: Span | None
    byline: Span | None
    date: PrintedDate | None
    end: int


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: Kind
    start: int
    end: int


def read_dateline(line: str, lexicon: LayoutLexicon, *, is_first: bool = False) -> Dateline | None:
    """Read a line that is nothing but a dateline or byline, or return ``None``.

    On the first line of a document, where a headline is likelier, only known names and places count.

    >>> from transforms.layout_lexicon import load_layout_lexicon
    >>> line = "القدس - بلال أبو دقة - رندة أحمد:"
    >>> found = read_dateline(line, load_layout_lexicon("ar"))
    >>> line[slice(*found.place)], line[slice(*found.byline)]
    ('القدس', 'بلال أبو دقة - رندة أحمد')
    """
    if len(line) > LONGEST_DATELINE:
        return None
    if labelled := _after_label(line, lexicon, is_whole=True, is_first=is_first):
        return labelled
    date = find_date(line) if _DIGIT.search(line) else None
    stretches = [(0, date.span.start), (date.span.end, len(line))] if date else [(0, len(line))]
    pieces: list[_Piece] = []
    for start, end in stretches:
        for left, right, _ in _pieces(line, start, end):
            found = _classify(line, left, right, lexicon, after=pieces) or _strange(line, left, right, lexicon)
            if found is None:
                return None
            pieces += found
    pieces = _town_of_agency(line, pieces, lexicon)
    kinds = {piece.kind for piece in pieces}
    known = kinds & {Kind.PLACE, Kind.SOURCE}
    if not pieces or kinds == {Kind.PLACE} and (date is None) or kinds == {Kind.WEAK_NAME}:
        return None
    if Kind.STRANGE in kinds or (Kind.WEAK_NAME in kinds and (is_first or not known)):
        return None
    if is_first and any(piece.kind == Kind.NAME and not _is_sure(line, piece, lexicon) for piece in pieces):
        return None
    return Dateline(*_place_and_byline(pieces), date, len(line))


def _strange(line: str, start: int, end: int, lexicon: LayoutLexicon) -> list[_Piece] | None:
    """Return one or two words of no known kind, which may be a town that no list has."""
    start, end = _trim(line, start, end)
    words = bare(line[start:end]).split()
    if not 1 <= len(words) <= 2 or not all(map(_WORD.fullmatch, words)):  # noqa: PLR2004
        return None
    if words[0][0] in "وف" or words[0] in lexicon.opening_words | lexicon.opening_verbs:
        return None
    return [_Piece(Kind.STRANGE, start, end)]


def _is_sure(line: str, piece: _Piece, lexicon: LayoutLexicon) -> bool:
    """Tell a name that begins with a given name from one that has a given name anywhere, which may be a word too."""
    first = bare(line[piece.start : piece.end]).split()[0]
    return first in lexicon.given_names or first in lexicon.name_particles


def _town_of_agency(line: str, pieces: list[_Piece], lexicon: LayoutLexicon) -> list[_Piece]:
    """Call a first piece of no known kind a town if press agencies, and they alone, stand behind it."""
    if not pieces or pieces[0].kind not in {Kind.STRANGE, Kind.WEAK_NAME}:
        return pieces
    rest = [bare(line[piece.start : piece.end]).strip(".") for piece in pieces[1:]]
    if not rest or not all(name in lexicon.agencies for name in rest):
        return pieces
    return [_Piece(Kind.PLACE, pieces[0].start, pieces[0].end), *pieces[1:]]


def open_dateline(paragraph: str, lexicon: LayoutLexicon) -> Dateline | None:
    """Read the dateline or byline at the beginning of a paragraph, or return ``None``.

    >>> from transforms.layout_lexicon import load_layout_lexicon
    >>> text = "دبي، الإمارات العربية المتحدة (CNN)-- كشف الرئيس عن اتصال هاتفي."
    >>> found = open_dateline(text, load_layout_lexicon("ar"))
    >>> text[slice(*found.place)], text[slice(*found.byline)], text[found.end :][:3]
    ('دبي', 'CNN', 'كشف')
    """
    head = paragraph[:LONGEST_DATELINE]
    if labelled := _after_label(head, lexicon, is_whole=False, is_first=False):
        return labelled
    date = find_date(head) if _DIGIT.search(head, 0, _LONGEST_PIECE) else None
    if date and date.span.start <= _LONGEST_PIECE:
        return _dated_opening(head, date, lexicon)
    pieces, end = _opening_pieces(head, 0, lexicon)
    return Dateline(*_place_and_byline(pieces), None, end) if pieces else None


def _dated_opening(head: str, date: PrintedDate, lexicon: LayoutLexicon) -> Dateline | None:
    """Read TOWN DATE AGENCY -, as state agencies print it."""
    before = _classify(head, 0, len(head[: date.span.start].rstrip()), lexicon)
    if not before or any(piece.kind != Kind.PLACE for piece in before):
        return None
    after, end = _opening_pieces(head, date.span.end, lexicon)
    if not any(piece.kind == Kind.SOURCE for piece in after):
        return None
    return Dateline(*_place_and_byline(before + after), date, end)


def _opening_pieces(head: str, start: int, lexicon: LayoutLexicon) -> tuple[list[_Piece], int]:
    """Return the known pieces at the beginning of ``head[start:]`` and where they end, none if it is no dateline."""
    pieces: list[_Piece] = []
    kept: list[_Piece] = []
    end = start
    for left, right, closer in _pieces(head, start, len(head)):
        found = None if closer is None else _classify(head, left, right, lexicon, after=pieces)
        if found is None and closer is not None and not pieces:
            found = _strange(head, left, right, lexicon)
        if found is None or closer is None:
            if pieces and all(piece.kind == Kind.PLACE for piece in pieces):
                kept, end = _unclosed_agency(head, left, right, pieces, lexicon) or (kept, end)
            break
        pieces += found
        if pieces[0].kind != Kind.WEAK_NAME and _has_weak_name(found) and ":" not in head[right:closer]:
            break
        is_known = pieces[0].kind not in {Kind.STRANGE, Kind.WEAK_NAME}
        if (_CLOSES_DATELINE if is_known else _DASH_OR_COLON).search(head, right, closer):
            kept, end = list(pieces), closer
    kept = _town_of_agency(head, kept, lexicon)
    kinds = {piece.kind for piece in kept}
    if Kind.STRANGE in kinds or not kinds & {Kind.PLACE, Kind.SOURCE}:
        return [], start
    if kinds == {Kind.PLACE} and all(bare(head[p.start : p.end]) in lexicon.countries for p in kept):
        return [], start
    return kept, end


def _has_weak_name(pieces: list[_Piece]) -> bool:
    return any(piece.kind == Kind.WEAK_NAME for piece in pieces)


def _unclosed_agency(
    head: str, start: int, end: int, places: list[_Piece], lexicon: LayoutLexicon
) -> tuple[list[_Piece], int] | None:
    """Read TOWN-AGENCY with nothing but a space before the story."""
    words = [match.end() for match in re.finditer(r"\S+", head[start:end])]
    for length in words[:3]:
        if bare(head[start : start + length]) in lexicon.agencies:
            return [*places, _Piece(Kind.SOURCE, start, start + length)], min(start + length + 1, end)
    return None


def _pieces(line: str, start: int, end: int) -> Iterator[tuple[int, int, int | None]]:
    """Yield (start, end, end of the separator behind it, or ``None``) of every stretch between separators."""
    at = start
    for match in _SEPARATOR.finditer(line, start, end):
        if line[at : match.start()].strip(_TRIM):
            yield at, match.start(), match.end()
        at = match.end()
    if line[at:end].strip(_TRIM):
        yield at, end, None


def _classify(
    line: str, start: int, end: int, lexicon: LayoutLexicon, *, after: list[_Piece] | None = None
) -> list[_Piece] | None:
    """Return what the stretch names, in one piece or several, or ``None`` if it is none of all this.

    Some agencies are called like a town (قنا): behind a town they are the agency.
    """
    if end - start > _LONGEST_PIECE:
        return None
    start, end = _trim(line, start, end)
    whole = _kind(line[start:end], lexicon)
    if whole == Kind.PLACE and after and bare(line[start:end]) in lexicon.agencies:
        whole = Kind.SOURCE
    if whole is not None and whole != Kind.WEAK_NAME:
        return [_Piece(whole, start, end)]
    if parts := _split_at_commas(line, start, end, lexicon) or _split_in_two(line, start, end, lexicon):
        return parts
    return None if whole is None else [_Piece(whole, start, end)]


def _split_at_commas(line: str, start: int, end: int, lexicon: LayoutLexicon) -> list[_Piece] | None:
    """Read "town, country" (the town counts), "town, town" or "author, agency"."""
    cuts = [match.span() for match in _COMMA.finditer(line, start, end)]
    if not cuts:
        return None
    edges = [start, *(edge for cut in cuts for edge in cut), end]
    pieces = [
        _Piece(kind, left, right)
        for left, right in zip(edges[::2], edges[1::2], strict=True)
        if (kind := _kind(line[left:right], lexicon)) is not None and kind != Kind.WEAK_NAME
    ]
    if len(pieces) != len(cuts) + 1:
        return None
    if pieces[0].kind == Kind.PLACE:
        towns = [piece for piece in pieces[1:] if bare(line[piece.start : piece.end]) not in lexicon.countries]
        return [pieces[0], *towns]
    return pieces


def _split_in_two(line: str, start: int, end: int, lexicon: LayoutLexicon) -> list[_Piece] | None:
    """Read "town agency" with nothing between, or "author from town"."""
    words = [match.span() for match in re.finditer(r"\S+", line[start:end])]
    for index in range(1, len(words)):
        left = _trim(line, start, start + words[index - 1][1])
        is_from = bare(line[start + words[index][0] : start + words[index][1]]) == "من" and index + 1 < len(words)
        right = _trim(line, start + words[index + is_from][0], end)
        kinds = (_kind(line[slice(*left)], lexicon), _kind(line[slice(*right)], lexicon))
        if kinds == (Kind.PLACE, Kind.SOURCE) or (is_from and kinds[0] is not None and kinds[1] == Kind.PLACE):
            return [_Piece(kind, *edges) for kind, edges in zip(kinds, (left, right), strict=True) if kind is not None]
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
    """Tell a person's name: two to five words, the first (or after its title, the next) a given name."""
    words = name.removeprefix("د.").removeprefix("د ").split()
    if not 1 < len(words) <= _MOST_WORDS_IN_A_NAME or not all(map(_WORD.fullmatch, words)):
        return None
    # علي is folded like على, and is a name far more often where all the rest looks like one.
    if any(word in lexicon.opening_words and word not in lexicon.given_names for word in words):
        return None
    if words[0] in lexicon.given_names or words[0] in lexicon.name_particles:
        return Kind.NAME
    if words[0] in lexicon.opening_verbs or words[0].startswith("ال") or len(words) > _MOST_WORDS_IN_A_WEAK_NAME:
        return None
    return Kind.NAME if any(word in lexicon.given_names for word in words[1:]) else Kind.WEAK_NAME


def _after_label(line: str, lexicon: LayoutLexicon, *, is_whole: bool, is_first: bool) -> Dateline | None:
    """Read the author after "written by": the name alone is the byline."""
    if not (match := lexicon.byline_labels.match(fold(line[:LONGEST_DATELINE]))):
        return None
    label = fold(line).find(match[1])
    start = _unfolded(line, label + len(match[1]))
    stretches = list(_pieces(line, start, len(line)))
    pieces: list[_Piece] = []
    end = 0
    for left, right, closer in stretches:
        found = _classify(line, left, right, lexicon)
        if found is None or (closer is None and not is_whole):
            break
        pieces += found
        end = len(line) if closer is None else closer
    if not pieces or (is_whole and end < len(line)) or (is_first and _has_weak_name(pieces)):
        return None
    return Dateline(*_place_and_byline(pieces), None, end)


def _unfolded(line: str, offset: int) -> int:
    """Return the offset in the line of an offset in what ``fold`` makes of it."""
    at = offset
    while len(fold(line[:at])) < offset:
        at += 1
    return at


def _place_and_byline(pieces: list[_Piece]) -> tuple[Span | None, Span | None]:
    """Return the first run of places, and the first run of names and sources, each from end to end as printed."""
    return _run([piece.kind == Kind.PLACE for piece in pieces], pieces), _run(
        [piece.kind != Kind.PLACE for piece in pieces], pieces
    )


def _run(wanted: list[bool], pieces: list[_Piece]) -> Span | None:
    if True not in wanted:
        return None
    first = wanted.index(True)
    last = first
    while last + 1 < len(wanted) and wanted[last + 1]:
        last += 1
    return Span(pieces[first].start, pieces[last].end)


def _trim(line: str, start: int, end: int) -> tuple[int, int]:
    piece = line[start:end]
    left = len(piece) - len(piece.lstrip(_TRIM))
    # A full stop belongs to an initial (أ.ف.ب.), and to nothing else at the end of a name.
    return start + left, start + len(piece.rstrip(_TRIM)) if piece.strip(_TRIM) else start + left
