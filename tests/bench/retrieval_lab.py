"""A retriever tried out on many sets in seconds: set names go in, a line of figures a set comes out.

    python tests/bench/retrieval_lab.py --sets samples,small,emanual_tv,clapnq,xquad
    python tests/bench/retrieval_lab.py --sets small,full --full HOME       an index that was made elsewhere
    python tests/bench/retrieval_lab.py --sets xquad --most 0               every query, not a part of them

The indexes are made on the first run and kept under MANUALDESK_HOME/eval, and so are the vectors of texts and queries,
so that a later run only searches. A corpus that is cut differently is indexed anew, its known texts not embedded again.
From Python: `list(measure(open_set("small"), lambda index, embedder: MyRetriever(index, embedder)))`.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest import pipeline
from ingest.embed import Embedder
from ingest.index import open_store
from ingest.index.contract import Index
from ingest.types import Dense
from retrieval.retriever import Retriever
from serving.assistant import Retrieves
from serving.compose import build_store
from serving.evaluation.ir_index import cache_folder, corpus_store, is_made, make_index
from serving.evaluation.ir_metrics import judged_queries, run_task, unanswerable_queries
from serving.evaluation.ir_sets import IrSet, read_ir_set
from serving.evaluation.kept_vectors import KeptVectors
from serving.evaluation.parts import Part, ir_part, manuals_part
from serving.evaluation.questions import Question, read_questions
from serving.evaluation.results import CHECKOUT, describe_index, describe_questions, model_name, save
from serving.evaluation.results_page import write_page
from serving.evaluation.retrieval_metrics import Row, retrieval_report, run_retrieval
from serving.evaluation.tables import shown
from serving.settings import Settings, load_settings

SHARED = CHECKOUT.parent / "shared"
MANUALS = {
    "samples": (CHECKOUT / "data" / "samples", CHECKOUT / "data" / "eval" / "samples.jsonl", ""),
    "small": (SHARED / "manuals" / "small", SHARED / "eval" / "manuals-dev.jsonl", "small"),
}
MOST = 400
"""Queries asked a task unless --most says otherwise: enough for 0.02, few enough for seconds."""

_OUTCOMES = 1000
"""Queries of a part whose outcomes are kept, to compare a later run with; of more only the figures are."""

MakeRetriever = Callable[[Index, Embedder], Retrieves]


class LabEmbedder(Embedder):
    """The production embedder, loaded when it meets a text that it has no kept vector of."""

    def __init__(self, name: str, models: Path, kept: Path) -> None:
        self.name = name
        self.tells_tokens = True
        self._models = models
        self._queries = KeptVectors(kept, name, "queries")
        self._loaded: Embedder | None = None
        self.dimensions = int(self.embed_query("dimensions").shape[0])

    def embed_query(self, text: str) -> Dense:
        return self._queries.of([text], self._embed_queries)[0]

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._model_of_texts().embed_passages(texts)

    def tokens(self, text: str, *, question: bool) -> tuple[NDArray[np.float32], list[tuple[int, int]]]:
        return self._model_of_texts().tokens(text, question=question)

    def save(self) -> None:
        """Keep what was embedded since."""
        self._queries.save()

    def _embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([self._model_of_texts().embed_query(text) for text in texts])

    def _model_of_texts(self) -> Embedder:
        self._loaded = self._loaded or Embedder(self.name, self._models)
        return self._loaded


@dataclass(frozen=True, slots=True)
class LabSet:
    """A set ready to be asked: an open index with gold questions about manuals or with a public set."""

    name: str
    index: Index
    gold: list[Question] | IrSet
    questions: Path
    """The file they come from."""


def open_set(name: str, full: Path | None = None) -> LabSet:
    """Opens a set's index, and makes it first where there is none. `full`: home of an index of all manuals."""
    settings = load_settings()
    if name == "full":
        if full is None:
            sys.exit("--sets full needs --full HOME, the home of an index of all manuals")
        questions = MANUALS["small"][1]
        index = build_store(replace(settings, home=full, index_url="")).open()
        return LabSet(name, index, read_questions(questions), questions)
    if name in MANUALS:
        manuals, questions, only_set = MANUALS[name]
        store = open_store(None, cache_folder(settings.home) / f"manuals-{name}")
        job = pipeline.Job(paths=(manuals,))
        for step in pipeline.run(store, settings.embedder, settings.models, cache_folder(settings.home), job):
            if isinstance(step, pipeline.Progress):
                _show(f"{name}: {step.embedded} chunks embedded")
        return LabSet(name, store.open(), read_questions(questions, only_set=only_set), questions)
    ir_set = read_ir_set(SHARED / "eval" / name)
    store = corpus_store(ir_set, settings.embedder, settings.home)
    if not is_made(store):
        vectors = KeptVectors(cache_folder(settings.home), settings.embedder, "passages")
        for done in make_index(store, ir_set, lab_embedder(settings), vectors):
            _show(f"{name}: {done} chunks indexed")
    return LabSet(name, store.open(), ir_set, SHARED / "eval" / name / "queries.jsonl")


