"""Reports and entities -> who speaks, found by named sieves from the surest to the weakest.

The sieve that answers is written into ``quotes.method``; ``docs/method.md`` lists them with what they rest on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from transforms.canonical import mention_span, plain_name
from transforms.lexicon import Cue, Form, Kind, Lexicon, Use, Word
from transforms.mentions import Entity, Registry, key_of
from transforms.model import Span, SpeakerKind
from transforms.names import is_name_word
from transforms.phrases import Phrase, read_phrase
from transforms.quotes import Marks
from transforms.reports.block import Report, sentence_bounds
from transforms.tokens import Tokens
from transforms.topics import find_topic, is_about, sentences_before

MAX_LOOK_BACK = 12
"""Earlier reports of a sentence that are looked at: bounds the cost of a text that is one endless sentence."""
MAX_SUBJECT_DEPTH = 8
"""Tokens from a sentence's start within which its subject must begin."""

_ANSWERS = frozenset({"أجاب", "رد"})
"""Verbs of whoever was asked."""
_BELONGING = frozenset({"تابع", "تابعة"})
"""What leads on from a body to whose it is, without being its name."""


@dataclass(slots=True, init=False)
class Resolved:
    """Who speaks: the entity (``None`` for nobody), the mention that counts, the sieve that answered."""

    entity: Entity | None
    mention: Span | None
    sieve: str
    via: Span | None

    def __init__(self, entity: Entity | None, mention: Span | None, sieve: str, via: Span | None = None) -> None:
        self.entity = entity
        self.mention = mention
        self.sieve = sieve
        self.via = via


@dataclass(slots=True, init=False)
class Passage:
    """One block as the resolver sees it, with the reports resolved so far, in text order."""

    index: int
    tokens: Tokens
    marks: Marks
    done: list[tuple[Report, Resolved]]
    by_cue: dict[int, Resolved]
    _bounds: list[int] | None

    def __init__(self, index: int, tokens: Tokens, marks: Marks) -> None:
        self.index = index
        self.tokens = tokens
        self.marks = marks
        self.done = []
        self.by_cue = {}
        self._bounds = None

    @property
    def bounds(self) -> list[int]:
        """The tokens that end sentences, and the block's end; few blocks are asked."""
        if self._bounds is None:
            self._bounds = [*sentence_bounds(self.tokens, self.marks), len(self.tokens.words)]
        return self._bounds


