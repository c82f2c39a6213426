"""vLLM with the architecture of Qwen3-4B: first token and throughput at 1 to 256 users, on the card of this machine.

    python tests/bench/gpu.py                  every case, about 40 minutes on one card (`make bench-gpu`)
    python tests/bench/gpu.py --cases awq      some of them: awq, awq-no-prefix, bf16, bf16-no-prefix, long
    python tests/bench/gpu.py --users 1,32     other numbers of users
    python tests/bench/gpu.py --smoke          a tiny model on a processor: shows that the kit works, measures nothing
    python tests/bench/gpu.py --model FOLDER   a real checkpoint instead of random weights, for all cases

The model is made here: the published config.json, a tokenizer of our own, and weights that vLLM fills at random
(`--load-format dummy`), since speed does not depend on them. The server is planned and started as `llm serve` does it.
Prompts are laid out like ours: a fixed part, eight passages of a manual, a question; 3,210 tokens in and 150 out.
Results go to data/eval/results/gpu-CARD.json and, as a table, to stdout. Nothing is asked of a hub.
"""

import argparse
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from gpu_load import Workload, ask_together
from gpu_models import Architecture, Weights, make_folder

from ingest.errors import ManualdeskError
from serving.evaluation.results import FOLDER, save
from serving.vllm.cards import installed_card
from serving.vllm.launch import Launch, plan_launch, vllm_python
from serving.vllm.memory_plan import Wish
from serving.vllm.probe import is_well, load

