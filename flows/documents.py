"""What was read at a reference -> the document that is to be split, or a reject, and what else it says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from flows.listing import Ref
from transforms.fields import document_of, read_fields
from transforms.model import REASONS, RawDocument, Reason, Record, Reject, Stage

TEXT, LINE = "text/plain", "application/json"
"""The media types of documents."""


@dataclass(frozen=True, slots=True)
class Document:
    """One document before it is split. ``digest`` and ``size``, in bytes, are ``None`` where it could not be read."""

    content: RawDocument | Reject
    digest: str | None
    size: int | None
    source: str
    media_type: str
    url: str | None = None

    @property
    def reason(self) -> Reason | None:
        """Why there is nothing to split."""
        return self.content.reason if isinstance(self.content, Reject) else None


def document_in(ref: Ref, content: bytes | Reason, names: Mapping[str, str]) -> Document:
    """Say what document it is that was read, or could not be. ``names`` says what the fields of a line are called.

    A line that is not what was listed is unreadable: its file was written to, and the next run lists it anew.
    """
    if isinstance(content, Reason):
        return Document(refused(ref, Stage.READ, content), None, None, ref.source, LINE if ref.line else TEXT)
    if not ref.is_line:
        digest = sha256(content).hexdigest()
        return Document(RawDocument(ref.source_uri, content), digest, len(content), ref.source, TEXT)
    fields = read_fields(content, names)
    digest = sha256(content).hexdigest() if isinstance(fields, Reject) else fields.fingerprint()
    if digest != ref.digest:
        return document_in(ref, Reason.UNREADABLE, names)
    if isinstance(fields, Reject):
        reject = refused(ref, fields.stage, fields.reason, fields.detail)
        return Document(reject, digest, len(content), ref.source, LINE)
    source = ref.source if fields.source is None else fields.source
    return Document(document_of(ref.source_uri, fields), digest, len(content), source, LINE, fields.url)


def refused(ref: Ref, stage: Stage, reason: Reason, detail: str = "") -> Reject:
    """Refuse a document; what is a line says which."""
    where = f"line {ref.line:,}: " if ref.line else ""
    return Reject(Record.DOCUMENT, stage, reason, f"{where}{detail or REASONS[reason]}")