@dataclass(slots=True)
class Discourse:
    """What is known while an article is read: its entities, and who spoke last."""

    text: str
    lexicon: Lexicon
    registry: Registry
    last: Resolved | None = None
    last_block: int = -1
    last_sentence: int = -1
    before: Passage | None = None
    speaking: set[int] = field(default_factory=set)

    def resolve(self, passage: Passage, report: Report) -> Resolved:
        """Return who speaks in ``report``, whose cue stands in ``passage``."""
        subject = report.subject
        if subject is not None and not (report.weak_subject and not self._is_known(passage, subject)):
            return self.resolve_phrase(passage, subject, _gender(passage, report))
        if report.governor >= 0 and report.governor in passage.by_cue:
            return passage.by_cue[report.governor]
        return self._resolve_unnamed_subject(passage, report)

    def note(self, passage: Passage, report: Report, resolved: Resolved, *, is_body: bool) -> None:
        """Remember a resolved report, for the reports that go on from it."""
        passage.by_cue[report.cue] = resolved
        if resolved.entity is None:
            return
        inside = _is_inside(passage, report)
        passage.done.append((report, resolved))
        if is_body and not inside:
            self.last, self.last_block = resolved, passage.index
            self.last_sentence = report.sentence_start

    def _resolve_unnamed_subject(self, passage: Passage, report: Report) -> Resolved:
        """Find a subject that no word beside the cue names: "وأضاف أن …", "مشيرا إلى أن …"."""
        cue = passage.tokens.words[report.cue].cue
        place = passage.tokens.starts[report.cue]
        if report.frame == "relay":  # "نقلت عنه الوكالة قوله": somebody said before
            return self._resolve_last(cue, place, -1)
        asked = self._sentence_subject(passage, report) if cue is not None and cue.lemma in _ANSWERS else None
        if asked is not None:
            return asked
        earlier = _in_sentence(passage, report)
        if earlier is not None:
            carried = carry(earlier, place, "same_sentence")
            carried.via = earlier.via if cue is not None and cue.form is Form.PARTICIPLE else None
            return carried
        subject = self._sentence_subject(passage, report)
        if subject is not None:
            return subject
        return self._topic(passage, report, cue) or self._resolve_last(cue, place, passage.index)

    def _topic(self, passage: Passage, report: Report, cue: Cue | None) -> Resolved | None:
        """Return whom the sentences since the last report are about: "استقبل الوزير الوفد. وقال: …"."""
        if cue is None or (self.last is not None and (cue.kind == "go_on" or cue.lemma == "أضاف")):
            return None
        for earlier, start, end in self._sentences_before(passage, report.sentence_start):
            if (earlier.index, start) == (self.last_block, self.last_sentence):
                return None
            many = cue.number == "p" and cue.form is not Form.PARTICIPLE
            topic = find_topic(earlier.tokens, start, end, self._is_named, plural=many)
            if topic is not None and topic.agrees(cue):
                phrase = self._read_phrase(earlier, topic.first, end)
                return self._resolve_many(earlier, phrase, cue.gender) if many else self._resolve_topic(earlier, phrase)
        return None

    def _sentences_before(self, passage: Passage, start: int) -> Iterator[tuple[Passage, int, int]]:
        """Yield the sentences before one, the nearest first: those of its block, then those of the block before."""
        for first, last in sentences_before(passage.bounds, start):
            yield passage, first, last
        if self.before is not None and self.before is not passage:
            for first, last in sentences_before(self.before.bounds, len(self.before.tokens.words)):
                yield self.before, first, last

    def _resolve_last(self, cue: Cue | None, place: int, block: int) -> Resolved:
        """Return who spoke last, or the latest speaker of the cue's gender."""
        if self.last is None or self.last.entity is None:
            return Resolved(None, None, "nobody")
        sieve = "same_paragraph" if self.last_block == block else "earlier_paragraph"
        if cue is not None and cue.number == "p" and cue.form is not Form.PARTICIPLE and self.last.entity.is_one:
            return Resolved(None, None, "nobody")  # "يقولون": they are not he who spoke last
        if cue is not None and cue.gender and self.last.entity.gender not in {"", cue.gender}:
            other = self._agreeing(place, cue.gender)
            if other is not None:
                return Resolved(other, other.mention_before(place), sieve)
        return carry(self.last, place, sieve)

    def _resolve_many(self, passage: Passage, phrase: Phrase, gender: str) -> Resolved:
        """Return people without a name: "ويعارض كثير من النواب المشروع. ويقولون إن …"."""
        resolved = self.resolve_phrase(passage, phrase, gender)
        return Resolved(resolved.entity, resolved.mention, "topic")

    def _resolve_topic(self, passage: Passage, phrase: Phrase) -> Resolved | None:
        """Return a sentence's subject if it is somebody whom the article knows by name."""
        words = passage.tokens.words[phrase.first : phrase.last]
        mention = mention_span(passage.tokens, phrase)
        entity, _ = self._find(passage, phrase, words, mention, "")
        if entity is None:
            return None
        self.registry.settle(entity)
        return Resolved(entity, mention, "topic")

    def _is_named(self, word: Word) -> bool:
        return is_name_word(word) and self.registry.find_name(key_of([word])) is not None

    def _is_known(self, passage: Passage, phrase: Phrase) -> bool:
        key = key_of(passage.tokens.words[phrase.first : phrase.last])
        return self.registry.find_name(key) is not None or self.registry.find_name(key[:1]) is not None

    def _agreeing(self, place: int, gender: str) -> Entity | None:
        """Return whoever of a gender spoke latest before ``place``."""
        best: Entity | None = None
        best_at = -1
        for entity in self.registry.recent(MAX_LOOK_BACK * 4):
            if entity.gender != gender or id(entity) not in self.speaking:
                continue
            mention = entity.mention_before(place)
            if mention is not None and best_at < mention.start < place:
                best, best_at = entity, mention.start
        return best

    def _sentence_subject(self, passage: Passage, report: Report) -> Resolved | None:
        """Return the subject of the sentence that a report without one goes on from: "غادر الوزير … مؤكدا أن"."""
        words = passage.tokens.words
        topic = find_topic(passage.tokens, report.sentence_start, report.cue, self._is_named)
        if topic is not None and (cue := words[report.cue].cue) is not None and topic.agrees(cue):
            resolved = self.resolve_phrase(
                passage, self._read_phrase(passage, topic.first, report.cue), _gender(passage, report)
            )
            return Resolved(resolved.entity, resolved.mention, "same_sentence")
        start = report.sentence_start
        if is_about(words, start):
            return None
        for index in range(start, min(start + MAX_SUBJECT_DEPTH, report.cue)):
            word = words[index]
            if word.kind is Kind.MARK:
                return None
            if word.use & (Use.PREPOSITION | Use.RELATIVE) and index > start + 1:
                return None
            if word.prefix in {"ل", "ب", "ك"} or not self._can_be_subject(word, is_first=index == start):
                continue
            phrase = self._read_phrase(passage, index, report.cue)
            cue = words[report.cue].cue
            if cue is not None and cue.lemma in _ANSWERS and self._can_be_subject(words[phrase.last], is_first=False):
                phrase = self._read_phrase(passage, phrase.last, report.cue)  # whom they asked
            resolved = self.resolve_phrase(passage, phrase, _gender(passage, report))
            return Resolved(resolved.entity, resolved.mention, "same_sentence")
        return None

    def _read_phrase(self, passage: Passage, first: int, limit: int) -> Phrase:
        """Read a phrase of running text, without the one unknown word behind a title, which may be its verb."""
        phrase = read_phrase(passage.tokens, first, limit, passage.marks.partner, self.lexicon.inside, bounded=False)
        if phrase.first < phrase.name_first == phrase.name_last - 1:
            name = passage.tokens.words[phrase.name_first]
            if not name.use & Use.GIVEN_NAME and not self._is_named(name):
                return replace(phrase, last=phrase.name_first, name_first=first, name_last=first)
        return phrase

    def _can_be_subject(self, word: Word, *, is_first: bool) -> bool:
        if is_first and word.cue is not None and word.cue.form is Form.PAST:
            return False  # "طالب اقتصاديون": a verb, though "a student" is printed so too
        if word.use & (Use.TITLE | Use.HONORIFIC | Use.GIVEN_NAME | Use.UNNAMED | Use.ORGANIZATION):
            return True
        return not is_first and self._is_named(word)

    def resolve_phrase(self, passage: Passage, phrase: Phrase, gender: str) -> Resolved:
        """Return whom a noun phrase means: a name, a title, an organisation, somebody said before, or itself.

        ``gender`` is that of the verb whose subject it is, empty for none.
        """
        words = passage.tokens.words[phrase.first : phrase.last]
        mention = mention_span(passage.tokens, phrase)
        entity, sieve = self._find(passage, phrase, words, mention, gender)
        if entity is None:
            entity = self.registry.register(passage.tokens, phrase)
            sieve = "organization" if phrase.kind is SpeakerKind.ORGANIZATION else "mention"
        if entity is None:
            name = plain_name(self.text, mention)
            if not name:
                return Resolved(None, None, "nobody")  # nothing but signs: "عن ...."
            entity = self.registry.add(phrase, name, key_of(words), mention)
        self.registry.settle(entity)
        entity.gender = entity.gender or gender
        self.speaking.add(id(entity))
        return Resolved(entity, mention, sieve)

    def _find(
        self, passage: Passage, phrase: Phrase, words: list[Word], mention: Span, gender: str
    ) -> tuple[Entity | None, str]:
        if phrase.name_first < phrase.name_last:
            return self._find_named(passage, phrase, mention.start), "name"
        head, last = words[0], self.last.entity if self.last is not None else None
        if (head.kind is Kind.MARK or (head.use & Use.DOCUMENT and not head.definite and len(words) == 1)) and (
            known := self.registry.find_name(key_of(words), mention.start)
        ):
            return known, "name"  # a surname in marks, or one that is "a letter" too
        if phrase.same or head.use & Use.LAST:
            return self._find_again(phrase, words, mention), "head"
        if not head.definite and len(words) > 1:
            if not head.use & Use.TITLE:
                return None, "title"
            key = key_of(words)
            known = self.registry.find_name(key, mention.start)
            if known is not None and len(known.key) >= len(key):
                return known, "name"  # "سيد قادر"
            return self.registry.find_by_full_title(key, mention.start) or self.registry.find_by_office(key), "title"
        countries = {c for w in words if w.use & Use.NATIONALITY and (c := self.lexicon.country(w.noun))}
        if head.use & (Use.TITLE | Use.HONORIFIC):
            if _has_complement(words):
                return self.registry.find_by_full_title(key_of(words), mention.start), "title"
            entity = self.registry.find_by_title(phrase.head, mention.start, countries)
            if entity is not None:
                return entity, "title"
        if len(words) > 1 and words[1].noun in _BELONGING:
            words = words[:1]  # "المنظمة التابعة للأمم المتحدة"
        if len(words) <= 2:
            if last is not None and head.definite and _is_meant_again(head, last, gender, countries):
                return last, "head"
            modifier = key_of(words[1:]) if len(words) == 2 and not words[1].use & (Use.NATIONALITY | Use.SAME) else ()
            return self.registry.find_by_head(phrase.head, mention.start, countries, modifier), "head"
        return None, ""

    def _find_again(self, phrase: Phrase, words: list[Word], mention: Span) -> Entity | None:
        """Return whom "the same source", "the latter" or "his excellency" means."""
        head, last = words[0], self.last.entity if self.last is not None else None
        if phrase.same:
            noun = words[1].noun if head.use & Use.SAME_BEFORE and len(words) > 1 else phrase.head
            return self.registry.find_by_head(noun, mention.start, set()) or last
        if head.definite:
            return self.registry.nearest(mention.start) or last
        if last is not None and last.is_one:
            return last
        return self.registry.nearest(mention.start, person=True)

    def _find_named(self, passage: Passage, phrase: Phrase, place: int) -> Entity | None:
        key = key_of(passage.tokens.words[phrase.name_first : phrase.name_last])
        entity = self.registry.find_name(key, place)
        if entity is None and len(key) == 1:
            entity = self.registry.find_word(key[0])
        return entity

    def resolve_heading(self, passage: Passage, report: Report) -> Resolved | None:
        """Accept "X: …" as speech only where X speaks elsewhere in the article or can only be somebody who speaks."""
        phrase = report.subject
        if phrase is None:
            return None
        head = passage.tokens.words[phrase.first]
        key = key_of(passage.tokens.words[phrase.first : phrase.last])
        mention = mention_span(passage.tokens, phrase)
        content = report.contents[0]
        first = passage.tokens.words[content.first]
        if head.use & Use.TITLE and self._is_a_name(passage.tokens.words[content.first : content.last]):
            return None  # "المدرب: سالم خوري"
        if phrase.name_first < phrase.name_last:
            titled = head.use & (Use.TITLE | Use.HONORIFIC)
            if phrase.name_first > phrase.first and not titled:
                return None  # a topic with a name in it: "اختفاء فلان: …"
            entity = self._find_named(passage, phrase, mention.start)
            if entity is not None and not titled and len(entity.key) < len(key):
                return None  # "اختفاء فلان: …", where the body names him without the first word
            if entity is not None and first.key in entity.key:
                return None  # "ماي: ماي تحدد موعدا": the newspaper's own words
            known = entity is not None and (entity.kind is SpeakerKind.PERSON or id(entity) in self.speaking)
            return Resolved(entity, mention, "name") if known else None
        if head.use & (Use.TITLE | Use.UNNAMED | Use.DOCUMENT | Use.HONORIFIC):
            return self.resolve_phrase(passage, phrase, _gender(passage, report))
        if head.use & Use.PLACE and phrase.last - phrase.first == 1:  # no agency with the country's name in its own
            speaks = content.opener >= 0 or _speaks_for_us(first)
            return self.resolve_phrase(passage, phrase, _gender(passage, report)) if speaks else None
        entity = self._speaking_organization(set(key))
        return Resolved(entity, mention, "organization") if entity else None

    def _is_a_name(self, words: list[Word]) -> bool:
        return all(map(is_name_word, words)) and self.registry.find_name(key_of(words)) is not None

    def _speaking_organization(self, key: set[str]) -> Entity | None:
        """Return the organisation that a heading's words name: one that speaks, or any by two of its words."""
        for entity in self.registry.organizations_of(key):
            if id(entity) in self.speaking or len(key) > 1:
                return entity
        return None


