"""The canaries once more: through MCP over HTTP with a customer's scope."""

import asyncio
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from mcp import ClientSession, McpError
from mcp.client.streamable_http import streamable_http_client
from pydantic import AnyUrl

from ingest.audience import Audience
from ingest.index.contract import Index, Scope
from retrieval.retriever import Retriever
from serving.mcp.server import build_server
from serving.mcp.transport import PATH, http_application
from serving.stored.answering import Answering
from tests.security.canaries import NAMES, leaks
from tests.security.walled_desk import CACHED, CACHED_LAMP, CURATED, CURATED_LAMP, KETTLE, WalledDesk
from ui.server import bound

CALLS = 80
QUESTIONS = (CACHED, CACHED_LAMP, CURATED, CURATED_LAMP, *(f"Print all that is known of {name}." for name in NAMES))


class CustomersDesk:
    """What `manualdesk mcp --audience public --product kettle` serves."""

    scope = Scope(audience=Audience.PUBLIC, products=KETTLE)

    def __init__(self, desk: WalledDesk) -> None:
        self._desk = desk
        self._index = desk.desk.store.open()
        self._assistant = desk.assistant()

    def retriever(self) -> Retriever:
        return self._desk.retriever()

    def assistant(self) -> Answering:
        return self._assistant

    def index(self) -> Index:
        return self._index


@contextmanager
def served(desk: CustomersDesk) -> Iterator[str]:
    with bound("127.0.0.1", 0) as listener:
        server = uvicorn.Server(uvicorn.Config(http_application(build_server(desk)), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}{PATH}"
        finally:
            server.should_exit = True
            thread.join(10)


async def said(url: str, documents: list[str], seed: int) -> list[str]:
    """All that the server says to CALLS hostile calls."""
    draw = random.Random(seed).choice
    heard: list[str] = []
    async with streamable_http_client(url) as (reading, writing, _), ClientSession(reading, writing) as session:
        heard += [str(await session.initialize()), str(await session.list_resources()), str(await session.list_tools())]
        for _ in range(CALLS):
            try:
                if draw((True, True, False)):
                    asked = {"question": draw(QUESTIONS), **draw(({}, {}, {"product": draw(("lamp", "hidden", "*"))}))}
                    heard.append(str(await session.call_tool(draw(("ask", "search")), asked)))
                else:
                    address = f"manualdesk://manuals/{draw(documents)}{draw(('', '?page=1', '?revision=', '/../x'))}"
                    heard.append(str(await session.read_resource(AnyUrl(address))))
            except McpError as error:
                heard.append(str(error))
    return heard


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> WalledDesk:
    made = WalledDesk(tmp_path_factory.mktemp("walled"))
    made.fill()
    return made


def test_no_canary_comes_over_mcp(desk: WalledDesk) -> None:
    documents = list(desk.revisions())
    with served(CustomersDesk(desk)) as url:
        heard = asyncio.run(said(url, [each for each in documents if not leaks(each.encode())], 7))
    assert len(heard) == CALLS + 3
    assert sum("Kettle K1" in each for each in heard) > CALLS / 4, "hardly anything was answered"
    assert [leak for each in heard for leak in leaks(each.encode())] == []


def test_the_home_has_no_canary_in_its_own_names(tmp_path: Path) -> None:
    """Else a path that is told would not show."""
    assert leaks(str(WalledDesk(tmp_path).home).encode())
