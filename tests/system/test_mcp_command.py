"""`manualdesk mcp` as clients start it: over pipes and over HTTP, on the sample manuals, with the official client."""

import asyncio
import json
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import ClientSession, StdioServerParameters, types
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from pydantic import AnyUrl

from tests.conftest import MANUALDESK, environment

RESET = {"question": "How long do I hold the keys for a factory reset of the T200?"}
BULLETIN = {"question": "W5 charging service bulletin", "limit": 20}


async def talk(session: ClientSession) -> None:
    """What a client of internal readers does: look around, search, ask, open a source."""
    greeting = await session.initialize()
    assert greeting.serverInfo.name == "manualdesk"
    assert greeting.instructions
    assert {tool.name for tool in (await session.list_tools()).tools} == {"search", "ask"}
    answer = await session.call_tool("ask", RESET)
    assert answer.structuredContent is not None
    citation = answer.structuredContent["citations"][0]
    assert (citation["document"], citation["page"]) == ("smart-home/en/t200-user-guide.pdf", 7)
    (page,) = (await session.read_resource(AnyUrl(citation["uri"]))).contents
    assert isinstance(page, types.TextResourceContents)
    assert citation["quote"] in page.text
    found = await session.call_tool("search", BULLETIN)
    assert found.structuredContent is not None
    assert "internal" in {passage["audience"] for passage in found.structuredContent["passages"]}


async def audiences(session: ClientSession) -> set[str]:
    await session.initialize()
    found = await session.call_tool("search", BULLETIN)
    assert found.structuredContent is not None
    return {passage["audience"] for passage in found.structuredContent["passages"]}


def started(home: Path, *options: str) -> StdioServerParameters:
    return StdioServerParameters(command=str(MANUALDESK), args=["mcp", *options], env=environment(home))


def test_the_official_client_over_pipes(samples_home: Path) -> None:
    async def run() -> None:
        async with stdio_client(started(samples_home)) as pipes, ClientSession(*pipes) as session:
            await talk(session)

    asyncio.run(run())


def test_a_public_server_says_nothing_internal(samples_home: Path) -> None:
    async def run() -> set[str]:
        async with (
            stdio_client(started(samples_home, "--audience", "public")) as pipes,
            ClientSession(*pipes) as session,
        ):
            return await audiences(session)

    assert asyncio.run(run()) == {"public"}


@contextmanager
def http(home: Path, log: Path) -> Iterator[str]:
    with log.open("w") as output:
        process = subprocess.Popen(
            [str(MANUALDESK), "mcp", "--http", "--port", "0"],
            env=environment(home),
            stderr=subprocess.PIPE,
            stdout=output,
            text=True,
        )
    assert process.stderr is not None
    try:
        said = re.search(r"http://\S+/mcp", process.stderr.readline())
        assert said
        yield said[0]
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
    finally:
        process.kill()
        process.stderr.close()


def test_the_official_client_over_http(samples_home: Path, tmp_path: Path) -> None:
    async def run(url: str) -> None:
        async with streamable_http_client(url) as (reading, writing, _), ClientSession(reading, writing) as session:
            await talk(session)

    log = tmp_path / "stdout"
    with http(samples_home, log) as url:
        asyncio.run(run(url))
    assert log.read_text() == ""


def lines(*requests: dict[str, object]) -> str:
    return "".join(json.dumps({"jsonrpc": "2.0", **request}) + "\n" for request in requests)


HELLO = {
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "0"}},
}


@contextmanager
def by_hand(home: Path) -> Iterator["subprocess.Popen[str]"]:
    """The command with its pipes; a client that is not the official one sees every byte."""
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [str(MANUALDESK), "mcp"], env=environment(home), stdin=pipe, stdout=pipe, stderr=pipe, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def replied(process: "subprocess.Popen[str]", *requests: dict[str, object]) -> list[Any]:
    """As many replies as there are requests with a number."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(lines(*requests))
    process.stdin.flush()
    return [json.loads(process.stdout.readline()) for request in requests if "id" in request]


def test_stdout_is_the_protocol_and_nothing_else(samples_home: Path) -> None:
    call = {"id": 2, "method": "tools/call", "params": {"name": "ask", "arguments": RESET}}
    with by_hand(samples_home) as process:
        hello, answer = replied(process, HELLO, {"method": "notifications/initialized"}, call)
        # The end of stdin is how a client says goodbye.
        rest, said = process.communicate(timeout=60)
    assert (hello["id"], answer["id"]) == (1, 2)
    assert not answer["result"].get("isError")
    assert rest == ""
    assert process.returncode == 0, said
    assert "Traceback" not in said


def test_ctrl_c_ends_it_while_it_waits_for_a_line(tmp_path: Path) -> None:
    with by_hand(tmp_path) as process:
        replied(process, HELLO)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert process.stderr is not None
        assert process.stderr.read() == "error: Stopped.\n"


@pytest.mark.parametrize(
    ("options", "said"),
    [(["--http", "--host", "0.0.0.0"], "this machine only"), (["--audience", "everyone"], "--audience")],
)
def test_wrong_options_are_refused(tmp_path: Path, options: list[str], said: str) -> None:
    done = subprocess.run(
        [str(MANUALDESK), "mcp", *options],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in {1, 2}
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_without_an_index_the_tools_say_what_to_do(tmp_path: Path) -> None:
    async def run() -> types.CallToolResult:
        async with stdio_client(started(tmp_path)) as pipes, ClientSession(*pipes) as session:
            await session.initialize()
            return await session.call_tool("search", BULLETIN)

    result = asyncio.run(run())
    assert result.isError
    assert "manualdesk ingest" in str(result.content)
