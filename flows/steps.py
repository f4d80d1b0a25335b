"""The steps of a run, in order: jobs -> staged parts -> checked parts -> a complete release -> the published one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pyarrow import feather

from flows import census, compaction
from flows.arrow import columns_from
from flows.checks import check_frame
from flows.duplicates import Flag, find_duplicates
from flows.errors import ValidationFailed
from flows.extract import Extracted, check_path, stage, unstage
from flows.fingerprints import Articles
from flows.ledger import Ledger
from flows.parts import has_values, parts_of, read_part
from flows.plan import Plan
from flows.refusal import refuse
from flows.release import (
    BATCH_TABLES,
    TEXT_TABLES,
    Changes,
    add_run,
    bytes_of_parts,
    carry_over,
    change_staged,
    part_name,
    rewrite,
    rows_in,
    schema_version,
)
from flows.rules import rules_of
from flows.run import Run
from flows.store import KEPT_MARK
from transforms import TRANSFORM_VERSION
from transforms.contract import ARTICLES, REJECTS, RUNS, SCHEMA_VERSION
from transforms.model import Reason

if TYPE_CHECKING:
    from flows.validation import Validation


@dataclass(frozen=True, slots=True)
class Documents:
    """How many documents a run has seen, and what they were to it; ``known`` are all that its release accounts for."""

    known: int
    seen: int = 0
    new: int = 0
    changed: int = 0
    renamed: int = 0
    unchanged: int = 0
    skipped: int = 0
    stale: int = 0
    gone: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """What a run changes in the release: its staged parts, whose old rows go, which old parts become one.

    ``numbered`` is how many numbers the names of its parts have taken.
    """

    numbered: int = 0
    parts: Sequence[str] = ()
    removed: frozenset[str] = frozenset()
    merged: Sequence[Collection[str]] = ()

    def __bool__(self) -> bool:
        """Say whether anything changes."""
        return bool(self.parts or self.removed or self.merged)


def untouched(ledger: Ledger, removed: Collection[str] = ()) -> Documents:
    """Say what the release knows, of which ``removed`` will go, in a run that reads no document."""
    return Documents(known=len(ledger) - len(removed), stale=_stale(ledger, removed))


def tally(plan: Plan, ledger: Ledger, done: Sequence[Extracted]) -> Documents:
    """Add up what became of the documents; those that the release knows and nobody could find or read are gone."""
    changed = {owner for batch in done for owner in batch.changed}
    renamed = {owner for batch in done for owner in batch.renamed}
    missing = len(plan.missing) - len(np.intersect1d(plan.missing, ledger.rows_with(renamed)))
    new = sum(batch.new for batch in done)
    return Documents(
        known=len(ledger) + new - len(plan.dropped | renamed),
        seen=plan.found,
        new=new,
        changed=len(changed),
        renamed=len(renamed),
        unchanged=plan.forgotten + plan.trusted + sum(batch.unchanged for batch in done),
        skipped=plan.skipped + sum(batch.skipped for batch in done),
        stale=_stale(ledger, changed | renamed | plan.dropped),
        gone=missing + sum(len(batch.unreachable) for batch in done),
    )


def _stale(ledger: Ledger, without: Collection[str]) -> int:
    """Count the documents that older rules have read, but for those whose rows go."""
    is_stale = ~ledger.has("transform_version", [TRANSFORM_VERSION]) & ~ledger.is_forgotten
    is_stale[ledger.rows_with(without)] = False
    return int(is_stale.sum())


def difference(run: Run, plan: Plan, ledger: Ledger, done: Sequence[Extracted]) -> Difference:
    """Say what the run changes in the release, merges that are due included."""
    return Difference(
        plan.numbered,
        tuple(sorted(batch.part for batch in done if any(batch.rows.values()))),
        plan.dropped.union(*(batch.changed for batch in done), *(batch.renamed for batch in done)),
        tuple(compaction.due(small_parts(run, ledger), run.settings.batch_documents // 2)),
    )


def small_parts(run: Run, ledger: Ledger) -> dict[str, int]:
    """Return the documents of each published part that is small on disk too: a batch of few long ones is none.

    All tables of a part take about as many bytes as its raw documents, a third of that without their text (measured).
    """
    sizes = bytes_of_parts(run.previous)
    least = run.settings.batch_bytes // 4
    return {part: count for part, count in ledger.documents_in_parts().items() if sizes[part] < least}


def is_idle(run: Run, change: Difference) -> bool:
    """Say whether the release will have the parts of the one before, which were checked: nothing is to check again."""
    if run.previous is None or change:
        return False
    return run.settings.store_text or not _with_text(run.previous)


def refuse_broken_rows(run: Run, validation: Validation, parts: Iterable[str]) -> int:
    """Check the staged parts and move broken rows to the rejects until none is left; return how many were moved.

    A refusal can break another rule, such as the least number of paragraphs, so what was rewritten is checked again.
    """
    refused: dict[str, int] = {}
    unchecked = sorted(parts)
    while unchecked:
        broken = _broken_rows(run, validation, unchecked)
        if validation.failed:
            break
        for part, rows in broken.items():
            left = refuse(unstage(run.staged, part), rows)
            refused[part] = list(left[REJECTS.name]["reason"]).count(Reason.BROKEN_RULE)
            stage(run.staged, part, left, run.settings.row_group_rows)
        unchecked = sorted(broken)
    return sum(refused.values())


def assemble(run: Run, ledger: Ledger, change: Difference) -> None:
    """Complete the staged release: flag what repeats, bring in the rows of all other documents, merge small parts."""
    flags = _find_duplicates(run, change)
    for part in change.parts:
        own = flags.pop(part, {})
        if own or not run.settings.store_text:
            _change_staged(run, part, own)
    if run.previous is None:
        return
    groups = [*change.merged, *_touched(run, ledger, change, flags)]
    every_flag = {owner: flag for part in flags.values() for owner, flag in part.items()}
    changes = Changes(change.removed, every_flag, run.settings.store_text)
    for number, group in enumerate(groups, change.numbered):
        new = part_name(run.run_id, number)
        rewrite(run.previous, run.staged, (group, new), changes, run.settings.row_group_rows)
    carry_over(run.previous, run.staged, set(ledger.documents_in_parts()).difference(*groups))


def record(run: Run, documents: Documents, rules_checked: int, rows_refused: int) -> None:
    """Add this run to the table of runs."""
    rows = rows_in(run.staged, run.previous)
    add_run(
        run.previous,
        run.staged,
        (
            run.run_id,
            run.started_at,
            datetime.now(UTC),
            "published",
            run.command,
            TRANSFORM_VERSION,
            documents.seen,
            documents.new,
            documents.changed,
            documents.renamed,
            documents.skipped,
            documents.stale,
            documents.gone,
            census.rejected_documents(run.staged)[0],
            *(rows[table.name] for table in BATCH_TABLES),
            rules_checked,
            rows_refused,
            run.selection.model_dump_json(),
            run.settings.model_dump_json(),
        ),
        run.settings,
    )


def release_rules_count(run: Run) -> int:
    """Count the rules that ``check_release`` checks."""
    return len(rules_of(RUNS)) + len(census.release_rules(run.max_articles_lost))


def check_release(run: Run, validation: Validation, documents: int) -> None:
    """Check the table of runs and the release as a whole; ``documents`` is how many it has to account for."""
    for path in parts_of(run.staged / RUNS.name):
        checks = check_path(run.staged, RUNS.name, path.name)
        checks.parent.mkdir(parents=True, exist_ok=True)
        with checks.open("wb") as sink:
            feather.write_feather(check_frame(RUNS, {RUNS.name: columns_from(read_part(path))}), sink)
        validation.check_rows(RUNS, [checks])
    numbers = census.take(run.staged, documents, _share_lost(run), run.previous)
    validation.check_release(numbers, census.release_rules(run.max_articles_lost))


def _share_lost(run: Run) -> float:
    """Return what share of the articles is lost since the command began, of which this may not be the first run."""
    before = run.articles_before or (0 if run.previous is None else rows_in(run.previous, run.previous)[ARTICLES.name])
    lost = run.articles_lost + census.articles_lost(run.staged, run.previous)
    return lost / before if before else 0.0


def require_success(run: Run, validation: Validation) -> None:
    """Stop the publication if a rule that stops it is broken; the staged run and the report stay for a look."""
    if not validation.failed:
        return
    if not run.settings.store_text:  # not in what is kept of a failed run either
        for path in parts_of(run.staged / ARTICLES.name):
            _change_staged(run, path.name, {})
    validation.write(run.staged / KEPT_MARK)
    rules = "; ".join(f"{name} ({rows:,} broken)" for name, rows in sorted(validation.failed.items()))
    raise ValidationFailed(
        f"Nothing was published, since rules are broken: {rules}. "
        f"What was staged is kept in {run.staged} until the next run that publishes; its {KEPT_MARK} has the details."
    )


def _broken_rows(run: Run, validation: Validation, parts: Sequence[str]) -> dict[str, dict[str, dict[int, str]]]:
    broken: dict[str, dict[str, dict[int, str]]] = defaultdict(dict)
    for table in BATCH_TABLES:
        frames = [check_path(run.staged, table.name, part) for part in parts]
        found = validation.check_rows(table, [frame for frame in frames if frame.exists()])
        for part, rows in found.items():
            broken[part][table.name] = rows
    return broken


def _find_duplicates(run: Run, change: Difference) -> dict[str, dict[str, Flag]]:
    """Return the flags that change, by part; without new articles, and without any that go, none does."""
    if not change.parts and not change.removed:
        return {}
    published = [] if run.previous is None else parts_of(run.previous / ARTICLES.name)
    staged = [path for part in change.parts if (path := run.staged / ARTICLES.name / part).exists()]
    return find_duplicates(Articles(staged), Articles(published, change.removed))


def _change_staged(run: Run, part: str, flags: dict[str, Flag]) -> None:
    changes = Changes((), flags, run.settings.store_text)
    change_staged(run.staged, part, changes, run.settings.row_group_rows)


def _touched(run: Run, ledger: Ledger, change: Difference, flags: Collection[str]) -> list[frozenset[str]]:
    """Return the published parts that must be written anew, each alone, but for those that are merged anyway."""
    touched = ledger.parts_with(change.removed) | set(flags)
    if not run.settings.store_text:
        touched |= _with_text(run.previous)
    if run.previous is not None and schema_version(run.previous) != SCHEMA_VERSION:
        touched |= set(ledger.documents_in_parts())
    return [frozenset({part}) for part in sorted(touched.difference(*change.merged))]


def _with_text(release: Path | None) -> set[str]:
    """Return the parts that carry text, which a run that is told to keep it out takes out of them."""
    paths = [] if release is None else [path for table in TEXT_TABLES for path in parts_of(release / table.name)]
    return {path.name for path in paths if has_values(path, "text")}
