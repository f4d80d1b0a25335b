"""Where a document is -> its address: readable, printable, and never that of another."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

LINES_SUFFIXES = tuple(f".{kind}{packing}" for kind in ("jsonl", "ndjson") for packing in ("", ".gz", ".zst"))
"""What the names of JSON Lines files end in, in small letters."""

# Invalid UTF-8 (surrogate escapes), controls, line separators and the invisible marks that reorder text on a terminal;
# the percent sign too, so that two names never share an address. A fixed list, not Unicode categories: an article's id
# is made from its address and must not change with the Unicode version of the interpreter.
_UNSAFE = re.compile("[%\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
# What divides a line's address; a folder may be named so too, and then it is escaped.
_DIVISION = re.compile("|".join(f"(?<={re.escape(suffix)})#" for suffix in LINES_SUFFIXES), re.IGNORECASE)
_LIKE_A_LINE = re.compile(r"L[0-9]+")


def source_uri(relative: PurePosixPath | str) -> str:
    r"""Return a path's address: readable, printable, and different for different paths.

    >>> source_uri(PurePosixPath("nahda/قمة سوتشي.txt"))
    'nahda/قمة سوتشي.txt'
    >>> source_uri(PurePosixPath("a\udcff\n100%.txt"))
    'a%FF%0A100%25.txt'
    """
    return _DIVISION.sub("%23", _UNSAFE.sub(_percent, str(relative)))


def line_uri(file_uri: str, identity: str | None, number: int) -> str:
    """Return the address of a line: its file's and its id or, where it has none, its number.

    >>> line_uri("nahda/2021.jsonl", "https://nahda.example/7", 12), line_uri("nahda/2021.jsonl", None, 12)
    ('nahda/2021.jsonl#https://nahda.example/7', 'nahda/2021.jsonl#L12')
    >>> line_uri("nahda/2021.jsonl", "L12", 3)  # an id that looks like a number is told from it
    'nahda/2021.jsonl#%4C12'
    """
    if not identity:
        return f"{file_uri}#L{number}"
    name = _UNSAFE.sub(_percent, identity)
    return f"{file_uri}#%4C{name[1:]}" if _LIKE_A_LINE.fullmatch(name) else f"{file_uri}#{name}"


def file_of(address: str) -> str:
    """Return the address of the file that a document is, or is a line of.

    >>> file_of("nahda/2021.jsonl#L12"), file_of("nahda/#1.txt")
    ('nahda/2021.jsonl', 'nahda/#1.txt')
    """
    division = _DIVISION.search(address)
    return address[: division.start()] if division else address


def is_of_lines(address: str) -> bool:
    """Say whether an address is that of a JSON Lines file."""
    return address.lower().endswith(LINES_SUFFIXES)


def source_of(address: str) -> str:
    """Return the outlet of a document: the first folder of its address, empty for none.

    >>> source_of("nahda/2021/قمة.txt"), source_of("2021.jsonl#https://nahda.example/7")
    ('nahda', '')
    """
    folder, slash, _ = file_of(address).partition("/")
    return folder if slash else ""


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "surrogateescape"))
