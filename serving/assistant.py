"""The one entry to answers: a question goes in, events come out, the last one holds the whole checked answer."""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, Protocol

from ingest.errors import ManualdeskError, ModelUnavailable
from ingest.index.contract import Scope
from retrieval.codes import as_written
from retrieval.conversation import leans
from retrieval.query import Retrieval, Turn
from serving.answer import Answer, AnswerDone, AnswerSource, Citation, Clarify, Event, PassagesFound, TextDelta, Timings
from serving.citations import CitedText
from serving.model import ChatModel
from serving.parts import retrieve_in_parts
from serving.prompt import build_prompt
from serving.quotes import quote_answer
from serving.rewriting import full_question
from serving.wording import Wording, wording

LONGEST_QUESTION: Final = 2000
"""Characters. Longer ones are logs or whole letters, which search badly and crowd the passages out of the prompt."""
PASSAGES: Final = 8
"""Passages searched for an answer."""


class QuestionUnusable(ManualdeskError):
    """The question is empty or too long."""


class Retrieves(Protocol):
    """What the assistant needs of retrieval."""

    def retrieve(
        self, question: str, *, scope: Scope, turns: Sequence[Turn] = (), limit: int = 10, product: str = ""
    ) -> Retrieval:
        """Passages the scope may read, best first, and how sure it is that the answer is in them."""


class Assistant:
    """Answers questions from what retrieval finds, with a model where one is reachable and in quotes where not."""

    def __init__(self, retriever: Retrieves, model: ChatModel | None = None, *, refuse_below: float = 0.0) -> None:
        """`refuse_below`: a retrieval less confident than this (0 to 1) is refused without asking the model."""
        self._retriever = retriever
        self._model = model
        self._refuse_below = refuse_below

    def ask(self, question: str, *, scope: Scope, turns: Sequence[Turn] = (), product: str = "") -> Answer:
        """The whole answer at once. For where no event loop runs; `stream` is for where one does. Raises as it does."""
        return asyncio.run(self._whole(question, scope, turns, product))

    async def stream(
        self, question: str, *, scope: Scope, turns: Sequence[Turn] = (), product: str = ""
    ) -> AsyncGenerator[Event]:
        """PassagesFound, then TextDelta as sentences pass their checks, then AnswerDone.

        `product` names the product of the page that the chat sits on; what the asker says wins over it.

        Closing the iterator stops the model. Raises QuestionUnusable, and what retrieval raises (IndexUnusable).
        A model that fails is no error: the answer is then made of quotes, and its notice says so.
        """
        clock = _Clock()
        asked = usable(question)
        search = partial(self._retriever.retrieve, scope=scope, limit=PASSAGES, product=product)
        retrieve = partial(retrieve_in_parts, search, turns=turns)
        if turns and leans(asked):
            model = await self._reachable()
            retrieval = await asyncio.to_thread(retrieve, await full_question(asked, turns, model) or asked)
        else:
            # Searching and looking whether the model is there wait for different machines.
            model, retrieval = await asyncio.gather(self._reachable(), asyncio.to_thread(retrieve, asked))
        if retrieval.trace is not None:
            retrieval = replace(retrieval, trace=replace(retrieval.trace, question=asked))
        clock.retrieve = retrieval.milliseconds
        yield PassagesFound(retrieval.passages)
        run = _Run(question=asked, retrieval=retrieval, turns=turns, refuse_below=self._refuse_below)
        async with aclosing(self._answered(run, model)) as events:
            async for event in events:
                match event:
                    case TextDelta():
                        clock.shown()
                        yield event
                    case Answer():
                        yield AnswerDone(replace(event, timings=clock.timings()))

    async def _whole(self, question: str, scope: Scope, turns: Sequence[Turn], product: str) -> Answer:
        answer: Answer | None = None
        async for event in self.stream(question, scope=scope, turns=turns, product=product):
            if isinstance(event, AnswerDone):
                answer = event.answer
        assert answer is not None, "a stream ends with AnswerDone"  # noqa: S101
        return answer

    async def _reachable(self) -> ChatModel | None:
        return self._model if self._model is not None and await self._model.available() else None

    async def _answered(self, run: "_Run", model: ChatModel | None) -> AsyncGenerator[TextDelta | Answer]:
        """Deltas and, last, the answer."""
        if not run.retrieval.passages or run.retrieval.confidence < self._refuse_below:
            answer = run.refusal()
            yield TextDelta(answer.answer)
            yield answer
            return
        if run.retrieval.options:
            answer = run.asked_back()
            yield TextDelta(answer.answer)
            yield answer
            return
        notice = run.words.no_model
        if model is not None:
            shown: list[str] = []
            async with aclosing(_modelled(run, model)) as events:
                async for event in events:
                    match event:
                        case TextDelta():
                            shown.append(event.text)
                            yield event
                        case Answer():
                            if not shown:
                                yield TextDelta(event.answer)
                            yield event
                            return
                        case _Failed():
                            notice = event.notice
        answer = run.quoted(notice)
        yield TextDelta(answer.answer)
        yield answer


