"""A header line, or the opening of a paragraph -> the town, the author or agency, and the date that it names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby

from transforms.dates import PrintedDate, find_date
from transforms.folding import fold
from transforms.layout.dateline_pieces import (
    Kind,
    Piece,
    classify,
    classify_strange,
    cut_pieces,
    is_sure_name,
    skip_controls,
)
from transforms.layout.lexicon import LayoutLexicon, bare
from transforms.model import Span

LONGEST_DATELINE = 110
_LONGEST_PLACE = 48
_TOKEN = re.compile(r"\S+")
_DIGIT = re.compile(r"\d")
_CLOSES_DATELINE = re.compile(r"[-–—:)/\].]")
_DASH_OR_COLON = re.compile(r"[-–—:]")


@dataclass(frozen=True, slots=True)
class Dateline:
    """What a dateline names, as spans in its line; ``end`` is where the story goes on."""

    place: Span | None
    byline: Span | None
    date: PrintedDate | None
    end: int


def read_dateline(line: str, lexicon: LayoutLexicon, *, is_first: bool = False) -> Dateline | None:
    """Read a line that is nothing but a dateline or byline, or return ``None``.

    On the first line of a document, where a headline is likelier, only known names and places count.

    >>> from transforms.layout.lexicon import load_layout_lexicon
    >>> line = "القدس - بلال أبو دقة - رندة أحمد:"
    >>> found = read_dateline(line, load_layout_lexicon("ar"))
    >>> line[slice(*found.place)], line[slice(*found.byline)]
    ('القدس', 'بلال أبو دقة - رندة أحمد')
    """
    if len(line) > LONGEST_DATELINE:
        return None
    if is_first and ".." in line:  # "Egypt.. new cabinet": a topic
        return None
    if labelled := _after_label(line, lexicon, is_whole=True, is_first=is_first):
        return labelled
    date = find_date(line) if _DIGIT.search(line) else None
    begin = skip_controls(line, lexicon)
    stretches = [(begin, date.span.start), (date.span.end, len(line))] if date else [(begin, len(line))]
    pieces = _line_pieces(line, stretches, lexicon)
    kinds = {piece.kind for piece in pieces}
    if not pieces or kinds == {Kind.WEAK_NAME} or Kind.STRANGE in kinds or (kinds == {Kind.PLACE} and date is None):
        return None
    if not kinds & {Kind.PLACE, Kind.SOURCE} and Kind.WEAK_NAME in kinds:
        return None
    if is_first and not _is_safe_on_first_line(line, pieces, lexicon):
        return None
    return Dateline(*_place_and_byline(pieces), date, len(line))


def _line_pieces(line: str, stretches: list[tuple[int, int]], lexicon: LayoutLexicon) -> list[Piece]:
    """Return what every piece of the line names, nothing if one of them can't be told."""
    pieces: list[Piece] = []
    for start, end in stretches:
        for left, right, _ in cut_pieces(line, start, end):
            found = classify(line, left, right, lexicon, after=pieces) or classify_strange(line, left, right, lexicon)
            if found is None:
                return []
            pieces += found
    return _outlet_of_town(line, _town_of_agency(line, pieces, lexicon), lexicon)


def _is_safe_on_first_line(line: str, pieces: list[Piece], lexicon: LayoutLexicon) -> bool:
    """Tell a byline from a headline "town: topic": by the names, or by a dash between outlet and author or town."""
    unsure = [piece for piece in pieces if piece.kind in {Kind.NAME, Kind.WEAK_NAME}]
    if all(is_sure_name(line, piece, lexicon) for piece in unsure):
        return ":" not in line or bool(unsure) or all(_is_listed(line, piece, lexicon) for piece in pieces)
    return ":" not in line and any(piece.kind == Kind.SOURCE for piece in pieces)


def _is_listed(line: str, piece: Piece, lexicon: LayoutLexicon) -> bool:
    return classify(line, piece.start, piece.end, lexicon) is not None


def _outlet_of_town(line: str, pieces: list[Piece], lexicon: LayoutLexicon) -> list[Piece]:
    """Call the other of two pieces an outlet if one is a town: "town - outlet", "outlet - town"."""
    kinds = sorted(piece.kind for piece in pieces)
    if kinds != [Kind.PLACE, Kind.STRANGE]:
        return pieces
    if not any(bare(line[piece.start : piece.end]) in lexicon.towns for piece in pieces):
        return pieces
    return [Piece(Kind.SOURCE, p.start, p.end) if p.kind == Kind.STRANGE else p for p in pieces]


