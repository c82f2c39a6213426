"""How rare a term is in the published index: what makes one word of a question tell more than another."""

import math
from collections.abc import Iterable

from ingest.index.contract import Index
from ingest.sparse import term_id

_KEPT = 50_000
"""Terms whose rarity is remembered, a few megabytes."""


class Rarity:
    """Terms to inverse document frequencies, as the engine itself counts them."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._known: dict[str, float] = {}
        self._generation = ""

    def of(self, terms: Iterable[str]) -> dict[str, float]:
        """The IDF of each term, in their order; for a term that no manual holds that of a term in half a chunk."""
        wanted = list(dict.fromkeys(terms))
        info = self._index.info()
        if info.generation != self._generation or len(self._known) > _KEPT:
            self._known, self._generation = {}, info.generation
        known = self._known  # another thread may begin a new one meanwhile
        asked = [term for term in wanted if term not in known]
        highest = math.log(1 + (info.chunks + 0.5) / 0.5)
        found = self._index.inverse_frequencies([term_id(term) for term in asked])
        known.update((term, highest if value is None else value) for term, value in zip(asked, found, strict=True))
        return {term: known[term] for term in wanted}
