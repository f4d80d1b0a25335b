"""How likely a quote is right, and what becomes of one that likely is not."""

from __future__ import annotations

import pytest

from transforms import attribution, split
from transforms.confidence import confidence
from transforms.model import Article, RawDocument, Reason, Record, Stage

NEWS = """
قال وزير الزراعة سامر الخطيب إن موسم القمح سيبدأ مبكراً هذا العام بعد أمطار غزيرة.

وأضاف الخطيب أن الوزارة ستشتري المحصول كله بالسعر المعلن. وأكد الخطيب: "لن نترك المزارعين وحدهم في هذا الموسم".

وأوضح الخطيب أن الدفعات الأولى ستصل إلى المزارعين قبل نهاية الشهر.
"""


def _article(text: str) -> Article:
    outcome = split(RawDocument("news/wheat.txt", text.encode("utf-8")))
    assert isinstance(outcome, Article)
    return outcome


def test_evidence_that_nobody_has_graded_adds_nothing() -> None:
    known = ["frame: verb_subject_clause", "sieve: name"]
    assert confidence("ar", known) == confidence("ar", [*known, "never: graded"])


def test_a_full_name_is_surer_than_nobody() -> None:
    assert confidence("ar", ["sieve: name", "speaker: titled"]) > confidence("ar", ["sieve: nobody"])


def test_a_plain_report_is_sure() -> None:
    assert [quote.confidence > 0.7 for quote in _article(NEWS).quotes] == [True] * 4


def test_a_doubtful_quote_is_a_reject_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    published = _article(NEWS)
    unsure = min(published.quotes, key=lambda quote: quote.confidence)
    monkeypatch.setattr(attribution, "MIN_CONFIDENCE", unsure.confidence + 0.001)
    article = _article(NEWS)
    (reject,) = article.rejects
    assert (reject.record, reject.stage, reject.reason) == (Record.QUOTE, Stage.QUOTES, Reason.DOUBTFUL)
    assert reject.span == unsure.span
    assert reject.detail == f"{unsure.method}, confidence {unsure.confidence:.2f}"
    assert article.quotes == tuple(quote for quote in published.quotes if quote is not unsure)


def test_a_speaker_of_doubtful_quotes_alone_is_no_speaker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attribution, "MIN_CONFIDENCE", 1.01)
    article = _article(NEWS)
    assert article.quotes == ()
    assert article.speakers == ()
    assert len(article.rejects) == 4
