"""Users who ask at the same time: an address and a workload go in, times of first tokens and of all tokens come out.

The client reads raw streams in several processes, so that it is not what is measured: 256 users read thousands of
tokens a second.
"""

import asyncio
import json
import math
import random
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Final

_SHARED_SEED: Final = 11
_FIRST_TOKEN: Final = 300
"""Tokens before it may be control tokens; any other is as good as the next to a model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """Questions as our prompts are laid out: a part that is always the same, passages of a manual, a question.

    Some manuals are asked about often, most are not. Figures are tokens, but `passages` (of one question), `manuals`
    and `pool` (passages of a manual that are found at all).
    """

    fixed: int = 350
    passages: int = 8
    passage: int = 350
    manuals: int = 20
    pool: int = 16
    question: int = 60
    answer: int = 150
    vocabulary: int = 2000

    def prompt(self, seed: int) -> list[int]:
        """The tokens of one question; the same passages stand in the same order, as ours do."""
        chance = random.Random(seed)
        manual = min(int(chance.paretovariate(0.8)) - 1, self.manuals - 1)
        chosen = sorted(chance.sample(range(self.pool), self.passages))
        parts = [self._tokens(_SHARED_SEED, self.fixed)]
        parts += [self._tokens(1000 * (manual + 1) + number, self.passage) for number in chosen]
        parts += [self._tokens(1_000_000 + seed, self.question)]
        return [token for part in parts for token in part]

    def _tokens(self, seed: int, count: int) -> list[int]:
        chance = random.Random(seed)
        return [chance.randrange(_FIRST_TOKEN, self.vocabulary) for _ in range(count)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One answer: seconds to the first token and to the last, tokens in and out."""

    first: float
    whole: float
    prompt_tokens: int
    answer_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """All answers of a number of users, and the seconds that they took together."""

    users: int
    seconds: float
    answers: tuple[Asked, ...]

    def figures(self) -> dict[str, float]:
        """Milliseconds and tokens a second."""
        gaps = [
            (asked.whole - asked.first) / (asked.answer_tokens - 1) for asked in self.answers if asked.answer_tokens > 1
        ]
        firsts = [asked.first for asked in self.answers]
        return {
            "users": self.users,
            "answers": len(self.answers),
            "first_token_p50_ms": round(_at(firsts, 0.5) * 1000, 1),
            "first_token_p95_ms": round(_at(firsts, 0.95) * 1000, 1),
            "token_gap_p50_ms": round(_at(gaps, 0.5) * 1000, 2),
            "answer_p50_s": round(_at([asked.whole for asked in self.answers], 0.5), 3),
            "answer_tokens_a_second": round(sum(asked.answer_tokens for asked in self.answers) / self.seconds, 1),
            "prompt_tokens_a_second": round(sum(asked.prompt_tokens for asked in self.answers) / self.seconds, 1),
        }


def ask_together(port: int, model: str, workload: Workload, *, users: int, answers: int, seed: int) -> Round:
    """`users` ask until there are `answers`, each the next question when it has its answer. Raises OSError, ValueError.

    Other seeds are other questions, on the same passages.
    """
    workers = max(1, min(8, users // 8))
    shares = [range(worker, answers, workers) for worker in range(workers)]
    jobs = [(port, model, workload, [seed + number for number in share], max(1, users // workers)) for share in shares]
    started = time.perf_counter()
    if workers == 1:
        parts = [_answers(jobs[0])]
    else:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            list(pool.map(time.sleep, [0.1] * workers))  # all are up before the clock starts
            started = time.perf_counter()
            parts = list(pool.map(_answers, jobs))
    return Round(
        users=users, seconds=time.perf_counter() - started, answers=tuple(asked for part in parts for asked in part)
    )


def _answers(job: tuple[int, str, Workload, list[int], int]) -> list[Asked]:
    port, model, workload, seeds, users = job
    return asyncio.run(_all(port, model, workload, iter(seeds), users))


async def _all(port: int, model: str, workload: Workload, seeds: Iterator[int], users: int) -> list[Asked]:
    async def user() -> list[Asked]:
        # All users take from the same questions; who is done first asks the next one.
        return [await _ask(port, model, workload.prompt(seed), workload.answer) for seed in seeds]

    parts = await asyncio.gather(*(user() for _ in range(users)))
    return [asked for part in parts for asked in part]


async def _ask(port: int, model: str, prompt: list[int], answer: int) -> Asked:
    body = json.dumps(
        {
            "model": model, "prompt": prompt, "max_tokens": answer, "ignore_eos": True, "temperature": 0,
            "stream": True, "stream_options": {"include_usage": True},
        }
    ).encode()  # fmt: skip
    head = f"POST /v1/completions HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
    started = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    writer.write(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
    first = last = 0.0
    said, usage = b"", b""
    async for line in reader:
        if line.startswith(b"data: {"):
            last = time.perf_counter() - started
            first = first or last
            if b'"prompt_tokens"' in line:
                usage = line
        elif not usage and not first:
            said = (said + line)[-2000:]
    writer.close()
    if not usage:
        raise ValueError(f"the server gave no answer: {said.decode(errors='replace')}")
    counts = json.loads(usage.removeprefix(b"data: "))["usage"]
    return Asked(
        first=first, whole=last, prompt_tokens=counts["prompt_tokens"], answer_tokens=counts["completion_tokens"]
    )


def _at(values: list[float], part: float) -> float:
    """The value that `part` of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)] if ordered else 0.0
