"""Where a manual ranks for a question, however far down: for editors who ask why it is not found.

A question's vectors and a part of a manual's path enter; lines of text leave.
"""

from collections.abc import Sequence
from difflib import get_close_matches

from ingest.index.contract import EVERYTHING, Hit, Index, Scope
from ingest.types import Vectors
from retrieval.search import CANDIDATES

FARTHEST = 5000
"""Ranks that are looked at."""
_SUGGESTED = 3


def whereabouts(index: Index, vectors: Vectors, document: str, scope: Scope) -> str:
    """The best rank of each manual whose path holds `document`, by either search; why there is none otherwise."""
    inside = [known.document for known in index.documents(scope)]
    meant = [name for name in inside if document.lower() in name.lower()]
    if not meant:
        return _absent(index, document, inside, scope)
    dense = index.search_dense(vectors.dense, scope, limit=FARTHEST)
    sparse = index.search_sparse(vectors.sparse, scope, limit=FARTHEST)
    lines = []
    for name in meant:
        lines.append(f"{name}:")
        lines.append(f"  by meaning  {_rank(dense, name)}")
        lines.append(f"  by terms    {_rank(sparse, name)}")
    lines.append(f"Each search passes its best {CANDIDATES} chunks on.")
    return "\n".join(lines)


def _absent(index: Index, document: str, inside: Sequence[str], scope: Scope) -> str:
    everything = [known.document for known in index.documents(EVERYTHING)]
    if scope != EVERYTHING and any(document.lower() in name.lower() for name in everything):
        return f"A manual {document!r} is indexed, but these readers may not see it: see its audience and product."
    names = get_close_matches(document, inside, n=_SUGGESTED, cutoff=0.3)
    hint = f" Like it: {', '.join(names)}." if names else ""
    return f"No manual {document!r} is indexed.{hint} See: manualdesk documents list"


def _rank(hits: Sequence[Hit], document: str) -> str:
    for rank, hit in enumerate(hits, start=1):
        if hit.chunk.document == document:
            page = f"page {hit.chunk.page}, " if hit.chunk.page else ""
            return f"#{rank} of {len(hits)}: {page}{' > '.join(hit.chunk.section)}"
    return f"not among the best {len(hits)}: it shares no term with the question" if hits else "nothing found"
