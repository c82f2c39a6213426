"""The one way from a question to passages: completed, embedded, searched, fused, read whole, judged."""

import time
from collections.abc import Sequence

from ingest.embed import Embedder
from ingest.index.contract import Index, Scope
from ingest.language import detect_language
from ingest.sparse import query_terms, terms
from ingest.types import Vectors
from retrieval.confidence import Rarity, confidence
from retrieval.conversation import complete
from retrieval.models import Models
from retrieval.query import Retrieval, Turn
from retrieval.reading import assemble
from retrieval.search import CANDIDATES, search


class Retriever:
    """Holds an open index and a loaded embedder; safe to share between threads."""

    def __init__(self, index: Index, embedder: Embedder) -> None:
        self._index = index
        self._embedder = embedder
        self._rarity = Rarity(index)
        self._models = Models(index)

    def retrieve(self, question: str, *, scope: Scope, turns: Sequence[Turn] = (), limit: int = 10) -> Retrieval:
        """The best passages in scope for a question asked after `turns` (oldest first, without the question)."""
        started = time.perf_counter()
        asked = complete(question, turns)
        language = detect_language(question)
        vectors = Vectors(self._embedder.embed_query(asked), query_terms(asked, language))
        found = search(self._index, vectors, scope, limit=CANDIDATES)
        candidates = self._models.prefer(question, asked, found)
        passages = assemble(self._index, candidates, scope, limit=limit)
        rarity = {term: self._rarity.of(term) for term in terms(asked, language)}
        return Retrieval(
            question=asked,
            language=language,
            passages=tuple(passages),
            confidence=confidence(language, passages, rarity),
            milliseconds=(time.perf_counter() - started) * 1000,
            rarity=rarity,
        )
