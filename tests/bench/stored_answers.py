"""Curated and cached answers: what is taken for the same question, and how fast one comes.

    python tests/bench/stored_answers.py              everything; results go to data/eval/results/stored-answers.json
    python tests/bench/stored_answers.py --home HOME  with this home, that holds an index of data/samples (it is copied)
    python tests/bench/stored_answers.py --pairs      only the pairs of questions, with the thresholds that were tried

Pairs: `data/eval/question-pairs.jsonl`, paraphrases and near misses of two sets: thresholds are chosen on `tune`, and
what they do is told by `report`. Speed: among 500 curated and 5,000 cached answers, in this process and through
`manualdesk serve` at 20 questions a second. Times are worth something only while nothing else runs.
"""

import argparse
import asyncio
import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import httpx
import numpy as np
from process_tree import COMMAND, run_command

from ingest.embed import Embedder
from ingest.index.contract import EVERYTHING
from ingest.index.edge import EdgeStore
from retrieval.models import Catalogue
from retrieval.retriever import Retriever
from serving.answer import Answer
from serving.assistant import Assistant
from serving.evaluation.results import CHECKOUT, save
from serving.model import ModelInfo
from serving.prompt import PROMPT_VERSION
from serving.settings import load_settings
from serving.stored.answering import StoredAnswers
from serving.stored.book import CuratedBook
from serving.stored.counts import Counts
from serving.stored.likeness import likeness
from serving.stored.lookup import Lookup
from serving.stored.normalise import normal_form
from serving.stored.semantic import LEAST_COSINE, LEAST_COSINE_APART, same_question
from serving.stored.shelf import FileShelf
from serving.stored.standing import Published
from serving.stored.types import CachedAnswer, CuratedAnswer

