"""The embedder beside plain sentence-transformers: passages a second, and what its precision costs in retrieval.

    python tests/bench/embedding.py             texts and queries of ../shared/eval/emanual_tv
    python tests/bench/embedding.py SET         another folder with corpus.jsonl, queries.jsonl and qrels.tsv

Plain is `SentenceTransformer(folder).encode(texts)` as its documentation shows it: float32, batches of 32. Both embed
the same texts in this process, in turn, each with all processors; the better of two rounds counts. Quality is nDCG@10
of a search by these vectors alone.
"""

import argparse
import json
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.bundled_model import ensure_bundled_model
from ingest.embed import Embedder, multiplies_bfloat16
from serving.evaluation.results import CHECKOUT, FOLDER, save
from serving.settings import load_settings

DEFAULT = CHECKOUT.parent / "shared" / "eval" / "emanual_tv"
MOST_TEXTS = 256
ROUNDS = 2
Vectors = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Vectors]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT)
    folder = parser.parse_args().folder
    settings = load_settings()
    ours = Embedder(settings.embedder, settings.models)
    plain = _plain(ensure_bundled_model(settings.models))
    corpus, queries = _rows(folder / "corpus.jsonl"), _rows(folder / "queries.jsonl")
    texts = [f"{row['title']}\n{row['text']}"[:1000] for row in corpus][:MOST_TEXTS]
    questions = [str(row["text"]) for row in queries]
    as_passages: Embed = lambda part: plain(["passage: " + text for text in part])  # noqa: E731
    as_queries: Embed = lambda part: plain(["query: " + text for text in part])  # noqa: E731
    speeds = _speeds(texts, ours.embed_passages, as_passages)
    right = _right(folder / "qrels.tsv")
    places = [str(row["id"]) for row in corpus][:MOST_TEXTS]
    asked = [number for number, row in enumerate(queries) if right.get(str(row["id"]), {}).keys() & set(places)]
    questions = [questions[number] for number in asked]
    relevant = [right[str(queries[number]["id"])] for number in asked]
    quality = {
        "ours": _ndcg(
            np.stack([ours.embed_query(text) for text in questions]), ours.embed_passages(texts), places, relevant
        ),
        "plain": _ndcg(as_queries(questions), as_passages(texts), places, relevant),
    }
    measured = {
        "kind": "embedding",
        "set": folder.name,
        "texts": len(texts),
        "queries": len(questions),
        "bfloat16 in hardware": multiplies_bfloat16(),
        "passages a second": speeds,
        "times as fast": round(speeds["ours"] / speeds["plain"], 2),
        "ndcg@10 of dense search": quality,
    }
    save("bench-embedding", measured, FOLDER)
    print(json.dumps(measured, indent=1))


def _plain(place: Path) -> Embed:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(place))
    return lambda texts: model.encode(list(texts), normalize_embeddings=True)


def _speeds(texts: Sequence[str], ours: Embed, plain: Embed) -> dict[str, float]:
    best = {"ours": math.inf, "plain": math.inf}
    for _ in range(ROUNDS):
        for name, embed in (("ours", ours), ("plain", plain)):
            started = time.perf_counter()
            embed(texts)
            best[name] = min(best[name], time.perf_counter() - started)
    return {name: round(len(texts) / seconds, 2) for name, seconds in best.items()}


def _rows(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def _right(file: Path) -> dict[str, dict[str, int]]:
    right: dict[str, dict[str, int]] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        query, document, grade = line.split("\t")
        right.setdefault(query, {})[document] = int(grade)
    return right


def _ndcg(queries: Vectors, texts: Vectors, places: Sequence[str], relevant: Sequence[dict[str, int]]) -> float:
    total = 0.0
    for scores, grades in zip(queries @ texts.T, relevant, strict=True):
        found = [grades.get(places[place], 0) for place in np.argsort(-scores)[:10]]
        best = sorted((grade for name, grade in grades.items() if name in set(places)), reverse=True)[:10]
        total += _gain(found) / _gain(best)
    return round(total / len(relevant), 4)


def _gain(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades))


if __name__ == "__main__":
    main()