def _town_of_agency(line: str, pieces: list[Piece], lexicon: LayoutLexicon) -> list[Piece]:
    """Call a first piece of no known kind a town if press agencies, and they alone, stand behind it."""
    if not pieces or pieces[0].kind not in {Kind.STRANGE, Kind.WEAK_NAME}:
        return pieces
    rest = [bare(line[piece.start : piece.end]).strip(".") for piece in pieces[1:]]
    if not rest or not all(name in lexicon.agencies for name in rest):
        return pieces
    return [Piece(Kind.PLACE, pieces[0].start, pieces[0].end), *pieces[1:]]


def open_dateline(paragraph: str, lexicon: LayoutLexicon) -> Dateline | None:
    """Read the dateline or byline at the beginning of a paragraph, or return ``None``.

    >>> from transforms.layout.lexicon import load_layout_lexicon
    >>> text = "دبي، الإمارات العربية المتحدة (CNN)-- كشف الرئيس عن اتصال هاتفي."
    >>> found = open_dateline(text, load_layout_lexicon("ar"))
    >>> text[slice(*found.place)], text[slice(*found.byline)], text[found.end :][:3]
    ('دبي', 'CNN', 'كشف')
    """
    head = paragraph[:LONGEST_DATELINE]
    if labelled := _after_label(head, lexicon, is_whole=False, is_first=False):
        return labelled
    date = find_date(head) if _DIGIT.search(head, 0, _LONGEST_PLACE) else None
    if date and date.span.start <= _LONGEST_PLACE:
        return _dated_opening(head, date, lexicon)
    pieces, end = _opening_pieces(head, 0, lexicon)
    return Dateline(*_place_and_byline(pieces), None, end) if pieces else None


def _dated_opening(head: str, date: PrintedDate, lexicon: LayoutLexicon) -> Dateline | None:
    """Read TOWN DATE AGENCY -, as state agencies print it."""
    before = classify(head, 0, len(head[: date.span.start].rstrip()), lexicon)
    if not before or any(piece.kind != Kind.PLACE for piece in before):
        return None
    after, end = _opening_pieces(head, date.span.end, lexicon)
    if not any(piece.kind == Kind.SOURCE for piece in after):
        return None
    return Dateline(*_place_and_byline(before + after), date, end)


def _opening_pieces(head: str, start: int, lexicon: LayoutLexicon) -> tuple[list[Piece], int]:
    """Return the known pieces at the beginning of ``head[start:]`` and where they end, none if it is no dateline."""
    pieces: list[Piece] = []
    kept: list[Piece] = []
    end = start
    for left, right, closer in cut_pieces(head, start, len(head)):
        found = None if closer is None else classify(head, left, right, lexicon, after=pieces)
        if found is None and closer is not None and not pieces:
            found = classify_strange(head, left, right, lexicon)
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
    if not kept or kept[0].kind == Kind.WEAK_NAME or Kind.STRANGE in kinds or not kinds & {Kind.PLACE, Kind.SOURCE}:
        return [], start
    if kinds == {Kind.PLACE} and all(bare(head[p.start : p.end]) not in lexicon.towns for p in kept):
        return [], start
    return kept, end


def _has_weak_name(pieces: list[Piece]) -> bool:
    return any(piece.kind == Kind.WEAK_NAME for piece in pieces)


def _unclosed_agency(
    head: str, start: int, end: int, places: list[Piece], lexicon: LayoutLexicon
) -> tuple[list[Piece], int] | None:
    """Read TOWN-AGENCY with nothing but a space before the story."""
    words = [match.end() for match in _TOKEN.finditer(head[start:end])]
    for length in words[:3]:
        if bare(head[start : start + length]) in lexicon.agencies:
            return [*places, Piece(Kind.SOURCE, start, start + length)], min(start + length + 1, end)
    return None


def _after_label(line: str, lexicon: LayoutLexicon, *, is_whole: bool, is_first: bool) -> Dateline | None:
    """Read the author after "written by": the name alone is the byline."""
    if not (match := lexicon.byline_labels.match(fold(line[:LONGEST_DATELINE]))):
        return None
    label = fold(line).find(match[1])
    start = _unfolded(line, label + len(match[1]))
    stretches = list(cut_pieces(line, start, len(line)))
    pieces: list[Piece] = []
    end = 0
    for left, right, closer in stretches:
        found = classify(line, left, right, lexicon)
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


def _place_and_byline(pieces: list[Piece]) -> tuple[Span | None, Span | None]:
    """Return the first run of places, and the run of names and sources that holds a person, else the first.

    Each run goes from end to end as printed.
    """
    runs = [(kind, list(run)) for kind, run in groupby(pieces, key=lambda piece: piece.kind == Kind.PLACE)]
    places = [run for is_place, run in runs if is_place]
    others = [run for is_place, run in runs if not is_place]
    others.sort(key=lambda run: all(piece.kind == Kind.SOURCE for piece in run))
    return _ends(places), _ends(others)


def _ends(runs: list[list[Piece]]) -> Span | None:
    return Span(runs[0][0].start, runs[0][-1].end) if runs else None
