"""A raw folder -> one Parquet file of its texts: reading, decoding and writing alone, below which nothing can get.

python -m benchmarks.floor RAW OUT
"""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.articles import read_documents

_BATCH = 2_000
_SCHEMA = pa.schema([("address", pa.string()), ("text", pa.string())])


def main(raw: Path, out: Path) -> None:
    """Copy the texts, a batch at a time."""
    (out / "articles").mkdir(parents=True)
    documents = read_documents(raw)
    with pq.ParquetWriter(out / "articles" / "part-0.parquet", _SCHEMA, compression="zstd") as writer:
        while batch := list(islice(documents, _BATCH)):
            addresses, texts = zip(*batch, strict=True)
            writer.write_table(pa.table([pa.array(addresses), pa.array(texts)], schema=_SCHEMA))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
