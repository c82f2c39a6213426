"""What the web process answers to a plain HTTP client: health, sources, and whom it turns away."""

import asyncio
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from ingest.errors import ModelUnavailable, NothingPublished
from ingest.index.contract import Index
from tests.browser.desk import COMMAND, PATIENCE_MS, environment
from ui.backend import Answering, Backend, Parts

pytestmark = pytest.mark.browser


def ready(address: str) -> httpx.Response:
    """/readyz once the models have loaded."""
    patience = PATIENCE_MS / 1000
    deadline = time.monotonic() + patience
    while (reply := httpx.get(f"{address}/readyz", timeout=patience)).json()["embedder"].get(
        "error"
    ) == "still loading":
        assert time.monotonic() < deadline
    return reply


def revision_of(home: Path, suffix: str) -> str:
    return next((home / "originals").glob(f"*{suffix}")).stem


def test_readiness_names_each_dependency(address: str) -> None:
    assert httpx.get(f"{address}/healthz").json() == {"status": "ok"}
    reply = ready(address)
    assert reply.status_code == 200
    state = reply.json()
    assert state["ready"] is True
    assert state["index"]["documents"] == 3
    assert state["index"]["generation"]
    assert state["language_model"]["answers"] == "quotes only"


def test_readiness_fails_without_an_index(empty_address: str) -> None:
    reply = ready(empty_address)
    assert reply.status_code == 503
    assert "ingest" in reply.json()["index"]["hint"]
    assert httpx.get(f"{empty_address}/healthz").status_code == 200


def test_a_librarys_error_while_loading_is_kept_and_told(tmp_path: Path) -> None:
    def fail() -> Answering:
        raise RuntimeError("a weight file is cut short")

    def open_index() -> Index:
        raise NothingPublished("There is no index yet.")

    async def no_model() -> str:
        return ""

    backend = Backend(Parts(home=tmp_path, build_assistant=fail, open_index=open_index, probe_model=no_model))
    # A thread of its own: Playwright's event loop may be running in this one.
    with ThreadPoolExecutor() as threads, pytest.raises(ModelUnavailable, match="a weight file is cut short"):
        threads.submit(lambda: asyncio.run(backend.assistant())).result()
    assert backend.failure is not None
    assert "server's output" in backend.failure.hint
    assert not backend.ready


def test_only_indexed_documents_are_served(address: str, home: Path) -> None:
    revision = revision_of(home, ".html")
    for document in ("../../etc/passwd", "..%2f..%2fetc%2fpasswd", "smart-home/zh/other.html", "%2fetc%2fpasswd"):
        assert httpx.get(f"{address}/sources/{revision}/original/{document}").status_code == 404
    assert httpx.get(f"{address}/sources/0000000000000000/original/smart-home/zh/l30-door-lock.html").status_code == 404
    assert httpx.get(f"{address}/sources/{revision}/original/smart-home/zh/l30-door-lock.html").status_code == 200


def test_pages_are_bounded(address: str, home: Path) -> None:
    document = "smart-home/en/t200-user-guide.pdf"
    revision = next(
        path.stem
        for path in (home / "originals").glob("*.pdf")
        if httpx.get(f"{address}/sources/{path.stem}/original/{document}").status_code == 200
    )
    pages = f"{address}/sources/{revision}/pages"
    assert httpx.get(f"{pages}/3/{document}?marks=10,10,90,30").content.startswith(b"\x89PNG")
    assert httpx.get(f"{pages}/99/{document}").status_code == 404
    assert httpx.get(f"{pages}/0/{document}").status_code == 404
    assert httpx.get(f"{pages}/3/{document}?marks=nonsense").status_code == 400


@pytest.mark.parametrize("path", ["/mcp", "/project/file", "/login", "/docs", "/openapi.json", "/copilot/index.js"])
def test_what_the_chat_does_not_use_is_not_there(address: str, path: str) -> None:
    assert httpx.get(address + path).status_code == 404
    assert httpx.post(address + path).status_code == 404


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/sources/00ff/original/guide.pdf"])
def test_a_method_that_is_not_served_is_refused_in_our_form(address: str, path: str) -> None:
    reply = httpx.post(address + path)
    assert reply.status_code == 405
    error = reply.json()["error"]
    assert error["type"] == "method_not_allowed"
    assert path in error["message"]
    assert error["hint"] == "use GET"
    assert reply.headers["Allow"] == "GET"


def test_other_hosts_and_other_sites_are_turned_away(address: str) -> None:
    assert httpx.get(address, headers={"Host": "rebound.example"}).status_code == 421
    assert httpx.get(address, headers={"Origin": "https://elsewhere.example"}).status_code == 403
    assert httpx.get(address, headers={"Origin": address}).status_code == 200
    assert httpx.get(address, headers={"Host": "["}).status_code == 421
    assert httpx.get(address, headers={"Origin": "http://["}).status_code == 403
    handshake = (
        "GET /ws/socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
        f"Host: {urlsplit(address).netloc}\r\nOrigin: https://elsewhere.example\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    host, port = urlsplit(address).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(handshake.encode())
        assert connection.recv(64).startswith(b"HTTP/1.1 403")


def test_a_port_in_use_is_named_with_the_way_out(address: str, home: Path) -> None:
    port = urlsplit(address).port
    done = subprocess.run(
        [*COMMAND, "serve", "--port", str(port)], env=environment(home), capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert f"Port {port}" in done.stderr
    assert f"--port {(port or 0) + 1}" in done.stderr
    assert "Traceback" not in done.stderr


def test_only_this_machine_is_served(home: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "serve", "--host", "0.0.0.0"], env=environment(home), capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "no sign-in is set up" in done.stderr
