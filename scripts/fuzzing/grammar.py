"""A random number generator -> text in the likeness of Arabic news, from the words of the language pack itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from random import Random

from transforms.languages import read_data
from transforms.languages.ar.rules import inflect_past, inflect_present

OPENERS = ("«", "“", "„", '"', "‘", "‹", "'", "''", "``", "”", "»", "««", '""', "«“", "")
CLOSERS = ("»", "”", '"', "’", "›", "'", "''", "“", "«", "»»", '""', "”»", "", "».", "؟»")
STRANGE = (
    *"\t\v\f\r\x00\x1a\x1c\x85\u00a0\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202b\u202c\u202e",
    *"\u2066\u2069\u3000\ufeff",
    *"\u0301\u0640\u064b\u0651\u0670\u06dd\u0600ٱیکپگ٫٪²½Ⅷſıİßﷺﻻ�😀𝟗𞸀ـ_#@&*|/\\-–—…،؛؟:.!()[]{}",
    "..", "....", "--", "ـــ", "http://a.b/c", "www.a.com", "a@b.c", "@a", "#وسم_طويل", "a.b.com/x", "10:45",
    "1/2/2021", "0930GMT", "(GMT+3", "https://t.co/x?y=1", "1)", "(2)", "١-", "*", "• ", "ال", "و", "لل", "ب", "عبدال",
)  # fmt: skip
DIGITS = ("0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗")

_SENTENCES = (
    "{verb} {person} {that} {clause}",
    "{verb} {person}: {open}{clause}{close}",
    "{verb} {person} {open}{clause}{close}",
    "{open}{clause}{close}، {verb} {person}",
    "{source} {person}، {clause}",
    "{clause} {source} {person}",
    "{relay} {person} عن {person} قوله {that} {clause}",
    "{person} {verb} {that} {clause}",
    "{verb} {person} {that} {clause}، {participle} {that} {clause}",
    "{verb} {person} {open}{clause} {open}{clause}{close} {clause}{close}",
    "جاء في {document} {that} {clause}",
    "{verb} {person} القرار بأنه {open}{clause}{close}",
    "{person}: {clause}",
    "{person}: {open}{clause}{close}",
    "{open}{clause}{close}",
    "{noun} {person} {that} {clause}",
    "{clause}",
    "{strange}{clause}{strange}",
)
_CLAUSES = (
    "{word} {word} {word} {word}",
    "{word} {word} {place} {time} {word} {word}",
    "{title} {name} {word} {open}{word} {word}{close} {word}",
    "{word} {number} {word} {strange} {word}",
    "{organization} {word} {relative} {verb} {that} {word} {word}",
)
_PEOPLE = (
    "{title} {name} {name}",
    "{honorific} {name} {particle} {name}",
    "{title} {organization} {nationality} {name} {name}",
    "{name} {name}",
    "{organization} {nationality}",
    "{organization} {open}{word}{close}",
    "{unnamed} {organization}",
    "{title} {nationality}",
    "{name}",
    "{strange}{name}",
    "",
)
_LINES = (
    "{section}",
    "{section} / {word} {word} {name}",
    "{title} {name} {verb} {word} {word} {word}",
    "{word} {word} {place}.. {word}",
    "{weekday} {number} {month} {year} - {clock}",
    "{number} {month} {year}",
    "{month} {number}, {year} {strange}",
    "{number}/{number}/{year} {clock} {half}",
    "{weekday}، {number} {hijri} {year} هـ - {number} {month} / {month} {year} م الساعة {clock} بتوقيت {place}",
    "{place} - {agency}",
    "{place} ({agency}) - {clause}",
    "{place} {number} {month} {year} ({agency}) -- {clause}",
    "{label}: {name} {name}",
    "{label} {name} {name} - {place}",
    "{agency} / {name} {name}، {place}",
    "{label}",
    "{strange}{strange}{strange}",
    "{word} {word} {word}؟",
    "- {clause}",
    "{open}{clause}{close}",
    "========",
)
_SLOT = re.compile(r"\{(\w+)\}")


def strings(data: object) -> Iterator[str]:
    """Yield every string in a pack's data, keys left out."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from strings(value)
    elif isinstance(data, list):
        for value in data:
            yield from strings(value)


