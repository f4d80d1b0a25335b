"""Text -> header and blocks: placeholder until the layout lands."""

from __future__ import annotations

import re

from transforms.model import Block, Header, Layout, Reason, Record, Reject, Role, Span, Stage


def lay_out(text: str) -> Layout | Reject:
    """Placeholder: every line is a body paragraph."""
    blocks = tuple(Block(Role.BODY, Span(*m.span())) for m in re.finditer(r"\S(?:[^\n]*\S)?", text))
    if not blocks:
        return Reject(Record.DOCUMENT, Stage.DECODE, Reason.EMPTY, "the document has no character but white space")
    return Layout(Header(), blocks)
