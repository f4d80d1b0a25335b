"""``transforms.split``: the steps in order, and the limits that refuse a document whole."""

from __future__ import annotations

import pytest

from transforms import split
from transforms.model import Article, Limits, RawDocument, Reason, Reject

ARTICLE = """افتتاح مكتبة جديدة في المدينة القديمة

قال مدير المكتبة سامي الحداد: «سنفتح أبوابنا كل مساء».

وأضاف الحداد أن الكتب وصلت الشهر الماضي.
"""


def test_an_article_comes_with_its_quotes_and_speakers() -> None:
    article = split(RawDocument("a.txt", ARTICLE.encode()))
    assert isinstance(article, Article)
    text = article.decoded.text
    assert [text[slice(*quote.span)] for quote in article.quotes] == [
        "سنفتح أبوابنا كل مساء",
        "الكتب وصلت الشهر الماضي",
    ]
    assert {quote.speaker for quote in article.quotes} == {"سامي الحداد"}
    assert [(speaker.name, speaker.quote_count) for speaker in article.speakers] == [("سامي الحداد", 2)]


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(max_paragraphs=2), Reason.TOO_MANY_PARAGRAPHS),
        (Limits(max_marks=1), Reason.TOO_MANY_MARKS),
        (Limits(max_paragraphs=3, max_marks=2), None),
    ],
)
def test_limits_refuse_a_document_whole(limits: Limits, reason: Reason | None) -> None:
    outcome = split(RawDocument("a.txt", ARTICLE.encode()), limits)
    assert (outcome.reason if isinstance(outcome, Reject) else None) is reason
