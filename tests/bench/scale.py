"""What a question costs as the index grows: sizes go in, `bench-scale.json`, a plot and a page of figures come out.

    python tests/bench/scale.py                           3,000 to 300,000 chunks: 4 GB of disk, 8 GB of memory
    python tests/bench/scale.py --sizes 3000 --out DIR    a quick try: everything goes to DIR

Every size is an embedded index of its own, filled with made-up manuals (tests/synthetic_manuals.py) and asked by the
production retriever; the embedder knows its questions' vectors beforehand, so the model's encode is left out. Each
question is asked once, after others that warm up what a running server has warm. Filling and asking have a process
each, so that one's memory is not taken for the other's. The figures are worth something only while nothing else runs.
"""

import argparse
import json
import math
import multiprocessing
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from scale_page import write_page  # noqa: E402

from ingest.index import open_store  # noqa: E402
from ingest.index.contract import EVERYTHING, Point  # noqa: E402
from retrieval.retriever import Retriever  # noqa: E402
from serving.evaluation.results import FOLDER, save  # noqa: E402
from tests.prepared_embedder import PreparedEmbedder  # noqa: E402
from tests.synthetic_manuals import DIMENSIONS, Question, SyntheticManuals, chunk_count  # noqa: E402

if TYPE_CHECKING:
    from ingest.embed import Embedder

SIZES = (3_000, 10_000, 30_000, 100_000, 300_000)
QUESTIONS = 200
WARM_UP = 100
"""Other questions, asked before and not counted."""
OPENS = 5
_BATCH = 1_000
"""Points made and written at a time: what bounds the memory of filling."""
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """How an index came about."""

    chunks: int
    documents: int
    fill_seconds: float
    """Making the points and writing them."""
    seal_seconds: float
    """Publishing: above a size the engine builds its graph then."""
    fill_mebibytes: int
    """The process at its highest."""
    disk_mebibytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What it costs to ask it. Milliseconds; everything but the model's encode."""

    open: float
    """Opened and asked what it holds; median."""
    first: float
    """The first question of all: it reads every product name."""
    p50: float
    p95: float
    processor_p50: float
    """Processor time of all threads."""
    stages_p50: dict[str, float]
    """By stage; `embed` without the encode."""
    stages_p95: dict[str, float]
    found: float
    """Share of the questions whose own chunk is in one of the ten passages."""
    ask_mebibytes: int
    """The process at its highest, with the parts of the index that it had mapped."""
    own_mebibytes: int
    """The process at the end, without mapped files."""


def main() -> None:
    options = _options()
    rows: list[dict[str, object]] = []
    for size in options.sizes:
        with tempfile.TemporaryDirectory(prefix="manualdesk-scale-") as temporary:
            filled = _alone(fill, Path(temporary), size)
            print(json.dumps(asdict(filled)), file=sys.stderr)
            asked = _alone(ask, Path(temporary), size)
            print(json.dumps(asdict(asked)), file=sys.stderr)
        rows.append({**asdict(filled), **asdict(asked)})
    results, docs = (options.out, options.out) if options.out else (FOLDER, ROOT / "docs")
    measured = {
        "kind": "scale",
        "questions": QUESTIONS,
        "dimensions": DIMENSIONS,
        "growth": _growth(rows),
        "sizes": rows,
    }
    print(save("bench-scale", measured, results))
    write_page(results / "bench-scale.json", docs)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="CHUNKS", help="how large to make them")
    parser.add_argument("--out", type=Path, help="put the result, the plot and the page here instead of the checkout")
    options = parser.parse_args()
    if min(options.sizes) < _BATCH:
        parser.error(f"--sizes: at least {_BATCH} chunks each")
    options.sizes = sorted(set(options.sizes))
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
    return options


