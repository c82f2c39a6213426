"""Ingest on a Ray cluster of this machine: the index of a local run, whatever happens to workers meanwhile."""

import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.bundled_model import NAME
from ingest.cluster_embedding import ClusterEmbedder
from ingest.cluster_reading import Reading
from ingest.cluster_session import Session, share_out
from ingest.embed import Embedder
from ingest.errors import SettingError
from ingest.index.contract import EVERYTHING
from ingest.index.edge import EdgeStore
from ingest.types import Chunk, Dense, SourceFile
from ingest.workers import ChunkedFile, Limits, read_and_chunk
from tests.bench.process_tree import tree
from tests.conftest import MANUALDESK, ROOT, Command, environment

LIMITS = Limits()
SAMPLES = ROOT / "data" / "samples"


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    """A cluster of two processors, started once for all tests here."""
    session = Session("ray", processors=2)
    session.share()
    import ray  # not before the session has said how

    os.environ["RAY_ADDRESS"] = ray.get_runtime_context().gcs_address
    yield session
    del os.environ["RAY_ADDRESS"]
    session.close()


@pytest.fixture
def sources(tmp_path: Path) -> list[SourceFile]:
    return [write(tmp_path, f"{name}.txt", f"The {name} is closed.\n") for name in ("valve", "lamp", "pump")]


def write(folder: Path, name: str, text: str) -> SourceFile:
    path = folder / name
    path.write_text(text)
    return SourceFile(path=path, document=name, revision="0123456789abcdef", size=path.stat().st_size)


def workers(task: str) -> list[int]:
    """Process ids of Ray's workers that are at this task now."""
    return [process for process in tree(os.getpid()) if title(process).startswith(f"ray::{task}")]


