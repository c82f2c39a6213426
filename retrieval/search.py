"""Hybrid search: dense and BM25 candidates of a question, fused into one ranking."""

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.index.contract import Index, Ranked, Scope
from ingest.types import Chunk, Vectors
from retrieval.languages import without_language

CANDIDATES = 60
"""Taken from each side before fusion, and loaded after it: more changed one of 171 top fives, and loading is dear."""
DENSE_WEIGHT = 0.45


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk with what each side thinks of it. A score of 0 means that the side did not bring it up."""

    chunk: Chunk
    score: float
    """Fused, 0 to 1; a perfect candidate is the best of both sides."""
    dense: float
    sparse: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search brings: the best chunks, and how all that it looked at compare."""

    candidates: Sequence[Candidate]
    """Best first."""
    dense: tuple[float, ...]
    """Cosines of the nearest chunks, best first, whether they are candidates or not."""
    sparse: tuple[float, ...]
    """BM25 scores, as well."""


def search(index: Index, vectors: Vectors, scope: Scope, *, limit: int = CANDIDATES) -> Found:
    """The best chunks in scope."""
    meaning = without_language(vectors.dense, index.info().embedder)
    dense, sparse = index.rank(Vectors(meaning, vectors.sparse), scope, limit=CANDIDATES)
    fused = fuse(dense, sparse)[:limit]
    chunks = index.chunks([found.key for found in fused], scope)
    candidates = [
        Candidate(chunks[found.key], score=found.score, dense=found.dense, sparse=found.sparse)
        for found in fused
        if found.key in chunks
    ]
    # Ties are broken by place in the corpus, so that the same question always gets the same ranking.
    candidates.sort(key=lambda item: (-item.score, item.chunk.document, item.chunk.ordinal))
    return Found(
        candidates=candidates,
        dense=tuple(found.score for found in dense),
        sparse=tuple(found.score for found in sparse),
    )


@dataclass(frozen=True, slots=True)
class Fused:
    """A candidate by its key, before it is loaded; scores as in Candidate."""

    key: str
    score: float
    dense: float
    sparse: float


def fuse(dense: Sequence[Ranked], sparse: Sequence[Ranked]) -> list[Fused]:
    """A weighted sum of both scores, each scaled to 0..1 over its own candidates.

    Scores carry more than ranks here: e5's cosines bunch together, so where the terms say clearly which chunk it is,
    rank fusion would let a near-tie outvote them (measured in data/eval/results against reciprocal ranks).
    """
    dense_scores, raw_dense = _scaled(dense, floor=True), {found.key: found.score for found in dense}
    sparse_scores, raw_sparse = _scaled(sparse, floor=False), {found.key: found.score for found in sparse}
    fused = [
        Fused(
            key,
            score=DENSE_WEIGHT * dense_scores.get(key, 0.0) + (1 - DENSE_WEIGHT) * sparse_scores.get(key, 0.0),
            dense=raw_dense.get(key, 0.0),
            sparse=raw_sparse.get(key, 0.0),
        )
        for key in raw_sparse | raw_dense
    ]
    return sorted(fused, key=lambda found: (-found.score, found.key))


def _scaled(hits: Sequence[Ranked], *, floor: bool) -> dict[str, float]:
    """Scores as a share of the best one; with `floor` the last candidate counts as 0."""
    if not hits:
        return {}
    low = hits[-1].score if floor else 0.0
    span = hits[0].score - low
    return {hit.key: (hit.score - low) / span if span > 0 else 1.0 for hit in hits}
