"""Reading goes on ahead of whoever takes the files, no further than the limit, and ends with it."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from ingest.read_ahead import ReadAhead
from ingest.workers import ChunkedFile
from tests.documents import chunks_of, paragraph, source


class Readings:
    """Gives files of one chunk each, counts them, and tells when it was closed."""

    def __init__(self, count: int, *, ends_with: Exception | None = None) -> None:
        self.given = 0
        self.closed = threading.Event()
        self._count = count
        self._ends_with = ends_with
        self._chunk = chunks_of(paragraph("Turn the key."))[0]
        self._changed = threading.Condition()

    def files(self) -> Iterator[ChunkedFile]:
        try:
            for number in range(self._count):
                with self._changed:
                    self.given += 1
                    self._changed.notify_all()
                name = f"{number}.md"
                yield ChunkedFile(source(name), (replace(self._chunk, document=name),), 0)
            if self._ends_with is not None:
                raise self._ends_with
        finally:
            self.closed.set()

    def wait_for(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.given >= count, timeout=20)


def test_every_file_comes_in_order() -> None:
    readings = Readings(50)
    with ReadAhead(readings.files(), waiting_chunks=4) as files:
        assert [file.source.document for file in files] == [f"{number}.md" for number in range(50)]
    assert readings.closed.is_set()


def test_it_reads_ahead_up_to_the_limit() -> None:
    readings = Readings(50)
    with ReadAhead(readings.files(), waiting_chunks=4) as files:
        readings.wait_for(5)  # four wait, the fifth is held until there is room
        taken = iter(files)
        for number in range(10):
            next(taken)
            readings.wait_for(number + 6)
            assert readings.given <= number + 6


def test_leaving_early_ends_the_reading() -> None:
    readings = Readings(50)
    with ReadAhead(readings.files(), waiting_chunks=4) as files:
        next(iter(files))
    assert readings.closed.is_set()
    assert readings.given <= 7


def test_an_error_of_the_reading_comes_after_what_was_read() -> None:
    readings = Readings(3, ends_with=OSError("no more processes"))
    taken = []
    with ReadAhead(readings.files()) as files, pytest.raises(OSError, match="processes"):
        taken.extend(file.source.document for file in files)
    assert taken == ["0.md", "1.md", "2.md"]
