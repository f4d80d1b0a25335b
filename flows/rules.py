"""The contract -> the rules that its rows must keep, each with its name and the check column that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from transforms.contract import Column, Count, Reference, Table, Type


class Kind(StrEnum):
    """What a rule asks of a row; the value completes the rule's name."""

    NOT_NULL = "is given"
    VOCABULARY = "is in its vocabulary"
    RANGE = "is in its range"
    SLICE = "equals its slice of the text"
    SPAN = "is a span of the text"
    INSIDE = "lies in its paragraph"
    REFERENCE = "stands in"
    COUNT = "counts"
    UNIQUE = "is unique in its article"


SEEN_BY_VALUE = frozenset({Kind.NOT_NULL, Kind.VOCABULARY, Kind.RANGE})
"""Kinds that are checked on a column's own values; for the others the check column holds whether the row keeps it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that every row of a table must keep.

    A row that breaks it goes to ``rejects``; where ``stops`` is set there is no article to account for such a row, or
    the break shows a fault in Qawl itself, and nothing is published.
    """

    kind: Kind
    table: str
    columns: tuple[str, ...]
    target: str = ""
    vocabulary: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    stops: bool = False

    @property
    def name(self) -> str:
        """The rule in words: what ``rejects.detail`` and the validation report call it."""
        words = f"{self.table}.{'+'.join(self.columns)} {self.kind.value}"
        return f"{words} {self.target}" if self.target else words

    @property
    def check_column(self) -> str:
        """The column of the check frame that shows whether a row keeps it."""
        return self.columns[0] if self.kind in SEEN_BY_VALUE else self.name


@cache
def rules_of(table: Table) -> tuple[Rule, ...]:
    """List a table's rules in the order in which a row that breaks several is blamed.

    >>> from transforms.contract import PARAGRAPHS
    >>> [rule.name for rule in rules_of(PARAGRAPHS)][-2:]
    ['paragraphs.quote_count counts quotes', 'paragraphs.article_id+paragraph_index is unique in its article']
    """
    rules: list[Rule] = []
    for column in table.columns:
        rules += _column_rules(table, column)
    rules += [Rule(Kind.SPAN, table.name, pair) for pair in table.spans]
    rules += [Rule(Kind.SLICE, table.name, (c.name, *c.slice)) for c in table.columns if c.slice]
    rules += [Rule(Kind.INSIDE, table.name, pair) for pair in table.inside_paragraph]
    rules += [_reference_rule(table, reference) for reference in table.references]
    rules += [_count_rule(table, count) for count in table.counts]
    rules += [Rule(Kind.UNIQUE, table.name, key, stops=True) for key in keys_in_article(table)]
    return tuple(rules)


def is_withheld(rule: Rule, table: Table) -> bool:
    """Say whether rows may break a rule once the settings have kept a column out of the published table."""
    return rule.kind in {Kind.NOT_NULL, Kind.SLICE} and table.column(rule.columns[0]).withheld


def keys_in_article(table: Table) -> tuple[tuple[str, ...], ...]:
    """Return the keys that hold over the release if they hold inside every article, whose rows are never parted."""
    owned = any(reference.columns == ("article_id",) for reference in table.references)
    return tuple(key for key in _keys(table) if owned and "article_id" in key)


def keys_in_release(table: Table) -> tuple[tuple[str, ...], ...]:
    """Return the keys that only the whole release can show to be unique."""
    return tuple(key for key in _keys(table) if key not in keys_in_article(table))


def _keys(table: Table) -> tuple[tuple[str, ...], ...]:
    return (table.key, *table.unique) if table.key else table.unique


def _column_rules(table: Table, column: Column) -> list[Rule]:
    # A row without an article has no document to be accounted to; a reject or a run has nowhere else to go.
    fatal = column.name == "article_id" or table.name in {"rejects", "runs"}
    rules = []
    if not column.nullable or column.withheld:
        rules.append(Rule(Kind.NOT_NULL, table.name, (column.name,), stops=fatal))
    if column.vocabulary:
        rules.append(Rule(Kind.VOCABULARY, table.name, (column.name,), vocabulary=column.vocabulary, stops=fatal))
    if column.minimum is not None or column.maximum is not None:
        rules.append(
            Rule(
                Kind.RANGE,
                table.name,
                (column.name,),
                minimum=column.minimum,
                maximum=column.maximum,
                stops=fatal,
            )
        )
    return rules


def _reference_rule(table: Table, reference: Reference) -> Rule:
    return Rule(
        Kind.REFERENCE, table.name, reference.columns, target=reference.table, stops=reference.table == "articles"
    )


def _count_rule(table: Table, count: Count) -> Rule:
    return Rule(Kind.COUNT, table.name, (count.column,), target=count.table, stops=True)


def is_seen_as_length(column: Column) -> bool:
    """Say whether a check frame shows a column by its length only: bytes, and strings of an open vocabulary.

    Great Expectations copies values that break a rule into its results, unescaped; article text must not get there.
    """
    return column.type is Type.BINARY or (column.type is Type.STRING and not column.vocabulary)
