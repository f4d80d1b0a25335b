"""What docs/method.md says of its examples is what the rules find."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from transforms import attribution, split
from transforms.model import Article, Quote, RawDocument

_METHOD = (Path(__file__).parents[1] / "docs" / "method.md").read_text(encoding="utf-8")
_BLOCKS = re.findall(r"```text\n(.*?)```", _METHOD, re.DOTALL)
_EXAMPLES = re.findall(r"^([FL]\d+) +(.+)\n((?: +.+\n)+)", "".join(_BLOCKS), re.MULTILINE)
_HEAD = "عنوان المقال في الصحيفة\n2026-11-20\n\n"


def test_every_text_of_a_frame_or_limit_is_read() -> None:
    assert len(_EXAMPLES) == len(re.findall(r"^[FL]\d", "".join(_BLOCKS), re.MULTILINE)) > 0


@pytest.mark.parametrize(("text", "wanted"), [(text, wanted) for _, text, wanted in _EXAMPLES])
def test_an_example_gives_what_stands_under_it(text: str, wanted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attribution, "MIN_CONFIDENCE", 0.0)  # a line alone is too little to be sure of anything
    article = split(RawDocument("method/example.txt", f"{_HEAD}{text}\n".encode()))
    assert isinstance(article, Article)
    assert [_show(article.decoded.text, quote) for quote in article.quotes] == [
        line.strip() for line in wanted.splitlines()
    ]


def _show(text: str, quote: Quote) -> str:
    pieces = [quote.quote_type.value, f"speaker: {quote.speaker or '-'}"]
    mention = quote.speaker_mention
    if mention is not None and text[slice(*mention)] != quote.speaker:
        pieces.append(f"mention: {text[slice(*mention)]}")
    for name, span in (("cue", quote.cue), ("to", quote.addressee), ("via", quote.via)):
        if span is not None:
            pieces.append(f"{name}: {text[slice(*span)]}")
    return f"{quote.method}: {' | '.join([*pieces, text[slice(*quote.span)]])}"