def title(process: int) -> str:
    """The command line of a process that runs, empty for one that does not."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


@contextmanager
def killing(task: str, *, at_most: int) -> Iterator[set[int]]:
    """Kill the workers that are at this task as soon as they are seen. Gives the process ids killed."""
    killed: set[int] = set()
    ended = threading.Event()

    def kill() -> None:
        while not ended.is_set() and len(killed) < at_most:
            for process in workers(task)[: at_most - len(killed)]:
                os.kill(process, signal.SIGKILL)
                killed.add(process)

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    yield killed
    ended.set()
    thread.join()


def read(session: Session, sources: list[SourceFile], limits: Limits = LIMITS) -> dict[str, ChunkedFile]:
    return {file.source.document: file for file in Reading(session, limits).files(sources)}


def cosines(left: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.float32]:
    """Row by row. bfloat16 leaves the vectors a little off unit length."""
    product = np.sum(left * right, axis=1)
    return np.asarray(product / np.linalg.norm(left, axis=1) / np.linalg.norm(right, axis=1), np.float32)


def content(index_folder: Path, copy: Path) -> dict[str, tuple[list[Chunk], dict[str, Dense]]]:
    """Chunks and vectors of each document. A copy, since looking at vectors opens a draft."""
    shutil.copytree(index_folder, copy)
    store = EdgeStore(copy)
    index = store.open()
    info = index.info()
    with store.draft(embedder=info.embedder, dimensions=info.dimensions) as draft:
        found = {
            known.document: (index.span(known.document, 0, known.chunks, EVERYTHING), draft.vectors(known.document))
            for known in index.documents(EVERYTHING)
        }
    index.close()
    return found


def test_the_index_is_that_of_a_local_run(
    session: Session, samples_home: Path, manualdesk: Command, home: Path, tmp_path: Path
) -> None:
    done = manualdesk("ingest", SAMPLES, "--strict", "--workers", "ray://auto")
    assert done.returncode == 0, done.stderr
    found = content(home / "index", tmp_path / "found")
    wanted = content(samples_home / "index", tmp_path / "wanted")
    assert {name: chunks for name, (chunks, _) in found.items()} == {n: chunks for n, (chunks, _) in wanted.items()}
    for name, (_, vectors) in wanted.items():
        assert found[name][1].keys() == vectors.keys()
        there = np.stack([found[name][1][text] for text in vectors])
        assert np.all(cosines(there, np.stack(list(vectors.values()))) > 0.9999)


def test_texts_come_back_in_order_with_the_vectors_of_one_process(session: Session, models: Path) -> None:
    texts = [f"Step {number}: press the button {number} times." for number in range(120)]
    batches = [texts[start : start + 8] for start in range(0, len(texts), 8)] + [[]]
    embedder = ClusterEmbedder(session, NAME, models)
    with killing("EmbeddingActor.embed", at_most=1) as killed:
        found = list(embedder.embed_batches(batches))
    assert len(killed) == 1
    assert [len(part) for part in found] == [len(batch) for batch in batches]
    local = Embedder(NAME, models, threads=1)
    assert embedder.dimensions == local.dimensions
    for batch, part in zip(batches[:-1], found, strict=False):
        assert np.all(cosines(local.embed_passages(batch), part) > 0.9999)


def test_a_worker_that_dies_costs_a_try(session: Session, sources: list[SourceFile]) -> None:
    with killing("read_parcel", at_most=1) as killed:
        found = read(session, sources)
    assert len(killed) == 1
    assert found == {source.document: read_and_chunk(source) for source in sources}


def test_a_file_that_kills_every_worker_is_given_up(session: Session, tmp_path: Path) -> None:
    long = write(tmp_path, "long.txt", "The valve is closed.\n\n" * 50_000)
    with killing("read_parcel", at_most=9):
        found = read(session, [long])
    assert "3 workers died" in str(found["long.txt"].error)


def test_a_file_is_held_to_the_limits_and_told_of_as_on_one_machine(
    session: Session, sources: list[SourceFile], tmp_path: Path
) -> None:
    long = write(tmp_path, "long.txt", "The valve is closed.\n\n" * 50_000)
    assert "time limit" in str(read(session, [long], Limits(seconds=0.01, seconds_per_megabyte=0))["long.txt"].error)
    gone = SourceFile(path=tmp_path / "gone.txt", document="gone.txt", revision="0", size=9)
    found = read(session, [gone, *sources])
    assert str(found["gone.txt"].error) == str(read_and_chunk(gone).error)
    assert all(found[source.document].chunks for source in sources)


@pytest.mark.parametrize("address", ["rays", "ray://", "ray://host", "ray:3", "ray://host:port", "ray[auto]"])
def test_what_is_no_cluster_is_refused(address: str) -> None:
    with pytest.raises(SettingError, match="neither a count nor a Ray cluster"):
        Session(address)


def test_a_cluster_is_shared_out() -> None:
    small = share_out({"CPU": 2.0, "memory": 16e9})
    assert (small.embedders, small.readers, small.graphics) == (2, 2, 0)
    assert share_out({"CPU": 64.0, "memory": 16e9}).embedders < 16  # each takes memory
    cards = share_out({"CPU": 64.0, "GPU": 4.0, "memory": 512e9})
    assert (cards.embedders, cards.graphics, cards.readers) == (4, 1, 32)


@pytest.mark.slow
def test_ctrl_c_leaves_nothing_of_a_cluster_that_was_started(home: Path) -> None:
    before = set(Path(tempfile.gettempdir()).glob("manualdesk-ray-*"))
    settings = environment(home)
    command = [str(MANUALDESK), "ingest", str(SAMPLES), "--workers", "ray"]
    with subprocess.Popen(command, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        until(lambda: len(tree(run.pid)) > 5, "Ray's processes")
        started = tree(run.pid)
        until(lambda: any("EmbeddingActor" in title(process) for process in tree(run.pid)), "an embedder")
        started += tree(run.pid)
        run.send_signal(signal.SIGINT)
        _out, complaint = run.communicate(timeout=60)
    assert "Traceback" not in complaint
    until(lambda: not [process for process in started if title(process)], "the end of Ray's processes")
    assert set(Path(tempfile.gettempdir()).glob("manualdesk-ray-*")) <= before


def until(happens: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 120
    while not happens():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)
