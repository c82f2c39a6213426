"""deploy/router: one address for several model servers, one of which goes away and comes back."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE = 60

pytestmark = pytest.mark.skipif(
    not (ROOT / ".venv-router" / "bin" / "vllm-router").exists(), reason="vllm-router is not installed (make router)"
)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        return int(chosen.getsockname()[1])


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited for {PATIENCE} s: {what}"
        time.sleep(0.05)  # between two looks at the condition


KEY = "key-of-the-replicas"


def call(port: int, method: str, path: str, body: str = "", key: str = KEY) -> int:
    """The status; 0 where nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
        connection.request(method, path, body or None, headers)
        reply = connection.getresponse()
        reply.read()
    except (http.client.HTTPException, OSError):
        return 0
    finally:
        connection.close()
    return reply.status


class Replica:
    """A small model server that notes what it is asked."""

    def __init__(self, folder: Path) -> None:
        self.port, self.folder = free_port(), folder
        folder.mkdir()

    def start(self) -> "subprocess.Popen[bytes]":
        script = str(ROOT / "tests" / "fragile_model_server.py")
        command = [sys.executable, script, str(self.folder), "--port", str(self.port)]
        with (self.folder / "said").open("ab") as said:
            process = subprocess.Popen(command, stdout=said, env={**os.environ, "VLLM_API_KEY": KEY})
        until(lambda: call(self.port, "GET", "/health") == 200, "a replica")
        call(self.port, "POST", "/go")  # answers are not held
        return process

    def asked(self) -> int:
        return (self.folder / "said").read_text().count("POST /v1/chat/completions HTTP")


@pytest.fixture
def replicas(tmp_path: Path) -> Iterator[tuple[Replica, Replica]]:
    first, second = Replica(tmp_path / "first"), Replica(tmp_path / "second")
    with ExitStack() as stack:
        for replica in (first, second):
            process = replica.start()
            stack.callback(process.wait)
            stack.callback(process.terminate)
        yield first, second


@pytest.fixture
def router(replicas: tuple[Replica, Replica], tmp_path: Path) -> Iterator[int]:
    port = free_port()
    addresses = " ".join(f"http://127.0.0.1:{replica.port}" for replica in replicas)
    settings = tmp_path / "my router.env"
    settings.write_text(f'REPLICAS="{addresses}"\nPORT={port}\nPOLICY=round_robin\nLOOK_SECONDS=1\n')
    with (tmp_path / "router.log").open("wb") as log:
        process = subprocess.Popen(
            ["sh", str(ROOT / "deploy" / "router" / "run.sh"), str(settings)], stdout=log, stderr=log
        )
    until(lambda: call(port, "GET", "/health") == 200, "the router")
    yield port
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(10)
    process.kill()
    process.wait()


def ask(port: int, times: int, key: str = KEY) -> list[int]:
    body = '{"model": "fragile", "stream": true, "messages": [{"role": "user", "content": "How?"}]}'
    return [call(port, "POST", "/v1/chat/completions", body, key) for _ in range(times)]


def test_questions_are_shared_and_a_lost_replica_is_left_out(replicas: tuple[Replica, Replica], router: int) -> None:
    first, second = replicas
    assert set(ask(router, 8)) == {200}
    assert first.asked() == second.asked() == 4
    # The router asks for no key of its own: it hands on the one that it is given.
    assert ask(router, 1, key="another") == [401]

    call(first.port, "POST", "/crash")
    assert set(ask(router, 8)) == {200}
    assert first.asked() + second.asked() == 17

    again = first.start()
    until(lambda: set(ask(router, 2)) == {200} and first.asked() > 4, "the replica that came back")
    again.terminate()
    again.wait()


def test_missing_settings_are_said(tmp_path: Path) -> None:
    script = str(ROOT / "deploy" / "router" / "run.sh")
    (tmp_path / "empty.env").touch()
    for settings, said in ((tmp_path / "none.env", "cannot be read"), (tmp_path / "empty.env", "REPLICAS")):
        done = subprocess.run(
            ["sh", script, str(settings)], capture_output=True, text=True, check=False, env=os.environ
        )
        assert done.returncode == 1
        assert said in done.stderr
