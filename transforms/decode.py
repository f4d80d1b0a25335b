"""Bytes -> text and the encoding they were in, or a reject."""

from __future__ import annotations

from transforms.model import Decoded, Reason, Record, Reject, Stage


def decode(data: bytes) -> Decoded | Reject:
    """Placeholder until the decoder lands."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return Reject(Record.DOCUMENT, Stage.DECODE, Reason.UNDECODABLE, "the bytes are of no known encoding")
    return Decoded(text, "utf-8")
