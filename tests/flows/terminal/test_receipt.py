from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from flows.receipt import Receipt
from flows.terminal.receipt import render_receipt

RECEIPT = Receipt(
    command="run",
    run_id="20261123T100000Z-0a1b2c",
    release="warehouse/releases/20261123T100000Z-0a1b2c",
    documents_seen=1234,
    documents_new=3,
    documents_changed=4,
    documents_renamed=8,
    documents_unchanged=5,
    documents_skipped=9,
    documents_stale=0,
    documents_gone=6,
    documents_rejected=7,
    articles_lost=0,
    rows={"articles": 12, "quotes": 3456},
    rejects_by_reason={"empty": 2, "unpaired_mark": 9},
    rules_checked=99,
    rows_refused=0,
    seconds=8.25,
)


def shown(receipt: Receipt) -> list[list[str]]:
    stream = io.StringIO()
    Console(file=stream, width=120).print(render_receipt(receipt, "warehouse"))
    return [line.split() for line in stream.getvalue().splitlines()]


def test_a_receipt_says_all_that_was_done() -> None:
    lines = shown(RECEIPT)
    assert ["documents", "seen", "new", "changed", "unchanged", "gone", "rejected", "renamed", "skipped"] in lines
    assert ["1,234", "3", "4", "5", "6", "7", "8", "9"] in lines
    assert ["rows", "articles", "quotes"] in lines
    assert ["12", "3,456"] in lines
    assert ["validation", "passed:", "99", "rules", "checked,", "no", "row", "refused"] in lines
    assert ["tables", "in", "warehouse:", "pd.read_parquet('warehouse/quotes')"] in lines


def test_articles_of_older_rules_are_told_and_an_idle_run_says_that_it_checked_nothing() -> None:
    lines = shown(replace(RECEIPT, documents_stale=1200, rules_checked=0))
    assert ["1,200", "documents", "were", "read", "by", "older", "rules:"] in [line[:7] for line in lines]
    assert ["nothing", "has", "changed"] in [line[:3] for line in lines]


def test_the_most_frequent_reason_comes_first() -> None:
    reasons = [line[:2] for line in shown(RECEIPT) if line[1:2] in (["empty"], ["unpaired_mark"])]
    assert reasons == [["9", "unpaired_mark"], ["2", "empty"]]
