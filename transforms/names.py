"""A noun phrase -> the bare name in it, without titles, adjectives and what the newspaper adds."""

from __future__ import annotations

from transforms.lexicon import Form, Kind, Use, Word

TANWIN = ("اً", "ًا")
"""The ending of an indefinite accusative: an object or an adverb, never a part of a name or a title."""
MIN_VERB = 4
"""Letters of a present tense: "يصل"; shorter words that open with ي are names and particles."""
MIN_NAME_WORD = 2
"""Letters of a name's word; a single one is a prefix before a mark, or an initial."""
MIN_BEHIND = 4
"""Tokens of an unknown title, its adjective and a name of two words."""
MAX_NAME = 6
"""Tokens a bare name may have, particles included."""

_NAME_BREAKERS = (
    Use.PREPOSITION
    | Use.TIME
    | Use.TITLE
    | Use.HONORIFIC
    | Use.RANK
    | Use.ORGANIZATION
    | Use.DOCUMENT
    | Use.UNNAMED
    | Use.NATIONALITY
    | Use.RELATIVE
    | Use.SAME
    | Use.SAME_BEFORE
    | Use.OPENER
    | Use.NEGATION
    | Use.BLOCKER
    | Use.OCCASION
    | Use.PARTITIVE
    | Use.QUANTITY
    | Use.LAST
    | Use.DESCRIBING
)
_POSSESSED = ("ته", "ها", "هم", "هما")
"""Ends of nouns with a pronoun ("كلمته", "حديثها"), which no name has."""


TO_LETTERS = frozenset({"لبي", "لسي"})
"""Whom somebody spoke to, a broadcaster called by letters: "فلانة لبي بي سي"."""
ALLAH = "الله"


def is_name_word(word: Word) -> bool:
    """Tell whether a token can be part of a bare name: no title, preposition, time, nationality, or reporting word."""
    answer = word.is_nameable
    if answer is None:
        answer = word.is_nameable = _is_nameable(word)
    return answer


def _is_nameable(word: Word) -> bool:
    if word.kind is not Kind.WORD or len(word.fold) < MIN_NAME_WORD:
        return False
    if word.complementizer and not word.use & Use.NAME_PARTICLE:
        return False
    if word.use & (Use.GIVEN_NAME | Use.NAME_PARTICLE):
        return True
    if word.fold in TO_LETTERS or (word.fold.endswith("ية") and len(word.fold) > MIN_VERB and not word.definite):
        return False  # "أهمية": an abstract noun
    if word.fold.endswith(("ة", "اه")) and word.fold.startswith(("است", "م")) and len(word.fold) > MIN_ATTACHED:
        return False  # "استقالة", "محاولة": a verbal noun
    if word.fold[0] in "يت" and word.fold.endswith(("ه", "ها", "هم")) and len(word.fold) >= MIN_VERB:
        return False  # a verb with its object: "يديره"
    if word.use & _NAME_BREAKERS or (word.length > 4 and word.fold.endswith(_POSSESSED)):
        return False
    if word.text.endswith(TANWIN) or is_attached_noun(word):
        return False  # an object or adverb, with the ending of the accusative; "بإعادة"
    cue = word.cue
    if cue is None:
        return True
    noun_like = cue.form is Form.PAST and cue.gender == "m" and cue.number == "s" and not word.skip
    return noun_like and cue.kind not in {"say", "opinion"} and cue.lemma != "أمر"


