"""The pool -> as many articles as are wanted, of which no more repeat another than in the pool itself.

The first copy of the pool is the pool. In every later one most of the rarer words, names among them, are exchanged for
others of the same shape and about the same frequency, the same word for the same one throughout the copy, and years
are moved. So two articles of one copy are as like as their originals, articles of two copies share few runs of five
words, and length, layout, marks and the words that report speech stay what they are.
"""

from __future__ import annotations

import math
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from benchmarks.articles import Article

_KEPT_WORDS = 2_000
"""So many of the most frequent words stay: what makes a text news, reporting verbs and titles among them."""

_EXCHANGED = 50
"""Per cent of the other words that are exchanged."""

_WORD = re.compile(r"[^\W\d_]+")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_FIRST_YEAR, _YEARS = 1990, 34
_PREFIXES = ("وال", "بال", "لل", "ال", "و", "ب", "ل", "ف", "ك")
_SUFFIXES = ("ون", "ين", "ات", "ها", "هم", "ية", "ة", "ه", "ي", "ا", "ن")


def vary(pool: Callable[[], Iterable[Article]], count: int, first: int = 0) -> Iterator[Article]:
    """Yield ``count`` articles from number ``first`` on; ``pool`` is called for each copy, and read as it comes."""
    last, number = first + count, 0
    words = _Words(pool())
    copy = 0
    while number < last:
        exchange = words.exchange(copy)
        for article in pool():
            if first <= number < last:
                yield article if copy == 0 else _variant(article, copy, exchange)
            number += 1
        copy += 1


class _Words:
    """The words of the pool by their shape and frequency."""

    def __init__(self, articles: Iterable[Article]) -> None:
        counts = Counter(word for article in articles for word in _WORD.findall(article.text))
        self._kept = frozenset(word for word, _ in counts.most_common(_KEPT_WORDS))
        self._alike: dict[tuple[object, ...], list[str]] = defaultdict(list)
        self._counts = counts
        for word in sorted(counts.keys() - self._kept):
            self._alike[self._shape(word)].append(word)

    def exchange(self, copy: int) -> Callable[[re.Match[str]], str]:
        """Return what puts another word, or the same, in the place of each that an expression finds."""
        known: dict[str, str] = {}

        def put(match: re.Match[str]) -> str:
            word = match[0]
            if word not in known:
                known[word] = self._other(word, copy)
            return known[word]

        return put

    def _other(self, word: str, copy: int) -> str:
        alike = self._alike.get(self._shape(word))
        chance, choice = divmod(zlib.crc32(f"{copy} {word}".encode()), 1 << 25)
        if word in self._kept or not alike or chance * 100 >= _EXCHANGED << 7:
            return word
        return alike[choice % len(alike)]

    def _shape(self, word: str) -> tuple[object, ...]:
        start = next((prefix for prefix in _PREFIXES if word.startswith(prefix)), "")
        end = next((suffix for suffix in _SUFFIXES if word.endswith(suffix)), "")
        return start, end, min(len(word), 9), word.isascii(), int(math.log2(self._counts[word] + 1))


def _variant(article: Article, copy: int, exchange: Callable[[re.Match[str]], str]) -> Article:
    def words(text: str | None) -> str | None:
        return None if text is None else _WORD.sub(exchange, years(text))

    def years(text: str) -> str:
        return _YEAR.sub(lambda year: str(_FIRST_YEAR + (int(year[0]) + 7 * copy) % _YEARS), text)

    date = None if article.date is None else years(article.date)
    return replace(
        article, id=f"{article.id}-{copy}", title=words(article.title), date=date, text=words(article.text) or ""
    )
