"""What holds when a process is killed, when threads read during a publication, and when files or formats are wrong."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from qdrant_client import QdrantClient

from ingest.errors import IndexUnusable, SettingError
from ingest.index import open_store
from ingest.index.contract import EVERYTHING, FORMAT, Index, IndexStore
from ingest.index.edge import EdgeStore
from ingest.index.generations import KEEP
from ingest.index.server import ServerStore
from ingest.types import Sparse
from tests.conformance import killed_ingest
from tests.conformance.synthetic import COMMON_TERM, DIMENSIONS, EMBEDDER, axis, points


def publish(store: IndexStore, name: str, count: int = 3, **fields: object) -> str:
    with store.draft(embedder=EMBEDDER, dimensions=DIMENSIONS) as draft:
        draft.replace(name, points(name, count, **fields))
        return draft.publish().generation


def test_a_killed_ingest_leaves_what_was_published(edge_store: EdgeStore, index_folder: Path) -> None:
    generation = publish(edge_store, "a")
    command = [sys.executable, "-m", killed_ingest.__name__, str(index_folder)]
    root = Path(__file__).parents[2]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root)
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "drafting\n"
        with pytest.raises(IndexUnusable, match=f"process {child.pid}"):
            publish(edge_store, "c")
        child.kill()
    index = edge_store.open()
    assert index.info().generation == generation
    assert [found.document for found in index.documents(EVERYTHING)] == ["a"]
    assert list(index_folder.glob("draft-*")), "the killed process had not drafted"
    publish(edge_store, "c")
    assert [found.document for found in edge_store.open().documents(EVERYTHING)] == ["a", "c"]
    assert not list(index_folder.glob("draft-*"))


def test_old_generations_go_and_rolled_back_ones_do_not_return(edge_store: EdgeStore, index_folder: Path) -> None:
    made = [publish(edge_store, name) for name in "abcd"]
    assert made == sorted(made)
    kept = index_folder / "generations"
    assert sorted(path.name for path in kept.iterdir()) == made[-KEEP:]
    assert edge_store.rollback().generation == made[2]
    publish(edge_store, "e")
    assert [found.document for found in edge_store.open().documents(EVERYTHING)] == ["a", "b", "c", "e"]
    assert edge_store.rollback().generation == made[2], "the generation that was rolled back from came back"


def read_until(done: threading.Event, index: Index, failures: list[str]) -> None:
    """Read until told to stop; each read has to see all six chunks, of one generation."""
    terms = Sparse((COMMON_TERM,), (1.0,))
    while not done.is_set():
        try:
            dense = [hit.chunk.text for hit in index.search_dense(axis(1), EVERYTHING, limit=20)]
            sparse = [hit.chunk.text for hit in index.search_sparse(terms, EVERYTHING, limit=20)]
            span = [chunk.text for chunk in index.span("a", 0, 9, EVERYTHING)]
        except Exception as error:  # noqa: BLE001  Whatever it is, the test has to say it.
            failures.append(repr(error))
        else:
            failures.extend(f"mixed: {texts}" for texts in (dense, sparse, span) if texts != texts[:1] * 6)


def test_threads_read_whole_generations_during_publications(store: IndexStore) -> None:
    if isinstance(store, ServerStore):
        pytest.skip("a server publishes by document, and the in-memory one is not made for threads")
    publish(store, "a", 6, text="0")
    index = store.open()
    done = threading.Event()
    failures: list[str] = []

    threads = [threading.Thread(target=read_until, args=(done, index, failures)) for _number in range(4)]
    for thread in threads:
        thread.start()
    generation = ""
    for number in range(1, 4):
        generation = publish(store, "a", 6, text=str(number))
        while index.info().generation != generation and not failures:
            done.wait(0.02)
    done.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert index.info().generation == generation


def test_what_is_held_reads_one_generation(edge_store: EdgeStore) -> None:
    publish(edge_store, "a", text="old")
    index = edge_store.open()

    def texts() -> set[str]:
        return {chunk.text for chunk in index.span("a", 0, 9, EVERYTHING)}

    with index.hold():
        assert texts() == {"old"}
        generation = publish(edge_store, "a", text="new")
        other = threading.Thread(target=follow, args=(index, generation))
        other.start()
        other.join()
        with index.hold():
            assert texts() == {"old"}
        assert texts() == {"old"}, "another thread's newer generation came through"
    assert texts() == {"new"}


def follow(index: Index, generation: str) -> None:
    """Read until the index has followed to this generation."""
    while index.info().generation != generation:
        threading.Event().wait(0.02)


def test_a_closed_index_says_so(edge_store: EdgeStore) -> None:
    publish(edge_store, "a")
    index = edge_store.open()
    index.close()
    index.close()
    with pytest.raises(IndexUnusable):
        index.search_dense(axis(0), EVERYTHING, limit=1)


def test_another_format_is_refused_with_the_command(edge_store: EdgeStore, index_folder: Path) -> None:
    generation = publish(edge_store, "a")
    file = index_folder / "generations" / generation / "info.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "format": FORMAT + 1, "unheard_of": 1}))
    with pytest.raises(IndexUnusable, match=f"format {FORMAT + 1}") as caught:
        edge_store.open()
    assert "manualdesk ingest" in caught.value.hint
    with pytest.raises(IndexUnusable):
        publish(edge_store, "b")


def test_another_format_on_a_server_is_refused() -> None:
    client = QdrantClient(":memory:")
    store = ServerStore(client)
    publish(store, "a")
    client.update_collection("manualdesk", metadata={"format": FORMAT + 1})
    with pytest.raises(IndexUnusable, match=f"format {FORMAT + 1}"):
        store.open()
    client.close()


@pytest.mark.parametrize("damage", ["info", "shard", "pointer"])
def test_a_damaged_index_is_told(edge_store: EdgeStore, index_folder: Path, damage: str) -> None:
    generation = publish(edge_store, "a")
    folder = index_folder / "generations" / generation
    if damage == "info":
        (folder / "info.json").write_text("{")
    elif damage == "shard":
        (folder / "shard").rename(folder / "gone")
    else:
        (index_folder / "current").write_text("20200101T000000000000Z\n")
    with pytest.raises(IndexUnusable) as caught:
        edge_store.open()
    assert caught.value.hint


def test_readers_change_nothing_in_a_generation(edge_store: EdgeStore, index_folder: Path) -> None:
    publish(edge_store, "a")

    def content() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in index_folder.rglob("*") if path.is_file()}

    before = content()
    index = edge_store.open()
    index.search_dense(axis(0), EVERYTHING, limit=3)
    index.close()
    assert content() == before


def test_a_server_out_of_reach_is_told(tmp_path: Path) -> None:
    store = open_store("http://127.0.0.1:9", tmp_path)
    with pytest.raises(IndexUnusable, match="does not answer") as caught:
        store.open()
    assert "MANUALDESK_INDEX_URL" in caught.value.hint
    with pytest.raises(SettingError):
        open_store("no url at all", tmp_path)


def test_without_a_url_the_index_is_in_the_folder(tmp_path: Path) -> None:
    publish(open_store(None, tmp_path / "index"), "a")
    assert (tmp_path / "index" / "current").is_file()
