"""A real vLLM, started the way `manualdesk llm serve` starts it, streams real answers through the assistant."""

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from ingest.errors import ModelUnavailable
from ingest.index.contract import EVERYTHING
from serving.answer import Answer, AnswerDone, AnswerSource, TextDelta
from serving.assistant import Assistant
from serving.model import ChatModel, Message
from serving.settings import load_settings
from serving.vllm.launch import vllm_python
from serving.vllm.profiles import SMALL_MODEL
from serving.vllm.record import read_record
from serving.vllm.server_log import last_lines, log_path
from serving.wording import wording
from tests.passages import FixedRetriever, passage

pytestmark = [pytest.mark.vllm, pytest.mark.timeout(900)]

READY_SECONDS = 600
"""Two busy cores need two minutes; a first start also compiles kernels' caches."""

FILTER = passage(
    "Rinse the filter with cold water. Let the filter dry for 2 hours before you put it back.", title="Fan F1"
)
WIFI = passage("The hub supports Wi-Fi 2.4 GHz only. Place the hub within 10 m of the router.", page=7)


class Served(ChatModel):
    """The model, and the watched server that speaks for it."""

    def __init__(self, port: int, home: Path) -> None:
        super().__init__(f"http://127.0.0.1:{port}/v1")
        self.port, self.home = port, home

    def llm(self, *words: str) -> "subprocess.Popen[str]":
        command = str(Path(sys.executable).with_name("manualdesk"))
        return subprocess.Popen(
            [command, "llm", *words, "--port", str(self.port)],
            env={**os.environ, "MANUALDESK_HOME": str(self.home)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def log(self) -> str:
        return "\n".join(last_lines(log_path(self.home, self.port), 1000))


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    try:
        vllm_python()
    except ModelUnavailable:
        pytest.skip("vLLM is not installed here (make vllm)")
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        port = chosen.getsockname()[1]
    home = tmp_path_factory.mktemp("vllm")
    # The made-ready model is kept with the installation's state: making it takes longer than many a test run.
    models = load_settings().models
    models.mkdir(parents=True, exist_ok=True)
    (home / "models").symlink_to(models, target_is_directory=True)
    server = Served(port, home)
    watcher = server.llm("serve", "--profile", "cpu", "--drain", "60")
    # Its pipes must not fill up; what it says is in its log too.
    reader = threading.Thread(target=watcher.communicate, daemon=True)
    reader.start()
    try:
        _wait_until_ready(server, watcher)
        yield server
    finally:
        watcher.terminate()
        with suppress(subprocess.TimeoutExpired):
            watcher.wait(90)
        watcher.kill()
        reader.join()


def _wait_until_ready(server: Served, watcher: "subprocess.Popen[str]") -> None:
    started = time.monotonic()
    while time.monotonic() - started < READY_SECONDS:
        if watcher.poll() is not None:
            pytest.fail(f"llm serve ended with status {watcher.returncode}:\n{server.log()[-3000:]}")
        record = read_record(server.home, server.port)
        if record and record.state == "ready":
            print(f"vLLM was ready after {time.monotonic() - started:.0f} s")
            return
        time.sleep(0.25)  # between two looks at the condition
    pytest.fail(f"vLLM was not ready within {READY_SECONDS} s:\n{server.log()[-3000:]}")


async def answered(assistant: Assistant, question: str) -> tuple[list[str], Answer]:
    deltas: list[str] = []
    async for event in assistant.stream(question, scope=EVERYTHING):
        match event:
            case TextDelta():
                deltas.append(event.text)
            case AnswerDone():
                return deltas, event.answer
    raise AssertionError("the stream ended without its last event")


def test_the_server_says_what_it_serves(served: Served) -> None:
    info = asyncio.run(served.info())
    assert info.name == SMALL_MODEL
    assert info.context_tokens == 8192


def test_tokens_stream_one_by_one(served: Served) -> None:
    async def times() -> list[float]:
        messages = [Message("user", "Tell a story about a fox and a hen.")]
        return [time.perf_counter() async for _ in served.stream(messages, max_tokens=60)]

    started = time.perf_counter()
    seen = asyncio.run(times())
    assert len(seen) > 30
    assert seen[-1] - seen[0] > 0.05
    print(
        f"first token {(seen[0] - started) * 1000:.0f} ms, then {(len(seen) - 1) / (seen[-1] - seen[0]):.0f} tokens/s"
    )


def test_answers_are_cited_with_verbatim_quotes(served: Served) -> None:
    assistant = Assistant(FixedRetriever(FILTER, WIFI), served)
    questions = ("How long must the filter dry?", "Which Wi-Fi does the hub support?", "Where should I place the hub?")

    async def all_answers() -> list[tuple[list[str], Answer]]:
        return [await answered(assistant, question) for question in questions]

    answers = asyncio.run(all_answers())
    for deltas, answer in answers:
        assert not answer.refused
        assert answer.citations
        assert all(citation.quote in citation.passage.text for citation in answer.citations)
        if answer.source is AnswerSource.MODEL:
            assert "".join(deltas).strip() == answer.answer
    # The small model need not get each one right, but most of what it copies must pass the checks.
    assert any(answer.source is AnswerSource.MODEL for _, answer in answers)


def test_a_prompt_that_is_read_in_parts_is_survived(served: Served) -> None:
    """Long prompts are prefilled in chunks; a request that sets a seed ends vLLM 0.32 on a CPU there."""
    long = [passage(f"Screw {number} of the frame holds {number * 7} kg. " * 40) for number in range(1, 9)]
    _, answer = asyncio.run(answered(Assistant(FixedRetriever(*long), served), "How much does screw 3 hold?"))
    assert answer.notice != wording("en").model_failed
    assert asyncio.run(ChatModel(served.url).available())


def test_refusing_does_not_depend_on_the_model(served: Served) -> None:
    for retriever in (FixedRetriever(), FixedRetriever(FILTER, confidence=0.05)):
        _, answer = asyncio.run(answered(Assistant(retriever, served, refuse_below=0.2), "How heavy is the moon?"))
        assert answer.refused
        assert answer.answer == wording("en").refusal
        assert answer.citations == ()


def test_stopping_stops_the_computing(served: Served) -> None:
    async def stop_early() -> bool:
        stream = served.stream([Message("user", "Count to a thousand.")], max_tokens=3000)
        async for _ in stream:
            break
        await stream.aclose()
        while await _running(served.url) > 0:
            await asyncio.sleep(0.1)
        return True

    assert asyncio.run(asyncio.wait_for(stop_early(), 60))


async def _running(url: str) -> float:
    """Requests the server is computing, from its own metrics."""
    metrics = url.removesuffix("/v1") + "/metrics"
    text = (await asyncio.to_thread(lambda: urllib.request.urlopen(metrics, timeout=10).read())).decode()
    lines = [line for line in text.splitlines() if line.startswith("vllm:num_requests_running")]
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines)


def test_the_planned_cache_is_what_vllm_finds(served: Served) -> None:
    record = read_record(served.home, served.port)
    assert record is not None
    planned = re.search(r"= ([\d,]+) tokens", record.summary)
    found = re.search(r"KV cache size: ([\d,]+) tokens", served.log())
    assert planned is not None
    assert found is not None
    sizes = [int(text[1].replace(",", "")) for text in (planned, found)]
    # vLLM keeps whole blocks of tokens.
    assert sizes[1] == pytest.approx(sizes[0], rel=0.01)


def test_the_commands_tell_how_it_is(served: Served) -> None:
    told, _ = served.llm("status", "--json").communicate(timeout=120)
    (state,) = json.loads(told)
    assert (state["state"], state["model"]) == ("ready", SMALL_MODEL)
    # Our prompts begin alike, and they came several times.
    assert state["load"]["prefix_hits"] > 0
    assert "Uvicorn running" in served.log() or "Application startup complete" in served.log()
    assert "GET /health" not in served.log()


def test_a_stop_lets_a_running_answer_end(served: Served) -> None:
    """The last of these: it ends the server."""

    async def told() -> str:
        text = ""
        stop = None
        async for piece in served.stream([Message("user", "Tell a long story about a fox and a hen.")], max_tokens=120):
            text += piece
            stop = stop or served.llm("stop", "--drain", "60")
        assert stop is not None
        await asyncio.to_thread(stop.communicate, timeout=120)
        assert stop.returncode == 0
        return text

    assert len(asyncio.run(told()).split()) > 40
    record = read_record(served.home, served.port)
    assert record is not None
    assert record.state == "stopped"
