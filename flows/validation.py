"""Check frames and a census -> what Great Expectations says of them: broken rows, broken table rules, a report.

The only module that imports Great Expectations, which takes seconds: import it where it is needed, not at the top.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import feather

from flows.census import Census, ReleaseRule
from flows.postponed import postponed
from flows.rules import Kind, Rule, is_withheld, rules_of
from transforms.contract import Table

# For kinds of expectations that we have none of; they are a third of the time and half of the memory of the import.
with postponed("altair", "scipy.stats"):
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.expectations.core.expect_column_pair_values_to_be_equal import (
        ExpectColumnPairValuesToBeEqual,
    )
    from great_expectations.expectations.core.expect_column_values_to_be_between import ExpectColumnValuesToBeBetween
    from great_expectations.expectations.core.expect_column_values_to_be_in_set import ExpectColumnValuesToBeInSet
    from great_expectations.expectations.core.expect_column_values_to_not_be_null import ExpectColumnValuesToNotBeNull
    from great_expectations.expectations.expectation import Expectation

_CHUNK_ROWS = 200_000
"""Rows of a check frame that are looked at in one go: bounds the memory, whatever the size of the corpus."""

Broken = dict[str, dict[int, str]]
"""Part name -> place of a broken row in it -> name of the first rule that it breaks."""


class Validation:
    """What was checked in one run. ``failed`` names the broken rules that stop its publication, with their counts."""

    def __init__(self) -> None:
        self.checked: set[str] = set()
        self.failed: dict[str, int] = {}
        self._results: list[dict[str, Any]] = []
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
        source = context.data_sources.add_pandas("staged")
        self._frames = source.add_dataframe_asset("check frame").add_batch_definition_whole_dataframe("whole")

    def check_rows(self, table: Table, frames: Sequence[Path], *, published: bool = False) -> Broken:
        """Check a table's rules on the check frames of some parts; ``name.arrow`` belongs to the part ``name``.

        Of a ``published`` table those rules are left out that the settings may have made moot.
        """
        broken: Broken = defaultdict(dict)
        rules = {rule.name: rule for rule in rules_of(table) if not (published and is_withheld(rule, table))}
        suite = gx.ExpectationSuite(
            name=f"rows of {table.name}", expectations=list(map(_row_expectation, rules.values()))
        )
        for chunk, parts, starts in _chunks(frames):
            for name, positions in self._run(suite, chunk).items():
                if rules[name].stops:
                    self.failed[name] = self.failed.get(name, 0) + len(positions)
                    continue
                for position in positions:
                    at = bisect_right(starts, position) - 1
                    broken[parts[at]].setdefault(position - starts[at], name)
        return broken

    def check_release(self, census: Census, rules: Iterable[ReleaseRule]) -> None:
        """Check the rules of a whole release on the numbers of its census."""
        suite = gx.ExpectationSuite(name="release", expectations=list(map(_release_expectation, rules)))
        for name in self._run(suite, pd.DataFrame([census])):
            self.failed[name] = 1

    def write(self, path: Path) -> None:
        """Keep everything that Great Expectations has said, as JSON."""
        content = {"success": not self.failed, "failed": self.failed, "results": self._results}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    def _run(self, suite: gx.ExpectationSuite, frame: pd.DataFrame) -> dict[str, list[int]]:
        """Return the positions of the rows that break each broken rule, in the order of the rules.

        A rule that could not be checked, because a column is missing for instance, reports no broken row at all; it is
        told by its ``exception_info``, and stops the publication.
        """
        batch = self._frames.get_batch(batch_parameters={"dataframe": frame})
        outcome = batch.validate(suite, result_format="COMPLETE")
        self._results.append(outcome.to_json_dict())  # type: ignore[no-untyped-call]
        broken: dict[str, list[int]] = {}
        for result in outcome.results:
            config: Any = result.expectation_config
            name = config.meta["rule"]
            self.checked.add(name)
            if _raised(result.exception_info):
                self.failed[f"{name} (could not be checked)"] = len(frame)
            elif not result.success:
                broken[name] = list(result.result["unexpected_index_list"])
        if len(outcome.results) != len(suite.expectations):
            raise RuntimeError(f"{len(suite.expectations)} rules were to be checked, {len(outcome.results)} were")
        return broken


def _chunks(frames: Sequence[Path]) -> Iterator[tuple[pd.DataFrame, list[str], list[int]]]:
    """Put check frames together up to a limit, with the parts that they are of and the row that each begins at."""
    tables: list[pa.Table] = []
    parts: list[str] = []
    starts = [0]
    for number, path in enumerate(frames):
        tables.append(feather.read_table(path))
        parts.append(path.stem)
        starts.append(starts[-1] + tables[-1].num_rows)
        if starts[-1] >= _CHUNK_ROWS or number == len(frames) - 1:
            yield _frame(pa.concat_tables(tables)), parts, starts[:-1]
            tables, parts, starts = [], [], [0]


def _frame(data: pa.Table) -> pd.DataFrame:
    """Return a frame with whole numbers of 64 bits: those of 32 Great Expectations compares one by one, in Python."""
    types = [pa.int64() if pa.types.is_int32(field.type) else field.type for field in data.schema]
    frame: pd.DataFrame = data.cast(pa.schema(zip(data.column_names, types, strict=True))).to_pandas()
    return frame


def _row_expectation(rule: Rule) -> Expectation:
    column, meta = rule.check_column, {"rule": rule.name}
    match rule.kind:
        case Kind.NOT_NULL:
            return ExpectColumnValuesToNotBeNull(column=column, meta=meta)
        case Kind.VOCABULARY:
            return ExpectColumnValuesToBeInSet(column=column, value_set=list(rule.vocabulary), meta=meta)
        case Kind.RANGE:
            return ExpectColumnValuesToBeBetween(
                column=column, min_value=rule.minimum, max_value=rule.maximum, meta=meta
            )
        case _:
            return ExpectColumnValuesToBeInSet(column=column, value_set=[True], meta=meta)


def _release_expectation(rule: ReleaseRule) -> Expectation:
    meta = {"rule": rule.name}
    if rule.equals:
        return ExpectColumnPairValuesToBeEqual(column_A=rule.column, column_B=rule.equals, meta=meta)
    return ExpectColumnValuesToBeBetween(column=rule.column, min_value=rule.minimum, max_value=rule.maximum, meta=meta)


def _raised(info: dict[str, Any]) -> bool:
    """Say whether an expectation ended in an exception; the report has one entry, or one for each of its metrics."""
    if "raised_exception" in info:
        return bool(info["raised_exception"])
    return any(entry["raised_exception"] for entry in info.values())
