"""Unicode CLDR's names of towns and countries in a language -> places.toml of its pack.

    python scripts/freeze_places.py ar

Needs Babel (``pip install babel``), which is no dependency of Qawl: the names are frozen here once, and read as data.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import babel

_NO_PLACES = {"EU", "EZ", "UN", "XA", "XB", "XK", "ZZ", "QO"}  # unions, pseudo-locales, "unknown region"
_PACKS = Path(__file__).parent.parent / "transforms" / "languages"


def _array(name: str, values: Iterable[str]) -> str:
    rows = "".join(f'    "{value}",\n' for value in sorted(set(values)))
    return f"{name} = [\n{rows}]\n"


def render(code: str) -> str:
    """Return places.toml for the language ``code``."""
    locale = babel.Locale(code)
    towns = [zone["city"] for zone in locale.time_zones.values() if "city" in zone]
    countries = [name for key, name in locale.territories.items() if key.isalpha() and key not in _NO_PLACES]
    return (
        f"# Written by scripts/freeze_places.py from Unicode CLDR (Babel {babel.__version__}, locale {code}).\n"
        "# Copyright 1991-2025 Unicode, Inc. Unicode License v3: https://www.unicode.org/license.txt\n\n"
        "# Towns after which time zones are named.\n"
        + _array("towns", (town.strip() for town in towns))
        + "\n# Countries and territories.\n"
        + _array("countries", (country.strip() for country in countries))
    )


def main() -> None:
    """Freeze the places of every language named on the command line."""
    for code in sys.argv[1:]:
        (_PACKS / code / "places.toml").write_text(render(code), encoding="utf-8")


if __name__ == "__main__":
    main()
