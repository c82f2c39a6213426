"""Gold questions and the rates of retrieval, on runs small enough to work out by hand."""

from pathlib import Path

import pytest

from ingest.errors import SettingError
from ingest.types import Audience
from serving.evaluation.questions import Question, read_questions
from serving.evaluation.retrieval_metrics import judge_retrieval, retrieval_report, run_retrieval
from tests.gold import CHINESE, SENTENCE, at, row, unanswerable, write
from tests.passages import FixedRetriever

ROWS = (
    row(
        "q1",
        also_pages=[9],
        also_in=[{"file": "a/en/n.pdf", "pages": [2]}, {"file": "a/en/m.html", "pages": None}],
        parallel_docs=["a/de/m.pdf"],
    ),
    row("q2", lang="zh", file="b/zh/m.html", page=None, evidence=CHINESE, type="how-to"),
    row("q3", lang="zh", file="c/en/m.pdf", page=7, cross_lingual=True, evidence_portable=False, set="large"),
    row("q4", file="d/en/m.pdf", page=1, turns=["first", "second"], type="multi-turn"),
    unanswerable("u1"),
)
FILLER = at("z/en/z.html", None, "nothing here")


@pytest.fixture
def questions(tmp_path: Path) -> dict[str, Question]:
    return {question.id: question for question in read_questions(write(tmp_path / "gold.jsonl", *ROWS))}


def test_a_question_knows_its_conversation_and_who_asks(tmp_path: Path) -> None:
    rows = (row("m", turns=["How about the Pro?", "And its fuse?"]), row("p", audience="public", product="pump"))
    follow_up, public = read_questions(write(tmp_path / "gold.jsonl", *rows))
    assert (follow_up.text, [turn.text for turn in follow_up.turns]) == ("And its fuse?", ["How about the Pro?"])
    assert follow_up.scope.audience is Audience.INTERNAL
    assert public.scope.audience is Audience.PUBLIC
    assert public.scope.products is None, "the gold's product would give the answer away"


def test_only_the_questions_of_a_set(tmp_path: Path) -> None:
    path = write(tmp_path / "gold.jsonl", *ROWS)
    assert [question.id for question in read_questions(path, only_set="large")] == ["q3"]
    with pytest.raises(SettingError, match="no questions of the set tiny"):
        read_questions(path, only_set="tiny")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2"),
        ("[]", "line 2"),
        ('{"id": "x"}', "'question' is missing"),
        ('{"id": "x", "question": "?"}', "needs a file and its evidence"),
        ('{"id": "x", "question": "?", "answerable": false, "audience": "all"}', "all"),
        ('{"id": "q", "question": "?", "answerable": false}', "the id q comes twice"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(f'{{"id": "q", "question": "?", "answerable": false}}\n{line}\n', encoding="utf-8")
    with pytest.raises(SettingError, match=said) as caught:
        read_questions(path)
    assert "data/eval/README.md" in caught.value.hint


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"none\.jsonl"):
        read_questions(tmp_path / "none.jsonl")


def test_rates_of_a_run(questions: dict[str, Question]) -> None:
    found = {
        # A parallel document, the right file without the evidence, and at rank 3 a page of `also_in` with it.
        "q1": [at("a/de/m.pdf", 4, SENTENCE), at("a/en/m.pdf", 5, "other"), at("a/en/n.pdf", 2, f"x {SENTENCE}")],
        # At rank 6 only; punctuation and width do not matter.
        "q2": [FILLER] * 5 + [at("b/zh/m.html", None, "按住复位键，十秒钟直到指示灯变成绿色为止！然后松开。")],
        # Not portable: the page decides, whatever the text.
        "q3": [at("c/en/m.pdf", 8, SENTENCE), at("c/en/m.pdf", 7, "no such text")],
        "q4": [],
    }
    report = retrieval_report([judge_retrieval(questions[key], passages) for key, passages in found.items()])
    assert report.slices["all"] == {
        "n": 4,
        "evidence@1": 0.0,
        "evidence@3": 0.5,
        "evidence@5": 0.5,
        "evidence@10": 0.75,
        "page@5": 0.6667,
        "n_pdf": 3,
        "document@1": 0.5,
        "document@5": 0.5,
    }
    assert report.slices["lang: zh"]["evidence@10"] == 1.0
    assert report.slices["format: html"]["page@5"] is None
    assert list(report.slices)[:6] == ["all", "lang: en", "lang: zh", "same language", "cross-lingual", "multi-turn"]
    # 55, 5 and 57 characters, five times 12, then 55 and 12: 244 in ten passages; the sixth of q2 is beyond the five.
    assert report.totals["mean_passage_characters@5"] == 24
    assert [outcome.question.id for outcome in report.failures] == ["q2", "q4"]
    assert [outcome.evidence_rank for outcome in report.outcomes] == [3, 6, 2, None]


@pytest.mark.parametrize(
    ("document", "page", "text", "evidence", "on_page"),
    [
        ("a/en/m.pdf", 9, "other", None, 1),
        ("a/en/m.pdf", None, SENTENCE, 1, None),
        ("a/en/m.html", None, SENTENCE, 1, 1),
        ("a/en/m.html", None, "other", None, None),
        ("a/de/m.pdf", 4, SENTENCE, None, None),
        ("z/en/z.pdf", 4, SENTENCE, None, None),
        ("a/en/m.pdf", 4, SENTENCE[:27], None, 1),
    ],
)
def test_one_passage(
    questions: dict[str, Question],
    document: str,
    page: int | None,
    text: str,
    evidence: int | None,
    on_page: int | None,
) -> None:
    outcome = judge_retrieval(questions["q1"], [at(document, page, text)])
    assert (outcome.evidence_rank, outcome.page_rank) == (evidence, on_page)


def test_two_halves_are_not_one_passage(questions: dict[str, Question]) -> None:
    halves = [at("a/en/m.pdf", 4, SENTENCE[:27]), at("a/en/m.pdf", 4, SENTENCE[27:])]
    assert judge_retrieval(questions["q1"], halves).evidence_rank is None


def test_only_ten_passages_are_judged(questions: dict[str, Question]) -> None:
    passages = [FILLER] * 10 + [at("a/en/m.pdf", 4, SENTENCE)]
    outcome = judge_retrieval(questions["q1"], passages)
    assert outcome.evidence_rank is outcome.document_rank is None
    assert len(outcome.characters) == 10


def test_a_run_asks_every_question(questions: dict[str, Question]) -> None:
    retriever = FixedRetriever(at("a/en/m.pdf", 4, SENTENCE))
    outcomes = list(run_retrieval(retriever, list(questions.values()), limit=10))
    assert [outcome.question.id for outcome in outcomes] == ["q1", "q2", "q3", "q4", "u1"]
    assert [outcome.evidence_rank for outcome in outcomes] == [1, None, None, None, None]
    assert [outcome.question.id for outcome in retrieval_report(outcomes).unanswerable] == ["u1"]
    assert outcomes[0].milliseconds == 1.0
