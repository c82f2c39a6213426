"""The model a question is about: its manual comes before those of its siblings, and nothing is hidden."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ingest.index.contract import Index, Point
from ingest.index.edge import EdgeStore
from ingest.types import Chunk, Vectors
from retrieval.models import Models
from retrieval.search import Candidate
from tests.documents import chunks_of, heading, paragraph

TITLES = {
    "plain.pdf": "T200 room thermostat: user guide",
    "pro.pdf": "T200 Pro room thermostat: user guide",
    "watch.pdf": "W5 健康手表：用户手册",
    "codes.xlsx": "Error codes and spare parts",
}


@pytest.fixture
def chunks() -> list[Chunk]:
    made = []
    for name, title in TITLES.items():
        (chunk,) = chunks_of(heading("Reset"), paragraph("Hold the key."), name=name)
        made.append(replace(chunk, title=title))
    return made


@pytest.fixture
def index(chunks: list[Chunk], tmp_path: Path) -> Iterator[Index]:
    store = EdgeStore(tmp_path / "index")
    with store.draft(embedder="none", dimensions=4) as draft:
        draft.upsert([Point(chunk, Vectors(np.eye(1, 4, dtype=np.float32)[0])) for chunk in chunks])
        draft.publish()
    opened = store.open()
    yield opened
    opened.close()


def order(index: Index, chunks: list[Chunk], question: str, *, asked: str = "") -> list[str]:
    """Documents as preferred, from candidates in the order pro, plain, codes, watch."""
    of = {chunk.document: chunk for chunk in chunks}
    names = ("pro.pdf", "plain.pdf", "codes.xlsx", "watch.pdf")
    candidates = [
        Candidate(of[name], score=0.9 - place / 100, dense=0.9, sparse=1.0) for place, name in enumerate(names)
    ]
    preferred = Models(index).prefer(question, asked or question, candidates)
    return [candidate.chunk.document for candidate in preferred]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How do I reset the T200?", ["plain.pdf", "codes.xlsx", "pro.pdf", "watch.pdf"]),
        ("reset t200-pro", ["pro.pdf", "codes.xlsx", "plain.pdf", "watch.pdf"]),
        ("Ｔ２００ Ｐｒｏ怎么复位", ["pro.pdf", "codes.xlsx", "plain.pdf", "watch.pdf"]),
        ("W5手表怎么复位", ["codes.xlsx", "watch.pdf", "pro.pdf", "plain.pdf"]),
    ],
)
def test_siblings_go_behind_manuals_that_fit_or_name_no_model(
    index: Index, chunks: list[Chunk], question: str, expected: list[str]
) -> None:
    assert order(index, chunks, question) == expected


@pytest.mark.parametrize("question", ["How do I reset it?", "What does E-20 mean?", "Reset the X900"])
def test_a_question_that_names_no_known_model_changes_nothing(index: Index, chunks: list[Chunk], question: str) -> None:
    assert order(index, chunks, question) == ["pro.pdf", "plain.pdf", "codes.xlsx", "watch.pdf"]


def test_a_follow_up_keeps_the_model_until_it_names_another(index: Index, chunks: list[Chunk]) -> None:
    asked = "How do I reset the T200? And how long does it take?"
    assert order(index, chunks, "And how long does it take?", asked=asked)[0] == "plain.pdf"
    asked = "How do I reset the T200? And the T200 Pro?"
    assert order(index, chunks, "And the T200 Pro?", asked=asked)[0] == "pro.pdf"
