"""Public sets: read whole or refused with the line; judged as the shared scorer judges them."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from ingest.errors import SettingError
from retrieval.query import Retrieval
from serving.evaluation.ir_index import corpus_chunks
from serving.evaluation.ir_metrics import ir_slices, judge, judged_queries, unanswerable_queries
from serving.evaluation.ir_sets import IrSet, is_ir_set, read_ir_set
from serving.evaluation.kept_vectors import KeptVectors
from tests.gold import at
from tests.ir_set import write_ir_set

SCORER = Path(__file__).parents[3] / "shared" / "eval" / "score.py"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_ir_set(tmp_path / "pumps")


@pytest.fixture
def ir_set(folder: Path) -> IrSet:
    return read_ir_set(folder)


def found(*documents: str) -> Retrieval:
    passages = tuple(at(document, None, "") for document in documents)
    return Retrieval(question="?", language="en", passages=passages, confidence=0.5, milliseconds=1.0)


def test_each_judgement_searches_what_it_is_about(ir_set: IrSet, folder: Path) -> None:
    assert is_ir_set(folder)
    assert not is_ir_set(folder.parent)
    tasks = {task.name: task for task in ir_set.tasks}
    assert list(tasks) == ["qrels", "qrels, own language only", "qrels_cross_en"]
    german = next(query for query in ir_set.queries if query.question.id == "q2")
    scopes = {name: task.scope(german).languages for name, task in tasks.items()}
    assert scopes == {"qrels": None, "qrels, own language only": ("de",), "qrels_cross_en": ("en",)}
    assert [query.question.id for query in judged_queries(ir_set, tasks["qrels_cross_en"])] == ["q2"]
    assert [query.question.id for query in unanswerable_queries(ir_set)] == ["q3"]
    assert [query.question.id for query in judged_queries(ir_set, tasks["qrels"], most=1)] == ["q1"]


def test_a_document_is_cut_as_a_manual_is(ir_set: IrSet) -> None:
    chunks = corpus_chunks(ir_set)
    assert [(chunk.document, chunk.language) for chunk in chunks[:3]] == [
        ("en-1", "en"),
        ("en-2", "en"),
        ("de-1", "de"),
    ]
    assert chunks[0].embed_text.startswith("Pump\nHold the reset key")


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("qrels.tsv", "q1\ten-1\n", "line 1 is not a judgement"),
        ("qrels.tsv", "q1\ten-1\t1\nq1\tnone\t1\n", "line 2: the corpus has no document none"),
        ("corpus.jsonl", '{"id": "x"}\n', "text is missing"),
        (
            "queries.jsonl",
            '{"id": "x", "text": "?"}\n{"id": "x", "text": "?"}\n',
            "line 2 cannot be used: its id comes",
        ),
    ],
)
def test_a_set_with_a_fault_is_refused_by_line(folder: Path, file: str, text: str, said: str) -> None:
    (folder / file).write_text(text, encoding="utf-8")
    with pytest.raises(SettingError, match=said) as refused:
        read_ir_set(folder)
    assert file in refused.value.message


def test_a_document_counts_once_and_ten_are_judged(ir_set: IrSet) -> None:
    question = ir_set.queries[0].question
    outcome = judge(question, {"b": 1}, found("a", "a", "b", "b", "c"))
    assert outcome.documents == ("a", "b", "c")
    assert (outcome.ranks, outcome.reciprocal_rank) == ((2,), 0.5)
    assert judge(question, {"x": 1}, found(*(str(number) for number in range(10)), "x")).ranks == ()
    assert judge(question, {}, found("a")).ndcg == 0.0


@pytest.mark.skipif(not SCORER.is_file(), reason="../shared/eval/score.py is not on this machine")
def test_rates_are_those_of_the_shared_scorer(ir_set: IrSet) -> None:
    spec = importlib.util.spec_from_file_location("shared_scorer", SCORER)
    assert spec
    assert spec.loader
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    names = [f"d{number}" for number in range(14)]
    drawn = np.random.default_rng(1)
    qrels = {q.question.id: {n: int(drawn.integers(1, 3)) for n in drawn.choice(names, 3)} for q in ir_set.queries}
    ranked = {q.question.id: [str(name) for name in drawn.choice(names, 12)] for q in ir_set.queries}
    ours = ir_slices([judge(q.question, qrels[q.question.id], found(*ranked[q.question.id])) for q in ir_set.queries])
    rows = [{"id": q.question.id, "lang": q.language} for q in ir_set.queries]
    lines = {key: {"passages": [{"document": name} for name in order]} for key, order in ranked.items()}
    theirs = scorer.score_ir(rows, qrels, lines)["slices"]
    for name in ("all", "lang: en", "lang: de"):
        assert ours[name] == ours[name] | theirs[name]
    assert 0 < (ours["all"]["ndcg@10"] or 0) < 1


def test_a_text_is_embedded_once(tmp_path: Path) -> None:
    asked: list[str] = []

    def embed(texts: object) -> np.ndarray:
        given = list(texts)  # type: ignore[call-overload]
        asked.extend(given)
        return np.asarray([[len(text), 1.0] for text in given], dtype=np.float32)

    kept = KeptVectors(tmp_path, "some/model", "passages")
    first = kept.of(["a", "bb", "a"], embed)
    kept.save()
    again = KeptVectors(tmp_path, "some/model", "passages").of(["bb", "ccc"], embed)
    assert asked == ["a", "bb", "ccc"]
    assert [float(vector[0]) for vector in (*first, *again)] == [1, 2, 1, 2, 3]
    KeptVectors(tmp_path, "other/model", "passages").of(["a"], embed)
    assert asked[-1] == "a", "another model embeds anew"
