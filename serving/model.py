"""A language model behind an OpenAI-compatible HTTP interface (vLLM): messages go in, pieces of text come out."""

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass
from importlib import import_module
from typing import Final, Literal

from ingest.errors import ModelUnavailable
from serving.endpoint import Endpoint, EndpointFailed

HINT: Final = "start one with `manualdesk llm serve`, or point MANUALDESK_LLM_URL at a running one"
CUT: Final = " …"
"""Ends a text that the model could not finish within `max_tokens`."""

_CONNECT_SECONDS: Final = 0.3
_PROBE_SECONDS: Final = 1.0
_RECHECK_SECONDS: Final = 5.0
"""How long "reachable" and "not reachable" are believed: a dead model costs a reader one probe in this time."""
_DEFAULT_CONTEXT: Final = 4096
# Low, not zero: greedy decoding makes small models repeat themselves (and Qwen3's card advises against it).
# And no seed: vLLM 0.32 on a CPU dies of one when a prompt is long enough to be read in parts ("CPU Generator does
# not use offset"), taking every reader's answer with it.
_TEMPERATURE: Final = 0.2


@dataclass(frozen=True, slots=True)
class Message:
    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """The served model: the name requests must carry, and its context in tokens."""

    name: str
    context_tokens: int


class ChatModel:
    """A chat model at a URL ending in `/v1`. One instance serves many readers; nothing is sent before the first use."""

    def __init__(self, url: str, name: str = "", *, api_key: str = "", timeout_seconds: float = 60.0) -> None:
        """`name` empty: the first model the server lists. `timeout_seconds`: longest silence while streaming."""
        self.url = url.rstrip("/")
        self._name = name
        self._endpoint = Endpoint(self.url, api_key, connect_seconds=_CONNECT_SECONDS, silence_seconds=timeout_seconds)
        self._info: ModelInfo | None = None
        self._checked_at = float("-inf")
        self._reachable = False

    async def available(self) -> bool:
        """Is the model there? Cheap to ask: answers within a second, and from memory for some seconds after that."""
        if time.monotonic() - self._checked_at > _RECHECK_SECONDS:
            # Importing the client takes its time, once: not at the expense of the probe, nor of other readers.
            await asyncio.to_thread(import_module, "aiohttp")
            try:
                self._info = await asyncio.wait_for(self._probe(), _PROBE_SECONDS)
            except (ModelUnavailable, TimeoutError):
                self._note(reachable=False)
            else:
                self._note(reachable=True)
        return self._reachable

    async def info(self) -> ModelInfo:
        """Name and context of the served model. Raises ModelUnavailable."""
        if self._info is None:
            self._info = await self._probe()
        return self._info

    async def stream(self, messages: Sequence[Message], *, max_tokens: int) -> AsyncGenerator[str]:
        """The reply piece by piece, without what a model thinks aloud; ends with CUT where `max_tokens` cut it.

        Closing the iterator closes the connection, on which vLLM stops computing.
        Raises ModelUnavailable, also in the middle.
        """
        visible = _Visible()
        async with aclosing(self._chunks(messages, max_tokens)) as chunks:
            async for chunk in chunks:
                if text := visible.feed(chunk):
                    yield text
        if text := visible.finish():
            yield text

    async def _chunks(self, messages: Sequence[Message], max_tokens: int) -> AsyncGenerator[str]:
        """Text as it arrives: under load several tokens at a time, since each piece has its way through all checks."""
        body = request_body(await self.info(), messages, max_tokens=max_tokens)
        finish = ""
        try:
            async with aclosing(self._endpoint.events("/chat/completions", body)) as arriving:
                async for events in arriving:
                    choices = [choice for event in events for choice in event.get("choices", ())[:1]]
                    finish = next((end for choice in choices if (end := choice.get("finish_reason"))), finish)
                    if text := "".join(choice.get("delta", {}).get("content") or "" for choice in choices):
                        yield text
        except EndpointFailed as error:
            self._note(reachable=False)
            raise ModelUnavailable(f"the language model at {self.url} failed: {error}", hint=HINT) from error
        if not finish:  # the server went away politely, in the middle of the text
            self._note(reachable=False)
            raise ModelUnavailable(f"the language model at {self.url} stopped in the middle of its answer", hint=HINT)
        if finish == "length":
            yield CUT

    async def _probe(self) -> ModelInfo:
        try:
            reply = await self._endpoint.get("/models", seconds=_PROBE_SECONDS)
            listed = [model for model in reply["data"] if isinstance(model["id"], str)]
        except EndpointFailed as error:
            raise ModelUnavailable(f"no language model answers at {self.url} ({error})", hint=HINT) from error
        except (KeyError, TypeError) as error:
            raise ModelUnavailable(f"what answers at {self.url} is no language model", hint=HINT) from error
        served = next((model for model in listed if self._name in ("", model["id"])), None)
        if served is None:
            names = ", ".join(model["id"] for model in listed) or "none"
            raise ModelUnavailable(
                f"the server at {self.url} does not serve {self._name or 'any model'} (it serves: {names})",
                hint="set MANUALDESK_LLM_MODEL to one of these, or leave it empty",
            )
        # vLLM's own field beside the standard ones; other servers do not say.
        context = served.get("max_model_len")
        return ModelInfo(served["id"], context if isinstance(context, int) else _DEFAULT_CONTEXT)

    def _note(self, *, reachable: bool) -> None:
        self._reachable = reachable
        self._checked_at = time.monotonic()


def request_body(info: ModelInfo, messages: Sequence[Message], *, max_tokens: int) -> dict[str, object]:
    """What is sent to the server for these messages."""
    return {
        "model": info.name,
        "messages": [asdict(message) for message in messages],
        "max_tokens": max_tokens,
        "temperature": _TEMPERATURE,
        "stream": True,
        **_template_options(info.name),
    }


def _template_options(name: str) -> dict[str, object]:
    # Hybrid Qwen3 models think aloud unless told not to; the 2507 instruct models never do and know no such option.
    if re.search(r"qwen3(?!.*(instruct-2507|coder))", name, re.IGNORECASE):
        return {"chat_template_kwargs": {"enable_thinking": False}}
    return {}


class _Visible:
    """Takes `<think>...</think>` out of a stream; what may be half of a tag is held back."""

    def __init__(self) -> None:
        self._held = ""
        self._thinking = False
        self._started = False

    def feed(self, text: str) -> str:
        self._held += text
        shown = ""
        while self._held:
            tag = "</think>" if self._thinking else "<think>"
            before, found, after = self._held.partition(tag)
            keep = 0 if found else _overlap(before, tag)
            if not self._thinking:
                shown += before[: len(before) - keep]
            self._held = after if found else before[len(before) - keep :]
            if not found:
                break
            self._thinking = not self._thinking
        return self._trimmed(shown)

    def finish(self) -> str:
        held, self._held = self._held, ""
        return "" if self._thinking else self._trimmed(held)

    def _trimmed(self, text: str) -> str:
        # The blank lines after a (possibly empty) thought are no part of the answer.
        text = text if self._started else text.lstrip()
        self._started = self._started or bool(text)
        return text


def _overlap(text: str, tag: str) -> int:
    """Length of the longest end of `text` that begins `tag`."""
    return next((size for size in range(min(len(text), len(tag) - 1), 0, -1) if text.endswith(tag[:size])), 0)
