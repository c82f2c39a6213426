"""One agent's conversations through the real chat, its websocket and its calls: another agent gets at none of them."""

import asyncio
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
import socketio
from sqlalchemy import text

from serving.accounts import passwords
from serving.accounts.administration import Administration, Who
from serving.accounts.types import Rights
from serving.conversations.kept import unfinished_to_json
from serving.conversations.store import Conversations
from serving.database.engine import Database
from serving.keys import Role
from tests.browser.desk import serving
from tests.chat_client import chat

PASSWORD = "four wide green windows"
COOKIE = "manualdesk"
SECONDS = 60


@dataclass(frozen=True, slots=True)
class Desk:
    """A served installation without manuals, two agents in it, and what each has stored."""

    address: str
    database: Database
    tokens: dict[str, str]
    owners: dict[str, str]

    def call(self, who: str, method: str, path: str, body: object = None) -> httpx.Response:
        headers = {"Cookie": f"{COOKIE}={self.tokens[who]}", "Origin": self.address}
        return httpx.request(method, self.address + path, json=body, headers=headers, timeout=SECONDS, trust_env=False)

    def threads(self, who: str, search: str = "") -> dict[str, str]:
        body = {"pagination": {"first": 20}, "filter": {"search": search}}
        reply = self.call(who, "POST", "/project/threads", body)
        assert reply.status_code == 200, reply.text
        return {thread["id"]: thread["name"] for thread in reply.json()["data"]}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    home = tmp_path_factory.mktemp("home")
    database = Database(home)
    administration = Administration(database, Who(actor="test"))
    owners = {}
    for name in ("ann", "bob"):
        person, _ = administration.add(name, Rights(Role.AGENT))
        administration.people.set_password_hash(person, passwords.hashed(PASSWORD), must_change=False)
        owners[name] = person.id
    with serving(home, tmp_path_factory.mktemp("log") / "server.log", sign_in="password") as address:
        tokens = {name: _signed_in(address, name) for name in owners}
        yield Desk(address, database, tokens, owners)
    database.close()


def _signed_in(address: str, name: str) -> str:
    form = {"name": name, "password": PASSWORD}
    reply = httpx.post(f"{address}/sign-in", data=form, headers={"Origin": address}, timeout=SECONDS, trust_env=False)
    token = reply.cookies.get(COOKIE)
    assert token, reply.text
    return token


@pytest.fixture
def thread(desk: Desk) -> str:
    """A conversation of Ann's."""
    store, owner = Conversations(desk.database), desk.owners["ann"]
    conversation = store.begin(owner, "chat", "en", id=str(uuid.uuid4()))
    store.add(conversation, "user", "Ann's secret question?", owner=owner)
    store.add(conversation, "assistant", "Her answer.", unfinished_to_json([]), owner=owner)
    return conversation


def test_threads_are_listed_renamed_and_deleted_by_their_owner_alone(desk: Desk, thread: str) -> None:
    assert desk.threads("ann")[thread] == "Ann's secret question?"
    assert desk.threads("ann", "SECRET")
    assert desk.threads("bob") == desk.threads("bob", "secret") == {}
    # A list asked for somebody else is one's own.
    foreign = {"pagination": {"first": 20}, "filter": {"userId": desk.owners["ann"]}}
    assert desk.call("bob", "POST", "/project/threads", foreign).json()["data"] == []

    for method, body in (("PUT", {"threadId": thread, "name": "Bob's"}), ("DELETE", {"threadId": thread})):
        assert 400 <= desk.call("bob", method, "/project/thread", body).status_code < 500
    for path in (f"/project/thread/{thread}", f"/project/share/{thread}"):
        reply = desk.call("bob", "GET", path)
        assert "secret" not in reply.text
    assert desk.threads("ann")[thread] == "Ann's secret question?"

    assert desk.call("ann", "PUT", "/project/thread", {"threadId": thread, "name": "Hers"}).status_code == 200
    assert desk.threads("ann")[thread] == "Hers"
    assert desk.call("ann", "DELETE", "/project/thread", {"threadId": thread}).status_code == 200
    assert thread not in desk.threads("ann")


async def _resumed(desk: Desk, who: str, thread: str) -> list[str] | None:
    """The texts of a conversation that is opened again; None where the chat refuses to open it."""
    shown: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()
    client = socketio.AsyncClient(reconnection=False)
    client.on("resume_thread", lambda found: shown.set_result([step["output"] for step in found["steps"]]))
    auth = {"clientType": "webapp", "sessionId": str(uuid.uuid4()), "threadId": thread, "userEnv": "{}"}
    headers = {"Cookie": f"{COOKIE}={desk.tokens[who]}", "Origin": desk.address, "Accept-Language": "en"}
    try:
        await client.connect(
            desk.address, headers=headers, auth=auth, transports=["websocket"], socketio_path="/ws/socket.io"
        )
    except socketio.exceptions.ConnectionError:
        return None
    try:
        await client.emit("connection_successful")
        return await asyncio.wait_for(shown, SECONDS)
    finally:
        await client.disconnect()


def test_a_conversation_is_opened_again_by_its_owner_alone(desk: Desk, thread: str) -> None:
    assert asyncio.run(_resumed(desk, "ann", thread)) == ["Ann's secret question?", "Her answer."]
    assert asyncio.run(_resumed(desk, "bob", thread)) is None


def test_a_database_that_is_down_is_no_reason_not_to_answer(desk: Desk) -> None:
    """There are no manuals here: an agent is told so, and nothing of the database."""

    def rename(table: str, to: str) -> None:
        with desk.database.transaction() as connection:
            connection.execute(text(f"ALTER TABLE {table} RENAME TO {to}"))

    async def asked() -> list[str]:
        async with chat(desk.address, desk.tokens["ann"]) as open_chat:
            said = [(await open_chat.ask("How do I reset it?")).text]
            rename("conversations", "away")
            try:
                said.append((await open_chat.ask("How do I reset it?")).text)
            finally:
                rename("away", "conversations")
        return said

    before, after = asyncio.run(asked())
    assert before == after
    assert "manual" in after


def test_a_page_of_a_conversation_needs_a_sign_in_and_holds_nothing_of_it(desk: Desk, thread: str) -> None:
    page = httpx.get(f"{desk.address}/thread/{thread}", headers={"Accept": "text/html"}, trust_env=False)
    assert page.status_code == 303
    assert "secret" not in desk.call("bob", "GET", f"/thread/{thread}").text
    assert thread not in desk.call("bob", "GET", "/desk/conversations").text
    assert thread in desk.call("ann", "GET", "/desk/conversations").text
