"""Quotes of any text: what always holds, however broken the text, and what a long or hostile text costs."""

from __future__ import annotations

import ast
import random
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.transforms.lines import count_lines
from transforms import attribution, split
from transforms.decode import decode
from transforms.model import Article, Decoded, Limits, RawDocument, Reject, Span

_ROOT = Path(__file__).parents[2]
_SHARED = _ROOT.parent / "shared"
_OWN = sorted(path for path in (_ROOT / "raw").glob("*/*.txt") if path.parent.name != "bad-input")
_GOLD = sorted((_SHARED / "gold" / "raw").glob("*.txt"))
_CORPUS = sorted((_SHARED / "corpus" / "txt").glob("*.txt"))[::80]
_MUTATIONS_OF_EACH = 4
_SLOWEST_GROWTH = 1.3
"""How much more than fourfold a fourfold text may cost: room for what is paid once, not for a square."""


def _split(text: str) -> Article | Reject:
    return split(RawDocument("properties/text.txt", text.encode("utf-8", "surrogatepass")))


# --- what always holds ------------------------------------------------------------------------------------------------


def _literals(node: ast.AST) -> set[str]:
    return {n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def _frames() -> set[str]:
    """List the frames that the code can name: literals given to Report, and those that _frame_name builds."""
    frames, kinds, orders = set(), set(), set()
    for path in [*(_ROOT / "transforms" / "reports").glob("*.py"), _ROOT / "transforms" / "attribution.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name == "_frame_name":
                orders |= {word for word in _literals(node) if word.isidentifier()}
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id == "Report" and len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
                frames.add(str(node.args[1].value))
            if node.func.id == "Found" and isinstance(node.args[0], ast.Constant):
                kinds.add(str(node.args[0].value))
    return frames | orders | {f"{order}_{kind}" for order in orders for kind in kinds}


_FRAMES = _frames()
_SIEVES = {
    "name", "title", "head", "organization", "mention",
    "same_sentence", "topic", "same_paragraph", "earlier_paragraph", "nobody",
}  # fmt: skip
"""As docs/method.md names them."""


def test_the_frames_are_found_in_the_code() -> None:
    assert {"heading", "relay", "participle", "verb_subject_clause", "verb_alone_colon"} <= _FRAMES


def _check(text: str) -> None:
    outcome = _split(text)
    assert outcome == _split(text)
    if isinstance(outcome, Reject):
        return
    assert outcome.decoded.text == text.removeprefix("\ufeff")
    _check_quotes(outcome)
    _check_speakers(outcome)


def _check_quotes(article: Article) -> None:
    text, blocks = article.decoded.text, article.layout.blocks
    assert list(article.quotes) == sorted(article.quotes, key=lambda quote: quote.span)
    for quote in article.quotes:
        block = blocks[quote.paragraph_index]
        assert block.role in attribution.SPOKEN_ROLES
        assert block.span.start <= quote.span.start < quote.span.end <= block.span.end
        for span in (quote.span, quote.speaker_mention, quote.cue, quote.addressee, quote.via):
            _check_slice(text, span)
        for span in (quote.cue, quote.addressee):
            assert span is None or block.span.start <= span.start < span.end <= block.span.end
        assert (quote.cue is None) == (quote.cue_lemma is None)
        assert (quote.speaker is None) == (quote.speaker_kind is None)
        assert 0 <= quote.confidence <= 1
        frame, _, sieve = quote.method.partition("/")
        assert frame in _FRAMES
        assert sieve in _SIEVES


def _check_names(text: str) -> None:
    outcome = _split(text)
    if isinstance(outcome, Article):
        for speaker in outcome.speakers:
            assert speaker.name.strip() == speaker.name != ""


def _check_slice(text: str, span: Span | None) -> None:
    if span is not None:
        assert 0 <= span.start < span.end <= len(text)
        assert text[slice(*span)] == text[slice(*span)].strip()


def _check_speakers(article: Article) -> None:
    counts = Counter(quote.speaker for quote in article.quotes if quote.speaker is not None)
    assert {speaker.name: speaker.quote_count for speaker in article.speakers} == counts
    assert len(article.speakers) == len(counts)
    assert all(speaker.mention_count >= 0 for speaker in article.speakers)


_PIECE_LIST = """
قال وقال قالت أضاف وأضاف مضيفاً مشيراً مؤكداً قائلاً قوله تابع نقلت ونقل عن بحسب وفق وفقاً حسبما وصف بأنه اعتبر جاء في كتب
أن إن أنه بأن وأن إلى على لـ بـ و ف كما لكن الذي التي محمد علي الحداد بن عبد الله سلمى فيصل الوزير رئيس وزارة الخارجية
وكالة صحيفة الأنباء مصدر المصدر نفسه بيان دراسة السوري الروسي نظيره الأخير اليوم أمس بين عبر ذكر رد يذكر يشار لم لا
قـــال قَالَ 10:45 ١٤ 2021 هـ A b CNN 😀 « » " “ ” „ ' '' ‘ ’ ‹ › : ، . ؟ ! ؛ … ... ( ) [ ] - – # ـ
"""
_PIECES = st.sampled_from(
    [*_PIECE_LIST.split(), "\u200f", "\u200b", "\u202b", "\u202c", "\u2066", "\ufeff", "\u00a0", "\u0301", "\x00"]
)
_GENERATED = st.one_of(
    st.lists(
        st.lists(_PIECES, max_size=60).flatmap(
            lambda words: st.sampled_from([" ", "", "  "]).map(lambda s: s.join(words))
        ),
        max_size=8,
    ).map("\n".join),
    st.text(max_size=300),
)
_LEAD = "عقد المجلس جلسته الأسبوعية صباح اليوم في مقره الجديد وسط المدينة.\nوقال رئيس المجلس إن الجلسة انتهت.\n"


@given(_GENERATED)
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example("أعلن الوزير «» أمس")
@example("مجلة كرر «البلد بخير جدا». مجلة لاتفي: ويستبعدون أنه بخير.")
def test_any_text(text: str) -> None:
    _check(_LEAD + text)
    _check(text)


@given(_GENERATED)
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example("قال الوزير ( أن قال المدير")
@example("نقلتا عن .... قوله بأن الأخ حازم مختص.")
@example("- قال مضيفاً بأنه قال")
@example("قالت وزارة الداخلية إن الأجهزة في حالة تأهب. وناشدت الوزارة المتظاهرين وقالت متحدثة")
@example("نقلت المعارضة عن {* قوله إن ابن منه. ويقولون إن الأمر سهل.")
@example(  # made by the grammar of scripts/fuzz.py: a plural verb whose subject stands in a block before
    "فيتنام ٢٨ كانون الثاني ۱۳۵۲ (العرب اليوم) -- الداخلية ولكنها اللائي ويأملون  إذ "
    "ألبوم\u2028حوادث\u2028tue ٢٩ يونيو ۱۹۸۴ - २२:٤٨\u2028تشيسيناو - شهارة نت\u2028نقلوا متابعون الرابطة "
    "عن  قوله إن وتبين 𝟏 أمينة ٱ قنصلة.\u2028وتتنبأ الفريق بوفا دل هيتون القرار بأنه “المس"
    "يرة بروكوفيتش سابقا ««منطق دمر». زراعة”. يعزون بود إن بعد ۶۰۲۶۸ وهم ک كمبالا، مغ"
    "ردا  المواطنة كرافيتز رائد »خطيب ناشط« كامل أوضحا نازح الفرع برازيلي ديلاني حزقي"
    "ال «“المدير سانتاندر لواء 'مرشد إعلاميين› دون”. \u2028الوادي الجديد 29 تموز २०४० (و.م"
    ".ع) -- حاج 7 حقق ال عبدالناصر"
)
@example(
    "ونقلت صحيفة «\u00a0المدار\u00a0» عن الوزير قوله إن البلد بخير.\nوالبلد بخير كله اليوم، بحسب «\u00a0المدار\u00a0»."
)
def test_names_are_clean(text: str) -> None:
    _check_names(_LEAD + text)


# --- mutated articles -------------------------------------------------------------------------------------------------

_MARKS = "\"«»“”''‘’"
_TRANSLATED_DIGITS = str.maketrans("0123456789", "٩٨٧٦٥٤٣٢١٠")


def _drop_marks(text: str, rng: random.Random) -> str:
    return "".join(char for char in text if char not in _MARKS or rng.random() < 0.5)


def _double_marks(text: str, rng: random.Random) -> str:
    return "".join(char * 2 if char in _MARKS and rng.random() < 0.5 else char for char in text)


def _swap_marks(text: str, rng: random.Random) -> str:
    return "".join(rng.choice(_MARKS) if char in _MARKS else char for char in text)


def _glue_paragraphs(text: str, rng: random.Random) -> str:
    return "".join("" if char == "\n" and rng.random() < 0.5 else char for char in text)


def _break_paragraphs(text: str, rng: random.Random) -> str:
    return "".join("\n" if char == " " and rng.random() < 0.05 else char for char in text)


def _insert(extras: str, share: float) -> Callable[[str, random.Random], str]:
    def mutate(text: str, rng: random.Random) -> str:
        return "".join(char + rng.choice(extras) if rng.random() < share else char for char in text)

    return mutate


def _swap_digits(text: str, rng: random.Random) -> str:
    return text.translate(_TRANSLATED_DIGITS) if rng.random() < 0.9 else text[::-1]


def _drop_words(text: str, rng: random.Random) -> str:
    return " ".join(word for word in text.split(" ") if rng.random() < 0.8)


def _repeat_cue(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text))
    return text[:at] + rng.choice(["وأضاف أن ", "قال: ", "مضيفاً ", "بحسب ", "نقلت "]) * 1_000 + text[at:]


_MUTATIONS: dict[str, Callable[[str, random.Random], str]] = {
    "marks dropped": _drop_marks,
    "marks doubled": _double_marks,
    "marks swapped": _swap_marks,
    "paragraphs glued": _glue_paragraphs,
    "paragraphs broken": _break_paragraphs,
    "diacritics": _insert("\u064b\u064e\u0651\u0652\u0670", 0.2),
    "tatweel": _insert("ـ", 0.1),
    "bidi controls": _insert("\u200e\u200f\u202a\u202b\u202c\u2066\u2069\ufeff\u200b", 0.1),
    "punctuation": _insert(":،.«»\"'()", 0.05),
    "digits swapped": _swap_digits,
    "words dropped": _drop_words,
}


def _texts(paths: list[Path]) -> list[str]:
    decoded = [decode(path.read_bytes()) for path in paths]
    return [one.text for one in decoded if isinstance(one, Decoded)]


_ARTICLES = {"raw": _OWN, "gold": _GOLD, "corpus": _CORPUS}


def _cases() -> list[Any]:
    return [
        pytest.param(name, paths, id=f"{kind}: {name}")
        for kind, paths in _ARTICLES.items()
        for name in [*_MUTATIONS, "none"]
    ]


@pytest.mark.parametrize(("name", "paths"), _cases())
def test_mutated_articles(name: str, paths: list[Path]) -> None:
    if not paths:
        pytest.skip("these articles stand beside the checkout only")
    for number, text in enumerate(_texts(paths)):
        if name == "none":
            _check(text)
            continue
        for seed in range(_MUTATIONS_OF_EACH if paths is _OWN else 1):
            _check(_MUTATIONS[name](text, random.Random(f"{name} {number} {seed}")))


@pytest.mark.parametrize("seed", range(3))
def test_a_cue_a_thousand_times(seed: int) -> None:
    rng = random.Random(seed)
    for text in _texts(_OWN):
        _check(_repeat_cue(text, rng))


# --- cost -------------------------------------------------------------------------------------------------------------


def _cost(text: str) -> int:
    document = RawDocument("growth/text.txt", text.encode("utf-8"))
    return count_lines(partial(split, document, Limits(max_paragraphs=10**9, max_marks=10**9)))


def _word(number: int) -> str:
    """Spell a number as an Arabic word of its own."""
    letters, word = "بتثجحخدذرزسشصضطظعغفقكمنهي", ""
    number += len(letters) ** 2
    while number:
        number, digit = divmod(number, len(letters))
        word += letters[digit]
    return word


_HOSTILE: dict[str, Callable[[int], str]] = {
    "opening marks": lambda n: "« كلمة " * n,
    "straight marks": lambda n: '" ' * n,
    "marks that pair": lambda n: '"كلمة" ' * n,
    "nested marks": lambda n: "«كلمة " * n + "» " * n,
    "nested marks of two families": lambda n: "«كلمة “كلمة " * n + "” » " * n,
    "mixed marks": lambda n: '“كلمة " ' * n,
    "verbs in one pair of marks": lambda n: "«كلمة قال »" * n,
    "verbs in relative clauses": lambda n: "الوزير الذي يحث " + "ما ويدعو " * n,
    "bare verbs": lambda n: "قال " * n,
    "verbs with that": lambda n: "قال أن " * n,
    "verbs that go on": lambda n: "وأضاف أن " * n,
    "nested reports": lambda n: "قال محمد علي إن البلد بخير، " * n,
    "participles": lambda n: "قال الوزير إن " + "مضيفا أن البلد بخير، " * n,
    "double cues": lambda n: "تابع مضيفا قائلا " * n,
    "relays": lambda n: "نقلت وكالة الأنباء عن الوزير قوله إن البلد بخير " * n,
    "nouns that report nothing new": lambda n: 'قوله ( بأنه " محمد ' * n + "»" + '، "' * n,
    "cues before marks left open": lambda n: "كتابا مضيفا نقلت نقلت " * n + '" الوزير ' + "جاء في بيان أن « " * n,
    "sources without a comma": lambda n: "بحسب الوزير " * n,
    "sources between nouns that report": lambda n: "قوله بحسب الوزير » قوله " * n,
    "sources of sentences": lambda n: "البلد بخير كله اليوم وفق الوزارة. " * n,
    "sources before claims": lambda n: "وبحسب الوزير، قال المدير إن البلد بخير. " * n,
    "sources": lambda n: "بحسب الوزير، " * n,
    "sources behind": lambda n: "البلد بخير وفق الوزارة، " * n,
    "trailing verbs": lambda n: "البلد بخير، قال الوزير، " * n,
    "labels": lambda n: "وصف القرار بأنه " * n,
    "names": lambda n: "محمد علي " * n,
    "titles": lambda n: "رئيس " * n,
    "definite titles": lambda n: "الرئيس " * n,
    "titles and commas": lambda n: "الوزير محمد، " * n,
    "people named once": lambda n: " ".join(f"الدكتور محمد {_word(i)}" for i in range(n)),
    "speakers of one surname": lambda n: " ".join(f"وقال محمد {_word(i)} الحداد إن البلد بخير." for i in range(n)),
    "unnamed speakers": lambda n: " ".join(f"وقال مصدر {_word(i)} إن البلد بخير." for i in range(n)),
    "organisations": lambda n: " ".join(f"وقالت شركة {_word(i)} إن البلد بخير." for i in range(n)),
    "headings": lambda n: "\n".join(
        f"وقالت شركة {_word(i)} إن البلد بخير.\nهيئة {_word(i + n)}: نعم نحن هنا" for i in range(n)
    ),
    "colons": lambda n: "قال: " * n,
    "words and colons": lambda n: "كلمة: " * n,
    "one endless sentence": lambda n: "قال الوزير إن " + "البلد بخير و" * n,
    "endless with commas": lambda n: "قال الوزير إن " + "البلد بخير، " * n,
    "endless before its source": lambda n: "البلد بخير، " * n + "بحسب الوزير.",
    "marked pieces of one claim": lambda n: "قال الوزير إن " + 'البلد "بخير جدا اليوم كما ترى" و' * n,
    "marked speech that goes on": lambda n: "قال الوزير: " + '"نعم نحن هنا" و' * n,
    "subjects before verbs": lambda n: "الوزير محمد قال " * n,
    "relative clauses": lambda n: "الذي قال " * n,
    "documents": lambda n: "جاء في بيان " * n,
    "one subject far left": lambda n: "الوزير محمد " * n + "قال إن البلد بخير",
    "stops": lambda n: ". " * n,
    "paragraphs": lambda n: "وقال: «نعم نحن هنا اليوم».\n" * n,
    "paragraphs that stand alone": lambda n: (
        "وقال الوزير محمد علي إن البلد بخير.\n" + "«نعم نحن هنا اليوم جميعا».\n" * n
    ),
    "paragraphs left open": lambda n: "وقال: «نعم نحن هنا اليوم.\n" * n,
}


@pytest.mark.parametrize("name", _HOSTILE)
def test_cost_is_linear(name: str) -> None:
    """Four times the text must cost four times the work, once it is longer than every window that bounds a look."""
    make, size = _HOSTILE[name], 64
    _cost(_LEAD + make(2))  # what is loaded once must not count
    small, large = (_cost(_LEAD + make(size * times)) for times in (1, 4))
    assert large <= 4 * _SLOWEST_GROWTH * small
    if large < 60_000:
        assert _cost(_LEAD + make(size * 16)) <= 4 * _SLOWEST_GROWTH * large
