"""Entities: one for each person and organisation, under its longest name."""

from __future__ import annotations

import pytest

from transforms.canonical import clean_name, mention_span
from transforms.lexicon import load_lexicon
from transforms.mentions import Entity, Registry, name_key
from transforms.model import Span
from transforms.phrases import read_phrase
from transforms.quotes import pair_marks
from transforms.tokens import tokenize


def _register(*phrases: str) -> tuple[Registry, list[Entity | None]]:
    """Register noun phrases, a line each, as if they were named in one article."""
    text = "\n".join(phrases)
    lexicon = load_lexicon("ar")
    registry = Registry(text, lexicon)
    entities, start = [], 0
    for printed in phrases:
        tokens = tokenize(text, Span(start, start + len(printed)), lexicon)
        partner = pair_marks(tokens).partner
        phrase = read_phrase(tokens, 0, len(tokens.words), partner, lexicon.inside)
        entities.append(registry.register(tokens, phrase))
        start += len(printed) + 1
    registry.close()
    return registry, entities


@pytest.mark.parametrize(
    "phrases",
    [
        ("سامر الحداد", "الحداد"),
        ("الحداد", "سامر الحداد"),
        ("وزير النقل سامر الحداد", "الوزير سامر الحداد"),
        ("عبد الله الزايدي", "عبدالله الزايدي"),
        ("محمد سامر الحداد", "محمد الحداد"),
        ("وزارة الموارد المائية", "وزارة الموارد"),
    ],
)
def test_one_entity(phrases: tuple[str, str]) -> None:
    registry, (first, second) = _register(*phrases)
    assert first is second is not None
    assert len(registry.entities) == 1


@pytest.mark.parametrize(
    "phrases", [("سامر الحداد", "نادر الحداد"), ("سامر الحداد", "سامر البيطار"), ("وزارة النقل", "وزارة الصحة")]
)
def test_two_entities(phrases: tuple[str, str]) -> None:
    registry, _ = _register(*phrases)
    assert len(registry.entities) == 2


def test_the_longest_name_wins_in_any_order() -> None:
    for phrases in [("سامر الحداد", "محمد سامر الحداد"), ("محمد سامر الحداد", "سامر الحداد")]:
        registry, _ = _register(*phrases)
        assert [entity.name for entity in registry.entities] == ["محمد سامر الحداد"]


def test_the_longest_title_is_kept() -> None:
    registry, _ = _register("الوزير سامر الحداد", "وزير النقل السابق سامر الحداد")
    assert registry.entities[0].title == "وزير النقل السابق"
    assert "وزير" in registry.entities[0].titles


def test_title_and_nationality_find_their_person() -> None:
    registry, (russian, syrian) = _register("الوزير الروسي إيغور سوكولوف", "الوزير السوري سامر الحداد")
    countries = syrian.countries if syrian else set()
    assert registry.find_by_title("وزير", 1_000, countries) is syrian
    assert russian is not None
    assert registry.find_by_title("وزير", 1_000, russian.countries) is russian


def test_the_nearest_mention_before_a_place() -> None:
    _, (entity, _) = _register("سامر الحداد", "الحداد")
    assert entity is not None
    assert entity.mention_before(5) == Span(0, 11)
    assert entity.mention_before(50) == Span(12, 18)


def test_a_prefix_is_no_part_of_the_mention() -> None:
    lexicon = load_lexicon("ar")
    for text, mention in [("لوزير النقل", "وزير النقل"), ("للرئيس", "للرئيس"), ("ووزير النقل", "وزير النقل")]:
        tokens = tokenize(text, Span(0, len(text)), lexicon)
        phrase = read_phrase(tokens, 0, len(tokens.words), {}, lexicon.inside)
        assert text[slice(*mention_span(tokens, phrase))] == mention


def test_keys_level_what_newspapers_print_in_two_ways() -> None:
    assert name_key(["عبد", "الله", "الحداد"]) == name_key(["عبدالله", "حداد"])
    assert name_key(["مصطفى"]) == name_key(["مصطفي"])
    assert name_key(["سامر"]) != name_key(["سمير"])


@pytest.mark.parametrize(
    ("printed", "name"), [("«القدس»", "القدس"), ("#شاكر_الدوري", "شاكر الدوري"), ("سامر  الحداد،", "سامر الحداد")]
)
def test_a_clean_name(printed: str, name: str) -> None:
    assert clean_name(printed) == name
