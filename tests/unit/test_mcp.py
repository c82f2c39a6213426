"""The MCP server over a small real index, spoken to by the official client, which checks results by their schemas."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
from mcp import ClientSession, types
from mcp.shared.exceptions import McpError
from mcp.shared.memory import create_connected_server_and_client_session
from pydantic import AnyUrl

from ingest.errors import IndexUnusable
from ingest.index.contract import EVERYTHING, Index, Scope
from ingest.types import Audience
from serving.assistant import Assistant
from serving.mcp.pages import Address, PageUnknown, parsed
from serving.mcp.server import build_server
from serving.model import ChatModel
from tests.indexed_desk import IndexedDesk, published
from tests.paced_model import PacedModel
from tests.scripted_model import ScriptedModel

PUBLIC = Scope(audience=Audience.PUBLIC)
RESET = "How do I reset the hub X200?"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return published(tmp_path_factory.mktemp("index"))


Talk = Callable[[ClientSession], Coroutine[Any, Any, Any]]


def talked(desk: IndexedDesk, talk: Talk) -> Any:
    async def run() -> Any:
        async with _session(desk) as session:
            return await talk(session)

    return asyncio.run(run())


@asynccontextmanager
async def _session(desk: IndexedDesk) -> AsyncIterator[ClientSession]:
    async with create_connected_server_and_client_session(build_server(desk)) as session:
        yield session


def called(desk: IndexedDesk, tool: str, **arguments: object) -> types.CallToolResult:
    async def talk(session: ClientSession) -> types.CallToolResult:
        return await session.call_tool(tool, dict(arguments))

    result = talked(desk, talk)
    assert isinstance(result, types.CallToolResult)
    return result


def text_of(result: types.CallToolResult) -> str:
    (block,) = result.content
    assert isinstance(block, types.TextContent)
    return block.text


def structured(result: types.CallToolResult) -> dict[str, Any]:
    assert not result.isError, text_of(result)
    assert result.structuredContent is not None
    return result.structuredContent


def test_the_tools_say_that_they_only_read(index: Index) -> None:
    async def talk(session: ClientSession) -> list[types.Tool]:
        return (await session.list_tools()).tools

    tools = {tool.name: tool for tool in talked(IndexedDesk(index), talk)}
    assert set(tools) == {"search", "ask"}
    for tool in tools.values():
        assert tool.annotations is not None
        assert tool.annotations.readOnlyHint
        assert tool.inputSchema["required"] == ["question"]
        assert tool.outputSchema is not None


def test_search_gives_passages_as_text_and_as_data(index: Index) -> None:
    result = called(IndexedDesk(index), "search", question=RESET)
    best = structured(result)["passages"][0]
    assert best["document"] == "hub/en/x200.md"
    assert best["text"] in text_of(result)
    assert text_of(result).startswith("[1] Hub X200 manual, hub/en/x200.md, Reset\n")
    assert len(structured(called(IndexedDesk(index), "search", question=RESET, limit=1))["passages"]) == 1


def test_ask_gives_the_answer_with_its_sources(index: Index) -> None:
    result = called(IndexedDesk(index), "ask", question=RESET)
    answer = structured(result)
    assert answer["source"] == "quotes"
    assert answer["notice"]
    (citation,) = [found for found in answer["citations"] if found["number"] == 1]
    assert "10 seconds" in citation["quote"]
    text = text_of(result)
    assert answer["answer"] in text
    assert "Sources:\n[1] Hub X200 manual, hub/en/x200.md" in text
    assert "passages" not in answer


def test_sentences_are_progress_where_the_client_asks_for_it(index: Index) -> None:
    told: list[str | None] = []

    async def progress(_progress: float, _total: float | None, message: str | None) -> None:
        told.append(message)

    with ScriptedModel().running() as model:
        model.script = ("Hold the power button for 10 seconds [1].", " The battery of the hub lasts 12 hours [1].")
        desk = IndexedDesk(index, model=ChatModel(model.url))

        async def talk(session: ClientSession) -> types.CallToolResult:
            return await session.call_tool("ask", {"question": RESET}, progress_callback=progress)

        answer = structured(talked(desk, talk))
    assert answer["source"] == "model"
    assert told[0] is not None
    assert told[0].endswith("passages found")
    assert "".join(part or "" for part in told[1:]).strip() == answer["answer"]


def test_a_client_that_leaves_stops_the_model(index: Index) -> None:
    model = PacedModel(pace=20, tokens=3000, delay=0.0, context=32_768)
    with model.in_thread() as url:

        async def talk(session: ClientSession) -> None:
            heard = asyncio.Event()

            async def progress(step: float, _total: float | None, _message: str | None) -> None:
                if step > 1:
                    heard.set()

            call = asyncio.create_task(session.call_tool("ask", {"question": RESET}, progress_callback=progress))
            await asyncio.wait_for(heard.wait(), 20)
            call.cancel()

        talked(IndexedDesk(index, model=ChatModel(url)), talk)
        assert model.has_ended()
    assert model.sent < 300


@pytest.mark.parametrize("tool", ["search", "ask"])
def test_a_public_server_reads_public_manuals_only(index: Index, tool: str) -> None:
    for question in ("How do I turn the secret valve of the pump?", "Pump P9 service", "p9 service.md"):
        said = called(IndexedDesk(index, PUBLIC), tool, question=question)
        assert "secret valve of the pump by" not in said.model_dump_json()
        assert "Pump P9 service" not in text_of(said).replace(question, "")


def test_a_product_narrows_and_never_widens(index: Index) -> None:
    hub_only = Scope(audience=Audience.INTERNAL, products=("hub",))
    refused = called(IndexedDesk(index, hub_only), "search", question=RESET, product="pump")
    assert refused.isError
    assert "hint: leave product out, or use: hub" in text_of(refused)
    found = structured(called(IndexedDesk(index), "search", question="drain the hub", product="pump"))
    assert {passage["product"] for passage in found["passages"]} == {"pump"}


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("ask", {}, "question"),
        ("ask", {"question": "   "}, "hint: ask about a product"),
        ("ask", {"question": "x" * 3000}, "too long"),
        ("search", {"question": RESET, "limit": 0}, "minimum"),
        ("search", {"question": RESET, "audience": "internal"}, "audience"),
        ("remove", {"question": RESET}, "tools: search, ask"),
    ],
)
def test_wrong_calls_are_tool_errors_that_help(index: Index, tool: str, arguments: dict[str, Any], said: str) -> None:
    result = called(IndexedDesk(index), tool, **arguments)
    assert result.isError
    assert said in text_of(result)


class _Unready(IndexedDesk):
    """Its index is gone."""

    def assistant(self) -> Assistant:
        raise IndexUnusable("Nothing is indexed yet.", hint="manualdesk ingest PATH")


class _Broken(IndexedDesk):
    def assistant(self) -> Assistant:
        raise RuntimeError("/secret/path of this machine")


def test_what_goes_wrong_is_said_with_what_to_do(index: Index) -> None:
    told = text_of(called(_Unready(index), "ask", question=RESET))
    assert told == "Nothing is indexed yet.\nhint: manualdesk ingest PATH"
    unexpected = called(_Broken(index), "ask", question=RESET)
    assert unexpected.isError
    assert "secret" not in text_of(unexpected)


def test_a_citation_s_address_opens_its_page(index: Index) -> None:
    async def talk(session: ClientSession) -> tuple[str, str]:
        result = structured(await session.call_tool("ask", {"question": RESET}))
        citation = result["citations"][0]
        (page,) = (await session.read_resource(AnyUrl(citation["uri"]))).contents
        assert isinstance(page, types.TextResourceContents)
        return citation["quote"], page.text

    quote, page = talked(IndexedDesk(index), talk)
    assert quote in page


def listed(desk: IndexedDesk) -> list[str]:
    async def talk(session: ClientSession) -> list[str]:
        return [resource.name for resource in (await session.list_resources()).resources]

    names = talked(desk, talk)
    assert isinstance(names, list)
    return names


def test_resources_are_the_manuals_in_scope(index: Index) -> None:
    assert listed(IndexedDesk(index, EVERYTHING)) == ["hub/en/x200.md", "pump/en/p9 service.md"]
    assert listed(IndexedDesk(index, PUBLIC)) == ["hub/en/x200.md"]


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        (str(Address("pump/en/p9 service.md")), "no manual pump/en/p9 service.md"),
        (str(Address("hub/en/x200.md", revision="f" * 16)), "has changed"),
        (str(Address("hub/en/x200.md", page=99)), "page 99"),
        ("manualdesk://manuals/../../etc/passwd", "no manual"),
        ("file:///etc/passwd", "no address"),
    ],
)
def test_what_is_out_of_scope_or_gone_is_not_read(index: Index, uri: str, said: str) -> None:
    async def talk(session: ClientSession) -> str:
        with pytest.raises(McpError) as refused:
            await session.read_resource(AnyUrl(uri))
        return refused.value.error.message

    assert said in talked(IndexedDesk(index, PUBLIC), talk)


@pytest.mark.parametrize("document", ["a/b c.pdf", "手册/100 %?.pdf", "x#y&page=3.md"])
@pytest.mark.parametrize("page", [None, 7])
def test_addresses_survive_any_name(document: str, page: int | None) -> None:
    address = Address(document, "abc", page)
    assert parsed(str(AnyUrl(str(address)))) == address


@pytest.mark.parametrize(
    "uri", ["", "manualdesk://manuals/", "manualdesk://other/x.pdf", "manualdesk://manuals/x?page=-1"]
)
def test_other_addresses_are_refused(uri: str) -> None:
    with pytest.raises(PageUnknown):
        parsed(uri)
