"""Files that were read become points of a draft: ChunkedFiles enter, Progress leaves, the draft holds their points.

Vectors that are known already are taken over; the other texts go through the model in windows sorted by length.
While the model computes, one thread writes the window before.
"""

import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ingest.crew import BatchEmbedder, Crew, PassageEmbedder, StatesEmbedder
from ingest.errors import IndexUnusable
from ingest.estimate import Estimate
from ingest.index.contract import Draft, Point
from ingest.index.payload import REINGEST
from ingest.journal import Journal
from ingest.originals import keep_original
from ingest.report import Failure, Progress, Result, Stage, State, WeakPages, failure
from ingest.sparse import passage_terms
from ingest.token_states import States, TokenStates
from ingest.types import Dense, SourceFile, Vectors
from ingest.versions import signature
from ingest.workers import ChunkedFile

WINDOW_CHUNKS = 256
"""Chunks sorted by length and embedded together: enough to fill batches evenly, few enough to stay small in memory."""
SLICE_CHUNKS = 32
"""Chunks embedded between two progress reports; what a kill can cost."""

_Made = tuple[NDArray[np.float32], Sequence[States]]
"""A vector for each text of a slice, and the states of its tokens where the embedder tells them."""


@dataclass(eq=False, slots=True)
class _Window:
    """Files that are written together once all their texts have a vector."""

    files: list[ChunkedFile]
    texts: list[list[str]]
    """The text to embed of each chunk of each file."""
    vectors: dict[str, Dense]
    waiting: int = 0
    """Slices that are not embedded yet."""


@dataclass(frozen=True, eq=False, slots=True)
class _Slice:
    window: _Window
    texts: tuple[str, ...]
    chunks: int
    """Chunks that have these texts."""


@dataclass(slots=True)
class Tally:
    """What a filling has done so far."""

    failures: list[Failure] = field(default_factory=list)
    weak_pages: list[WeakPages] = field(default_factory=list)
    pages: int = 0
    embedded: int = 0
    taken_over: int = 0
    embedding_seconds: float = 0.0


