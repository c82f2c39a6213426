"""Our rates against the scorer that comes with the shared gold questions, on real passages and real answers."""

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from serving.assistant import Assistant
from serving.evaluation.answer_metrics import answer_report, judge_answer
from serving.evaluation.questions import Question, read_questions
from serving.evaluation.retrieval_metrics import judge_retrieval, retrieval_report
from tests.term_retriever import TermRetriever

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
SCORER = SHARED / "eval" / "score.py"
SMALL = SHARED / "manuals" / "small"
pytestmark = pytest.mark.skipif(not SCORER.is_file(), reason="../shared/eval/score.py is not on this machine")


@dataclass(frozen=True)
class Run:
    """Questions and what a weak assistant made of them: many hits, many misses."""

    path: Path
    only_set: str | None
    questions: list[Question]
    retriever: TermRetriever


@pytest.fixture(scope="module")
def scorer() -> Any:
    spec = importlib.util.spec_from_file_location("shared_scorer", SCORER)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module", params=["samples", "small"])
def run(request: pytest.FixtureRequest) -> Run:
    if request.param == "samples":
        path = ROOT / "data" / "eval" / "samples.jsonl"
        return Run(path, None, read_questions(path), TermRetriever(ROOT / "data" / "samples"))
    if not SMALL.is_dir():
        pytest.skip("../shared/manuals/small is not on this machine")
    path = SHARED / "eval" / "manuals-dev.jsonl"
    # The formats that are read fast; questions on the others are misses, which have to agree too.
    return Run(path, "small", read_questions(path, only_set="small"), TermRetriever(SMALL, ".html", ".md", ".rst"))


def test_retrieval(run: Run, scorer: Any) -> None:
    asked = [question for question in run.questions if question.answerable]
    found = {q.id: run.retriever.retrieve(q.text, scope=q.scope, turns=q.turns).passages for q in asked}
    ours = retrieval_report([judge_retrieval(question, found[question.id]) for question in asked])
    ranked = {key: {"passages": [passage.to_json() for passage in passages]} for key, passages in found.items()}
    theirs = scorer.score_retrieval(scorer.read_questions(str(run.path), run.only_set), ranked)
    assert ours.slices == theirs["slices"]
    assert list(ours.slices) == list(theirs["slices"])
    assert ours.totals["mean_passage_characters@5"] == theirs["mean_passage_characters@5"]
    assert 0.1 < (ours.slices["all"]["evidence@5"] or 0) < 1, "a run of hits alone or misses alone compares nothing"


def test_answers(run: Run, scorer: Any) -> None:
    assistant = Assistant(run.retriever, None)
    given = {q.id: assistant.ask(q.text, scope=q.scope, turns=q.turns) for q in run.questions}
    ours = answer_report([judge_answer(question, given[question.id]) for question in run.questions])
    answers = {key: answer.to_json() for key, answer in given.items()}
    theirs = scorer.score_answers(scorer.read_questions(str(run.path), run.only_set), answers)
    for name, figures in theirs["slices"].items():
        assert ours.slices[name] == ours.slices[name] | figures, name
    assert 0.1 < (ours.slices["all"]["recall"] or 0) < 1
