"""Many users at once: requests go in, one `Served` a request comes out, with what it brought and when.

Users ask, read the answer to its end, and ask the next. They begin spread over a ramp: people do not ask in the same
millisecond, and a queue that exists at the start only would hide how the rest goes.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final

from serving.endpoint import Endpoint, EndpointFailed
from serving.evaluation.figures import percentile

CHAT: Final = "/chat/completions"
Body = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How many users there are, how often each asks, and in how many seconds the first questions are asked."""

    users: int
    rounds: int
    ramp_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One request. Times are seconds on one clock; `first` is that of the first text."""

    started: float
    ended: float
    first: float | None = None
    events: int = 0
    """That brought text."""
    characters: int = 0
    tokens: int | None = None
    """As the server counts them, where it does."""
    source: str = ""
    """What Manualdesk's answer is made of: model, quotes, curated, cache, or `refused`."""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a run was like. Milliseconds; None where nothing was measured."""

    requests: int
    errors: Mapping[str, int]
    sources: Mapping[str, int]
    seconds: float
    tokens: int
    tokens_per_second: float
    first_token_ms: Mapping[str, float | None]
    answer_ms: Mapping[str, float | None]
    tokens_per_second_a_stream: float | None
    """Of the median answer, from its first text to its end."""
    generated_per_second: float | None = None
    """Tokens that the model server made, by its own counter."""
    server_microseconds_a_token: float | None = None
    """Processor time that the asked server spent for a token that was read, where it tells how much it used."""
    server_processors: float | None = None
    """That it kept busy."""
    client_processors: float = 0.0
    """That the asking kept busy: near 1, the figures are those of the asking and not of the server."""


async def run_load(endpoint: Endpoint, bodies: Sequence[Body], load: Load) -> list[Served]:
    """Ask `bodies` in turn, user by user: user u asks u, u + users, and so on, from the first again at the end."""

    async def user(number: int) -> list[Served]:
        await asyncio.sleep(load.ramp_seconds * number / load.users)
        places = (number + turn * load.users for turn in range(load.rounds))
        return [await ask(endpoint, bodies[place % len(bodies)]) for place in places]

    served = await asyncio.gather(*(user(number) for number in range(load.users)))
    return [one for each in served for one in each]


async def ask(endpoint: Endpoint, body: Body) -> Served:
    """One request, read to its end. Never raises: what goes wrong is its `error`."""
    started = time.perf_counter()
    reading = _Reading()
    error = ""
    try:
        async with aclosing(endpoint.events(CHAT, {**body, "stream": True, **_USAGE})) as arriving:
            async for events in arriving:
                reading.take(events)
        error = "" if reading.finished else "ended in the middle"
    except EndpointFailed as failed:
        error = str(failed)
    return Served(
        started=started,
        ended=time.perf_counter(),
        first=reading.first,
        events=reading.events,
        characters=reading.characters,
        tokens=reading.tokens,
        source=reading.source,
        error=error,
    )


_USAGE: Final = {"stream_options": {"include_usage": True}}


class _Reading:
    """What has arrived of one reply."""

    def __init__(self) -> None:
        self.first: float | None = None
        self.events = self.characters = 0
        self.tokens: int | None = None
        self.source = ""
        self.finished = False

    def take(self, events: Sequence[Mapping[str, Any]]) -> None:
        for event in events:
            for choice in event.get("choices", ())[:1]:
                if text := choice.get("delta", {}).get("content"):
                    self.first = self.first or time.perf_counter()
                    self.events += 1
                    self.characters += len(text)
                self.finished = self.finished or bool(choice.get("finish_reason"))
            if usage := event.get("usage"):
                self.tokens = usage.get("completion_tokens")
            if told := event.get("manualdesk"):
                self.source = "refused" if told.get("refused") else str(told.get("source", ""))


@dataclass(frozen=True, slots=True)
class Spent:
    """While a load ran; None where a server does not tell."""

    server: float | None
    """Processor seconds of the asked server."""
    generated: float | None
    """Tokens that the model server made."""
    client: float
    """Processor seconds of this process."""


def figures(served: Sequence[Served], spent: Spent, tokens_of: Callable[[Served], float]) -> Figures:
    """The run in figures; requests that failed count among the errors only."""
    good = [one for one in served if not one.error]
    seconds = max((one.ended for one in served), default=0.0) - min((one.started for one in served), default=0.0)
    tokens = sum(map(tokens_of, good))
    per_second, per_token = _rate(seconds), _rate(tokens)
    first = [(one.first - one.started) * 1000 for one in good if one.first is not None]
    # Text that comes all at once, as quotes do, has no speed.
    streamed = [one for one in good if one.events > 1]
    speeds = [tokens_of(one) / (one.ended - one.first) for one in streamed if one.first and one.ended > one.first]
    return Figures(
        requests=len(served),
        errors=dict(Counter(one.error for one in served if one.error)),
        sources=dict(Counter(one.source for one in good if one.source)),
        seconds=round(seconds, 2),
        tokens=round(tokens),
        tokens_per_second=per_second(tokens) or 0.0,
        first_token_ms=_percentiles(first),
        answer_ms=_percentiles([(one.ended - one.started) * 1000 for one in good]),
        tokens_per_second_a_stream=percentile(speeds, 50),
        generated_per_second=per_second(spent.generated),
        server_microseconds_a_token=per_token(spent.server and spent.server * 1e6),
        server_processors=per_second(spent.server),
        client_processors=per_second(spent.client) or 0.0,
    )


def _rate(count: float) -> Callable[[float | None], float | None]:
    """Amounts for each one of a count, to two places."""
    return lambda amount: None if amount is None or not count else round(amount / count, 2)


def _percentiles(values: Sequence[float]) -> dict[str, float | None]:
    return {f"p{percent}": percentile(values, percent) for percent in (50, 95, 99)}
