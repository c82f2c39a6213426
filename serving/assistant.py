"""The one entry to answers: a question goes in, events come out, the last one holds the whole checked answer."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, Protocol

from ingest.errors import ManualdeskError, ModelUnavailable
from ingest.index.contract import Scope
from retrieval.conversation import leans
from retrieval.query import Retrieval, Turn
from serving.answer import (
    Answer,
    AnswerDone,
    CheckPolicy,
    Event,
    PassagesFound,
    TextDelta,
    policy_for,
)
from serving.clock import Clock
from serving.grounding.meaning import Meaning
from serving.memory import ConversationMemory
from serving.model import ChatModel
from serving.parts import Search, retrieve_in_parts
from serving.planted import screened, screened_retrieval, screened_turns
from serving.prompt import passages_for
from serving.quotes import tells_all
from serving.rewriting import full_question
from serving.run import Run

LONGEST_QUESTION: Final = 2000
"""Characters. Longer ones are logs or whole letters, which search badly and crowd the passages out of the prompt."""


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

    def __init__(
        self,
        retriever: Retrieves,
        model: ChatModel | None = None,
        *,
        refuse_below: float = 0.0,
        meaning: Meaning | None = None,
    ) -> None:
        """`refuse_below`: a retrieval less confident than this (0 to 1) is refused without asking the model. `meaning`:
        the embedder as the checks of sentences use it; without it they go by rules alone."""
        self._meaning = meaning
        self._retriever = retriever
        self._model = model
        self._refuse_below = refuse_below
        self._memory = ConversationMemory(model)
        self._context_tokens = 0
        """Of the model; 0 until it has been seen."""

    def ask(
        self,
        question: str,
        *,
        scope: Scope,
        turns: Sequence[Turn] = (),
        product: str = "",
        policy: CheckPolicy | None = None,
    ) -> Answer:
        """The whole answer at once. For where no event loop runs; `stream` is for where one does. Raises as it does."""
        return asyncio.run(self._whole(self.stream(question, scope=scope, turns=turns, product=product, policy=policy)))

    async def stream(
        self,
        question: str,
        *,
        scope: Scope,
        turns: Sequence[Turn] = (),
        product: str = "",
        policy: CheckPolicy | None = None,
    ) -> AsyncGenerator[Event]:
        """PassagesFound, then TextDelta as sentences pass their checks, then AnswerDone.

        `product` names the product of the page that the chat sits on; what the asker says wins over it. `policy`: what
        becomes of sentences that no passage supports; by default they are left out for the public and marked for staff.

        Closing the iterator stops the model. Raises QuestionUnusable, and what retrieval raises (IndexUnusable).
        A model that fails is no error: the answer is then made of quotes, and its notice says so.
        """
        clock = Clock()
        search = partial(
            self._retriever.retrieve, scope=scope, limit=passages_for(self._context_tokens), product=product
        )
        run, model = await self._begun(usable(question), turns, search, policy or policy_for(scope))
        clock.retrieve = run.retrieval.milliseconds
        yield PassagesFound(run.retrieval.passages)
        async with aclosing(self._answered(run, model)) as events:
            async for event in events:
                match event:
                    case TextDelta():
                        clock.shown()
                        yield event
                    case Answer():
                        yield AnswerDone(replace(event, timings=clock.timings()))

    async def _begun(
        self, question: str, turns: Sequence[Turn], search: Search, policy: CheckPolicy
    ) -> tuple[Run, ChatModel | None]:
        """The question with what was found for it, nothing planted in either; and the model where it is there."""
        heard = screened(question)
        plain = heard.text.strip()
        turns, said = screened_turns(turns)
        model, retrieval = await self._found(plain or question, turns, search)
        retrieval, planted = await asyncio.to_thread(screened_retrieval, retrieval)
        if retrieval.trace is not None:
            retrieval = replace(retrieval, trace=replace(retrieval.trace, question=question))
        run = Run(
            question=question,
            heard=plain,
            planted=(*planted, *heard.planted, *said),
            retrieval=retrieval,
            turns=turns,
            memory=self._memory,
            refuse_below=self._refuse_below,
            policy=policy,
            meaning=self._meaning,
        )
        return run, model

    async def _found(self, asked: str, turns: Sequence[Turn], search: Search) -> tuple[ChatModel | None, Retrieval]:
        """The model where it is there, and what is found for the question, completed from the conversation."""
        retrieve = partial(retrieve_in_parts, search, turns=turns)
        if turns and leans(asked):
            model = await self._reachable()
            return model, await asyncio.to_thread(retrieve, await full_question(asked, turns, model) or asked)
        # Searching and looking whether the model is there wait for different machines.
        return await asyncio.gather(self._reachable(), asyncio.to_thread(retrieve, asked))

    async def _whole(self, events: AsyncGenerator[Event]) -> Answer:
        answer: Answer | None = None
        async for event in events:
            if isinstance(event, AnswerDone):
                answer = event.answer
        assert answer is not None, "a stream ends with AnswerDone"  # noqa: S101
        return answer

    async def _reachable(self) -> ChatModel | None:
        if self._model is None or not await self._model.available():
            return None
        with suppress(ModelUnavailable):
            self._context_tokens = (await self._model.info()).context_tokens
        return self._model

    async def _answered(self, run: Run, model: ChatModel | None) -> AsyncGenerator[TextDelta | Answer]:
        """Deltas and, last, the answer."""
        # A question that says nothing but what a model should do asks nothing that manuals tell.
        unsure = run.retrieval.confidence < self._refuse_below and not tells_all(run.retrieval)
        if not run.heard or not run.retrieval.passages or unsure:
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
        shown: list[str] = []
        if model is not None:
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
        answer = await asyncio.to_thread(run.quoted, notice)
        if not shown:  # what was shown and did not stand is taken back by the answer
            yield TextDelta(answer.answer)
        yield answer


@dataclass(frozen=True, slots=True)
class _Failed:
    """Nothing of the model's answer can be used."""

    notice: str


async def _modelled(run: Run, model: ChatModel) -> AsyncGenerator[TextDelta | Answer | _Failed]:
    """The model's answer as its sentences pass; the last event is an Answer, or _Failed where quotes must serve."""
    cited, prepare = run.cited()
    # While the model reads its prompt the passages are made ready to be compared with.
    prepared = asyncio.create_task(asyncio.to_thread(prepare))
    shown: list[str] = []
    notice = ""
    try:
        context = (await model.info()).context_tokens
        memory = run.memory.recall(run.turns, context)
        prompt = run.prompt(memory, context)
        async with aclosing(model.stream(prompt.messages, max_tokens=prompt.answer_tokens)) as pieces:
            async for piece in pieces:
                await prepared
                for text in await cited.fed(piece):
                    shown.append(text)
                    yield TextDelta(text)
                if cited.hopeless:
                    break
        await prepared
        for text in await asyncio.to_thread(list, cited.finish()):
            shown.append(text)
            yield TextDelta(text)
        run.memory.keep_up(memory, context)
        run = run.remembering(memory)
    except ModelUnavailable:
        notice = run.words.model_failed
    if cited.enough:
        yield run.checked("".join(shown).strip(), cited, notice)
    elif cited.declined and not notice:
        yield run.refusal()
    else:
        yield _Failed(notice or run.words.unsupported)


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
