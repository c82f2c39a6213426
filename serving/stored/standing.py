"""Do kept answers still stand? Their grounds are looked up in the published index, and their citations made anew.

Citations and the index enter; citations into the revision that is published now leave, or the word that a ground is
gone. Only what chunks say is compared, so an answer outlives every edit of other parts of its manual, and a page number
that moved is right again.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ingest.index.contract import EVERYTHING, Index, Scope
from ingest.types import Audience, Chunk
from retrieval.grounds import Ground, content_of
from retrieval.passages import Passage
from retrieval.query import Retrieval
from retrieval.reading import passage_of
from serving.answer import Citation
from serving.citations import cite
from serving.planted import screened_retrieval
from serving.stored.types import KeptCitation

_LAST = 2**31 - 1
_NEAR = 32
"""Chunks that are read at once to find a few of them where they were before."""


@dataclass(frozen=True, slots=True)
class Found:
    """Published chunks by the ground that they are. What is missing is gone."""

    chunks: dict[Ground, Chunk] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    """Documents that are not in the index any more."""

    def gone(self, grounds: Iterable[Ground]) -> list[Ground]:
        return [ground for ground in grounds if ground not in self.chunks]

    def reason(self, grounds: Iterable[Ground]) -> str:
        """What happened to the first ground that is gone; empty where all stand."""
        for ground in self.gone(grounds):
            if ground.document in self.removed:
                return f"{ground.document} is not among the manuals any more"
            return f"a passage of {ground.document} that it stands on has changed, or what is said about that manual"
        return ""


@dataclass(frozen=True, slots=True)
class Cited:
    """The citations of a kept answer in the published index."""

    citations: tuple[Citation, ...]
    passages: tuple[Passage, ...]

    def readable_in(self, scope: Scope) -> bool:
        """May this reader see every passage that the answer stands on?"""
        return all(
            (scope.audience is Audience.INTERNAL or passage.audience is scope.audience)
            and (scope.products is None or passage.product in scope.products)
            and (scope.languages is None or passage.language in scope.languages)
            and (scope.documents is None or passage.document in scope.documents)
            for passage in self.passages
        )


class Published:
    """The published index as kept answers see it."""

    def __init__(self, index: Index, *, believed_seconds: float = 0.0) -> None:
        """`believed_seconds`: how long the generation is believed before it is looked up again; 0: always."""
        self._index = index
        self._believed_seconds = believed_seconds
        self._looked_at = float("-inf")
        self._generation = ""

    def generation(self) -> str:
        """Of the index that is read now; another process may have published it."""
        if not self._believed_seconds or time.monotonic() - self._looked_at > self._believed_seconds:
            self._generation = self._index.info().generation
            self._looked_at = time.monotonic()
        return self._generation

    def find(self, grounds: Sequence[Ground]) -> Found:
        """The chunks that say what these said, wherever in their manual they stand now."""
        found = Found()
        by_document: dict[str, list[Ground]] = {}
        for ground in grounds:
            by_document.setdefault(ground.document, []).append(ground)
        with self._index.hold():
            for document, wanted in by_document.items():
                self._find(document, wanted, found)
        return found

    def _find(self, document: str, wanted: Sequence[Ground], found: Found) -> None:
        places = [ground.ordinal for ground in wanted]
        near = max(places) - min(places) < _NEAR
        if near:
            _match(wanted, self._index.span(document, min(places), max(places), EVERYTHING), found)
        if not near or found.gone(wanted):
            whole = self._index.span(document, 0, _LAST, EVERYTHING)
            _match(found.gone(wanted), whole, found)
            if not whole:
                found.removed.add(document)


def cited(citations: Sequence[KeptCitation], found: Found) -> Cited:
    """The citations, given that all their grounds were found; what is planted in a passage is left out as ever."""
    whole = {
        citation.grounds: passage_of([found.chunks[ground] for ground in citation.grounds], 1.0)
        for citation in citations
    }
    read = Retrieval(question="", language="", passages=tuple(whole.values()), confidence=1.0, milliseconds=0.0)
    passages = dict(zip(whole, screened_retrieval(read)[0].passages, strict=True))
    made = tuple(cite(citation.number, passages[citation.grounds], citation.quote) for citation in citations)
    return Cited(made, tuple(passages.values()))


def kept_citations(citations: Sequence[Citation]) -> tuple[KeptCitation, ...]:
    """Citations as they are kept."""
    return tuple(
        KeptCitation(number=citation.number, quote=citation.quote, grounds=citation.passage.grounds)
        for citation in citations
    )


def _match(wanted: Sequence[Ground], chunks: Sequence[Chunk], found: Found) -> None:
    by_content: dict[str, list[Chunk]] = {}
    for chunk in chunks:
        by_content.setdefault(content_of(chunk), []).append(chunk)
    for ground in wanted:
        alike = by_content.get(ground.content)
        if alike:
            found.chunks[ground] = min(alike, key=lambda chunk: abs(chunk.ordinal - ground.ordinal))
