"""Noun phrases: where who is named begins and ends, and under which bare name."""

from __future__ import annotations

import pytest

from transforms.lexicon import load_lexicon
from transforms.model import Span, SpeakerKind
from transforms.phrases import Phrase, read_phrase
from transforms.quotes import pair_marks
from transforms.tokens import Tokens, tokenize


def _read(text: str, *, bounded: bool = False) -> tuple[Tokens, Phrase]:
    lexicon = load_lexicon("ar")
    tokens = tokenize(text, Span(0, len(text)), lexicon)
    partner = pair_marks(tokens).partner
    return tokens, read_phrase(tokens, 0, len(tokens.words), partner, lexicon.inside, bounded=bounded)


@pytest.mark.parametrize(
    ("text", "mention", "name"),
    [
        ("سامر الحداد إن", "سامر الحداد", "سامر الحداد"),
        ("وزير النقل فؤاد العطار في مؤتمر", "وزير النقل فؤاد العطار", "فؤاد العطار"),
        ("الرئيس محمد علي أمس", "الرئيس محمد علي", "محمد علي"),
        ("المتحدث باسم الوزارة نبيل شاهين الذي", "المتحدث باسم الوزارة نبيل شاهين", "نبيل شاهين"),
        ("سلمى حداد، مديرة المتحف، إن", "سلمى حداد، مديرة المتحف", "سلمى حداد"),
        ("رئيس الهيئة، يوسف سلامة، إن", "رئيس الهيئة، يوسف سلامة", "يوسف سلامة"),
        ("الدكتور عبد الله بن سعيد من", "الدكتور عبد الله بن سعيد", "عبد الله بن سعيد"),
    ],
)
def test_a_person(text: str, mention: str, name: str) -> None:
    tokens, phrase = _read(text)
    assert text[slice(*tokens.span(phrase.first, phrase.last))] == mention
    assert text[slice(*tokens.span(phrase.name_first, phrase.name_last))] == name
    assert phrase.kind is SpeakerKind.PERSON


@pytest.mark.parametrize(
    ("text", "mention", "kind"),
    [
        ("وزارة الموارد المائية إن", "وزارة الموارد المائية", SpeakerKind.ORGANIZATION),
        ("مصدر أمني رفيع لم", "مصدر أمني رفيع", SpeakerKind.UNNAMED),
        ("مسؤول في الوزارة أمس", "مسؤول في الوزارة", SpeakerKind.UNNAMED),
        ("بيان للرئاسة أن", "بيان للرئاسة", SpeakerKind.DOCUMENT),
        ('صحيفة "الشاطئ" أمس', 'صحيفة "الشاطئ"', SpeakerKind.ORGANIZATION),
    ],
)
def test_nobody_by_name(text: str, mention: str, kind: SpeakerKind) -> None:
    tokens, phrase = _read(text)
    assert text[slice(*tokens.span(phrase.first, phrase.last))].rstrip(" أن") == mention.rstrip(" أن")
    assert phrase.kind is kind
    assert phrase.name_first == phrase.name_last


def test_the_same_source_is_known_as_such() -> None:
    assert _read("المصدر نفسه أن")[1].same
    assert not _read("المصدر الأمني أن")[1].same
