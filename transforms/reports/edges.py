"""Where content begins -> where it ends: the sentence, or the reporter's next words."""

from __future__ import annotations

from transforms.lexicon import Cue, Form, Kind, Use, Word
from transforms.names import TANWIN
from transforms.reports.block import MAX_STRETCH, BlockReader
from transforms.reports.seek import reports_soon, seek_content
from transforms.reports.subjects import is_source, source_phrase


def content_end(reader: BlockReader, start: int) -> int:
    """Return where content that begins at ``start`` ends: the sentence, or the next report of the same speaker.

    From a cue on that is not near its start, all content of a sentence ends at one place. It is kept, and a sentence
    of a thousand cues is not walked a thousand times.
    """
    passed: list[tuple[int, bool]] = []
    end = _walk(reader, start, passed)
    reader.ends.update(dict.fromkeys(passed, end))
    return end


def _walk(reader: BlockReader, start: int, passed: list[tuple[int, bool]]) -> int:
    """Return where content ends, and list the cues on the way from which other content would end there too."""
    words, partner = reader.tokens.words, reader.marks.partner
    limit = reader.sentence_end(start)
    nested = False
    index = start
    while index < limit:
        word = words[index]
        if word.kind is Kind.MARK and partner.get(index, -1) > index:
            index = partner[index] + 1
            continue
        if index > start and word.kind is Kind.WORD:
            after_comma = words[index - 1].kind is Kind.COMMA
            if _breaks(reader, index, after_comma=after_comma):
                return index
            if word.cue is not None:
                if index - start >= MIN_CONTENT:
                    if (index, nested) in reader.ends:
                        return reader.ends[index, nested]
                    passed.append((index, nested))
                edge = _report_edge(reader, index, word.cue, start, limit, nested=nested, after_comma=after_comma)
                if edge >= 0:
                    return edge
                nested = nested or edge == _NESTED
        index += 1
    return limit


MIN_CONTENT = 3
"""Tokens that content has at least before another report ends it: "إنه كان يتمنى أن" goes on."""
_GOES_ON = -1


_NESTED = -2


def _breaks(reader: BlockReader, index: int, *, after_comma: bool) -> bool:
    """Tell whether a clause that belongs to the reporter opens at ``index``: "، وذلك …", "لكنه أضاف", "، في إشارة"."""
    words = reader.tokens.words
    word = words[index]
    if word.use & Use.BUT:
        return any(_reports(reader, i) for i in range(index + 1, min(index + 7, len(words))))
    if word.fold == "على" and index + 2 < len(words) and words[index + 1].fold == "حد":
        return after_comma or words[index + 2].fold.endswith(("ه", "ها", "هم"))  # "على حد وصفهم"
    if _is_manner(words, index):
        return True
    if not after_comma:
        return False
    if word.use & Use.BREAK:
        return True
    if word.use & Use.NEGATION and words[reader.sentence_start(index)].use & Use.SUBORDINATE:
        return True  # "although X said …, Y did not …"
    if word.fold in _EXCEPT and index + 1 < len(words) and words[index + 1].complementizer:
        return any(w.cue is not None and w.cue.kind == "say" for w in words[index + 2 : index + MAX_OBJECTION])
    following = words[index + 1].fold if index + 1 < len(words) else ""
    if word.fold == "كما" and (cue := words[index + 1].cue if following else None) is not None:
        return cue.kind in {"document", "say", "opinion"}  # "، كما جاء في البيان", "، كما أفاد المحققون"
    return (word.fold in {"من", "ومن"} and following in _FOR_THEIR_PART) or (
        word.fold in {"في", "فى"} and following in {"اشارة", "تلميح", "اشاره"}
    )


def _is_manner(words: list[Word], index: int) -> bool:
    """Tell a participle that says what else the speaker does, from an adjective: "مقدماً تهانيه", "موجهاً شكره"."""
    word, following = words[index], words[index + 1] if index + 1 < len(words) else None
    if not word.text.endswith(TANWIN) or word.fold[0] != "م" or words[index - 1].text.endswith(TANWIN):
        return False
    plain = following is not None and following.kind is Kind.WORD and not following.use & Use.PREPOSITION
    return plain and following is not None and following.fold.endswith(("ه", "ها", "هم"))


