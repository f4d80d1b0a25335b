from __future__ import annotations

from datetime import UTC, datetime

from flows.arrow import Columns, table_of
from flows.checks import check_frame, tuples
from flows.refusal import refuse
from flows.release import BATCH_TABLES
from flows.rules import SEEN_BY_VALUE, rules_of
from transforms.contract import REJECTS
from transforms.rows import article_id

SAMER, LAYLA = article_id("a.txt"), article_id("b.txt")


def agrees(batch: dict[str, Columns]) -> bool:
    return all(
        all(check_frame(table, batch).column(rule.check_column).to_pylist())
        for table in BATCH_TABLES
        for rule in rules_of(table)
        if rule.kind not in SEEN_BY_VALUE
    )


def sizes(batch: dict[str, Columns]) -> list[int]:
    return [len(next(iter(batch[table.name].values()))) for table in BATCH_TABLES]


def told(batch: dict[str, Columns]) -> list[tuple[object, ...]]:
    return list(
        tuples(batch["rejects"], ("source_uri", "record", "stage", "reason", "detail", "char_start", "char_end"))
    )


def test_a_refused_quote_is_a_reject_and_the_counts_follow(batch: dict[str, Columns]) -> None:
    left = refuse(batch, {"quotes": {1: "a rule"}})
    assert sizes(left) == [2, 5, 2, 2, 1]
    assert agrees(left)
    start, end = batch["quotes"]["char_start"][1], batch["quotes"]["char_end"][1]
    assert told(left) == [("a.txt", "quote", "validate", "broken_rule", "a rule", start, end)]
    assert list(left["articles"]["quote_count"]) == [1, 1]
    assert list(left["speakers"]["quote_count"]) == [1, 1]
    assert left["rejects"]["rejected_at"][0] == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert table_of(left["rejects"], REJECTS).num_rows == 1


def test_with_a_paragraph_go_its_quotes_and_with_a_speaker_theirs(batch: dict[str, Columns]) -> None:
    left = refuse(batch, {"paragraphs": {2: "a rule"}, "speakers": {1: "another rule"}})
    assert sizes(left) == [2, 4, 1, 1, 4]
    assert agrees(left)
    assert sorted((str(row[0]), str(row[1]), str(row[4])) for row in told(left)) == [
        ("a.txt", "paragraph", "a rule"),
        ("a.txt", "quote", "quotes.article_id+paragraph_index stands in paragraphs"),
        ("b.txt", "quote", "quotes.article_id+speaker stands in speakers"),
        ("b.txt", "speaker", "another rule"),
    ]


def test_a_refused_article_takes_all_its_rows_and_leaves_one_reject(batch: dict[str, Columns]) -> None:
    once = refuse(batch, {"quotes": {0: "a rule"}})
    left = refuse(once, {"articles": {0: "the article's rule"}, "quotes": {0: "lost with its article"}})
    assert sizes(left) == [1, 2, 1, 1, 1]
    assert agrees(left)
    assert told(left) == [("a.txt", "document", "validate", "broken_rule", "the article's rule", None, None)]
    assert left["rejects"]["content_sha256"] == [batch["articles"]["content_sha256"][0]]
    assert set(left["paragraphs"]["article_id"]) == {LAYLA}


def test_a_span_that_is_itself_wrong_is_not_repeated(batch: dict[str, Columns]) -> None:
    broken = {**batch, "quotes": {**batch["quotes"], "char_start": [-4, 30, 10]}}
    assert told(refuse(broken, {"quotes": {0: "a rule"}}))[0][-2:] == (None, None)