@cache
def lab_embedder(settings: Settings | None = None) -> LabEmbedder:
    """One embedder for all sets."""
    settings = settings or load_settings()
    return LabEmbedder(settings.embedder, settings.models, cache_folder(settings.home))


def measure(lab_set: LabSet, make: MakeRetriever = Retriever, *, most: int = MOST) -> Iterator[Part]:
    """What a retriever makes of a set, part by part. `most`: queries a task of a public set, 0 for all."""
    embedder = lab_embedder()
    retriever = make(lab_set.index, embedder)
    if isinstance(lab_set.gold, IrSet):
        yield from _measure_tasks(lab_set.gold, retriever, most)
    else:
        yield manuals_part(retrieval_report(list(run_retrieval(retriever, lab_set.gold, limit=10))))
    embedder.save()


def figures(part: Part) -> Row:
    """The line of a part: its rates, its main figure by language, what is refused and how long a question takes."""
    columns = ("n", "evidence@1", "evidence@5", "evidence@10", "document@1", "page@5", "ndcg@10", "recall@10", "mrr@10")
    row: Row = {name: part.slices["all"][name] for name in columns if name in part.slices["all"]}
    for name, rates in part.slices.items():
        if name.startswith("lang: ") or name in ("cross-lingual", "multi-turn"):
            row[f"{name.removeprefix('lang: ')}"] = rates[part.metric]
            if "recall@10" in rates:
                row[f"{name.removeprefix('lang: ')} recall@10"] = rates["recall@10"]
    return row | part.totals


def _measure_tasks(ir_set: IrSet, retriever: Retrieves, most: int) -> Iterator[Part]:
    for task in ir_set.tasks:
        asked = judged_queries(ir_set, task, most=most)
        outcomes = list(run_task(retriever, task, [*asked, *unanswerable_queries(ir_set)]))
        yield ir_part(task, outcomes[: len(asked)], outcomes[len(asked) :])


def _save(lab_set: LabSet, parts: Sequence[Part], most: int) -> None:
    """As a result among the others, named lab-SET: its times are without embedding."""
    settings = {"embedder": model_name(lab_set.index.info().embedder), "most": most, "times": "without embedding"}
    described = describe_questions(lab_set.questions, only_set="", count=sum(len(part.judged) for part in parts[:1]))
    measured = {
        "kind": "sets",
        "questions": described,
        "index": describe_index(lab_set.index.info()),
        "settings": settings,
        "parts": {part.name: _kept(part) for part in parts},
    }
    write_page(save(f"lab-{lab_set.name.replace('_', '-')}", measured).parent)


def _kept(part: Part) -> dict[str, object]:
    kept = part.to_json()
    return kept if len(part.judged) <= _OUTCOMES else kept | {"outcomes": []}


def _show(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{text}", end="", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", default="samples,small,emanual_tv,clapnq,xquad", help="names, separated by commas")
    parser.add_argument("--full", type=Path, help="home of an index of all manuals, for the set full")
    parser.add_argument("--most", type=int, default=MOST, help="queries a task of a public set; 0: all")
    parser.add_argument("--save", action="store_true", help="keep the figures as data/eval/results/lab-SET.json")
    options = parser.parse_args()
    for name in options.sets.split(","):
        started = time.perf_counter()
        lab_set = open_set(name, options.full)
        parts = []
        for part in measure(lab_set, most=options.most):
            parts.append(part)
            line = ", ".join(f"{key} {shown(value)}" for key, value in figures(part).items())
            print(f"{name}/{part.name}: {line}", flush=True)
        if options.save:
            _save(lab_set, parts, options.most)
        print(f"  {time.perf_counter() - started:.1f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
