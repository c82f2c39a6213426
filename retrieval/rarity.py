"""How rare a term is in the published index: what makes one word of a question tell more than another."""

import math
from collections.abc import Iterable
from functools import lru_cache

from ingest.index.contract import EVERYTHING, Index
from ingest.sparse import passage_terms, term_id
from ingest.types import Sparse


class Rarity:
    """Terms to inverse document frequencies, as the engine itself counts them."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._of = lru_cache(maxsize=50_000)(self._look_up)

    def of(self, terms: Iterable[str]) -> dict[str, float]:
        """The IDF of each term, in their order; for a term that no manual holds that of a term in half a chunk."""
        info = self._index.info()
        return {term: self._of(term, info.generation, info.chunks) for term in terms}

    def _look_up(self, term: str, _generation: str, chunks: int) -> float:
        # The engine scores a one-word question with IDF x the chunk's weight of the word: divide, and the IDF is left.
        key = term_id(term)
        best = self._index.search_sparse(Sparse((key,), (1.0,)), EVERYTHING, limit=1)
        if not best:
            return math.log(1 + (chunks + 0.5) / 0.5)
        held = passage_terms(best[0].chunk.embed_text, best[0].chunk.language)
        return best[0].score / dict(zip(held.indices, held.values, strict=True)).get(key, 1.0)
