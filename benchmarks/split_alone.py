"""A raw folder -> how long ``transforms`` takes for it alone: split and rows, without reading and without writing.

    python -m benchmarks.split_alone RAW OUT

``OUT/figures.json`` says what the walk over the texts took; the start of the process is not in it, the first document,
for which the language is loaded, is.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.articles import read_documents
from transforms import TRANSFORM_VERSION, split
from transforms.model import RawDocument
from transforms.rows import History, Provenance, make_rows


def main(raw: Path, out: Path) -> None:
    """Split all documents; of the rows only their numbers are kept."""
    documents = [RawDocument(address, text.encode()) for address, text in read_documents(raw)]
    moment = datetime.now(UTC)
    history = History(1, moment, moment)
    rows = dict.fromkeys(("articles", "paragraphs", "quotes"), 0)
    began, started = time.process_time(), time.perf_counter()
    for document in documents:
        origin = Provenance(
            document.source_uri, "", "text/plain", len(document.data), "0" * 64, TRANSFORM_VERSION, "", moment, history
        )
        made = make_rows(split(document), origin)
        for name in rows:
            rows[name] += len(getattr(made, name))
    figures = {
        "cpu": time.process_time() - began,
        "wall": time.perf_counter() - started,
        "bytes": sum(len(document.data) for document in documents),
        "rows": rows,
    }
    out.mkdir(parents=True)
    (out / "figures.json").write_text(json.dumps(figures), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
