"""The reads that every published index has in common: what needs no engine is answered here, the rest by the engine."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from ingest.index.contract import Hit, IndexedDocument, Ranked, Scope, Text
from ingest.index.payload import reads_nothing
from ingest.types import Chunk, Dense, Sparse, Vectors


class Engine(Protocol):
    """What is read: a shard or a collection. It is never asked for nothing, nor on behalf of who may read nothing."""

    def nearest(self, vector: Dense | Sparse, scope: Scope, limit: int) -> list[Hit]: ...

    def rank(self, vectors: Vectors, scope: Scope, limits: tuple[int, int]) -> tuple[list[Ranked], list[Ranked]]: ...

    def chunks(self, keys: Sequence[int | str], scope: Scope) -> dict[int | str, Chunk]: ...

    def inverse_frequencies(self, terms: Sequence[int]) -> list[float | None]: ...

    def span(self, document: str, ordinals: tuple[int, int], scope: Scope) -> list[Chunk]: ...

    def texts(self, document: str, ordinals: tuple[int, int], scope: Scope) -> list[Text]: ...

    def documents(self, scope: Scope) -> list[IndexedDocument]:
        """By path."""


class Reads(ABC):
    """The searching half of an `Index`."""

    @abstractmethod
    def _engine(self) -> AbstractContextManager[Engine]:
        """Open for one read."""

    def search_dense(self, vector: Dense, scope: Scope, *, limit: int) -> list[Hit]:
        return self._search(vector, scope, limit)

    def search_sparse(self, terms: Sparse, scope: Scope, *, limit: int) -> list[Hit]:
        return self._search(terms, scope, limit) if terms.indices else []

    def rank(self, vectors: Vectors, scope: Scope, *, dense: int, sparse: int) -> tuple[list[Ranked], list[Ranked]]:
        if min(dense, sparse) < 1 or reads_nothing(scope):
            return [], []
        with self._engine() as engine:
            return engine.rank(vectors, scope, (dense, sparse))

    def chunks(self, keys: Sequence[int | str], scope: Scope) -> dict[int | str, Chunk]:
        if not keys or reads_nothing(scope):
            return {}
        with self._engine() as engine:
            return engine.chunks(keys, scope)

    def inverse_frequencies(self, terms: Sequence[int]) -> list[float | None]:
        if not terms:
            return []
        with self._engine() as engine:
            return engine.inverse_frequencies(terms)

    def span(self, document: str, first: int, last: int, scope: Scope) -> list[Chunk]:
        if first > last or reads_nothing(scope):
            return []
        with self._engine() as engine:
            return engine.span(document, (first, last), scope)

    def texts(self, document: str, first: int, last: int, scope: Scope) -> list[Text]:
        if first > last or reads_nothing(scope):
            return []
        with self._engine() as engine:
            return engine.texts(document, (first, last), scope)

    def documents(self, scope: Scope) -> list[IndexedDocument]:
        if reads_nothing(scope):
            return []
        with self._engine() as engine:
            return engine.documents(scope)

    def _search(self, vector: Dense | Sparse, scope: Scope, limit: int) -> list[Hit]:
        if limit < 1 or reads_nothing(scope):
            return []
        with self._engine() as engine:
            return engine.nearest(vector, scope, limit)
