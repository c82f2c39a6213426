"""An agent's browser without the browser: signs in, opens the chat's websocket as Chainlit's page does, and asks.

Enters: an address, a name and a password, questions. Leaves: what the server said, and when.
"""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import socketio

PATIENCE_SECONDS = 60.0
COOKIE = "manualdesk"


def signed_in(address: str, name: str, password: str) -> str:
    """The session's token."""
    with httpx.Client(base_url=address, trust_env=False, timeout=PATIENCE_SECONDS) as http:
        reply = http.post("/sign-in", data={"name": name, "password": password}, headers={"Origin": address})
        assert reply.status_code == 303, reply.text
        token = reply.cookies.get(COOKIE)
    assert token, "no session was begun"
    return token


@dataclass(slots=True)
class Heard:
    """An answer as it came; times are seconds after the question was sent, 0 where there was none."""

    first_passage: float = 0.0
    """A place in a manual is on the page: above the answer, or in it."""
    first_word: float = 0.0
    total: float = 0.0
    text: str = ""
    sources: list[dict[str, Any]] = field(default_factory=list)
    is_error: bool = False
    is_refused: bool = False
    """The manuals do not tell: places that were looked at are shown, none is cited."""


class ChatClient:
    """One open chat."""

    def __init__(self, address: str, token: str, *, conversation: str = "") -> None:
        """`conversation`: one to go on with."""
        self.conversation = conversation
        self.shown: list[dict[str, Any]] = []
        """Messages of a conversation that was gone on with."""
        self._address = address
        self._token = token
        self._socket = socketio.AsyncClient(reconnection=False)
        self._events: asyncio.Queue[tuple[str, Any, float]] = asyncio.Queue()
        self._socket.on("*", self._heard)
        self._socket.on("disconnect", self._closed)

    async def open(self) -> None:
        """Connected, and ready for a question."""
        identity = {"clientType": "webapp", "sessionId": str(uuid.uuid4()), "threadId": self.conversation or ""}
        await self._socket.connect(
            self._address,
            headers={"Cookie": f"{COOKIE}={self._token}", "Origin": self._address, "Accept-Language": "en"},
            auth={**identity, "userEnv": "{}", "chatProfile": ""},
            transports=["websocket"],
            socketio_path="/ws/socket.io",
            wait_timeout=int(PATIENCE_SECONDS),
        )
        await self._socket.emit("connection_successful")
        if self.conversation:
            thread = await self._until("resume_thread")
            self.shown = thread["steps"]
        else:
            # Chainlit says so once to begin with; then what we do at the beginning of a chat begins and ends.
            for name in ("task_end", "task_start", "task_end"):
                await self._until(name)

    async def close(self) -> None:
        await self._socket.disconnect()

    @property
    def is_open(self) -> bool:
        return bool(self._socket.connected)

    async def ended(self) -> None:
        """Waits until the server has closed it."""
        await self._until("disconnect")

    async def ask(self, question: str) -> Heard:
        """The whole answer."""
        while not self._events.empty():
            self._events.get_nowait()
        heard, began = Heard(), time.monotonic()
        message = {"id": str(uuid.uuid4()), "threadId": self.conversation, "name": "user", "type": "user_message"}
        written = {**message, "output": question, "createdAt": "2026-01-01T00:00:00Z"}
        await self._socket.emit("client_message", {"message": written, "fileReferences": []})
        await self._until("task_start")
        while True:
            name, data, moment = await self._next()
            self._take(heard, name, data, moment - began)
            if name == "task_end":
                heard.total = moment - began
                return heard

    def _take(self, heard: Heard, name: str, data: Any, after: float) -> None:
        match name:
            case "element":
                places = data.get("props", {}).get("places") or data.get("props", {}).get("sources")
                if places:
                    heard.first_passage = heard.first_passage or after
                if data.get("name") == "AnswerFoot":
                    heard.sources = data["props"]["sources"]
                    heard.is_refused = bool(data["props"]["label"])
            case "stream_token":
                heard.first_word = heard.first_word or after
            case "new_message" | "update_message" if data.get("type") == "assistant_message":
                self.conversation = data["threadId"]
                heard.text = data["output"]
                heard.is_error = heard.is_error or bool(data.get("isError"))
            case "disconnect":
                raise ConnectionError("the server closed the chat")

    async def _heard(self, name: str, *data: Any) -> None:
        await self._events.put((name, data[0] if data else None, time.monotonic()))

    async def _closed(self, *_reason: str) -> None:
        await self._heard("disconnect")

    async def _next(self) -> tuple[str, Any, float]:
        return await asyncio.wait_for(self._events.get(), PATIENCE_SECONDS)

    async def _until(self, wanted: str) -> Any:
        while True:
            name, data, _ = await self._next()
            if name == wanted:
                return data
            if name == "disconnect":
                raise ConnectionError("the server closed the chat")


@asynccontextmanager
async def chat(address: str, token: str, *, conversation: str = "") -> AsyncIterator[ChatClient]:
    """Open until the block ends."""
    client = ChatClient(address, token, conversation=conversation)
    await client.open()
    try:
        yield client
    finally:
        await client.close()
