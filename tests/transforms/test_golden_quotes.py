"""Quotes: golden examples that an editor who reads Arabic can review, each with the exact records of its text."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from transforms import attribution, split
from transforms.model import Article, QuoteType, RawDocument, Reason, Span

_GOLDEN = Path(__file__).parents[1] / "golden" / "ar" / "quotes"
_KEYS = {"label", "comment", "expect", "text", "quotes", "not_speech"}
_REQUIRED = ("label", "comment", "expect", "text")
_FIELDS = {"speaker", "mention", "cue", "to", "via"}
_TYPES = {kind.value for kind in QuoteType}
_AT_LEAST = 150
_NEGATIVES_AT_LEAST = 40


class _Record(NamedTuple):
    """One quote as an editor reads it; an absent field is "-"."""

    quote_type: str
    speaker: str
    mention: str
    cue: str
    to: str
    via: str
    words: str


def _parse(line: str) -> _Record:
    """Read "direct | speaker: X | mention: Y | cue: Z | to: A | via: B | the words".

    The mention may be left out where it is the speaker's bare name, the addressee (`to`) and `via` where there is none.
    """
    kind, *fields, words = line.split(" | ")
    named = dict(field.split(": ", 1) for field in fields)
    assert kind in _TYPES, line
    assert len(named) == len(fields), line
    assert set(named) <= _FIELDS, line
    assert {"speaker", "cue"} <= set(named), line
    return _Record(
        kind, named["speaker"], named.get("mention", named["speaker"]), named["cue"], named.get("to", "-"),
        named.get("via", "-"), words,
    )  # fmt: skip


def _load(path: Path) -> list[dict[str, Any]]:
    """Load one file of examples, and refuse what an editor can mistype."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    assert set(data) == {"example"}, path.name
    for example in data["example"]:
        where = f"{path.name}: {example.get('label')}"
        assert set(example) <= _KEYS, f"{where}: unknown keys {set(example) - _KEYS}"
        assert all(str(example.get(key, "")).strip() for key in _REQUIRED), f"{where}: {_REQUIRED} must be given"
        assert example["expect"] in {"pass", "known_failure"}, where
        assert example.keys() & {"quotes", "not_speech"}, f"{where}: give quotes, not_speech or both"
        assert all(example.get(key, True) for key in ("quotes", "not_speech")), f"{where}: an empty list says nothing"
        for line in example.get("quotes", []):
            record = _parse(line)
            assert not {record.words, record.mention, record.cue, record.to, record.via} & {""}, f"{where}: {line}"
            for piece in (record.words, record.mention, record.cue, record.to, record.via):
                assert piece == "-" or piece in example["text"], f"{where}: {piece!r} is not in the text"
        for piece in example.get("not_speech", []):
            assert piece in example["text"], f"{where}: {piece!r} is not in the text"
    labels = [example["label"] for example in data["example"]]
    assert len(labels) == len(set(labels)), f"{path.name}: a label is used twice"
    return list(data["example"])


_FILES = {path.stem: _load(path) for path in sorted(_GOLDEN.glob("*.toml"))}


def _examples() -> list[Any]:
    return [
        pytest.param(
            example,
            id=f"{name}: {example['label']}",
            marks=[pytest.mark.xfail(strict=True)] if example["expect"] == "known_failure" else [],
        )
        for name, examples in _FILES.items()
        for example in examples
    ]


def _find(text: str) -> list[_Record]:
    outcome = split(RawDocument("golden/example.txt", text.encode("utf-8")))
    if not isinstance(outcome, Article):
        assert outcome.reason is Reason.NO_BODY, outcome
        return []

    def cut(span: Span | None) -> str:
        return "-" if span is None else outcome.decoded.text[slice(*span)]

    return [
        _Record(
            quote.quote_type.value,
            quote.speaker or "-",
            cut(quote.speaker_mention),
            cut(quote.cue),
            cut(quote.addressee),
            cut(quote.via),
            cut(quote.span),
        )
        for quote in outcome.quotes
    ]


def _show(records: list[_Record]) -> list[str]:
    return [
        f"{kind} | speaker: {speaker} | mention: {mention} | cue: {cue} | to: {to} | via: {via} | {words}"
        for kind, speaker, mention, cue, to, via, words in records
    ]


@pytest.mark.parametrize("example", _examples())
def test_golden(example: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    # The examples show rules, in articles of a line or two that tell too little to be sure of anything.
    monkeypatch.setattr(attribution, "MIN_CONFIDENCE", 0.0)
    found = _find(example["text"].strip("\n") + "\n")
    wanted = [_parse(line) for line in example.get("quotes", [])]
    # Order by the words' place: what an editor writes in reading order and two quotes that begin together both pass.
    assert sorted(_show(found)) == sorted(_show(wanted))
    assert not {record.words for record in found} & set(example.get("not_speech", []))


def test_there_are_enough_of_either_kind() -> None:
    examples = [example for loaded in _FILES.values() for example in loaded]
    assert len(examples) >= _AT_LEAST
    assert sum("quotes" not in example for example in examples) >= _NEGATIVES_AT_LEAST


def test_no_label_is_used_in_two_files() -> None:
    named = [f"{name}: {example['label']}" for name, loaded in _FILES.items() for example in loaded]
    assert len(named) == len(set(named))


def test_no_text_is_used_twice() -> None:
    texts = [re.sub(r"\s+", " ", example["text"]).strip() for loaded in _FILES.values() for example in loaded]
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize(
    "wrong",
    [
        'label = "a"\ncomment = "b"\nexpect = "pass"\ntext = "c"\nquotes = []',
        'label = "a"\ncomment = "b"\nexpect = "pass"\ntext = "c"',
        'label = "a"\ncomment = "b"\nexpect = "perhaps"\ntext = "c"\nnot_speech = ["c"]',
        'label = "a"\ncomment = "b"\nexpect = "pass"\ntext = "c"\nnot_speech = ["d"]',
        'label = "a"\ncomment = "b"\nexpect = "pass"\ntext = "c"\nnot_speech = ["c"]\nnote = "d"',
        'label = "a"\ncomment = "b"\nexpect = "pass"\ntext = "c"\nquotes = ["direct | speaker: c | c"]',
        'label = "a"\ncomment = "b"\nexpect = "pass"\ntext = "c"\nquotes = ["spoken | speaker: c | cue: c | c"]',
        'label = "a"\ncomment = " "\nexpect = "pass"\ntext = "c"\nnot_speech = ["c"]',
    ],
    ids=["empty list", "no records", "expect", "not in the text", "unknown key", "no cue", "type", "no comment"],
)
def test_a_mistyped_file_is_refused(wrong: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(f"[[example]]\n{wrong}\n", encoding="utf-8")
    with pytest.raises(AssertionError):
        _load(path)


def test_a_label_used_twice_is_refused(tmp_path: Path) -> None:
    example = '[[example]]\nlabel = "a"\ncomment = "b"\nexpect = "pass"\ntext = "c"\nnot_speech = ["c"]\n'
    path = tmp_path / "wrong.toml"
    path.write_text(example * 2, encoding="utf-8")
    with pytest.raises(AssertionError, match="twice"):
        _load(path)
