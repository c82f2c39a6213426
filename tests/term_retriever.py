"""Retrieval by BM25 terms alone over manuals read in this process: real passages without an index or a model."""

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ingest.chunk import chunk
from ingest.discover import discover
from ingest.index.contract import Scope
from ingest.language import detect_language
from ingest.readers import read
from ingest.sparse import passage_terms, query_terms
from ingest.types import Audience, Chunk
from retrieval.passages import Passage
from retrieval.query import Retrieval, Turn


class TermRetriever:
    """Holds the chunks of a folder. Finds something for nearly every question, often not the right thing."""

    def __init__(self, folder: Path, *suffixes: str) -> None:
        """Reads the manuals with these suffixes, all where none is given."""
        files = [file for file in discover([folder], root=folder).files if file.path.suffix in suffixes or not suffixes]
        self._chunks = [piece for file in files for piece in chunk(read(file))]
        sparse = [passage_terms(piece.embed_text, piece.language) for piece in self._chunks]
        self._weights = [dict(zip(terms.indices, terms.values, strict=True)) for terms in sparse]
        held = Counter(term for weights in self._weights for term in weights)
        self._rarity = {term: math.log(1 + len(self._chunks) / count) for term, count in held.items()}

    def retrieve(
        self, question: str, *, scope: Scope, turns: Sequence[Turn] = (), limit: int = 10, product: str = ""
    ) -> Retrieval:
        language = detect_language(question)
        asked = query_terms(" ".join([*(turn.text for turn in turns), question]), language).indices
        scored = [
            (sum(weights.get(term, 0.0) * self._rarity.get(term, 0.0) for term in asked), place)
            for place, weights in enumerate(self._weights)
            if scope.audience is Audience.INTERNAL or self._chunks[place].audience is Audience.PUBLIC
        ]
        best = sorted(scored, key=lambda item: (-item[0], item[1]))[:limit]
        return Retrieval(
            question=question,
            language=language,
            passages=tuple(_passage(self._chunks[place], score) for score, place in best if score),
            confidence=1.0,
            milliseconds=0.0,
        )


def _passage(piece: Chunk, score: float) -> Passage:
    return Passage(
        document=piece.document,
        revision=piece.revision,
        title=piece.title,
        section=piece.section,
        page=piece.page,
        pages=piece.pages,
        text=piece.text,
        score=score,
        product=piece.product,
        language=piece.language,
        audience=piece.audience,
        anchor=piece.anchor,
        boxes=piece.boxes,
        chunk_ids=(piece.id,),
    )
