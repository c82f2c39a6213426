"""A public set's corpus to an index of its own: cut, embedded and indexed as manuals are, kept for the next run."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from ingest.chunk import VERSION, chunk
from ingest.errors import IndexUnusable
from ingest.index import open_store
from ingest.index.contract import FORMAT, IndexStore, Point
from ingest.sparse import passage_terms
from ingest.types import Chunk, Document, Element, Kind, SourceFile, Vectors
from serving.evaluation.ir_sets import IrDocument, IrSet
from serving.evaluation.kept_vectors import KeptVectors

_WINDOW: Final = 512
"""Chunks sorted by length and embedded together, so that batches fill evenly."""
_SLICE: Final = 32
"""Chunks between two counts of progress."""


class EmbedsPassages(Protocol):
    """What making an index needs of an embedder."""

    name: str
    dimensions: int

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit-length vectors, shape (len(texts), dimensions)."""


def cache_folder(home: Path) -> Path:
    """Where indexes of sets and kept vectors are; deleting it costs time only."""
    return home / "eval"


def corpus_store(ir_set: IrSet, embedder_name: str, home: Path) -> IndexStore:
    """The store of this corpus as this version cuts it, for this embedder; made or not."""
    made_of = f"{ir_set.corpus_hash} {embedder_name} {VERSION} {FORMAT}"
    key = hashlib.sha256(made_of.encode()).hexdigest()[:12]
    return open_store(None, cache_folder(home) / f"{ir_set.name}-{key}")


def is_made(store: IndexStore) -> bool:
    """Can this index be opened?"""
    try:
        store.open().close()
    except IndexUnusable:
        return False
    return True


def make_index(store: IndexStore, ir_set: IrSet, embedder: EmbedsPassages, vectors: KeptVectors) -> Iterator[int]:
    """Cut, embed, publish; yields the number of each chunk that is done, of `len(corpus_chunks(ir_set))`."""
    chunks = corpus_chunks(ir_set)
    done = 0
    with store.draft(embedder=embedder.name, dimensions=embedder.dimensions, fresh=True) as draft:
        for window in _parts(chunks, _WINDOW):
            by_length = sorted(window, key=lambda piece: len(piece.embed_text), reverse=True)
            for part in _parts(by_length, _SLICE):
                dense = vectors.of([piece.embed_text for piece in part], embedder.embed_passages)
                draft.upsert([_point(piece, vector) for piece, vector in zip(part, dense, strict=True)])
                yield from range(done, done + len(part))
                done += len(part)
        vectors.save()
        draft.publish()


def corpus_chunks(ir_set: IrSet) -> list[Chunk]:
    """The chunks of all documents, in their order."""
    return [piece for document in ir_set.documents for piece in chunk(_as_manual(document))]


def _parts(chunks: Sequence[Chunk], size: int) -> Iterator[Sequence[Chunk]]:
    for start in range(0, len(chunks), size):
        yield chunks[start : start + size]


def _as_manual(document: IrDocument) -> Document:
    """A document of paragraphs with a title, as a reader would give it."""
    content = f"{document.title}\n{document.text}".encode()
    source = SourceFile(
        path=Path(document.id),
        document=document.id,
        revision=hashlib.sha256(content).hexdigest()[:16],
        size=len(content),
        language=document.language,
        title=document.title,
    )
    paragraphs = [part.strip() for part in document.text.split("\n\n")]
    elements = tuple(Element(kind=Kind.PARAGRAPH, text=text) for text in paragraphs if text)
    return Document(source=source, title=document.title, language=document.language, elements=elements)


def _point(piece: Chunk, vector: NDArray[np.float32]) -> Point:
    return Point(piece, Vectors(vector, passage_terms(piece.embed_text, piece.language)))
