"""The rates of answers, on a run small enough to work out by hand."""

from dataclasses import replace
from pathlib import Path

import pytest

from ingest.index.contract import Scope
from retrieval.query import Turn
from serving.answer import Answer, Clarify
from serving.evaluation.answer_metrics import answer_report, judge_answer, recall_of, run_answers
from serving.evaluation.questions import Question, read_questions
from serving.evaluation.verbatim import QuoteChecker
from tests.gold import CHINESE, answer, citation, row, unanswerable, write

ROWS = (
    row("q1", answer="The relay closes after 30 seconds.", also_pages=[9], parallel_docs=["a/de/m.pdf"]),
    row("q2", lang="zh", file="b/zh/m.html", page=None, evidence=CHINESE, answer="按住十秒"),
    row("q3", answer="7 volts"),
    row("q4", answer=["yes", "yes indeed"]),
    unanswerable("u1"),
    unanswerable("u2"),
)
GIVEN = {
    # The gold has six tokens (the relay closes after seconds 30), four of them are there. Four citations: right file
    # and page; right file, wrong page; parallel file; wrong file.
    "q1": answer(
        "After 30 seconds the valve opens.",
        citation("a/en/m.pdf", 9),
        citation("a/en/m.pdf", 5),
        citation("a/de/m.pdf", 4),
        citation("y/en/m.pdf", 4),
    ),
    "q2": answer("请按住十秒。", citation("b/zh/m.html", None)),
    # A wrong number, and the 7 in brackets is a mark.
    "q3": answer("17 volts [1, 7]"),
    "q4": answer("I cannot tell.", citation("a/en/m.pdf", 4), refused=True),
    "u1": answer("The manuals do not say.", refused=True),
    "u2": answer("42", citation("a/en/m.pdf", 4)),
}


class ReadAnswers:
    """Answers from a table, by question."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def ask(self, question: str, *, scope: Scope, turns: tuple[Turn, ...] = ()) -> Answer:
        self.asked.append(question)
        return GIVEN[question.removeprefix("Question ").removesuffix("?")]


@pytest.fixture
def questions(tmp_path: Path) -> list[Question]:
    return read_questions(write(tmp_path / "gold.jsonl", *ROWS))


def test_rates_of_a_run(questions: list[Question]) -> None:
    report = answer_report([judge_answer(question, GIVEN[question.id]) for question in questions])
    figures = report.slices["all"]
    assert figures == figures | {
        "n": 4,
        "answered": 0.75,
        "n_unanswerable": 2,
        "refused": 0.5,
        "recall": 0.4167,  # (4/6 + 1 + 0 + 0) / 4
        "recall_ans": 0.5556,  # (4/6 + 1 + 0) / 3
        "numbers": 0.5,
        "cited": 0.75,  # q1, q2, u2 of q1, q2, q3, u2
        "n_citations": 5,
        "cite_doc": 0.8,
        "cite_page": 0.5,
    }
    assert report.slices["type: unanswerable"]["answered"] is None
    assert report.totals["uncited_answers"] == 1
    assert report.totals["longest_answer_characters"] == 33
    assert (report.totals["cjk_answers"], report.totals["mean_cjk_answer_characters"]) == (1, 6)
    faults = {outcome.question.id: outcome.faults for outcome in report.failures}
    assert faults == {
        "q3": ["a number is missing", "less than half of the gold's words", "no citation"],
        "q4": ["not answered"],
        "u2": ["answered although the manuals do not say"],
    }


def test_asking_back_is_neither_answer_nor_refusal(questions: list[Question]) -> None:
    asked_back = replace(answer("Which one?"), clarify=Clarify(question="Which one?", options=("H1", "H2")))
    report = answer_report([judge_answer(question, asked_back) for question in questions])
    assert (report.slices["all"]["answered"], report.slices["all"]["refused"]) == (0.0, 0.0)
    assert report.totals["uncited_answers"] == 0


@pytest.mark.parametrize(
    ("gold", "given", "share", "numbers"),
    [
        ("TCP port 3493, on localhost only.", "It is port 3493 on localhost", 4 / 6, True),
        ("TCP port 3493, on localhost only.", "TCP port 3492, on localhost only.", 0.0, False),
        ("Set it to -1.", "set it to 1", 0.0, False),
        ("7 volts", "volts [7]", 0.0, False),
        ("格式 - 打印区域", "在打印菜单里设置格式", 0.5, None),  # 格式, 打印 of 格式, 打印, 印区, 区域
        ("±", "a ± sign", 1.0, None),
    ],
)
def test_recall_of_a_gold_answer(gold: str, given: str, share: float, numbers: bool | None) -> None:
    recall = recall_of(gold, given)
    assert (recall.share, recall.numbers) == (pytest.approx(share), numbers)


def test_one_alternative_is_enough(questions: list[Question]) -> None:
    assert judge_answer(questions[3], answer("Yes, indeed")).recall == 1.0


def test_a_run_asks_everything_and_checks_every_quote(questions: list[Question], tmp_path: Path) -> None:
    assistant = ReadAnswers()
    outcomes = list(run_answers(assistant, questions, QuoteChecker(tmp_path)))
    assert assistant.asked == ["Question q1?", *(f"Question {item['id']}?" for item in ROWS)], "the first warms up"
    assert outcomes[0].verbatim == (None, None, None, None), "none of the cited files is kept"
    assert answer_report(outcomes).totals["quotes_without_file"] == 7


def test_kept_outcomes_hold_no_text(questions: list[Question]) -> None:
    kept = str([judge_answer(question, GIVEN[question.id]).to_json() for question in questions])
    assert "a/en/m.pdf#9" in kept
    assert "valve" not in kept
