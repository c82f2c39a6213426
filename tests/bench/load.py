"""Many users at once: Manualdesk before a paced model server, against that server alone; into `load.json`.

    python tests/bench/load.py                    64 users before a server of 20 tokens a second and stream
    python tests/bench/load.py --vllm             then 4 users before a real vLLM on the processor too (make vllm)
    python tests/bench/load.py --help             pace, users, rounds

`manualdesk serve` runs as a user runs it, in a process of its own with a fresh home that holds the sample manuals; the
paced server (`tests/paced_model.py`) is another, and this one asks. All share the machine's processors, so what is
measured is a lower bound. Before the paced server Manualdesk must pass BAR of the tokens a second that are read from
the server alone; the script ends with status 1 where it does not. The small model that vLLM runs here is mostly
corrected or replaced by quotes, so that its ratio says little and has no bar.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from process_tree import COMMAND, run_command
from readiness import said, wait_for

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from ingest.embed import Embedder  # noqa: E402
from ingest.index.contract import EVERYTHING  # noqa: E402
from serving.answer import AnswerSource  # noqa: E402
from serving.compose import build_assistant  # noqa: E402
from serving.endpoint import Endpoint  # noqa: E402
from serving.evaluation.load import Load  # noqa: E402
from serving.evaluation.load_pair import Compared, compare  # noqa: E402
from serving.evaluation.load_table import as_record, as_text  # noqa: E402
from serving.evaluation.questions import read_questions  # noqa: E402
from serving.evaluation.results import FOLDER, describe_questions, save  # noqa: E402
from serving.evaluation.results_page import write_page  # noqa: E402
from serving.settings import load_settings  # noqa: E402
from tests.paced_model import PacedModel, written  # noqa: E402

BAR = 0.95
WHOLE = 0.99
"""Of an answer's characters; marks that are numbered anew may be shorter."""
QUESTIONS = ROOT / "data" / "eval" / "samples.jsonl"
PACED = ROOT / "tests" / "paced_model.py"
VLLM_USERS = 4


def main() -> None:
    options = _options()
    runs: list[Compared] = []
    with _home() as home:
        load = Load(users=options.users, rounds=options.rounds, ramp_seconds=options.tokens / options.pace)
        questions = _answered(home, load.users * load.rounds + 1, options.tokens)
        with _paced(options.pace, options.tokens) as model:
            runs.append(_compared(home, model, load, questions))
        if options.vllm:
            with _vllm() as model:
                small = Load(users=VLLM_USERS, rounds=options.rounds, ramp_seconds=5)
                runs.append(_compared(home, model, small, questions[: VLLM_USERS * options.rounds + 1]))
    print(as_text(runs))
    record = as_record(runs, describe_questions(QUESTIONS, only_set="", count=len(questions)))
    paced = {"pace": options.pace, "tokens": options.tokens, "bar": BAR}
    save(options.name, {**record, "paced": paced}, options.results)
    write_page(options.results)
    if (runs[0].ratio or 0) < BAR:
        sys.exit(f"Manualdesk passes {runs[0].ratio} of the tokens a second; the bar is {BAR}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3, help="questions each user asks")
    parser.add_argument("--pace", type=float, default=20.0, help="tokens a second of each of the server's streams")
    parser.add_argument("--tokens", type=int, default=200, help="tokens of an answer")
    parser.add_argument("--vllm", action="store_true", help="before a real vLLM on the processor too")
    parser.add_argument("--name", default="load", help="of the result")
    parser.add_argument("--results", type=Path, default=FOLDER, help="where the results go")
    return parser.parse_args()


def _compared(home: Path, model: str, load: Load, questions: Sequence[str]) -> Compared:
    with _served(home, model) as url:
        *questions, first = questions
        # Warm: models are loaded, libraries imported.
        asyncio.run(compare([first], Load(users=1, rounds=1, ramp_seconds=0), manualdesk=Endpoint(url)))
        return asyncio.run(compare(questions, load, manualdesk=Endpoint(url), bare=Endpoint(model)))


def _answered(home: Path, count: int, tokens: int) -> list[str]:
    """So many questions whose paced answers pass the checks whole: what is refused or dropped is no matter of speed.

    Each question is another one (a ticket's number tells them apart), since what was asked before comes out of a store.
    """
    gold = [found.text for found in read_questions(QUESTIONS) if found.answerable and not found.turns]
    chosen: list[str] = []
    model = PacedModel(pace=100_000, tokens=tokens, delay=0)
    with model.in_thread() as url:
        assistant = build_assistant(replace(load_settings(), home=home, llm_url=url))
        tried = [f"{text} (ticket {1000 + place})" for place, text in enumerate(gold * (1 + 4 * count // len(gold)))]
        for question in tried[: 4 * count]:
            answer = assistant.ask(question, scope=EVERYTHING)
            said = written(model.heard[-1], tokens) if model.heard else ""
            if answer.source is AnswerSource.MODEL and len(answer.answer) >= WHOLE * len(said):
                chosen.append(question)
            if len(chosen) == count:
                return chosen
    sys.exit(f"only {len(chosen)} of {count} questions are answered from the sample manuals")


@contextmanager
def _home() -> Iterator[Path]:
    settings = load_settings()
    Embedder(settings.embedder, settings.models)
    with tempfile.TemporaryDirectory(prefix="manualdesk-load-") as folder:
        home = Path(folder).resolve()
        (home / "models").symlink_to(settings.models.resolve(), target_is_directory=True)
        run_command(home, "ingest", str(ROOT / "data" / "samples"), "--json")
        yield home


@contextmanager
def _paced(pace: float, tokens: int) -> Iterator[str]:
    command = [sys.executable, str(PACED), "--port", "0", "--pace", str(pace), "--tokens", str(tokens)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@contextmanager
def _vllm() -> Iterator[str]:
    port = "8051"
    with _running(["llm", "serve", "--profile", "cpu", "--port", port], {}) as log:
        wait_for(f"http://127.0.0.1:{port}/health", log)
        yield f"http://127.0.0.1:{port}/v1"


@contextmanager
def _served(home: Path, model: str) -> Iterator[str]:
    """A running Manualdesk; leaves its address ending in /v1."""
    settings = {"MANUALDESK_HOME": str(home), "MANUALDESK_LLM_URL": model, "MANUALDESK_CALLS_A_MINUTE": "0"}
    with _running(["serve", "--port", "0"], settings) as log:
        address = said(log, r"Manualdesk is at (http://\S+)")
        wait_for(f"{address}/readyz", log)
        yield f"{address}/v1"


@contextmanager
def _running(arguments: Sequence[str], settings: dict[str, str]) -> Iterator[Path]:
    """The command in a session of its own; leaves the file of what it says."""
    with tempfile.NamedTemporaryFile("w", prefix="manualdesk-load-", suffix=".log") as log:
        process = subprocess.Popen(
            [COMMAND, *arguments], env={**os.environ, **settings}, stdout=log, stderr=log, start_new_session=True
        )
        try:
            yield Path(log.name)
        finally:
            process.terminate()
            process.wait(60)


if __name__ == "__main__":
    main()
