"""One collection of a Qdrant server: enters points and questions in our types, leaves hits, chunks and documents.

Beside the chunk's own fields a point says which draft wrote it and whether it was published; every read asks for
published points only. Any QdrantClient will do, its in-memory one included.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ingest.errors import IndexUnusable
from ingest.index.contract import EVERYTHING, Hit, IndexedDocument, Point, Ranked, Scope, Text
from ingest.index.payload import (
    DOCUMENT_FIELDS,
    FOUND_FIELDS,
    SAID_FIELDS,
    TEXT_FIELDS,
    conditions,
    from_payload,
    in_order,
    to_document,
    to_embed_text,
    to_payload,
)
from ingest.index.server_retry import persist
from ingest.types import Chunk, Dense, Sparse, Vectors

if TYPE_CHECKING:
    from qdrant_client import QdrantClient, models

_PAGE = 1000
"""Records a scroll."""
_UPSERT = 128
"""Points a request: about 3 MB with 1,024 dimensions, well under the server's limit of 32 MB."""
_PUBLISH = 64
"""Documents published in one batched request."""


@dataclass(frozen=True, slots=True)
class Unpublished:
    """What a draft has written so far, for reading it before it is published."""

    token: str
    cleared: tuple[str, ...]
    """Documents that lose all chunks that the draft did not write."""
    replaced: tuple[str, ...]
    """Ids of single chunks that the draft wrote anew in other documents."""


