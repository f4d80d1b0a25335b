"""A line of JSON -> the fields of its document -> the text that its title, date and text make together; or a reject."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import NoReturn

from transforms.layout.lines import EDGE
from transforms.model import Masthead, RawDocument, Reason, Record, Reject, Span, Stage

FIELDS = ("id", "title", "date", "text", "source", "url")
"""What Qawl reads of a JSON object; all but the text may be missing or null."""

_LONGEST_ID = 1_000
_LINES_AT_THE_HEAD = 8


@dataclass(frozen=True, slots=True)
class Fields:
    """What one line says of its document; ``unknown`` are the names of the fields that are not read."""

    id: str | None
    title: str | None
    date: str | None
    text: str
    source: str | None
    url: str | None
    unknown: frozenset[str]

    def fingerprint(self) -> str:
        """Return the SHA-256 of all that makes the document's rows but its id, which makes its address: 64 hex digits.

        The spelling of the JSON does not count, nor do fields that are not read.
        """
        digest = sha256()
        for value in (self.title, self.date, self.text, self.source, self.url):
            data = b"" if value is None else value.encode()
            digest.update(b"-" if value is None else b"%d:" % len(data))
            digest.update(data)
        return digest.hexdigest()


def read_fields(line: bytes, names: Mapping[str, str]) -> Fields | Reject:
    r"""Read one line. ``names`` says what each of ``FIELDS`` is called in it.

    >>> names = {name: name for name in FIELDS}
    >>> read_fields('{"id": 7, "text": "قال: نعم"}'.encode(), names).id
    '7'
    >>> read_fields(b'{"id": 7, "text": ["a", "b"]}', names).detail
    'the field text is no string'
    """
    found = _object_in(line)
    if isinstance(found, Reject):
        return found
    values: dict[str, str | None] = {}
    for field, name in names.items():
        value = found.get(name)
        if field == "id" and type(value) is int:
            value = str(value)
        if value is not None and not isinstance(value, str):
            return _reject(Reason.WRONG_FIELD, f"the field {field} is no string")
        if isinstance(found, _Repeating) and name in found.repeated:
            return _reject(Reason.WRONG_FIELD, f"the field {field} is given twice")
        values[field] = value
    text = values.pop("text", None)
    if text is None:
        return _reject(Reason.NO_TEXT, "the field text is missing or null")
    if len(values["id"] or "") > _LONGEST_ID:
        return _reject(Reason.WRONG_FIELD, f"the field id is longer than {_LONGEST_ID:,} characters")
    if not all(map(_is_whole, (text, *values.values()))):
        return _reject(Reason.INVALID_JSON, "half of a surrogate pair")
    return Fields(text=text, unknown=frozenset(found.keys() - names.values()), **values)


def document_of(source_uri: str, fields: Fields) -> RawDocument:
    r"""Make the text of a document as a page would print it: the title, the date and the text, each as it is given.

    A title or a date that the text itself begins with is not put before it again.

    >>> names = {name: name for name in FIELDS}
    >>> fields = read_fields('{"title": "قمة", "date": "2021-09-14", "text": "قال: نعم"}'.encode(), names)
    >>> document_of("a.jsonl#7", fields).data.decode()
    'قمة\n2021-09-14\n\nقال: نعم'
    """
    above, spans, inside = "", dict[str, Span](), dict[str, Span]()
    for name, value in (("title", fields.title), ("date", fields.date)):
        if value is None or not (wanted := value.strip(EDGE)):
            continue
        if found := _at_head(fields.text, wanted):
            inside[name] = found
        else:
            spans[name] = Span(len(above), len(above) + len(value))
            above += f"{value}\n"
    above += "\n" if above else ""
    spans |= {name: Span(len(above) + start, len(above) + end) for name, (start, end) in inside.items()}
    return RawDocument(source_uri, (above + fields.text).encode(), Masthead(**spans))


class _Repeating(dict[str, object]):
    """An object that gives some of its keys twice."""

    repeated: frozenset[str]


def _object_in(line: bytes) -> dict[str, object] | Reject:
    try:
        found = _DECODER.decode(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        return _reject(Reason.UNDECODABLE, f"invalid UTF-8 at byte {error.start:,} of the line")
    except RecursionError:
        return _reject(Reason.INVALID_JSON, "nested too deep")
    except json.JSONDecodeError as error:
        return _reject(Reason.INVALID_JSON, f"no JSON from character {error.pos:,} of the line on")
    except ValueError:
        return _reject(Reason.INVALID_JSON, "a number that is none, or has thousands of digits")
    return found if isinstance(found, dict) else _reject(Reason.INVALID_JSON, "no object")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    repeating = _Repeating(found)
    repeating.repeated = frozenset(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
    return repeating


def _refuse(constant: str) -> NoReturn:
    """Refuse NaN and the infinities, which Python's parser takes and JSON lacks."""
    raise ValueError(constant)


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refuse)


def _is_whole(value: str | None) -> bool:
    try:
        (value or "").encode()
    except UnicodeEncodeError:
        return False
    return True


def _at_head(text: str, wanted: str) -> Span | None:
    """Return where a text prints something as a line, or lines, of its own among its first ones."""
    start = 0
    for _ in range(_LINES_AT_THE_HEAD):
        start = len(text) - len(text[start:].lstrip(EDGE))
        end = start + len(wanted)
        if text.startswith(wanted, start) and not text[end : _line_end(text, end)].strip(EDGE):
            return Span(start, end)
        start = _line_end(text, start)
    return None


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _reject(reason: Reason, detail: str) -> Reject:
    return Reject(Record.DOCUMENT, Stage.READ, reason, detail)
