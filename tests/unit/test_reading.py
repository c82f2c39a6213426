"""Found chunks become passages that read whole: neighbours of the section put back, nothing shown twice."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ingest.chunk import measure
from ingest.index.contract import EVERYTHING, Index, Point, Scope
from ingest.index.edge import EdgeStore
from ingest.types import Audience, Chunk, Vectors
from retrieval.passages import MAX_CHARACTERS
from retrieval.reading import BUDGET, assemble
from retrieval.search import Candidate
from tests.documents import chunks_of, heading, paragraph

SENTENCE = "Turn the screw by half a turn and look at the lamp."


def long_manual() -> list[Chunk]:
    """Two sections of several chunks each."""
    steps = [paragraph(f"{number}. {SENTENCE} " * 6, page=number // 4 + 1) for number in range(16)]
    return chunks_of(heading("Setting up", page=1), *steps[:8], heading("Cleaning", page=3), *steps[8:])


@pytest.fixture
def chunks() -> list[Chunk]:
    return long_manual()


@pytest.fixture
def index(chunks: list[Chunk], tmp_path: Path) -> Iterator[Index]:
    store = EdgeStore(tmp_path / "index")
    vector = np.eye(1, 4, dtype=np.float32)[0]
    with store.draft(embedder="none", dimensions=4) as draft:
        draft.upsert([Point(chunk, Vectors(vector)) for chunk in chunks])
        draft.publish()
    opened = store.open()
    yield opened
    opened.close()


def candidates(*chunks: Chunk) -> list[Candidate]:
    return [Candidate(chunk=chunk, score=1 - place / 10, dense=0.9, sparse=1.0) for place, chunk in enumerate(chunks)]


def test_a_passage_is_read_from_its_section_only_and_within_the_budget(index: Index, chunks: list[Chunk]) -> None:
    for chunk in chunks:
        (passage,) = assemble(index, candidates(chunk), EVERYTHING, limit=5)
        assert chunk.id in passage.chunk_ids
        own = [known for known in chunks if known.id in passage.chunk_ids]
        assert {known.section for known in own} == {chunk.section}
        assert [known.ordinal for known in own] == list(range(own[0].ordinal, own[-1].ordinal + 1))
        assert passage.text == "\n".join(known.text for known in own)
        assert len(own) == 1 or measure(passage.text) <= BUDGET + len(own)
        assert passage.pages == tuple(sorted({page for known in own for page in known.pages}))
        assert passage.page == passage.pages[0]


def test_no_chunk_stands_in_two_passages(index: Index, chunks: list[Chunk]) -> None:
    passages = assemble(index, candidates(*chunks), EVERYTHING, limit=50)
    shown = [key for passage in passages for key in passage.chunk_ids]
    assert sorted(shown) == sorted(chunk.id for chunk in chunks)
    assert [passage.score for passage in passages] == sorted((p.score for p in passages), reverse=True)
    assert all(len(passage.text) <= MAX_CHARACTERS for passage in passages)


def test_at_most_as_many_passages_as_asked_for(index: Index, chunks: list[Chunk]) -> None:
    assert len(assemble(index, candidates(*chunks), EVERYTHING, limit=2)) == 2
    assert assemble(index, [], EVERYTHING, limit=2) == []


def test_neighbours_out_of_scope_are_not_put_back(index: Index, chunks: list[Chunk]) -> None:
    public = Scope(audience=Audience.PUBLIC)  # all of this manual is internal
    (passage,) = assemble(index, candidates(chunks[1]), public, limit=1)
    assert passage.chunk_ids == (chunks[1].id,)
