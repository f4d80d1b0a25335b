"""A receipt -> what the run did, for the person who started it."""

from __future__ import annotations

from rich.console import Group
from rich.table import Table
from rich.text import Text

from flows.receipt import Receipt
from flows.terminal.inert import make_inert
from transforms.model import REASONS, Reason


def render_receipt(receipt: Receipt, warehouse: str) -> Group:
    """Return the receipt: documents, rows of each table, rejects by reason, what was checked, where the tables are."""
    return Group(
        _documents(receipt),
        "",
        _counts("rows", receipt.rows),
        "",
        *_rejects(receipt),
        *_stale(receipt),
        *_fields(receipt),
        Text(_validation(receipt)),
        Text(f"published in {receipt.seconds:.1f} s as run {receipt.run_id}"),
        Text(make_inert(f"tables in {warehouse}: pd.read_parquet('{warehouse}/quotes')")),
    )


def _documents(receipt: Receipt) -> Table:
    seldom = {"renamed": receipt.documents_renamed, "skipped": receipt.documents_skipped}
    return _counts(
        "documents",
        {
            "seen": receipt.documents_seen,
            "new": receipt.documents_new,
            "changed": receipt.documents_changed,
            "unchanged": receipt.documents_unchanged,
            "gone": receipt.documents_gone,
            "rejected": receipt.documents_rejected,
            **{name: count for name, count in seldom.items() if count},
        },
    )


def _stale(receipt: Receipt) -> list[Text]:
    if not receipt.documents_stale:
        return []
    say = f"{receipt.documents_stale:,} documents were read by older rules: `qawl run --reprocess` reads them again"
    return [Text(say, style="yellow")]


def _fields(receipt: Receipt) -> list[Text]:
    names = ", ".join(receipt.fields_unknown)
    return [Text(f"fields of JSON Lines that are not read: {names}", style="yellow")] if names else []


def _counts(title: str, counts: dict[str, int]) -> Table:
    table = Table.grid(padding=(0, 3))
    for _ in range(1 + len(counts)):
        table.add_column(justify="right")
    table.add_row(Text(title, style="bold"), *counts)
    table.add_row("", *(f"{count:,}" for count in counts.values()))
    return table


def _rejects(receipt: Receipt) -> list[Table | str]:
    if not receipt.rejects_by_reason:
        return ["no rejects", ""]
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_row(Text("rejects", style="bold"))
    for reason, count in sorted(receipt.rejects_by_reason.items(), key=lambda item: (-item[1], item[0])):
        table.add_row(f"{count:,}", reason, Text(REASONS[Reason(reason)], style="dim"))
    return [table, ""]


def _validation(receipt: Receipt) -> str:
    if not receipt.rules_checked:
        return "nothing has changed since the release before, so there was nothing to check"
    refused = f"{receipt.rows_refused:,} rows refused" if receipt.rows_refused else "no row refused"
    return f"validation passed: {receipt.rules_checked:,} rules checked, {refused}"
