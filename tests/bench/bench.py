"""Speed and memory of an installation: a folder of manuals goes in, `bench-NAME.json` and the page of results come out.

    python tests/bench/bench.py                 the sample manuals, and ../shared/manuals/small where it is
    MANUALS=folder python tests/bench/bench.py  another folder
    python tests/bench/bench.py --help          which questions are asked, where results go

Every command runs as a user runs it, in a process of its own with a fresh home. The figures are worth something only
while nothing else runs.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from process_tree import run_command

from ingest.embed import Embedder
from serving.compose import build_retriever, build_store
from serving.evaluation.figures import percentile
from serving.evaluation.questions import Question, read_questions
from serving.evaluation.results import CHECKOUT, FOLDER, describe_index, describe_questions, model_name, save
from serving.evaluation.results_page import write_page
from serving.settings import Settings, load_settings

SAMPLES = CHECKOUT / "data" / "samples"
SAMPLE_QUESTIONS = CHECKOUT / "data" / "eval" / "samples.jsonl"
SHARED = CHECKOUT.parent / "shared"
RE_INGESTS = 3
OPENS = 5
HELPS = 7
ROUNDS = 3
"""Times each question is asked; the first round warms up and is not counted."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """A line of the table."""

    what: str
    value: float
    unit: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A folder of manuals and the questions about it."""

    name: str
    manuals: Path
    questions: Path
    only_set: str = ""


def main() -> None:
    options = _options()
    for case in _cases(options):
        print(f"{case.name}:", file=sys.stderr)
        with _fresh_home() as settings:
            measurements = list(_shown(_measure(case, settings)))
            index = build_store(settings).open()
            measured = {
                "kind": "bench",
                "questions": describe_questions(case.questions, only_set=case.only_set, count=len(_gold(case))),
                "index": describe_index(index.info()),
                "settings": {"embedder": model_name(settings.embedder)},
                "measurements": [asdict(measurement) for measurement in measurements],
            }
            index.close()
        save(f"bench-{case.name}", measured, options.results)
    write_page(options.results)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    manuals = os.environ.get("MANUALS")
    parser.add_argument("--manuals", type=Path, default=Path(manuals) if manuals else None, help="folder to ingest")
    parser.add_argument("--questions", type=Path, default=SAMPLE_QUESTIONS, help="gold questions to ask of it")
    parser.add_argument("--results", type=Path, default=FOLDER, help="where the results go")
    return parser.parse_args()


def _cases(options: argparse.Namespace) -> list[Case]:
    samples = Case(name="samples", manuals=SAMPLES, questions=SAMPLE_QUESTIONS)
    small = Case(
        name="small",
        manuals=SHARED / "manuals" / "small",
        questions=SHARED / "eval" / "manuals-dev.jsonl",
        only_set="small",
    )
    if options.manuals is None:
        return [case for case in (samples, small) if case.manuals.is_dir()]
    folder = options.manuals.resolve()
    known = next((case for case in (samples, small) if case.manuals.resolve() == folder), None)
    return [known or Case(name=folder.name.lower(), manuals=folder, questions=options.questions)]


@contextmanager
def _fresh_home() -> Iterator[Settings]:
    """A home with models made ready and nothing else: making them ready is no part of an ingest."""
    settings = load_settings()
    Embedder(settings.embedder, settings.models)
    with tempfile.TemporaryDirectory(prefix="manualdesk-bench-") as folder:
        home = Path(folder).resolve()
        (home / "models").symlink_to(settings.models.resolve(), target_is_directory=True)
        yield replace(settings, home=home, index_url="", llm_url="")


def _measure(case: Case, settings: Settings) -> Iterator[Measurement]:
    yield from _ingest(case, settings)
    yield from _open(settings)
    yield from _ask(case, settings)
    helps = [run_command(settings.home, "--help").seconds for _ in range(HELPS)]
    yield Measurement("manualdesk --help", round(statistics.median(helps), 3), "s", f"median of {HELPS}")


def _ingest(case: Case, settings: Settings) -> Iterator[Measurement]:
    cold = run_command(settings.home, "ingest", str(case.manuals), "--json")
    report = json.loads(cold.output)
    pages = _pages(settings)
    yield Measurement("manuals", report["documents"], "", f"{pages} PDF pages, {report['chunks']} chunks")
    yield Measurement("manuals that failed", len(report["failed"]), "")
    yield Measurement("ingest, cold", round(cold.seconds, 1), "s", "the whole command")
    yield Measurement("chunks a second", round(report["chunks"] / report["seconds"], 1), "1/s", "reading, embedding")
    if cold.mebibytes is not None:
        yield Measurement("peak memory of ingest", cold.mebibytes, "MiB", "the command and its workers")
    again = [run_command(settings.home, "ingest", str(case.manuals), "--json") for _ in range(RE_INGESTS)]
    assert all(json.loads(run.output)["unchanged"] == report["documents"] for run in again)
    seconds = statistics.median(run.seconds for run in again)
    yield Measurement("ingest, unchanged", round(seconds, 2), "s", f"the whole command, median of {RE_INGESTS}")
    # Blocks, not lengths: the engine reserves files that are mostly holes.
    kept = sum(path.stat().st_blocks * 512 for path in settings.index_folder.rglob("*") if path.is_file())
    yield Measurement("index on disk", round(kept / 2**20, 1), "MiB", "all kept generations")


def _pages(settings: Settings) -> int:
    from ingest.index.contract import EVERYTHING

    index = build_store(settings).open()
    pages = sum(document.pages for document in index.documents(EVERYTHING))
    index.close()
    return pages


def _open(settings: Settings) -> Iterator[Measurement]:
    """Opened and asked what it holds, as a start of the chat does it."""
    seconds: list[float] = []
    for _ in range(OPENS):
        started = time.perf_counter()
        index = build_store(settings).open()
        index.info()
        seconds.append(time.perf_counter() - started)
        index.close()
    yield Measurement("index open", round(statistics.median(seconds) * 1000, 1), "ms", f"median of {OPENS}")


def _ask(case: Case, settings: Settings) -> Iterator[Measurement]:
    started = time.perf_counter()
    retriever = build_retriever(settings)
    yield Measurement(
        "retriever ready", round(time.perf_counter() - started, 2), "s", "index and embedder, imports done"
    )
    questions = _gold(case)
    milliseconds: list[float] = []
    for round_number in range(ROUNDS):
        for question in questions:
            started = time.perf_counter()
            retriever.retrieve(question.text, scope=question.scope, turns=question.turns)
            if round_number:
                milliseconds.append((time.perf_counter() - started) * 1000)
    note = f"{len(milliseconds)} questions, embedding included"
    for percent in (50, 95):
        yield Measurement(f"retrieval p{percent}", percentile(milliseconds, percent) or 0.0, "ms", note)


def _gold(case: Case) -> list[Question]:
    return read_questions(case.questions, only_set=case.only_set)


def _shown(measurements: Iterator[Measurement]) -> Iterator[Measurement]:
    for item in measurements:
        print(f"  {item.what:24} {item.value:>10} {item.unit:4} {item.note}", file=sys.stderr)
        yield item


if __name__ == "__main__":
    main()
