"""What first questions about manuals would wait for is done before, while a server starts."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn, cast

import pytest

from ingest.embed import Embedder
from ingest.errors import IndexUnusable
from ingest.index.contract import EVERYTHING, Index
from retrieval.retriever import Retriever
from tests.manual_index import AllAlike, Manual, publish
from ui.backend import Backend, Parts

PARTS = (
    ("Reset", "Hold the ring for 10 seconds."),
    ("Mount", "Put it on a wall."),
    ("Clean", "Wipe it dry."),
    ("End", ""),
)


class CountedTexts:
    """An index that counts how often manuals' texts are read; everything else is the index's."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self.read = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)

    def texts(self, *asked: Any) -> Any:
        self.read += 1
        return self._index.texts(*asked)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    titles = ("K1 kettle: user guide", "K1 Plus kettle: user guide", "L5 lamp: guide")
    manuals = [Manual(f"m{number}.md", title=title, sections=PARTS) for number, title in enumerate(titles)]
    opened = publish(tmp_path / "index", *manuals)
    yield opened
    opened.close()


def test_a_prepared_retriever_reads_no_manual_for_its_first_question(index: Index) -> None:
    for prepared in (False, True):
        counted = CountedTexts(index)
        retriever = Retriever(cast("Index", counted), cast("Embedder", AllAlike()))
        if prepared:
            retriever.prepare()
            assert counted.read >= 3
        counted.read = 0
        retriever.retrieve("hold the ring for a reset", scope=EVERYTHING)
        assert (counted.read == 0) is prepared


def test_a_server_prepares_while_it_starts(tmp_path: Path) -> None:
    prepared = threading.Event()

    class Watched:
        def retrieve(self, *_asked: Any, **_how: Any) -> Any:
            raise AssertionError

        def prepare(self) -> None:
            prepared.set()

    async def no_model() -> str:
        return ""

    def no_index() -> NoReturn:
        raise IndexUnusable("There is no index.", hint="ingest something")

    def assistant() -> Any:
        return object()

    backend = Backend(
        Parts(
            home=tmp_path,
            build_assistant=assistant,
            open_index=no_index,
            probe_model=no_model,
            build_retriever=Watched,
        )
    )
    backend.database()  # made here: two threads of a process cannot make a database each at once
    backend.start()
    try:
        assert prepared.wait(20)
    finally:
        backend.notes.close()  # its threads would go on beside all other tests
