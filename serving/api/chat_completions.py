"""OpenAI's chat interface: `/v1/chat/completions` and `/v1/models`, so that its clients can ask us as they are.

The last message is the question, the earlier ones are the conversation. The reply has `citations` beside `choices`, and
`manualdesk`: whether it is refused, asks back, and what it is made of. Streamed, both come in the last chunk.
"""

import logging
import secrets
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from ingest.errors import ManualdeskError
from serving.answer import Answer, AnswerDone, Event, TextDelta
from serving.api.access import asker
from serving.api.ask import whole
from serving.api.errors import BadRequest, NotFound, as_json, error_body, unexpected_body
from serving.api.needs import Desk
from serving.api.noting import noted
from serving.api.schemas import ChatRequest
from serving.api.streams import EVENTS, EventStream, begun, while_wanted
from serving.keys import Caller
from serving.prompt import tokens

log = logging.getLogger("manualdesk.api")
MODEL: Final = "manualdesk"
_MADE: Final = 1767225600
"""`created` of the one model that is listed; the field is required and means nothing here."""


def chat_routes(desk: Desk) -> APIRouter:
    """The routes of OpenAI's interface."""
    router = APIRouter(prefix="/v1", tags=["OpenAI"])

    @router.get("/models")
    async def models() -> Response:
        """The one model that there is."""
        return JSONResponse({"object": "list", "data": [_model()]})

    @router.get("/models/{model}")
    async def model(model: str) -> Response:
        """The model of that name."""
        _check_model(model)
        return JSONResponse(_model())

    @router.post("/chat/completions", responses={200: {"content": EVENTS}})
    async def complete(asked: ChatRequest, request: Request) -> Response:
        """A cited answer to the last message; with `stream` as chunks."""
        _check_model(asked.model)
        if asked.messages[-1].role != "user":
            raise BadRequest("The last message is not the user's.", hint="It is the question that is answered.")
        return await while_wanted(request, _completed(desk, asked, asker(request)))

    return router


@dataclass(frozen=True, slots=True)
class _Reply:
    """What all chunks of one reply have in common."""

    asked: ChatRequest
    number: str = field(default_factory=lambda: f"chatcmpl-{secrets.token_hex(12)}")
    created: int = field(default_factory=lambda: int(time.time()))

    def whole(self, answer: Answer) -> dict[str, object]:
        message = {"role": "assistant", "content": answer.answer, "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        head = self._head("chat.completion")
        return {**head, "choices": [choice], "usage": self._usage(answer), **_beside(answer)}

    def chunk(self, delta: dict[str, str], finish: str | None = None, **beside: object) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return self._written({**self._head("chat.completion.chunk"), "choices": [choice], **beside})

    def last(self, answer: Answer) -> str:
        """The chunk that ends the text, with the sources; and the tokens where they are asked for."""
        ended = self.chunk({}, "stop", **_beside(answer))
        options = self.asked.stream_options
        if options and options.include_usage:
            usage = {"choices": [], "usage": self._usage(answer)}
            ended += self._written({**self._head("chat.completion.chunk"), **usage})
        return ended

    def _head(self, kind: str) -> dict[str, object]:
        return {"id": self.number, "object": kind, "created": self.created, "model": MODEL}

    def _usage(self, answer: Answer) -> dict[str, int]:
        """Estimates, since quotes have no model that counts. Passages count as prompt, as a model would read them."""
        read = [*(message.text for message in self.asked.messages), *(passage.text for passage in answer.passages)]
        prompt, said = sum(map(tokens, read)), tokens(answer.answer)
        return {"prompt_tokens": prompt, "completion_tokens": said, "total_tokens": prompt + said}

    @staticmethod
    def _written(value: dict[str, object]) -> str:
        return f"data: {as_json(value)}\n\n"


async def _completed(desk: Desk, asked: ChatRequest, caller: Caller) -> Response:
    assistant = await desk.assistant()
    scope, product = caller.narrowed(asked.product), asked.page_product
    answering = assistant.stream(asked.question(), scope=scope, turns=asked.earlier(), product=product)
    events = await begun(noted(answering, desk, scope, product))
    reply = _Reply(asked)
    if asked.stream:
        return EventStream(_streamed(events, reply, caller))
    return JSONResponse(reply.whole(await whole(events)))


async def _streamed(events: AsyncGenerator[Event], reply: _Reply, caller: Caller) -> AsyncGenerator[str]:
    try:
        yield reply.chunk({"role": "assistant", "content": ""})
        async with aclosing(events):
            async for event in events:
                match event:
                    case TextDelta(text):
                        yield reply.chunk({"content": text})
                    case AnswerDone(answer):
                        yield reply.last(answer)
    except ManualdeskError as error:
        yield f"data: {as_json({'error': error_body(error, caller)})}\n\n"
    except Exception:
        log.exception("answering failed")
        yield f"data: {as_json({'error': unexpected_body()})}\n\n"
    yield "data: [DONE]\n\n"


def _beside(answer: Answer) -> dict[str, object]:
    clarify = answer.clarify and {"question": answer.clarify.question, "options": list(answer.clarify.options)}
    told = {
        "answer": answer.answer,
        "refused": answer.refused,
        "clarify": clarify,
        "source": str(answer.source),
        "notice": answer.notice,
    }
    return {"citations": [citation.to_json() for citation in answer.citations], "manualdesk": told}


def _model() -> dict[str, object]:
    return {"id": MODEL, "object": "model", "created": _MADE, "owned_by": MODEL}


def _check_model(name: str) -> None:
    if name != MODEL:
        raise NotFound(f"There is no model {name!r} here.", hint=f'Ask for "{MODEL}"; see /v1/models.')
