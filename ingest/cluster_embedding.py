"""Texts to vectors on a Ray cluster: batches enter, arrays leave in their order, several in flight.

Each embedder is an actor that loads the model once. One that dies is started anew by Ray, and its batch is done again.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ingest import bundled_model
from ingest.cluster_session import Session, check_software, software
from ingest.errors import ModelUnavailable

if TYPE_CHECKING:
    from ray import ObjectRef

    from ingest.embed import Embedder

_IN_HAND = 2
"""Batches an embedder has: one in work and the next."""
_AHEAD = 8
"""Batches an embedder, done or not, that may lie between the oldest undone and the newest: a slow one stops nobody."""
_ATTEMPTS = 3
_PATIENCE_SECONDS = 600.0
"""How long the cluster may take to start an embedder, or to embed a batch of 32 texts (3 s on one processor)."""


class EmbeddingActor:
    """Runs on a worker. The model loads when it is first needed, so that its errors come home as they are."""

    def __init__(self, name: str, models: Path) -> None:
        self._name = name
        self._models = models
        self._embedder: Embedder | None = None

    def dimensions(self, wanted: str) -> int:
        """Raises SettingError for other software than `wanted`, ModelUnavailable."""
        check_software(wanted)
        return self._ready().dimensions

    def embed(self, texts: list[str]) -> NDArray[np.float32]:
        embedder = self._ready()
        return embedder.embed_passages(texts) if texts else np.zeros((0, embedder.dimensions), np.float32)

    def _ready(self) -> "Embedder":
        from ingest.embed import Embedder

        if self._embedder is None:
            self._embedder = Embedder(self._name, node_models(self._name, self._models), threads=1)
        return self._embedder


def node_models(name: str, models: Path) -> Path:
    """The folder of models to use on this node: the sender's where it is here, else the node's own."""
    if (models / name).is_dir() or name != bundled_model.NAME:
        return models
    return Path.home() / ".cache" / "manualdesk" / "models"


class ClusterEmbedder:
    """A `BatchEmbedder` over the embedders of a cluster, for use by one thread."""

    def __init__(self, session: Session, name: str, models: Path) -> None:
        """Returns when the first embedder is ready. Raises ModelUnavailable, SettingError."""
        import ray

        share = session.share()
        kind = ray.remote(num_cpus=1, num_gpus=share.graphics, max_restarts=-1, max_task_retries=_ATTEMPTS - 1)(
            EmbeddingActor
        )
        self.name = name
        actors: list[Any] = [kind.remote(name, models) for _ in range(share.embedders)]
        self._starting: dict[ObjectRef[int], Any] = {actor.dimensions.remote(software()): actor for actor in actors}
        self._ready: list[Any] = []
        self._undone: dict[ObjectRef[NDArray[np.float32]], Any] = {}
        """What is in work, and by which actor."""
        self.dimensions = 0
        while not self._ready:
            self._look(timeout=_PATIENCE_SECONDS)

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit-length vectors, shape (len(texts), dimensions), in the order of the texts."""
        return next(self.embed_batches([texts]))

    def embed_batches(self, batches: Iterable[Sequence[str]]) -> Iterator[NDArray[np.float32]]:
        """An array for each batch, in their order. Raises ModelUnavailable where the cluster fails."""
        waiting: Iterator[Sequence[str] | None] = iter(batches)
        sent: deque[ObjectRef[NDArray[np.float32]]] = deque()
        exhausted = False
        while True:
            self._look(timeout=0)
            while not exhausted and len(sent) < _AHEAD * len(self._ready) and (actor := self._least_loaded()):
                batch = next(waiting, None)
                exhausted = batch is None
                if batch is not None:
                    sent.append(actor.embed.remote(list(batch)))
                    self._undone[sent[-1]] = actor
                self._look(timeout=0)
            if not sent:
                return
            if sent[0] in self._undone:
                self._look(timeout=_PATIENCE_SECONDS)
            else:
                yield fetched(sent.popleft())

    def _least_loaded(self) -> Any | None:  # an actor's handle has no type of its own
        load = [sum(busy is actor for busy in self._undone.values()) for actor in self._ready]
        place = min(range(len(load)), key=load.__getitem__)
        return self._ready[place] if load[place] < _IN_HAND else None

    def _look(self, *, timeout: float) -> None:
        """Note what is done. Waits for one thing to be done, and raises ModelUnavailable where none is in time."""
        import ray

        started = list(self._starting)
        known = [*started, *self._undone]
        done, _ = ray.wait(known, num_returns=1 if timeout else len(known), timeout=timeout) if known else ([], [])
        if timeout and not done:
            raise ModelUnavailable(
                f"The Ray cluster did nothing for {_PATIENCE_SECONDS:.0f} seconds.",
                hint="See in `ray status` whether it has processors to give.",
            )
        for reference in done:
            if reference in self._starting:
                self.dimensions = int(fetched(reference))
                self._ready.append(self._starting.pop(reference))
            else:
                self._undone.pop(reference)


def fetched(reference: "ObjectRef[Any]") -> Any:
    """The result of a call. Raises ModelUnavailable where its worker died, else what it raised on the worker."""
    import ray

    try:
        return ray.get(reference)
    except ray.exceptions.RayTaskError as error:
        raise error.cause from None  # our own code failed on the worker, as it would here
    except ray.exceptions.RayError as error:
        raise ModelUnavailable(
            f"The embedders on the Ray cluster died {_ATTEMPTS} times over the same texts ({type(error).__name__}).",
            hint="Look at the log of the Ray workers; one embedder needs about 1.5 GB of memory.",
        ) from error
