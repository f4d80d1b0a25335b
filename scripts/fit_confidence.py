"""Graded quotes -> the weights by which ``transforms.confidence`` says how likely a quote is right.

``graded_quotes.csv`` beside this file has a row for each quote that a reader has graded: the article by a number,
whether words, speaker and type are all right, and the evidence that held, without a word of the article. Of each fit
the script prints what ten-fold cross-validation over articles says, then writes the weights into the language pack.

    python scripts/fit_confidence.py                         # fit anew
    python scripts/fit_confidence.py --add GRADES FOLDER     # first add grades: lines of file,start,end,right (0 or 1)
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from transforms import attribution, split
from transforms.model import Article, RawDocument

GRADED = Path(__file__).with_name("graded_quotes.csv")
WEIGHTS = Path(__file__).parents[1] / "transforms" / "languages" / "ar" / "confidence.toml"
MIN_SEEN = 10
"""Graded quotes for which evidence holds at least, else it gets no weight."""
RIDGE = 6.0
"""Penalty on the square of a weight; from 3 to 12 cross-validation hardly tells them apart."""
FOLDS = 10

Rows = list[tuple[str, bool, tuple[str, ...]]]


def read_graded(path: Path) -> Rows:
    """Read the graded quotes: article, right, evidence."""
    with path.open(encoding="utf-8", newline="") as file:
        return [(article, right == "1", tuple(names.split("|"))) for article, right, names in csv.reader(file)]


@contextmanager
def recorded() -> Iterator[list[list[str]]]:
    """Keep the evidence of every quote that is found meanwhile, in the order in which they are made."""
    kept: list[list[str]] = []
    original = attribution.confidence

    def keep(_: str, evidence: list[str]) -> float:
        kept.append(evidence)
        # Which evidence it was stands in for the confidence, counted from 1 so that no quote is taken for doubtful.
        return float(len(kept))

    attribution.confidence = keep
    try:
        yield kept
    finally:
        attribution.confidence = original


def evidence_of(article: Path) -> dict[tuple[int, int], list[str]]:
    """Return the evidence of each quote in an article's file, by where it starts and ends."""
    with recorded() as kept:
        outcome = split(RawDocument(article.name, article.read_bytes()))
    quotes = outcome.quotes if isinstance(outcome, Article) else ()
    return {(quote.span.start, quote.span.end): kept[int(quote.confidence) - 1] for quote in quotes}


def add(grades: Path, folder: Path) -> None:
    """Append graded quotes; one that the rules do not find as it was graded is left out."""
    by_file: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    with grades.open(encoding="utf-8", newline="") as file:
        for name, start, end, right in csv.reader(file):
            by_file[name].append((int(start), int(end), right))
    known = len({article for article, _, _ in read_graded(GRADED)}) if GRADED.exists() else 0
    with GRADED.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for number, (name, graded) in enumerate(by_file.items(), known):
            evidence = evidence_of(folder / name)
            for start, end, right in graded:
                if (start, end) in evidence:
                    writer.writerow([number, right, "|".join(evidence[start, end])])


def fit(x: NDArray[np.float64], right: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Return the weights and the bias of a ridge logistic regression, by Newton's method."""
    weights, bias = np.zeros(x.shape[1]), float(np.log(right.mean() / (1 - right.mean())))
    for _ in range(50):
        p = 1 / (1 + np.exp(-(x @ weights + bias)))
        gradient = np.append(x.T @ (p - right) + RIDGE * weights, (p - right).sum())
        s = p * (1 - p)
        edge = (x.T @ s)[:, None]
        hessian = np.block([[x.T * s @ x + RIDGE * np.eye(x.shape[1]), edge], [edge.T, np.array([[s.sum()]])]])
        step = np.linalg.solve(hessian, gradient)
        weights, bias = weights - step[:-1], bias - float(step[-1])
    return weights, bias


def cross_validated(x: NDArray[np.float64], right: NDArray[np.float64], articles: list[str]) -> NDArray[np.float64]:
    """Return the probability of each quote by a fit that has not seen any quote of its article."""
    order = {article: place % FOLDS for place, article in enumerate(dict.fromkeys(articles))}
    folds = np.array([order[article] for article in articles])
    stated = np.zeros(len(right))
    for fold in range(FOLDS):
        weights, bias = fit(x[folds != fold], right[folds != fold])
        stated[folds == fold] = 1 / (1 + np.exp(-(x[folds == fold] @ weights + bias)))
    return stated


def report(stated: NDArray[np.float64], right: NDArray[np.float64]) -> Iterator[str]:
    """Yield a table of what was stated beside what was right."""
    yield f"{len(right)} quotes, {right.mean():.3f} right"
    ranks = np.argsort(np.argsort(stated))
    area = (ranks[right == 1].mean() - (right.sum() - 1) / 2) / (right == 0).sum()
    yield f"area under the curve {area:.3f}"
    for low in np.arange(0, 1, 0.1):
        inside = (stated >= low) & (stated < low + 0.1)
        if inside.any():
            means = f"{stated[inside].mean():.2f}  {right[inside].mean():.2f}"
            yield f"{low:.1f} to {low + 0.1:.1f}  {inside.sum():5}  {means}"


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--add", nargs=2, type=Path, metavar=("GRADES", "FOLDER"))
    arguments = parser.parse_args()
    if arguments.add:
        add(*arguments.add)
    rows = read_graded(GRADED)
    seen = Counter(name for _, _, evidence in rows for name in evidence)
    names = sorted(name for name, count in seen.items() if count >= MIN_SEEN)
    places = {name: place for place, name in enumerate(names)}
    x = np.zeros((len(rows), len(names)))
    for row, (_, _, evidence) in enumerate(rows):
        x[row, [places[name] for name in evidence if name in places]] = 1
    right = np.array([float(right) for _, right, _ in rows])
    sys.stdout.write("\n".join(report(cross_validated(x, right, [article for article, _, _ in rows]), right)) + "\n")
    weights, bias = fit(x, right)
    lines = [f'"{name}" = {weight:.3f}' for name, weight in zip(names, weights, strict=True)]
    WEIGHTS.write_text(
        "# Written by scripts/fit_confidence.py: what evidence adds to the log-odds that a quote is right.\n"
        f"bias = {bias:.3f}\n\n[weights]\n" + "\n".join(lines) + "\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
