"""A run of retrieval in one form, whatever set it was over: outcomes go in, `Part`s come out to print and keep.

A part is one judgement of one set: gold questions about manuals, or a public set under one of its files of judgements.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from retrieval.passages import Passage
from serving.evaluation.figures import mean, percentile
from serving.evaluation.intervals import Interval, interval
from serving.evaluation.ir_metrics import IrOutcome, ir_slices
from serving.evaluation.ir_sets import IrTask
from serving.evaluation.questions import Question, by_slice
from serving.evaluation.refusing import Bin, auroc, best_point, operating_points, reliability
from serving.evaluation.retrieval_metrics import RetrievalOutcome, RetrievalReport, Row

CURVE_POINTS: Final = 60
"""Of the curve of refusals that are kept: as many as a plot shows."""
FIRST: Final = 5
"""The evidence of a gold question has to be among so many passages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A question with what it scored."""

    question: Question
    value: float
    """Of the part's metric, 0 to 1; 0 for an unanswerable question."""
    gold: str
    """What would have been right, to show."""
    passages: tuple[Passage, ...]
    """The first ones."""
    confidence: float
    milliseconds: float
    kept: dict[str, object]
    """As it stands in a kept result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """All questions of one judgement."""

    name: str
    metric: str
    """The figure that intervals and comparisons are about."""
    slices: dict[str, Row]
    intervals: dict[str, Interval]
    """Of the metric, by slice."""
    judged: tuple[Judged, ...]
    """Answerable."""
    unanswerable: tuple[Judged, ...]

    @property
    def milliseconds(self) -> list[float]:
        return [item.milliseconds for item in self.judged]

    @property
    def confidences(self) -> tuple[list[float], list[float]]:
        """Of the answerable and of the unanswerable questions."""
        return [item.confidence for item in self.judged], [item.confidence for item in self.unanswerable]

    @property
    def totals(self) -> Row:
        """What is not by slice."""
        times = self.milliseconds
        yes, no = self.confidences
        row: Row = {"milliseconds_p50": percentile(times, 50), "milliseconds_p95": percentile(times, 95)}
        if no:
            row |= {
                "unanswerable": len(no),
                "refused_at_90%_answered": mean([best_point(yes, no, answered=0.9).refused]),
                "refused_at_95%_answered": mean([best_point(yes, no, answered=0.95).refused]),
                "auroc": mean([auroc(yes, no)]),
            }
        return row

    def to_json(self) -> dict[str, object]:
        """All that a later comparison needs, without text."""
        yes, no = self.confidences
        return {
            "metric": self.metric,
            "totals": self.totals,
            "slices": self.slices,
            "intervals": {name: [found.low, found.high] for name, found in self.intervals.items()},
            "reliability": [_rounded(found) for found in reliability(yes, no) if found.count] if no else [],
            "curve": curve(yes, no) if no else [],
            "outcomes": [item.kept for item in (*self.judged, *self.unanswerable)],
        }


def _rounded(found: Bin) -> dict[str, float]:
    return {name: round(value, 4) for name, value in asdict(found).items()}


def manuals_part(report: RetrievalReport) -> Part:
    """Gold questions about manuals, judged by evidence."""
    judged = tuple(_of_manuals(outcome) for outcome in report.outcomes)
    return Part(
        name="evidence",
        metric=f"evidence@{FIRST}",
        slices=report.slices,
        intervals=_intervals(judged),
        judged=judged,
        unanswerable=tuple(_of_manuals(outcome) for outcome in report.unanswerable),
    )


def ir_part(task: IrTask, outcomes: Sequence[IrOutcome], unanswerable: Sequence[IrOutcome]) -> Part:
    """A public set under one file of judgements."""
    judged = tuple(_of_set(outcome, task) for outcome in outcomes)
    return Part(
        name=task.name,
        metric="ndcg@10",
        slices=ir_slices(outcomes),
        intervals=_intervals(judged),
        judged=judged,
        unanswerable=tuple(_of_set(outcome, task) for outcome in unanswerable),
    )


def curve(answerable: Sequence[float], unanswerable: Sequence[float]) -> list[tuple[float, float]]:
    """Pairs of answered and refused share as the threshold rises, thinned to what a plot shows."""
    points = operating_points(answerable, unanswerable)
    step = max(1, len(points) // CURVE_POINTS)
    chosen = [*points[:-1:step], points[-1]]
    return [(round(point.answered, 4), round(point.refused, 4)) for point in chosen]


def place(passage: Passage) -> str:
    """Where a passage stands, in one line."""
    page = f"page {passage.page}" if passage.page else ""
    return ", ".join(part for part in (passage.document, page, " > ".join(passage.section)) if part)


def gold_place(question: Question) -> str:
    """What would have been right for a question about manuals, in one line."""
    if not question.right_files:
        return "says nothing"
    file = question.right_files[0]
    pages = ", ".join(str(page) for page in sorted(file.pages))
    answer = f": {question.answers[0]}" if question.answers else ""
    return f"{file.document}{f', page {pages}' if pages else ''}{answer}"


def _of_manuals(outcome: RetrievalOutcome) -> Judged:
    rank = outcome.evidence_rank
    return Judged(
        question=outcome.question,
        value=float(rank is not None and rank <= FIRST),
        gold=gold_place(outcome.question),
        passages=outcome.passages,
        confidence=outcome.confidence,
        milliseconds=outcome.milliseconds,
        kept=outcome.to_json(),
    )


def _of_set(outcome: IrOutcome, task: IrTask) -> Judged:
    relevant = task.relevant.get(outcome.question.id, {})
    return Judged(
        question=outcome.question,
        value=outcome.ndcg,
        gold=", ".join(relevant) or "says nothing",
        passages=outcome.passages,
        confidence=outcome.confidence,
        milliseconds=outcome.milliseconds,
        kept=outcome.to_json(),
    )


def _intervals(judged: Sequence[Judged]) -> dict[str, Interval]:
    groups = by_slice([(item.question, item.value) for item in judged])
    return {name: interval(values) for name, values in groups.items()}
