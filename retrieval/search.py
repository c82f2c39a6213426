"""Hybrid search: dense and BM25 candidates of a question, fused into one ranking."""

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.index.contract import Hit, Index, Scope
from ingest.types import Chunk, Vectors
from retrieval.languages import without_language

CANDIDATES = 60
"""Taken from each side before fusion."""
DENSE_WEIGHT = 0.45


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk with what each side thinks of it. A score of 0 means that the side did not bring it up."""

    chunk: Chunk
    score: float
    """Fused, 0 to 1; a perfect candidate is the best of both sides."""
    dense: float
    sparse: float


def search(index: Index, vectors: Vectors, scope: Scope, *, limit: int) -> list[Candidate]:
    """The best chunks in scope, best first."""
    meaning = without_language(vectors.dense, index.info().embedder)
    dense = index.search_dense(meaning, scope, limit=CANDIDATES)
    sparse = index.search_sparse(vectors.sparse, scope, limit=CANDIDATES)
    return fuse(dense, sparse)[:limit]


def fuse(dense: Sequence[Hit], sparse: Sequence[Hit]) -> list[Candidate]:
    """A weighted sum of both scores, each scaled to 0..1 over its own candidates.

    Scores carry more than ranks here: e5's cosines bunch together, so where the terms say clearly which chunk it is,
    rank fusion would let a near-tie outvote them (measured in data/eval/results against reciprocal ranks).
    """
    dense_scores = _scaled(dense, floor=True)
    sparse_scores = _scaled(sparse, floor=False)
    raw_dense = {hit.chunk.id: hit.score for hit in dense}
    raw_sparse = {hit.chunk.id: hit.score for hit in sparse}
    chunks = {hit.chunk.id: hit.chunk for hit in (*sparse, *dense)}
    candidates = [
        Candidate(
            chunk=chunk,
            score=DENSE_WEIGHT * dense_scores.get(key, 0.0) + (1 - DENSE_WEIGHT) * sparse_scores.get(key, 0.0),
            dense=raw_dense.get(key, 0.0),
            sparse=raw_sparse.get(key, 0.0),
        )
        for key, chunk in chunks.items()
    ]
    # Ties are broken by place in the corpus, so that the same question always gets the same ranking.
    return sorted(candidates, key=lambda item: (-item.score, item.chunk.document, item.chunk.ordinal))


def _scaled(hits: Sequence[Hit], *, floor: bool) -> dict[str, float]:
    """Scores as a share of the best one; with `floor` the last candidate counts as 0."""
    if not hits:
        return {}
    low = hits[-1].score if floor else 0.0
    span = hits[0].score - low
    return {hit.chunk.id: (hit.score - low) / span if span > 0 else 1.0 for hit in hits}
