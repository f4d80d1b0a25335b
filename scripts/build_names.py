"""Freeze what is known of names and nationalities into the Arabic pack: ``names.toml`` and ``nationalities.toml``.

Run by hand when a source has a new release, in an environment of its own (none of it is needed at run time)::

    pip install arabnamer==0.1.3 ArWikiCats==0.2.3 wordfreq==3.1.1 Babel==2.18.0
    python scripts/build_names.py

Sources: arabnamer's name dictionary (Yousef, E., 2026; CC BY 4.0) and ArWikiCats' people and nationalities (MIT).
wordfreq's counts only decide which of their words are left out (words that take the article are common nouns more
often than names); none of its data is kept.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from importlib import metadata
from pathlib import Path

from babel import Locale
from wordfreq import word_frequency

from transforms.languages import read_data
from transforms.languages.ar.rules import fold

PACK = Path(__file__).parent.parent / "transforms" / "languages" / "ar"
MAX_ARTICLE_RATIO = 0.12
"""A word seen with the article more often than this is a common noun: "سلام", "شمس"."""
COMMON = 2e-5
"""Words more frequent than this are kept only where several sources know them as names."""
RARE = 1e-8
WORD = re.compile(r"[\u0621-\u064a]{3,}")


def _load(package: str, ending: str) -> dict[str, object]:
    for path in metadata.files(package) or ():
        if str(path).endswith(ending):
            return json.loads(Path(str(path.locate())).read_text(encoding="utf-8"))
    raise FileNotFoundError(f"{package} has no {ending}")


def _frequency(word: str) -> float:
    return word_frequency(word, "ar", wordlist="large", minimum=RARE)


def _known_words() -> set[str]:
    """Return every word that the pack uses as something else than a name."""
    words = read_data("ar", "words")
    taken: set[str] = set()
    for section, lists in words.items():
        if section == "names":
            continue
        for value in lists.values():
            taken.update(fold(word) for word in (value if isinstance(value, list) else value.keys()))
    for verb in read_data("ar", "cues")["verb"]:
        taken.update(fold(verb[part]) for part in ("past", "present") if part in verb)
    return taken


def build_names() -> list[str]:
    """Return the words of personal names that are hardly ever anything else, folded spellings merged, sorted."""
    counts: Counter[str] = Counter()
    people: Counter[str] = Counter()
    for name in _load("arabnamer", "dict_FINAL.json").values():
        counts.update(WORD.findall(str(name)))
    for name in _load("ArWikiCats", "jsons/people/peoples.json").values():
        people.update(WORD.findall(str(name).split("(")[0]))
    places = {fold(place) for place in Locale("ar").territories.values()}
    taken = _known_words() | places
    kept: dict[str, str] = {}
    for word, count in (counts + people).most_common():
        key = fold(word)
        if word.startswith("ال") or key in taken or key in kept:
            continue
        frequency = _frequency(word)
        if _frequency("ال" + word) / max(frequency, RARE) > MAX_ARTICLE_RATIO:
            continue
        if frequency > COMMON and (count < 4 or not people[word]) and people[word] < 3:
            continue
        kept[key] = word
    return sorted(kept.values())


def build_nationalities() -> dict[str, str]:
    """Return masculine nationality adjectives without the article -> the country's name."""
    found: dict[str, str] = {}
    for entry in _load("ArWikiCats", "jsons/nationalities/nationalities_data.json").values():
        if not isinstance(entry, dict):
            continue
        adjective, country = str(entry.get("male", "")), str(entry.get("ar", ""))
        if re.fullmatch(r"[\u0621-\u064a]+ي", adjective) and country:
            found.setdefault(adjective, country)
    return dict(sorted(found.items()))


def _write(name: str, head: str, lines: list[str]) -> None:
    (PACK / f"{name}.toml").write_text(head + "\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Write both files."""
    names = build_names()
    rows = [", ".join(f'"{name}"' for name in names[i : i + 12]) + "," for i in range(0, len(names), 12)]
    _write(
        "names",
        "# Words of personal names, made by scripts/build_names.py; do not edit.\n"
        "# From arabnamer's name dictionary (Yousef, E., 2026; CC BY 4.0, changed: filtered) and ArWikiCats (MIT).\n"
        "words = [\n",
        [*rows, "]"],
    )
    _write(
        "nationalities",
        "# Nationality adjectives (masculine, no article) and their countries, made by scripts/build_names.py from\n"
        "# ArWikiCats (MIT); do not edit. Spellings that it lacks stand in words.toml.\n[words]\n",
        [f'"{adjective}" = "{country}"' for adjective, country in build_nationalities().items()],
    )


if __name__ == "__main__":
    main()
