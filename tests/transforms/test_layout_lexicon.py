"""The layout's and the dates' data: loaded, folded, and refused when a key is missing or unknown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from transforms import languages
from transforms.dates import lexicon as date_lexicon
from transforms.languages import PackError
from transforms.layout import lexicon as layout_lexicon


@pytest.fixture
def change(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[[dict[str, Any]], object]], None]:
    """Return a function that changes what a file of the pack says, as the lexicons read it."""

    def apply(name: str, edit: Callable[[dict[str, Any]], object]) -> None:
        def read(code: str, file: str) -> dict[str, Any]:
            data = dict(languages.read_data(code, file))
            if file == name:
                edit(data)
            return data

        for module in (layout_lexicon, date_lexicon):
            monkeypatch.setattr(module, "read_data", read)

    return apply


@pytest.mark.parametrize(
    ("file", "edit"),
    [
        ("layout", lambda data: data.pop("towns")),
        ("layout", lambda data: data.update(tuwns=[])),
        ("places", lambda data: data.pop("countries")),
        ("dates", lambda data: data.pop("months")),
        ("dates", lambda data: data.update(months={"1": ["يناير"]})),
        ("dates", lambda data: data.update(seasons=[])),
        ("dates", lambda data: data.update(units={**data["units"], "day": {"one": ["يوم"]}})),
    ],
)
def test_refuses_missing_and_unknown_keys(
    change: Callable[[str, Callable[[dict[str, Any]], object]], None],
    file: str,
    edit: Callable[[dict[str, Any]], object],
) -> None:
    change(file, edit)
    load = date_lexicon.load_date_lexicon if file == "dates" else layout_lexicon.load_layout_lexicon
    with pytest.raises(PackError, match="unknown or missing"):
        load.__wrapped__("ar")


@pytest.mark.parametrize("table", ["months", "hijri_months", "english_months", "weekdays"])
def test_no_name_has_two_numbers(table: str) -> None:
    numbers: dict[str, str] = {}
    for number, names in languages.read_data("ar", "dates")[table].items():
        for name in names:
            assert numbers.setdefault(date_lexicon.key(name), number) == number
