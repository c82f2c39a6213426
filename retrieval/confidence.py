"""Is the answer in these passages? One number from evidence, not from the embedder's bunched-up cosines.

What decides is which words of the question the passages hold, each weighed by how rare it is in the whole index: a
passage that has "UPS" but not "Telegram" does not tell how to send a Telegram message.
"""

import math
from collections.abc import Mapping, Sequence, Set
from difflib import get_close_matches
from functools import lru_cache

from ingest.index.contract import EVERYTHING, Index
from ingest.sparse import passage_terms, term_id, terms
from ingest.types import Sparse
from retrieval.passages import Passage

REFUSE_BELOW = 0.34
"""An answer is refused below this confidence: on our two question sets that keeps 93 and 96 of 100 answerable
questions and refuses half of the others; the model refuses more of those."""
_READ = 3
"""Passages that are looked into: an answer that stands further down is not found by a reader either."""
_PRIOR = 0.6
_PRIOR_WEIGHT = 4.0
"""The share expected of a question, and how much evidence (in IDF) it takes to outweigh that."""
_FOREIGN = 0.25
"""How much a missing word counts where the passages are in another language."""
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


def confidence(language: str, passages: Sequence[Passage], rarity: Mapping[str, float]) -> float:
    """0 to 1: the share of the question, rare words counting more, that the first passages hold.

    `rarity`: the question's terms with their IDF; `language`: of the question. A share of few words says little, so it
    is drawn towards what is known of questions in general.
    """
    read = passages[:_READ]
    if not read:
        return 0.0
    texts = [_text(passage) for passage in read]
    held = {term for passage, text in zip(read, texts, strict=True) for term in terms(text, passage.language)}
    characters = set("".join(texts))
    foreign = any(passage.language != language for passage in read)
    found = _PRIOR * _PRIOR_WEIGHT
    total = _PRIOR_WEIGHT
    for term, weight in rarity.items():
        share = _held(term, held, characters)
        # Across languages only names, codes and numbers can be compared: that another word is missing says little.
        counts = _FOREIGN if foreign and not share and not _is_name(term) else 1.0
        found += weight * share
        total += weight * counts
    return found / total


def _is_name(term: str) -> bool:
    """Spelt the same in every language, as far as can be seen from the term."""
    return term.isascii() and ":" not in term


def _text(passage: Passage) -> str:
    return " ".join((passage.title, *passage.section, passage.product, passage.text))


def _held(term: str, held: Set[str], characters: Set[str]) -> float:
    if term in held:
        return 1.0
    if not term.isascii() and len(term) == 2 and set(term) <= characters:
        return 0.5  # a pair of CJK characters often spans two words; both being there is half the evidence
    if len(term) <= 4 or not term.isalpha() or not term.isascii():
        return 0.0
    # Comparing with every word of three passages would take longer than the search.
    alike = [word for word in held if word[0] == term[0] and abs(len(word) - len(term)) <= 2]
    return 1.0 if get_close_matches(term, alike, n=1, cutoff=_NEAR) else 0.0
