"""Reads ahead of whoever takes the files: an iterator of files enters, the same files leave.

A thread of its own draws from the readers, so that they work on while a model embeds. What waits is bounded by the
chunks it holds, whatever the corpus.
"""

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Self

from ingest.types import SourceFile
from ingest.workers import ChunkedFile

WAITING_CHUNKS = 2048
"""Read on below so many chunks: at 40 a second they last for 50 s, and reading the largest manual known takes 12."""


class ReadAhead:
    """Iterate it inside `with`. An error of the reading is raised where the files are taken.

    Leaving early lets the reading end at its next file: close the crew that reads before, and that is soon.
    """

    def __init__(self, reading: Iterator[ChunkedFile], *, waiting_chunks: int = WAITING_CHUNKS) -> None:
        self._reading = reading
        self._limit = waiting_chunks
        self._waiting: deque[ChunkedFile] = deque()
        self._chunks = 0
        self._changed = threading.Condition()
        self._ended = False
        self._left = False
        self._error: BaseException | None = None
        self._read_documents: set[str] = set()
        self._thread = threading.Thread(target=self._read, name="read-ahead", daemon=True)

    def being_read(self, sources: Iterable[SourceFile]) -> str:
        """The first of these, in the order in which they were given out, that is not read yet; empty where all are."""
        return next((source.document for source in sources if source.document not in self._read_documents), "")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._left = True
            self._waiting.clear()
            self._changed.notify_all()
        self._thread.join()

    def __iter__(self) -> Iterator[ChunkedFile]:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._ended)
                if not self._waiting:
                    break
                file = self._waiting.popleft()
                self._chunks -= len(file.chunks)
                self._changed.notify_all()
            yield file
        if self._error is not None:
            raise self._error

    def _read(self) -> None:
        try:
            for file in self._reading:
                self._read_documents.add(file.source.document)
                with self._changed:
                    self._changed.wait_for(lambda: self._chunks < self._limit or self._left)
                    if self._left:
                        break
                    self._waiting.append(file)
                    self._chunks += len(file.chunks)
                    self._changed.notify_all()
        except BaseException as error:  # noqa: BLE001  It belongs to the thread that takes the files.
            self._error = error
        finally:
            close = getattr(self._reading, "close", None)
            if close is not None:
                close()  # ends worker processes where the iterator is a generator that holds them
            with self._changed:
                self._ended = True
                self._changed.notify_all()