class Collection:
    """A collection or an alias of one."""

    def __init__(self, client: "QdrantClient", name: str, *, draft: Unpublished | None = None) -> None:
        """`draft`: read the collection as if this draft were published."""
        self._client = client
        self.name = name
        self._draft = draft

    def metadata(self) -> dict[str, object]:
        return dict(self._client.get_collection(self.name).config.metadata or {})

    def set_metadata(self, metadata: dict[str, object]) -> None:
        """Raises IndexUnusable where the server is too old to keep it."""
        persist(lambda: self._client.update_collection(self.name, metadata=metadata))
        kept = self.metadata()
        if any(kept.get(name) != value for name, value in metadata.items()):
            message = "this Qdrant server keeps no collection metadata"
            raise IndexUnusable(message, hint="update Qdrant to 1.16 or newer")

    def upsert(self, points: Sequence[Point], *, draft: str) -> None:
        """Write points that no reader sees yet."""
        from qdrant_client import models

        for start in range(0, len(points), _UPSERT):
            records = []
            for point in points[start : start + _UPSERT]:
                vector: dict[str, object] = {"dense": point.vectors.dense.tolist()}
                sparse = point.vectors.sparse
                if sparse.indices:
                    values = list(sparse.values)
                    vector["bm25"] = models.SparseVector(indices=list(sparse.indices), values=values)
                payload = {**to_payload(point.chunk), "draft": draft, "published": False}
                # Not the chunk's own id: a chunk ingested anew would take its published self away from readers.
                point_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{draft}/{point.chunk.id}"))
                records.append(models.PointStruct(id=point_id, vector=vector, payload=payload))  # type: ignore[arg-type]
            persist(partial(self._client.upsert, self.name, records, wait=True))

    def preview(self, draft: Unpublished) -> "Collection":
        """The same collection, read as if the draft were published."""
        return Collection(self._client, self.name, draft=draft)

    def drop(self, documents: Iterable[str], *, draft: str) -> None:
        """Delete the points of these documents that the draft wrote."""
        self._delete([_any_of("document", documents), _any_of("draft", [draft])])

    def drop_unpublished(self) -> None:
        """What drafts that were killed or left have written."""
        self._delete([_is_published(False)])

    def publish_all(self, draft: str) -> None:
        """Show all that the draft wrote: for a rebuild, which nobody reads yet."""
        from qdrant_client import models

        mine = models.Filter(must=[_any_of("draft", [draft])])
        persist(lambda: self._client.set_payload(self.name, {"published": True}, mine, wait=True))

    def publish(self, draft: str, written: dict[str, set[str]], cleared: set[str]) -> None:
        """Show what the draft wrote and delete what it replaces, document by document.

        One batched request applies its operations in order: a reader may see a document twice for a moment, but
        never not at all. `written`: chunk ids by document; `cleared`: documents that lose all their other chunks.
        """
        names = sorted(written.keys() | cleared)
        for start in range(0, len(names), _PUBLISH):
            operations: list[object] = []
            for name in names[start : start + _PUBLISH]:
                ids = None if name in cleared else sorted(written[name])
                operations += _publish_document(draft, name, ids, shows=name in written)
            persist(partial(self._client.batch_update_points, self.name, operations, wait=True))  # type: ignore[arg-type]

    def nearest(self, vector: Dense | Sparse, scope: Scope, limit: int) -> list[Hit]:
        (found,) = self._query([self._request(vector, scope, limit, with_payload=list(FOUND_FIELDS))])
        return [Hit(from_payload(point.payload), point.score) for point in found]

    def rank(self, vectors: Vectors, scope: Scope, limits: tuple[int, int]) -> tuple[list[Ranked], list[Ranked]]:
        asked: list[Dense | Sparse] = [vectors.dense, vectors.sparse] if vectors.sparse.indices else [vectors.dense]
        found = self._query([self._request(vector, scope, limit) for vector, limit in zip(asked, limits, strict=False)])
        ranked = [[Ranked(str(point.id), point.score) for point in points] for points in found]
        return ranked[0], ranked[1] if len(ranked) > 1 else []

    def chunks(self, keys: Sequence[int | str], scope: Scope) -> dict[int | str, Chunk]:
        from qdrant_client import models

        must = [*self._in_scope(scope), models.HasIdCondition(has_id=list(keys))]
        records, _ = self._client.scroll(
            self.name, models.Filter(must=must), limit=len(keys), with_payload=list(FOUND_FIELDS)
        )
        return {str(record.id): from_payload(record.payload) for record in records}

    def inverse_frequencies(self, terms: Sequence[int]) -> list[float | None]:
        # A question of one term scores with its factor x the chunk's weight of it: divide, and the factor is left.
        asked = [self._request(Sparse((term,), (1.0,)), EVERYTHING, 1, with_vector=["bm25"]) for term in terms]
        return [
            _factor(found[0], term) if found else None for found, term in zip(self._query(asked), terms, strict=True)
        ]

    def _query(self, requests: "Sequence[models.QueryRequest]") -> "list[list[models.ScoredPoint]]":
        return [response.points for response in self._client.query_batch_points(self.name, requests)]

    def _request(
        self,
        vector: Dense | Sparse,
        scope: Scope,
        limit: int,
        *,
        with_payload: list[str] | None = None,
        with_vector: list[str] | None = None,
    ) -> "models.QueryRequest":
        from qdrant_client import models

        if isinstance(vector, Sparse):
            query: object = models.SparseVector(indices=list(vector.indices), values=list(vector.values))
        else:
            query = vector.tolist()
        return models.QueryRequest(
            query=query,  # type: ignore[arg-type]
            using="bm25" if isinstance(vector, Sparse) else "dense",
            filter=models.Filter(must=self._in_scope(scope)),
            limit=limit,
            with_payload=with_payload or False,
            with_vector=with_vector or False,
        )

    def span(self, document: str, ordinals: tuple[int, int], scope: Scope) -> list[Chunk]:
        found = self._scroll(self._between(document, ordinals, scope), with_payload=True)
        # By ordinal, for in the moment of publishing two points may hold the same place.
        chunks = {chunk.ordinal: chunk for chunk in map(from_payload, found)}
        return [chunks[ordinal] for ordinal in sorted(chunks)]

    def texts(self, document: str, ordinals: tuple[int, int], scope: Scope) -> list[Text]:
        return in_order(self._scroll(self._between(document, ordinals, scope), with_payload=list(SAID_FIELDS)))

    def documents(self, scope: Scope, *, draft: str | None = None) -> list[IndexedDocument]:
        """Published documents in scope, or those a draft wrote, by path."""
        must = self._in_scope(scope) if draft is None else [_any_of("draft", [draft])]
        found = map(to_document, self._scroll([*must, _first_chunk()], with_payload=list(DOCUMENT_FIELDS)))
        # One each, for in the moment of publishing two points may be a document's first.
        distinct = {document.document: document for document in found}
        return [distinct[path] for path in sorted(distinct)]

    def count(self) -> int:
        from qdrant_client import models

        return self._client.count(self.name, models.Filter(must=[self._is_visible()]), exact=True).count

    def vectors(self, document: str) -> dict[str, Dense]:
        """Dense vectors of the document's visible chunks, by the text they were made of."""
        from qdrant_client import models

        wanted = models.Filter(must=[self._is_visible(), _any_of("document", [document])])
        found: dict[str, Dense] = {}
        offset = None
        while True:
            records, offset = self._client.scroll(
                self.name, wanted, limit=_PAGE, offset=offset, with_payload=list(TEXT_FIELDS), with_vectors=["dense"]
            )
            for record in records:
                if isinstance(record.vector, dict):
                    found[to_embed_text(record.payload)] = np.asarray(record.vector["dense"], np.float32)
            if offset is None:
                return found

    def _between(self, document: str, ordinals: tuple[int, int], scope: Scope) -> "list[models.Condition]":
        from qdrant_client import models

        between = models.FieldCondition(key="ordinal", range=models.Range(gte=ordinals[0], lte=ordinals[1]))
        return [*self._in_scope(scope), _any_of("document", [document]), between]

    def _in_scope(self, scope: Scope) -> "list[models.Condition]":
        return [self._is_visible(), *(_any_of(condition.field, condition.values) for condition in conditions(scope))]

    def _is_visible(self) -> "models.Condition":
        from qdrant_client import models

        if self._draft is None:
            return _is_published(True)
        replaces = (("document", self._draft.cleared), ("id", self._draft.replaced))
        hidden = [_any_of(field, values) for field, values in replaces if values]
        kept = models.Filter(must=[_is_published(True)], must_not=hidden)
        return models.Filter(should=[_any_of("draft", [self._draft.token]), kept])

    def _delete(self, must: "list[models.Condition]") -> None:
        from qdrant_client import models

        selector = models.FilterSelector(filter=models.Filter(must=must))
        persist(lambda: self._client.delete(self.name, selector, wait=True))

    def _scroll(
        self, must: "list[models.Condition]", with_payload: bool | list[str]
    ) -> Iterator[dict[str, object] | None]:
        from qdrant_client import models

        wanted, offset = models.Filter(must=must), None
        while True:
            records, offset = self._client.scroll(
                self.name, wanted, limit=_PAGE, offset=offset, with_payload=with_payload
            )
            yield from (record.payload for record in records)
            if offset is None:
                return


