"""What a search costs part by part: the home of an index goes in, a table of milliseconds comes out.

    python tests/bench/search_cost.py HOME [--questions FILE] [--rounds 12] [--prepared]

Every gold question is asked once in this fresh process, which meets manuals and chunks for the first time, then again
several times. Of those the least time of each part and question counts: about what it takes when nothing else runs,
whatever else runs. Vectors are kept, so that the model's encode is measured by itself; near ties are compared by the
states that the ingest kept.
"""

import argparse
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import cast

import numpy as np

from ingest.embed import Embedder
from ingest.types import Dense
from retrieval.retriever import Retriever
from retrieval.token_reader import Tokens
from serving.compose import build_store
from serving.evaluation.questions import Question, read_questions
from serving.evaluation.results import CHECKOUT
from serving.settings import load_settings

QUESTIONS = CHECKOUT.parent / "shared" / "eval" / "manuals-dev.jsonl"
Times = dict[str, float]
"""Milliseconds by part."""


class KeptQueries:
    """An embedder that embeds each question once, before it is asked."""

    def __init__(self, embedder: Embedder) -> None:
        self.name, self.dimensions, self.tells_tokens = embedder.name, embedder.dimensions, embedder.tells_tokens
        self._embedder = embedder
        self.vectors: dict[str, Dense] = {}
        self.asked: dict[str, Tokens] = {}
        self.processor = 0.0
        """Seconds of processor time spent on embedding."""

    def embed_query(self, text: str) -> Dense:
        if text not in self.vectors:
            started = time.process_time()
            self.vectors[text] = self._embedder.embed_query(text)
            self.asked[text] = self._embedder.tokens(text, question=True)
            self.processor += time.process_time() - started
        return self.vectors[text]

    def tokens(self, text: str, *, question: bool) -> Tokens:
        """Of a question those that came with its vector; of a passage they are computed, and counted."""
        if question and text in self.asked:
            return self.asked[text]
        return self._embedder.tokens(text, question=question)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path, help="where the index is")
    parser.add_argument("--questions", type=Path, default=QUESTIONS, help="gold questions to ask")
    parser.add_argument("--rounds", type=int, default=12, help="how often each is asked again")
    parser.add_argument("--prepared", action="store_true", help="meet all manuals before, as a server does")
    options = parser.parse_args()
    settings = replace(load_settings(), home=options.home, index_url="")
    questions = read_questions(options.questions)
    embedder = Embedder(settings.embedder, settings.models)
    index = build_store(settings).open()
    kept = KeptQueries(embedder)
    retriever = Retriever(index, cast("Embedder", kept), home=options.home)
    _ask(retriever, Question(id="warm-up", text="What is this?"))
    if options.prepared:
        started = time.perf_counter()
        retriever.prepare()
        print(f"prepared in {time.perf_counter() - started:.1f} s\n")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_majflt
    first = [_ask(retriever, question) for question in questions]
    from_disk = resource.getrusage(resource.RUSAGE_SELF).ru_majflt - before
    again = [_least(options.rounds, partial(_ask, retriever, question)) for question in questions]
    # Round by round: of a text that was asked just now the encoder keeps what it made.
    rounds = [[_encode(embedder, text) for text in kept.vectors] for _ in range(options.rounds)]
    encode = [{"all": min(run["all"] for run in runs)} for runs in zip(*rounds, strict=True)]
    index.close()
    print(f"{len(questions)} questions; {from_disk / len(questions):.1f} pages a question read from disk at first\n")
    print("| part | first time, p50 | p95 | again, at the least, p50 | p95 |\n| --- | ---: | ---: | ---: | ---: |")
    for part in first[0]:
        print(f"| {part} | {_percentiles(first, part)} | {_percentiles(again, part)} |")
    print(f"| encode | | | {_percentiles(encode, 'all')} |")


def _ask(retriever: Retriever, question: Question) -> Times:
    embedder = cast("KeptQueries", retriever.embedder)
    started = time.process_time() - embedder.processor
    found = retriever.retrieve(question.text, scope=question.scope, turns=question.turns)
    assert found.trace is not None
    parts = {part: spent for part, spent in found.trace.milliseconds.items() if part != "embed"}
    worked = (time.process_time() - embedder.processor - started) * 1000
    return {**parts, "all but the encode": sum(parts.values()), "the same in processor time": worked}


def _encode(embedder: Embedder, text: str) -> Times:
    started = time.perf_counter()
    embedder.embed_query(text)
    return {"all": (time.perf_counter() - started) * 1000}


def _least(rounds: int, work: Callable[[], Times]) -> Times:
    runs = [work() for _ in range(rounds)]
    return {part: min(run[part] for run in runs) for part in runs[0]}


def _percentiles(runs: Sequence[Times], part: str) -> str:
    p50, p95 = np.percentile([run[part] for run in runs], [50, 95])
    return f"{p50:.1f} | {p95:.1f}"


if __name__ == "__main__":
    main()