@dataclass(frozen=True, slots=True)
class _Failed:
    """Nothing of the model's answer can be used."""

    notice: str


async def _modelled(run: "_Run", model: ChatModel) -> AsyncGenerator[TextDelta | Answer | _Failed]:
    """The model's answer as its sentences pass; the last event is an Answer, or _Failed where quotes must serve."""
    cited = CitedText(run.retrieval.passages, run.retrieval.language, question=run.question)
    shown: list[str] = []
    notice = ""
    try:
        info = await model.info()
        prompt = build_prompt(
            run.question,
            run.retrieval.passages,
            run.turns,
            language=run.retrieval.language,
            context_tokens=info.context_tokens,
        )
        async with aclosing(model.stream(prompt.messages, max_tokens=prompt.answer_tokens)) as pieces:
            async for piece in pieces:
                for text in cited.feed(piece):
                    shown.append(text)
                    yield TextDelta(text)
                if cited.hopeless:
                    break
        for text in cited.finish():
            shown.append(text)
            yield TextDelta(text)
    except ModelUnavailable:
        notice = run.words.model_failed
    if cited.supported:
        text = "".join(shown).strip()
        yield run.answer(text, source=AnswerSource.MODEL, notice=notice, citations=cited.citations)
    elif cited.declined and not notice:
        yield run.refusal()
    else:
        yield _Failed(notice or run.words.unsupported)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One question with what was found for it, and the answers that can be made without a model."""

    question: str
    retrieval: Retrieval
    turns: Sequence[Turn]
    refuse_below: float = 0.0

    @property
    def words(self) -> Wording:
        return wording(self.retrieval.language)

    def answer(
        self, text: str, *, source: AnswerSource, notice: str = "", citations: tuple[Citation, ...] = ()
    ) -> Answer:
        return Answer(
            question=self.question,
            answer=text,
            refused=False,
            source=source,
            citations=citations,
            passages=self.retrieval.passages,
            notice=notice,
            trace=self.retrieval.trace,
        )

    def refusal(self) -> Answer:
        codes = ", ".join(as_written(self.question, code) for code in self.retrieval.unknown)
        text = f"{self.words.unknown.format(codes=codes)} {self.words.refusal}" if codes else self.words.refusal
        return replace(self.answer(text, source=AnswerSource.QUOTES), refused=True)

    def asked_back(self) -> Answer:
        """Siblings answer differently: the one question back instead of an answer for the wrong product."""
        options = "".join(f"\n- {option}" for option in self.retrieval.options)
        answer = self.answer(f"{self.words.which}\n{options}", source=AnswerSource.QUOTES)
        return replace(answer, clarify=Clarify(question=self.words.which, options=self.retrieval.options))

    def quoted(self, notice: str) -> Answer:
        """The manual's own sentences, or a refusal where they hold no answer."""
        quoted = quote_answer(self.retrieval, refuse_below=self.refuse_below)
        if quoted is None:
            return self.refusal()
        return self.answer(quoted.text, source=AnswerSource.QUOTES, notice=notice, citations=quoted.citations)


@dataclass(slots=True)
class _Clock:
    """Milliseconds since the question arrived."""

    start: float = field(default_factory=time.perf_counter)
    retrieve: float = 0.0
    first_token: float = 0.0

    def shown(self) -> None:
        self.first_token = self.first_token or self._now()

    def timings(self) -> Timings:
        return Timings(retrieve=self.retrieve, first_token=self.first_token, total=self._now())

    def _now(self) -> float:
        return (time.perf_counter() - self.start) * 1000


def usable(question: str) -> str:
    """The question without the space around it. Raises QuestionUnusable where it is empty or too long."""
    asked = question.strip()
    if not asked:
        raise QuestionUnusable("the question is empty", hint="ask about a product, such as: How do I reset it?")
    if len(asked) > LONGEST_QUESTION:
        raise QuestionUnusable(
            f"the question has {len(asked)} characters; at most {LONGEST_QUESTION} are read",
            hint="shorten it to what you want to know",
        )
    return asked
