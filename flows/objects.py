"""An ``s3://`` address -> the objects below it: listed, read, written, copied, exchanged and removed."""

from __future__ import annotations

import base64
import errno
import functools
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from flows.errors import UsageProblem

_T = TypeVar("_T")
_SCHEME = "s3://"
_BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]")
_THREADS = 16
_REMOVED_AT_ONCE = 1000
_CHUNK = 1024 * 1024

# What the codes of S3, and of the servers that speak like it, mean to us; for a HEAD the code is the bare status.
_ERRNO = {
    "NoSuchKey": errno.ENOENT,
    "404": errno.ENOENT,
    "AccessDenied": errno.EACCES,
    "403": errno.EACCES,
    "InvalidObjectState": errno.EACCES,  # archived: it must be restored first
    "PreconditionFailed": errno.EEXIST,
    "412": errno.EEXIST,
    "ConditionalRequestConflict": errno.EEXIST,
}


class ObjectError(OSError):
    """What an object store, or the way to it, refused.

    ``errno`` is ``ENOENT`` for no such object, ``EACCES`` for no right to it, ``EEXIST`` for one that is not as the
    condition of the request wants it, ``EIO`` for all else, which may pass. ``strerror`` is the store's own code: its
    message may quote an address with what is secret in it.
    """


class Found(NamedTuple):
    """An object as a listing shows it; ``name`` is below what was listed from, ``etag`` changes with the content."""

    name: str
    size: int
    etag: str
    modified: datetime


def is_address(text: object) -> bool:
    """Say whether a setting or an argument names an object store instead of a folder."""
    return isinstance(text, str) and "://" in text


def path_or_address(text: str) -> Path | str:
    """Return a folder as a path, and an address as it is: a path would lose one of its slashes."""
    return text if is_address(text) else Path(text)


def each(do: Callable[[_T], object], items: Iterable[_T]) -> None:
    """Do something with every item, many at once; the first error is raised, and what has not begun is left."""
    with ThreadPoolExecutor(_THREADS) as pool:
        for _ in pool.map(do, items):
            pass


