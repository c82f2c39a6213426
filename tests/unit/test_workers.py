"""Reading in worker processes: a crash, a hang or a memory hog costs its own document and nothing else."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.errors import ReadError
from ingest.types import SourceFile
from ingest.workers import ChunkedFile, Limits, read_all, read_and_chunk


def write(folder: Path, name: str, text: str) -> SourceFile:
    path = folder / name
    path.write_text(text)
    return SourceFile(path=path, document=name, revision="0123456789abcdef", size=path.stat().st_size)


@pytest.fixture
def sources(tmp_path: Path) -> list[SourceFile]:
    return [write(tmp_path, f"{name}.txt", f"The {name} is closed.\n") for name in ("valve", "lamp", "pump")]


def read_while(sources: list[SourceFile], happens: Callable[[int], None], limits: Limits) -> dict[str, ChunkedFile]:
    """Read with one worker; `happens` is called with the first worker's process id as soon as there is one."""

    def interfere() -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            for child in multiprocessing.active_children():
                if child.pid is not None:
                    happens(child.pid)
                    return

    thread = threading.Thread(target=interfere)
    thread.start()
    try:
        return {file.source.document: file for file in read_all(sources, workers=1, limits=limits)}
    finally:
        thread.join()


def test_every_file_is_read_once_as_in_one_process(sources: list[SourceFile]) -> None:
    found = {file.source.document: file for file in read_all(sources, workers=2)}
    assert found == {source.document: read_and_chunk(source) for source in sources}
    assert not multiprocessing.active_children()


def test_an_unreadable_file_says_why_and_the_others_are_read(sources: list[SourceFile], tmp_path: Path) -> None:
    broken = write(tmp_path, "broken.pdf", "no PDF at all")
    found = {file.source.document: file for file in read_all([broken, *sources], workers=1)}
    assert isinstance(found["broken.pdf"].error, ReadError)
    assert all(bool(file.chunks) == (file.error is None) for file in found.values())
    assert [name for name, file in found.items() if file.error] == ["broken.pdf"]


@pytest.mark.parametrize(("kill", "word"), [(signal.SIGSEGV, "crashed"), (signal.SIGKILL, "memory")])
def test_a_dead_worker_costs_one_document(sources: list[SourceFile], kill: signal.Signals, word: str) -> None:
    found = read_while(sources, lambda process: os.kill(process, kill), Limits())
    failed = [file for file in found.values() if file.error]
    assert len(found) == 3
    assert [file.source.document for file in failed] == ["valve.txt"]
    assert word in str(failed[0].error)


def test_a_hanging_worker_costs_one_document(sources: list[SourceFile]) -> None:
    found = read_while(sources, lambda process: os.kill(process, signal.SIGSTOP), Limits(seconds=6))
    assert {name: file.error is None for name, file in found.items()} == {
        "valve.txt": False,
        "lamp.txt": True,
        "pump.txt": True,
    }
    assert "time limit" in str(found["valve.txt"].error)


def test_a_file_that_needs_too_much_memory_is_named(sources: list[SourceFile], tmp_path: Path) -> None:
    hog = write(tmp_path, "hog.txt", "All work and no play. \n" * 4_000_000)
    found = {
        file.source.document: file for file in read_all([hog, *sources], workers=1, limits=Limits(memory_bytes=2**29))
    }
    assert "memory" in str(found["hog.txt"].error)
    assert all(found[source.document].chunks for source in sources)


def test_leaving_half_way_ends_the_workers(sources: list[SourceFile]) -> None:
    reading = read_all(sources, workers=2)
    next(reading)
    reading.close()  # type: ignore[attr-defined]
    assert not multiprocessing.active_children()
