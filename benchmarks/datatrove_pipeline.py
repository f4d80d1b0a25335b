"""A raw folder -> Parquet of paragraphs and quotes by datatrove, with the same expressions as the script.

    python -m benchmarks.datatrove_pipeline RAW OUT [lean]

datatrove has no reader for plain text: what its guide tells is a class that reads a file, and it then lists the files,
opens them through fsspec, logs and counts each. With ``lean`` a plain function reads instead, as the script reads: that
is less than its users get, and says what its reading costs. A pipeline passes one record after the other, and writers
let them through, so that the texts are read once for both tables.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.readers.base import BaseDiskReader
from datatrove.pipeline.writers import ParquetWriter

from benchmarks.articles import Article, read_documents
from benchmarks.patterns import paragraphs_of, quotes_of

_PLACE = [("paragraph", pa.int64()), ("char_start", pa.int64()), ("char_end", pa.int64())]
_PARAGRAPHS = pa.schema([("text", pa.string()), ("id", pa.string()), *_PLACE])
_QUOTES = pa.schema([*_PARAGRAPHS, ("cue", pa.string()), ("speaker", pa.string())])


class TextReader(BaseDiskReader):  # type: ignore[misc] # datatrove is not there when types are checked
    """Read a document from each file."""

    def read_file(self, filepath: str) -> Iterator[Document]:
        """Yield the one document of a file."""
        with self.data_folder.open(filepath, "r", encoding="utf-8") as file, self.track_time():
            document = self.get_document_from_dict({"text": file.read(), "id": filepath}, filepath, 0)
        yield document


def main(raw: Path, out: Path, *, is_lean: bool) -> None:
    """Run the pipeline as one task."""
    steps = [_lean_reader(raw) if is_lean else _reader(raw)]
    steps += [_split, _writer(out / "paragraphs", _PARAGRAPHS), _quote, _writer(out / "quotes", _QUOTES)]
    LocalPipelineExecutor(steps, tasks=1, workers=1, logging_dir=str(out / "logs")).run()


def _reader(raw: Path) -> Any:  # noqa: ANN401 - a step of datatrove's
    if next(raw.glob("*.jsonl.zst"), None):
        return JsonlReader(str(raw), glob_pattern="*.jsonl.zst", adapter=_adapt, add_file_path=False)
    return TextReader(str(raw), glob_pattern="**/*.txt", add_file_path=False)


def _adapt(reader: object, data: dict[str, Any], path: str, place: int | str) -> dict[str, Any]:
    del reader, path, place
    return {"text": Article(**data).page, "id": data["id"]}


def _lean_reader(raw: Path) -> Any:  # noqa: ANN401 - a step of datatrove's
    def read(data: object, rank: int = 0, world_size: int = 1) -> Iterator[Document]:
        del data, rank, world_size
        for address, text in read_documents(raw):
            yield Document(text=text, id=address)

    return read


def _split(data: Iterable[Document], rank: int = 0, world_size: int = 1) -> Iterator[Document]:
    del rank, world_size
    for document in data:
        text = document.text
        for index, (start, end) in enumerate(paragraphs_of(text)):
            place = {"paragraph": index, "char_start": start, "char_end": end}
            yield Document(text=text[start:end], id=document.id, metadata=place)


def _quote(data: Iterable[Document], rank: int = 0, world_size: int = 1) -> Iterator[Document]:
    del rank, world_size
    for paragraph in data:
        text, place = paragraph.text, paragraph.metadata
        offset = place["char_start"]
        for start, end, cue, speaker in quotes_of(text, 0, len(text)):
            found = place | {"char_start": offset + start, "char_end": offset + end, "cue": cue, "speaker": speaker}
            yield Document(text=text[start:end], id=paragraph.id, metadata=found)


def _writer(folder: Path, schema: pa.Schema) -> Any:  # noqa: ANN401 - a step of datatrove's
    return ParquetWriter(str(folder), compression="zstd", expand_metadata=True, schema=schema)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), is_lean="lean" in sys.argv[3:])
