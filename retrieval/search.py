"""Hybrid search: dense and BM25 candidates of a question, fused into one ranking."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from ingest.index.contract import Index, Ranked, Scope
from ingest.types import Chunk, Vectors

CANDIDATES = 60
"""Taken from each side before fusion, and loaded after it: more changed one of 171 top fives, and loading is dear."""
RANKED = 400
"""How deep the ranking by terms is looked at for the scores of what the vectors bring up: a chunk near the question in
meaning must not lose to one that is not, for standing 61st by its terms."""
OWN_WEIGHT = 0.4
"""How much meaning counts against terms in a chunk of the asker's language."""
FOREIGN_WEIGHT = 0.6
"""In another language, of which a question can share few terms but names and codes."""


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


def search(index: Index, vectors: Vectors, scope: Scope, *, language: str = "") -> Found:
    """The best chunks in scope for a question asked in `language`."""
    dense, sparse = index.rank(vectors, scope, dense=CANDIDATES, sparse=RANKED)
    fused = fuse(dense, sparse)[:CANDIDATES]
    chunks = index.chunks([found.key for found in fused], scope)
    candidates = [_candidate(found, chunks[found.key], language) for found in fused if found.key in chunks]
    # Ties are broken by place in the corpus, so that the same question always gets the same ranking.
    candidates.sort(key=lambda item: (-item.score, item.chunk.document, item.chunk.ordinal))
    return Found(
        candidates=candidates,
        dense=tuple(found.score for found in dense[:CANDIDATES]),
        sparse=tuple(found.score for found in sparse[:CANDIDATES]),
    )


@dataclass(frozen=True, slots=True)
class Fused:
    """A candidate by its key, before it is loaded; `dense` and `sparse` as in Candidate."""

    key: int | str
    dense: float
    sparse: float
    meaning: float
    """The cosine as a share, 0 to 1, of what it is ahead of the last candidate of that side."""
    words: float
    """The BM25 score as a share of the best one."""

    def score(self, weight: float) -> float:
        """0 to 1. `weight`: how much the meaning counts.

        Scores carry more than ranks here: e5's cosines bunch together, so where the terms say clearly which chunk it
        is, rank fusion would let a near-tie outvote them (measured against reciprocal ranks in docs/retrieval.md).
        """
        return weight * self.meaning + (1 - weight) * self.words


def fuse(dense: Sequence[Ranked], sparse: Sequence[Ranked]) -> list[Fused]:
    """The best CANDIDATES of each side with what both sides think of them, the best first by the larger of both scores.

    What stands deeper by its terms only lends its score to what the vectors bring up.
    """
    cosines = {found.key: found.score for found in dense}
    weights = {found.key: found.score for found in sparse}
    meaning, words = _Scale.of(dense, floor=True), _Scale.of(sparse, floor=False)
    fused = [
        Fused(
            key,
            dense=cosines.get(key, 0.0),
            sparse=weights.get(key, 0.0),
            meaning=meaning.share(cosines[key]) if key in cosines else 0.0,
            words=words.share(weights[key]) if key in weights else 0.0,
        )
        for key in dict.fromkeys(found.key for found in (*sparse[:CANDIDATES], *dense[:CANDIDATES]))
    ]
    return sorted(fused, key=lambda found: (-max(found.score(OWN_WEIGHT), found.score(FOREIGN_WEIGHT)), found.key))


def _candidate(found: Fused, chunk: Chunk, language: str) -> Candidate:
    weight = OWN_WEIGHT if chunk.language == language else FOREIGN_WEIGHT
    return Candidate(chunk, score=found.score(weight), dense=found.dense, sparse=found.sparse)


@dataclass(frozen=True, slots=True)
class _Scale:
    """Scores of one side as shares of its best one."""

    low: float
    span: float

    @classmethod
    def of(cls, hits: Sequence[Ranked], *, floor: bool) -> Self:
        """With `floor` the last candidate counts as 0, and so does all below it."""
        if not hits:
            return cls(0.0, 0.0)
        low = hits[:CANDIDATES][-1].score if floor else 0.0
        return cls(low, hits[0].score - low)

    def share(self, score: float) -> float:
        return max(0.0, (score - self.low) / self.span) if self.span > 0 else 1.0