def carry(resolved: Resolved, place: int, sieve: str) -> Resolved:
    """Return the same speaker for a report at ``place``, with the mention nearest before it."""
    entity = resolved.entity
    mention = entity.mention_before(place) if entity is not None else None
    return Resolved(entity, mention or resolved.mention, sieve)


def _has_complement(words: list[Word]) -> bool:
    """Tell whether a title says of what: "الرئيس السابق للمجلس" is not whoever else is called president."""
    return any(word.prefix in {"ل", "لل"} and word.use & (Use.ORGANIZATION | Use.PURPOSE) for word in words[1:])


def _speaks_for_us(first: Word) -> bool:
    """Tell whether a headline's words are a country's own: "الجزائر: نحذر من أي هجوم"."""
    return first.fold.startswith(("ن", "سن", "لن")) and not first.definite


def _is_meant_again(head: Word, last: Entity, gender: str, countries: set[str]) -> bool:
    """Tell whether "الخبير", "المسؤول الفرنسي" may mean whoever spoke last."""
    fits = bool(head.use & Use.UNNAMED) and last.kind is SpeakerKind.UNNAMED
    fits = fits or (bool(head.use & Use.TITLE) and last.kind is SpeakerKind.PERSON)
    contradicts = bool(countries and last.countries and not countries & last.countries)
    return fits and last.gender in {"", gender} and not contradicts


def _gender(passage: Passage, report: Report) -> str:
    cue: Cue | None = passage.tokens.words[report.cue].cue if report.cue >= 0 else None
    return cue.gender if cue is not None and cue.form in {Form.PAST, Form.PRESENT} else ""


def _is_inside(passage: Passage, report: Report) -> bool:
    """Tell whether a report stands inside what an earlier one of its sentence reports."""
    return any(
        content.first <= report.cue < content.last
        for outer, _ in passage.done[-MAX_LOOK_BACK:]
        for content in outer.contents
    )


def _in_sentence(passage: Passage, report: Report) -> Resolved | None:
    """Return who last spoke in the sentence, past those who were only quoted in content that has ended."""
    recent = passage.done[-MAX_LOOK_BACK:]
    for earlier, resolved in reversed(recent):
        if earlier.sentence_start != report.sentence_start:
            return None
        ended = any(
            content.first <= earlier.cue < content.last <= report.cue
            for outer, _ in recent
            if outer is not earlier
            for content in outer.contents
        )
        if not ended:
            return resolved
    return None
