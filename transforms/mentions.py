"""Phrases -> entities: who is named in an article, under which longest name, and which phrase means whom."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from transforms.canonical import clean_name, mention_span, organization_name
from transforms.languages.ar import rules
from transforms.lexicon import BEFORE_NAMES, Kind, Lexicon, Use, Word
from transforms.model import Span, SpeakerKind
from transforms.names import has_use
from transforms.phrases import Phrase
from transforms.tokens import Tokens

NameKey = tuple[str, ...]

_NONE: frozenset[str] = frozenset()
MAX_NAMESAKES = 40
"""Entities that share a word or title and are looked at, the latest first: bounds the cost of a list of names."""


@dataclass(slots=True, init=False, eq=False)
class Entity:
    """Somebody or something that an article names. ``mentions`` are in text order."""

    kind: SpeakerKind
    name: str
    key: NameKey
    head: str
    gender: str
    titles: frozenset[str]
    countries: frozenset[str]
    title: str | None
    title_words: set[str]
    offices: set[NameKey]
    is_sure: bool
    mentions: list[Span]

    def __init__(self, kind: SpeakerKind, name: str, key: NameKey, head: str, *, is_sure: bool = True) -> None:
        self.kind = kind
        self.name = name
        self.key = key
        self.head = head
        self.gender = ""
        self.titles = _NONE
        self.countries = _NONE
        self.title = None
        self.title_words = set()
        self.offices = set()
        self.is_sure = is_sure
        self.mentions = []

    @property
    def is_one(self) -> bool:
        """Whether it is one person, known by name."""
        is_named = self.kind is SpeakerKind.PERSON and not self.head and bool(self.key)
        return is_named and not self.key[0].endswith("و")  # "محامو فلان"

    def mention_before(self, place: int) -> Span | None:
        """Return the nearest mention that starts before ``place``, else the first one, ``None`` if there is none."""
        if not self.mentions:
            return None
        at = bisect_right(self.mentions, (place, place))
        return self.mentions[at - 1] if at else self.mentions[0]


def key_of(words: list[Word]) -> NameKey:
    """Return the comparable form of a printed name or mention: its words and numbers, an attached و left out."""
    keys = tuple([word.key for word in words if word.key])
    return name_key([_bare_fold(word) for word in words if word.key]) if _SERVANT in keys[:-1] else keys


def _bare_fold(word: Word) -> str:
    return word.noun if word.prefix in BEFORE_NAMES else word.fold


def name_key(words: list[str]) -> NameKey:
    """Return the comparable form of a bare name's folded words: article dropped, final ى and ة levelled.

    >>> name_key(["بشار", "الاسد"])
    ('بشار', 'اسد')
    """
    words = _join_servants(words)
    return tuple([rules.name_word(word) for word in words if word])


_SERVANT = "عبد"


def _join_servants(words: list[str]) -> list[str]:
    """Write "عبد الله" as "عبدالله", since newspapers print both."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] == _SERVANT:
            joined[-1] += word
        else:
            joined.append(word)
    return joined


_PRINTED = re.compile(r"\w+")
MAX_OFFICE = 4
"""Words that tell an office "in the name of" something: "المتحدث باسم مجلس المستوطنين"."""
_IN_NAME_OF = ("باسم",)
MIN_RECURRENT = 3
"""How often a surname is printed at least, where the word behind it shows only once and so is none."""


