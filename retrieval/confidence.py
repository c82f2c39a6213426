"""Is the answer in these passages? One number from evidence, not from the embedder's bunched-up cosines."""

from collections.abc import Sequence

from ingest.sparse import terms
from retrieval.passages import Passage
from retrieval.search import Candidate

REFUSE_BELOW = 0.3
"""An answer is refused below this confidence."""


def confidence(question: str, language: str, candidates: Sequence[Candidate], passages: Sequence[Passage]) -> float:
    """0 to 1: the share of the question's terms that the first passages hold."""
    asked = set(terms(question, language))
    if not asked or not passages or not candidates:
        return 0.0
    held: set[str] = set()
    for passage in passages[:3]:
        held.update(terms(" ".join((passage.title, *passage.section, passage.text)), passage.language))
    return len(asked & held) / len(asked)