def _reports(reader: BlockReader, index: int) -> bool:
    cue = reader.tokens.words[index].cue
    if cue is None or cue.form is Form.SOURCE:
        return False
    return cue.kind != "go_on" or reports_soon(reader, index, cue, MAX_STRETCH)  # "لكنها تزيد من …"


_EXCEPT = frozenset({"غير", "الا", "بيد"})
"""Openers of an objection before "that": somebody else's if it reports."""
MAX_OBJECTION = 10
"""Tokens within which the objection's reporting verb stands."""
_FOR_THEIR_PART = frozenset({"جانبه", "جانبها", "جانبهم", "جهته", "جهتها", "جهتهم", "ناحيته", "ناحيتها"})


def _report_edge(
    reader: BlockReader, index: int, cue: Cue, start: int, limit: int, *, nested: bool, after_comma: bool
) -> int:
    """Return where the cue at ``index`` ends content, ``_NESTED`` if it reports inside, else ``_GOES_ON``."""
    words = reader.tokens.words
    if cue.form is Form.PARTICIPLE:
        if nested or words[index - 1].use & Use.NOMINAL:
            return _GOES_ON  # "مع مواصلة التدريس": a noun
        if (after_comma and cue.gender == "m" and cue.number == "s") or reports_soon(reader, index, cue, 10):
            return index
        if _is_circumstance(words, index, cue, after_comma=after_comma):
            return index
    elif cue.kind == "relay" and after_comma and words[reader.sentence_start(start)].use & Use.SUBORDINATE:
        return index
    elif cue.form in {Form.PAST, Form.PRESENT} and cue.kind not in {"label", "relay", "document"}:
        return _verb_edge(reader, index, cue, start, limit, nested=nested, after_comma=after_comma)
    elif cue.form is Form.SOURCE and after_comma and not reader.has_comma(index + 1, limit):
        phrase = source_phrase(reader, index, limit)
        if phrase is not None and is_source(words, phrase):
            return index
    return _GOES_ON


def _verb_edge(
    reader: BlockReader, index: int, cue: Cue, start: int, limit: int, *, nested: bool, after_comma: bool
) -> int:
    """Return where the verb at ``index`` ends content, as ``_report_edge`` does."""
    words = reader.tokens.words
    word = words[index]
    if after_comma and word.skip and cue.form is Form.PAST and cue.kind in {"say", "opinion", "act"}:
        return index
    opens = words[index - 1].use & Use.OPENER and words[index - 1].fold != "قد"  # "أن يكون فلان قد افترض أن"
    opened = word.skip > 0 or bool(opens)
    ahead = seek_content(reader, index + 1, min(limit, index + 1 + MAX_STRETCH), cue).kind
    if ahead == "chain" and not opened:
        return _GOES_ON
    if ahead != "nothing":
        if after_comma and words[reader.sentence_start(start)].use & Use.SUBORDINATE:
            return index
        if index - start < MIN_CONTENT:
            return _NESTED
        insists = after_comma and word.skip and ahead == "clause" and cue.kind == "act"  # "، وتصر على أن"
        if insists or (opened and (not nested or word.skip) and cue.kind in {"say", "opinion", "go_on"}):
            return index if word.skip else _clause_start(words, index, start)
        return _NESTED
    return _GOES_ON


def _is_circumstance(words: list[Word], index: int, cue: Cue, *, after_comma: bool) -> bool:
    """Tell a participle that says how somebody spoke ("مبديا أمله", "، مطالبة بإلغاء") from one that describes."""
    following = words[index + 1] if index + 1 < len(words) else None
    if following is None or following.kind is not Kind.WORD:
        return False
    if cue.gender == "m" and cue.number == "s":
        return following.fold.endswith(("ه", "ها", "هم")) or bool(following.use & Use.PREPOSITION)
    return after_comma and (following.fold[0] == "ب" or bool(following.use & Use.PREPOSITION))


def _clause_start(words: list[Word], index: int, start: int) -> int:
    while index - 1 > start and (words[index - 1].use & Use.OPENER or _is_while(words, index - 1)):
        index -= 1
    return index


def _is_while(words: list[Word], index: int) -> bool:
    """Tell the first word of "while", of two words: "في حين يعتقد آخرون"."""
    return words[index].fold in {"في", "فى"} and words[index + 1].fold == "حين"
