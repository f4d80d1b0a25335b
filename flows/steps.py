"""The steps of a run, in order: what is there -> batches, staged parts -> checked parts -> a complete release."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pyarrow import feather

from flows import census
from flows.arrow import columns_from
from flows.checks import check_frame
from flows.errors import ValidationFailed
from flows.extract import Extracted, Job, check_path, stage, unstage
from flows.ledger import Ledger
from flows.parts import parts_of, read_part
from flows.refusal import refuse
from flows.release import BATCH_TABLES, add_run, carry_over, part_name, require_schema, rewrite_without, rows_in
from flows.rules import rules_of
from flows.settings import Settings
from flows.sources import Ref, batches
from flows.store import KEPT_MARK, Warehouse
from transforms import TRANSFORM_VERSION
from transforms.contract import REJECTS, RUNS
from transforms.model import Limits, Reason

if TYPE_CHECKING:
    from flows.validation import Validation


@dataclass(frozen=True, slots=True)
class Run:
    """One run: who it is, what it was told, and the release that it starts from."""

    run_id: str
    started_at: datetime
    warehouse: Warehouse
    settings: Settings
    previous: Path | None

    @property
    def staged(self) -> Path:
        """The folder of the release being written."""
        return self.warehouse.staging / self.run_id


@dataclass(frozen=True, slots=True)
class Documents:
    """How many documents a run has seen, and what they were to it; ``known`` are all that its release accounts for."""

    known: int
    seen: int
    new: int
    changed: int
    unchanged: int
    gone: int


def begin(warehouse: Warehouse, settings: Settings) -> Run:
    """Start a run from the published release, under a name that sorts by time."""
    started_at = datetime.now(UTC)
    previous = warehouse.release()
    if previous is not None:
        require_schema(previous)
    return Run(f"{started_at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}", started_at, warehouse, settings, previous)


def plan(run: Run, refs: Sequence[Ref], ledger: Ledger) -> Iterator[Job]:
    """Cut the documents into jobs that workers can do without anything else."""
    settings = run.settings
    for number, batch in enumerate(batches(refs, settings.batch_bytes, settings.batch_documents)):
        yield Job(
            tuple(batch),
            ledger.known((ref.source_uri for ref in batch), TRANSFORM_VERSION),
            run.staged,
            part_name(run.run_id, number),
            run.run_id,
            run.started_at,
            settings.max_bytes,
            Limits(settings.max_paragraphs, settings.max_marks),
            settings.row_group_rows,
        )


def tally(refs: Sequence[Ref], ledger: Ledger, extracted: Iterable[Extracted]) -> Documents:
    """Add up what became of the documents; those that the release knows and nobody could find or read are gone."""
    done = list(extracted)
    found = {ref.source_uri for ref in refs}
    missing = ledger.entries.keys() - found
    return Documents(
        known=len(found | missing),
        seen=len(refs),
        new=sum(batch.new for batch in done),
        changed=sum(len(batch.replaced) for batch in done),
        unchanged=sum(batch.unchanged for batch in done),
        gone=len(missing) + sum(batch.unreachable for batch in done),
    )


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


def assemble(run: Run, ledger: Ledger, extracted: Sequence[Extracted]) -> None:
    """Bring the rows of all other documents into the staged release."""
    if run.previous is None:
        return
    replaced = {article_id for batch in extracted for article_id in batch.replaced}
    untouched, touched = ledger.parts_without(replaced)
    carry_over(run.previous, run.staged, untouched)
    names = [(old, part_name(run.run_id, len(extracted) + n)) for n, old in enumerate(sorted(touched))]
    rewrite_without(run.previous, run.staged, names, replaced, run.settings)


def record(run: Run, documents: Documents, validation: Validation, rows_refused: int) -> None:
    """Add this run to the table of runs."""
    rows = rows_in(run.staged)
    rules = census.release_rules(run.settings.max_articles_lost)
    add_run(
        run.previous,
        run.staged,
        (
            run.run_id,
            run.started_at,
            datetime.now(UTC),
            "published",
            TRANSFORM_VERSION,
            documents.seen,
            documents.new,
            documents.changed,
            documents.gone,
            census.rejected_documents(run.staged)[0],
            *(rows[table.name] for table in BATCH_TABLES),
            len(validation.checked) + len(rules_of(RUNS)) + len(rules),
            rows_refused,
            run.settings.model_dump_json(),
        ),
        run.settings,
    )


def check_release(run: Run, validation: Validation, documents: int) -> None:
    """Check the table of runs and the release as a whole; ``documents`` is how many it has to account for."""
    for path in parts_of(run.staged / RUNS.name):
        checks = check_path(run.staged, RUNS.name, path.name)
        checks.parent.mkdir(parents=True, exist_ok=True)
        feather.write_feather(check_frame(RUNS, {RUNS.name: columns_from(read_part(path))}), checks)
        validation.check_rows(RUNS, [checks])
    numbers = census.take(run.staged, run.previous, documents)
    validation.check_release(numbers, census.release_rules(run.settings.max_articles_lost))


def require_success(run: Run, validation: Validation) -> None:
    """Stop the publication if a rule that stops it is broken; the staged run and the report stay for a look."""
    if not validation.failed:
        return
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
