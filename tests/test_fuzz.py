"""The fuzzer finds nothing in a few hundred documents, makes each again, and notices faults that are planted."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from scripts.fuzz import Tally, Worker
from scripts.fuzzing.documents import Address, Documents
from scripts.fuzzing.judge import Split, judge
from transforms import split
from transforms.model import Article, RawDocument, Reject, Span

SEED = 4
DOCUMENTS = 400


@pytest.fixture(scope="module")
def documents() -> Documents:
    return Documents(SEED, with_corpus=False)


def _run(documents: Documents, count: int, keep: Path | None = None, splitting: Split = split) -> Tally:
    return Worker(documents, SEED, keep, splitting).run(iter(range(count)), time.monotonic() + 600)


def test_a_few_hundred_documents_break_nothing(documents: Documents) -> None:
    tally = _run(documents, DOCUMENTS)
    assert tally.shown == {}
    assert tally.documents == tally.articles + tally.rejects.total() == DOCUMENTS
    assert tally.articles > DOCUMENTS / 2, "most get past the layout"
    assert tally.quotes > DOCUMENTS / 2
    assert len(tally.rejects) > 3, "and the others are refused for several reasons"


def test_an_address_makes_the_same_document_again(documents: Documents) -> None:
    again = Documents(SEED, with_corpus=False)
    for address in (Address(7), Address(12, (7,)), Address(31, (12, 7))):
        assert Address.parse(str(address)) == address
        assert documents.make(address) == again.make(address)
    assert documents.make(Address(12, (7,))) == documents.mutant(12, documents.fresh(7))


def _crashing(document: RawDocument) -> Article | Reject:
    outcome = split(document)
    if isinstance(outcome, Article) and outcome.quotes:
        raise KeyError("planted")
    return outcome


def _shifted(document: RawDocument) -> Article | Reject:
    """Move every quote by one character, as a rule that counts wrongly would."""
    outcome = split(document)
    if isinstance(outcome, Reject):
        return outcome
    quotes = (replace(quote, span=Span(quote.span.start - 1, quote.span.end)) for quote in outcome.quotes)
    return replace(outcome, quotes=tuple(quotes))


def _misquoting(document: RawDocument) -> Article | Reject:
    """Name a speaker whom the article does not list."""
    outcome = split(document)
    if isinstance(outcome, Reject):
        return outcome
    return replace(outcome, speakers=())


def _rewriting(document: RawDocument) -> Article | Reject:
    outcome = split(document)
    if isinstance(outcome, Reject):
        return outcome
    return replace(outcome, decoded=replace(outcome.decoded, text=outcome.decoded.text.replace("\u0640", "-")))


def _sleeping(document: RawDocument) -> Article | Reject:
    end = time.process_time() + 0.3
    while time.process_time() < end:
        pass
    return split(document)


@pytest.mark.parametrize(
    ("splitting", "kind", "what"),
    [
        (_crashing, "crash", "KeyError at test_fuzz.py"),
        (_shifted, "promise", "what a quote names is a trimmed stretch of the text"),
        (_misquoting, "promise", "quotes.article_id+speaker stands in speakers"),
        (_rewriting, "promise", "the text is the bytes"),
    ],
)
def test_a_planted_fault_is_noticed(
    documents: Documents, tmp_path: Path, splitting: Split, kind: str, what: str
) -> None:
    tally = _run(documents, 60, tmp_path, splitting)
    assert tally.faults[kind] > 0
    assert any(fault.kind == kind and fault.what.startswith(what) for fault in tally.shown)
    assert list(tmp_path.iterdir()), "what fails is kept"


def test_a_slow_document_is_noticed(documents: Documents) -> None:
    (fault,) = judge("slow.txt", documents.fresh(0)[:100], _sleeping).faults
    assert fault.kind == "slow"


def test_two_outcomes_for_the_same_bytes_are_noticed(documents: Documents) -> None:
    calls = 0

    def forgetful(document: RawDocument) -> Article | Reject:
        nonlocal calls
        calls += 1
        return split(replace(document, data=document.data + b" " * calls))

    assert any("the same bytes" in fault.what for fault in _run(documents, 51, None, forgetful).shown)
