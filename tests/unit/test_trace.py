"""What a trace tells an editor: every candidate with its ranks and its fate, as JSON and as lines of text."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import cast

import pytest

from ingest.embed import Embedder
from ingest.index.contract import EVERYTHING
from retrieval.query import Retrieval
from retrieval.retriever import Retriever
from retrieval.trace import SHOWN, Trace
from tests.manual_index import AllAlike, Manual, publish

QUESTION = "How long do I hold the ring of the K1 kettle for a factory reset, E-99?"


def sections(seconds: int) -> tuple[tuple[str, str], ...]:
    return (
        ("Factory reset", f"Hold the ring of the kettle for {seconds} seconds until the bar blinks, then let it go."),
        ("Cleaning", "Wipe the kettle with a soft dry cloth and never put it into water or into a dish washer."),
        ("Descaling", "Boil one litre of water with two spoons of acid, wait until it is cold and rinse twice."),
    )


MANUALS = (
    Manual("kettle/en/k1.html", title="K1 kettle: user guide", product="kettle", sections=sections(10)),
    Manual("kettle/en/k1.txt", title="K1 kettle: user guide", product="kettle", sections=sections(10)),
    Manual("kettle/en/k1-plus.html", title="K1 Plus kettle: user guide", product="kettle", sections=sections(15)),
    *(
        Manual(f"lamp/en/l{number}.html", title=f"Lamp L{number}", sections=(("Ring", f"Turn ring {number} left."),))
        for number in range(SHOWN)
    ),
)


@pytest.fixture(scope="module")
def retrieval(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retrieval]:
    index = publish(tmp_path_factory.mktemp("trace") / "index", *MANUALS)
    yield Retriever(index, cast("Embedder", AllAlike())).retrieve(QUESTION, scope=EVERYTHING, limit=3)
    index.close()


@pytest.fixture
def trace(retrieval: Retrieval) -> Trace:
    assert retrieval.trace is not None
    return retrieval.trace


def test_the_json_says_what_was_asked_and_decided(trace: Trace, retrieval: Retrieval) -> None:
    told = json.loads(json.dumps(trace.to_json()))
    assert told["question"] == told["rewritten"] == QUESTION
    assert told["language"] == "en"
    assert told["scope"] == "K1, from the question"
    assert told["options"] == []
    assert told["unknown"] == ["e99"]
    assert told["confidence"] == round(retrieval.confidence, 3)
    assert {"embed", "search", "scope", "read", "judge"} <= set(told["timings_ms"])
    assert all(spent >= 0 for spent in told["timings_ms"].values())


def test_each_candidate_has_its_ranks_and_its_fate(trace: Trace, retrieval: Retrieval) -> None:
    candidates = trace.candidates()
    assert [item.sparse_rank for item in candidates if item.sparse].count(1) == 1
    assert sorted(item.sparse_rank for item in candidates if item.sparse_rank) == list(
        range(1, sum(1 for item in candidates if item.sparse) + 1)
    )
    assert [item.fused for item in candidates] == sorted((item.fused for item in candidates), reverse=True)
    for item in candidates:
        gone = item.fate.startswith(("left out", "folded"))
        assert (item.final == 0) == gone, item
        assert item.fate
        if item.passage:
            assert retrieval.passages[item.passage - 1].document == item.document
    fates = {item.document: item.fate for item in candidates if item.section == ("Factory reset",)}
    assert fates == {
        "kettle/en/k1.html": "in passage 1",
        "kettle/en/k1.txt": "folded: kettle/en/k1.html holds the same text",
        "kettle/en/k1-plus.html": "left out: sibling of K1",
    }
    assert any(item.fate.startswith("moved down: about another model") for item in candidates)


def test_the_text_shows_the_best_and_says_how_many_more_there_are(trace: Trace) -> None:
    lines = trace.to_text().splitlines()
    assert lines[0] == f"question    {QUESTION}"
    assert not any(line.startswith("searched as") for line in lines)
    assert "unknown     e99: no manual in scope holds it" in lines
    assert sum(line.startswith(" #") for line in lines) == SHOWN
    assert lines[-1] == f"... and {len(trace.found) - SHOWN} more candidates (--json shows all)"
    completed = replace(trace, question="and the reset?").to_text().splitlines()
    assert completed[:2] == ["question    and the reset?", f"searched as {QUESTION}"]


def test_the_text_of_one_manual_shows_its_candidates_alone(trace: Trace) -> None:
    text = trace.to_text("K1-plus")
    assert "kettle/en/k1-plus.html, Factory reset" in text
    assert "sibling of K1" in text
    assert "k1.html, " not in text
    assert trace.to_text("toaster").endswith(f"Nothing of toaster is among the {len(trace.found)} candidates.")


def test_terms_that_the_first_passages_lack_are_named(trace: Trace) -> None:
    (line,) = [line for line in trace.to_text().splitlines() if line.startswith("confidence")]
    assert "e99" in line.partition("not in the first passages:")[2]