def _publish_document(draft: str, document: str, ids: list[str] | None, *, shows: bool) -> list[object]:
    from qdrant_client import models

    of_document, of_draft = _any_of("document", [document]), _any_of("draft", [draft])
    operations: list[object] = []
    if shows:
        mine = models.Filter(must=[of_document, of_draft])
        show = models.SetPayload(payload={"published": True}, filter=mine)
        operations.append(models.SetPayloadOperation(set_payload=show))
    replaced = [of_document] if ids is None else [of_document, _any_of("id", ids)]
    old = models.Filter(must=replaced, must_not=[of_draft])
    operations.append(models.DeleteOperation(delete=models.FilterSelector(filter=old)))
    return operations


def _any_of(field: str, values: Iterable[str]) -> "models.Condition":
    from qdrant_client import models

    return models.FieldCondition(key=field, match=models.MatchAny(any=list(values)))


def _is_published(wanted: bool) -> "models.Condition":
    from qdrant_client import models

    return models.FieldCondition(key="published", match=models.MatchValue(value=wanted))


def _first_chunk() -> "models.Condition":
    from qdrant_client import models

    return models.FieldCondition(key="ordinal", match=models.MatchValue(value=0))


def _factor(found: "models.ScoredPoint", term: int) -> float:
    held: models.SparseVector = found.vector["bm25"]  # type: ignore[index,assignment,call-overload]
    return found.score / dict(zip(held.indices, held.values, strict=True))[term]
