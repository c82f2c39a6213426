"""An assistant that looks among the kept answers first, and keeps what the language model answers.

A question enters and events leave, as from the assistant inside; what it gives away at once is marked as `curated` or
`cache`. Whatever goes wrong with the kept answers, the question is answered without them.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Protocol, TypeVar

from ingest.errors import ModelUnavailable
from ingest.index.contract import Scope
from retrieval.query import Turn
from serving.answer import Answer, AnswerDone, AnswerSource, CheckPolicy, Event, PassagesFound, TextDelta, Timings
from serving.assistant import usable
from serving.model import ModelInfo
from serving.prompt import PROMPT_VERSION
from serving.stored.counts import Counts, Outcome
from serving.stored.lookup import Looked, Lookup
from serving.stored.types import StoreUnavailable

log = logging.getLogger("manualdesk.stored")
T = TypeVar("T")

_MODEL_BELIEVED_SECONDS = 5.0
"""How long the name of the served model is believed, as the model's client believes that it is there."""


class Answering(Protocol):
    """An assistant."""

    def ask(
        self,
        question: str,
        *,
        scope: Scope,
        turns: Sequence[Turn] = (),
        product: str = "",
        policy: CheckPolicy | None = None,
    ) -> Answer: ...

    def stream(
        self,
        question: str,
        *,
        scope: Scope,
        turns: Sequence[Turn] = (),
        product: str = "",
        policy: CheckPolicy | None = None,
    ) -> AsyncGenerator[Event]: ...


class NamedModel(Protocol):
    """What is needed of the language model's client."""

    async def available(self) -> bool: ...

    async def info(self) -> ModelInfo: ...


class StoredAnswers:
    """See `serving.assistant.Assistant`: the same calls, the same events."""

    def __init__(self, assistant: Answering, lookup: Lookup, model: NamedModel | None, counts: Counts) -> None:
        """`model`: the one that `assistant` asks; None: no answers are cached."""
        self._assistant = assistant
        self._lookup = lookup
        self._model = model
        self._model_name = ""
        self._named_at = float("-inf")
        self.counts = counts
        """What the metrics show."""

    def ask(
        self,
        question: str,
        *,
        scope: Scope,
        turns: Sequence[Turn] = (),
        product: str = "",
        policy: CheckPolicy | None = None,
    ) -> Answer:
        """The whole answer at once, as `Assistant.ask`."""
        started = time.perf_counter()
        look = partial(self._lookup.looked, scope=scope, turns=turns, product=product, policy=policy)
        looked, answer = self._first(partial(look, usable(question)))
        if looked is not None and answer is None:
            if self._stale:
                asyncio.run(self._hear_name())
            answer = self._others(looked)
        if answer is not None:
            return _timed(answer, started)
        return self._kept(
            looked, self._assistant.ask(question, scope=scope, turns=turns, product=product, policy=policy)
        )

    async def stream(
        self,
        question: str,
        *,
        scope: Scope,
        turns: Sequence[Turn] = (),
        product: str = "",
        policy: CheckPolicy | None = None,
    ) -> AsyncGenerator[Event]:
        """Events of one answer, as `Assistant.stream`; a kept one comes in three."""
        started = time.perf_counter()
        look = partial(self._lookup.looked, scope=scope, turns=turns, product=product, policy=policy)
        looked, answer = await asyncio.to_thread(self._first, partial(look, usable(question)))
        if looked is not None and answer is None:
            if self._stale:
                await self._hear_name()
            answer = await asyncio.to_thread(self._others, looked)
        if answer is not None:
            timed = _timed(answer, started)
            yield PassagesFound(timed.passages)
            yield TextDelta(timed.answer)
            yield AnswerDone(timed)
            return
        events = self._assistant.stream(question, scope=scope, turns=turns, product=product, policy=policy)
        async with aclosing(events):
            async for event in events:
                if isinstance(event, AnswerDone):
                    await asyncio.to_thread(self._kept, looked, event.answer)
                yield event

    def _first(self, look: Callable[[], Looked | None]) -> tuple[Looked | None, Answer | None]:
        """An editor's answer to the very question: before anybody asks which model is there."""
        looked = self._attempt(look)
        if looked is None:
            self.counts.add(Outcome.PASSED)
            return None, None
        return looked, self._attempt(lambda: self._lookup.curated_same(looked))

    def _others(self, looked: Looked) -> Answer | None:
        looked.asked = replace(looked.asked, model=self._model_name, prompt=PROMPT_VERSION)
        answer = self._attempt(lambda: self._lookup.cached_same(looked))
        answer = answer or self._attempt(lambda: self._lookup.alike(looked))
        if answer is None:
            self.counts.add(Outcome.MISSED)
        return answer

    def _kept(self, looked: Looked | None, answer: Answer) -> Answer:
        if looked is not None and looked.cacheable and looked.asked.model and worth_keeping(answer):
            self._attempt(lambda: self._lookup.keep(looked, answer))
        return answer

    @property
    def _stale(self) -> bool:
        return self._model is not None and time.monotonic() - self._named_at > _MODEL_BELIEVED_SECONDS

    async def _hear_name(self) -> None:
        """Ask which model answers; one that went away keeps its name, for its answers still stand."""
        self._named_at = time.monotonic()
        if self._model is not None and await self._model.available():
            try:
                self._model_name = (await self._model.info()).name
            except ModelUnavailable:
                log.debug("the language model went away while it was asked for its name")

    def _attempt(self, work: Callable[[], T | None]) -> T | None:
        """What the work returns; None where the kept answers cannot be used just now."""
        try:
            return work()
        except StoreUnavailable as error:
            if not self.counts.all()[Outcome.UNAVAILABLE]:
                log.warning("%s %s", error.message, error.hint)
            self.counts.add(Outcome.UNAVAILABLE)
            return None


def worth_keeping(answer: Answer) -> bool:
    """A whole answer of the model that says what all of it stands on. Quotes cost less than they would save."""
    return (
        answer.source is AnswerSource.MODEL
        and not answer.refused
        and answer.clarify is None
        and not answer.notice
        and not (answer.unsupported and answer.policy is CheckPolicy.MARK)
        and bool(answer.citations)
        and all(citation.passage.grounds for citation in answer.citations)
    )


def _timed(answer: Answer, started: float) -> Answer:
    took = (time.perf_counter() - started) * 1000
    return replace(answer, timings=Timings(first_token=took, total=took))
