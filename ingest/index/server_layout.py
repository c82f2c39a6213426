"""How a collection is spread over a Qdrant cluster: a layout and dimensions enter, an empty collection is there."""

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.index.payload import INTEGER_FIELDS, KEYWORD_FIELDS

if TYPE_CHECKING:
    from qdrant_client import QdrantClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """For collections made from now on. 0 leaves it to the server: a shard for each node, one replica."""

    shards: int = 0
    replicas: int = 0

    @property
    def acknowledged(self) -> int:
        """Replicas that must have a write before it counts: most of them, so that no node lost takes it away."""
        return self.replicas // 2 + 1


WHOLE = Layout()
"""As the server has it."""


def create_collection(client: "QdrantClient", name: str, dimensions: int, layout: Layout) -> None:
    """An empty collection with an index for each field that filters use."""
    from qdrant_client import models

    client.create_collection(
        name,
        vectors_config={"dense": models.VectorParams(size=dimensions, distance=models.Distance.COSINE)},
        sparse_vectors_config={"bm25": models.SparseVectorParams(modifier=models.Modifier.IDF)},
        shard_number=layout.shards or None,
        replication_factor=layout.replicas or None,
        write_consistency_factor=layout.acknowledged if layout.replicas else None,
    )
    with warnings.catch_warnings():
        # The in-memory client warns that it has no payload indexes; its filters are right all the same.
        warnings.simplefilter("ignore", UserWarning)
        for field in (*KEYWORD_FIELDS, "id", "draft"):
            client.create_payload_index(name, field, models.PayloadSchemaType.KEYWORD)
        for field in INTEGER_FIELDS:
            client.create_payload_index(name, field, models.PayloadSchemaType.INTEGER)
        client.create_payload_index(name, "published", models.PayloadSchemaType.BOOL)