def is_attached_noun(word: Word) -> bool:
    """Tell whether an unknown word is likely a preposition or "and" with its noun: "بإعادة", "لمناقشة", "وترجمة"."""
    fold = word.fold
    if word.use or word.cue is not None:
        return False
    if fold[0] in "بل" and fold.endswith(_POSSESSED) and len(fold) > MIN_ATTACHED:
        return True  # "بنفسها"
    if fold.startswith(("بت", "فت", "فكان", "لت", "لمت", "لمن")) and len(fold) >= MIN_ATTACHED:
        return True  # "بتوزيع", "فتتعلق"
    if fold.startswith("با") and fold[-2] == "ا" and len(fold) > MIN_ATTACHED:
        return True  # "باعتراف"
    if fold.startswith("بال") and len(fold) == MIN_ATTACHED and fold[-1] != "ي":
        return True  # "بالحد", but "بالفي"
    return word.text.startswith(("بإ", "لإ")) or (fold[0] in "بلو" and fold.endswith("ة") and len(fold) > MIN_ATTACHED)


MIN_ATTACHED = 5
"""Letters of names in ـة that open with ب or ل at most: "بثينة", "لبابة"."""


TIME_NAMES = frozenset({"المقبل", "الماضي", "الاول"})
"""Words of time that are surnames too."""


def has_use(words: list[Word], first: int, last: int, use: int) -> bool:
    """Tell whether a token of [first, last) has a use, or one of several."""
    for word in words[first:last]:  # noqa: SIM110  half the time of any(), and every phrase is asked
        if word.use & use:
            return True
    return False


def find_name(words: list[Word], first: int, last: int, partner: dict[int, int]) -> tuple[int, int]:
    """Return the bare name in the phrase [first, last), empty where there is none.

    A phrase that begins with a name keeps its first run of name words ("كريم حجي الرئيس التنفيذي"). Behind a title the
    run that follows an honorific or a definite title directly is the name, else one that holds a given name, else the
    last one ("وزير الإعلام رمزي جريج"), behind an apposition's comma too.
    """
    head = words[first]
    if head.use & _OFFICE and (marked := _marked_name(words, first, last, partner)) is not None:
        return marked
    runs = _name_runs(words, first, last, partner)
    if runs and runs[0] == (first, first + 1) and _is_title(words, first, last, runs):
        runs = runs[1:]
    if not runs:
        return first, first
    titled = bool(head.use & _TITLED)
    if not titled and runs[0][0] == first:
        if head.definite and runs[0][1] - first > 1:
            return _behind_definite(words, runs)
        if not _is_construct(words, runs[0], last):
            return runs[0]
    runs = [run for run in runs if run == runs[-1] or not _is_called_after(words, first, run[0])]
    honoured = _behind_honorific(words, first, last, runs)
    if honoured is not None:
        return honoured
    if len(runs) > 1 and head.use & Use.TITLE and not head.definite and _is_behind_nationality(words, runs[-1]):
        return runs[-1]  # "مدرب سان جرمان الإيطالي كارلو انشيلوتي"
    for begin, end in runs:
        if has_use(words, begin, end, Use.GIVEN_NAME):
            start = _trim_complement(words, first, begin, end)
            return start, _capped(words, start, end)
        named_after = next((i - 1 for i in range(begin + 1, end) if words[i].fold == ALLAH), first)
        if named_after > first and words[begin - 1].kind is Kind.WORD:
            return named_after, end  # "حاكم إقليم ننكرهار عطاء الله خوجياني"
    for begin, end in reversed(runs):
        start = _trim_complement(words, first, begin, end)
        if start < end and _can_name(words, first, start, end):
            return start, end
    return first, first


def _capped(words: list[Word], start: int, end: int) -> int:
    """Return where a name ends that may not be longer than names are, and not break off behind "bin" or "Al"."""
    last = min(end, start + MAX_NAME)
    while last < end and (words[last - 1].use | words[last].use) & Use.NAME_PARTICLE:
        last += 1
    return last


_OFFICE = Use.TITLE | Use.HONORIFIC
_TITLED = Use.TITLE | Use.HONORIFIC | Use.UNNAMED | Use.PARTITIVE | Use.ORGANIZATION


