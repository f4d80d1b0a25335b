"""The gold and the corpus beside the checkout -> the scorer's table, the worst articles, calibration and speed.

    make eval
    python scripts/evaluate.py [SHARED]

``SHARED`` holds ``gold`` and ``corpus`` (the folder ``shared`` beside the checkout by default). Nothing is kept: the
tables go to a temporary folder, and no text of theirs comes into the project.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

from flows.arrow import columns_of
from flows.parts import write_part
from transforms import TRANSFORM_VERSION, split
from transforms.contract import ARTICLES, PARAGRAPHS, QUOTES, SPEAKERS
from transforms.model import Article, Quote, RawDocument
from transforms.rows import History, Provenance, Row, make_rows

SHARED = Path(__file__).parents[2] / "shared"
WORST = 10
WARM_UP = 50
"""Documents that are read before the clock starts: the table of words must be full, as it is in a long run."""

Gold = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """One quote that was found in an article of the gold, and whether its span is right, and its speaker too."""

    quote: Quote
    span_is_right: bool
    is_right: bool


def read_gold(path: Path) -> list[Gold]:
    """Read annotations, an article a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def read_articles(raw: Path, names: Iterable[str]) -> dict[str, Article]:
    """Split the raw articles of the given names; a refused one is left out, so that the scorer counts it as missed."""
    found = {name: split(RawDocument(f"gold/{name}.txt", (raw / f"{name}.txt").read_bytes())) for name in names}
    return {name: outcome for name, outcome in found.items() if isinstance(outcome, Article)}


def write_tables(articles: Iterable[Article], warehouse: Path) -> None:
    """Write the tables that the scorer reads, as a run would publish them."""
    rows: dict[str, list[Row]] = {table.name: [] for table in (ARTICLES, PARAGRAPHS, QUOTES, SPEAKERS)}
    for article in articles:
        made = make_rows(article, _provenance(article.source_uri, datetime.now(UTC)))
        for name, listed in rows.items():
            listed.extend(getattr(made, name))
    for table in (ARTICLES, PARAGRAPHS, QUOTES, SPEAKERS):
        (warehouse / table.name).mkdir(parents=True)
        columns = columns_of(rows[table.name], table)
        write_part(warehouse / table.name / "part-0.parquet", columns, table, row_group_rows=100_000)


def _provenance(uri: str, now: datetime) -> Provenance:
    """Return what the rows of an evaluation say of their origin, which nobody reads."""
    history = History(1, now, now)
    return Provenance(uri, "gold", "text/plain", 1, "0" * 64, TRANSFORM_VERSION, "evaluation", now, history)


def score(gold: Path, warehouse: Path, scorer: Path) -> dict[str, float | None]:
    """Run the gold's own scorer over published tables, and return its figures."""
    command = [sys.executable, str(scorer), str(gold), str(warehouse), "--json"]
    done = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 - the scorer beside the checkout
    figures: dict[str, float | None] = json.loads(done.stdout)
    return figures


def evaluate(gold: Path, shared: Path = SHARED) -> dict[str, float | None]:
    """Split the articles of a gold file and score them."""
    names = [entry["id"] for entry in read_gold(gold)]
    with TemporaryDirectory(prefix="qawl-eval-") as folder:
        warehouse = Path(folder) / "warehouse"
        write_tables(read_articles(shared / "gold" / "raw", names).values(), warehouse)
        return score(gold, warehouse, shared / "gold" / "score.py")


