"""Siblings never mix: the product that is meant is kept, and where nothing tells which one it is, that is asked."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from ingest.index.contract import EVERYTHING, Index
from ingest.sparse import query_terms, terms
from retrieval.conversation import rewrite
from retrieval.models import Catalogue
from retrieval.query import Turn
from retrieval.scope import ProductScope, Scoped
from retrieval.search import Candidate
from tests.manual_index import Manual, publish


def sections(hold: str, weight: str, service: str) -> tuple[tuple[str, str], ...]:
    return (
        ("1 Safety", "Read this chapter before you open the case. Keep the guide with the device for the next owner."),
        ("2 Mounting", "Mount the device on an inner wall, 1.5 m above the floor, where air can move freely."),
        ("3 Technical data", f"Property | Value\nPower supply | 230 V\nWeight | {weight}\nColour | white"),
        ("4 Factory reset", f"Hold the ring for {hold} seconds until the bar blinks. Then let go of the ring."),
        ("5 Error codes", f"Code | Meaning\nE-01 | Sensor broken\nE-07 | {service}"),
    )


MAY_DIFFER = "This may not be supported depending on the model or the region."
MANUALS = (
    Manual("k1.md", title="K1 kettle: user guide", product="kitchen", sections=sections("10", "800 g", "No water")),
    Manual(
        "k1-plus.md",
        title="K1 Plus kettle: user guide",
        product="kitchen",
        sections=(*sections("15", "900 g", "Lid open"), ("6 Keep warm", "Press the leaf key to keep the water warm.")),
    ),
    Manual(
        "fan-1.md",
        title="F9 fan: user guide, version 1",
        version="1.0",
        sections=sections("3", "2 kg", "Blade loose"),
    ),
    Manual(
        "fan-2.md",
        title="F9 fan: user guide, version 2",
        version="2.0",
        sections=sections("4", "2 kg", "Blade loose"),
    ),
    Manual("lamp.md", title="L5 lamp: guide", sections=(("Cleaning", "Wipe the shade with a soft dry cloth."),)),
    Manual(
        "tv/apps.html", title="Apps", sections=(("Open", f"Press Home and choose Apps to install one. {MAY_DIFFER}"),)
    ),
    Manual("tv/web.html", title="Browser", sections=(("Go", f"Press Home and choose the web browser. {MAY_DIFFER}"),)),
)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    opened = publish(tmp_path / "index", *MANUALS)
    yield opened
    opened.close()


def asked(index: Index, question: str, *turns: str, product: str = "") -> Scoped:
    """As the retriever does, with terms only."""
    products = ProductScope(index, Catalogue(index, EVERYTHING))
    earlier = [Turn("user", turn) for turn in turns]
    full = rewrite(question, earlier, products)
    meaning = products.meaning(question, full, earlier, product)
    hits = index.search_sparse(query_terms(f"{full} {meaning.shown}", "en"), EVERYTHING, limit=60)
    found = [Candidate(hit.chunk, score=0.5 * hit.score / hits[0].score, dense=0.0, sparse=hit.score) for hit in hits]
    rarity = dict.fromkeys(terms(full, "en"), 1.0)
    return products.decide(full, meaning, found, rarity, " ".join([question, *turns]))


def documents(scoped: Scoped) -> Sequence[str]:
    return list(dict.fromkeys(candidate.chunk.document for candidate in scoped.candidates))


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("How do I reset the K1?", "k1.md"),
        ("How do I reset the k1-plus?", "k1-plus.md"),
        ("How do I keep the water warm with the K1?", "k1.md"),
        ("factory reset of the F9 fan, version 2", "fan-2.md"),
        ("reset F9 firmware 1.4", "fan-1.md"),
    ],
)
def test_the_named_product_is_kept_and_its_siblings_left_out(index: Index, question: str, document: str) -> None:
    scoped = asked(index, question)
    assert scoped.options == ()
    assert documents(scoped)[0] == document
    family = {"k1.md", "k1-plus.md"} if document.startswith("k1") else {"fan-1.md", "fan-2.md"}
    assert family & set(documents(scoped)) == {document}


def test_siblings_that_answer_differently_are_asked_for(index: Index) -> None:
    for question in ("weight of the kettle", "kettle factory reset", "kettle shows E-07", "kettle data"):
        assert set(asked(index, question).options) == {"K1", "K1 Plus"}
    assert asked(index, "factory reset of the K1 and the K1 Plus").options == ()
    assert set(asked(index, "hold the ring of the F9 fan for a factory reset").options) == {
        "F9 fan: user guide, version 1",
        "F9 fan: user guide, version 2",
    }


@pytest.mark.parametrize("question", ["Where do I mount the kettle?", "colour of the kettle", "kettle shows E-01"])
def test_siblings_that_say_the_same_are_not_and_only_one_answers(index: Index, question: str) -> None:
    scoped = asked(index, question)
    assert scoped.options == ()
    assert len({"k1.md", "k1-plus.md"} & set(documents(scoped))) == 1


def test_pages_of_one_manual_are_no_siblings_for_a_sentence_they_share(index: Index) -> None:
    scoped = asked(index, "press Home and choose the browser")
    assert set(documents(scoped)) >= {"tv/apps.html", "tv/web.html"}
    assert not scoped.options
    assert not scoped.fates


def test_what_only_one_sibling_tells_is_answered_from_it(index: Index) -> None:
    scoped = asked(index, "How do I keep the kettle water warm with the leaf key?")
    assert scoped.options == ()
    assert documents(scoped)[0] == "k1-plus.md"


@pytest.mark.parametrize(
    ("turns", "question", "document"),
    [
        (["What does the K1 Plus weigh?"], "How do I do a factory reset?", "k1-plus.md"),
        (["What does the K1 Plus weigh?", "Where do I mount it?"], "and the factory reset?", "k1-plus.md"),
        (["How do I reset the K1 Plus?"], "and on the K1?", "k1.md"),
        (["How do I reset the K1 Plus?"], "and for the other one?", "k1.md"),
        (["How do I reset the kettle?"], "K1 Plus", "k1-plus.md"),
        (["How do I reset the F9?"], "F9 fan: user guide, version 2", "fan-2.md"),
    ],
)
def test_a_conversation_stays_with_its_product_until_it_moves_on(
    index: Index, turns: list[str], question: str, document: str
) -> None:
    scoped = asked(index, question, *turns)
    assert scoped.options == ()
    best = scoped.candidates[0].chunk
    assert best.document == document
    assert "k1.md" not in documents(scoped) or "k1-plus.md" not in documents(scoped)


def test_the_page_tells_the_product_unless_the_asker_does(index: Index) -> None:
    assert documents(asked(index, "factory reset of the kettle", product="K1 Plus"))[0] == "k1-plus.md"
    assert documents(asked(index, "factory reset of the K1 kettle", product="K1 Plus"))[0] == "k1.md"


def test_every_chunk_left_out_or_moved_down_has_its_reason(index: Index) -> None:
    scoped = asked(index, "How do I reset the K1?")
    assert any("sibling of K1" in fate for fate in scoped.fates.values())
    kept = {candidate.chunk.id for candidate in scoped.candidates}
    assert all(chunk not in kept or fate.startswith("moved down") for chunk, fate in scoped.fates.items())
