"""Text -> the BCP 47 tag of its language, by script and telltale letters."""

from __future__ import annotations

import re
import string
import unicodedata

_SAMPLE = 1500
_ARABIC = "ابتثجحخدذرزسشصضطظعغفقكلمنهويةىءأإآؤئ"
# Letters of Persian, Urdu, Pashto, Kurdish, Uyghur and others that Arabic lacks. Not ک and ی, which some Arabic
# keyboards produce; گ, چ, پ, ژ and ڤ stand in foreign names in Arabic too, but seldom.
_NOT_ARABIC = re.compile("[پچژگڤٹڈڑںےہھەڕڵێۆۇۈڭټډړښږېۍڼګ]")
_ARABIC_BYTES = _ARABIC.encode("iso-8859-6")
_VARIANTS = "کی"
_LATIN = string.ascii_letters.encode()
_MOST_FOREIGN = 0.012  # of the letters: Persian has three in a hundred, Arabic two in a thousand
_LEAST_SCRIPT = 0.5


def identify(text: str) -> str | None:
    """Return ``"ar"`` if ``text`` is Arabic, ``None`` if it is another language; the first 1,500 characters decide.

    >>> identify("أكد الرئيس أن الحكومة ستواصل عملها"), identify("رئیس جمهور گفت که دولت پیگیر است")
    ('ar', None)
    >>> identify("The president said so.") is None
    True
    """
    sample = text[:_SAMPLE]
    if _is_arabic(sample) or _is_arabic(unicodedata.normalize("NFKC", sample)):
        return "ar"
    return None


def _is_arabic(sample: str) -> bool:
    # In a short text one foreign name is many letters: each ال and ة outweighs one.
    letters_and_more = sample.encode("iso-8859-6", "ignore")  # one byte a letter: they are counted in one go
    own = len(letters_and_more) - len(letters_and_more.translate(None, _ARABIC_BYTES))
    own += sum(map(sample.count, _VARIANTS))
    foreign = len(_NOT_ARABIC.findall(sample))
    ascii_part = sample.encode("ascii", "ignore")
    latin = len(ascii_part) - len(ascii_part.translate(None, _LATIN))
    other = len(sample) - len(ascii_part) - own - foreign
    letters = own + foreign + latin
    return (
        own > 0
        and own >= _LEAST_SCRIPT * (letters + other // 2)
        and (foreign <= _MOST_FOREIGN * own or foreign <= _MOST_FOREIGN * own + sample.count(" ال") + sample.count("ة"))
    )
