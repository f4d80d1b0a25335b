"""A form that can report -> whether it is another word where it stands: a name, a noun, a preposition, not said."""

from __future__ import annotations

from transforms.lexicon import Cue, Form, Kind, Use, Word
from transforms.names import MIN_VERB


def is_other_word(words: list[Word], index: int, word: Word, cue: Cue) -> bool:
    """Tell whether a form reports nothing where it stands: a source, a name, a noun, a preposition, denied, wished."""
    if cue.form is Form.SOURCE or (word.use & Use.QUANTITY and cue.form is Form.PAST):
        return True  # "أبرز مثال"
    if word.use & Use.PREPOSITION and not word.skip and cue.form is not Form.PARTICIPLE:
        return not _opens_report(words, index)
    if not index:
        return cue.form is Form.PARTICIPLE and bool(word.use & Use.TITLE)  # "مدعية الجنائية": a headline's prosecutor
    return _is_noun(words, index, word, cue) or _is_unsaid(words, index, word, cue)


def _is_noun(words: list[Word], index: int, word: Word, cue: Cue) -> bool:
    """Tell a name or a noun by the word before it: "الطبيبة أمل نصر", "هذا رد", "غير مؤكدة", "على حد وصفه"."""
    before = words[index - 1]
    if word.use & Use.GIVEN_NAME and (before.definite or before.use & Use.TITLE):
        return True
    if cue.form is Form.PAST and not word.skip and (_is_nominal(words, index) or _is_behind_verb(before, cue)):
        return True
    if cue.lemma == "أمر" and not word.skip and not _orders(words, index):
        return True
    # "فضلا عن ملاحظة"
    governs = before.use & Use.PREPOSITION and not before.fold.endswith(("ه", "ا", "م"))  # but "فيه قائلا"
    other = governs or before.use & (Use.BLOCKER | Use.QUANTITY)
    return before.fold == "حد" or (cue.form is Form.PARTICIPLE and bool(other))


def _is_unsaid(words: list[Word], index: int, word: Word, cue: Cue) -> bool:
    """Tell a verb of which nobody is the subject, or that is denied, wished or only supposed."""
    before = words[index - 1]
    if before.complementizer and before.fold.endswith(("ني", "نا")):
        return True  # "أنني أعتقد" is said by whoever speaks already
    which = before.use & Use.RELATIVE and not before.use & Use.NEGATION and before.fold != "حين"
    if word.use & Use.IMPERSONAL and which:
        return True  # "الذي يفترض أن": passive
    if word.skip:
        return False
    if (not cue.has_object and _is_which(words, index - 1)) or (before.use & Use.NEGATION and before.fold != "ما"):
        return True
    if cue.form is Form.PRESENT:
        return before.fold in {"ان", "كي", "لكي"}  # "that he should say"
    return cue.form is Form.PAST and before.fold == "ان" and before.text.startswith("إن")  # "if he said"


def _is_behind_verb(before: Word, cue: Cue) -> bool:
    """Tell a noun of a past tense's form by what stands before it: "ينتظر رد السلطات", "وهو أمر"."""
    noun = before.definite and not before.use & Use.RELATIVE
    if cue.lemma == "أمر" and (noun or before.fold.removeprefix("و") in {"هو", "هي"}):
        return True
    if before.kind is not Kind.WORD or before.definite or before.use & ~Use.IMPERSONAL:
        return False
    present = before.cue is not None and before.cue.form is Form.PRESENT
    return present or (before.cue is None and before.fold[0] == "ي" and MIN_VERB <= len(before.fold) < MAX_VERB)


def _orders(words: list[Word], index: int) -> bool:
    """Tell "he ordered" from "a matter" by what follows: somebody, a preposition, a sign; no adjective."""
    following = words[index + 1] if index + 1 < len(words) else None
    return following is None or following.kind is not Kind.WORD or following.definite or bool(following.use)


MAX_VERB = 7
"""Letters of a present tense without an object."""


def _is_which(words: list[Word], index: int) -> bool:
    """Tell whether a relative takes up the whole clause before its comma: "، مما", "، ما"."""
    fold = words[index].fold
    return fold in {"مما", "بما"} or (fold in {"ما", "الامر"} and index > 0 and words[index - 1].kind is Kind.COMMA)


def measures(words: list[Word], index: int, partner: dict[int, int]) -> bool:
    """Tell whether a number follows: "تبلغ 90 يوما", `تبلغ "1200×1200"`."""
    index += 1
    if index < len(words) and (close := partner.get(index, -1)) > index:
        return all(word.kind is not Kind.WORD for word in words[index:close])
    counted = words[index + 1].use if index + 1 < len(words) else 0
    people = counted & (Use.TITLE | Use.UNNAMED)  # "كتب 18 نائبا"
    return index < len(words) and words[index].kind is Kind.NUMBER and not people


def _is_nominal(words: list[Word], index: int) -> bool:
    """Tell whether the word before makes a noun of a verb's form: "هذا رد", but not "ومع ذلك قال"."""
    before = words[index - 1]
    if before.fold == "ذلك" and index > 1 and words[index - 2].use & Use.PREPOSITION:
        return False
    return bool(before.use & Use.NOMINAL)


def _opens_report(words: list[Word], index: int) -> bool:
    """Tell whether a form that is a preposition too (بين، عبر) stands where a verb opens a clause."""
    before = words[index - 1] if index else None
    return before is None or before.kind in {Kind.COMMA, Kind.STOP} or bool(before.use & Use.OPENER)
