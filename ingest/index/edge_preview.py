"""A draft of the embedded index to read before it is published: an open shard enters, an `Index` leaves."""

from contextlib import AbstractContextManager, nullcontext

from ingest.index.contract import Hit, IndexedDocument, IndexInfo, Scope
from ingest.index.edge_shard import Shard
from ingest.index.payload import reads_nothing
from ingest.types import Chunk, Dense, Sparse


class EdgePreview:
    """Reads the shard of a draft (see `Draft.preview`); the draft closes it."""

    def __init__(self, shard: Shard, info: IndexInfo) -> None:
        self._shard = shard
        self._info = info

    def info(self) -> IndexInfo:
        return self._info

    def search_dense(self, vector: Dense, scope: Scope, *, limit: int) -> list[Hit]:
        return self._search(vector, scope, limit)

    def search_sparse(self, terms: Sparse, scope: Scope, *, limit: int) -> list[Hit]:
        return self._search(terms, scope, limit) if terms.indices else []

    def span(self, document: str, first: int, last: int, scope: Scope) -> list[Chunk]:
        if first > last or reads_nothing(scope):
            return []
        return self._shard.span(document, (first, last), scope)

    def documents(self, scope: Scope) -> list[IndexedDocument]:
        return [] if reads_nothing(scope) else self._shard.documents(scope)

    def hold(self) -> AbstractContextManager[None]:
        return nullcontext()

    def close(self) -> None:
        """The shard is the draft's and stays open."""

    def _search(self, vector: Dense | Sparse, scope: Scope, limit: int) -> list[Hit]:
        if limit < 1 or reads_nothing(scope):
            return []
        return self._shard.nearest(vector, scope, limit)
