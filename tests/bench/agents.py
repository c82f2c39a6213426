"""Fifty agents and an ingest: signed-in chats with time to think, and how long it is to the first place in a manual.

    python tests/bench/agents.py                                the whole run: 50 agents, 20 s to think, 5 minutes
    python tests/bench/agents.py --agents 5 --seconds 20 --think 3 --name agents-short --results /tmp
    python tests/bench/agents.py --help                         what is ingested meanwhile, and the rest

`manualdesk serve` runs as a company runs it: sign-in by password, quotes, a process of its own with a fresh home that
holds the sample manuals. Each agent signs in, opens a chat's websocket as the page does (`tests/chat_client.py`), and
asks the samples' gold questions, also those that no manual answers, with half to one and a half times the time to think
between an answer and the next question. Ten seconds in, an editor's ingest of other manuals begins: of the twenty in
`../shared/manuals/small` where they are, which takes minutes, else of the samples with other words. The run goes on
until it has ended. All of it shares the machine's processors, this script too. `agents.json` has the figures; the
script ends with status 1 where an answer failed, the ingest did not end well, or the 95th percentile to the first
passage is not below BAR_SECONDS. The figures are worth something only while nothing else runs.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import readiness
from process_tree import COMMAND, PeakMemory, run_command
from socketio.exceptions import SocketIOError

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from ingest.embed import Embedder  # noqa: E402
from serving.accounts.administration import Administration, Who  # noqa: E402
from serving.accounts.passwords import hashed  # noqa: E402
from serving.accounts.types import Rights  # noqa: E402
from serving.database.engine import Database  # noqa: E402
from serving.evaluation.questions import Question, read_questions  # noqa: E402
from serving.evaluation.results import CHECKOUT, FOLDER, model_name, save  # noqa: E402
from serving.keys import Role  # noqa: E402
from serving.keys_store import KeyStore  # noqa: E402
from serving.settings import load_settings  # noqa: E402
from tests.chat_client import Heard, chat, signed_in  # noqa: E402

BAR_SECONDS = 2.0
SEED = 50
INGEST_AFTER_SECONDS = 10.0
LONGEST_SECONDS = 3600.0
SAMPLES = ROOT / "data" / "samples"
QUESTIONS = ROOT / "data" / "eval" / "samples.jsonl"
SMALL = CHECKOUT.parent / "shared" / "manuals" / "small"
PASSWORD = "four wide green windows"


@dataclass(slots=True)
class Asked:
    """An answer, whether the ingest was running when it was asked for, and whether the manuals tell."""

    heard: Heard
    during_ingest: bool
    answerable: bool


@dataclass(slots=True)
class Run:
    """What all agents share."""

    address: str
    questions: Sequence[Question]
    think: float
    ends: float
    """By the clock; later while the ingest runs."""
    asked: list[Asked] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    ingesting: bool = False
    ingest: dict[str, object] = field(default_factory=dict)

    @property
    def goes_on(self) -> bool:
        return time.monotonic() < self.ends or self.ingesting


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="manualdesk-agents-") as folder:
        home, manuals = _prepared(Path(folder))
        names = [f"agent-{number}" for number in range(options.agents)]
        _add_people(home, names)
        key = KeyStore(home).create("editor", Role.EDITOR)[0]
        with _served(home, Path(folder) / "server.log") as (address, process):
            tokens = [signed_in(address, name, PASSWORD) for name in names]
            run = Run(address, _questions(), options.think, time.monotonic() + options.seconds)
            before, began = _processor_seconds(process), time.monotonic()
            with PeakMemory(process) as peak:
                asyncio.run(_all(run, tokens, key, manuals, options.manuals))
            took, used = time.monotonic() - began, _processor_seconds(process) - before
    measured = _measured(run, options, took)
    measured["server"] = {"processors_used": round(used / took, 2), "peak_mebibytes_with_ingest": peak.mebibytes}
    print(json.dumps(measured, indent=2))
    save(options.name, measured, options.results)
    if problems := _problems(run, measured):
        sys.exit("; ".join(problems))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agents", type=int, default=50)
    parser.add_argument("--think", type=float, default=20.0, help="seconds between an answer and the next question")
    parser.add_argument("--seconds", type=float, default=300.0, help="length of the run; longer while the ingest runs")
    parser.add_argument(
        "--manuals", type=Path, default=SMALL if SMALL.is_dir() else None, help="a folder to ingest meanwhile"
    )
    parser.add_argument("--name", default="agents", help="of the result")
    parser.add_argument("--results", type=Path, default=FOLDER, help="where the results go")
    return parser.parse_args()


def _prepared(folder: Path) -> tuple[Path, Path]:
    """A home with the samples indexed, and the folder of manuals that it was made from."""
    settings = load_settings()
    Embedder(settings.embedder, settings.models)
    home, manuals = folder / "home", folder / "manuals"
    home.mkdir()
    (home / "models").symlink_to(settings.models.resolve(), target_is_directory=True)
    shutil.copytree(SAMPLES, manuals)
    run_command(home, "ingest", str(manuals), "--json")
    return home, manuals


def _add_people(home: Path, names: Sequence[str]) -> None:
    """Agents who have chosen their password already; one hash does for all."""
    database, kept = Database(home), hashed(PASSWORD)
    administration = Administration(database, Who(actor="bench"))
    for name in names:
        person, _ = administration.add(name, Rights(Role.AGENT))
        administration.people.set_password_hash(person, kept, must_change=False)
    database.close()


def _questions() -> list[Question]:
    return [found for found in read_questions(QUESTIONS) if not found.turns]


@contextmanager
def _served(home: Path, log: Path) -> Iterator[tuple[str, int]]:
    """Address and process id of a server that is ready."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MANUALDESK_")}
    settings = {"MANUALDESK_HOME": str(home), "MANUALDESK_LLM_URL": "", "MANUALDESK_SIGN_IN": "password"}
    with log.open("w") as said:
        process = subprocess.Popen([COMMAND, "serve", "--port", "0"], env=kept | settings, stdout=said, stderr=said)

        def runs() -> bool:
            return process.poll() is None

        try:
            address = readiness.said(log, r"Manualdesk is at (http://\S+)", runs=runs)
            readiness.wait_for(f"{address}/readyz", log, runs=runs)
            yield address, process.pid
        finally:
            process.terminate()
            process.wait(60)


