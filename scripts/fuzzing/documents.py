"""A seed and an address -> the bytes of a hostile document, always the same."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import NamedTuple

from scripts.fuzzing.grammar import STRANGE, Grammar
from scripts.fuzzing.mutations import break_bytes, encode, mutate_text, text_mutations
from transforms.decode import decode
from transforms.model import Decoded

_ROOT = Path(__file__).parents[2]
_FOLDERS = (_ROOT / "raw", _ROOT.parent / "shared" / "corpus" / "txt")
_LONGEST_WINDOW = 1_500
_RANGES = (
    (0x600, 0x6FF), (0x600, 0x6FF), (0x621, 0x64A), (0x750, 0x77F), (0x8A0, 0x8FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFF),
    (0x300, 0x36F), (0x64B, 0x65F), (0x2000, 0x206F), (0, 0xFF), (0, 0x1F), (0xD800, 0xDFFF), (0x10E60, 0x10E7E),
    (0x1EE00, 0x1EEFF), (0x1D7CE, 0x1D7FF), (0x1F300, 0x1FAFF), (0xE0000, 0xE007F), (0xFFF0, 0xFFFF), (0, 0x10FFFF),
)  # fmt: skip


class Address(NamedTuple):
    """What names a document: its number, and for one that was made from another the numbers of those before it.

    >>> str(Address.parse("12/7")), Address.parse("12/7").parent
    ('12/7', Address(number=7, ancestors=()))
    """

    number: int
    ancestors: tuple[int, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read what ``str`` writes; ``ValueError`` if it is no address."""
        number, *ancestors = map(int, text.split("/"))
        return cls(number, tuple(ancestors))

    @property
    def parent(self) -> Address | None:
        """The document that this one was made from."""
        return Address(self.ancestors[0], self.ancestors[1:]) if self.ancestors else None

    def __str__(self) -> str:
        return "/".join(map(str, (self.number, *self.ancestors)))


class Documents:
    """Everything that documents are made of; a document depends on the seed and its address, and on nothing else."""

    def __init__(self, seed: int, *, with_corpus: bool = True) -> None:
        self._seed = seed
        self._grammar = Grammar()
        self._mutations = text_mutations(self._grammar)
        paths = sorted(path for folder in _FOLDERS[: 1 + with_corpus] for path in folder.rglob("*.txt"))
        decoded = [decode(path.read_bytes()) for path in paths]
        self._articles = [one.text for one in decoded if isinstance(one, Decoded)]

    def make(self, address: Address) -> bytes:
        """Return the document of an address."""
        parent = address.parent
        return self.fresh(address.number) if parent is None else self.mutant(address.number, self.make(parent))

    def fresh(self, number: int) -> bytes:
        """Return a document that is made from no other."""
        rng = Random(f"{self._seed} {number}")  # noqa: S311 - must come out the same again
        kind = rng.random()
        if kind < 0.4:
            return encode(self._news(rng), rng)
        if kind < 0.8:
            return encode(mutate_text(self._window(rng), rng, self._mutations), rng)
        if kind < 0.92:
            return encode(self._repeated(rng), rng)
        if kind < 0.98:
            return encode(self._characters(rng), rng)
        return rng.randbytes(rng.randrange(600)) if kind < 0.99 else break_bytes(_few_bytes(rng), rng)

    def mutant(self, number: int, data: bytes) -> bytes:
        """Return a document made from another one."""
        rng = Random(f"{self._seed} {number}")  # noqa: S311 - must come out the same again
        if rng.random() < 0.1:
            return break_bytes(data, rng)
        return encode(mutate_text(data.decode("utf-8", "surrogateescape"), rng, self._mutations), rng)

    def _news(self, rng: Random) -> str:
        text = self._grammar.news(rng, 60 if rng.random() < 0.005 else rng.randint(1, 5))
        return mutate_text(text, rng, self._mutations) if rng.random() < 0.3 else text

    def _window(self, rng: Random) -> str:
        """Return a stretch of an article, often with its header; one in a hundred whole."""
        text = rng.choice(self._articles)
        if rng.random() < 0.01:
            return text
        start = 0 if rng.random() < 0.4 else rng.randrange(len(text))
        return text[start : start + rng.randint(100, _LONGEST_WINDOW)]

    def _repeated(self, rng: Random) -> str:
        """Return a few words or signs over and over, mostly behind what makes an article of it."""
        pieces = [
            self._grammar.piece(rng) if rng.random() < 0.5 else rng.choice(STRANGE)
            for _ in range(rng.choice((1, 1, 2, 3, 5)))
        ]
        unit = rng.choice(("", " ", " ")).join(pieces) + rng.choice(("", " ", " ", "\n"))
        size = 30_000 if rng.random() < 0.01 else rng.randint(20, 800)
        lead = self._grammar.news(rng, 1) if rng.random() < 0.8 else ""
        return lead + unit * (1 + size // max(1, len(unit))) + rng.choice(("", self._grammar.sentence(rng)))

    def _characters(self, rng: Random) -> str:
        """Return random characters of a few blocks of Unicode, among Arabic words or not."""
        ranges = rng.choices(_RANGES, k=rng.randint(1, 3))
        runs = [self._run(rng, *rng.choice(ranges)) for _ in range(rng.randint(1, 20))]
        words = [self._grammar.piece(rng) for _ in range(rng.choice((0, 5, 30, 80)))]
        parts = runs + words
        rng.shuffle(parts)
        return rng.choice(("", " ", " ", "\n")).join(parts)

    def _run(self, rng: Random, first: int, last: int) -> str:
        return "".join(map(chr, rng.choices(range(first, last + 1), k=rng.choice((1, 3, 10, 60)))))


def _few_bytes(rng: Random) -> bytes:
    """Return random bytes of a small alphabet, so that patterns of encodings come up."""
    alphabet = rng.choice(
        (b"\x06\x20\x27\x44", b"\x00\x06 a", b"\xc7\xe1\xe4 \n", b"\xd8\xa7\xd9\x84 ", b"\xfe\xff\x00\n")
    )
    return bytes(rng.choices(alphabet, k=rng.randrange(600)))