def _alone(function: Callable[Arguments, Result], *arguments: Arguments.args, **named: Arguments.kwargs) -> Result:
    """Run it in a fresh process of its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *arguments, **named).result()


def fill(folder: Path, size: int) -> Filled:
    """Publish an index of so many chunks in `folder`."""
    started = time.perf_counter()
    with open_store(None, folder).draft(embedder="prepared", dimensions=DIMENSIONS, fresh=True) as draft:
        for batch in _batches(SyntheticManuals().points(size)):
            draft.upsert(batch)
        written = time.perf_counter()
        info = draft.publish()
    published = time.perf_counter()
    # Blocks, not lengths: the engine reserves files that are mostly holes.
    kept = sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())
    return Filled(
        chunks=info.chunks,
        documents=info.documents,
        fill_seconds=round(written - started, 1),
        seal_seconds=round(published - written, 1),
        fill_mebibytes=_mebibytes("VmHWM"),
        disk_mebibytes=kept // 2**20,
    )


def ask(folder: Path, size: int) -> Asked:
    """Ask the index in `folder`, which `fill` made in this size."""
    questions = _questions(size)
    embedder = PreparedEmbedder({question.text: question.vector for question in questions})
    opened = []
    for _ in range(OPENS):
        started = time.perf_counter()
        index = open_store(None, folder).open()
        index.info()
        opened.append(_since(started))
        index.close()
    index = open_store(None, folder).open()
    retriever = Retriever(index, cast("Embedder", embedder))
    runs = [_run(retriever, question) for question in questions]
    index.close()
    counted = runs[WARM_UP:]
    stages = list(dict.fromkeys(stage for run in counted for stage in run.stages))
    return Asked(
        open=_percentile(opened, 50),
        first=round(runs[0].wall, 2),
        p50=_percentile([run.wall for run in counted], 50),
        p95=_percentile([run.wall for run in counted], 95),
        processor_p50=_percentile([run.processor for run in counted], 50),
        stages_p50={stage: _percentile([run.stages.get(stage, 0.0) for run in counted], 50) for stage in stages},
        stages_p95={stage: _percentile([run.stages.get(stage, 0.0) for run in counted], 95) for stage in stages},
        found=round(sum(run.found for run in counted) / len(counted), 3),
        ask_mebibytes=_mebibytes("VmHWM"),
        own_mebibytes=_mebibytes("RssAnon"),
    )


@dataclass(frozen=True, slots=True)
class _Run:
    """One question asked. Milliseconds."""

    wall: float
    processor: float
    stages: dict[str, float]
    found: bool


def _run(retriever: Retriever, question: Question) -> _Run:
    started, worked = time.perf_counter(), time.process_time()
    retrieval = retriever.retrieve(question.text, scope=EVERYTHING)
    wall, processor = _since(started), (time.process_time() - worked) * 1000
    assert retrieval.trace is not None
    found = any(question.chunk_id in passage.chunk_ids for passage in retrieval.passages)
    return _Run(wall, processor, dict(retrieval.trace.milliseconds), found)


def _questions(size: int) -> list[Question]:
    """Those to warm up first; all different, spread over the whole index."""
    manuals, places = SyntheticManuals(), random.Random(size)
    whole = 0  # manuals; the last one may be cut short
    while (size := size - chunk_count(whole)) >= 0:
        whole += 1
    chosen: dict[str, Question] = {}
    while len(chosen) < WARM_UP + QUESTIONS:
        number = places.randrange(whole)
        question = manuals.question(number, places.randrange(chunk_count(number)))
        chosen[question.text] = question
    return list(chosen.values())


def _batches(points: Iterator[Point]) -> Iterator[list[Point]]:
    while batch := list(islice(points, _BATCH)):
        yield batch


def _growth(rows: Sequence[dict[str, object]]) -> float | None:
    """The exponent of p50 in the number of chunks, from the smallest to the largest: 1 is linear, 0 is no growth."""
    if len(rows) < 2:
        return None
    (first, small), (last, large) = ((cast(float, row["p50"]), cast(int, row["chunks"])) for row in (rows[0], rows[-1]))
    return round(math.log(last / first) / math.log(large / small), 3)


def _percentile(values: Sequence[float], percent: int) -> float:
    return round(float(np.percentile(values, percent)), 2)


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def _mebibytes(field: str) -> int:
    """Memory of this process as the kernel counts it; 0 where the system has no /proc."""
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="utf-8").splitlines() if status.exists() else []
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith(f"{field}:")), 0)


if __name__ == "__main__":
    main()
