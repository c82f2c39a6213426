"""The embedded index on Qdrant Edge: each generation is a shard in a folder of its own."""

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ingest.errors import IndexUnusable
from ingest.index.contract import EVERYTHING, Draft, Index, IndexedDocument, IndexInfo, Point
from ingest.index.edge_preview import EdgePreview
from ingest.index.edge_shard import Shard
from ingest.index.generations import Generations, fetch
from ingest.index.made_by import info_of
from ingest.index.payload import check_embedder
from ingest.index.reads import Reads
from ingest.types import Dense

POINTER_CHECK_SECONDS = 0.5
"""How often a reader looks for a newer generation: one small read, and the promise is a second."""


class EdgeStore:
    """Generations in a folder (see `IndexStore` for what each method promises)."""

    def __init__(self, folder: Path) -> None:
        self._generations = Generations(folder)

    def open(self) -> Index:
        return EdgeIndex(self._generations)

    @contextmanager
    def draft(self, *, embedder: str, dimensions: int, fresh: bool = False) -> Iterator[Draft]:
        generations = self._generations
        with generations.locked():
            base = generations.current()
            if base is not None and not fresh:
                info = generations.info(base)
                check_embedder(info, embedder, dimensions)
            with generations.working_folder(start_from=None if fresh else base) as work:
                draft = EdgeDraft(generations, work, base=base, embedder=embedder, dimensions=dimensions)
                try:
                    yield draft
                finally:
                    draft.close()

    @contextmanager
    def revisions(self) -> Iterator[frozenset[str]]:
        with self._generations.locked():
            found: set[str] = set()
            for name in self._generations.names():
                opened = _Opened(self._generations, name)
                found.update(known.revision for known in opened.shard.documents(EVERYTHING))
                opened.shard.close()
            yield frozenset(found)

    def rollback(self) -> IndexInfo:
        with self._generations.locked():
            return self._generations.info(self._generations.roll_back())

    def generations(self) -> list[IndexInfo]:
        return [self._generations.info(name) for name in reversed(self._generations.names())]

    def documents_of(self, generation: str) -> list[IndexedDocument]:
        if generation not in self._generations.names():
            raise IndexUnusable(f"generation {generation} is not kept any more", hint="choose one that is")
        opened = _Opened(self._generations, generation)
        try:
            return opened.shard.documents(EVERYTHING)
        finally:
            opened.shard.close()

    def switch(self, generation: str) -> IndexInfo:
        with self._generations.locked():
            return self._generations.switch(generation)


class EdgeDraft:
    """A working copy of the published shard (see `Draft`)."""

    def __init__(
        self, generations: Generations, work: Path, *, base: str | None, embedder: str, dimensions: int
    ) -> None:
        self._generations = generations
        self._work = work
        self._base = base
        self._embedder = embedder
        self._dimensions = dimensions
        folder = work / "shard"
        self._shard: Shard | None = Shard.load(folder) if folder.exists() else Shard.create(folder, dimensions)

    def documents(self) -> list[IndexedDocument]:
        return self._open_shard().documents(EVERYTHING)

    def vectors(self, document: str) -> dict[str, Dense]:
        return self._open_shard().vectors(document)

    def preview(self) -> Index:
        return EdgePreview(self._open_shard(), self._info())

    def upsert(self, points: Sequence[Point]) -> None:
        self._open_shard().upsert(points)

    def remove(self, documents: Iterable[str]) -> None:
        names = list(documents)
        if names:
            self._open_shard().remove(names)

    def replace(self, document: str, points: Sequence[Point]) -> None:
        # Chunks of the same revision go too: cut anew, it may have fewer of them.
        self._open_shard().remove([document])
        self._open_shard().upsert(points)

    def publish(self) -> IndexInfo:
        info = self._info()
        self._open_shard().seal()
        # A reader that opens a shard before its writer closed it may see nothing at all, silently.
        self.close()
        # The first to open a shard plays its journals back and deletes them; readers shall find nothing left to do.
        Shard.load(self._work / "shard").close()
        return self._generations.publish(self._work, info, based_on=self._base)

    def _info(self) -> IndexInfo:
        """What this draft would be now; its generation is named when it is published."""
        shard = self._open_shard()
        documents = shard.documents(EVERYTHING)
        return info_of(documents, shard.count(), embedder=self._embedder, dimensions=self._dimensions)

    def close(self) -> None:
        if self._shard is not None:
            self._shard.close()
            self._shard = None

    def _open_shard(self) -> Shard:
        if self._shard is None:
            raise IndexUnusable("this draft was published or dropped already", hint="start a new draft")
        return self._shard


