"""Answers judged: a question and its answer go in, what is right about it comes out, and rates over many of them."""

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from ingest.index.contract import Scope
from retrieval.query import Turn
from serving.answer import Answer, Citation
from serving.evaluation.figures import mean, percentile
from serving.evaluation.folding import has_cjk, tokens
from serving.evaluation.questions import Question, by_slice
from serving.evaluation.retrieval_metrics import Row
from serving.evaluation.verbatim import QuoteChecker

_MARK: Final = re.compile(r"\[\d+(?:\s*,\s*\d+)*\]")


class Answers(Protocol):
    """What an evaluation needs of an assistant."""

    def ask(self, question: str, *, scope: Scope, turns: Sequence[Turn] = ()) -> Answer:
        """The whole answer."""


@dataclass(frozen=True, slots=True)
class Recall:
    """How much of a gold answer an answer says."""

    share: float
    """Of the gold's words and numbers, 0 to 1; 0 where a number of the gold is missing."""
    numbers: bool | None
    """Every number is there; None where the gold has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerOutcome:
    """What came of one question. Lists go by citation."""

    question: Question
    answer: Answer
    answered: bool
    recall: float | None = None
    """None: unanswerable, or a gold without an answer."""
    numbers: bool | None = None
    right_documents: tuple[bool, ...] = ()
    right_pages: tuple[bool, ...] = ()
    """Only of citations that name a right PDF."""
    verbatim: tuple[bool | None, ...] = ()
    """None: the file to check against is not there."""
    milliseconds: float = 0.0

    @property
    def uncited(self) -> bool:
        """An answer that nobody can check, which there must not be."""
        return self.answered and not self.answer.citations

    @property
    def faults(self) -> list[str]:
        """What a person should look at, in words."""
        answerable = self.question.answerable
        found = {
            "not answered": answerable and not self.answered,
            "answered although the manuals do not say": not answerable and self.answered,
            "a number is missing": self.numbers is False,
            "less than half of the gold's words": bool(self.answered and (self.recall or 0) < 0.5 and answerable),
            "no citation": self.uncited,
            "a quote that is not on its page": False in self.verbatim,
            "no right document is cited": bool(self.right_documents) and not any(self.right_documents),
        }
        return [fault for fault, is_there in found.items() if is_there]

    def to_json(self) -> dict[str, object]:
        """Without text of manuals: results are committed, and not every manual may be."""
        return {
            "id": self.question.id,
            "answered": self.answered,
            "refused": self.answer.refused,
            "recall": None if self.recall is None else round(self.recall, 4),
            "characters": len(self.answer.answer),
            "cited": [f"{c.document}#{c.page}" if c.page else c.document for c in self.answer.citations],
            "faults": self.faults,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerReport:
    """A whole run."""

    outcomes: tuple[AnswerOutcome, ...]
    slices: dict[str, Row]
    totals: Row

    @property
    def failures(self) -> list[AnswerOutcome]:
        return [outcome for outcome in self.outcomes if outcome.faults]


def run_answers(assistant: Answers, questions: Sequence[Question], checker: QuoteChecker) -> Iterator[AnswerOutcome]:
    """Ask each question and judge the answer. The first is asked twice, so that no time is a warm-up."""
    for question in questions[:1]:
        assistant.ask(question.text, scope=question.scope, turns=question.turns)
    for question in questions:
        started = time.perf_counter()
        answer = assistant.ask(question.text, scope=question.scope, turns=question.turns)
        milliseconds = (time.perf_counter() - started) * 1000
        yield judge_answer(question, answer, checker, milliseconds=milliseconds)


def judge_answer(
    question: Question, answer: Answer, checker: QuoteChecker | None = None, *, milliseconds: float = 0.0
) -> AnswerOutcome:
    """What is right about an answer. One that asks back is neither answered nor refused."""
    answered = bool(answer.answer.strip()) and not answer.refused and answer.clarify is None
    recall = _recall(question, answer.answer if answered else None)
    judged = answer.citations if answered and question.answerable else ()
    return AnswerOutcome(
        question=question,
        answer=answer,
        answered=answered,
        recall=recall.share if recall else None,
        numbers=recall.numbers if recall else None,
        right_documents=tuple(question.is_right_document(citation.document) for citation in judged),
        right_pages=tuple(right for citation in judged if (right := _right_page(question, citation)) is not None),
        verbatim=tuple(checker.is_verbatim(citation) for citation in answer.citations) if checker else (),
        milliseconds=milliseconds,
    )


def recall_of(gold: str, answer: str) -> Recall:
    """Share of the gold answer's words and numbers in an answer (citation marks are not numbers of it)."""
    wanted = tokens(gold)
    text = _MARK.sub(" ", answer)
    given = tokens(text, single_characters=True)
    numbers = wanted.numbers <= given.numbers if wanted.numbers else None
    if numbers is False:
        return Recall(0.0, numbers=False)
    if not len(wanted):  # only signs, such as "±"
        return Recall(float(gold.strip() in text), numbers)
    return Recall((len(wanted.words & given.words) + len(wanted.numbers)) / len(wanted), numbers)


