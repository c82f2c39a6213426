"""What a reranker may change, and what not: places within a group, never the scope; in its time, or not at all."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from ingest.index.contract import EVERYTHING, Index
from ingest.types import Chunk
from retrieval.query import Retrieval
from retrieval.rerank import READ, Reranker
from retrieval.retriever import Retriever
from retrieval.search import Candidate
from tests.manual_index import AllAlike, Manual, publish
from tests.overlap_model import OverlapModel

QUESTION = "red green blue"


def candidates(*texts: str) -> list[Candidate]:
    """As fused: the scores fall from 1."""
    return [
        Candidate(
            Chunk(id=str(place), document="m.md", revision="0", ordinal=place, title="", section=(), text=text),
            score=1 - place / 100,
            dense=0.0,
            sparse=0.0,
        )
        for place, text in enumerate(texts)
    ]


def places(model: OverlapModel, texts: Sequence[str], fates: Mapping[str, str] | None = None) -> list[int]:
    """The old places in the new order, for a question of three words."""
    found = candidates(*texts)
    done = Reranker(model, model.clock).rerank(QUESTION, found, fates or {})
    assert [candidate.score for candidate in done.candidates] == [candidate.score for candidate in found]
    return [candidate.chunk.ordinal for candidate in done.candidates]


def test_what_the_model_likes_comes_first_and_equals_keep_their_order() -> None:
    assert places(OverlapModel(), ["grey", "red", "red green blue", "none", "green"]) == [2, 1, 4, 0, 3]
    assert places(OverlapModel(), []) == []


def test_only_the_best_candidates_are_read() -> None:
    model = OverlapModel()
    order = places(model, [*["grey"] * (READ + 5), "red green blue"])
    assert order == list(range(READ + 6))
    assert sum(model.batches) == READ


@pytest.mark.parametrize(
    ("takes", "reach", "batches", "order"),
    [
        (0.1, 20, [2, 2, 2, 1], [5, 3, 6, 1, 4, 0, 2]),
        (0.4, 4, [2, 2], [3, 1, 0, 2, 4, 5, 6]),
        (0.6, 2, [2], [1, 0, 2, 3, 4, 5, 6]),
        (9.0, 2, [2], [1, 0, 2, 3, 4, 5, 6]),
    ],
)
def test_what_is_not_read_in_time_follows_in_its_old_order(
    takes: float, reach: int, batches: list[int], order: list[int]
) -> None:
    model = OverlapModel(batch=2, seconds=1.0, takes=takes)
    texts = ["grey", "red", "grey", "red green", "red", "red green blue", "green blue"]
    assert places(model, texts) == order
    assert model.batches == batches
    assert Reranker(model, model.clock).reach() == reach


def test_what_the_scope_moved_down_stays_where_the_scope_put_it() -> None:
    texts = ["grey", "red", "red green blue", "red green", "red green blue"]
    fates = dict.fromkeys(("1", "2", "4"), "moved down")
    assert places(OverlapModel(), texts, fates) == [3, 2, 4, 0, 1]


def test_a_model_that_fails_changes_nothing_and_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    model = OverlapModel()
    reranker = Reranker(model, model.clock)
    found = candidates("grey", "red green blue")
    model.works = False
    with caplog.at_level(logging.WARNING, "manualdesk.rerank"):
        for _question in range(3):
            done = reranker.rerank(QUESTION, found, {})
            assert list(done.candidates) == found
            assert "memory" in done.note
    assert [record.getMessage() for record in caplog.records] == [
        "The memory is full. Questions are answered without reranking."
    ]
    model.works = True
    assert [candidate.chunk.id for candidate in reranker.rerank(QUESTION, found, {}).candidates] == ["1", "0"]


def test_a_question_does_not_wait_for_another_longer_than_its_time() -> None:
    class AskedMeanwhile(OverlapModel):
        def scores(self, question: str, texts: Sequence[str]) -> list[float]:
            waited.append(reranker.rerank(question, found, {}))
            return super().scores(question, texts)

    waited = []
    model = AskedMeanwhile(seconds=0.01)
    reranker = Reranker(model, model.clock)
    found = candidates("grey", "red green blue")
    assert [candidate.chunk.id for candidate in reranker.rerank(QUESTION, found, {}).candidates] == ["1", "0"]
    (behind,) = waited
    assert list(behind.candidates) == found
    assert behind.scores == {}


KETTLE = (
    ("1 Filling", "Open the lid and fill in water. The kettle may show E-07 when the water is low, see service E-07."),
    ("2 Service", "What the kettle shows with E-07 and what to do: call the service when the kettle shows E-07 often."),
    ("3 Error codes", "Code | Meaning\nE-01 | Sensor broken\nE-07 | No water"),
)
MANUALS = (
    Manual("k1.md", title="K1 kettle: user guide", sections=KETTLE),
    Manual("k1-plus.md", title="K1 Plus kettle: user guide", sections=(*KETTLE, ("4 Warm", "Keep the water warm."))),
    Manual("l5.md", title="L5 lamp: guide", sections=(("Water", "Fill in water? Keep water away from the lamp."),)),
)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    opened = publish(tmp_path / "index", *MANUALS)
    yield opened
    opened.close()


def asked(index: Index, question: str, model: OverlapModel | None) -> Retrieval:
    reranker = Reranker(model, model.clock) if model else None
    retriever = Retriever(index, AllAlike(), reranker=reranker)  # type: ignore[arg-type]
    return retriever.retrieve(question, scope=EVERYTHING)


@pytest.mark.parametrize("question", ["Where do I fill in water on the K1?", "keep water warm on the K1"])
def test_the_scope_is_as_without_a_reranker(index: Index, question: str) -> None:
    traces = [asked(index, question, model).trace for model in (None, OverlapModel())]
    plain, reranked = [trace for trace in traces if trace]
    assert plain.fates == reranked.fates
    assert any("sibling" in fate for fate in plain.fates.values())
    assert any("moved down" in fate for fate in plain.fates.values())
    for trace in (plain, reranked):
        assert "k1-plus.md" not in {candidate.chunk.document for candidate in trace.kept}
    moved = [[plain.fates.get(item.chunk.id, "") for item in trace.kept] for trace in (plain, reranked)]
    assert moved[0] == moved[1]


def test_the_definition_of_a_code_stays_first_and_the_trace_shows_the_scores(index: Index) -> None:
    question = "what to do when the K1 kettle shows E-07"
    found = asked(index, question, OverlapModel())
    assert "E-07 | No water" in found.passages[0].text
    assert found.trace is not None
    assert found.trace.kept[0].chunk.section == ("3 Error codes",)
    assert "rerank" in found.trace.milliseconds
    shown = found.trace.candidates()
    assert max(item.reranked or 0 for item in shown) > (shown[0].reranked or 0) > 0
    assert "overlap: " in found.trace.to_text()
    assert "; reranker 0." in found.trace.to_text()
    assert asked(index, question, None).trace is not None


def test_without_a_reranker_nothing_is_said_of_one(index: Index) -> None:
    trace = asked(index, "Where do I fill in water on the K1?", None).trace
    assert trace is not None
    assert trace.reranker == ""
    assert "rerank" not in trace.milliseconds
    assert "reranker" not in trace.to_text()
    assert {item.reranked for item in trace.candidates()} == {None}
