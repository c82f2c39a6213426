"""The LlamaIndex adapter over a real index of one small manual; its page in docs over the sample manuals."""

import re
import subprocess
import sys
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
from tests.conftest import ROOT, environment


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


def test_the_code_of_its_page_runs(samples_home: Path, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "llamaindex.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", page, re.M | re.S)
    assert len(blocks) == 2
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(blocks)],
        env=environment(samples_home),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    first, *_rest = done.stdout.splitlines()
    assert "smart-home/en/t200-user-guide.pdf 7 " in first
    prompt, sources = done.stdout.rsplit("Sources: ", 1)
    assert "together for 10 seconds" in prompt
    assert "smart-home/en/t200-user-guide.pdf" in sources
    assert "t200-pro" not in done.stdout