@dataclass(slots=True)
class Registry:
    """The entities of one article. Register all phrases first, then resolve: names may grow to the article's end."""

    text: str
    lexicon: Lexicon
    entities: list[Entity] = field(default_factory=list)
    _by_word: dict[str, list[Entity]] = field(default_factory=dict)
    _by_head: dict[str, list[Entity]] = field(default_factory=dict)
    _counts: Counter[str] | None = None
    _by_title: dict[str, list[Entity]] = field(default_factory=dict)

    def register(self, tokens: Tokens, phrase: Phrase, *, is_sure: bool = True) -> Entity | None:
        """Add the mention of a named phrase and return its entity; ``None`` for a phrase that names nobody.

        ``is_sure`` says that the phrase surely ends where its name does; in running text a verb may stand there.
        """
        if phrase.name_first == phrase.name_last:
            return self._register_unnamed(tokens, phrase)
        words = tokens.words[phrase.name_first : phrase.name_last]
        skip = int(words[0].prefix in BEFORE_NAMES)
        key = key_of(words)
        if not key:
            return None
        entity = self.find_name(key) or self._find_cut(key, words[0])
        if entity is None or _is_better(key, words, entity, is_sure=is_sure):
            name = clean_name(self._cut(tokens, phrase.name_first, phrase.name_last, skip))
            if entity is None:
                entity = Entity(SpeakerKind.PERSON, name, key, "", is_sure=is_sure)
                self.entities.append(entity)
            else:
                entity.name, entity.key, entity.is_sure = name, key, is_sure
            self._index(entity, key)
            self._adopt(entity)
        self._note(entity, tokens, phrase)
        return entity

    def _adopt(self, entity: Entity) -> None:
        """Give a grown name to those who bear the beginning of it: "محمد علي", of whom "محمد علي كمون" is the whole."""
        key = entity.key
        for other in self._by_word.get(key[0], [])[-MAX_NAMESAKES:]:
            if (
                other.kind is SpeakerKind.PERSON
                and 1 < len(other.key) < len(key)
                and key[: len(other.key)] == other.key
            ):
                other.name, other.key = entity.name, key

    def _find_cut(self, key: NameKey, first: Word) -> Entity | None:
        """Return the person whose surname opens what was read as a longer name: "وطرح مون بدائل"."""
        if len(key) < 2 or first.use & Use.GIVEN_NAME:
            return None
        known = self._by_word.get(key[0], [])[-MAX_NAMESAKES:]
        return next((e for e in known if e.kind is SpeakerKind.PERSON and e.key[-1] == key[0] and len(e.key) > 1), None)

    def _register_unnamed(self, tokens: Tokens, phrase: Phrase) -> Entity | None:
        if phrase.kind is SpeakerKind.PERSON or phrase.same:
            return None
        key = key_of(tokens.words[phrase.first : phrase.last])
        if not key:
            return None
        if phrase.kind is SpeakerKind.ORGANIZATION:
            entity = self._find_organization(key)
        else:
            known = self._by_head.get(phrase.head, [])[-MAX_NAMESAKES:]
            entity = next((e for e in reversed(known) if e.key == key), None)
        if entity is None:
            entity = Entity(phrase.kind, organization_name(tokens, phrase, self.text), key, phrase.head)
            self.entities.append(entity)
            self._by_head.setdefault(phrase.head, []).append(entity)
            self._index(entity, key)
        elif len(key) > len(entity.key) and entity.kind is SpeakerKind.ORGANIZATION and _is_fuller(key, entity.key):
            if phrase.head != entity.head:
                self._by_head.setdefault(phrase.head, []).append(entity)
            entity.name, entity.key, entity.head = organization_name(tokens, phrase, self.text), key, phrase.head
            self._index(entity, key)
        self._note(entity, tokens, phrase)
        return entity

    def _note(self, entity: Entity, tokens: Tokens, phrase: Phrase) -> None:
        entity.mentions.append(mention_span(tokens, phrase))
        words = tokens.words
        first = phrase.first
        for index in range(phrase.first, phrase.name_first):
            if words[index].use & Use.TITLE and (words[index].prefix == "و" or words[index - 1].kind is Kind.COMMA):
                first = index  # another person's title stands before
        for index in range(first, phrase.last):
            word = words[index]
            if not word.use:
                continue
            if word.prefix == "و" and index > phrase.name_last and word.use & (Use.TITLE | Use.GIVEN_NAME):
                break
            if phrase.name_first <= index < phrase.name_last:
                continue
            completes = index > first and words[index - 1].use & Use.TITLE and not words[index - 1].definite
            if completes and not word.definite:
                continue  # "نائب وزير" is no minister
            if word.use & (Use.TITLE | Use.HONORIFIC) and (title := rules.level(word.noun)) not in entity.titles:
                entity.titles |= {title}
                self._by_title.setdefault(title, []).append(entity)
            if word.use & Use.NATIONALITY and (country := self.lexicon.country(word.noun)):
                entity.countries |= {country}
        if phrase.name_first < phrase.name_last < phrase.last:
            self._note_apposition(entity, words[phrase.name_last : phrase.last])
        if phrase.name_first > phrase.first:
            title_key = key_of(words[phrase.first : phrase.name_first])
            entity.title_words.update(title_key)
            entity.offices.update((title_key[:2], title_key[:MAX_OFFICE]))
            title = self._cut(tokens, phrase.first, phrase.name_first, 0).strip(" ،,")
            if entity.title is None or len(title) > len(entity.title):
                entity.title = title

    def _note_apposition(self, entity: Entity, words: list[Word]) -> None:
        """Keep the office that stands behind a name: "كامل نصار، مستشار محافظ أسيوط"."""
        first = next((i for i, word in enumerate(words[:2]) if word.kind is Kind.WORD), len(words))
        if first == len(words) or not words[first].use & Use.TITLE or words[first].prefix:
            return
        if not has_use(words, first, len(words), Use.GIVEN_NAME):  # the office of another who is named behind it
            key = key_of(words[first:])
            entity.title_words.update(key)
            entity.offices.update((key[:2], key[:MAX_OFFICE]))

    def _cut(self, tokens: Tokens, first: int, last: int, skip: int) -> str:
        return self.text[tokens.starts[first] + skip : tokens.end(last - 1)]

    def _index(self, entity: Entity, key: NameKey) -> None:
        for word in key:
            known = self._by_word.setdefault(word, [])
            if not known or known[-1] is not entity:
                known.append(entity)

    def find_name(self, key: NameKey, place: int = 0) -> Entity | None:
        """Return the person of a name or a part of it, ``None`` for a new one.

        The whole name wins over a surname, that over a first name; among equals the latest mentioned before ``place``.
        """
        best: Entity | None = None
        best_rank = (-1, -1)
        if not key:
            return None
        for word in (key[-1], key[0]) if key[-1] != key[0] else key[:1]:
            for entity in self._by_word.get(word, [])[-MAX_NAMESAKES:]:
                if entity.kind is not SpeakerKind.PERSON or not _same_person(key, entity.key):
                    continue
                mention = entity.mention_before(place) if place else None
                at = mention.start if mention is not None and mention.start <= place else -1
                rank = (2 if entity.key == key else 1 if entity.key[-1] == key[-1] else 0, at)
                if rank >= best_rank:
                    best, best_rank = entity, rank
        return best

    def find_surname(self, key: NameKey, first_names: NameKey) -> Entity | None:
        """Return the person of whom only this one word is known as yet, or with it one of the first names."""
        for entity in self._by_word.get(key[0], [])[-MAX_NAMESAKES:] if key else []:
            if entity.kind is SpeakerKind.PERSON and (
                entity.key == key
                or (len(first_names) > 1 and entity.key[-1:] == key and entity.key[:-1] == first_names[:1])
            ):
                return entity
        return None

    def surnames(self) -> set[str]:
        """Return the words of which ``find_surname`` may know somebody."""
        return {e.key[-1] for e in self.entities if e.kind is SpeakerKind.PERSON and len(e.key) < 3}

    def _find_organization(self, key: NameKey) -> Entity | None:
        if key[0] == _MINISTRY and len(key) > 1 and (bare := self._find_organization(key[1:])) is not None:
            return bare
        for entity in reversed(self._by_word.get(key[0], [])[-MAX_NAMESAKES:]):
            if entity.kind is SpeakerKind.ORGANIZATION and (
                entity.key[: len(key)] == key
                or key[: len(entity.key)] == entity.key
                or (len(key) > 2 and entity.key[0] == key[0] and _is_within(key, entity.key))
                or (entity.key[0] == _MINISTRY and entity.key[1 : len(key) + 1] == key)
                or (len(key) == 1 and key[0] in entity.key[1:-1])
            ):
                return entity
        return None

    def find_by_head(self, head: str, place: int, countries: AbstractSet[str], modifier: NameKey = ()) -> Entity | None:
        """Return whom a definite noun means ("الوزارة", "المصدر"): the latest with that head before ``place``.

        A ``modifier`` must be in the entity's name: "المجلس العسكري" is no "مجلس الشعب".
        """
        known = self._by_head.get(head, [])[-MAX_NAMESAKES:]
        return self._latest([e for e in known if set(modifier) <= set(e.key)], place, countries)

    def find_by_title(self, title: str, place: int, countries: AbstractSet[str]) -> Entity | None:
        """Return the person with a title and, if given, a nationality, mentioned latest before ``place``."""
        known = self._by_title.get(rules.level(title), [])[-MAX_NAMESAKES:]
        fitting = [e for e in known if e.kind is SpeakerKind.PERSON]
        if countries:
            both = [e for e in fitting if e.countries & countries]
            if both:
                return self._latest(both, place, set())
            fitting = [e for e in fitting if not e.countries]
        return self._latest(fitting, place, set())

    def find_by_full_title(self, key: NameKey, place: int) -> Entity | None:
        """Return the person whose titles hold every word of ``key`` ("مدرب الوحدة"), the latest before ``place``."""
        fitting = [e for e in self._by_title.get(key[0], [])[-MAX_NAMESAKES:] if e.title_words.issuperset(key)]
        return self._latest(fitting, place, set())

    def find_by_office(self, key: NameKey) -> Entity | None:
        """Return the only person whose title opens with an office and its first word: "زعيم الأغلبية"."""
        known = self._by_title.get(key[0], [])[-MAX_NAMESAKES:] if len(key) > 1 else []
        size = MAX_OFFICE if key[1:2] == _IN_NAME_OF else 2
        fitting = [e for e in known if key[:size] in e.offices]
        return fitting[0] if len(fitting) == 1 else None

    def _latest(self, entities: list[Entity], place: int, countries: AbstractSet[str]) -> Entity | None:
        best: Entity | None = None
        best_place = -1
        for entity in entities[-MAX_NAMESAKES:]:
            if countries and entity.countries and not entity.countries & countries:
                continue
            mention = entity.mention_before(place)
            if mention is None:
                continue
            at = mention.start if mention.start < place else 0
            if at > best_place or best is None:
                best, best_place = entity, at
        return best

    def add(self, phrase: Phrase, name: str, key: NameKey, mention: Span) -> Entity:
        """Add somebody whom no rule names better than by a mention as it stands, and return the entity."""
        entity = Entity(phrase.kind, name, key, phrase.head)
        entity.mentions.append(mention)
        self.entities.append(entity)
        return entity

    def nearest(self, place: int, *, person: bool = False) -> Entity | None:
        """Return who is mentioned last before ``place``, among those registered last; a ``person`` if so asked."""
        best: Entity | None = None
        best_place = -1
        for entity in self.entities[-MAX_NAMESAKES:]:
            mention = entity.mention_before(place - 1)
            if person and not entity.is_one:
                continue
            if mention is not None and best_place < mention.start < place:
                best, best_place = entity, mention.start
        return best

    def recent(self, count: int) -> list[Entity]:
        """Return the ``count`` entities registered last."""
        return self.entities[-count:]

    def close(self) -> None:
        """Put every entity's mentions into text order, once all blocks are registered; a name's own phrase holds it."""
        for entity in self.entities:
            if len(entity.mentions) < 2:
                continue
            mentions: list[Span] = []
            for mention in sorted(set(entity.mentions), key=_outermost_first):
                if not mentions or mention.end > mentions[-1].end:
                    mentions.append(mention)
            entity.mentions = mentions
        for known in self._by_head.values():
            if len(known) == 1 and known[0].kind is SpeakerKind.UNNAMED:
                self._name_later(known[0])

    def _name_later(self, entity: Entity) -> None:
        """Name an unnamed source whom the article calls by name later on: "متحدث باسم الحكومة … المتحدث عمر سالم"."""
        bearers = [e for e in self._by_title.get(rules.level(entity.head), []) if e.kind is SpeakerKind.PERSON]
        if len(bearers) != 1 or not entity.mentions or not bearers[0].mentions:
            return
        person, place = bearers[0], entity.mentions[0]
        is_same = (person.title or "").startswith(f"ال{entity.head}")
        if is_same and place.end < person.mentions[0].start and not self.text.startswith("ال", place.start):
            entity.kind, entity.name = person.kind, person.name

    def settle(self, entity: Entity) -> None:
        """Shorten a name of running text by a word printed once, where the one before it recurs as a surname does."""
        if entity.is_sure:
            return
        entity.is_sure = True
        words = entity.name.split()
        if len(words) < 2 or len(entity.key) < 2:
            return
        surname, last = words[-2], words[-1]
        first, second = self.lexicon.word(surname), self.lexicon.word(last)
        belongs = second.use & Use.GIVEN_NAME or first.use & Use.NAME_PARTICLE or "-" in last
        if (
            belongs
            or _SERVANT in words[-3:-1]
            or surname.startswith(_SERVANT)
            or (first.use & Use.GIVEN_NAME and (second.definite or len(words) == 2))
        ):
            return
        if self._counts is None:
            self._counts = Counter(_PRINTED.findall(self.text))
        least = MIN_RECURRENT if first.use & Use.GIVEN_NAME else MIN_RECURRENT - 1
        if self._counts[last] <= 1 and self._counts[surname] >= least:
            namesakes = self._by_word[entity.key[-2]][-MAX_NAMESAKES:]
            whole = next((e for e in namesakes if _ends_with(e.key, entity.key[:-1])), None)
            entity.name = whole.name if whole is not None else " ".join(words[:-1])
            entity.key = whole.key if whole is not None else entity.key[:-1]

    def organizations_of(self, key: set[str]) -> list[Entity]:
        """Return the organisations whose names hold every word of ``key``, the first named first."""
        known = self._by_word.get(min(key), [])[:MAX_NAMESAKES] if key else []
        return [e for e in known if e.kind is SpeakerKind.ORGANIZATION and key <= set(e.key)]

    def find_word(self, word: str) -> Entity | None:
        """Return the latest entity whose name holds a word, ``None`` if none does."""
        found = self._by_word.get(word)
        return found[-1] if found else None


