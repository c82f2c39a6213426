"""Retrieval judged: a question and what was found for it go in, ranks come out, and rates over many of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from retrieval.passages import Passage
from serving.assistant import Retrieves
from serving.evaluation.figures import mean, percentile
from serving.evaluation.questions import Question, by_slice

DEPTH: Final = 10
"""Passages that are judged."""
Row = dict[str, float | int | None]
"""Figures of a slice by name; None where there is nothing to measure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalOutcome:
    """What came of one question. Ranks count from 1; None: not among those found."""

    question: Question
    evidence_rank: int | None
    document_rank: int | None
    page_rank: int | None
    characters: tuple[int, ...] = ()
    """Length of each passage judged."""
    passages: tuple[Passage, ...] = ()
    """The first three, to show."""
    confidence: float = 0.0
    milliseconds: float = 0.0

    @property
    def top(self) -> Passage | None:
        return self.passages[0] if self.passages else None

    def to_json(self) -> dict[str, object]:
        """Without text of manuals: results are committed, and not every manual may be."""
        return {
            "id": self.question.id,
            "evidence_rank": self.evidence_rank,
            "document_rank": self.document_rank,
            "page_rank": self.page_rank,
            "top_document": self.top.document if self.top else None,
            "top_page": self.top.page if self.top else None,
            "confidence": round(self.confidence, 4),
            "answerable": self.question.answerable,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalReport:
    """A whole run."""

    outcomes: tuple[RetrievalOutcome, ...]
    """Of the answerable questions."""
    unanswerable: tuple[RetrievalOutcome, ...]
    """Of these only the confidence counts: the lower the better."""
    slices: dict[str, Row]
    totals: Row

    @property
    def failures(self) -> list[RetrievalOutcome]:
        """Questions whose evidence is not among the first five passages."""
        return [outcome for outcome in self.outcomes if not _within(outcome.evidence_rank, 5)]


def run_retrieval(retriever: Retrieves, questions: Sequence[Question], *, limit: int) -> Iterator[RetrievalOutcome]:
    """Ask each question and judge what is found. The first is asked twice, so that no time is a warm-up."""
    for question in questions[:1]:
        retriever.retrieve(question.text, scope=question.scope, turns=question.turns, limit=limit)
    for question in questions:
        found = retriever.retrieve(question.text, scope=question.scope, turns=question.turns, limit=limit)
        outcome = judge_retrieval(question, found.passages, milliseconds=found.milliseconds)
        yield replace(outcome, confidence=found.confidence)


def judge_retrieval(question: Question, passages: Sequence[Passage], *, milliseconds: float = 0.0) -> RetrievalOutcome:
    """Where the first right passage stands, by each of the three rules. `passages` best first."""
    judged = passages[:DEPTH]
    return RetrievalOutcome(
        question=question,
        evidence_rank=_first([question.is_evidence(p.document, p.page, p.text) for p in judged]),
        document_rank=_first([question.is_right_document(p.document) for p in judged]),
        page_rank=_first([question.is_right_page(p.document, p.page, p.text) for p in judged]),
        characters=tuple(len(passage.text) for passage in judged),
        passages=tuple(judged[:3]),
        milliseconds=milliseconds,
    )


def retrieval_report(outcomes: Sequence[RetrievalOutcome]) -> RetrievalReport:
    """Rates by slice. Passages are measured too: longer ones hold the evidence more easily."""
    can = [outcome for outcome in outcomes if outcome.question.answerable]
    times = [outcome.milliseconds for outcome in outcomes]
    first_five = [length for outcome in can for length in outcome.characters[:5]]
    return RetrievalReport(
        outcomes=tuple(can),
        unanswerable=tuple(outcome for outcome in outcomes if not outcome.question.answerable),
        slices={name: _rates(group) for name, group in by_slice([(o.question, o) for o in can]).items()},
        totals={
            "questions": len(can),
            "mean_passage_characters@5": round(sum(first_five) / len(first_five)) if first_five else None,
            "longest_passage_characters": max((max(o.characters, default=0) for o in can), default=None),
            "milliseconds_p50": percentile(times, 50),
            "milliseconds_p95": percentile(times, 95),
        },
    )


def _rates(group: Sequence[RetrievalOutcome]) -> Row:
    in_pdf = [outcome for outcome in group if outcome.question.in_pdf]
    return {
        "n": len(group),
        **{f"evidence@{depth}": mean(_within(o.evidence_rank, depth) for o in group) for depth in (1, 3, 5, 10)},
        "page@5": mean(_within(outcome.page_rank, 5) for outcome in in_pdf),
        "n_pdf": len(in_pdf),
        **{f"document@{depth}": mean(_within(o.document_rank, depth) for o in group) for depth in (1, 5)},
    }


def _within(rank: int | None, depth: int) -> bool:
    return rank is not None and rank <= depth


def _first(right: Sequence[bool]) -> int | None:
    return right.index(True) + 1 if True in right else None
