"""The environment's ``QAWL_*`` variables -> one frozen object that is read once and passed on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError

from flows.errors import UsageProblem
from transforms.fields import FIELDS

_PREFIX = "QAWL_"
_MIB = 1024 * 1024

_QUIET = {
    # DO_NOT_TRACK alone does not stop the heartbeat of Prefect's server; both are needed.
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    # The embedded server needs four seconds on an idle machine, and on a busy one more than Prefect's own limit of 20.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    # The terminal shows our own progress and reasons; Prefect keeps its lines, of every level, in its own log.
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
}


JsonField = Literal["id", "title", "date", "text", "source", "url"]


class Gone(StrEnum):
    """What becomes of an article whose document is not found, or can't be read, any more."""

    KEEP = "keep"
    DROP = "drop"


class EngineName(StrEnum):
    """Where documents are split."""

    LOCAL = "local"
    PROCESSES = "processes"
    DASK = "dask"


class Settings(BaseSettings):
    """What a run can be told. Each field is read from ``QAWL_`` and its name in capitals: ``QAWL_MAX_BYTES``."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, frozen=True, extra="forbid")

    raw: str = Field(
        default="raw", min_length=1, description="folder or `s3://` address that the raw documents are read from"
    )
    warehouse: str = Field(
        default="warehouse", min_length=1, description="folder or `s3://` address that the tables are published in"
    )
    cache: str = Field(
        default="~/.cache/qawl",
        min_length=1,
        description="folder of the working copies of warehouses at `s3://` addresses; they can be removed at any time",
    )
    max_bytes: int = Field(
        default=5 * _MIB, gt=0, description="largest document that is read, in bytes; a larger one is a reject"
    )
    max_paragraphs: int = Field(
        default=10_000, gt=0, description="most paragraphs of a document; one with more is a reject"
    )
    max_marks: int = Field(
        default=20_000, gt=0, description="most quotation marks of a document; one with more is a reject"
    )
    batch_bytes: int = Field(
        default=4 * _MIB, gt=0, description="most raw bytes that one task splits; more use more memory and log less"
    )
    batch_documents: int = Field(default=2_000, gt=0, description="most documents that one task splits")
    max_seconds: float = Field(
        default=60.0,
        gt=0,
        description="longest that a document may take to be split; one that takes longer is a reject",
    )
    max_memory: int = Field(
        default=2048 * _MIB,
        ge=256 * _MIB,
        description="most memory that a worker may take, in bytes; a document that needs more is a reject",
    )
    engine: EngineName = Field(
        default=EngineName.PROCESSES,
        description="where documents are split: `processes`, `dask`, or `local`, in the run itself and without the two "
        "limits above",
    )
    workers: int | None = Field(
        default=None,
        ge=1,
        description="most processes that split documents on this machine; by default as many as the cores it may use",
    )
    dask: str | None = Field(
        default=None,
        description="address of the Dask scheduler for engine `dask`; by default a cluster on this machine that ends "
        "with the run",
    )
    trust_stamps: bool = Field(
        default=True,
        description="whether a document whose inode, size and times are those of the run before counts as unchanged "
        "without being read",
    )
    gone: Gone = Field(
        default=Gone.KEEP,
        description="what becomes of articles whose document is gone or can't be read any more: keep or drop",
    )
    max_shrink: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="largest share of the documents that may be missing since the run before; more stops the run",
    )
    max_articles_lost: float = Field(
        default=0.2,
        ge=0,
        le=1,
        description="largest share of the published articles that a run may lose; one that loses more is not published",
    )
    keep_releases: int = Field(
        default=3, ge=1, description="releases that stay on disk, the current one included, for readers still in them"
    )
    keep_seconds: float = Field(
        default=300.0,
        ge=0,
        description="how long a release stays at least after the next was published, so that readers can end in it",
    )
    keep_reports: int = Field(default=100, ge=1, description="runs whose reports stay on disk")
    store_text: bool = Field(
        default=True,
        description="whether articles and paragraphs carry their text; without it quotes, offsets and hashes remain",
    )
    reprocess_documents: int = Field(
        default=20_000, gt=0, description="documents that `--reprocess` reads again before it publishes them"
    )
    row_group_rows: int = Field(
        default=20_000,
        ge=1_000,
        le=65_000,
        description="rows of a Parquet row group: small ones find one article sooner, large ones pack better",
    )
    json_fields: dict[JsonField, Annotated[str, Field(min_length=1)]] = Field(
        default={},
        description="names of the fields of JSON Lines where they are others than id, title, date, text, source and "
        'url: `{"text": "body"}`',
    )
    read_retries: int = Field(
        default=2, ge=0, description="how often a batch is read again after an error of the disk or the network"
    )

    @field_validator("json_fields")
    @classmethod
    def _require_different_names(cls, names: dict[JsonField, str]) -> dict[JsonField, str]:
        if len(set(_complete(names).values())) < len(FIELDS):
            raise ValueError("two fields can't have one name")
        return names

    def field_names(self) -> dict[str, str]:
        """Return what each field of a line of JSON is called."""
        return _complete(self.json_fields)


def _complete(names: Mapping[JsonField, str]) -> dict[str, str]:
    return {name: name for name in FIELDS} | {**names}


def read_settings(**told: str | None) -> Settings:
    """Read the settings, but for those that are told; ``None`` tells nothing.

    ``UsageProblem`` if a value is unusable or a ``QAWL_`` variable means nothing to Qawl.
    """
    known = {f"{_PREFIX}{name.upper()}" for name in Settings.model_fields}
    for name in sorted(os.environ):
        if name.upper().startswith(_PREFIX) and name.upper() not in known:
            raise UsageProblem(f"{name} is no setting of Qawl; the settings are {', '.join(sorted(known))}.")
    try:
        return Settings(**{name: value for name, value in told.items() if value is not None})  # type: ignore[arg-type]
    except SettingsError as error:
        raise UsageProblem(f'{_PREFIX}JSON_FIELDS is no JSON object: write it as {{"text": "body"}}.') from error
    except ValidationError as error:
        first = error.errors()[0]
        name = f"{_PREFIX}{str(first['loc'][0]).upper()}"
        raise UsageProblem(f"{name} can't be {first['input']!r}: {first['msg']}.") from error


def quiet_libraries() -> None:
    """Turn telemetry and console chatter of the libraries off, where the caller's environment has not decided.

    Prefect reads its settings when it is imported, so this must be called before.
    """
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