USERS = (1, 4, 16, 64, 128, 256)
LENGTHS = (4096, 16_384, 65_536, 131_072, 250_000)
READY_SECONDS = 1200
WORKLOAD = Workload()
SMOKE_WORKLOAD = Workload(fixed=64, passages=3, passage=64, pool=8, question=16, answer=8)
DUMMY = ("--load-format", "dummy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One start of the server. `lengths`: prompts of one user in tokens, instead of many users."""

    name: str
    weights: Weights
    prefix: bool = True
    lengths: tuple[int, ...] = ()


CASES = (
    Case(name="awq", weights="awq"),
    Case(name="awq-no-prefix", weights="awq", prefix=False),
    Case(name="bf16", weights="bf16"),
    Case(name="bf16-no-prefix", weights="bf16", prefix=False),
    Case(name="long", weights="awq", lengths=LENGTHS),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """What is run, and how large."""

    users: tuple[int, ...] = USERS
    workload: Workload = WORKLOAD
    tiny: bool = False
    model: Path | None = None
    answers_a_user: int = 3
    fewest_answers: int = 16


def main() -> None:
    options = _options()
    card = None if options.smoke else installed_card()
    if card is None and not options.smoke:
        sys.exit("error: no NVIDIA card answers nvidia-smi\nhint: --smoke shows on a processor that the kit works")
    kit = Kit(users=tuple(map(int, options.users.split(","))), model=options.model)
    if options.smoke:
        kit = Kit(users=(1, 2), workload=SMOKE_WORKLOAD, tiny=True, model=options.model, fewest_answers=4)
    chosen = [case for case in CASES if not options.cases or case.name in options.cases.split(",")]
    outcomes = [_outcome(case, kit, options.logs) for case in chosen]
    measured = {
        "kind": "gpu",
        "smoke": options.smoke,
        "card": asdict(card) if card else None,
        "vllm": _vllm_version(),
        "weights": options.model.name if options.model else "random",
        "workload": asdict(kit.workload),
        "cases": outcomes,
    }
    name = "gpu-smoke" if card is None else "gpu-" + re.sub(r"[^a-z0-9]+", "-", card.name.lower()).strip("-")[:40]
    save(name, measured, options.results)
    print(_table(outcomes))
    if any("error" in outcome for outcome in outcomes):
        sys.exit(1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", default="", help="names, separated by commas; all of them without it")
    parser.add_argument("--users", default=",".join(map(str, USERS)), help="numbers of users")
    parser.add_argument("--smoke", action="store_true", help="a tiny model on a processor")
    parser.add_argument("--model", type=Path, help="folder of a real checkpoint")
    parser.add_argument("--results", type=Path, default=FOLDER, help="where the result goes")
    parser.add_argument("--logs", type=Path, help="keep what the servers print in this folder")
    return parser.parse_args()


def _outcome(case: Case, kit: Kit, logs: Path | None) -> dict[str, object]:
    """Figures of one case, or why there are none: a card too small for one case is no reason to lose the others."""
    print(f"{case.name}:", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="manualdesk-gpu-") as scratch:
        folder = kit.model or make_folder(
            Path(scratch) / "Qwen3-4B-Instruct-2507", Architecture(weights=case.weights, tiny=kit.tiny)
        )
        log = (logs or Path(scratch)) / f"{case.name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        try:
            launch = _launch(case, kit, folder)
            with _served(launch, log) as (port, seconds):
                rounds = list(_rounds(case, kit, port, launch))
                busy = load(f"http://127.0.0.1:{port}", seconds=10)
        except (ManualdeskError, OSError, ValueError) as error:
            print(f"  {error}", file=sys.stderr)
            return {"case": case.name, "error": str(error)}
    plan = asdict(launch.plan) | {"model": folder.name} if launch.plan else None
    hits = None if busy is None or busy.prefix_hits is None else round(busy.prefix_hits, 3)
    return {
        "case": case.name, "weights": case.weights, "prefix_caching": case.prefix, "plan": plan,
        "ready_s": round(seconds, 1), "prefix_hits": hits, "rounds": rounds,
    }  # fmt: skip


def _launch(case: Case, kit: Kit, folder: Path) -> Launch:
    wish = Wish(long=bool(case.lengths))
    launch = plan_launch("cpu" if kit.tiny else "gpu", _free_port(), str(folder), models=folder, wish=wish)
    command = [*launch.command, *(() if kit.model else DUMMY)]
    if not case.prefix:
        command = [*(part for part in command if part != "--enable-prefix-caching"), "--no-enable-prefix-caching"]
    return replace(launch, command=tuple(command))


def _rounds(case: Case, kit: Kit, port: int, launch: Launch) -> Iterator[dict[str, object]]:
    """One round for each number of users, or one for each length of a prompt; a first one warms up."""
    ask_together(port, launch.model, kit.workload, users=2, answers=2, seed=10_000_000)
    if case.lengths:
        yield from _long_rounds(case.lengths, kit, port, launch)
        return
    for users in kit.users:
        answers = max(kit.fewest_answers, kit.answers_a_user * users)
        made = ask_together(port, launch.model, kit.workload, users=users, answers=answers, seed=users * 10_000)
        print(f"  {users} users: {made.figures()}", file=sys.stderr)
        yield dict(made.figures())


def _long_rounds(lengths: Sequence[int], kit: Kit, port: int, launch: Launch) -> Iterator[dict[str, object]]:
    most, answer = _context(port), kit.workload.answer
    for place, length in enumerate([size for size in lengths if size + answer <= most] or [most - answer - 64]):
        workload = Workload(fixed=0, passages=0, question=length, answer=answer)
        made = ask_together(port, launch.model, workload, users=1, answers=2, seed=20_000_000 + 10 * place)
        print(f"  {length} tokens: {made.figures()}", file=sys.stderr)
        yield {"prompt_tokens": length, **made.figures()}


def _context(port: int) -> int:
    """Tokens of context that the server settled on."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/models", timeout=30) as reply:
        return int(json.load(reply)["data"][0]["max_model_len"])


@contextmanager
def _served(launch: Launch, log: Path) -> Iterator[tuple[int, float]]:
    """The port of the running server, and the seconds that it took to be ready."""
    port = int(launch.command[launch.command.index("--port") + 1])
    started = time.monotonic()
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            launch.command, env={**os.environ, **launch.environment}, stdout=output, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
        try:
            while not is_well(f"http://127.0.0.1:{port}", seconds=5):
                if process.poll() is not None or time.monotonic() - started > READY_SECONDS:
                    raise ValueError(f"vLLM did not start: {_reason(log)}")
                time.sleep(0.5)  # between two looks at the condition
            yield port, time.monotonic() - started
        finally:
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                print("  the server did not end in time", file=sys.stderr)
            if process.poll() is None or _group_lives(process.pid):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _reason(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]
    return next((line for line in reversed(lines) if "Error" in line), lines[-1] if lines else "it said nothing")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        return int(chosen.getsockname()[1])


def _vllm_version() -> str:
    script = "from importlib.metadata import version as v, packages_distributions as d; print(v(d()['vllm'][0]))"
    done = subprocess.run([str(vllm_python()), "-P", "-c", script], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _table(outcomes: Sequence[dict[str, object]]) -> str:
    head = "| case | users | prompt | first token p50 / p95 ms | ms a token | answer tokens a second | cached |"
    lines = [head, "| --- | --- | --- | --- | --- | --- | --- |"]
    for outcome in outcomes:
        if "error" in outcome:
            lines.append(f"| {outcome['case']} | {outcome['error']} | | | | | |")
        for made in outcome.get("rounds", []):  # type: ignore[attr-defined]
            cells = (
                outcome["case"], made["users"], made.get("prompt_tokens", ""),
                f"{made['first_token_p50_ms']} / {made['first_token_p95_ms']}", made["token_gap_p50_ms"],
                made["answer_tokens_a_second"], outcome["prefix_hits"] if outcome["prefix_caching"] else "off",
            )  # fmt: skip
            lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
