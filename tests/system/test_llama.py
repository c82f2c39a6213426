"""The LlamaIndex adapter over a real index of one small manual."""

from pathlib import Path

import pytest
from llama_index.core.retrievers import BaseRetriever

from ingest import pipeline
from ingest.bundled_model import NAME
from ingest.embed import Embedder
from ingest.index import open_store
from ingest.index.contract import EVERYTHING, Scope
from ingest.types import Audience
from retrieval.llama import ManualdeskRetriever
from retrieval.retriever import Retriever


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Retriever:
    home = tmp_path_factory.mktemp("llama")
    manual = home / "manuals" / "lamp" / "en" / "guide.md"
    manual.parent.mkdir(parents=True)
    manual.write_text("# Lamp L1\n\n## Reset\n\nHold the switch for ten seconds until the lamp blinks twice.\n")
    store = open_store(None, home / "index")
    list(pipeline.run(store, NAME, models, home, pipeline.Job(paths=(home / "manuals",))))
    return Retriever(store.open(), Embedder(NAME, models))


def test_passages_come_as_scored_nodes(retriever: Retriever) -> None:
    adapter = ManualdeskRetriever(retriever, EVERYTHING)
    assert isinstance(adapter, BaseRetriever)
    (best, *_) = adapter.retrieve("How do I reset the lamp?")
    assert "ten seconds" in best.node.get_content()
    assert best.metadata["document"] == "lamp/en/guide.md"
    assert best.metadata["section"] == ["Lamp L1", "Reset"]
    assert best.score is not None
    assert best.score > 0


def test_the_scope_is_kept(retriever: Retriever) -> None:
    public = ManualdeskRetriever(retriever, Scope(audience=Audience.PUBLIC))
    assert public.retrieve("How do I reset the lamp?") == []
