from __future__ import annotations

import pytest

from flows.rules import Kind, keys_in_article, keys_in_release, rules_of
from transforms.contract import ARTICLES, QUOTES, REJECTS, TABLES, Table


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_promise_of_the_contract_has_its_rule(table: Table) -> None:
    found = [rule.kind for rule in rules_of(table)]
    assert found.count(Kind.NOT_NULL) == sum(not column.nullable or column.withheld for column in table.columns)
    assert found.count(Kind.VOCABULARY) == sum(bool(column.vocabulary) for column in table.columns)
    assert found.count(Kind.RANGE) == sum(
        column.minimum is not None or column.maximum is not None for column in table.columns
    )
    assert found.count(Kind.SLICE) == sum(column.slice is not None for column in table.columns)
    assert found.count(Kind.SPAN) == len(table.spans)
    assert found.count(Kind.INSIDE) == len(table.inside_paragraph)
    assert found.count(Kind.REFERENCE) == len(table.references)
    assert found.count(Kind.COUNT) == len(table.counts)
    keys = (*keys_in_article(table), *keys_in_release(table))
    assert sorted(keys) == sorted(((table.key,) if table.key else ()) + table.unique)


def test_rules_have_names_of_their_own() -> None:
    names = [rule.name for table in TABLES for rule in rules_of(table)]
    assert len(set(names)) == len(names)
    assert "quotes.speaker_mention+speaker_start+speaker_end equals its slice of the text" in names
    assert "quotes.article_id+speaker stands in speakers" in names


def test_keys_that_hold_inside_an_article_are_told_from_those_of_the_release() -> None:
    assert keys_in_article(QUOTES) == (("article_id", "quote_index"),)
    assert keys_in_release(QUOTES) == (("quote_id",),)
    assert keys_in_release(ARTICLES) == (("article_id",), ("source_uri",))


def test_what_no_article_can_account_for_stops_the_publication() -> None:
    stops = {rule.name for table in TABLES for rule in rules_of(table) if rule.stops}
    assert {"quotes.article_id stands in articles", "articles.article_id is given"} <= stops
    assert "quotes.article_id+paragraph_index stands in paragraphs" not in stops
    assert all(rule.stops for rule in rules_of(REJECTS))