async def _all(run: Run, tokens: Sequence[str], key: str, manuals: Path, others: Path | None) -> None:
    agents = [_agent(run, token, random.Random(SEED * 1000 + number)) for number, token in enumerate(tokens)]
    await asyncio.gather(_editor(run, key, manuals, others), *agents)


async def _agent(run: Run, token: str, chance: random.Random) -> None:
    """Comes somewhere in the first time to think, and asks until the run ends. A failure is noted, and it goes on."""
    await asyncio.sleep(chance.uniform(0, run.think))
    while run.goes_on:
        try:
            async with chat(run.address, token) as client:
                while run.goes_on:
                    during = run.ingesting
                    question = chance.choice(run.questions)
                    heard = await client.ask(question.text)
                    run.asked.append(Asked(heard, during, question.answerable))
                    if heard.is_error or not heard.text:
                        run.errors.append(heard.text[:200] or "an empty answer")
                    await asyncio.sleep(run.think * chance.uniform(0.5, 1.5))
        except (OSError, SocketIOError) as error:
            run.errors.append(f"{type(error).__name__}: {error}")
            await asyncio.sleep(1)


async def _editor(run: Run, key: str, manuals: Path, others: Path | None) -> None:
    """Lays other manuals into the folder and has it ingested."""
    await asyncio.sleep(min(INGEST_AFTER_SECONDS, run.think))
    if others is not None:
        shutil.copytree(others, manuals / "more")
    else:
        for page in [*manuals.rglob("*.md"), *manuals.rglob("*.html")]:
            page.write_text(page.read_text(encoding="utf-8").replace(" the ", " this "), encoding="utf-8")
    run.ingesting = True
    try:
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(base_url=run.address, headers=headers, trust_env=False, timeout=120) as http:
            reply = await http.post("/v1/ingest", json={"root": str(manuals)})
            reply.raise_for_status()
            began, job = time.monotonic(), reply.json()
            while job["state"] in {"waiting", "running"} and time.monotonic() - began < LONGEST_SECONDS:
                await asyncio.sleep(1)
                job = (await http.get(f"/v1/jobs/{job['id']}")).json()
        report = job.get("report") or {}
        run.ingest = {"manuals": "the samples, edited" if others is None else others.name, "state": job["state"]}
        run.ingest["seconds"] = round(time.monotonic() - began, 1)
        run.ingest |= {name: report[name] for name in ("documents", "chunks", "embedded") if name in report}
    finally:
        run.ingesting = False


def _processor_seconds(process: int) -> float:
    """Of the server itself; an ingest runs in a process of its own."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _measured(run: Run, options: argparse.Namespace, took: float) -> dict[str, object]:
    during = [each for each in run.asked if each.during_ingest]
    settings = {"agents": options.agents, "think_seconds": options.think, "seed": SEED, "answers": "quotes"}
    return {
        "kind": "agents",
        "settings": {**settings, "embedder": model_name(load_settings().embedder), "bar_seconds": BAR_SECONDS},
        "seconds": round(took, 1),
        "answers": len(run.asked),
        "refused": {
            "answerable": _refused([each for each in run.asked if each.answerable]),
            "unanswerable": _refused([each for each in run.asked if not each.answerable]),
        },
        "errors": {"count": len(run.errors), "first": run.errors[:5]},
        "ingest": run.ingest,
        "first_passage_seconds": _percentiles([each.heard.first_passage for each in run.asked]),
        "first_passage_seconds_during_ingest": _percentiles([each.heard.first_passage for each in during]),
        "total_seconds": _percentiles([each.heard.total for each in run.asked]),
        "total_seconds_during_ingest": _percentiles([each.heard.total for each in during]),
    }


def _refused(asked: Sequence[Asked]) -> dict[str, int]:
    return {"asked": len(asked), "refused": sum(each.heard.is_refused for each in asked)}


def _percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """Of those that came."""
    ordered = sorted(each for each in seconds if each)
    if not ordered:
        return {}
    shown = {f"p{part}": ordered[min(len(ordered) - 1, len(ordered) * part // 100)] for part in (50, 95, 99)}
    return {name: round(value, 3) for name, value in {**shown, "max": ordered[-1]}.items()}


def _problems(run: Run, measured: dict[str, object]) -> list[str]:
    first = measured["first_passage_seconds"]
    assert isinstance(first, dict)
    problems = [f"{len(run.errors)} errors, the first: {run.errors[0]}"] if run.errors else []
    if run.ingest.get("state") != "done":
        problems.append(f"the ingest ended as {run.ingest}")
    if first.get("p95", BAR_SECONDS) >= BAR_SECONDS:
        problems.append(f"95 % have their first passage after {first.get('p95')} s; the bar is {BAR_SECONDS} s")
    return problems


if __name__ == "__main__":
    main()