class _Opened:
    """A generation open for reading, closed when it was left and the last call that uses it has ended."""

    def __init__(self, generations: Generations, name: str) -> None:
        self.info = generations.info(name)
        self.shard = Shard.load(generations.path(name) / "shard")
        self.users = 0
        self.left = False


class EdgeIndex(Reads):
    """The published shard (see `Index`). Usable from several threads."""

    def __init__(self, generations: Generations) -> None:
        self._generations = generations
        self._lock = threading.Lock()
        self._reloading = threading.Lock()
        self._held = threading.local()
        self._checked = time.monotonic()
        self._opened = self._load()
        self._closed = False

    def info(self) -> IndexInfo:
        with self._current() as opened:
            return opened.info

    def close(self) -> None:
        """Calls still running in other threads end first; later ones raise IndexUnusable."""
        with self._lock:
            self._closed = True
            self._leave(self._opened)

    @contextmanager
    def _engine(self) -> Iterator[Shard]:
        with self._current() as opened:
            yield opened.shard

    @contextmanager
    def hold(self) -> Iterator[None]:
        with self._current() as opened:
            before = getattr(self._held, "opened", None)
            self._held.opened = opened
            try:
                yield
            finally:
                self._held.opened = before

    @contextmanager
    def _current(self) -> Iterator[_Opened]:
        held: _Opened | None = getattr(self._held, "opened", None)
        if held is not None:
            yield held  # whoever holds it counts as its user
            return
        self._follow()
        with self._lock:
            if self._closed:
                raise IndexUnusable("the index was closed", hint="open it again")
            opened = self._opened
            opened.users += 1
        try:
            yield opened
        finally:
            with self._lock:
                opened.users -= 1
                if opened.left and not opened.users:
                    opened.shard.close()

    def _follow(self) -> None:
        """Open the newer generation where there is one. One thread does so, the others go on with the old."""
        if time.monotonic() - self._checked < POINTER_CHECK_SECONDS or not self._reloading.acquire(blocking=False):
            return
        try:
            self._open_current()
        finally:
            self._reloading.release()

    def refresh(self) -> None:
        with self._reloading:
            self._open_current()

    def _open_current(self) -> None:
        """Call with the lock of reloading held."""
        self._checked = time.monotonic()
        name = self._generations.current()
        if name is not None and name != self._opened.info.generation:
            newer = self._load()
            with self._lock:
                older, self._opened = self._opened, newer
                self._leave(older)
                if self._closed:
                    self._leave(newer)

    def _leave(self, opened: _Opened) -> None:
        """Call with the lock held."""
        if not opened.left:
            opened.left = True
            if not opened.users:
                opened.shard.close()

    def _load(self) -> _Opened:
        name = self._generations.require_current()
        try:
            opened = _Opened(self._generations, name)
        except IndexUnusable:
            # Between reading the pointer and opening the folder, newer generations may have pushed this one out.
            newer = self._generations.require_current()
            if newer == name:
                raise
            opened = _Opened(self._generations, newer)
        folder = self._generations.path(opened.info.generation)
        threading.Thread(target=fetch, args=(folder,), name="fetch-index", daemon=True).start()
        return opened