def _is_title(words: list[Word], first: int, last: int, runs: list[tuple[int, int]]) -> bool:
    """Tell whether the word that opens a phrase is no name but what precedes it, or a common noun.

    "أمين عام الجمعية محمد توفيق" has a title that is a name too, "المؤرخة الفرنسية سيلفي ثينول" one that no list has.
    """
    if words[first].use & Use.TITLE:
        return len(runs) > 1 or (first + 1 < last and bool(words[first + 1].use & Use.RANK))
    if words[first].use & _TITLED or not _is_common(words, first, last):
        return False
    if len(runs) == 1:
        return True
    begin, end = runs[1]
    return begin == first + 2 and not words[begin].definite and end - first >= MIN_BEHIND


def _is_behind_nationality(words: list[Word], run: tuple[int, int]) -> bool:
    before = words[run[0] - 1]
    if not before.use & Use.NATIONALITY or before.use & Use.ORGANIZATION or not before.definite:
        return False  # "وزير المالية": no Malian
    return not words[run[0]].definite and run[1] - run[0] > 1


def _behind_honorific(words: list[Word], first: int, last: int, runs: list[tuple[int, int]]) -> tuple[int, int] | None:
    """Return the first name right behind an honorific, ``None`` where there is none."""
    for begin, end in runs:
        title = words[begin - 1] if begin > first else None
        if title is not None and title.kind is Kind.STOP and begin > first + 1:
            title = words[begin - 2]  # "د. العواد"
        if title is None or not title.use & Use.HONORIFIC or words[begin].prefix:
            continue
        if (words[begin].definite and end < last and end - begin == 1) or words[begin].fold in _ORDINALS:
            continue  # an adjective of the title: "الشاعر العربي الكبير", "اللواء الخامس"
        start = begin + (end - begin > 2 and _is_adjective_before(words[begin], words[begin + 1]))
        return start, _capped(words, start, end)
    return None


def _is_called_after(words: list[Word], first: int, begin: int) -> bool:
    """Tell whether a name is that of whom an institution is called after: "جامعة الملك عبدالعزيز"."""
    if begin < first + 2 or not words[begin - 1].use & Use.HONORIFIC:
        return False
    return bool(words[begin - 2].use & Use.ORGANIZATION) and not words[begin - 2].definite


_ORDINALS = frozenset({"الثاني", "الثالث", "الرابع", "الخامس", "السادس", "السابع", "الثامن", "التاسع", "العاشر"})
"""What a name holds at most behind its first word: "عبدالله الثاني"."""


def _is_adjective_before(word: Word, name: Word) -> bool:
    """Tell whether a title's adjective stands before a given name: "النائب الجمهوري بيتر كينغ"."""
    if not word.definite or word.use & Use.GIVEN_NAME:
        return False
    return bool(name.use & Use.GIVEN_NAME) and not name.definite


def _marked_name(words: list[Word], first: int, last: int, partner: dict[int, int]) -> tuple[int, int] | None:
    """Return the name that stands in marks behind a title: `الأدميرال "فارح قاري"`, `مدير المركز "عمر سالم"`."""
    opener = first + 1
    closing = partner.get(last - 1, -1)
    if first < closing < last - 1 <= closing + MAX_NAME and not words[closing - 1].use & Use.NAME_HEAD:
        inside = words[closing + 1 : last - 1]
        if all(map(is_name_word, inside)) and has_use(words, closing + 1, last - 1, Use.GIVEN_NAME):
            return closing + 1, last - 1
    if opener >= last or words[opener].kind is not Kind.MARK or not words[first].definite:
        return None
    close = partner.get(opener, -1)
    return (opener + 1, close) if opener + 1 < close <= min(last, opener + MAX_NAME) else None


