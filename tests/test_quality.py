"""The figures of the gold beside the checkout stay above the floors of quality.toml, and the seed stays perfect."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]
_GOLD = _ROOT.parent / "shared" / "gold"
_FLOORS = tomllib.loads((_ROOT / "tests" / "quality.toml").read_text(encoding="utf-8"))

needs_gold = pytest.mark.skipif(not _GOLD.exists(), reason="the gold stands beside the checkout only")


def _figures(name: str) -> dict[str, float]:
    from scripts.evaluate import evaluate

    return {key: value for key, value in evaluate(_GOLD / name, _GOLD.parent).items() if value is not None}


@needs_gold
def test_the_figures_stay_above_their_floors() -> None:
    figures = _figures("dev.jsonl")
    floors = _FLOORS["floors"]
    sizes = {f"{kind} gold": _FLOORS["measured_on"][kind] for kind in ("paragraphs", "direct", "indirect")}
    assert {name: figures.pop(name) for name in sizes} == sizes, "another gold: measure anew and pin both"
    assert set(figures) == set(floors), "every figure of the scorer has a floor"
    assert {name: value for name, value in figures.items() if value < floors[name]} == {}


@needs_gold
def test_the_seed_is_perfect() -> None:
    figures = {name: value for name, value in _figures("seed.jsonl").items() if not name.endswith(" gold")}
    assert figures
    assert {name: value for name, value in figures.items() if value != 1} == {}


@needs_gold
def test_what_is_right_is_what_the_scorer_counts() -> None:
    from scripts.evaluate import judge, load_scorer, read_articles, read_gold

    entries = read_gold(_GOLD / "seed.jsonl")
    articles = read_articles(_GOLD / "raw", [entry["id"] for entry in entries])
    scorer = load_scorer(_GOLD / "score.py")
    for entry in entries:
        judged, missed = judge(articles[entry["id"]], entry, scorer)
        assert missed == 0
        assert [one.is_right for one in judged] == [True] * len(entry["quotes"])
        spoilt = json.loads(json.dumps(entry))
        spoilt["quotes"][0]["speaker_name"] = "فلان الفلاني"
        spoilt["quotes"][1]["start"] -= 200
        judged, missed = judge(articles[entry["id"]], spoilt, scorer)
        assert missed == 1
        assert sum(not one.is_right for one in judged) == 2
