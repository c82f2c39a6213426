"""A published index of small manuals whose chunks are written down in the test; found by their terms alone."""

import uuid
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ingest.index.contract import Index, Point
from ingest.index.edge import EdgeStore
from ingest.language import detect_language
from ingest.sparse import passage_terms
from ingest.types import Audience, Chunk, Dense, Vectors

DIMENSIONS = 4


class AllAlike:
    """The embedder of such an index: every question points the same way."""

    name = "none"

    def embed_query(self, _text: str) -> Dense:
        return np.eye(1, DIMENSIONS, dtype=np.float32)[0]


@dataclass(frozen=True, slots=True)
class Manual:
    """Sections by heading; one chunk each."""

    document: str
    title: str
    product: str = "product"
    version: str = ""
    audience: Audience = Audience.PUBLIC
    sections: tuple[tuple[str, str], ...] = (("Reset", "Hold the key."),)

    def chunks(self) -> list[Chunk]:
        made = [
            Chunk(
                id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.document} {place}")),
                document=self.document,
                revision="0" * 16,
                ordinal=place,
                title=self.title,
                section=(heading,),
                text=f"{heading}\n{text}",
                product=self.product,
                version=self.version,
                language=detect_language(text),
                audience=self.audience,
                document_chunks=len(self.sections),
            )
            for place, (heading, text) in enumerate(self.sections)
        ]
        return [replace(chunk, language=made[0].language) for chunk in made]


def publish(folder: Path, *manuals: Manual) -> Index:
    """The open index of these manuals, their dense vectors all alike."""
    store = EdgeStore(folder)
    vector = np.eye(1, DIMENSIONS, dtype=np.float32)[0]
    with store.draft(embedder=AllAlike.name, dimensions=DIMENSIONS) as draft:
        for manual in manuals:
            chunks = manual.chunks()
            draft.upsert(
                [Point(chunk, Vectors(vector, passage_terms(chunk.embed_text, chunk.language))) for chunk in chunks]
            )
        draft.publish()
    return store.open()