def _can_name(words: list[Word], first: int, begin: int, end: int) -> bool:
    """Tell whether a run of unknown words behind a title is a name, no adjective or complement of an indefinite one.

    "مصادر رفيعة", "شهود عيان" hold no name; "مسؤول في الشركة، تسور" does, and so does "الجيولوجي الصبحي".
    """
    before = words[begin - 1]
    if before.kind in {Kind.COMMA, Kind.MARK, Kind.BRACKET}:
        return True
    if end - begin == 1 and end < len(words) and words[end].use & Use.ORGANIZATION and words[end].definite:
        return words[begin].definite  # but "استعداد الوزارة": what the verb is about
    if words[first].use & Use.PARTITIVE or (words[first].use & Use.UNNAMED and not words[first].definite):
        return False
    if words[begin].definite and (words[first].use & Use.UNNAMED or words[begin].fold.endswith("ة")):
        return False  # an adjective: "المسؤول المحلي", "الكاتبة الفائزة"
    if before.use & (Use.NATIONALITY | Use.RANK):
        return before.definite or (bool(words[first].use & Use.TITLE) and not words[first].use & Use.UNNAMED)
    return before.definite


def _is_construct(words: list[Word], run: tuple[int, int], last: int) -> bool:
    """Tell whether one unknown word opens a phrase as a title that no list holds: "مذيع القناة فهد السمحان"."""
    begin, end = run
    if end - begin > 1 and not words[begin + 1].definite:
        return False
    if words[begin].definite or words[begin].use & Use.GIVEN_NAME:
        return False
    if end < last and words[end].use & Use.TITLE and not words[end].definite:
        return False  # "مفلح الهفتاء رئيس المجلس": a name before its title
    following = words[begin + 1] if begin + 1 < last else None
    other = Use.TITLE | Use.NATIONALITY | Use.PLACE
    return following is not None and following.definite and not following.use & other


def _behind_definite(words: list[Word], runs: list[tuple[int, int]]) -> tuple[int, int]:
    """Return the name behind a definite noun that is likely a title no list holds: "الجيولوجي صالح الصبحي"."""
    begin, end = runs[0]
    if words[begin].fold == ALLAH:
        return begin, begin + 1  # "الله تعالى"
    for index in range(begin + 1, end):
        if words[index].use & Use.GIVEN_NAME or not words[index].definite:
            return index, end
    return begin, end


def _is_common(words: list[Word], first: int, last: int) -> bool:
    """Tell a common noun with its adjective from a name: "عريس هندي", "الأكاديمية الأميركية"."""
    if first + 1 >= last or words[first].use:
        return False
    return bool(words[first + 1].use & Use.NATIONALITY) and words[first + 1].definite == words[first].definite


