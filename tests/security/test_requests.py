"""Requests that are too large, too many, oddly put or in the wrong place, and what of them is written down."""

from http import HTTPStatus

import httpx
import pytest

from serving.api.limits import MOST_JSON
from tests.security.canaries import SHOP
from tests.security.served import Served, client, visitor

OUR_COOKIE = "manualdesk"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/sign-in", "application/x-www-form-urlencoded"),
        ("/v1/ask", "application/json"),
        ("/widget/v1/ask", "application/json"),
        ("/widget/v1/hand-over", "application/json"),
        ("/desk/labels", "application/x-www-form-urlencoded"),
        ("/desk/answers", "application/x-www-form-urlencoded"),
        ("/project/threads", "application/json"),
    ],
)
def test_nobody_sends_more_than_there_is_room_for(served: Served, path: str, kind: str) -> None:
    with client(served.address, number=210) as http:
        token = visitor(served, http) if path.startswith("/widget") else ""
        headers = {"Content-Type": kind, "Origin": SHOP if token else served.address}
        headers |= {"Authorization": f"Bearer {token}"} if token else {"Cookie": f"{OUR_COOKIE}={served.told.admin}"}
        pieces = (b"a=" * 32_768 for _ in range(MOST_JSON // 65_536 + 2))
        for body in (b"a" * (MOST_JSON + 1), pieces):
            try:
                reply = http.post(path, content=body, headers=headers)
            except (httpx.WriteError, httpx.ReadError):  # it was hung up on in the middle
                continue
            # The chat's own calls say of it only that it cannot be read.
            expected = HTTPStatus.BAD_REQUEST if path.startswith("/project") else HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            assert reply.status_code in {expected, HTTPStatus.REQUEST_ENTITY_TOO_LARGE}, reply.text


def test_a_head_has_its_limits_too(served: Served) -> None:
    with client(served.address, number=211) as http:
        for headers in ({"X-Long": "a" * 100_000}, {"Cookie": f"{OUR_COOKIE}=" + "a" * 100_000}):
            try:
                reply = http.get("/v1/models", headers=headers)
            except httpx.TransportError:
                continue
            assert reply.status_code in {400, 401, 431}
        assert http.get("/v1/models?" + "a=b&" * 12_000).status_code in {400, 401, 414, 431}


@pytest.mark.parametrize("name", ["key", "api_key", "access_token", "token", "authorization", "manualdesk", "session"])
def test_what_opens_is_not_taken_from_an_address(served: Served, name: str) -> None:
    """Addresses get into histories, logs and referrers."""
    with client(served.address, number=212) as http:
        for secret in (served.told.editor, served.told.admin):
            assert http.get("/v1/models", params={name: secret}).status_code == HTTPStatus.UNAUTHORIZED
            assert http.get(f"/v1/models;{name}={secret}").status_code == HTTPStatus.UNAUTHORIZED


def test_a_word_said_twice_says_no_more_than_once(served: Served) -> None:
    """Fields that are there twice, in JSON and in an address: one of them counts, and the scope in any case."""
    with client(served.address, number=213, Authorization=f"Bearer {served.told.key}") as http:
        body = b'{"question": "bulb E99", "product": "kettle", "product": "lamp", "question": "bulb E99"}'
        reply = http.post("/v1/search", content=body, headers={"Content-Type": "application/json"})
        assert reply.status_code == HTTPStatus.OK
        assert {passage["product"] for passage in reply.json()["passages"]} <= {"kettle"}
    with client(served.address, number=213, Cookie=f"{OUR_COOKIE}={served.told.admin}") as http:
        assert http.get("/desk/people?text=a&text=b").status_code < 500


def test_no_folder_is_listed(served: Served) -> None:
    with client(served.address, number=214, Cookie=f"{OUR_COOKIE}={served.told.admin}") as http:
        for path in (
            "/static",
            "/static/",
            "/sources",
            "/sources/",
            "/widget/",
            "/widget/v1/",
            "/static/..%2ftemplates",
        ):
            reply = http.get(path)
            assert "index of" not in reply.text.lower()
            assert reply.status_code >= 400, path


def test_what_looks_like_a_template_or_a_header_is_text(served: Served) -> None:
    with client(served.address, number=215, Cookie=f"{OUR_COOKIE}={served.told.admin}") as http:
        page = http.get("/desk/search", params={"q": "{{7*191}}{% raw %}${7*191}"}).text
        assert "{{7*191}}" in page
        assert "1337" not in page
        for injected in ("/%0d%0aX-Injected: yes", "/\r\nX-Injected: yes", "/desk%0aX-Injected:yes"):
            reply = http.get("/sign-in", params={"next": injected})
            assert "X-Injected" not in reply.headers


def test_no_account_is_there_from_the_beginning(served: Served) -> None:
    with client(served.address, number=216, Origin=served.address) as http:
        for name, password in (("admin", "admin"), ("admin", "password"), ("admin", ""), ("", ""), ("root", "root")):
            reply = http.post("/sign-in", data={"name": name, "password": password})
            assert reply.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS}
            assert OUR_COOKIE not in reply.cookies


def test_the_log_holds_no_secret(served: Served) -> None:
    typed = "a password that was mistyped"
    with client(served.address, number=217, Origin=served.address) as http:
        token = visitor(served, http)
        http.post("/sign-in", data={"name": "ada", "password": typed})
        http.get("/v1/models", headers={"Authorization": f"Bearer {served.told.key}"})
        http.get("/desk/people", headers={"Cookie": f"{OUR_COOKIE}={served.told.admin}"})
        log = served.log.read_text()
        shown = http.get("/desk/audit", headers={"Cookie": f"{OUR_COOKIE}={served.told.admin}"}).text
    assert "session.refused" in shown
    for secret in (typed, token, served.told.key, served.told.editor, served.told.admin, served.told.cookie):
        assert secret not in log
        assert secret not in shown
