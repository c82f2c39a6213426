"""One Qdrant Edge shard: enters points and questions in our types, leaves hits, chunks and documents.

The only file that knows the engine. Shards are written without a write-ahead log: several processes can then read
one at once, and a draft that dies is thrown away whole, so there is nothing to replay.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np

from ingest.errors import IndexUnusable
from ingest.index.contract import EVERYTHING, Hit, IndexedDocument, Point, Ranked, Scope, Text
from ingest.index.payload import (
    DOCUMENT_FIELDS,
    FOUND_FIELDS,
    INTEGER_FIELDS,
    KEYWORD_FIELDS,
    REINGEST,
    SAID_FIELDS,
    TEXT_FIELDS,
    conditions,
    from_payload,
    in_order,
    may_read,
    to_document,
    to_embed_text,
    to_payload,
)
from ingest.types import Chunk, Dense, Sparse, Vectors

if TYPE_CHECKING:
    import qdrant_edge

_PAGE = 1000
"""Records a call: bounds the memory of one call into the engine."""
_KEPT = 8192
"""Chunks kept as they were loaded, 16 MB: people ask about the same manuals again and again."""
_LISTED = 16
"""Scopes whose list of documents is kept: that of 2,000 takes 0.2 s to make, and every question of an agent asks it."""
_GRAPH_FROM_KILOBYTES = 60_000
"""Vectors below this are compared one by one, which finds the nearest for certain. 40,000 of 384 dimensions; a graph
over 20,000 took 14 s to build and saved 1.5 of 5.7 ms a query (2 busy cores)."""


class Shard:
    """One open shard and the questions and changes it understands, in our types."""

    def __init__(self, shard: "qdrant_edge.EdgeShard") -> None:
        self._shard = shard
        self._loaded: dict[int | str, Chunk] = {}
        """By key, without boxes."""
        self._listed: dict[Scope, list[IndexedDocument]] = {}

    @classmethod
    def load(cls, folder: Path) -> "Shard":
        import qdrant_edge

        try:
            return cls(qdrant_edge.EdgeShard.load(str(folder)))
        except Exception as error:  # The engine raises nothing narrower.
            raise IndexUnusable(f"the index in {folder} cannot be opened: {error}", hint=REINGEST) from error

    @classmethod
    def create(cls, folder: Path, dimensions: int) -> "Shard":
        import qdrant_edge as edge

        dense = edge.EdgeVectorParams(size=dimensions, distance=edge.Distance.Cosine)
        sparse = edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)
        config = edge.EdgeConfig(
            vectors={"dense": dense},
            sparse_vectors={"bm25": sparse},
            optimizers=edge.EdgeOptimizersConfig(indexing_threshold=_GRAPH_FROM_KILOBYTES),
            wal_enabled=False,
        )
        shard = edge.EdgeShard.create(str(folder), config)
        for name in KEYWORD_FIELDS:
            shard.update(edge.UpdateOperation.create_field_index(name, edge.PayloadSchemaType.Keyword))
        for name in INTEGER_FIELDS:
            shard.update(edge.UpdateOperation.create_field_index(name, edge.PayloadSchemaType.Integer))
        return cls(shard)

    def upsert(self, points: Sequence[Point]) -> None:
        import qdrant_edge as edge

        self._forget()
        for start in range(0, len(points), _PAGE):
            records = []
            for point in points[start : start + _PAGE]:
                vectors: dict[str, object] = {"dense": point.vectors.dense}
                if point.vectors.sparse.indices:
                    sparse = point.vectors.sparse
                    vectors["bm25"] = edge.SparseVector(list(sparse.indices), list(sparse.values))
                records.append(edge.Point(point.chunk.id, vectors, to_payload(point.chunk)))  # type: ignore[arg-type]
            self._shard.update(edge.UpdateOperation.upsert_points(records))

    def remove(self, documents: Sequence[str]) -> None:
        import qdrant_edge as edge

        self._forget()
        matches = edge.FieldCondition("document", match=edge.MatchAny(list(documents)))
        self._shard.update(edge.UpdateOperation.delete_points_by_filter(edge.Filter(must=[matches])))

    def _forget(self) -> None:
        self._loaded, self._listed = {}, {}

    def nearest(self, vector: Dense | Sparse, scope: Scope, limit: int) -> list[Hit]:
        request = _request(vector, scope, limit, with_payload=list(FOUND_FIELDS))
        return [Hit(from_payload(found.payload), found.score) for found in self._shard.query(request)]

    def rank(self, vectors: Vectors, scope: Scope, limits: tuple[int, int]) -> tuple[list[Ranked], list[Ranked]]:
        import qdrant_edge as edge

        asked: list[Dense | Sparse] = [vectors.dense, vectors.sparse] if vectors.sparse.indices else [vectors.dense]
        requests = [_request(vector, scope, limit) for vector, limit in zip(asked, limits, strict=False)]
        found = self._shard.query_batch(edge.QueryBatchRequest(requests))
        # A number is made and compared in a third of the time that the id's text takes, and sorts as it does.
        dense, sparse = [[Ranked(int(point.id), point.score) for point in points] for points in (*found, [])[:2]]
        return dense, sparse

    def chunks(self, keys: Sequence[int | str], scope: Scope) -> dict[int | str, Chunk]:
        import qdrant_edge as edge

        if len(self._loaded) > _KEPT:
            self._loaded = {}
        loaded = self._loaded  # another thread may begin a new one meanwhile
        missing: set[int | str | UUID] = {UUID(int=int(key)) for key in keys if key not in loaded}
        if missing:
            records = self._scroll(_filter(scope, edge.HasIdCondition(missing)), with_payload=list(FOUND_FIELDS))
            loaded.update((int(record.id), from_payload(record.payload)) for record in records)
        found = ((key, loaded.get(key)) for key in keys)
        return {key: chunk for key, chunk in found if chunk is not None and may_read(scope, chunk)}

    def inverse_frequencies(self, terms: Sequence[int]) -> list[float | None]:
        import qdrant_edge as edge

        # A question of one term scores with its factor x the chunk's weight of it: divide, and the factor is left.
        requests = [_request(Sparse((term,), (1.0,)), EVERYTHING, 1, with_vector=["bm25"]) for term in terms]
        best = self._shard.query_batch(edge.QueryBatchRequest(requests))
        return [_factor(found[0], term) if found else None for found, term in zip(best, terms, strict=True)]

    def span(self, document: str, ordinals: tuple[int, int], scope: Scope) -> list[Chunk]:
        records = self._scroll(_between(document, ordinals, scope), with_payload=True)
        return sorted((from_payload(record.payload) for record in records), key=lambda chunk: chunk.ordinal)

    def texts(self, document: str, ordinals: tuple[int, int], scope: Scope) -> list[Text]:
        records = self._scroll(_between(document, ordinals, scope), with_payload=list(SAID_FIELDS))
        return in_order(record.payload for record in records)

    def vectors(self, document: str) -> dict[str, Dense]:
        """Dense vectors of a document's chunks by the text they were made of."""
        import qdrant_edge as edge

        wanted = edge.Filter(must=[edge.FieldCondition("document", match=edge.MatchValue(document))])
        records = self._scroll(wanted, with_payload=list(TEXT_FIELDS), with_vector=["dense"])
        return {
            to_embed_text(record.payload): np.asarray(record.vector["dense"], np.float32)  # type: ignore[call-overload]
            for record in records
            if record.vector
        }

    def documents(self, scope: Scope) -> list[IndexedDocument]:
        if scope.documents is not None:  # one or a few: as quick to find as to keep
            return self._list(scope)
        listed = self._listed
        if scope not in listed:
            if len(listed) >= _LISTED:
                self._listed = listed = {}
            listed[scope] = self._list(scope)
        return list(listed[scope])

    def _list(self, scope: Scope) -> list[IndexedDocument]:
        import qdrant_edge as edge

        wanted = _filter(scope, edge.FieldCondition("ordinal", match=edge.MatchValue(0)))
        records = self._scroll(wanted, with_payload=list(DOCUMENT_FIELDS))
        return sorted((to_document(record.payload) for record in records), key=lambda found: found.document)

    def count(self) -> int:
        import qdrant_edge as edge

        return self._shard.count(edge.CountRequest(exact=True))

    def _scroll(
        self, wanted: "qdrant_edge.Filter", with_payload: bool | list[str], with_vector: bool | list[str] = False
    ) -> "Iterator[qdrant_edge.Record]":
        import qdrant_edge as edge

        offset = None
        while True:
            request = edge.ScrollRequest(
                offset=offset, limit=_PAGE, filter=wanted, with_payload=with_payload, with_vector=with_vector
            )
            records, offset = self._shard.scroll(request)
            yield from records
            if offset is None:
                return

    def seal(self) -> None:
        """Settle the shard for reading: build what makes it quick, and put everything on disk."""
        self._shard.optimize()
        self._shard.flush()

    def close(self) -> None:
        self._shard.close()