def _name_runs(words: list[Word], first: int, last: int, partner: dict[int, int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    begin = -1
    index = first
    while index < last:
        word = words[index]
        if begin < 0:
            if _opens_name(words, index, last) and not _is_seat(words, first, index):
                begin = index
        elif word.kind is Kind.OTHER and word.text == "#":
            pass
        elif not _is_in_name(words, index, last, begin):
            _close_run(runs, words, begin, index)
            begin = -1
        elif word.prefix in {"و", "ل"}:
            _close_run(runs, words, begin, index)
            begin = index
        if word.kind is Kind.MARK:
            index = max(index, partner.get(index, -1))
        index += 1
    if begin >= 0:
        _close_run(runs, words, begin, last)
    return runs


def _opens_name(words: list[Word], index: int, last: int) -> bool:
    """Tell whether a name may begin with the word at ``index``."""
    word = words[index]
    if is_name_word(word) and not word.complementizer and not _opens_clause(word):
        return True
    return word.fold in HOMOGRAPHS and _is_homograph(words, index, last, -1)


def _is_in_name(words: list[Word], index: int, last: int, begin: int) -> bool:
    """Tell whether the word at ``index`` goes on with the name that begins at ``begin``."""
    word = words[index]
    return (
        (is_name_word(word) and not _opens_clause(word) and not _is_circumstance(word, index - begin))
        or (word.kind is Kind.WORD and bool(words[index - 1].use & Use.NAME_PARTICLE))
        or (word.definite and _is_surname(words, index, last, begin))
        or (word.definite and _is_title_in_name(words, index, last))
        or (word.fold in HOMOGRAPHS and _is_homograph(words, index, last, begin))
    )


def _is_homograph(words: list[Word], index: int, last: int, begin: int) -> bool:
    """Tell whether a form that is a common word too is a part of the name around it."""
    if is_ali(words, index, last) or is_ban(words, index):
        return True
    return begin >= 0 and (_is_akbar(words, index) or _is_leader(words, index, last))


def is_ali(words: list[Word], index: int, last: int) -> bool:
    """Tell the name Ali from "on", by what follows: "الأمير على بن الحسين", "قال علي سالم", "قال علي لاريجاني"."""
    fold = words[index].fold
    if index + 1 >= last or fold not in {"على", "علي"}:
        return False
    following = words[index + 1]
    if fold == "على":
        return following.fold == "بن"
    known = bool(following.use & (Use.GIVEN_NAME | Use.NAME_PARTICLE)) or following.fold == AKBAR
    return known or (following.fold.endswith("ي") and following.length > MIN_VERB and is_name_word(following))


AKBAR = "اكبر"
"""A second name, and "greater"."""
HOMOGRAPHS = frozenset({"على", "علي", "بان", "كي", "مون", AKBAR, "قائد"})
"""Common words that are parts of some names; few words are asked more."""


def _is_akbar(words: list[Word], index: int) -> bool:
    """Tell the name from "greater" by the name before it: "علي أكبر صالحي"."""
    before = words[index - 1] if index else None
    return words[index].fold == AKBAR and before is not None and bool(before.use & Use.GIVEN_NAME)


def is_ban(words: list[Word], index: int) -> bool:
    """Tell the name of Ban Ki-moon from "that" with ب and from "in order to"."""
    following = words[index + 1].fold if index + 1 < len(words) else ""
    return (words[index].fold, following) in {("بان", "كي"), ("كي", "مون")}


def _is_seat(words: list[Word], first: int, index: int) -> bool:
    """Tell whether a town ends what stands before a name: "مدير المركز في لندن تشارلز غرانت"."""
    if index == first or not words[index].use & Use.PLACE or not words[index - 1].use & Use.PREPOSITION:
        return False
    return not words[index].use & Use.GIVEN_NAME or words[index - 1].fold == "في"


def _close_run(runs: list[tuple[int, int]], words: list[Word], begin: int, end: int) -> None:
    """Keep a run without the particle that nothing follows: "محمد الشمري ولد في …"."""
    while end > begin and words[end - 1].use & Use.NAME_PARTICLE and not words[end - 1].use & Use.GIVEN_NAME:
        end -= 1
    if end - begin > 2 and words[begin].fold == "اية" and words[begin + 1].fold == ALLAH:
        begin += 2  # the title of Shia scholars
    elif end - begin > 1 and words[begin].use & Use.HONORIFIC and words[begin].definite:
        begin += 1  # "السيد رضا السعيدي", though السيد is a name too
    if end > begin:
        runs.append((begin, end))


def _opens_clause(word: Word) -> bool:
    return word.prefix in {"لل", "ل", "ب", "ك"} and not word.use & Use.GIVEN_NAME


def _is_circumstance(word: Word, count: int) -> bool:
    """Tell a participle of circumstance behind two words of a name, printed without its doubled vowel: "متوجها"."""
    fold = word.fold
    if count < 2 or word.use or fold[-1] != "ا" or len(fold) <= MIN_VERB:
        return False
    active = fold[1] == "ا" and len(fold) == MIN_VERB + 1 and fold[3] != "ي"  # "غاضبا", but "ماريا"
    return active or (fold[0] == "م" and fold[1] not in "اوي")


def _is_surname(words: list[Word], index: int, last: int, begin: int) -> bool:
    """Tell whether a definite nationality or title behind a first name is a surname: "محمد السعودي", "أسامة النقيب"."""
    word = words[index]
    if word.prefix or word.use & (_NO_SURNAME & ~Use.TIME):
        return False
    ends = index + 1 == last or words[index + 1].kind in {Kind.COMMA, Kind.BRACKET}
    if ends and has_use(words, begin, index, Use.NAME_PARTICLE):
        return True  # "عبدالله بن سلطان السلطان", "محمد بن حمد الماضي"
    if word.use & Use.TIME:
        return ends and index == begin + 1 and word.fold in TIME_NAMES and bool(words[begin].use & Use.GIVEN_NAME)
    first_name = words[index - 1]
    is_given = bool(first_name.use & Use.GIVEN_NAME) and not first_name.definite
    if index != begin + 1 and (not is_given or not words[index - 2].definite):
        return False
    if is_given and word.use & Use.NATIONALITY:
        return True
    after_title = begin > 0 and bool(words[begin - 1].use & Use.TITLE) and not words[begin - 1].definite
    return ends and (is_given or not after_title)


_NO_SURNAME = Use.PREPOSITION | Use.TIME | Use.RELATIVE | Use.OPENER | Use.RANK | Use.QUANTITY


def _is_title_in_name(words: list[Word], index: int, last: int) -> bool:
    """Tell whether a definite title is a part of the name around it: "محمد الأمين بن خطري", "سليم الحاج مبروك"."""
    if index + 1 >= last or not words[index - 1].use & Use.GIVEN_NAME:
        return False
    following = words[index + 1]
    if following.use & Use.NAME_PARTICLE:
        return True
    return words[index].noun in _NAME_TITLES and not following.definite and is_name_word(following)


def _is_leader(words: list[Word], index: int, last: int) -> bool:
    """Tell "leader" as a second name, before a surname in ـي: "الباجي قائد السبسي"."""
    if words[index].fold != "قائد" or index + 1 >= last:
        return False
    following = words[index + 1]
    return following.definite and not following.use and following.fold.endswith("ي")


_NAME_TITLES = frozenset({"حاج", "شيخ", "سيد", "امين", "امير"})
"""Titles that are second names too."""


def _trim_complement(words: list[Word], first: int, begin: int, end: int) -> int:
    """Return where the name begins in a run behind a title, whose first words may complete the title.

    Behind an indefinite title a given name tells it ("رئيس بعثة منتخبنا عبد الله حمدي"), else the first word is the
    title's complement ("محافظ نينوى أثيل النجيفي"); a definite word is never a name's first word.
    """
    before = words[begin - 1] if begin > first else None
    inner = next((i for i in range(begin + 1, end) if words[i].use & Use.GIVEN_NAME and words[i - 1].definite), None)
    if inner is not None and not words[begin].use & Use.GIVEN_NAME:
        return inner
    start = begin
    while begin < end and words[begin].definite and end - begin > 1 and not words[begin].use & Use.GIVEN_NAME:
        begin += 1
    if begin > start:
        return end if end - begin == 1 and words[begin].definite else max(begin, end - MAX_NAME)
    if before is not None and before.use & (Use.TITLE | Use.ORGANIZATION) and not before.definite:
        known = Use.GIVEN_NAME | Use.NAME_PARTICLE
        given = next((i for i in range(begin, end) if words[i].use & known and not words[i].use & Use.PLACE), None)
        if given is not None:
            return given
        if end - begin > 2:
            begin += 1
    if before is not None and before.kind is Kind.STOP and begin - 2 >= first:
        before = words[begin - 2]  # "د. العواد"
    if (
        end - begin == 1
        and words[begin].definite
        and before is not None
        and not (before.definite and before.use & (Use.TITLE | Use.HONORIFIC))
        and not (before.length <= 2 and before.use & Use.HONORIFIC)
    ):
        return end
    return max(begin, end - MAX_NAME)
