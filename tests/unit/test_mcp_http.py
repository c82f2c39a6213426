"""The MCP server over HTTP on a real socket: the official client gets through, pages of other origins do not."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from mcp import ClientSession, types
from mcp.client.streamable_http import streamable_http_client

from ingest.errors import SettingError
from serving.mcp.server import build_server
from serving.mcp.transport import PATH, http_application
from tests.indexed_desk import IndexedDesk, published
from ui.server import bound

HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "0"}},
}
ACCEPT = {"Accept": "application/json, text/event-stream"}


@contextmanager
def served(folder: Path) -> Iterator[str]:
    with bound("127.0.0.1", 0) as listener:
        application = http_application(build_server(IndexedDesk(published(folder))))
        server = uvicorn.Server(uvicorn.Config(application, log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}{PATH}"
        finally:
            server.should_exit = True
            thread.join(10)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("index")) as url:
        yield url


async def asked(url: str, question: str) -> types.CallToolResult:
    async with streamable_http_client(url) as (reading, writing, _), ClientSession(reading, writing) as session:
        await session.initialize()
        return await session.call_tool("ask", {"question": question})


def test_the_official_client_asks_over_http(address: str) -> None:
    result = asyncio.run(asked(address, "How do I reset the hub X200?"))
    assert not result.isError
    assert result.structuredContent is not None
    assert "10 seconds" in result.structuredContent["citations"][0]["quote"]


def test_several_clients_at_once(address: str) -> None:
    async def together() -> list[types.CallToolResult]:
        questions = ["How do I reset the hub X200?", "How long does the battery of the hub last?"] * 4
        return await asyncio.gather(*(asked(address, question) for question in questions))

    results = asyncio.run(together())
    assert [("12 hours" in str(result.structuredContent)) for result in results[1::2]] == [True] * 4
    assert not any(result.isError for result in results)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://127.0.0.1:9999"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "evil.example"}, 421),
    ],
)
def test_other_origins_and_rebound_names_are_refused(address: str, headers: dict[str, str], status: int) -> None:
    assert httpx.post(address, json=HELLO, headers={**ACCEPT, **headers}, trust_env=False).status_code == status


def test_only_this_machine_is_served() -> None:
    from ui.cli_mcp import mcp

    with pytest.raises(SettingError, match="this machine only"):
        mcp(http=True, host="0.0.0.0")
