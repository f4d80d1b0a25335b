"""A report that was found -> kept in its block's reader, with the speaker of the verb that it goes on from."""

from __future__ import annotations

from transforms.reports.block import BlockReader, Report
from transforms.reports.subjects import find_left_subject, find_right_subject


def add_report(reader: BlockReader, report: Report) -> None:
    """Keep a report; one without a subject takes that of the verb it goes on from ("وتابع فلان قائلا")."""
    governor = report.governor
    if governor >= 0 and report.subject is None:
        words = reader.tokens.words
        cue = words[governor].cue
        if cue is not None:
            subject, addressee = find_right_subject(reader, governor, report.cue, cue)
            report.subject = subject or find_left_subject(reader, governor, words[governor], cue)
            report.addressee = report.addressee or addressee
    report.sentence_start = reader.sentence_start(report.cue)
    for content in report.contents:
        if content.opener >= 0:
            reader.owned.add(content.opener)
    reader.claimed.add(report.begins)
    reader.add(report)
