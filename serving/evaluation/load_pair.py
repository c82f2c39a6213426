"""The same load on Manualdesk and on the bare model server behind it: addresses go in, both runs and a ratio come out.

The bare server gets the very requests that Manualdesk would send: the prompts are built from the passages that its
`/v1/search` gives. Tokens are counted alike on both sides: what a reader got, in characters, divided by the characters
that a token of this model has on average (the bare server counts its tokens). So text that the checks drop is missing
from Manualdesk's tokens, as it is missing for the reader.
"""

import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from ingest.errors import ModelUnavailable, SettingError
from ingest.language import detect_language
from ingest.types import Audience
from retrieval.passages import Passage
from serving.endpoint import Endpoint, EndpointFailed
from serving.evaluation.load import Body, Figures, Load, Served, Spent, figures, run_load
from serving.model import ChatModel, ModelInfo, request_body
from serving.prompt import build_prompt, passages_for

_SECONDS: Final = 30.0
_AT_ONCE: Final = 4
"""Searches for prompts; they are no part of what is measured."""
_PROCESSOR: Final = "process_cpu_seconds_total"
_GENERATED: Final = "vllm:generation_tokens_total"
_CHARACTERS_A_TOKEN: Final = 4.0
"""Where no model server counts: about that of English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Both runs; one is None where it was not asked for."""

    load: Load
    manualdesk: Figures | None
    bare: Figures | None
    model: str = ""
    """The name that the bare server gives its model; empty where none was asked."""

    @property
    def ratio(self) -> float | None:
        """Tokens a second that readers get through Manualdesk, of those from the bare server."""
        if self.manualdesk is None or self.bare is None or not self.bare.tokens_per_second:
            return None
        return round(self.manualdesk.tokens_per_second / self.bare.tokens_per_second, 3)

    def to_json(self) -> dict[str, object]:
        runs = {"manualdesk": self.manualdesk, "bare": self.bare}
        shown = {name: run and asdict(run) for name, run in runs.items()}
        return {"model": self.model, **asdict(self.load), **shown, "ratio": self.ratio}


async def compare(
    questions: Sequence[str], load: Load, *, manualdesk: Endpoint | None = None, bare: Endpoint | None = None
) -> Compared:
    """Run the load on the bare server, then on Manualdesk; an address that is None is left out.

    Raises SettingError without questions or addresses, ModelUnavailable where a server does not answer at all.
    """
    if not questions or (manualdesk is None and bare is None):
        raise SettingError("There is nothing to ask, or nobody.", hint="Name gold questions and an address.")
    characters = _CHARACTERS_A_TOKEN
    alone = beside = None
    name = ""
    if bare is not None:
        info = await ChatModel(bare.url, api_key=bare.api_key).info()
        name = info.name
        run = await _measured(bare, await _prompts(questions, manualdesk, info), load, model=bare)
        alone = figures(run.served, run.spent, _counted)
        tokens = sum(map(_counted, run.served))
        characters = sum(one.characters for one in run.served) / tokens if tokens else characters
    if manualdesk is not None:
        bodies = [{"model": "manualdesk", "messages": [{"role": "user", "content": text}]} for text in questions]
        run = await _measured(manualdesk, bodies, load, model=bare)
        beside = figures(run.served, run.spent, lambda one: one.characters / characters)
    return Compared(load=load, manualdesk=beside, bare=alone, model=name)


@dataclass(frozen=True, slots=True)
class _Measured:
    served: list[Served]
    spent: Spent


async def _measured(endpoint: Endpoint, bodies: Sequence[Body], load: Load, *, model: Endpoint | None) -> _Measured:
    """The load, and what was spent on it. `model`: the server that counts the tokens it generates."""

    async def counters() -> tuple[float | None, float | None, float]:
        server = await _counter(endpoint, _PROCESSOR)
        generated = await _counter(model, _GENERATED) if model is not None else None
        return server, generated, time.process_time()

    before = await counters()
    served = await run_load(endpoint, bodies, load)
    after = await counters()
    if all(one.error for one in served):
        raise _unreachable(endpoint, served[0].error)
    spent = Spent(_grown(before[0], after[0]), _grown(before[1], after[1]), after[2] - before[2])
    return _Measured(served, spent)


async def _counter(endpoint: Endpoint, name: str) -> float | None:
    """A figure of a server's /metrics; None where it has none, or lets nobody see them."""
    root = replace(endpoint, url=endpoint.url.removesuffix("/v1"))
    try:
        text = await root.get_text("/metrics", seconds=_SECONDS)
    except EndpointFailed:
        return None
    found = re.findall(rf"^{re.escape(name)}(?:\{{[^}}]*\}})? (\S+)", text, re.M)
    return sum(map(float, found)) if found else None


def _grown(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else after - before


def _counted(served: Served) -> int:
    """Tokens as the model server counts them, else its events: one each."""
    return served.events if served.tokens is None else served.tokens


async def _prompts(questions: Sequence[str], manualdesk: Endpoint | None, info: ModelInfo) -> list[Body]:
    """The requests that Manualdesk would send for these questions; without one, prompts without passages."""
    free = asyncio.Semaphore(_AT_ONCE)
    limit = passages_for(info.context_tokens)

    async def body(question: str) -> Body:
        async with free:
            passages = await _searched(manualdesk, question, limit) if manualdesk is not None else []
        language = detect_language(question)
        prompt = build_prompt(question, passages, (), language=language, context_tokens=info.context_tokens)
        return request_body(info, prompt.messages, max_tokens=prompt.answer_tokens)

    return list(await asyncio.gather(*map(body, questions)))


async def _searched(manualdesk: Endpoint, question: str, limit: int) -> list[Passage]:
    try:
        found = await manualdesk.post("/search", {"question": question, "limit": limit}, seconds=_SECONDS)
        return [_passage(item) for item in found["passages"]]
    except (EndpointFailed, KeyError, TypeError) as error:
        raise _unreachable(manualdesk, str(error)) from error


def _passage(item: Mapping[str, Any]) -> Passage:
    return Passage(
        document=item["document"],
        revision=item["revision"],
        title=item["title"],
        section=tuple(item["section"]),
        page=item["page"],
        pages=tuple(item["pages"]),
        text=item["text"],
        score=item["score"],
        product=item["product"],
        language=item["language"],
        audience=Audience(item["audience"]),
    )


def _unreachable(endpoint: Endpoint, reason: str) -> ModelUnavailable:
    return ModelUnavailable(
        f"{endpoint.url} does not answer: {reason}",
        hint="start it (`manualdesk serve`, `manualdesk llm serve`), or leave it out with an empty address",
    )
