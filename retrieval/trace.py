"""How a retrieval came about, for editors who wonder why a manual is found, or is not.

What the stages decided enters; JSON for the API and lines of text for a terminal leave.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ingest.sparse import terms
from retrieval.evidence import READ
from retrieval.passages import Passage
from retrieval.search import Candidate

SHOWN = 10
"""Candidates that a text shows; the JSON holds all of them."""
_TERMS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedCandidate:
    """A chunk that was considered. A rank of 0: that side did not bring it up."""

    document: str
    section: tuple[str, ...]
    page: int | None
    dense_rank: int
    dense: float
    """Cosine."""
    sparse_rank: int
    sparse: float
    """BM25."""
    fused: float
    final: float
    """After the scope was decided, of the place that a reranker gave it; 0 where the scope left the chunk out."""
    reranked: float | None
    """What a reranker gave it, 0 to 1; None where it was not read."""
    passage: int
    """Number of the passage that it stands in, from 1; 0: none."""
    fate: str
    """Why it is where it is."""

    def to_json(self) -> dict[str, object]:
        return {
            "document": self.document,
            "section": list(self.section),
            "page": self.page,
            "dense": {"rank": self.dense_rank, "score": round(self.dense, 4)},
            "sparse": {"rank": self.sparse_rank, "score": round(self.sparse, 3)},
            "fused": round(self.fused, 4),
            "final": round(self.final, 4),
            "reranked": None if self.reranked is None else round(self.reranked, 4),
            "passage": self.passage,
            "fate": self.fate,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What the stages decided. Kept with every retrieval: it only refers to what was there anyway."""

    question: str
    """As typed."""
    rewritten: str
    """As searched."""
    language: str
    scope: str
    """The product decided on, and what told."""
    options: tuple[str, ...]
    terms: Mapping[str, float]
    """The question's terms with their IDF."""
    unknown: tuple[str, ...]
    found: tuple[Candidate, ...]
    """As fused."""
    kept: tuple[Candidate, ...]
    """In the order of the passages, after the scope was decided and a reranker has read them."""
    fates: Mapping[str, str]
    passages: tuple[Passage, ...]
    confidence: float
    milliseconds: Mapping[str, float] = field(default_factory=dict)
    """By stage."""
    reranker: str = ""
    """Which one read how many candidates, or why none; without one how many near ties were compared word by word."""
    reranked: Mapping[str, float] = field(default_factory=dict)
    """Its scores by chunk, 0 to 1."""
    facts: tuple[str, ...] = ()
    """What the user has said of themselves and their products, word for word."""
    memory: str = ""
    """How much of the conversation the language model was shown; empty where it was not asked."""
    withheld: tuple[str, ...] = ()
    """Passages out of which sentences were taken that speak to the language model instead of a reader."""

    def candidates(self) -> list[TracedCandidate]:
        """Every candidate in the order of the fused ranking."""
        final = {candidate.chunk.id: candidate.score for candidate in self.kept}
        place = {chunk: number for number, passage in enumerate(self.passages, 1) for chunk in passage.chunk_ids}
        dense = _ranks({candidate.chunk.id: candidate.dense for candidate in self.found})
        sparse = _ranks({candidate.chunk.id: candidate.sparse for candidate in self.found})
        return [
            TracedCandidate(
                document=candidate.chunk.document,
                section=candidate.chunk.section,
                page=candidate.chunk.page,
                dense_rank=dense.get(candidate.chunk.id, 0),
                dense=candidate.dense,
                sparse_rank=sparse.get(candidate.chunk.id, 0),
                sparse=candidate.sparse,
                fused=candidate.score,
                final=final.get(candidate.chunk.id, 0.0),
                reranked=self.reranked.get(candidate.chunk.id),
                passage=place.get(candidate.chunk.id, 0),
                fate=self._fate(candidate.chunk.id, place.get(candidate.chunk.id, 0)),
            )
            for candidate in self.found
        ]

    def to_json(self) -> dict[str, object]:
        """The `trace` of the API."""
        return {
            "question": self.question,
            "rewritten": self.rewritten,
            "language": self.language,
            "scope": self.scope,
            "facts": list(self.facts),
            "memory": self.memory,
            "withheld": list(self.withheld),
            "options": list(self.options),
            "terms": {term: round(weight, 2) for term, weight in self.terms.items()},
            "unknown": list(self.unknown),
            "reranker": self.reranker,
            "candidates": [candidate.to_json() for candidate in self.candidates()],
            "confidence": round(self.confidence, 3),
            "timings_ms": {stage: round(spent, 2) for stage, spent in self.milliseconds.items()},
        }

    def to_text(self, document: str = "") -> str:
        """For a terminal; with `document` the candidates are those whose path holds it."""
        shown = self.candidates()
        if document:
            shown = [candidate for candidate in shown if document.lower() in candidate.document.lower()]
        return "\n".join([*self._head(), "", *_table(shown[:SHOWN]), *self._foot(len(shown), document)])

    def _head(self) -> list[str]:
        telling = sorted(self.terms.items(), key=lambda item: -item[1])[:_TERMS]
        lines = [f"question    {self.question}"]
        if self.rewritten != self.question:
            lines.append(f"searched as {self.rewritten}")
        lines.append(f"language    {self.language or 'unknown'}")
        lines.append(f"scope       {self.scope}")
        lines += [f"fact        {fact}" for fact in self.facts]
        if self.memory:
            lines.append(f"memory      {self.memory}")
        lines.append("terms       " + ", ".join(f"{term} {weight:.1f}" for term, weight in telling))
        lines += [f"withheld    {place}: sentences that speak to the language model" for place in self.withheld]
        if self.unknown:
            lines.append(f"unknown     {', '.join(self.unknown)}: no manual in scope holds it")
        if self.reranker:
            lines.append(f"reranker    {self.reranker}")
        lines.append(f"confidence  {self.confidence:.2f}{self._evidence()}")
        lines.append(
            "timings     " + ", ".join(f"{stage} {spent:.1f} ms" for stage, spent in self.milliseconds.items())
        )
        return lines

    def _evidence(self) -> str:
        """Which telling terms of the question the first passages lack: what pulls the confidence down."""
        held = {
            term
            for passage in self.passages[:READ]
            for term in terms(" ".join((passage.title, *passage.section, passage.text)), passage.language)
        }
        absent = [term for term in sorted(self.terms, key=lambda term: -self.terms[term]) if term not in held]
        return f" (not in the first passages: {', '.join(absent[:_TERMS])})" if absent else ""

    def _foot(self, count: int, document: str) -> list[str]:
        if document and not count:
            return [f"Nothing of {document} is among the {len(self.found)} candidates."]
        return [f"... and {count - SHOWN} more candidates (--json shows all)"] if count > SHOWN else []

    def _fate(self, chunk: str, passage: int) -> str:
        if chunk in self.fates:
            return self.fates[chunk]
        return f"in passage {passage}" if passage else "behind the last passage shown"


def _ranks(scores: Mapping[str, float]) -> dict[str, int]:
    ordered = sorted((chunk for chunk, score in scores.items() if score), key=lambda chunk: -scores[chunk])
    return {chunk: rank for rank, chunk in enumerate(ordered, start=1)}


def _table(candidates: Sequence[TracedCandidate]) -> list[str]:
    lines = [" dense       BM25         fused  final  where, and why it is there"] if candidates else []
    for item in candidates:
        dense = f"#{item.dense_rank:<3}{item.dense:.3f}" if item.dense_rank else "-"
        sparse = f"#{item.sparse_rank:<3}{item.sparse:.1f}" if item.sparse_rank else "-"
        page = f", page {item.page}" if item.page else ""
        where = f"{item.document}{page}, {' > '.join(item.section)}"
        lines.append(f" {dense:<11} {sparse:<12} {item.fused:.3f}  {item.final:.3f}  {where}")
        read = "" if item.reranked is None else f"; reranker {item.reranked:.3f}"
        lines.append(f"{'':41}{item.fate}{read}")
    return lines
