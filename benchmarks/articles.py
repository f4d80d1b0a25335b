"""The pool beside the checkout, or our own examples -> articles -> a raw folder that every contestant reads."""

from __future__ import annotations

import io
import json
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path
from random import Random

import pyarrow as pa

ROOT = Path(__file__).parents[1]
POOL = ROOT.parent / "shared" / "corpus" / "pool.jsonl.zst"
_EXAMPLES = ROOT / "tests" / "golden" / "ar" / "quotes"
_SHARD_ARTICLES = 50_000


class Layout(StrEnum):
    """How the articles lie on the disk."""

    TXT = "txt"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class Article:
    """One article as it is collected. ``title`` and ``date``, as printed, may be missing."""

    id: str
    source: str
    title: str | None
    date: str | None
    text: str

    @property
    def page(self) -> str:
        """The article as a reader sees it: title, date, text."""
        return "\n\n".join(filter(None, (self.title, self.date, self.text))) + "\n"


def describe_origin(pool: Path = POOL) -> str:
    """Say where the articles of a benchmark come from."""
    if pool.exists():
        return f"the first of `{pool.name}`, real news of 51 outlets"
    return "put together from the examples of our own tests, SINCE THERE IS NO POOL HERE: not comparable with the pool"


def read_articles(count: int, pool: Path = POOL) -> Iterator[Article]:
    """Yield the first ``count`` articles of the pool, or as many of our own making where there is none."""
    return islice(read_pool(pool), count) if pool.exists() else islice(make_articles(), count)


def read_pool(pool: Path = POOL) -> Iterator[Article]:
    """Yield the articles of a JSON Lines file under Zstandard."""
    with pa.input_stream(str(pool), compression="zstd") as stream:
        # The texts hold line separators of Unicode, which ``splitlines`` would take for the end of a record.
        for line in io.TextIOWrapper(stream, encoding="utf-8", newline="\n"):
            yield Article(**json.loads(line))


def make_articles() -> Iterator[Article]:
    """Yield articles without end, each some of our own examples in another order: the same ones every time."""
    texts = [
        example["text"].strip()
        for path in sorted(_EXAMPLES.glob("*.toml"))
        for example in tomllib.loads(path.read_text(encoding="utf-8"))["example"]
    ]
    number = 0
    while True:
        number += 1
        rng = Random(number)  # noqa: S311 - no secret, the same articles every time
        paragraphs = rng.sample(texts, rng.randint(6, 14))
        title = " ".join(rng.choice(texts).split()[:8])
        yield Article(
            f"{number:08}", f"outlet-{number % 7}", title, f"{1 + number % 28}/3/2021", "\n\n".join(paragraphs)
        )


def write_articles(articles: Iterable[Article], raw: Path, layout: Layout = Layout.TXT) -> int:
    """Write articles below ``raw``, and return how many bytes of UTF-8 they are without compression."""
    return _write_files(articles, raw) if layout is Layout.TXT else _write_shards(articles, raw)


def _write_files(articles: Iterable[Article], raw: Path) -> int:
    size = 0
    for article in articles:
        path = raw / article.source.replace("/", "-") / f"{article.id}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        size += path.write_bytes(article.page.encode())
    return size


def _write_shards(articles: Iterable[Article], raw: Path) -> int:
    raw.mkdir(parents=True, exist_ok=True)
    size, waiting = 0, iter(articles)
    number = len(list(raw.glob("*.jsonl.zst")))
    while shard := list(islice(waiting, _SHARD_ARTICLES)):
        with pa.output_stream(str(raw / f"articles-{number:05}.jsonl.zst"), compression="zstd") as stream:
            for article in shard:
                stream.write(json.dumps(asdict(article), ensure_ascii=False).encode() + b"\n")
                size += len(article.page.encode())
        number += 1
    return size


def read_documents(raw: Path) -> Iterator[tuple[str, str]]:
    """Yield the address and the text of each document of a raw folder: what every contestant but Qawl reads with."""
    for path in sorted(raw.rglob("*.txt")):
        yield str(path), path.read_text(encoding="utf-8")
    for path in sorted(raw.glob("*.jsonl.zst")):
        for article in read_pool(path):
            yield article.id, article.page
