"""Two chat processes behind a sticky proxy: one database, one cache, one sign-in; one goes on where the other was."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from serving.accounts.administration import Administration, Who
from serving.accounts.types import Rights
from serving.database.engine import Database
from serving.keys import Role
from tests.browser.desk import ingest, serving
from tests.chat_client import COOKIE, chat, signed_in
from tests.paced_model import PacedModel
from tests.running_redis import running_redis
from tests.sticky_proxy import Address, StickyProxy, sticky_proxy

DOCUMENTS = ("smart-home/en/t200-user-guide.pdf",)
QUESTION = "How do I reset the T200?"
FOLLOW_UP = "And how do I clean it?"
PASSWORD = "four wide green windows"


@dataclass(slots=True)
class Processes:
    """Two servers, which can be stopped one by one, and the proxy before them."""

    proxy: StickyProxy
    stacks: dict[Address, ExitStack]

    def stop(self, server: Address) -> None:
        self.stacks.pop(server).close()

    @property
    def addresses(self) -> list[str]:
        return [f"http://{host}:{port}" for host, port in self.stacks]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Path:
    folder = tmp_path_factory.mktemp("home")
    (folder / "models").symlink_to(models)
    ingest(folder, DOCUMENTS)
    return folder


@pytest.fixture(scope="module")
def processes(home: Path, postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    """The last test stops one of them."""
    tmp_path = tmp_path_factory.mktemp("processes")
    model = PacedModel(pace=2000, tokens=60, delay=0)
    with running_redis(tmp_path) as redis, model.in_thread() as llm, ExitStack() as everything:
        settings = {"database_url": postgres_url, "redis_url": redis.url, "llm_url": llm, "sign_in": "password"}
        stacks: dict[Address, ExitStack] = {}
        for name in ("first", "second"):
            stack = everything.enter_context(ExitStack())
            (tmp_path / name).mkdir()
            parts = urlsplit(stack.enter_context(serving(home, tmp_path / name / "server.log", **settings)))
            stacks[parts.hostname or "", parts.port or 0] = stack
        proxy = everything.enter_context(sticky_proxy(*stacks))
        yield Processes(proxy, stacks)


@pytest.fixture
def agent(postgres_url: str, home: Path, processes: Processes, request: pytest.FixtureRequest) -> str:
    """The name of an agent who has chosen a password."""
    store = Database(home, postgres_url)
    name = request.node.name[-60:].replace("[", "").replace("]", "")
    _, password = Administration(store, Who(actor="test")).add(name, Rights(Role.AGENT))
    store.close()
    address = processes.proxy.url
    token = signed_in(address, name, password)
    form = {"old": password, "new": PASSWORD, "again": PASSWORD}
    with client(address, token) as http:
        reply = http.post("/sign-in/new-password", data=form)
    assert reply.status_code == 303, reply.text
    return name


def client(address: str, token: str) -> httpx.Client:
    headers = {"Cookie": f"{COOKIE}={token}", "Origin": address}
    return httpx.Client(base_url=address, headers=headers, timeout=60, trust_env=False)


def test_what_one_answered_the_other_has_in_its_cache(processes: Processes, agent: str) -> None:
    sources = []
    for address in processes.addresses:
        token = signed_in(address, agent, PASSWORD)
        with client(address, token) as http:
            reply = http.post("/v1/ask", json={"question": QUESTION})
            assert reply.status_code == 200, reply.text
            sources.append(reply.json()["source"])
    assert sources == ["model", "cache"]


def test_a_session_ends_on_both(processes: Processes, agent: str) -> None:
    here, there = processes.addresses
    token = signed_in(here, agent, PASSWORD)
    asked = {"question": QUESTION}

    async def closed_elsewhere() -> None:
        async with chat(there, token) as open_chat:
            assert open_chat.is_open
            with client(here, token) as http:
                assert http.post("/sign-out").status_code == 303
            await open_chat.ended()

    with client(here, token) as on_one, client(there, token) as on_other:
        assert on_one.post("/v1/search", json=asked).status_code == 200
        assert on_other.post("/v1/search", json=asked).status_code == 200
        asyncio.run(closed_elsewhere())
        assert on_one.post("/v1/search", json=asked).status_code == 401
        assert on_other.post("/v1/search", json=asked).status_code == 401


def test_a_conversation_goes_on_after_its_process_is_gone(processes: Processes, agent: str) -> None:
    url = processes.proxy.url
    token = signed_in(url, agent, PASSWORD)
    first = processes.proxy.chosen(token)

    async def begun() -> tuple[str, str]:
        async with chat(url, token) as client:
            heard = await client.ask(QUESTION)
            assert heard.sources, heard
            assert not heard.is_error
            return client.conversation, heard.text

    async def gone_on(conversation: str, before: str) -> None:
        async with chat(url, token, conversation=conversation) as client:
            said = [step["output"] for step in client.shown]
            assert said[0] == QUESTION
            assert before in said[1]
            heard = await client.ask(FOLLOW_UP)
            assert "T200" in json.dumps(heard.sources), heard
            assert client.conversation == conversation

    conversation, before = asyncio.run(begun())
    processes.stop(first)
    asyncio.run(gone_on(conversation, before))
    with client(url, token) as http:
        listed = http.post("/project/threads", json={"pagination": {"first": 20}, "filter": {}}).json()
    assert conversation in [thread["id"] for thread in listed["data"]]
