"""Limits of the HTTP interface over real connections: too many, too slow, without an index, on another address."""

import socket
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ingest.errors import SettingError
from serving.api import limits
from serving.keys import Role
from tests.api_desk import ApiDesk, application, client, serving
from ui import connections
from ui.server import bound


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> ApiDesk:
    return ApiDesk(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def local(desk: ApiDesk) -> Iterator[str]:
    with serving(application(desk)) as address:
        yield address


def test_a_key_makes_so_many_calls_a_minute(desk: ApiDesk) -> None:
    with serving(application(desk, calls_a_minute=30)) as address:
        with client(address, desk.key(Role.AGENT)) as http:
            statuses = [http.get("/v1/models").status_code for _ in range(12)]
            last = http.get("/v1/models")
        assert statuses.count(HTTPStatus.OK) <= 7
        assert last.status_code == HTTPStatus.TOO_MANY_REQUESTS
        assert 1 <= int(last.headers["Retry-After"]) <= 2
        with client(address, desk.key(Role.AGENT)) as http:
            assert http.get("/v1/models").status_code == HTTPStatus.OK
        with client(address, "mdk_0_guess") as http:
            assert {http.get("/v1/models").status_code for _ in range(40)} == {401, 429}


def test_a_request_that_does_not_come_is_ended(local: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BODY_SECONDS", 0.2)
    host = urlsplit(local).netloc
    name, port = host.split(":")
    with socket.create_connection((name, int(port)), timeout=20) as connection:
        head = f"POST /v1/ask HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"
        connection.sendall(f"{head}{{".encode())
        assert connection.recv(64).startswith(b"HTTP/1.1 408")


def test_a_connection_that_asks_nothing_is_closed(desk: ApiDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEADER_SECONDS", 0.2)
    with serving(application(desk)) as address:
        name, port = urlsplit(address).netloc.split(":")
        for beginning in (
            b"",
            b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
            b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        ):
            with socket.create_connection((name, int(port)), timeout=20) as connection:
                connection.sendall(beginning)
                while connection.recv(1024):  # until it is closed
                    pass


def test_an_address_is_served_only_where_a_key_can_open_it() -> None:
    with pytest.raises(SettingError, match="no sign-in is set up"):
        bound("0.0.0.0", 0)
    with bound("0.0.0.0", 0, anywhere=True) as listener:
        assert listener.getsockname()[1]


def test_errors_of_ours_do_not_tell_customers_where_things_lie(tmp_path: Path) -> None:
    empty = ApiDesk(tmp_path)
    with serving(application(empty, local=False)) as address:
        for role in Role:
            with client(address, empty.key(role)) as http:
                for path, body in (("/v1/search", {"question": "a"}), ("/v1/ask", {"question": "a"})):
                    reply = http.post(path, json=body)
                    assert reply.status_code == HTTPStatus.SERVICE_UNAVAILABLE
                    assert ("ingest" in reply.text) == role.covers(Role.EDITOR)