@dataclass(frozen=True, slots=True)
class Objects:
    """The objects of a bucket whose keys begin with ``prefix``, which is empty or ends in a slash."""

    bucket: str
    prefix: str

    @classmethod
    def at(cls, address: str) -> Objects:
        """Return the objects below an address; ``UsageProblem`` if it is none that can be used."""
        bucket, _, prefix = address.removeprefix(_SCHEME).partition("/")
        if not address.startswith(_SCHEME) or not _BUCKET.fullmatch(bucket):  # it may hold a password: not repeated
            raise UsageProblem("An address must be s3://, a bucket's name and a prefix, such as s3://bucket/warehouse.")
        prefix = prefix.strip("/")
        return cls(bucket, f"{prefix}/" if prefix else "")

    @property
    def address(self) -> str:
        """The address, without a slash at its end."""
        return f"{_SCHEME}{self.bucket}/{self.prefix}".rstrip("/")

    @property
    def endpoint(self) -> str:
        """The address of the server, which the environment or the region decides."""
        with self._asking(""):
            return str(_client().meta.endpoint_url)

    def listing(self, below: str = "") -> Iterator[Found]:
        """List the objects whose names begin with ``below``, in the order of their keys, page by page."""
        for page in self._pages(below):
            for item in page.get("Contents", ()):
                name = item["Key"].removeprefix(self.prefix)
                yield Found(name, item["Size"], item["ETag"], item["LastModified"])

    def folders(self, below: str) -> list[str]:
        """List the names between ``below``, which ends in a slash, and the next slash."""
        found = [
            item["Prefix"] for page in self._pages(below, Delimiter="/") for item in page.get("CommonPrefixes", ())
        ]
        return sorted(prefix.removeprefix(f"{self.prefix}{below}").rstrip("/") for prefix in found)

    def get(self, name: str, limit: int | None = None) -> tuple[bytes, str]:
        """Return an object's content, of at most one byte over ``limit``, and its ETag."""
        with self._asking(name):
            answer = _client().get_object(Bucket=self.bucket, Key=self.prefix + name)
            with closing(answer["Body"]) as body:
                return body.read(None if limit is None else limit + 1), answer["ETag"]

    def download(self, name: str, path: Path) -> None:
        """Write an object's content to a new file."""
        with self._asking(name):
            answer = _client().get_object(Bucket=self.bucket, Key=self.prefix + name)
            with closing(answer["Body"]) as body, path.open("xb") as file:
                for chunk in body.iter_chunks(_CHUNK):
                    file.write(chunk)

    def put(self, name: str, content: bytes) -> None:
        """Write an object."""
        with self._asking(name):
            _client().put_object(Bucket=self.bucket, Key=self.prefix + name, Body=content)

    def upload(self, name: str, path: Path, sha256: str) -> None:
        """Write an object from a file; the server refuses it if what arrives has another SHA-256 (in hex)."""
        checksum = base64.b64encode(bytes.fromhex(sha256)).decode()
        with self._asking(name), path.open("rb") as file:
            _client().put_object(Bucket=self.bucket, Key=self.prefix + name, Body=file, ChecksumSHA256=checksum)

    def copy(self, source: str, name: str) -> None:
        """Copy an object inside the store."""
        origin = {"Bucket": self.bucket, "Key": self.prefix + source}
        with self._asking(name):
            _client().copy_object(Bucket=self.bucket, Key=self.prefix + name, CopySource=origin)

    def exchange(self, name: str, content: bytes, etag: str | None) -> str:
        """Write an object if it has this ETag, or if there is none for ``None``, and return the new one."""
        condition = {"IfNoneMatch": "*"} if etag is None else {"IfMatch": etag}
        with self._asking(name):
            answer = _client().put_object(Bucket=self.bucket, Key=self.prefix + name, Body=content, **condition)
            return str(answer["ETag"])

    def remove(self, names: Iterable[str]) -> bool:
        """Remove objects, those that are gone already too, and say whether the bucket keeps old versions of them."""
        keeps_versions = False
        keys = [{"Key": self.prefix + name} for name in names]
        for start in range(0, len(keys), _REMOVED_AT_ONCE):
            some = keys[start : start + _REMOVED_AT_ONCE]
            with self._asking(""):
                answer = _client().delete_objects(Bucket=self.bucket, Delete={"Objects": some})
            for trouble in answer.get("Errors", ()):
                raise self._error(trouble["Code"], trouble["Key"].removeprefix(self.prefix))
            keeps_versions |= any(item.get("DeleteMarker") for item in answer.get("Deleted", ()))
        return keeps_versions

    def require_answer(self) -> None:
        """Raise ``UsageProblem`` if nothing can be listed here, whatever there is to list."""
        try:
            next(self.listing(), None)
        except ObjectError as error:
            raise UsageProblem(
                f"{self.address} can't be listed ({error.strerror}): check the address, the credentials and the rights "
                "that docs/storage.md names."
            ) from error

    def require_conditions(self, probe: str) -> None:
        """Raise ``UsageProblem`` if the store ignores conditions: two writers would undo each other's work.

        It is tried on an object of the name ``probe``, which goes again.
        """
        self.put(probe, b"")
        try:
            refuses = not any(self._exchanges(probe, etag) for etag in (None, '"0"'))
        finally:
            self.remove([probe])
        if not refuses:
            raise UsageProblem(
                f"The store behind {self.address} ignores If-Match and If-None-Match, so that two writers could undo "
                "each other's work: use one that knows conditional writes."
            )

    def _exchanges(self, name: str, etag: str | None) -> bool:
        try:
            self.exchange(name, b"", etag)
        except ObjectError as error:
            if error.errno != errno.EEXIST:
                raise
            return False
        return True

    def _pages(self, below: str, **more: str) -> Iterator[dict[str, Any]]:
        told = {"Bucket": self.bucket, "Prefix": self.prefix + below, **more}
        with self._asking(below):
            yield from _client().get_paginator("list_objects_v2").paginate(**told)

    @contextmanager
    def _asking(self, name: str) -> Iterator[None]:
        botocore = _botocore()
        try:
            yield
        except botocore.exceptions.ClientError as error:
            raise self._error(error.response["Error"]["Code"], name) from None
        except botocore.exceptions.BotoCoreError as error:
            raise self._error(type(error).__name__, name) from None

    def _error(self, code: str, name: str) -> ObjectError:
        return ObjectError(_ERRNO.get(code, errno.EIO), code, f"{_SCHEME}{self.bucket}/{self.prefix}{name}")


@dataclass(frozen=True, slots=True)
class ReleaseAddress:
    """A published release in object storage: what a path is to one in a folder."""

    address: str

    @property
    def name(self) -> str:
        """The name of the run that has published it."""
        return self.address.rpartition("/")[2]

    def __truediv__(self, table: str) -> str:
        """Return the address of a table."""
        return f"{self.address}/{table}"

    def __str__(self) -> str:
        """Return the address."""
        return self.address


@functools.cache
def _botocore() -> Any:  # noqa: ANN401 - it has no types of its own
    """Import the client of S3, which takes a tenth of a second and is an extra."""
    try:
        import botocore.config  # noqa: PLC0415
        import botocore.exceptions  # noqa: PLC0415
        import botocore.session  # noqa: PLC0415
    except ImportError as error:
        raise UsageProblem("Addresses that begin with s3:// need one more package: pip install 'qawl[s3]'.") from error
    return botocore


@functools.cache
def _client() -> Any:  # noqa: ANN401 - as above
    """Return this process's client, which threads may share; the variables and files of AWS tell it all."""
    botocore = _botocore()
    told = botocore.config.Config(retries={"mode": "standard"}, max_pool_connections=_THREADS, user_agent_extra="qawl")
    return botocore.session.get_session().create_client("s3", config=told)