PAIRS = CHECKOUT / "data" / "eval" / "question-pairs.jsonl"
SAMPLES = CHECKOUT / "data" / "samples"
CURATED, CACHED = 500, 5000
ROUNDS = 300
RATE, SECONDS = 20, 15
ASKED = "How do I reset the T200 Pro to factory settings?"
DISTINCT = 40
"""Questions that are asked in turn in other words: the encoder keeps the last few, and each shall be embedded."""
TRIED = (0.90, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--pairs", action="store_true")
    options = parser.parse_args()
    with _home(options.home) as home:
        embedder = Embedder(load_settings().embedder, home / "models")
        pairs = list(_compared(home, embedder))
        print(json.dumps(_tried(pairs), indent=1))
        _print_wrong(pairs)
        if options.pairs:
            return
        measured = {
            "kind": "stored-answers",
            "thresholds": {"cosine": LEAST_COSINE, "cosine_one_word_apart": LEAST_COSINE_APART},
            "pairs": {name: _told([row for row in pairs if row["set"] == name]) for name in ("tune", "report")},
            "in_process_ms": _in_process(home, embedder),
            "http_ms": _over_http(home),
        }
    save("stored-answers", measured)
    print(json.dumps(measured, indent=1, ensure_ascii=False))


@contextmanager
def _home(given: Path | None) -> Iterator[Path]:
    """A home of our own with data/samples ingested."""
    with tempfile.TemporaryDirectory(prefix="manualdesk-stored-") as folder:
        home = Path(folder) / "home"
        home.mkdir()
        (home / "models").symlink_to(load_settings().models.resolve(), target_is_directory=True)
        if given:
            shutil.copytree(given / "index", home / "index")
        else:
            run_command(home, "ingest", str(SAMPLES))
        yield home


def _compared(home: Path, embedder: Embedder) -> Iterator[dict[str, object]]:
    """Every pair with its cosine and what speaks against it."""
    catalogue = Catalogue(EdgeStore(home / "index").open(), EVERYTHING)
    vectors: dict[str, np.ndarray] = {}

    def vector(text: str) -> np.ndarray:
        form = normal_form(text)
        if form not in vectors:
            vectors[form] = embedder.embed_query(form)
        return vectors[form]

    for line in PAIRS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        one, other = row["one"], row["other"]
        cosine = float(vector(one) @ vector(other))
        alike = likeness(one, other, row["lang"])
        named = [{name.shown for name in catalogue.meant(text)} for text in (one, other)]
        against = alike.against or ("names" if named[0] != named[1] else "")
        hit = not against and same_question(one, other, cosine, row["lang"])
        yield {**row, "cosine": cosine, "against": against, "apart": alike.apart, "hit": hit}


def _told(rows: Sequence[dict[str, object]]) -> dict[str, object]:
    same = [row for row in rows if row["same"]]
    other = [row for row in rows if not row["same"]]
    return {
        "paraphrases": len(same),
        "paraphrases_found": round(sum(bool(row["hit"]) for row in same) / len(same), 3),
        "near_misses": len(other),
        "near_misses_taken": round(sum(bool(row["hit"]) for row in other) / len(other), 4),
        "taken": [f"{row['one']} | {row['other']}" for row in other if row["hit"]],
    }


def _tried(pairs: Sequence[dict[str, object]]) -> dict[str, object]:
    """On the set for tuning, by the least cosine: the shares of paraphrases found and of near misses taken."""
    rows = [row for row in pairs if row["set"] == "tune"]

    def shares(fits: Callable[[dict[str, object]], bool]) -> list[float]:
        return [round(statistics.mean(fits(row) for row in rows if row["same"] is same), 3) for same in (True, False)]

    ways: dict[str, Callable[[dict[str, object], float], bool]] = {
        "cosine alone": lambda row, least: float(str(row["cosine"])) >= least,
        "all words shared": lambda row, least: _passes(row, least) and not row["apart"],
        "one word apart": lambda row, least: _passes(row, least) and row["apart"] == 1,
    }
    return {str(least): {name: shares(partial(fits, least=least)) for name, fits in ways.items()} for least in TRIED}


def _passes(row: dict[str, object], least: float) -> bool:
    return not row["against"] and float(str(row["cosine"])) >= least


def _print_wrong(pairs: Sequence[dict[str, object]]) -> None:
    for row in pairs:
        if row["hit"] != row["same"] and row["set"] == "tune":
            verdict = "taken " if row["hit"] else "missed"
            why = row["against"] or f"{row['apart']} apart"
            print(f"{verdict} {row['cosine']:.3f} {why:14} {row['one']} | {row['other']}")


class _Named:
    """A model's client that needs no model."""

    async def available(self) -> bool:
        return True

    async def info(self) -> ModelInfo:
        return ModelInfo("bench", 4096)


class _Nobody(Assistant):
    """No question gets as far as an assistant here."""

    def __init__(self) -> None:
        """Nothing is needed."""

    def ask(self, question: str, **_: object) -> Answer:  # type: ignore[override]
        raise AssertionError(f"not found: {question}")


def _in_process(home: Path, embedder: Embedder) -> dict[str, object]:
    retriever = Retriever(EdgeStore(home / "index").open(), embedder)
    book, shelf, counts = CuratedBook(home), FileShelf(home), Counts()
    lookup = Lookup(retriever, book, shelf, Published(retriever.index), counts)
    answers = StoredAnswers(_Nobody(), lookup, _Named(), counts)
    forms = {}
    for number in range(CURATED):
        question = f"What is matter number {number} of the list about?" if number else ASKED
        book.add(CuratedAnswer(questions=(question,), answer="Press the ring.", language="en"))
        forms[normal_form(question)] = embedder.embed_query(normal_form(question))
    book.keep_vectors(forms, embedder.name)
    chance = np.random.default_rng(0)
    for number in range(CACHED):
        question = f"How long does sign {number} of the H1 stay lit after I push its button?"
        looked = lookup.looked(question, scope=EVERYTHING, turns=(), product="", policy=None)
        assert looked is not None
        asked = replace(looked.asked, model="bench", prompt=PROMPT_VERSION)
        kept = CachedAnswer(
            key=asked.key,
            group=asked.group,
            question=question,
            answer="For three minutes.",
            language="en",
            audience=EVERYTHING.audience,
            product="",
            model="bench",
            prompt=PROMPT_VERSION,
            citations=(),
        )
        vector = chance.normal(size=embedder.dimensions).astype(np.float32)
        own = embedder.embed_query(asked.form) if number < DISTINCT else vector / np.linalg.norm(vector)
        shelf.put(kept, own, embedder.name)
    like = [f"After I push its button, how long does sign {number} of the H1 stay lit?" for number in range(DISTINCT)]

    def timed(questions: Sequence[str]) -> dict[str, float]:
        return _timed(lambda question: answers.ask(question, scope=EVERYTHING), questions)

    return {
        "curated, same question": timed([ASKED]),
        "cached, same question": timed(["How long does sign 0 of the H1 stay lit after I push its button?"]),
        "curated, in other words": timed(_alike()),
        "cached, in other words": timed(like),
        "embedding alone": _timed(embedder.embed_query, _alike()),
    }


def _alike() -> list[str]:
    """Curated questions in other words."""
    return [f"About what is matter number {number} of the list?" for number in range(1, DISTINCT + 1)]


def _timed(ask: Callable[[str], object], questions: Sequence[str]) -> dict[str, float]:
    for question in questions:
        ask(question)
    rounds = (questions[number % len(questions)] for number in range(ROUNDS))
    return _spread([_milliseconds(partial(ask, question)) for question in rounds])


def _milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def _spread(times: Sequence[float]) -> dict[str, float]:
    cuts = statistics.quantiles(times, n=20)
    return {"p50": round(cuts[9], 2), "p95": round(cuts[18], 2)}


def _over_http(home: Path) -> dict[str, object]:
    """Through the real server: half of the questions are a curated one, half are others of them in other words."""
    environment = {**os.environ, "MANUALDESK_HOME": str(home), "MANUALDESK_LLM_URL": ""}
    server = subprocess.Popen([COMMAND, "serve", "--port", "0"], env=environment, stderr=subprocess.PIPE, text=True)
    try:
        assert server.stderr is not None
        lines = iter(server.stderr.readline, "")
        address = next(found.group() for line in lines if (found := re.search(r"http://[\d.]+:\d+", line)))
        return asyncio.run(_paced(address))
    finally:
        server.terminate()
        server.wait(timeout=30)


async def _paced(address: str) -> dict[str, object]:
    """One question every 50 ms whatever the last one does."""
    async with httpx.AsyncClient(base_url=address, timeout=120, trust_env=False) as client:

        async def ask(question: str) -> float:
            started = time.perf_counter()
            reply = await client.post("/v1/ask", json={"question": question})
            took = (time.perf_counter() - started) * 1000
            assert reply.json()["source"] == "curated", reply.text
            return took

        alike = _alike()
        for question in (ASKED, *alike):
            await ask(question)
        begun = time.perf_counter()
        running = []
        for number in range(RATE * SECONDS):
            await asyncio.sleep(max(0.0, begun + number / RATE - time.perf_counter()))
            running.append(asyncio.create_task(ask(alike[number // 2 % DISTINCT] if number % 2 else ASKED)))
        times = await asyncio.gather(*running)
    return {
        "questions_a_second": RATE,
        "all": _spread(times),
        "same question": _spread(times[::2]),
        "in other words": _spread(times[1::2]),
    }


if __name__ == "__main__":
    main()