class Filling:
    """Fills one draft, inside `with`. `donors`: documents of the draft whose vectors a document may take over."""

    def __init__(
        self, draft: Draft, crew: Crew, journal: Journal, *, home: Path, donors: Mapping[str, Sequence[str]]
    ) -> None:
        self.tally = Tally()
        self._draft = draft
        self._crew = crew
        self._journal = journal
        self._states = TokenStates(home, journal.made_by[0])
        self._home = home
        self._donors = donors
        # All that touches the draft is done by this one thread, for a draft knows no others.
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="draft")
        self._writing: Future[None] | None = None
        self._sent: deque[_Slice] = deque()
        self._preparing = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.shutdown(cancel_futures=True)
        self._states.close()

    def fill(self, files: Iterable[ChunkedFile], sources: Sequence[SourceFile]) -> Iterator[Progress]:
        """Put every file into the draft. `sources`: those that the files are read from. Raises what the crew and the
        draft raise."""
        self._state = Progress(
            documents=0, documents_total=len(sources), pages=0, chunks=0, embedded=0, current="", stage=Stage.READING
        )
        self._estimate = Estimate(sum(source.size for source in sources))
        slices = self._slices(files)
        for part in slices:
            if part.texts:
                # The model is loaded no earlier: where every vector is known, it is not needed.
                yield replace(self._told(), stage=Stage.LOADING)
                with self._estimate.paused():
                    embedder = self._embedder()
                yield from self._embed(embedder, chain([part], slices))
                break
            yield self._told()
        self._settle()
        yield self._told()

    def _told(self) -> Progress:
        """How far it is now, with results that were not told yet."""
        share, left = self._estimate.share(self._state), self._estimate.left_seconds(self._state)
        told = replace(self._state, failed=len(self.tally.failures), share=share, left_seconds=left)
        self._state = replace(self._state, results=())
        return told

    def _embed(self, embedder: PassageEmbedder, slices: Iterator[_Slice]) -> Iterator[Progress]:
        if isinstance(embedder, BatchEmbedder):
            # One in flight costs a call, so those that only tell of a file are left out: others come soon enough.
            batches = self._texts(part for part in slices if part.texts)
            made: Iterator[_Made] = ((dense, ()) for dense in embedder.embed_batches(batches))
        else:
            made = _one_by_one(embedder, self._texts(slices))
        while True:
            started, preparing = time.monotonic(), self._preparing
            each = next(made, None)
            if each is None:
                return
            self.tally.embedding_seconds += time.monotonic() - started - (self._preparing - preparing)
            self._deliver(self._sent.popleft(), *each)
            yield self._told()

    def _texts(self, slices: Iterator[_Slice]) -> Iterator[tuple[str, ...]]:
        """What goes to the model next. Time spent here is no embedding."""
        while True:
            started = time.monotonic()
            part = next(slices, None)
            self._preparing += time.monotonic() - started
            if part is None:
                return
            self._sent.append(part)
            yield part.texts

    def _deliver(self, part: _Slice, dense: NDArray[np.float32], states: Sequence[States]) -> None:
        if not part.texts:
            return
        new = dict(zip(part.texts, dense, strict=True))
        self._journal.add(new)
        if states:
            self._states.add(dict(zip(part.texts, states, strict=True)))
        part.window.vectors.update(new)
        part.window.waiting -= 1
        self.tally.embedded += len(part.texts)
        self.tally.taken_over += part.chunks - len(part.texts)
        self._state = replace(self._state, embedded=self._state.embedded + part.chunks)
        if not part.window.waiting:
            self._write(part.window)

    def _slices(self, files: Iterable[ChunkedFile]) -> Iterator[_Slice]:
        """The texts without a vector, longest first in each window; an empty slice where a window lacks none, and
        after each file, so that it can be told."""
        for window in self._windows(files):
            if not window.files:
                yield _Slice(window, (), 0)
                continue
            counts: dict[str, int] = {}
            for text in chain.from_iterable(window.texts):
                counts[text] = counts.get(text, 0) + 1
            window.vectors = self._known(window, counts)
            known = sum(counts[text] for text in window.vectors)
            self.tally.taken_over += known
            self._state = replace(self._state, embedded=self._state.embedded + known)
            missing = sorted(counts.keys() - window.vectors.keys(), key=lambda text: (-len(text), text))
            parts = [missing[start : start + SLICE_CHUNKS] for start in range(0, len(missing), SLICE_CHUNKS)]
            window.waiting = len(parts)
            if not parts:
                self._write(window)
                yield _Slice(window, (), 0)
            for part in parts:
                yield _Slice(window, tuple(part), sum(counts[text] for text in part))

    def _windows(self, files: Iterable[ChunkedFile]) -> Iterator[_Window]:
        """Full ones, and an empty one after each file."""
        window = _Window([], [], {})
        for file in files:
            self._take(file)
            if file.error is None:
                window.files.append(file)
                window.texts.append([chunk.embed_text for chunk in file.chunks])
            yield _Window([], [], {})
            if sum(map(len, window.texts)) >= WINDOW_CHUNKS:
                yield window
                window = _Window([], [], {})
        self._state = replace(self._state, stage=Stage.EMBEDDING)
        if window.files:
            yield window

    def _take(self, file: ChunkedFile) -> None:
        """Count it."""
        self._estimate.take(file.source.size)
        name, state = file.source.document, self._state
        if file.error is not None:
            failed = failure(name, file.error)
            self.tally.failures.append(failed)
            result = Result(document=name, state=State.FAILED, error=failed.error, hint=failed.hint)
            state = replace(state, documents=state.documents + 1)
        else:
            if file.quality:
                self.tally.weak_pages.append(WeakPages(document=name, pages=file.quality))
            self.tally.pages += file.pages
            result = Result(document=name, state=State.READ, pages=file.pages, chunks=len(file.chunks))
            state = replace(state, pages=self.tally.pages, chunks=state.chunks + len(file.chunks))
        self._state = replace(state, current=name, results=(*state.results, result))

    def _known(self, window: _Window, texts: Mapping[str, int]) -> dict[str, Dense]:
        """Vectors of these texts that need no embedding: those of the published revision, then those of this run."""
        donors = {donor for file in window.files for donor in self._donors.get(file.source.document, ())}
        found: dict[str, Dense] = {}
        for donor in sorted(donors):
            vectors = self._writer.submit(self._draft.vectors, donor).result()
            found.update((text, vector) for text, vector in vectors.items() if text in texts)
        found.update(self._journal.find([text for text in texts if text not in found]))
        return found

    def _write(self, window: _Window) -> None:
        self._settle()
        self._writing = self._writer.submit(self._put, window)
        self._state = replace(self._state, documents=self._state.documents + len(window.files))

    def _settle(self) -> None:
        """Wait for the writing that goes on, and raise what stopped it."""
        if self._writing is not None:
            self._writing.result()
            self._writing = None

    def _put(self, window: _Window) -> None:
        for file, texts in zip(window.files, window.texts, strict=True):
            with suppress(FileNotFoundError):  # deleted since it was read: the next ingest removes it
                keep_original(self._home, file.source)
            self._states.use(file.source.revision, texts)
            self._draft.replace(file.source.document, list(_points(file, texts, window.vectors)))

    def _embedder(self) -> PassageEmbedder:
        embedder = self._crew.embedder()
        name, dimensions = self._journal.made_by
        if embedder.dimensions != dimensions:
            # Known only now that the model is loaded, which waits until it is needed.
            message = f"the index holds vectors of {dimensions} dimensions, but {name} gives {embedder.dimensions} now"
            raise IndexUnusable(message, hint=REINGEST)
        return embedder


def _one_by_one(embedder: PassageEmbedder, batches: Iterable[Sequence[str]]) -> Iterator[_Made]:
    for batch in batches:
        if not batch:
            yield np.zeros((0, embedder.dimensions), np.float32), ()
        elif isinstance(embedder, StatesEmbedder):
            yield embedder.embed_with_states(batch)
        else:
            yield embedder.embed_passages(batch), ()


def _points(file: ChunkedFile, texts: Sequence[str], vectors: Mapping[str, Dense]) -> Iterator[Point]:
    made_as = signature(file.source)
    for chunk, text in zip(file.chunks, texts, strict=True):
        signed = replace(chunk, root=file.source.root, signature=made_as)
        yield Point(signed, Vectors(vectors[text], passage_terms(text, chunk.language)))
