"""The lexicon: what a printed form can be, and a pack that is refused when it is mistyped."""

from __future__ import annotations

from typing import Any

import pytest

from transforms import lexicon
from transforms.languages import PackError, codes, read_data
from transforms.languages.ar import rules
from transforms.lexicon import Form, Lexicon, Use, load_lexicon


@pytest.fixture(scope="module")
def words() -> Lexicon:
    return load_lexicon("ar")


@pytest.mark.parametrize("code", codes())
def test_every_pack_loads(code: str) -> None:
    assert load_lexicon(code).cues


def test_every_cue_form_is_folded(words: Lexicon) -> None:
    assert [form for form in words.cues if rules.fold(form) != form] == []


def test_every_lemma_of_the_pack_is_found_in_its_own_past(words: Lexicon) -> None:
    lemmas = {verb["lemma"]: verb["past"] for verb in read_data("ar", "cues")["verb"] if "past" in verb}
    lost = [lemma for lemma, past in lemmas.items() if rules.fold(past) not in words.cues]
    assert lost == []


@pytest.mark.parametrize(
    ("printed", "lemma", "form"),
    [
        ("قال", "قال", Form.PAST),
        ("وقالت", "قال", Form.PAST),
        ("واضاف", "أضاف", Form.PAST),
        ("وأكَّدَ", "أكد", Form.PAST),
        ("قـــال", "قال", Form.PAST),
        ("فقالوا", "قال", Form.PAST),
        ("يقول", "قال", Form.PRESENT),
        ("وتقول", "قال", Form.PRESENT),
        ("مضيفاً", "أضاف", Form.PARTICIPLE),
        ("مضيفًا", "أضاف", Form.PARTICIPLE),
        ("مضيفا", "أضاف", Form.PARTICIPLE),
        ("ومشيرة", "أشار", Form.PARTICIPLE),
        ("مؤكدين", "أكد", Form.PARTICIPLE),
    ],
)
def test_a_cue(printed: str, lemma: str, form: int, words: Lexicon) -> None:
    cue = words.word(printed).cue
    assert cue is not None
    assert (cue.lemma, cue.form) == (lemma, form)


@pytest.mark.parametrize("printed", ["أعتقد", "أعتبر", "كتاب", "والبيت", "نقول"])
def test_no_cue(printed: str, words: Lexicon) -> None:
    assert words.word(printed).cue is None


@pytest.mark.parametrize(("printed", "skip"), [("قال", 0), ("وقال", 1), ("وَقال", 2), ("فأجاب", 1)])
def test_a_conjunction_is_no_part_of_the_cue(printed: str, skip: int, words: Lexicon) -> None:
    assert words.word(printed).skip == skip


@pytest.mark.parametrize("printed", ["أن", "إن", "أنّ", "ان", "أنه", "إنها", "بأن", "بأنهم", "وأن", "فإن"])
def test_that(printed: str, words: Lexicon) -> None:
    assert words.word(printed).complementizer


@pytest.mark.parametrize("printed", ["من", "أين", "أنا", "كأن"])
def test_not_that(printed: str, words: Lexicon) -> None:
    assert not words.word(printed).complementizer


@pytest.mark.parametrize(
    ("printed", "use", "prefix"),
    [
        ("الوزير", Use.TITLE, ""),
        ("للرئيس", Use.TITLE, "لل"),
        ("لوزير", Use.TITLE, "ل"),
        ("ووزير", Use.TITLE, "و"),
        ("وزارة", Use.ORGANIZATION, ""),
        ("البيان", Use.DOCUMENT, ""),
        ("مصدر", Use.UNNAMED, ""),
        ("السوري", Use.NATIONALITY, ""),
        ("الروسية", Use.NATIONALITY, ""),
        ("محمد", Use.GIVEN_NAME, ""),
        ("في", Use.PREPOSITION, ""),
        ("وفي", Use.PREPOSITION, ""),
        ("أمس", Use.TIME, ""),
        ("نفسه", Use.SAME, ""),
    ],
)
def test_uses(printed: str, use: int, prefix: str, words: Lexicon) -> None:
    word = words.word(printed)
    assert word.use & use
    assert not prefix or word.prefix == prefix


def test_ali_and_on_are_told_apart(words: Lexicon) -> None:
    assert not words.word("على").use & Use.GIVEN_NAME
    assert words.word("علي").use & Use.GIVEN_NAME


def test_country_of_a_nationality(words: Lexicon) -> None:
    assert words.country(words.word("الروسية").noun) == words.country(words.word("روسي").noun) is not None
    assert words.country("كتاب") is None


def test_white_space_behind_a_piece_does_not_count(words: Lexicon) -> None:
    assert words.word("قال ").length == 3


@pytest.mark.parametrize(
    "entry",
    [
        {"gloss": "say", "lemma": "قال", "kind": "say", "past": "قال", "tense": "past"},
        {"gloss": "say", "lemma": "قال", "kind": "speak", "past": "قال"},
    ],
    ids=["unknown key", "unknown kind"],
)
def test_a_mistyped_verb_is_refused(entry: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    def read(code: str, name: str) -> dict[str, Any]:
        data = read_data(code, name)
        return data | {"verb": [*data["verb"], entry]} if name == "cues" else data

    monkeypatch.setattr(lexicon, "read_data", read)
    with pytest.raises(PackError, match="قال"):
        Lexicon("ar")


def test_an_unknown_pack_is_refused() -> None:
    with pytest.raises(PackError):
        Lexicon("xx")


def test_the_table_of_words_starts_afresh_when_it_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    small = Lexicon("ar")
    monkeypatch.setattr(lexicon, "MAX_CACHED_WORDS", 2)
    for printed in ("قال", "نعم", "لا", "قال"):
        assert small.word(printed).text == printed
    assert len(small._words) <= 2
