"""Every question on the sample manuals, answered in quotes: what must hold of each answer, whatever it says."""

import re
from functools import cache
from pathlib import Path

import pytest

from ingest.chunk import CELL_BORDER
from serving.evaluation.questions import Question, read_questions
from serving.quotes import MAX_LINES, QuotedAnswer, quote_answer
from serving.wording import wording
from tests.term_retriever import TermRetriever

DATA = Path(__file__).parents[2] / "data"
QUESTIONS = read_questions(DATA / "eval" / "samples.jsonl")
MARK = re.compile(r"\[(\d+)\]")


@cache
def retriever() -> TermRetriever:
    return TermRetriever(DATA / "samples", ".md", ".html", ".pdf")


@cache
def answered(question: Question) -> tuple[QuotedAnswer | None, str]:
    found = retriever().retrieve(question.text, scope=question.scope, turns=question.turns, limit=8)
    return quote_answer(found), found.language


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_an_answer_is_short_marked_in_order_and_verbatim(question: Question) -> None:
    answer, language = answered(question)
    if answer is None:
        return
    lines = answer.text.splitlines()
    assert len(lines) <= MAX_LINES
    assert lines[0] in (wording(language).lead_in, wording(language).lead_in_foreign)
    marks = list(dict.fromkeys(map(int, MARK.findall(answer.text))))
    assert marks == list(range(1, len(answer.citations) + 1)) == [citation.number for citation in answer.citations]
    for citation in answer.citations:
        assert citation.quote in citation.passage.text
        assert (citation.page, citation.boxes) == citation.passage.place(citation.quote)
        assert len({box.page for box in citation.passage.lines(citation.quote)}) <= 1


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_steps_come_in_order_and_rows_under_a_header(question: Question) -> None:
    answer, _language = answered(question)
    lines = answer.text.splitlines() if answer else []
    steps = [int(found) for line in lines for found in re.findall(r"(?:^|(?<=[.。] ))(\d{1,2})\. (?=\S)", line)]
    assert steps == list(range(steps[0], steps[0] + len(steps))) if steps else True
    rows = [CELL_BORDER in line for line in lines]
    for place, line in enumerate(lines):
        if rows[place] and MARK.search(line):
            assert rows[place - 1], "a row without its header"
