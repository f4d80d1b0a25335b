"""Texts of one plain frame -> articles: tests of flows stand whatever the transforms learn, and workers start fast."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from transforms.model import (
    Article,
    Block,
    Decoded,
    Header,
    Layout,
    Limits,
    Quote,
    QuoteType,
    RawDocument,
    Reason,
    Record,
    Reject,
    Role,
    Span,
    Speaker,
    SpeakerKind,
    Stage,
)

_SAID = re.compile(r"(قال) (سامر|ليلى): ([^\n]+)")

SAMER = "صباح الخير.\nقال سامر: وصل القطار.\nقال سامر: لم يتأخر."
LAYLA = "مساء الخير.\nقال ليلى: أغلق الباب."


def split_simply(document: RawDocument, limits: Limits) -> Article | Reject:
    """Split texts of one plain frame, so that these tests stand whatever the transforms learn."""
    if len(document.data) > limits.max_paragraphs:
        return Reject(Record.DOCUMENT, Stage.LAYOUT, Reason.TOO_MANY_PARAGRAPHS, "over a limit")
    text = document.data.decode()
    blocks = tuple(Block(Role.BODY, Span(*line.span())) for line in re.finditer(r"[^\n]+", text))
    if not blocks:
        return Reject(Record.DOCUMENT, Stage.DECODE, Reason.EMPTY, "nothing to read")
    quotes = tuple(
        Quote(
            QuoteType.DIRECT,
            Span(*match.span(3)),
            next(index for index, block in enumerate(blocks) if block.span.start == match.start()),
            match[2],
            SpeakerKind.PERSON,
            Span(*match.span(2)),
            Span(*match.span(1)),
            "قال",
            None,
            None,
            "colon",
            0.9,
        )
        for match in _SAID.finditer(text)
    )
    names = [quote.speaker or "" for quote in quotes]
    speakers = tuple(Speaker(n, SpeakerKind.PERSON, None, names.count(n), names.count(n)) for n in sorted(set(names)))
    return Article(document.source_uri, Decoded(text, "utf-8"), "ar", Layout(Header(), blocks), quotes, speakers, ())


_DAYS = {"a.txt": datetime(2021, 9, 14, 8), "b.txt": datetime(2021, 9, 15, 23, 59)}  # noqa: DTZ001 - as printed


def split_dated(document: RawDocument, limits: Limits) -> Article | Reject:
    """Split as ``split_simply`` does; ``a.txt`` and ``b.txt`` are published on the 14th and the 15th."""
    found = split_simply(document, limits)
    if isinstance(found, Article) and document.source_uri in _DAYS:
        header = Header(published=_DAYS[document.source_uri], published_precision="minute")
        return replace(found, layout=Layout(header, found.layout.blocks))
    return found
