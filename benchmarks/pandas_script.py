"""A raw folder -> tables of paragraphs and quotes, as somebody who knows pandas well writes it in an afternoon.

    python -m benchmarks.pandas_script RAW OUT

Columns are filled by one pass over the texts, since a frame of row objects or an ``apply`` takes several times as long;
patterns are compiled once; the tables are written once. There is no header, no indirect quote, no attribution beyond
the verb before the mark, no check, no reject, and a file that is not UTF-8 ends it: that is what Qawl's time is for.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from benchmarks.articles import read_documents
from benchmarks.patterns import paragraphs_of, quotes_of

_PARAGRAPHS = ("article", "paragraph", "char_start", "char_end", "text")
_QUOTES = ("article", "paragraph", "char_start", "char_end", "text", "cue", "speaker")


def main(raw: Path, out: Path) -> None:
    """Write both tables."""
    paragraphs: list[tuple[object, ...]] = []
    quotes: list[tuple[object, ...]] = []
    for address, text in read_documents(raw):
        for index, (start, end) in enumerate(paragraphs_of(text)):
            paragraphs.append((address, index, start, end, text[start:end]))
            for first, last, cue, speaker in quotes_of(text, start, end):
                quotes.append((address, index, first, last, text[first:last], cue, speaker))
    for name, rows, columns in (("paragraphs", paragraphs, _PARAGRAPHS), ("quotes", quotes, _QUOTES)):
        (out / name).mkdir(parents=True)
        frame = pd.DataFrame(dict(zip(columns, zip(*rows, strict=True), strict=True)))
        frame.to_parquet(out / name / "part-0.parquet", compression="zstd", index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
