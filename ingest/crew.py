"""Who reads and who embeds in a run: a setting enters, a `Crew` leaves. Here processes of this machine and its model.

The crew of a Ray cluster (`cluster.py`) has the same three methods; the pipeline knows nothing else of it.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ingest.errors import ManualdeskError
from ingest.types import SourceFile
from ingest.workers import ChunkedFile, read_all


class PassageEmbedder(Protocol):
    """Turns texts into vectors. `name` and `dimensions` are what the index is labelled with."""

    name: str
    dimensions: int

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit-length vectors, shape (len(texts), dimensions), in the order of the texts."""


@runtime_checkable
class BatchEmbedder(Protocol):
    """What an embedder may offer beside `embed_passages`: several batches in flight at once."""

    def embed_batches(self, batches: Iterable[Sequence[str]]) -> Iterator[NDArray[np.float32]]:
        """An array for each batch, in their order, shape (len(batch), dimensions); a batch may be empty.

        `batches` may be drawn ahead of what was given back, from the calling thread only. It blocks while files are
        read, so draw no more than is needed to keep everyone busy. A text longer than the model takes is cut.
        """


@runtime_checkable
class StatesEmbedder(Protocol):
    """What an embedder may offer beside `embed_passages`: the states of the tokens that it computes anyhow."""

    def embed_with_states(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], list[NDArray[np.float32]]]:
        """As `embed_passages`, and of each text a unit-length vector a token, shape (tokens, dimensions); of none where
        the model tells of no tokens."""


class Crew(Protocol):
    """Readers and an embedder for one run."""

    def read(self, sources: Sequence[SourceFile]) -> Iterator[ChunkedFile]:
        """Every file once, as they are done (not in order), errors included. Drawn from in a thread of its own.

        Once `close` was called from another thread it ends soon, with whatever is still unread.
        """

    def prepare(self) -> None:
        """New texts will come: get the embedder ready meanwhile, where that takes time. Says nothing of failures."""

    def embedder(self) -> PassageEmbedder:
        """The embedder, loaded when first asked for. Raises ModelUnavailable. May be a `BatchEmbedder` too."""

    def close(self) -> None:
        """End all work and free what it holds. May be called more than once."""


class LocalCrew:
    """Worker processes of this machine, and the model in this process."""

    def __init__(self, embedder_name: str, models: Path, workers: int, home: Path) -> None:
        self._embedder_name = embedder_name
        self._models = models
        self._workers = max(1, workers)
        self._recognised = home / "recognised"
        self._closed = threading.Event()
        self._embedder: PassageEmbedder | None = None
        self._loads = threading.Lock()
        self._preparing: threading.Thread | None = None

    def read(self, sources: Sequence[SourceFile]) -> Iterator[ChunkedFile]:
        return read_all(sources, workers=self._workers, closed=self._closed, recognised=self._recognised)

    def prepare(self) -> None:
        if self._preparing is None:
            self._preparing = threading.Thread(target=self._prepare, name="load-embedder", daemon=True)
            self._preparing.start()

    def embedder(self) -> PassageEmbedder:
        self._prepared()
        from ingest.embed import Embedder

        with self._loads:
            if self._embedder is None:
                self._embedder = Embedder(self._embedder_name, self._models)
            return self._embedder

    def close(self) -> None:
        self._closed.set()
        self._prepared()
        if self._recognised.exists():
            from ingest.readers.scan_kept import prune

            prune(self._recognised)

    def _prepared(self) -> None:
        """Wait for the thread that prepares. Not in an import of what it imports: an interrupt there can leave Python's
        import lock held, and then no thread comes to its end."""
        if self._preparing is not None and self._preparing is not threading.current_thread():
            self._preparing.join()

    def _prepare(self) -> None:
        with suppress(ManualdeskError):  # raised again when the embedder is asked for
            self.embedder()


def hire(embedder_name: str, models: Path, workers: int | str, home: Path) -> Crew:
    """The crew that `workers` names: a count of processes, else a Ray cluster. Raises SettingError where it is none.

    `home`: what processes here read by OCR is kept there.
    """
    if isinstance(workers, str):
        from ingest.cluster import RayCrew

        return RayCrew(workers, embedder_name, models)
    return LocalCrew(embedder_name, models, workers, home)
