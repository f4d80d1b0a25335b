"""Words that pass on what another said: a relay, a noun that reports, a document (frames F5, F6 and F9)."""

from __future__ import annotations

from transforms.lexicon import Cue, Form, Use, Word
from transforms.phrases import Phrase
from transforms.reports.block import MAX_STRETCH, NO_CUE, BlockReader, Found, Report
from transforms.reports.contents import find_contents
from transforms.reports.filing import add_report
from transforms.reports.seek import seek_content
from transforms.reports.subjects import find_addressee, find_antecedent, phrase_from


def read_relay(reader: BlockReader, index: int) -> None:
    """F6: ``نقل R عن S قوله|أن|: …`` — S speaks, R passes it on."""
    words = reader.tokens.words
    limit = min(reader.sentence_end(index), index + 1 + MAX_STRETCH)
    about = next((i for i in range(index + 1, limit) if words[i].fold in _ABOUT), -1)
    if about < 0:
        return
    found = seek_content(reader, about + 1, limit, words[index].cue or NO_CUE)
    cue_at = index
    edge = found.at
    if found.kind == "chain":
        cue_at = found.at
        found = seek_content(
            reader, cue_at + 1, min(reader.sentence_end(index), cue_at + MAX_STRETCH), words[cue_at].cue or NO_CUE
        )
    if found.kind not in {"clause", "colon", "mark", "dangling"}:
        return
    contents = find_contents(reader, cue_at, found, words[cue_at].cue or NO_CUE)
    if not contents:
        return
    if words[about].fold in _ABOUT_HIM:
        subject = None
        via = phrase_from(reader, index + 1 if about > index + 1 else about + 1, about if about > index + 1 else edge)
    else:
        subject = phrase_from(reader, about + 1, edge)
        via = phrase_from(reader, index + 1, about) if about > index + 1 else None
    addressee = find_addressee(reader, cue_at + 1, found.at) if cue_at != index else None
    add_report(reader, Report(cue_at, "relay", contents, subject, addressee, via))
    reader.chained[cue_at] = index


_ABOUT_HIM = frozenset({"عنه", "عنها", "عنهم", "لسانه", "لسانها"})
_ABOUT = _ABOUT_HIM | {"عن", "لسان"}
"""From whom somebody relays: `نقلت عن الوزير قوله`, `نقلت عنه الصحيفة قوله`."""


def find_relay(
    reader: BlockReader, index: int, found: Found, left: Phrase | None
) -> tuple[int, Phrase, Phrase | None] | None:
    """Return the relay, its source and its outlet where "quoting" stands before content."""
    words = reader.tokens.words
    at = next((i for i in range(index + 1, found.at) if words[i].fold == "نقلا"), -1)
    if at < 0 or words[at + 1].fold != "عن":
        return None
    source = phrase_from(reader, at + 2, found.at)
    if source is None:
        return None
    return at, source, phrase_from(reader, index + 1, at) if at > index + 1 else left


def read_noun(reader: BlockReader, index: int, word: Word, cue: Cue) -> None:
    """F6 and F5: a noun that reports: "قوله إن", "بالقول:", "اعتراف فلان أنه"."""
    words = reader.tokens.words
    if any(reader.reports_between(index, index + 1)):
        return
    before = words[index - 1] if index else None
    if (word.definite or word.fold == "بالتاكيد") and index not in reader.chained:
        return  # "يمكن القول إن": nobody has said it
    if before is not None and (before.fold == "حد" or (before.cue is not None and before.cue.form is Form.SOURCE)):
        return
    limit = min(reader.sentence_end(index), index + 13)
    found = seek_content(reader, index + 1, limit, cue)
    if found.kind not in {"clause", "colon", "mark", "dangling"}:
        return
    contents = find_contents(reader, index, found, cue)
    if not contents:
        return
    subject = None
    if word.fold in {"اعتراف", "تاكيد", "اقتراح"} and found.at > index + 1:
        subject = phrase_from(reader, index + 1, found.at)
    report = Report(index, "noun", contents, subject, find_addressee(reader, index + 1, found.at))
    report.governor = reader.chained.get(index, -1)
    add_report(reader, report)


def read_document(reader: BlockReader, index: int) -> None:
    """F9: "جاء في البيان أن": the document speaks, or the one whose document it is."""
    words = reader.tokens.words
    if index + 1 >= len(words) or words[index + 1].fold not in {"في", "فى", "فيه", "فيها"}:
        return
    limit = min(reader.sentence_end(index), index + 1 + MAX_STRETCH)
    found = seek_content(reader, index + 2, limit, NO_CUE)
    if found.kind not in {"clause", "colon", "mark", "dangling"}:
        return
    if found.kind == "mark" and words[found.at - 1].use & Use.DOCUMENT and not words[found.at - 1].definite:
        return  # its name: "في وثيقة «جنيف 1»"
    contents = find_contents(reader, index, found, NO_CUE)
    if not contents:
        return
    if words[index + 1].fold in {"في", "فى"}:
        subject = phrase_from(reader, index + 2, found.at)
    else:
        subject = find_antecedent(reader, index)
    add_report(reader, Report(index, "document", contents, subject))
