"""What Qawl does to a text: a raw document -> an article with its quotes, or a reject. Pure: no I/O, clock or log."""

from __future__ import annotations

from transforms.attribution import attribute
from transforms.decode import decode
from transforms.layout import lay_out
from transforms.lexicon import load_lexicon
from transforms.model import Article, RawDocument, Reject

TRANSFORM_VERSION = "2026.11.1"
"""Version of the rules, written into every row. Raise it when rows change; ``tests/test_version.py`` notices."""

__all__ = ["TRANSFORM_VERSION", "split"]


def split(document: RawDocument) -> Article | Reject:
    """Split one raw document into its header, paragraphs, quotes and speakers, or say why it can't be."""
    decoded = decode(document.data)
    if isinstance(decoded, Reject):
        return decoded
    layout = lay_out(decoded.text)
    if isinstance(layout, Reject):
        return layout
    found = attribute(decoded.text, layout.blocks, load_lexicon("ar"))
    return Article(document.source_uri, decoded, "ar", layout, found.quotes, found.speakers, found.rejects)
