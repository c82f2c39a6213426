"""A model server that crashes, hangs and is stopped in the middle of an answer, under its real watcher."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from serving.vllm.record import ServerRecord, is_watched, read_record
from serving.vllm.server_log import last_lines
from serving.vllm.service import states

ROOT = Path(__file__).parents[2]
PATIENCE = 60


class Watched:
    """A watcher with its server, and what they leave in files."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as chosen:
            self.port = chosen.getsockname()[1]
        self.home, self.folder = folder / "home", folder
        self.watcher: subprocess.Popen[str] | None = None

    def start(self, *, drain: int = 20, options: tuple[str, ...] = ()) -> "subprocess.Popen[str]":
        arguments = [str(self.home), str(self.port), str(self.folder), str(drain), *options]
        self.watcher = subprocess.Popen(
            [sys.executable, "-m", "tests.watched_server", *arguments], cwd=ROOT, stderr=subprocess.PIPE, text=True
        )
        return self.watcher

    def starts(self) -> list[tuple[int, int]]:
        """Process numbers of each server that was started, and of its engine."""
        path = self.folder / "starts"
        lines = path.read_text().splitlines() if path.exists() else []
        return [(int(line.split()[0]), int(line.split()[1])) for line in lines if len(line.split()) == 2]

    def record(self) -> ServerRecord | None:
        return read_record(self.home, self.port)

    def is_ready(self, restarts: int = 0) -> bool:
        record = self.record()
        return record is not None and record.state == "ready" and record.restarts >= restarts

    def post(self, path: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with suppress(http.client.HTTPException, OSError):  # it may die of it
            connection.request("POST", path)
            connection.getresponse().read()
        connection.close()

    def ask(self) -> http.client.HTTPResponse:
        """An answer that has begun and is held."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("POST", "/v1/chat/completions", "{}", {"Authorization": "Bearer k"})
        reply = connection.getresponse()
        assert reply.readline() == b"data: first\n"
        return reply

    def log(self) -> str:
        return "\n".join(last_lines(self.home / "logs" / f"vllm-{self.port}.log", 1000))


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    server = Watched(tmp_path)
    yield server
    if server.watcher and server.watcher.poll() is None:
        server.watcher.kill()
        server.watcher.wait()
    for process, engine in server.starts():
        for number in (process, engine):
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited for {PATIENCE} s: {what}"
        time.sleep(0.02)  # between two looks at the condition


def alive(process: int) -> bool:
    """Running, not only waiting to be buried by whoever started it."""
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


def test_a_server_that_crashes_or_hangs_is_started_again(watched: Watched) -> None:
    watched.start()
    until(watched.is_ready, "the first start")
    (state,) = states(watched.home)
    assert state.word == "ready"
    assert state.load
    assert (state.load.cache_use, state.load.prefix_hits) == (0.25, 0.75)

    watched.post("/crash")
    until(lambda: watched.is_ready(restarts=1), "the start after a crash")
    until(lambda: not alive(watched.starts()[0][1]), "the end of the crashed server's engine")
    assert "status 9" in watched.log()

    watched.post("/hang")
    until(lambda: watched.is_ready(restarts=2), "the start after a hang")
    assert "/health gave no answer 3 times" in watched.log()
    assert not alive(watched.starts()[1][0])
    assert len(watched.starts()) == 3
    assert "GET /health" not in watched.log()


def test_a_stop_lets_a_running_answer_end(watched: Watched) -> None:
    watcher = watched.start()
    until(watched.is_ready, "the start")
    answer = watched.ask()
    watcher.send_signal(signal.SIGTERM)
    until(lambda: getattr(watched.record(), "state", "") == "draining", "draining")
    assert alive(watched.starts()[0][0])
    watched.post("/go")
    assert b"[DONE]" in answer.read()
    assert watcher.wait(PATIENCE) == 0
    assert not alive(watched.starts()[0][1])
    assert getattr(watched.record(), "state", "") == "stopped"
    assert states(watched.home) == []
    assert len(watched.starts()) == 1


@pytest.mark.parametrize("how", ["the time runs out", "a second signal"])
def test_a_server_that_does_not_want_to_end_is_killed(watched: Watched, how: str) -> None:
    (watched.folder / "stubborn").touch()
    watcher = watched.start(drain=0 if how == "the time runs out" else 600)
    until(watched.is_ready, "the start")
    watcher.send_signal(signal.SIGINT)
    until(lambda: getattr(watched.record(), "state", "") in {"draining", "stopped"}, "draining")
    if how == "a second signal":
        watcher.send_signal(signal.SIGINT)
    assert watcher.wait(PATIENCE) == 0
    assert not alive(watched.starts()[0][0])
    assert not alive(watched.starts()[0][1])


def test_a_server_that_cannot_start_is_given_up_with_its_reason(watched: Watched) -> None:
    (watched.folder / "fails").write_text("99")
    watcher = watched.start()
    said = watcher.communicate(timeout=PATIENCE)[1]
    assert watcher.returncode == 1
    assert len(watched.starts()) == 3
    assert "ValueError: the weights do not fit" in said.rsplit("error: ", 1)[1]
    assert f"vllm-{watched.port}.log" in said.rsplit("hint: ", 1)[1]
    assert getattr(watched.record(), "state", "") == "failed"
    assert [state.word for state in states(watched.home)] == ["failed"]


def test_a_bad_start_is_tried_again(watched: Watched) -> None:
    (watched.folder / "fails").write_text("2")
    watched.start()
    until(lambda: watched.is_ready(restarts=2), "the third start")


def test_without_restarts_the_exit_status_is_the_servers(watched: Watched) -> None:
    (watched.folder / "fails").write_text("99")
    assert watched.start(options=("--no-restart",)).wait(PATIENCE) == 3
    assert len(watched.starts()) == 1


def test_a_killed_watcher_takes_its_server_along(watched: Watched) -> None:
    watcher = watched.start()
    until(watched.is_ready, "the start")
    watcher.kill()
    until(lambda: not alive(watched.starts()[0][0]), "the end of the server")
    assert not is_watched(watched.home, watched.port)
    assert [state.word for state in states(watched.home)] == ["gone"]


def test_the_commands_tell_and_stop(watched: Watched) -> None:
    watched.start()
    until(watched.is_ready, "the start")
    environment = {**os.environ, "MANUALDESK_HOME": str(watched.home)}
    command = str(Path(sys.executable).with_name("manualdesk"))

    def llm(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [command, "llm", *words], env=environment, cwd=watched.folder, capture_output=True, text=True, check=False
        )

    told = llm("status", "--json")
    assert told.returncode == 0, told.stderr
    (server,) = json.loads(told.stdout)
    assert (server["state"], server["port"], server["load"]["running"]) == ("ready", watched.port, 0)
    assert "75% of prompt tokens were cached" in llm("status").stdout
    assert "ready; a secret" in llm("logs", "--port", str(watched.port)).stdout
    second = watched.watcher
    assert second is not None
    beside = watched.start()
    assert "runs already" in beside.communicate(timeout=PATIENCE)[1]
    assert beside.returncode == 1
    watched.watcher = second
    stopped = llm("stop", "--port", str(watched.port))
    assert stopped.returncode == 0, stopped.stderr
    assert second.wait(PATIENCE) == 0
    again = llm("stop", "--port", str(watched.port))
    assert again.returncode == 1
    assert "llm status" in again.stderr
    assert llm("status").returncode == 1
