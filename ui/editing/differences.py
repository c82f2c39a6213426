"""What staged manuals would change: a file and what is indexed under its name come in, a `Difference` comes out, later.

Reading takes seconds, so it is done in the background, one manual at a time, in processes that are ended when they take
too long. What was found is kept for as long as neither the file nor the index changes.
"""

import logging
import multiprocessing
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Final

from ingest.diff import PassageDiff, compare
from ingest.errors import ManualdeskError, NothingPublished, ReadError
from ingest.index.contract import EVERYTHING, IndexedDocument
from ingest.recorded import Place
from ingest.types import Chunk, PageQuality, SourceFile
from ingest.workers import Limits, read_all
from ui.editing.staging import Staged

log = logging.getLogger("manualdesk.editing")

READING: Final = Limits(seconds=120.0, seconds_per_megabyte=5.0)
COMPARING_SECONDS: Final = 60.0
_LOOK_SECONDS: Final = 0.5
"""How often somebody who compares looks whether all that is closed."""
_KEPT: Final = 50
_LAST: Final = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A staged manual beside the indexed one."""

    state: str
    """`computing`, `new`, `changed`, `failed`."""
    passages: tuple[PassageDiff, ...] = ()
    chunks: int = 0
    pages: int = 0
    weak: tuple[PageQuality, ...] = ()
    """Pages of the new file that may have been read badly."""
    title: str = ""
    error: str = ""
    hint: str = ""

    @property
    def counts(self) -> dict[str, int]:
        """How many passages are `added`, `changed`, `removed`."""
        found = Counter(str(passage.change) for passage in self.passages)
        return {name: found[name] for name in ("added", "changed", "removed")}


COMPUTING: Final = Difference(state="computing")
_Key = tuple[str, str, str]


@dataclass(slots=True)
class _Kept:
    found: OrderedDict[_Key, "Future[Difference]"] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Differences:
    """Found in a thread of its own."""

    def __init__(self, place: Callable[[], Place]) -> None:
        self._place = place
        self._kept = _Kept()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="differences")
        self._closed = threading.Event()

    def of(self, staged: Staged, known: IndexedDocument | None) -> Difference:
        """As far as it is known now; asked for the first time, it is begun."""
        key = (staged.document, staged.revision, known.revision if known else "")
        with self._kept.lock:
            if self._closed.is_set():
                return COMPUTING
            if key not in self._kept.found:
                self._kept.found[key] = self._thread.submit(self._find, staged, known)
                while len(self._kept.found) > _KEPT:
                    self._kept.found.popitem(last=False)[1].cancel()
            future = self._kept.found[key]
        return future.result() if future.done() and not future.cancelled() else COMPUTING

    def settle(self) -> None:
        """Wait until all that was asked for is found."""
        with self._kept.lock:
            futures = list(self._kept.found.values())
        for future in futures:
            if not future.cancelled():
                future.result()

    def close(self) -> None:
        """What waits is not begun any more, and what is being read ends: else the process would wait for all of it."""
        with self._kept.lock:
            self._closed.set()
            self._thread.shutdown(wait=False, cancel_futures=True)

    def _find(self, staged: Staged, known: IndexedDocument | None) -> Difference:
        try:
            return self._read(staged, known)
        except ManualdeskError as error:
            return Difference(state="failed", error=error.message, hint=error.hint)
        except Exception as error:
            log.exception("a difference could not be found")
            return Difference(state="failed", error=f"{type(error).__name__}: {error}")

    def _read(self, staged: Staged, known: IndexedDocument | None) -> Difference:
        source = SourceFile(
            path=staged.path, document=staged.document, revision=staged.revision, size=staged.size,
            title=_said_title(known), language=known.language if known else "",
        )  # fmt: skip
        file = next(iter(read_all([source], workers=1, limits=READING, closed=self._closed)), None)
        if file is None:  # closed
            raise _broke_off(staged.document)
        if file.error is not None:
            raise file.error
        first = file.chunks[0]
        passages = () if known is None else self._compared(self._indexed(known), file.chunks, staged.document)
        return Difference(
            state="new" if known is None else "changed",
            passages=passages,
            chunks=len(file.chunks),
            pages=file.pages,
            weak=file.quality,
            title=first.title,
        )

    def _indexed(self, known: IndexedDocument) -> list[Chunk]:
        try:
            with closing(self._place().store.open()) as index:
                return index.span(known.document, 0, _LAST, EVERYTHING)
        except NothingPublished:
            return []

    def _compared(self, old: Sequence[Chunk], new: Sequence[Chunk], document: str) -> tuple[PassageDiff, ...]:
        """In a process of its own: texts can be such that comparing them takes hours."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_compare, args=(theirs,), daemon=True)
        process.start()
        theirs.close()
        try:
            ours.send((list(old), list(new)))
            until = time.monotonic() + COMPARING_SECONDS
            while not ours.poll(_LOOK_SECONDS):
                if self._closed.is_set():
                    raise _broke_off(document)
                if time.monotonic() > until:
                    raise ReadError(
                        f"{document}: comparing it with what is indexed took longer than the time limit.",
                        hint="It can be published without; the two may have hardly a passage in common.",
                    )
            found: tuple[PassageDiff, ...] = ours.recv()
        except EOFError:
            raise _broke_off(document) from None
        finally:
            process.kill()
            process.join()
            ours.close()
        return found


def _said_title(known: IndexedDocument | None) -> str:
    """A title that somebody gave the manual; its own may have changed."""
    return known.title if known and "title" in dict(known.origins) else ""


def _broke_off(document: str) -> ReadError:
    return ReadError(f"{document}: comparing it broke off.", hint="Try again; it can be published without.")


def _compare(connection: Connection) -> None:
    import os

    os.nice(5)
    old, new = connection.recv()
    connection.send(tuple(compare(old, new)))
