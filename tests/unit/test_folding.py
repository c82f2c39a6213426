"""Copies of a manual take one place among the candidates; what differs in a value, or is a sibling's, is no copy."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.index.contract import EVERYTHING, Index
from ingest.types import Chunk
from retrieval.folding import fold
from retrieval.models import Catalogue
from retrieval.scope import ProductScope, Scoped
from retrieval.search import Candidate
from tests.manual_index import Manual, publish

CLEAN = "Remove the filter, rinse it with warm water below 40 °C and let it dry for 24 hours before you put it back."
RESET = "Hold the key for 12 seconds until the lamp blinks 3 times, then wait for 60 seconds and let go of it."
RESET_ZH = "按住按键 12 秒，直到指示灯闪烁 3 次，然后等待 60 秒再松开按键。"
RESET_DE = "Halten Sie die Taste 12 Sekunden, bis die Lampe 3 Mal blinkt, und warten Sie dann 60 Sekunden."
WALL = "Mount the device on an inner wall where air can move freely, away from the sun and from other heat."

OTHERS = tuple(f"The {part} is only for people who know this {part}." for part in ("belt", "coil", "drum", "lid"))


def guide(document: str, *texts: str, title: str = "Dryer guide", product: str = "dryer") -> Manual:
    sections = tuple((f"{number} Chapter", text) for number, text in enumerate(texts, 1))
    return Manual(document, title=title, product=product, sections=sections)


def near(text: str, *, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


MANUALS = (
    guide("dryer/en/guide.html", CLEAN, RESET),
    guide("dryer/en/guide.pdf", CLEAN.replace(" it ", "\nit ").replace(",", " ,"), f"{RESET} {WALL}"),
    guide("book/en/book.pdf", CLEAN, *OTHERS, title="Book of dryers"),
    guide("book/en/html/ch01.html", CLEAN, *(f"Here it is not so: {text.lower()}" for text in OTHERS), title="Care"),
    guide("dryer/zh-cn/guide.html", "取下过滤网，用低于 40 °C 的温水冲洗，晾干 24 小时后再装回。", RESET_ZH),
    guide("dryer/de/guide_de.html", "Nehmen Sie das Sieb heraus und spülen Sie es mit warmem Wasser.", RESET_DE),
    guide("dryer/en/number.html", near(CLEAN, old="24", new="48")),
    guide("dryer/en/number.pdf", CLEAN),
    guide("dryer/en/word.html", near(CLEAN, old="warm", new="cold")),
    guide("dryer/en/word.pdf", CLEAN),
    guide("dryer/en/sign.html", near(CLEAN, old="below 40", new="below -40")),
    guide("dryer/en/sign.pdf", CLEAN),
    guide("dryer/en/v1.html", CLEAN, title="Dryer, version 1"),
    guide("dryer/en/v1.pdf", CLEAN, title="Dryer, version 2"),
    guide("dryer/en/d5.html", CLEAN, title="D5 guide"),
    guide("dryer/en/d5-pro.html", CLEAN, title="D5 Pro guide"),
    guide("washer/en/guide.html", CLEAN, product="washer"),
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder: Path = tmp_path_factory.mktemp("folding")
    opened = publish(folder / "index", *MANUALS)
    yield opened
    opened.close()


@pytest.fixture
def products(index: Index) -> ProductScope:
    return ProductScope(index, Catalogue(index, EVERYTHING))


def chunk(document: str, place: int = 0) -> Chunk:
    return next(manual for manual in MANUALS if manual.document == document).chunks()[place]


def ranked(*chunks: Chunk) -> Scoped:
    candidates = [Candidate(piece, 1 - rank / 10, 0.8, 3.0) for rank, piece in enumerate(chunks)]
    return Scoped(candidates=tuple(candidates))


def documents(scoped: Scoped) -> Sequence[str]:
    return [candidate.chunk.document for candidate in scoped.candidates]


@pytest.mark.parametrize(
    ("better", "worse"), [("dryer/en/guide.html", "dryer/en/guide.pdf"), ("book/en/book.pdf", "book/en/html/ch01.html")]
)
def test_the_same_text_in_two_formats_stands_once_and_the_better_one_stays(
    better: str, worse: str, products: ProductScope
) -> None:
    copy = chunk(worse)
    folded = fold(ranked(chunk(better), copy, chunk(better, 1)), "en", products)
    assert documents(folded) == [better] * 2
    assert folded.fates == {copy.id: f"folded: {better} holds the same text"}
    assert [candidate.score for candidate in folded.candidates] == [1.0, 0.8]


def test_what_says_more_than_the_better_one_stays(products: ProductScope) -> None:
    short, long = chunk("dryer/en/guide.html", 1), chunk("dryer/en/guide.pdf", 1)
    assert len(fold(ranked(short, long), "en", products).candidates) == 2
    assert len(fold(ranked(long, short), "en", products).candidates) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("dryer/en/number.pdf", "dryer/en/number.html"),
        ("dryer/en/word.pdf", "dryer/en/word.html"),
        ("dryer/en/sign.pdf", "dryer/en/sign.html"),
        ("dryer/en/v1.html", "dryer/en/v1.pdf"),
        ("dryer/en/d5.html", "dryer/en/d5-pro.html"),
        ("dryer/en/guide.html", "washer/en/guide.html"),
        ("dryer/en/guide.html", "dryer/en/d5.html"),
        ("dryer/en/word.pdf", "dryer/en/sign.pdf"),
    ],
)
def test_other_values_models_versions_products_and_pages_are_no_copies(
    one: str, other: str, products: ProductScope
) -> None:
    for pair in ((one, other), (other, one)):
        folded = fold(ranked(*map(chunk, pair)), "en", products)
        assert documents(folded) == list(pair)
        assert not folded.fates


def test_of_translations_the_askers_takes_the_place_of_the_best(products: ProductScope) -> None:
    found = ranked(
        chunk("dryer/en/guide.html", 1),
        chunk("dryer/de/guide_de.html", 1),
        chunk("dryer/en/number.html"),
        chunk("dryer/zh-cn/guide.html", 1),
    )
    folded = fold(found, "zh", products)
    assert documents(folded) == ["dryer/zh-cn/guide.html", "dryer/en/number.html"]
    assert folded.candidates[0].score == 1.0
    said = "folded: dryer/zh-cn/guide.html says it in the language of the question"
    assert folded.fates == {item.chunk.id: said for item in found.candidates[:2]}
    assert documents(fold(found, "de", products)) == ["dryer/de/guide_de.html", "dryer/en/number.html"]
    assert documents(fold(found, "en", products)) == ["dryer/en/guide.html", "dryer/en/number.html"]


def test_translations_all_stay_where_none_is_in_the_askers_language(products: ProductScope) -> None:
    found = ranked(chunk("dryer/en/guide.html", 1), chunk("dryer/zh-cn/guide.html", 1))
    assert fold(found, "fr", products) == found


@pytest.mark.parametrize(
    "changed",
    [
        {"text": RESET_ZH.replace("12", "15")},
        {"text": "关闭电源后再打开外壳。", "ordinal": 0},
        {"section": ("1", "2", "3")},
    ],
)
def test_another_passage_of_the_translated_manual_is_no_copy(
    changed: dict[str, object], products: ProductScope
) -> None:
    other = replace(chunk("dryer/zh-cn/guide.html", 1), **changed)  # type: ignore[arg-type]
    found = ranked(chunk("dryer/en/guide.html", 1), other)
    assert fold(found, "zh", products) == found


@pytest.mark.parametrize(
    ("english", "chinese", "anchor", "folded"),
    [
        (RESET, RESET_ZH, "reset", True),
        (RESET, RESET_ZH, "", False),
        ("1. Open the lid.\n2. Close the lid.", "1. 按住按键。\n2. 松开按键。", "reset", False),
        ("Set 200, 300 or 450 W.", "设为 200、300 或 450 W。", "", True),
        ("Set 200, 300 or 450 W.", "设为 200、300 或 500 W。", "", False),
    ],
)
def test_near_places_are_one_where_numbers_or_an_anchor_tell(
    english: str, chinese: str, anchor: str, folded: bool, products: ProductScope
) -> None:
    one = replace(chunk("dryer/en/guide.html"), text=english, ordinal=20, document_chunks=100, anchor=anchor)
    other = replace(chunk("dryer/zh-cn/guide.html"), text=chinese, ordinal=22, document_chunks=100, anchor=anchor)
    kept = fold(ranked(one, other), "zh", products).candidates
    assert [candidate.chunk for candidate in kept] == ([other] if folded else [one, other])


def test_nothing_is_folded_where_the_user_is_to_choose(products: ProductScope) -> None:
    found = replace(ranked(chunk("dryer/en/guide.html"), chunk("dryer/en/guide.pdf")), options=("D5", "D5 Pro"))
    assert fold(found, "en", products) is found
