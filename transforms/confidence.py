"""What is known of a quote -> how likely it is that its words and its speaker are right.

A logistic model: each piece of evidence that holds adds its weight. The weights are the language pack's data
(``confidence.toml``), fitted by ``scripts/fit_confidence.py`` to records that readers have graded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

from transforms.languages import read_data
from transforms.lexicon import Lexicon, Use, Word
from transforms.mentions import Entity
from transforms.model import QuoteType, SpeakerKind
from transforms.reports.block import Content, Report
from transforms.speakers import Resolved
from transforms.tokens import Tokens

SHORT = 6
"""Tokens of content that is rather a name or a scare quote than something said."""
LONG = 45
"""Tokens of content that has likely run on beyond its end."""
NEAR, FAR = 3, 12
"""Tokens between a cue and its content."""
DISTANT = 300
"""Code points between a cue and the mention of who speaks, behind which another may have been named."""
LONG_NAME = 5
"""Words of a name or a phrase that has likely taken in what stands behind it."""
_NO_NAME = Use.TITLE | Use.ORGANIZATION | Use.PREPOSITION


@dataclass(frozen=True, slots=True)
class Setting:
    """What an article as a whole tells of each of its quotes: its length in code points and blocks, and its quotes."""

    length: int
    blocks: int
    quotes: int

    def evidence(self) -> list[str]:
        """Return what holds."""
        density = self.quotes * 1000 / self.length
        return [
            "article: long" if self.length > _LONG_ARTICLE else "article: of usual length",
            f"article: {_bucket(density, 1, 3)} quotes for its length",
            f"article: {_bucket(self.blocks, 6, 16)} blocks",
        ]


_LONG_ARTICLE = 5000


def evidence_of_content(tokens: Tokens, report: Report, content: Content, resolved: Resolved) -> list[str]:
    """Return what the rule, the cue and the words themselves tell."""
    words = tokens.words[content.first : content.last]
    found = [f"frame: {report.frame}", f"sieve: {resolved.sieve}", f"type: {content.quote_type.value}"]
    if report.cue >= 0 and (cue := tokens.words[report.cue].cue) is not None:
        found += [f"cue: {cue.kind}", f"lemma: {cue.lemma}"]
        gap = content.first - report.cue
        if gap > 0:
            found.append(f"gap: {_bucket(gap, NEAR, FAR)}")
    size = len(words)
    found.append("words: few" if size < SHORT else "words: many" if size > LONG else "words: some")
    if content.quote_type is not QuoteType.DIRECT:
        cues = sum([word.cue is not None for word in words])
        found.append(f"words: {min(cues, 3)} cues inside")
        if any(word.complementizer for word in words):
            found.append("words: another that")
    first = words[0]
    if first.fold[:1] in _PRESENT and first.length > NEAR and not first.use:
        found.append("words: open with a present tense")
    elif first.definite:
        found.append("words: open with a definite noun")
    return found


_PRESENT = frozenset("يت")


def evidence_of_speaker(entity: Entity, lexicon: Lexicon, place: int, resolved: Resolved, quotes: int) -> list[str]:
    """Return what is known of who speaks, of whom the article has so many ``quotes``; ``place`` is the cue's."""
    words = lexicon.words(entity.name.split())
    found = [
        f"speaker: {entity.kind.value}",
        f"speaker: {_bucket(len(set(entity.mentions)), 1, 4)} mentions",
        f"speaker: {_bucket(quotes, 1, 3)} quotes",
    ]
    if len(words) >= LONG_NAME:
        found.append("name: long")
    if entity.kind is SpeakerKind.PERSON:
        found += _evidence_of_name(words)
        if entity.title:
            found.append("speaker: titled")
    if resolved.mention is not None and abs(resolved.mention.start - place) > DISTANT:
        found.append("speaker: named far away")
    return found


def _evidence_of_name(words: list[Word]) -> list[str]:
    found = ["name: one word" if len(words) == 1 else "name: some words"]
    if words[0].use & Use.GIVEN_NAME:
        found.append("name: opens with a given name")
    elif words[0].definite:
        found.append("name: opens with a definite noun")
    if any(word.use & _NO_NAME for word in words):
        found.append("name: holds a common noun")
    if any(word.fold.endswith("ة") for word in words):
        found.append("name: holds a feminine noun")
    return found


def _bucket(value: float, some: float, many: float) -> str:
    return "few" if value <= some else "some" if value <= many else "many"


def confidence(code: str, evidence: list[str]) -> float:
    """Return the probability, to two digits, that the words and the speaker of a quote are right."""
    weights, bias = _model(code)
    score = bias + sum([weights.get(name, 0.0) for name in evidence])
    return round(1 / (1 + math.exp(-score)), 2)


@cache
def _model(code: str) -> tuple[dict[str, float], float]:
    data = read_data(code, "confidence")
    return data["weights"], data["bias"]
