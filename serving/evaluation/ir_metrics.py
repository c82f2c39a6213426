"""Document retrieval judged: a query and the passages found for it go in, ranks come out, and rates over many.

The rates are those of BEIR and of the scorer beside the shared sets: grades as gain, each document once at its best.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from retrieval.passages import Passage
from retrieval.query import Retrieval
from serving.assistant import Retrieves
from serving.evaluation.figures import mean
from serving.evaluation.ir_sets import IrQuery, IrSet, IrTask
from serving.evaluation.questions import Question, by_slice
from serving.evaluation.retrieval_metrics import DEPTH, Row

ASKED: Final = 30
"""Passages asked for: several may be of one document, and ten documents are judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IrOutcome:
    """What came of one query."""

    question: Question
    documents: tuple[str, ...]
    """The first ten, best first, each once."""
    ranks: tuple[int, ...]
    """Of the right documents among them, from 1."""
    ndcg: float
    recall: Mapping[int, float]
    """Share of the right documents by depth, 5 and 10."""
    reciprocal_rank: float
    confidence: float = 0.0
    milliseconds: float = 0.0
    passages: tuple[Passage, ...] = ()
    """The first ones, to show; empty where they were dropped."""

    def to_json(self) -> dict[str, object]:
        """Without text: not every set may be passed on."""
        return {
            "id": self.question.id,
            "ranks": list(self.ranks),
            "ndcg@10": round(self.ndcg, 4),
            "recall@5": round(self.recall[5], 4),
            "recall@10": round(self.recall[10], 4),
            "confidence": round(self.confidence, 4),
            "answerable": self.question.answerable,
            "top": list(self.documents[:3]),
        }


def run_task(retriever: Retrieves, task: IrTask, queries: Sequence[IrQuery]) -> Iterator[IrOutcome]:
    """Ask each query; one without a right document scores 0, and only its confidence counts.

    The first is asked twice, so that no time is a warm-up.
    """
    for query in queries[:1]:
        _ask(retriever, task, query)
    for query in queries:
        found = _ask(retriever, task, query)
        yield judge(query.question, task.relevant.get(query.question.id, {}), found)


def judged_queries(ir_set: IrSet, task: IrTask, *, most: int = 0) -> list[IrQuery]:
    """The queries with a right document, in file order; with `most` evenly spread ones of them, at most so many."""
    queries = [query for query in ir_set.queries if query.question.id in task.relevant]
    if not most or len(queries) <= most:
        return queries
    return [queries[place * len(queries) // most] for place in range(most)]


def unanswerable_queries(ir_set: IrSet) -> list[IrQuery]:
    """Those that no document answers."""
    return [query for query in ir_set.queries if not query.question.answerable]


def judge(question: Question, relevant: Mapping[str, int], found: Retrieval) -> IrOutcome:
    """Where the right documents stand. `relevant`: their grades; none for what cannot be answered."""
    documents = tuple(dict.fromkeys(passage.document for passage in found.passages))[:DEPTH]
    ranks = tuple(rank for rank, document in enumerate(documents, start=1) if document in relevant)
    gain = sum(relevant[documents[rank - 1]] / math.log2(rank + 1) for rank in ranks)
    best = sorted(relevant.values(), reverse=True)[:DEPTH]
    ideal = sum(grade / math.log2(rank + 1) for rank, grade in enumerate(best, start=1))
    return IrOutcome(
        question=question,
        documents=documents,
        ranks=ranks,
        ndcg=gain / ideal if ideal else 0.0,
        recall={depth: sum(rank <= depth for rank in ranks) / max(1, len(relevant)) for depth in (5, DEPTH)},
        reciprocal_rank=1 / ranks[0] if ranks else 0.0,
        confidence=found.confidence,
        milliseconds=found.milliseconds,
        passages=found.passages[:3],
    )


def ir_slices(outcomes: Sequence[IrOutcome]) -> dict[str, Row]:
    """Rates by slice."""
    return {name: _rates(group) for name, group in by_slice([(o.question, o) for o in outcomes]).items()}


def _ask(retriever: Retrieves, task: IrTask, query: IrQuery) -> Retrieval:
    return retriever.retrieve(query.question.text, scope=task.scope(query), limit=ASKED)


def _rates(group: Sequence[IrOutcome]) -> Row:
    return {
        "n": len(group),
        "ndcg@10": mean(outcome.ndcg for outcome in group),
        "recall@5": mean(outcome.recall[5] for outcome in group),
        "recall@10": mean(outcome.recall[DEPTH] for outcome in group),
        "mrr@10": mean(outcome.reciprocal_rank for outcome in group),
    }
