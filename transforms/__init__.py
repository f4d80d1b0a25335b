"""What Qawl does to a text: a raw document -> an article with its quotes, or a reject. Pure: no I/O, clock or log."""

from __future__ import annotations

from transforms.compiled import find_build

if (_build := find_build()) is not None:
    __path__.insert(0, str(_build / "transforms"))  # before the sources, where what isn't compiled is found

from transforms.attribution import attribute
from transforms.decode import decode, decode_utf8
from transforms.layout import lay_out
from transforms.lexicon import load_lexicon
from transforms.model import Article, Layout, Limits, Masthead, RawDocument, Reason, Record, Reject, Stage
from transforms.quotes import count_marks

TRANSFORM_VERSION = "2026.11.3"
"""Version of the rules, written into every row. Raise it when rows change; ``tests/test_version.py`` notices."""

__all__ = ["TRANSFORM_VERSION", "split"]


def split(document: RawDocument, limits: Limits = Limits()) -> Article | Reject:  # noqa: B008  a frozen value
    """Split one raw document into its header, paragraphs, quotes and speakers, or say why it can't be."""
    decoded = decode(document.data) if document.masthead is None else decode_utf8(document.data)
    if isinstance(decoded, Reject):
        return decoded
    layout = lay_out(decoded.text, document.masthead or Masthead())
    if isinstance(layout, Reject):
        return layout
    if refused := _over_limits(decoded.text, layout, limits):
        return refused
    found = attribute(decoded.text, layout.blocks, load_lexicon("ar"))
    return Article(document.source_uri, decoded, "ar", layout, found.quotes, found.speakers, found.rejects)


def _over_limits(text: str, layout: Layout, limits: Limits) -> Reject | None:
    if len(layout.blocks) > limits.max_paragraphs:
        detail = f"{len(layout.blocks)} paragraphs, more than {limits.max_paragraphs}"
        return Reject(Record.DOCUMENT, Stage.LAYOUT, Reason.TOO_MANY_PARAGRAPHS, detail)
    marks = count_marks(text) if len(text) > limits.max_marks else 0
    if marks > limits.max_marks:
        detail = f"{marks} quotation marks, more than {limits.max_marks}"
        return Reject(Record.DOCUMENT, Stage.QUOTES, Reason.TOO_MANY_MARKS, detail)
    return None