def _request(
    vector: Dense | Sparse,
    scope: Scope,
    limit: int,
    *,
    with_payload: list[str] | None = None,
    with_vector: list[str] | None = None,
) -> "qdrant_edge.QueryRequest":
    import qdrant_edge as edge

    if isinstance(vector, Sparse):
        query = edge.Query.Nearest(edge.SparseVector(list(vector.indices), list(vector.values)), using="bm25")
    else:
        query = edge.Query.Nearest(vector, using="dense")  # type: ignore[arg-type]  # arrays are taken too, uncopied
    # Even a filter without conditions is asked of every posting.
    scoped = _filter(scope) if conditions(scope) else None
    return edge.QueryRequest(
        limit=limit, query=query, filter=scoped, with_payload=with_payload or False, with_vector=with_vector or False
    )


def _between(document: str, ordinals: tuple[int, int], scope: Scope) -> "qdrant_edge.Filter":
    import qdrant_edge as edge

    between = edge.FieldCondition("ordinal", range=edge.RangeFloat(gte=ordinals[0], lte=ordinals[1]))
    return _filter(scope, edge.FieldCondition("document", match=edge.MatchValue(document)), between)


def _factor(found: "qdrant_edge.ScoredPoint", term: int) -> float:
    held: qdrant_edge.SparseVector = found.vector["bm25"]  # type: ignore[index,assignment,call-overload]
    return found.score / dict(zip(held.indices, held.values, strict=True))[term]


def _filter(scope: Scope, *more: "qdrant_edge.FieldCondition | qdrant_edge.HasIdCondition") -> "qdrant_edge.Filter":
    import qdrant_edge as edge

    in_scope = [
        edge.FieldCondition(condition.field, match=edge.MatchAny(list(condition.values)))
        for condition in conditions(scope)
    ]
    return edge.Filter(must=[*in_scope, *more])
