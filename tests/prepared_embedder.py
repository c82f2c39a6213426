"""An embedder whose questions were embedded beforehand: what a retriever costs without the model's encode."""

from collections.abc import Mapping

from ingest.types import Dense


class PreparedEmbedder:
    """Knows a vector for each of its questions and embeds nothing else."""

    def __init__(self, vectors: Mapping[str, Dense]) -> None:
        """`vectors`: unit-length vectors by question."""
        self._vectors = dict(vectors)
        self.name = "prepared"
        self.dimensions = len(next(iter(self._vectors.values())))

    def embed_query(self, text: str) -> Dense:
        """Raises KeyError for a text that was not prepared."""
        return self._vectors[text]