def _ends_with(long: NameKey, short: NameKey) -> bool:
    return len(long) > len(short) and long[-len(short) :] == short


def _outermost_first(mention: Span) -> tuple[int, int]:
    return mention.start, -mention.end


def _is_fuller(key: NameKey, known: NameKey) -> bool:
    """Tell whether a longer name of an organisation is the better one: "الدفاع الجزائري" is none for "وزارة الدفاع"."""
    return key[0] == _MINISTRY or known[0] != _MINISTRY


def _is_within(short: NameKey, long: NameKey) -> bool:
    """Tell whether a longer name holds the words in their order and ends alike: the newspaper left some out."""
    rest = iter(long)
    return short[-1] == long[-1] and all(word in rest for word in short)


_MINISTRY = "وزاره"
"""A ministry is named without this word too: "الداخلية", "الخارجية الفرنسية"."""


def _is_better(key: NameKey, words: list[Word], entity: Entity, *, is_sure: bool) -> bool:
    """Tell whether a mention names an entity better than what is known: longer, or surely shorter.

    In running text the word behind a name may be a verb: it is taken only for a known given name, or behind one.
    """
    known = entity.key
    if len(key) > len(known):
        if not _same_person(key, known):
            return False
        return is_sure or key[: len(known)] != known or _is_known_name(words, len(known))
    cut = is_sure and not entity.is_sure and len(words) == 1 and known[:1] == key
    return cut and len(known) > 1 and not words[0].use & Use.GIVEN_NAME


def _is_known_name(words: list[Word], count: int) -> bool:
    """Tell whether what stands behind the first ``count`` words of a name belongs to it."""
    given = Use.GIVEN_NAME | Use.NAME_PARTICLE
    return bool(words[count - 1].use & given) or all(word.use & given for word in words[count:])


def _same_person(short: NameKey, long: NameKey) -> bool:
    """Tell whether two names can be one person's: one opens or ends the other, or both begin and end alike."""
    if len(short) > len(long):
        short, long = long, short
    if short == long:
        return True
    if len(short) == 1:
        return (short[0] in {long[-1], long[0]} and len(short[0]) > 2) or (short[0] == long[0] and len(long) > 2)
    if short[0] == long[0] and short[-1] == long[-1]:
        return True
    return long[-len(short) :] == short or long[: len(short)] == short
