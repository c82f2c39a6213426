"""A Manualdesk that people sign in to, behind real HTTP: pages, door and gate as they are served, with a small chat.

The chat in Chainlit's place tells what it is told: who its user is, and what a websocket sends.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import jwt
from fastapi import FastAPI, Request, WebSocket
from starlette.websockets import WebSocketDisconnect

from serving.accounts.administration import Administration, Who
from serving.accounts.installation_secret import CHAT, installation_secret
from serving.accounts.types import Person, Rights, SignIn
from serving.accounts.ways import StillHere
from serving.keys import Role
from tests.api_desk import ApiDesk, routed, serving
from ui.chat_identity import TOKEN_COOKIE, ChatIdentity
from ui.entrance import entrance
from ui.open_sockets import OpenSockets
from ui.server import page_routes
from ui.sign_in.setup import SignInSetup

if TYPE_CHECKING:
    from starlette.types import ASGIApp

PASSWORD = "blue lamps sing at dawn"
"""Of everybody in tests, once they have chosen it."""
BY_PASSWORD = SignInSetup(way=SignIn.PASSWORD)


class SignedDesk:
    """One installation with sign-in; `person` makes people."""

    def __init__(self, folder: Path, setup: SignInSetup = BY_PASSWORD) -> None:
        self.desk = ApiDesk(folder)
        self.setup = setup
        self.database = self.desk.backend.database()
        self.administration = Administration(self.database, Who(actor="test"))
        self.secret = installation_secret(self.database, CHAT)

    def person(self, name: str, role: Role = Role.AGENT, *products: str, password: str = PASSWORD) -> Person:
        """Somebody who has chosen their password already."""
        from serving.accounts import passwords

        made, _ = self.administration.add(name, Rights(role, products=products or None))
        self.administration.people.set_password_hash(made, passwords.hashed(password), must_change=False)
        return self.administration.people.get(made.id)

    def application(self, *, local: bool = True, calls_a_minute: int = 0) -> "ASGIApp":
        """As `ui.server.build`, with the small chat."""
        backend = self.desk.backend
        open_sockets = OpenSockets(StillHere(self.database).gone)
        served = routed(backend, page_routes(backend, self.setup, open_sockets.end))
        served.mount("/", small_chat(self.secret))
        identity = ChatIdentity(served, self.secret, open_sockets)
        return entrance(identity, backend, self.setup, local=local, calls_a_minute=calls_a_minute)

    @contextmanager
    def serving(self) -> Iterator[str]:
        with serving(self.application()) as address:
            yield address


def small_chat(secret: str) -> FastAPI:
    """Tells its user, and says back what a websocket says; believes a token as Chainlit does."""
    chat = FastAPI()

    @chat.get("/")
    @chat.get("/user")
    async def user(request: Request) -> dict[str, object]:
        said = jwt.decode(request.cookies[TOKEN_COOKIE], secret, algorithms=["HS256"])
        headers = {name: request.headers.get(name, "") for name in ("authorization", "x-api-key")}
        return {**said, "cookies": sorted(request.cookies), **headers}

    @chat.websocket("/ws/socket.io/")
    async def echo(socket: WebSocket) -> None:
        said = jwt.decode(socket.cookies[TOKEN_COOKIE], secret, algorithms=["HS256"])
        await socket.accept()
        await socket.send_text(said["identifier"])
        try:
            while True:
                await socket.send_text(await socket.receive_text())
        except WebSocketDisconnect:
            return

    return chat


def browser(address: str, **headers: str) -> httpx.Client:
    """A client that keeps cookies, and sends what a browser sends with a page of that address."""
    return httpx.Client(
        base_url=address,
        headers={"Accept": "text/html", "Origin": address, "Sec-Fetch-Site": "same-origin", **headers},
        timeout=60,
        trust_env=False,
    )


@contextmanager
def signed_in(address: str, name: str, password: str = PASSWORD) -> Iterator[httpx.Client]:
    """A browser in which that person is signed in."""
    with browser(address) as client:
        reply = client.post("/sign-in", data={"name": name, "password": password})
        assert reply.status_code == httpx.codes.SEE_OTHER, reply.text
        yield client
