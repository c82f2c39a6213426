"""The rows and entries that define what a question names stand before the chunks that merely mention it.

Candidates of a search enter and leave, definitions of the question's codes and options first.
"""

from collections.abc import Sequence
from dataclasses import replace

from ingest.index.contract import Hit, Index, Scope
from ingest.sparse import query_terms, term_id
from ingest.types import Sparse
from retrieval.codes import defines, names_in
from retrieval.search import Candidate

LOOKED_AT = 60
"""Chunks that hold a code: in a manual that speaks of one everywhere, its definition may be far down."""
_ABOVE = 0.01
"""Definitions stand just above the best other chunk, in their own order."""


def definitions_first(
    index: Index, asked: str, found: Sequence[Candidate], scope: Scope, *, language: str = ""
) -> list[Candidate]:
    """The candidates and the chunks that define what is asked for, those first."""
    defining: dict[str, Hit] = {}
    for name in names_in(asked):
        # Keys pressed together are one word in some manuals and several in others.
        terms = query_terms(name, "en") if "+" in name else Sparse((term_id(name),), (1.0,))
        for hit in index.search_sparse(terms, scope, limit=LOOKED_AT):
            if defines(hit.chunk.text, name):
                defining.setdefault(hit.chunk.id, hit)
    return put_first(list(defining.values()), found, language=language)


def put_first(hits: Sequence[Hit], found: Sequence[Candidate], *, language: str) -> list[Candidate]:
    """These hits just above the candidates, which they may be among.

    Of a product that says it in the asker's `language`, what its manuals in other languages say stays where it was.
    """
    told = {hit.chunk.product for hit in hits if hit.chunk.language == language}
    first = {hit.chunk.id: hit for hit in hits if hit.chunk.language == language or hit.chunk.product not in told}
    if not first:
        return list(found)
    top = found[0].score if found else 1.0
    own = {candidate.chunk.id: candidate for candidate in found}
    raised = [
        _raised(own.get(key) or Candidate(hit.chunk, score=0.0, dense=0.0, sparse=hit.score), top)
        for key, hit in first.items()
    ]
    rest = [candidate for candidate in found if candidate.chunk.id not in first]
    return [*sorted(raised, key=lambda candidate: -candidate.score), *rest]


def _raised(candidate: Candidate, top: float) -> Candidate:
    return replace(candidate, score=top * (1 + _ABOVE * (1 + candidate.score)))
