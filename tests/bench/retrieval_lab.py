"""A retriever tried out on many sets in seconds: set names go in, a line of figures a set comes out.

    python tests/bench/retrieval_lab.py --sets samples,small,emanual_tv,clapnq,xquad
    python tests/bench/retrieval_lab.py --sets small,full --full HOME       an index that was made elsewhere
    python tests/bench/retrieval_lab.py --sets xquad --most 0               every query, not a part of them

The indexes are made on the first run and kept under MANUALDESK_HOME/eval, and so are the vectors of texts and queries,
so that a later run only searches. A corpus that is cut differently is indexed anew, its known texts not embedded again.
From Python: `measure(open_set("small"), lambda index, embedder: MyRetriever(index, embedder))`.
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
from serving.evaluation.figures import mean, percentile
from serving.evaluation.ir_index import cache_folder, corpus_store, is_made, make_index
from serving.evaluation.ir_metrics import ir_slices, judged_queries, run_task, unanswerable_queries
from serving.evaluation.ir_sets import IrSet, read_ir_set
from serving.evaluation.kept_vectors import KeptVectors
from serving.evaluation.questions import Question, read_questions
from serving.evaluation.refusing import auroc, best_point
from serving.evaluation.results import CHECKOUT
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

MakeRetriever = Callable[[Index, Embedder], Retrieves]


class LabEmbedder(Embedder):
    """The production embedder, loaded when it meets a text that it has no kept vector of."""

    def __init__(self, name: str, models: Path, kept: Path) -> None:
        self.name = name
        self._models = models
        self._queries = KeptVectors(kept, name, "queries")
        self._loaded: Embedder | None = None
        self.dimensions = int(self.embed_query("dimensions").shape[0])

    def embed_query(self, text: str) -> Dense:
        return self._queries.of([text], self._embed_queries)[0]

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._model_of_texts().embed_passages(texts)

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


def open_set(name: str, full: Path | None = None) -> LabSet:
    """Opens a set's index, and makes it first where there is none. `full`: home of an index of all manuals."""
    settings = load_settings()
    if name == "full":
        if full is None:
            sys.exit("--sets full needs --full HOME, the home of an index of all manuals")
        gold = read_questions(MANUALS["small"][1])
        return LabSet(name, build_store(replace(settings, home=full, index_url="")).open(), gold)
    if name in MANUALS:
        manuals, questions, only_set = MANUALS[name]
        store = open_store(None, cache_folder(settings.home) / f"manuals-{name}")
        job = pipeline.Job(paths=(manuals,))
        for step in pipeline.run(store, settings.embedder, settings.models, cache_folder(settings.home), job):
            if isinstance(step, pipeline.Progress):
                _show(f"{name}: {step.embedded} chunks embedded")
        return LabSet(name, store.open(), read_questions(questions, only_set=only_set))
    ir_set = read_ir_set(SHARED / "eval" / name)
    store = corpus_store(ir_set, settings.embedder, settings.home)
    if not is_made(store):
        vectors = KeptVectors(cache_folder(settings.home), settings.embedder, "passages")
        for done in make_index(store, ir_set, lab_embedder(settings), vectors):
            _show(f"{name}: {done} chunks indexed")
    return LabSet(name, store.open(), ir_set)


@cache
def lab_embedder(settings: Settings | None = None) -> LabEmbedder:
    """One embedder for all sets."""
    settings = settings or load_settings()
    return LabEmbedder(settings.embedder, settings.models, cache_folder(settings.home))


def measure(lab_set: LabSet, make: MakeRetriever = Retriever, *, most: int = MOST) -> Iterator[tuple[str, Row]]:
    """Figures by name of the set or of its task. `most`: queries a task of a public set, 0 for all."""
    embedder = lab_embedder()
    retriever = make(lab_set.index, embedder)
    if isinstance(lab_set.gold, IrSet):
        yield from _measure_ir(lab_set.name, lab_set.gold, retriever, most)
    else:
        yield lab_set.name, _measure_manuals(lab_set.gold, retriever)
    embedder.save()


def _measure_manuals(gold: list[Question], retriever: Retrieves) -> Row:
    report = retrieval_report(list(run_retrieval(retriever, gold, limit=10)))
    parts = {"en": "lang: en", "zh": "lang: zh", "cross": "cross-lingual", "turns": "multi-turn"}
    row: Row = {name: report.slices["all"][name] for name in ("n", "evidence@1", "evidence@5", "evidence@10")}
    row |= {short: report.slices.get(name, {}).get("evidence@5") for short, name in parts.items()}
    row |= {name: report.slices["all"][name] for name in ("document@1", "page@5")}
    yes = [outcome.confidence for outcome in report.outcomes]
    no = [outcome.confidence for outcome in report.unanswerable]
    characters = report.totals["mean_passage_characters@5"]
    return {**row, **_refusal(yes, no, 0.95), "chars@5": characters, "p50 ms": report.totals["milliseconds_p50"]}


def _measure_ir(name: str, ir_set: IrSet, retriever: Retrieves, most: int) -> Iterator[tuple[str, Row]]:
    for task in ir_set.tasks:
        outcomes = list(run_task(retriever, task, judged_queries(ir_set, task, most=most)))
        slices = ir_slices(outcomes)
        row: Row = dict(slices["all"])
        languages = {part.removeprefix("lang: "): rates for part, rates in slices.items() if part.startswith("lang: ")}
        if len(languages) > 1:
            row |= {f"ndcg {language}": rates["ndcg@10"] for language, rates in languages.items()}
            row |= {f"r@10 {language}": rates["recall@10"] for language, rates in languages.items()}
        unanswerable = unanswerable_queries(ir_set)
        no = [retriever.retrieve(query.question.text, scope=task.scope(query)).confidence for query in unanswerable]
        row |= _refusal([outcome.confidence for outcome in outcomes], no, 0.9)
        yield f"{name}/{task.name}", {**row, "p50 ms": percentile([o.milliseconds for o in outcomes], 50)}


def _refusal(yes: Sequence[float], no: Sequence[float], answered: float) -> Row:
    """How many unanswerable ones are refused while so many of the others are answered."""
    if not no:
        return {}
    point = best_point(yes, no, answered=answered)
    return {f"refused at {answered:.0%}": round(point.refused, 4), "auroc": mean([auroc(yes, no)])}


def _show(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{text}", end="", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", default="samples,small,emanual_tv,clapnq,xquad", help="names, separated by commas")
    parser.add_argument("--full", type=Path, help="home of an index of all manuals, for the set full")
    parser.add_argument("--most", type=int, default=MOST, help="queries a task of a public set; 0: all")
    options = parser.parse_args()
    for name in options.sets.split(","):
        started = time.perf_counter()
        for title, row in measure(open_set(name, options.full), most=options.most):
            print(f"{title}: {', '.join(f'{key} {shown(value)}' for key, value in row.items())}", flush=True)
        print(f"  {time.perf_counter() - started:.1f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
