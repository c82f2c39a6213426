"""An OpenAI-compatible server that speaks at a fixed pace: a double for a busy vLLM, over real HTTP.

    python tests/paced_model.py --port 8001 --pace 20      # tokens a second of each stream

It answers from the prompt itself, with the sentences of its passages and their numbers, so that every check of a real
answer has its work; the same prompt always gets the same answer. A token is a piece of about four characters, an event
each, as vLLM sends them; `/metrics` counts them under vLLM's name. Written on bare asyncio: on the machine of a test it
must cost next to nothing beside what is measured.
"""

import argparse
import asyncio
import json
import re
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from ingest.sentences import split_sentences

_PASSAGE = re.compile(r"<passage>\s*\[(\d+)\][^\n]*\n(.*?)\s*</passage>", re.S)
_WHOLE = re.compile(r"(?=.{20})[^|]*[.!?。！？]$")
_TOKEN = re.compile(r"\s*\S{1,4}|\s+")
_COUNTER = "vllm:generation_tokens_total"


@dataclass(slots=True)
class PacedModel:
    """`pace`: tokens a second of a stream; `tokens`: length of an answer; `delay`: seconds before its first token."""

    pace: float = 20.0
    tokens: int = 120
    delay: float = 0.1
    name: str = "paced"
    context: int = 8192
    heard: list[list[dict[str, str]]] = field(default_factory=list)
    """The messages of each request, in the order in which they came."""
    sent: int = 0
    """Tokens of all streams so far."""
    running: int = 0
    most_running: int = 0
    """The most streams there were at a time."""
    _server: asyncio.Server | None = field(default=None, repr=False)

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator[str]:
        """Its URL, ending in /v1, on loopback."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", port)
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        finally:
            server.close()

    @contextmanager
    def in_thread(self) -> Iterator[str]:
        """The same in a thread of its own, for tests that do not run on a loop."""
        ready, stop = threading.Event(), threading.Event()
        url: list[str] = []

        async def run() -> None:
            async with self.serving() as address:
                url.append(address)
                ready.set()
                await asyncio.to_thread(stop.wait)

        thread = threading.Thread(target=asyncio.run, args=(run(),), daemon=True)
        thread.start()
        ready.wait()
        try:
            yield url[0]
        finally:
            stop.set()
            thread.join(10)

    def has_ended(self, seconds: float = 10.0) -> bool:
        """Is no stream running, or does the last one end within so many seconds?"""
        ends = time.monotonic() + seconds
        while self.running and time.monotonic() < ends:
            time.sleep(0.01)  # between two looks at the condition
        return not self.running

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while (request := await _request(reader)) is not None:
                await self._answer(request, writer)
        writer.close()

    async def _answer(self, request: "_Request", writer: asyncio.StreamWriter) -> None:
        if request.path.endswith("/models"):
            model = {"id": self.name, "object": "model", "created": 0, "owned_by": "", "max_model_len": self.context}
            _reply(writer, json.dumps({"object": "list", "data": [model]}))
        elif request.path.endswith("/metrics"):
            _reply(writer, f'{_COUNTER}{{model_name="{self.name}"}} {float(self.sent)}\n', "text/plain")
        elif request.path.endswith("/chat/completions"):
            body = json.loads(request.body)
            self.heard.append(body["messages"])
            limit = min(self.tokens, body.get("max_tokens") or self.tokens)
            pieces = tokens_of(written(body["messages"], limit))
            await self._stream(pieces, body, writer)
        else:
            _reply(writer, '{"error": {"message": "there is nothing here"}}', status="404 Not Found")
        await writer.drain()

    async def _stream(self, pieces: list[str], body: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            if not body.get("stream"):
                await asyncio.sleep(self.delay + len(pieces) / self.pace)
                self.sent += len(pieces)
                message = {"role": "assistant", "content": "".join(pieces)}
                choice = {"index": 0, "message": message, "finish_reason": "stop"}
                _reply(writer, json.dumps(self._event("chat.completion", choice, usage=len(pieces))))
                return
            writer.write(_STREAM_HEAD)
            loop = asyncio.get_running_loop()
            first = loop.time() + self.delay
            for place, piece in enumerate(pieces):
                # By the clock and not by equal sleeps: lateness of one token is no lateness of all that follow.
                wait = first + place / self.pace - loop.time()
                if wait > 0:
                    await asyncio.sleep(wait)
                    await writer.drain()
                if writer.is_closing():
                    return
                choice = {"index": 0, "delta": {"content": piece}, "finish_reason": None}
                _chunk(writer, json.dumps(self._event("chat.completion.chunk", choice)))
                self.sent += 1
            end = {"index": 0, "delta": {}, "finish_reason": "stop"}
            _chunk(writer, json.dumps(self._event("chat.completion.chunk", end)))
            if (body.get("stream_options") or {}).get("include_usage"):
                _chunk(writer, json.dumps(self._event("chat.completion.chunk", None, usage=len(pieces))))
            _chunk(writer, "[DONE]")
            writer.write(b"0\r\n\r\n")
        finally:
            self.running -= 1

    def _event(self, kind: str, choice: dict[str, Any] | None, usage: int | None = None) -> dict[str, Any]:
        event = {"id": "1", "object": kind, "created": 0, "model": self.name, "choices": [choice] if choice else []}
        if usage is not None:
            event["usage"] = {"prompt_tokens": 0, "completion_tokens": usage, "total_tokens": usage}
        return event


def written(messages: list[dict[str, str]], tokens: int) -> str:
    """At most so many tokens: whole sentences of the prompt's passages, each once and with its passage's number."""
    said: list[str] = []
    heard: set[str] = set()
    length = 0
    for number, text in _PASSAGE.findall(messages[-1]["content"]):
        for sentence in split_sentences(text):
            marked = f"{sentence[:-1]} [{number}]{sentence[-1]}"
            size = len(tokens_of(f" {marked}"))
            if _WHOLE.match(sentence) and sentence not in heard and length + size <= tokens:
                heard.add(sentence)
                said.append(marked)
                length += size
    return " ".join(said) or "There is nothing to say."


def tokens_of(text: str) -> list[str]:
    """As they are sent, one event each."""
    return _TOKEN.findall(text)


@dataclass(frozen=True, slots=True)
class _Request:
    path: str
    body: bytes


async def _request(reader: asyncio.StreamReader) -> _Request | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    except asyncio.IncompleteReadError:
        return None
    length = re.search(r"content-length:\s*(\d+)", head, re.I)
    body = await reader.readexactly(int(length[1])) if length else b""
    return _Request(head.split(" ", 2)[1], body)


_STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"
)


def _chunk(writer: asyncio.StreamWriter, event: str) -> None:
    data = f"data: {event}\n\n".encode()
    writer.write(b"%x\r\n%s\r\n" % (len(data), data))


def _reply(writer: asyncio.StreamWriter, text: str, kind: str = "application/json", status: str = "200 OK") -> None:
    data = text.encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\n\r\n"
    writer.write(head.encode() + data)


async def _forever(model: PacedModel, port: int) -> None:
    async with model.serving(port) as url:
        print(url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--pace", type=float, default=20.0, help="tokens a second of each stream")
    parser.add_argument("--tokens", type=int, default=120, help="most tokens of an answer")
    options = parser.parse_args()
    with suppress(KeyboardInterrupt):
        asyncio.run(_forever(PacedModel(pace=options.pace, tokens=options.tokens), options.port))
