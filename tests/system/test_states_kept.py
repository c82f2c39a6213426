"""An ingest keeps what the embedder makes of each token, and a search reads it back: real files and a real index."""

from collections.abc import Sequence

import numpy as np
import pytest

from ingest.index.contract import EVERYTHING, Index
from ingest.index.generations import KEEP
from ingest.pipeline import Job
from ingest.recorded import Place, remove_documents, run_recorded
from ingest.token_states import FILE, find_states
from ingest.types import Chunk
from retrieval.passages import Passage
from retrieval.reading import passage_of
from retrieval.token_reader import TokenReader, Tokens
from tests.desk import Desk, manual
from tests.recording_crew import NAME, RecordingCrew, StatesEmbedder


class Counting:
    """Tokens as those of StatesEmbedder; counts the passages that are computed."""

    name = NAME
    tells_tokens = True

    def __init__(self) -> None:
        self.computed = 0

    def tokens(self, text: str, *, question: bool) -> Tokens:
        self.computed += not question
        return StatesEmbedder.states(text), []


@pytest.fixture
def desk(desk: Desk) -> Desk:
    desk.crew = RecordingCrew(StatesEmbedder())
    return desk


def record(desk: Desk) -> None:
    """An ingest as the command does it."""
    place = Place(desk.store, NAME, desk.home, desk.home)
    list(run_recorded(place, Job(paths=(desk.manuals,), allow_removals=True), crew=desk.crew))


def chunks_of(index: Index, document: str) -> list[Chunk]:
    return index.span(document, 0, 1000, EVERYTHING)


def kept(desk: Desk, chunks: Sequence[Chunk]) -> int:
    return len(find_states(desk.home, NAME, {chunk.embed_text for chunk in chunks}))


def test_states_of_every_chunk_are_kept_whoever_gave_its_vector(desk: Desk) -> None:
    desk.write("pump.md", manual("Pump", 40))
    record(desk)
    desk.write("pump.md", manual("Pump", 40, s20="The **red** valve is new. " * 9))
    desk.write("copy/pump.md", manual("Pump", 40))
    record(desk)
    index = desk.store.open()
    for document in ("pump.md", "copy/pump.md"):
        chunks = chunks_of(index, document)
        assert kept(desk, chunks) == len({chunk.embed_text for chunk in chunks}) > 1


def test_a_stopped_run_leaves_its_states_to_the_next(desk: Desk) -> None:
    desk.write("pump.md", manual("Pump", 300))
    steps = desk.steps()
    while len(desk.crew.embedded) < 64:
        next(steps)
    steps.close()  # type: ignore[attr-defined]
    record(desk)
    chunks = chunks_of(desk.store.open(), "pump.md")
    assert kept(desk, chunks) == len({chunk.embed_text for chunk in chunks})


def test_a_manual_that_no_generation_holds_any_more_takes_its_states_along(desk: Desk) -> None:
    for name in ("Pump", "Lamp"):
        desk.write(f"{name.lower()}.md", manual(name, 5))
    record(desk)
    index = desk.store.open()
    pump, lamp = chunks_of(index, "pump.md"), chunks_of(index, "lamp.md")
    remove_documents(Place(desk.store, NAME, desk.home, desk.home), ["pump.md"])
    assert kept(desk, pump) == len(pump), "it can be rolled back to"
    (desk.manuals / "pump.md").unlink()
    for change in range(KEEP):
        desk.write("lamp.md", manual("Lamp", 5, s1=f"Change {change} of the lamp."))
        record(desk)
    assert kept(desk, pump) == 0
    assert kept(desk, [chunk for chunk in lamp if "part4" in chunk.text]) == 1


def test_a_stopped_run_keeps_its_states_while_another_manual_is_removed(desk: Desk) -> None:
    desk.write("lamp.md", manual("Lamp", 5))
    record(desk)
    desk.write("pump.md", manual("Pump", 300))
    steps = desk.steps()
    while len(desk.crew.embedded) < 64:
        next(steps)
    steps.close()  # type: ignore[attr-defined]
    remove_documents(Place(desk.store, NAME, desk.home, desk.home), ["lamp.md"])
    record(desk)
    chunks = chunks_of(desk.store.open(), "pump.md")
    assert kept(desk, chunks) == len({chunk.embed_text for chunk in chunks})


def passages(desk: Desk) -> tuple[Index, list[Passage]]:
    index = desk.store.open()
    chunks = chunks_of(index, "pump.md")
    return index, [passage_of(chunks[:2], 1.0), passage_of(chunks[2:3], 0.9)]


def test_a_search_reads_what_was_kept(desk: Desk) -> None:
    desk.write("pump.md", manual("Pump", 40))
    record(desk)
    index, read = passages(desk)
    embedder = Counting()
    found = TokenReader(embedder, desk.home).passages(read)
    assert embedder.computed == 0
    for passage, chunks in zip(read, found, strict=True):
        held = [chunk for chunk in chunks_of(index, "pump.md") if chunk.id in passage.chunk_ids]
        for chunk, states in zip(held, chunks, strict=True):
            words = StatesEmbedder.states(chunk.embed_text)
            assert states.shape == words.shape
            assert np.corrcoef(states.ravel(), words.ravel())[0, 1] > 0.9


@pytest.mark.parametrize("home", ["none", "lost"])
def test_what_was_not_kept_is_computed(desk: Desk, home: str) -> None:
    desk.write("pump.md", manual("Pump", 40))
    record(desk)
    _index, read = passages(desk)
    (desk.home / FILE).unlink()
    embedder = Counting()
    found = TokenReader(embedder, None if home == "none" else desk.home).passages(read)
    assert [len(chunks) for chunks in found] == [len(passage.chunk_ids) for passage in read]
    assert embedder.computed == sum(len(chunks) for chunks in found)