def load_scorer(path: Path) -> ModuleType:
    """Import the scorer, so that "right" here is what it means there."""
    spec = importlib.util.spec_from_file_location("gold_scorer", path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def judge(article: Article, entry: Gold, scorer: ModuleType) -> tuple[list[Judged], int]:
    """Pair an article's quotes with its gold as the scorer does; return them judged, and how many were missed."""
    text = article.decoded.text
    wanted = [{**quote, "span": scorer.trimmed(text, (quote["start"], quote["end"]))} for quote in entry["quotes"]]
    judged, missed = [], 0
    for is_indirect in (False, True):
        gold = [quote for quote in wanted if (quote["type"] == "indirect") is is_indirect]
        found = [
            {"quote": quote, "span": scorer.trimmed(text, quote.span)}
            for quote in article.quotes
            if (quote.quote_type.value == "indirect") is is_indirect
        ]

        def same(one: Gold, other: Gold, *, by_overlap: bool = is_indirect) -> bool:
            if by_overlap:
                return bool(scorer.iou(one["span"], other["span"]) >= 0.8)
            return bool(one["span"] == other["span"])

        partners = {id(other): one for one, other in scorer.pairs(gold, found, same)}
        missed += len(gold) - len(partners)
        for other in found:
            one = partners.get(id(other))
            named = one is not None and scorer.same_name(one["speaker_name"], other["quote"].speaker)
            judged.append(Judged(other["quote"], one is not None, bool(named)))
    return judged, missed


def speed(folder: Path) -> float:
    """Return how many MB of UTF-8 ``split`` reads in a second of one processor."""
    documents = [RawDocument(path.name, path.read_bytes()) for path in sorted(folder.glob("*.txt"))]
    for document in documents[:WARM_UP]:
        split(document)
    start = time.process_time()
    for document in documents:
        split(document)
    return sum(len(document.data) for document in documents) / 1e6 / (time.process_time() - start)


def _calibration(judged: list[Judged]) -> Iterator[str]:
    bins: dict[int, list[Judged]] = defaultdict(list)
    for one in judged:
        bins[min(int(one.quote.confidence * 10), 9)].append(one)
    yield f"{'confidence':12} {'quotes':>6} {'stated':>7} {'right':>7}"
    for number, ones in sorted(bins.items()):
        stated = sum(one.quote.confidence for one in ones) / len(ones)
        right = sum(one.is_right for one in ones) / len(ones)
        yield f"{number / 10:.1f} to {(number + 1) / 10:.1f}   {len(ones):6} {stated:7.2f} {right:7.2f}"


def _methods(judged: list[Judged]) -> Iterator[str]:
    groups: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        groups[one.quote.method].append(one)
    yield f"{'method':40} {'quotes':>6} {'stated':>7} {'span':>6} {'right':>7}"
    for method, ones in sorted(groups.items(), key=lambda item: -len(item[1])):
        stated = sum(one.quote.confidence for one in ones) / len(ones)
        span = sum(one.span_is_right for one in ones) / len(ones)
        right = sum(one.is_right for one in ones) / len(ones)
        yield f"{method:40} {len(ones):6} {stated:7.2f} {span:6.2f} {right:7.2f}"


def _report(shared: Path) -> Iterator[str]:
    gold = shared / "gold" / "dev.jsonl"
    yield f"# Scores on {gold.name}"
    yield from (
        f"{name:32} {value:.3f}" if isinstance(value, float) else f"{name:32} {value}"
        for name, value in evaluate(gold, shared).items()
    )
    scorer = load_scorer(shared / "gold" / "score.py")
    entries = {entry["id"]: entry for entry in read_gold(gold)}
    articles = read_articles(shared / "gold" / "raw", entries)
    judged: list[Judged] = []
    faults: Counter[str] = Counter()
    for name, article in articles.items():
        ones, missed = judge(article, entries[name], scorer)
        judged += ones
        faults[name] = missed + sum(not one.is_right for one in ones)
        entries[name]["missed"], entries[name]["wrong"] = missed, faults[name] - missed
    yield "\n# The worst articles: quotes of the gold, missed, found but wrong in span or speaker"
    for name, _ in faults.most_common(WORST):
        entry = entries[name]
        yield f"{name:48} {len(entry['quotes']):4} {entry['missed']:4} {entry['wrong']:4}"
    yield "\n# Confidence against the share right (span and speaker)"
    yield from _calibration(judged)
    yield "\n# Methods"
    yield from _methods(judged)
    corpus = shared / "corpus" / "txt"
    if corpus.exists():
        yield f"\n# Speed: {speed(corpus):.2f} MB of UTF-8 in a second of one processor"


def main() -> None:
    """Print the report."""
    shared = Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED
    if not (shared / "gold" / "score.py").exists():
        sys.exit(f"No gold in {shared}: it stands beside the checkout where Qawl is developed.")
    for line in _report(shared):
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
