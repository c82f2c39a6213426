"""The answer in the manual's own sentences, for when no language model is there."""

from dataclasses import dataclass

from ingest.sentences import split_sentences
from retrieval.query import Retrieval
from serving.answer import Citation
from serving.citations import cite


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedAnswer:
    """An answer made of quotes; its `[n]` marks are the citations' numbers."""

    text: str
    citations: tuple[Citation, ...]


def quote_answer(retrieval: Retrieval) -> QuotedAnswer | None:
    """The first sentences of the best passage; None where nothing was found."""
    if not retrieval.passages or not (sentences := split_sentences(retrieval.passages[0].text)):
        return None
    chosen = sentences[:2]
    return QuotedAnswer(text=f"{' '.join(chosen)} [1]", citations=(cite(1, retrieval.passages[0], chosen[0]),))
