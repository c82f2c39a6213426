"""Is the answer in these passages? One number from evidence, not from the embedder's bunched-up cosines.

What decides is which words of the question the passages hold, each weighed by how rare it is in the whole index: a
passage that has "UPS" but not "Telegram" does not tell how to send a Telegram message.
"""

import math
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from functools import lru_cache

from ingest.index.contract import EVERYTHING, Index
from ingest.sparse import passage_terms, term_id, terms
from ingest.types import Sparse
from retrieval.passages import Passage

REFUSE_BELOW = 0.42
"""An answer is refused below this confidence (chosen on data/eval/samples.jsonl, see data/eval/README.md)."""
_READ = 3
"""Passages that are looked into: an answer that stands further down is not found by a reader either."""
_NEAR = 0.8
"""Similarity from which a word that no manual holds is taken for a misspelling of one that the passages hold."""


class Rarity:
    """How rare terms are in the published index, as the engine's own inverse document frequency."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._of = lru_cache(maxsize=50_000)(self._look_up)

    def of(self, term: str) -> float:
        """The IDF; for a term that no manual holds that of a term in half a chunk."""
        info = self._index.info()
        return self._of(term, info.generation, info.chunks)

    def _look_up(self, term: str, _generation: str, chunks: int) -> float:
        # The engine scores a one-word question with IDF x the chunk's weight of the word: divide, and the IDF is left.
        key = term_id(term)
        best = self._index.search_sparse(Sparse((key,), (1.0,)), EVERYTHING, limit=1)
        if not best:
            return math.log(1 + (chunks + 0.5) / 0.5)
        held = passage_terms(best[0].chunk.embed_text, best[0].chunk.language)
        return best[0].score / dict(zip(held.indices, held.values, strict=True)).get(key, 1.0)


def confidence(question: str, language: str, passages: Sequence[Passage], rarity: Rarity) -> float:
    """0 to 1: the share of the question, rare words counting more, that the first passages hold."""
    read = passages[:_READ]
    asked = _comparable(set(terms(question, language)), language, read)
    if not asked or not read:
        return 0.5 if read else 0.0
    held = {term for passage in read for term in _passage_terms(passage)}
    weights = {term: rarity.of(term) for term in asked}
    total = sum(weights.values())
    return sum(weight for term, weight in weights.items() if _is_held(term, held)) / total if total else 0.5


def _comparable(asked: set[str], language: str, read: Sequence[Passage]) -> set[str]:
    """Across languages only names, codes and numbers can be compared; the rest is left to the embedder."""
    if any(passage.language == language for passage in read):
        return asked
    return {term for term in asked if term.isascii() and ":" not in term}


def _passage_terms(passage: Passage) -> Iterable[str]:
    return terms(" ".join((passage.title, *passage.section, passage.product, passage.text)), passage.language)


def _is_held(term: str, held: set[str]) -> bool:
    if term in held:
        return True
    return len(term) > 4 and term.isalpha() and bool(get_close_matches(term, held, n=1, cutoff=_NEAR))
