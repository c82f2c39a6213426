"""The model client over real HTTP, against a server that streams what a script says."""

import asyncio
import socket
import time
from collections.abc import AsyncGenerator, Iterator

import pytest

from ingest.errors import ModelUnavailable
from serving.model import CUT, ChatModel, Message
from tests.scripted_model import ScriptedModel

HELLO = (Message("user", "hello"),)


@pytest.fixture
def server() -> Iterator[ScriptedModel]:
    with ScriptedModel().running() as running:
        yield running


async def collected(stream: AsyncGenerator[str]) -> str:
    return "".join([piece async for piece in stream])


def said(server: ScriptedModel, *pieces: str) -> str:
    server.script = pieces
    return asyncio.run(collected(ChatModel(server.url).stream(HELLO, max_tokens=50)))


def test_name_and_context_are_learned_from_the_server(server: ScriptedModel) -> None:
    info = asyncio.run(ChatModel(server.url).info())
    assert (info.name, info.context_tokens) == ("scripted", 4096)


def test_pieces_arrive_in_order(server: ScriptedModel) -> None:
    assert said(server, "a", "b", " c") == "ab c"
    assert server.requests[0]["max_tokens"] == 50
    assert "chat_template_kwargs" not in server.requests[0]


@pytest.mark.parametrize(
    "pieces", [("<think>hm</think>\n\nYes"), ("<th", "ink>\n", "hm</th", "ink>", "\n\nYes"), ("<think></think>Yes",)]
)
def test_thoughts_are_not_shown(server: ScriptedModel, pieces: tuple[str, ...]) -> None:
    assert said(server, *pieces) == "Yes"


def test_less_than_signs_are(server: ScriptedModel) -> None:
    assert said(server, "a <", " b <t", "able>") == "a < b <table>"


def test_only_hybrid_qwen3_is_told_not_to_think() -> None:
    for name, told in {"Qwen/Qwen3-4B-AWQ": True, "Qwen/Qwen3-4B-Instruct-2507": False, "other": False}.items():
        with ScriptedModel(name=name).running() as server:
            said(server, "x")
            assert (server.requests[0].get("chat_template_kwargs") == {"enable_thinking": False}) is told


def test_a_text_that_was_cut_says_so(server: ScriptedModel) -> None:
    server.finish = "length"
    assert said(server, "half a sen") == f"half a sen{CUT}"


def test_a_server_that_dies_in_the_middle_raises(server: ScriptedModel) -> None:
    with pytest.raises(ModelUnavailable) as caught:
        said(server, "a", ScriptedModel.DIE)
    assert "manualdesk llm serve" in caught.value.hint


def test_a_dead_model_costs_one_short_probe() -> None:
    with socket.socket() as held:  # bound but never listening: connections are refused
        held.bind(("127.0.0.1", 0))
        model = ChatModel(f"http://127.0.0.1:{held.getsockname()[1]}/v1")

        async def ask_twice() -> tuple[bool, bool, float]:
            first = await model.available()
            start = time.perf_counter()
            return first, await model.available(), time.perf_counter() - start

        first, second, seconds = asyncio.run(ask_twice())
    assert not first
    assert not second
    assert seconds < 0.05


def test_a_server_that_never_answers_does_not_hold_a_reader_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        model = ChatModel(f"http://127.0.0.1:{silent.getsockname()[1]}/v1")

        async def probe() -> tuple[bool, float]:
            start = time.perf_counter()
            return await model.available(), time.perf_counter() - start

        asyncio.run(ChatModel("http://127.0.0.1:1/v1").available())  # imports the client, which takes its time
        reachable, seconds = asyncio.run(probe())
    assert not reachable
    assert seconds < 2


def test_reachability_is_remembered_across_loops(server: ScriptedModel) -> None:
    model = ChatModel(server.url)
    assert asyncio.run(model.available())
    assert asyncio.run(model.available())
    assert server.probes == 1


def test_a_model_that_is_not_served_is_named(server: ScriptedModel) -> None:
    with pytest.raises(ModelUnavailable, match="scripted"):
        asyncio.run(ChatModel(server.url, "another").info())


def test_tokens_that_arrive_together_are_one_piece(server: ScriptedModel) -> None:
    """Under load each piece would otherwise cost a way through all checks."""
    server.script = [f"{number} " for number in range(300)]

    async def slow_reader() -> tuple[str, int]:
        pieces = []
        async for piece in ChatModel(server.url).stream(HELLO, max_tokens=50):
            pieces.append(piece)
            await asyncio.sleep(0.01)  # checks of a sentence, say
        return "".join(pieces), len(pieces)

    text, count = asyncio.run(slow_reader())
    assert text == "".join(server.script)
    assert count < 300


@pytest.mark.parametrize(
    ("head", "body", "said"),
    [
        ("HTTP/1.1 500 Oops", '{"error": {"message": "full"}}', "status 500: full"),
        ("HTTP/1.1 400 No", '{"object": "error", "message": "too long"}', "status 400: too long"),
        ("HTTP/1.1 502 Bad", "<html> no\nsuch page", "status 502: <html> no such page"),
        ("HTTP/1.1 200 OK", 'data: {}\n\ndata: {"error": {"message": "engine died"}}\n\n', "engine died"),
        ("HTTP/1.1 200 OK", "data: <html>\n\n", "cannot be read"),
        ("HTTP/1.1 200 OK", "data: [1]\n\n", "no object"),
        ("no HTTP at all", "", "failed"),
    ],
)
def test_whatever_a_server_sends_instead_is_one_kind_of_error(head: str, body: str, said: str) -> None:
    async def ask() -> str:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            asked = await reader.readuntil(b"\r\n\r\n")
            listed = 'HTTP/1.1 200 OK\r\nContent-Length: 23\r\n\r\n{"data": [{"id": "m"}]}'
            reply = f"{head}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
            writer.write((listed if asked.startswith(b"GET") else reply).encode())
            await writer.drain()
            writer.close()

        listening = await asyncio.start_server(answer, "127.0.0.1", 0)
        async with listening:
            url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
            return await collected(ChatModel(url).stream(HELLO, max_tokens=5))

    with pytest.raises(ModelUnavailable, match=said):
        asyncio.run(ask())
