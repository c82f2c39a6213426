"""Files to chunks in worker processes: a crash, a hang or a memory hog costs one document, not the run."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path

from ingest.confinement import end, resident_bytes, shut_in
from ingest.errors import ManualdeskError, ReadError
from ingest.readers.pace import Counter, count_in
from ingest.types import Chunk, PageQuality, SourceFile

_DOCUMENTS_PER_WORKER = 200
"""A worker is replaced after so many documents; parsers in C do not give all memory back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one document may cost."""

    seconds: float = 300.0
    seconds_per_megabyte: float = 20.0
    """On top of that."""
    seconds_per_scanned_page: float = 90.0
    """From the last page that was read by OCR to the next: it takes 2 to 5 s, so the file is not hanging."""
    memory_bytes: int = 6 * 1024**3
    """Address space of a worker: a 26 MB PDF of 1,335 pages needs a fifth of it."""
    resident_bytes: int = 1200 * 1024**2
    """Memory that a worker and what it started hold: two of them and an embedder (1.3 GB) stay below 4 GB."""


@dataclass(frozen=True, slots=True)
class ChunkedFile:
    """A file that was read and cut. `chunks` is empty exactly where `error` says why."""

    source: SourceFile
    chunks: tuple[Chunk, ...]
    pages: int
    error: ManualdeskError | None = None
    quality: tuple[PageQuality, ...] = ()


def read_and_chunk(source: SourceFile) -> ChunkedFile:
    """One file, in this process."""
    from ingest.chunk import chunk
    from ingest.readers import read
    from ingest.readers.characters import cleaned

    try:
        document = cleaned(read(source))
        chunks = tuple(chunk(document))
    except ManualdeskError as error:
        return ChunkedFile(source, (), 0, error)
    except MemoryError:
        return ChunkedFile(source, (), 0, _too_large(source))
    if not chunks:
        return ChunkedFile(source, (), 0, ReadError(f"{source.document}: it holds no text.", hint="Is it a picture?"))
    return ChunkedFile(document.source, chunks, document.pages, quality=document.quality)


def read_all(
    sources: Sequence[SourceFile],
    *,
    workers: int,
    limits: Limits = Limits(),
    closed: threading.Event | None = None,
    recognised: Path | None = None,
) -> Iterator[ChunkedFile]:
    """Every file once, as they are done (not in order). Closing the iterator ends the workers.

    `recognised`: a folder that keeps the pages read by OCR for the next time.

    So does `closed`, within half a second, also while another thread waits for the next file.
    """
    waiting = list(reversed(sources))
    pool = [_Worker(limits, recognised) for _ in range(min(workers, len(sources)))]
    try:
        while (waiting or any(worker.task for worker in pool)) and not (closed and closed.is_set()):
            pool = [worker if worker.fit else worker.successor() for worker in pool]
            for worker in pool:
                if worker.task is None and waiting:
                    worker.give(waiting.pop())
            wait([worker.connection for worker in pool if worker.task], timeout=0.5)
            yield from filter(None, [worker.poll() for worker in pool if worker.task])
    finally:
        for worker in pool:
            worker.stop()


class _Worker:
    """A child process that reads one file at a time."""

    def __init__(self, limits: Limits, recognised: Path | None) -> None:
        self._limits = limits
        self._recognised = recognised
        context = multiprocessing.get_context("spawn")
        self.connection, child = context.Pipe()
        self._scanned = context.RawValue("i", 0)
        self._scanned_before = 0
        asked = (child, limits.memory_bytes, self._scanned, recognised)
        self._process = context.Process(target=_serve, args=asked, daemon=True)
        self._process.start()
        child.close()
        self.task: SourceFile | None = None
        self._lost = False
        self._done = 0
        self._deadline = 0.0

    @property
    def fit(self) -> bool:
        """Alive, and not yet due for replacement."""
        if self.task is not None:
            return True
        return not self._lost and self._done < _DOCUMENTS_PER_WORKER and self._process.is_alive()

    def successor(self) -> "_Worker":
        self.stop()
        return _Worker(self._limits, self._recognised)

    def give(self, source: SourceFile) -> None:
        self.task = source
        more = self._limits.seconds_per_megabyte * source.size / 1e6
        self._deadline = time.monotonic() + self._limits.seconds + more
        with suppress(OSError):  # it died this moment; `poll` finds that out
            self.connection.send(source)

    def poll(self) -> ChunkedFile | None:
        """The result of the task, None while the worker is at it."""
        source = self.task
        if source is None:
            return None
        try:
            self._prolong()
            if self.connection.poll():
                result: ChunkedFile = self.connection.recv()
            elif time.monotonic() > self._deadline:
                result = self._give_up(source, _too_slow(source))
            elif resident_bytes(self._process.pid or 0) > self._limits.resident_bytes:
                result = self._give_up(source, _too_large(source))
            else:
                return None
        except (EOFError, OSError):
            self._end()
            self._process.join(timeout=5)
            code = self._process.exitcode
            result = self._give_up(source, _too_large(source) if code == -signal.SIGKILL else _crashed(source, code))
        self.task = None
        self._done += 1
        return result

    def _prolong(self) -> None:
        """A page recognised since the last look gives the file time for the next."""
        scanned = self._scanned.value
        if scanned != self._scanned_before:
            self._scanned_before = scanned
            self._deadline = max(self._deadline, time.monotonic() + self._limits.seconds_per_scanned_page)

    def _give_up(self, source: SourceFile, error: ReadError) -> ChunkedFile:
        self._lost = True
        return ChunkedFile(source, (), 0, error)

    def stop(self) -> None:
        self._end()
        self._process.join()
        self.connection.close()

    def _end(self) -> None:
        # Once it was waited for, its number may be another process's.
        if self._process.pid is not None and self._process.exitcode is None:
            end(self._process.pid)


def _serve(connection: Connection, memory_bytes: int, scanned: Counter, recognised: Path | None) -> None:
    from ingest.readers.scan_kept import keep_in

    shut_in(memory_bytes)
    count_in(scanned)
    keep_in(recognised)
    os.nice(5)  # the parent embeds meanwhile; it is the one that everything waits for
    while True:
        try:
            source = connection.recv()
        except EOFError:
            return
        try:
            connection.send(read_and_chunk(source))
        except MemoryError:
            connection.send(ChunkedFile(source, (), 0, _too_large(source)))


def _too_slow(source: SourceFile) -> ReadError:
    return ReadError(
        f"{source.document}: reading it took longer than the time limit.",
        hint="Split the file, or save it anew with its own program.",
    )


def _too_large(source: SourceFile) -> ReadError:
    return ReadError(
        f"{source.document}: reading it needs more memory than a worker may take.",
        hint="Split the file into parts.",
    )


def _crashed(source: SourceFile, code: int | None) -> ReadError:
    return ReadError(
        f"{source.document}: the reader crashed on it (exit status {code}).",
        hint="The file is probably damaged: open it in its own program and save it anew.",
    )
