"""The contract -> ``DICTIONARY.md``, what an analyst needs to know of every column."""

from __future__ import annotations

from transforms.contract import TABLES, Column, Table
from transforms.model import REASONS

_OPENING = """\
# Data dictionary

The published tables, column by column. Made by `qawl dictionary` from `transforms/contract.py`; change it there.

Offsets count Unicode code points of `articles.text`, start included, end excluded: `text[char_start:char_end]`.
"""


def render_dictionary() -> str:
    """Return the dictionary of all tables as Markdown, ending in a newline."""
    return "\n".join([_OPENING, *(_render_table(table) for table in TABLES), _render_reasons()])


def _render_table(table: Table) -> str:
    lines = [f"## {table.name}", "", f"A row is {table.row}.", "", *_key_lines(table)]
    lines += ["| column | type | null | what it is |", "| --- | --- | --- | --- |"]
    lines += [_column_line(column) for column in table.columns]
    return "\n".join([*lines, ""])


def _key_lines(table: Table) -> list[str]:
    lines = [f"- Key: {_names(table.key)}."] if table.key else ["- No key: one thing can be refused twice."]
    lines += [f"- Also unique: {_names(columns)}." for columns in table.unique]
    lines += [f"- {_names(reference.columns)} stands in `{reference.table}`." for reference in table.references]
    lines += [
        f"- `{count.column}` is the number of rows of `{count.table}` with the same {_names(count.by)}."
        for count in table.counts
    ]
    return [*lines, ""]


def _column_line(column: Column) -> str:
    about = [column.description]
    if column.unit:
        about.append(column.unit)
    if column.vocabulary:
        about.append("one of " + ", ".join(f"`{value}`" for value in column.vocabulary))
    if column.slice:
        start, end = column.slice
        about.append(f"equal to `articles.text[{start}:{end}]`")
    nullable = "yes" if column.nullable else ""
    return f"| `{column.name}` | {column.type} | {nullable} | {_cell('; '.join(about))} |"


def _render_reasons() -> str:
    lines = ["## Reasons of rejects", "", "| reason | meaning |", "| --- | --- |"]
    lines += [f"| `{reason}` | {_cell(meaning)} |" for reason, meaning in REASONS.items()]
    return "\n".join([*lines, ""])


def _names(columns: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in columns)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
