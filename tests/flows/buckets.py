"""An S3 server of this process on loopback, whose requests can be counted, refused and waited for."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pandas as pd
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.models import s3_backends
from werkzeug.serving import make_server

from flows.objects import Objects, _client
from flows.store import open_release
from tests.flows.tables import Frames
from transforms.contract import TABLES

WRITES = frozenset({"PUT", "POST", "DELETE"})

Refusal = Callable[[str, str], str | None]
"""A request's method and path -> the status line that refuses it, or ``None``."""


class Server:
    """The server. Moto is not made for threads, so one request is answered at a time."""

    def __init__(self) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._app: Any = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True)
        self._lock = threading.Lock()
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.requests: Counter[str] = Counter()
        self.reset()
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop it."""
        self._server.shutdown()

    def reset(self) -> None:
        """Forget all buckets, and refuse nothing."""
        self.refuse: Refusal = lambda *_: None
        self.lose_answers: Refusal = lambda *_: None
        self.forget_conditions = False
        s3_backends.bucket_accounts.clear()
        for backends in s3_backends.values():
            backends["aws"].buckets.clear()

    def environment(self) -> dict[str, str]:
        """Return the variables that lead a client here, and nowhere else."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "2",
        }

    def _answer(self, request: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        method, path = request["REQUEST_METHOD"], request["PATH_INFO"]
        with self._lock:
            self.requests[_kind(request)] += 1
            if refused := self.refuse(method, path):
                return _refuse(refused, start)
            if self.forget_conditions:
                for name in ("HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH"):
                    request.pop(name, None)
            lost = self.lose_answers(method, path)
            answer = b"".join(self._app(request, _ignore if lost else start))
        return _refuse(lost, start) if lost else [answer]


def _refuse(status: str, start: Callable[..., Any]) -> Iterable[bytes]:
    start(status, [("Content-Type", "application/xml")])
    return [f"<Error><Code>{status.partition(' ')[2]}</Code></Error>".encode()]


def _ignore(*_: object) -> None: ...


def _kind(request: dict[str, Any]) -> str:
    if request["REQUEST_METHOD"] == "GET":
        return "LIST" if "list-type" in request["QUERY_STRING"] else "GET"
    return "COPY" if "HTTP_X_AMZ_COPY_SOURCE" in request else str(request["REQUEST_METHOD"])


@contextmanager
def counting(server: Server) -> Iterator[Counter[str]]:
    """Count the requests by kind."""
    server.requests.clear()
    counts: Counter[str] = Counter()
    yield counts
    counts.update(server.requests)


def make_bucket(name: str) -> None:
    """Make an empty bucket."""
    _client().create_bucket(Bucket=name)


def names(address: str) -> list[str]:
    """List what is below an address."""
    return [item.name for item in Objects.at(address).listing()]


def copy_all(source: str, target: str) -> None:
    """Copy all objects of an address to another one of the same bucket."""
    old, new = Objects.at(source), Objects.at(target)
    whole = Objects(old.bucket, "")
    for item in old.listing():
        whole.copy(old.prefix + item.name, new.prefix + item.name)


def read_address(address: str) -> Frames:
    """Read every table of the published release, as people do."""
    release = open_release(address)
    return {table.name: pd.read_parquet(release / table.name) for table in TABLES}


def documents(address: str, texts: Mapping[str, str | bytes]) -> None:
    """Write documents below an address."""
    objects = Objects.at(address)
    for name, text in texts.items():
        objects.put(name, text if isinstance(text, bytes) else text.encode())
