"""The reads that every published index has in common: what needs no engine is answered here, the rest by the engine."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import Protocol

from ingest.index.contract import Hit, IndexedDocument, Scope
from ingest.index.payload import reads_nothing
from ingest.types import Chunk, Dense, Sparse


class Engine(Protocol):
    """What is read: a shard or a collection. It is never asked for nothing, nor on behalf of who may read nothing."""

    def nearest(self, vector: Dense | Sparse, scope: Scope, limit: int) -> list[Hit]: ...

    def span(self, document: str, ordinals: tuple[int, int], scope: Scope) -> list[Chunk]: ...

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

    def span(self, document: str, first: int, last: int, scope: Scope) -> list[Chunk]:
        if first > last or reads_nothing(scope):
            return []
        with self._engine() as engine:
            return engine.span(document, (first, last), scope)

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