def answer_report(outcomes: Sequence[AnswerOutcome]) -> AnswerReport:
    """Rates by slice, and over all of them what must hold of every answer."""
    times = [outcome.milliseconds for outcome in outcomes]
    given = [outcome.answer.answer for outcome in outcomes if outcome.answered]
    quotes = [check for outcome in outcomes for check in outcome.verbatim]
    cjk = [text for text in given if has_cjk(text)]
    return AnswerReport(
        outcomes=tuple(outcomes),
        slices={name: _rates(group) for name, group in by_slice([(o.question, o) for o in outcomes]).items()},
        totals={
            "questions": len(outcomes),
            "uncited_answers": sum(outcome.uncited for outcome in outcomes),
            "quotes": len(quotes),
            "quotes_not_verbatim": quotes.count(False),
            "quotes_without_file": quotes.count(None),
            "mean_answer_characters": _mean_length(given),
            "longest_answer_characters": max(map(len, given), default=None),
            "cjk_answers": len(cjk),
            "mean_cjk_answer_characters": _mean_length(cjk),
            "milliseconds_p50": percentile(times, 50),
            "milliseconds_p95": percentile(times, 95),
            **{f"from_{source}": count for source, count in _sources(outcomes).items()},
        },
    )


def _mean_length(texts: Sequence[str]) -> int | None:
    return round(sum(map(len, texts)) / len(texts)) if texts else None


def _recall(question: Question, text: str | None) -> Recall | None:
    """Of the alternative that fits best; 0 where there is no answer, None where nothing can be compared."""
    if not question.answerable or not question.answers:
        return None
    if text is None:
        return Recall(0.0, None)
    each = [recall_of(gold, text) for gold in question.answers]
    return max(each, key=lambda recall: (recall.share, recall.numbers is not False))


def _right_page(question: Question, citation: Citation) -> bool | None:
    file = question.right_file(citation.document)
    return citation.page in file.pages if file and file.pages else None


def _sources(outcomes: Sequence[AnswerOutcome]) -> dict[str, int]:
    names = [str(outcome.answer.source) for outcome in outcomes if outcome.answered]
    return {name: names.count(name) for name in sorted(set(names))}


def _rates(group: Sequence[AnswerOutcome]) -> Row:
    can = [outcome for outcome in group if outcome.question.answerable]
    cannot = [outcome for outcome in group if not outcome.question.answerable]
    citations = [right for outcome in group for right in outcome.right_documents]
    return {
        "n": len(can),
        "answered": mean(outcome.answered for outcome in can),
        "n_unanswerable": len(cannot),
        "refused": mean(outcome.answer.refused for outcome in cannot),
        "recall": mean(outcome.recall for outcome in can),
        "recall_ans": mean(outcome.recall for outcome in can if outcome.answered),
        "numbers": mean(outcome.numbers for outcome in can),
        "cited": mean(bool(outcome.answer.citations) for outcome in group if outcome.answered),
        "n_citations": len(citations),
        "cite_doc": mean(citations),
        "cite_page": mean(right for outcome in group for right in outcome.right_pages),
        "verbatim": mean(check for outcome in group for check in outcome.verbatim),
        "characters": _mean_length([outcome.answer.answer for outcome in group if outcome.answered]),
    }
