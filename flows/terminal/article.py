"""One published article -> its paragraphs on the terminal, quotes coloured and each attribution explained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from flows.addresses import source_uri
from flows.terminal.inert import make_inert
from transforms.model import Record

Row = Mapping[str, Any]

QUOTE_STYLES = {"direct": "green", "mixed": "yellow", "indirect": "cyan"}
PART_STYLES = {"speaker": "bold magenta", "cue": "bold underline", "addressee": "italic", "via": "italic"}
ROLE_STYLES = {"headline": "bold", "subheading": "bold", "body": ""}
_OPENING_CHARS = 60


@dataclass(frozen=True, slots=True)
class ArticleView:
    """The rows of one article, paragraphs and quotes in text order."""

    article: Row
    paragraphs: list[Row]
    quotes: list[Row]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield a heading, the legend, then every paragraph with its quotes."""
        yield Text(make_inert(f"{self.article['source_uri']}  {self.article['article_id']}"), style="dim")
        yield _legend()
        for paragraph in self.paragraphs:
            own = [quote for quote in self.quotes if quote["paragraph_index"] == paragraph["paragraph_index"]]
            yield ""
            yield _paragraph(paragraph, self.quotes)
            for quote in own:
                yield _explanation(quote)


def read_article(release: Path, name: str) -> ArticleView | None:
    """Read the article whose id, source URI or file path is ``name`` from one release; ``None`` if it has none."""
    article = _find(release / "articles", name)
    if article is None:
        return None
    owner = [("article_id", "=", article["article_id"])]
    paragraphs = pq.read_table(release / "paragraphs", filters=owner).to_pylist()
    quotes = pq.read_table(release / "quotes", filters=owner).to_pylist()
    return ArticleView(
        article,
        sorted(paragraphs, key=lambda row: int(row["paragraph_index"])),
        sorted(quotes, key=lambda row: int(row["quote_index"])),
    )


def render_refusals(release: Path, name: str) -> Text | None:
    """Return why the document called ``name`` was refused; ``None`` if it was not."""
    is_document = pc.field("record") == Record.DOCUMENT.value
    rejects = pq.read_table(release / "rejects", filters=is_document & _is_meant(name)).to_pylist()
    lines = [f"{row['source_uri']} was refused: {row['reason']}, {row['detail']}" for row in rejects]
    return Text(make_inert("\n".join(lines))) if lines else None


def possible_names(name: str) -> list[str]:
    """Return the source URIs that ``name`` can mean, the likeliest first: a path as typed may start above the folder.

    >>> possible_names("raw/nahda/قمة.txt")
    ['raw/nahda/قمة.txt', 'nahda/قمة.txt', 'قمة.txt']
    """
    path = PurePosixPath(name)
    tails = [PurePosixPath(*path.parts[index:]) for index in range(len(path.parts))]
    # As printed by Qawl first: an address that holds a percent sign is already encoded.
    return list(dict.fromkeys([name, *(str(tail) for tail in tails), *(source_uri(tail) for tail in tails)]))


def _find(articles: Path, name: str) -> Row | None:
    names = possible_names(name)
    found: list[Row] = pq.read_table(articles, filters=_is_meant(name)).to_pylist()
    return min(found, key=lambda row: _rank(row, names), default=None)


def _is_meant(name: str) -> pc.Expression:
    return (pc.field("article_id") == name) | pc.field("source_uri").isin(possible_names(name))


def _rank(row: Row, names: list[str]) -> int:
    return names.index(row["source_uri"]) if row["source_uri"] in names else -1


def _legend() -> Text:
    legend = Text()
    for name, style in {**QUOTE_STYLES, **PART_STYLES}.items():
        legend.append(name, style=style)
        legend.append("  ")
    return legend


def _paragraph(paragraph: Row, quotes: list[Row]) -> Table:
    text = Text(make_inert(paragraph["text"]), style=ROLE_STYLES.get(paragraph["role"], "dim"), justify="right")
    for quote in quotes:
        _stylize(text, paragraph, quote, "char", QUOTE_STYLES[quote["quote_type"]])
    for quote in quotes:
        for part, style in PART_STYLES.items():
            _stylize(text, paragraph, quote, part, style)
    grid = Table.grid(padding=(0, 2), expand=True)
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(justify="right", ratio=1)
    grid.add_row(f"{paragraph['paragraph_index']:3} {paragraph['role']}", text)
    return grid


def _stylize(text: Text, paragraph: Row, quote: Row, part: str, style: str) -> None:
    start, end = quote[f"{part}_start"], quote[f"{part}_end"]
    if start is None:
        return
    # A speaker can stand in another paragraph than the quote; what lies outside this one is cut off.
    first = max(start - paragraph["char_start"], 0)
    last = min(end - paragraph["char_start"], len(text))
    if first < last:
        text.stylize(style, first, last)


def _explanation(quote: Row) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(justify="right", min_width=16)
    grid.add_column(overflow="fold")
    words = make_inert(quote["text"]).replace("\n", " ")
    opening = words if len(words) <= _OPENING_CHARS else f"{words[:_OPENING_CHARS]}…"
    grid.add_row(Text(quote["quote_type"], style=QUOTE_STYLES[quote["quote_type"]]), Text(opening))
    for label, value in _facts(quote):
        grid.add_row(Text(label, style=PART_STYLES.get(label, "")), Text(make_inert(value).replace("\n", " ")))
    return grid


def _facts(quote: Row) -> Iterator[tuple[str, str]]:
    if quote["speaker"] is None:
        yield "speaker", "not named"
    else:
        yield "speaker", f"{quote['speaker']} ({quote['speaker_kind']})"
    mention = quote["speaker_mention"]
    if mention is not None and mention != quote["speaker"]:
        yield "named as", mention
    if quote["cue"] is not None:
        yield "cue", quote["cue"] if quote["cue_lemma"] is None else f"{quote['cue']} ({quote['cue_lemma']})"
    for part in ("addressee", "via"):
        if quote[part] is not None:
            yield part, quote[part]
    yield "why", f"{quote['method']}, confidence {quote['confidence']:.2f}"