class Grammar:
    """Templates and the words that fill them, read from the pack ``code`` once."""

    def __init__(self, code: str = "ar") -> None:
        words, layout, dates = (read_data(code, name) for name in ("words", "layout", "dates"))
        verbs, cues = read_data(code, "cues")["verb"], read_data(code, "cues")
        places, names = read_data(code, "places"), read_data(code, "names")
        told = [form for verb in verbs if verb["kind"] != "relay" for form in _verb_forms(verb)]
        self.words: dict[str, list[str]] = {
            "verb": [*told, *("و" + form for form in told)],
            "relay": [form for verb in verbs if verb["kind"] == "relay" for form in _verb_forms(verb)],
            "participle": [verb["participle"] for verb in verbs if "participle" in verb],
            "noun": [form for noun in cues["noun"] for form in noun["forms"]],
            "source": [form for source in cues["source"] for form in source["forms"]],
            "that": [*words["complementizers"]["bare"], "أنه", "بأن", "أنها", "عن", "إلى أن", ""],
            "name": [*names["words"], *layout["given_names"], *words["names"]["given"]],
            "particle": words["names"]["particles"],
            "title": [form for word in words["titles"]["words"] for form in (word, "ال" + word)],
            "honorific": words["titles"]["honorifics"],
            "organization": [form for word in words["organizations"]["words"] for form in (word, "ال" + word)],
            "nationality": [*read_data(code, "nationalities")["words"], "السوري", "الروسية"],
            "document": [*words["documents"]["words"], *words["prepositions"]["occasions"]],
            "unnamed": words["unnamed"]["words"],
            "relative": words["conjunctions"]["relatives"],
            "time": words["times"]["words"],
            "place": [*places["towns"], *places["countries"], *layout["towns"]],
            "section": layout["sections"],
            "agency": [*layout["agencies"], *layout["outlets"], "CNN", "Reuters"],
            "label": [word for name in layout if name.endswith(("labels", "controls")) for word in layout[name]],
            "weekday": list(strings(dates["weekdays"])),
            "month": [*strings(dates["months"]), *strings(dates["english_months"]), "ſep", "Aprıl", "AUGUST"],
            "hijri": list(strings(dates["hijri_months"])),
            "half": list(strings(dates["clock"])),
            "open": list(OPENERS),
            "close": list(CLOSERS),
            "strange": [*STRANGE, *strings(dates["relative"]), *strings(dates["units"])],
            "word": [*strings(words), *strings(layout["opening_verbs"]), *strings(layout["waw_words"])],
        }
        self._templates = {"clause": _parsed(_CLAUSES), "person": _parsed(_PEOPLE)}
        self._sentences, self._lines = _parsed(_SENTENCES), _parsed(_LINES)
        self._numbers: dict[str, Callable[[Random], str]] = {
            "number": lambda rng: _number(rng, rng.choice((9, 31, 31, 99, 10**6))),
            "year": lambda rng: _number(rng, 2100, 1300) if rng.random() < 0.9 else _number(rng, 10**5),
            "clock": lambda rng: rng.choice((":", ":", ":", "٫", " ")).join((_number(rng, 25), _number(rng, 61, 10))),
        }

    def sentence(self, rng: Random) -> str:
        """Return one sentence, with or without somebody who says something."""
        return self._fill(rng, rng.choice(self._sentences)) + rng.choice((".", ".", ".", "", "،", "؟", " ", "..", ":"))

    def line(self, rng: Random) -> str:
        """Return one line as it stands around stories: a title, a date, a byline, an ornament."""
        return self._fill(rng, rng.choice(self._lines))

    def news(self, rng: Random, sentences: int) -> str:
        """Return a text with header lines, so many sentences in paragraphs, and lines below."""
        header = [self.line(rng) for _ in range(rng.randrange(5))]
        body = [self.sentence(rng) for _ in range(sentences)]
        footer = [self.line(rng) for _ in range(rng.choice((0, 0, 1, 3)))]
        ends = rng.choice(("\n", "\n\n", "\r\n", "\n \n", "\u2028", "\r"))
        story = "".join(one + (" " if rng.random() < 0.6 else ends) for one in body)
        return ends.join((*header, story, *footer))

    def piece(self, rng: Random) -> str:
        """Return one word or sign of any kind, the kinds all as likely."""
        return rng.choice(self.words[rng.choice(list(self.words))])

    def _fill(self, rng: Random, template: list[str]) -> str:
        # Literals and names of slots stand in turn.
        return "".join(self._slot(rng, part) if at % 2 else part for at, part in enumerate(template))

    def _slot(self, rng: Random, name: str) -> str:
        if name in self._templates:
            return self._fill(rng, rng.choice(self._templates[name]))
        if name in self._numbers:
            return self._numbers[name](rng)
        return rng.choice(self.words[name])


def _parsed(templates: Iterable[str]) -> list[list[str]]:
    return [_SLOT.split(template) for template in templates]


def _verb_forms(verb: dict[str, str]) -> Iterator[str]:
    for key, inflect in (("past", inflect_past), ("present", inflect_present)):
        if key in verb:
            yield from (form for form, _, _ in inflect(verb[key]))


def _number(rng: Random, most: int, least: int = 0) -> str:
    number, digits = str(rng.randint(least, most)), rng.choice(DIGITS)
    return number.translate(str.maketrans(DIGITS[0], digits)) if digits != DIGITS[0] else number
