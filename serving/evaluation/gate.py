"""A gate before publishing: gold questions are asked of the published and of the candidate index; a drop is refused.

Only questions whose evidence was among the first five passages, and whose manual is still there, can be lost. One that
is lost because its text is gone refuses on its own: no chance does that. One whose text is there and ranks lower may
be chance (every new manual moves some passages down, others up), so those are weighed against the questions won by an
exact one-sided sign test. A manual that was removed takes its questions with it.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ingest.errors import GateRefused, NothingPublished
from ingest.index.contract import EVERYTHING, Index, IndexStore
from retrieval.passages import Passage
from serving.assistant import Retrieves
from serving.evaluation.folding import holds
from serving.evaluation.questions import Question
from serving.evaluation.retrieval_metrics import RetrievalOutcome, run_retrieval

DEPTH: Final = 5
"""The evidence has to be among so many passages."""
CHANCE: Final = 0.05
"""Slipping questions refuse when chance alone would do as much less often than this: five lost and none won, say."""
_SHOWN: Final = 10
_SNIPPET: Final = 120

MakeRetriever = Callable[[Index], Retrieves]


@dataclass(frozen=True, slots=True)
class Change:
    """A question before and after."""

    question: Question
    before: RetrievalOutcome
    after: RetrievalOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the candidate index does to the questions."""

    asked: int
    """That could be lost or won: their manual is in both indexes or new in the candidate."""
    gone: tuple[Change, ...]
    """Their text is no longer in the manual."""
    slipped: tuple[Change, ...]
    """Their text is there and not among the first passages any more."""
    gained: tuple[Change, ...]

    @property
    def refuses(self) -> bool:
        return bool(self.gone) or chance_of(len(self.slipped), len(self.gained)) < CHANCE


class Gate:
    """Called with a candidate index; raises GateRefused where it answers the questions worse. See `Job.gate`."""

    def __init__(self, questions: Sequence[Question], store: IndexStore, make_retriever: MakeRetriever) -> None:
        """`store` holds what is published; it and a candidate may be of different embedders."""
        self._questions = [question for question in questions if question.answerable]
        self._store = store
        self._make_retriever = make_retriever

    def __call__(self, candidate: Index) -> None:
        verdict = self.weigh(candidate)
        if verdict and verdict.refuses:
            raise GateRefused(
                "\n".join(_complaint(verdict)),
                hint="Correct the manuals named, or the questions that no longer hold; "
                "to publish all the same, ingest without the gate.",
            )

    def weigh(self, candidate: Index) -> Verdict | None:
        """None where nothing was published: there is nothing to lose."""
        try:
            published = self._store.open()
        except NothingPublished:
            return None
        try:
            before = list(run_retrieval(self._make_retriever(published), self._questions, limit=DEPTH))
        finally:
            published.close()
        after = list(run_retrieval(self._make_retriever(candidate), self._questions, limit=DEPTH))
        pairs = zip(self._questions, before, after, strict=True)
        present = {document.document for document in candidate.documents(EVERYTHING)}
        return _judge([Change(*pair) for pair in pairs if _right_documents(pair[0], present)], candidate, present)


def chance_of(lost: int, won: int) -> float:
    """How often a fair coin gives at least `lost` heads in `lost + won` throws."""
    throws = lost + won
    ways = sum(math.comb(throws, heads) for heads in range(lost, throws + 1))
    return float(ways / 2**throws)


def _judge(changes: Sequence[Change], candidate: Index, present: set[str]) -> Verdict:
    lost = [change for change in changes if _found(change.before) and not _found(change.after)]
    kept = {change.question.id for change in lost if _has_text(change.question, candidate, present)}
    return Verdict(
        asked=len(changes),
        gone=tuple(change for change in lost if change.question.id not in kept),
        slipped=tuple(change for change in lost if change.question.id in kept),
        gained=tuple(change for change in changes if _found(change.after) and not _found(change.before)),
    )


def _found(outcome: RetrievalOutcome) -> bool:
    return outcome.evidence_rank is not None and outcome.evidence_rank <= DEPTH


def _right_documents(question: Question, present: set[str]) -> list[str]:
    return [document for document in present if question.right_file(document)]


def _has_text(question: Question, index: Index, present: set[str]) -> bool:
    """Does a right manual still hold the evidence, on one chunk or over the border of two?

    Of text that readers read differently only the page can be compared.
    """
    for document in _right_documents(question, present):
        chunks = index.span(document, 0, _count(index, document), EVERYTHING)
        if not question.evidence_portable:
            file = question.right_file(document)
            if file and (not file.pages or any(set(chunk.pages) & file.pages for chunk in chunks)):
                return True
            continue
        texts = [chunk.text for chunk in chunks]
        following = [*texts[1:], ""]
        if any(holds(f"{one}\n{two}", question.evidence) for one, two in zip(texts, following, strict=True)):
            return True
    return False


def _count(index: Index, document: str) -> int:
    return next(known.chunks for known in index.documents(EVERYTHING) if known.document == document)


def _complaint(verdict: Verdict) -> Iterator[str]:
    lost = [*verdict.gone, *verdict.slipped]
    yield (
        f"Not published: of {verdict.asked} gold questions {len(lost)} lost their passage and "
        f"{len(verdict.gained)} found one."
    )
    for change in lost[:_SHOWN]:
        why = "the text is gone" if change in verdict.gone else "not in the first five"
        yield f"  {change.question.id}: {change.question.text}"
        yield f"    wanted:  {_wanted(change.question)}"
        yield f"    before:  rank {change.before.evidence_rank}"
        yield f"    now:     {why}; first is {_place(change.after.top)}"
    if len(lost) > _SHOWN:
        yield f"  and {len(lost) - _SHOWN} more"


def _wanted(question: Question) -> str:
    file = question.right_files[0]
    page = f", page {min(file.pages)}" if file.pages else ""
    return f"{file.document}{page}: {_short(question.evidence)}"


def _place(passage: Passage | None) -> str:
    if passage is None:
        return "nothing"
    page = f", page {passage.page}" if passage.page else ""
    return f"{passage.document}{page}: {_short(passage.text)}"


def _short(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= _SNIPPET else f"{one_line[:_SNIPPET]}..."
