"""Walls between roles: each person against each page and call of the server, and what an internal word may reach."""

import re
from collections.abc import Iterator
from http import HTTPStatus

import httpx
import pytest

from serving.keys import Role
from tests.all_routes import routes_of
from tests.api_desk import CANARY, SECRET_NAME
from tests.signed_desk import PASSWORD, SignedDesk, browser, signed_in
from ui.server import page_routes

NOBODY = "nobody"
LEAST = {
    "/": Role.AGENT, "/user": Role.AGENT,
    "/desk/account": Role.CUSTOMER, "/desk/account/password": Role.CUSTOMER,
    "/desk/account/sessions/end": Role.CUSTOMER,
    "/desk/people": Role.ADMIN, "/desk/people/new": Role.ADMIN, "/desk/people/{person}": Role.ADMIN,
    "/desk/people/{person}/{action}": Role.ADMIN, "/desk/sessions": Role.ADMIN, "/desk/sessions/end": Role.ADMIN,
    "/desk/keys": Role.ADMIN, "/desk/keys/{number}/revoke": Role.ADMIN, "/desk/audit": Role.ADMIN,
    "/v1/models": Role.CUSTOMER, "/v1/documents": Role.EDITOR, "/v1/jobs": Role.EDITOR, "/metrics": Role.AGENT,
}  # fmt: skip
"""The least role for pages of accounts and for some calls; what is below /desk and not named here is for agents."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> SignedDesk:
    made = SignedDesk(tmp_path_factory.mktemp("desk"))
    made.desk.fill()
    for role in Role:
        made.person(role, role)
    return made


@pytest.fixture(scope="module")
def address(desk: SignedDesk) -> Iterator[str]:
    with desk.serving() as address:
        yield address


def routes(desk: SignedDesk) -> list[tuple[str, str]]:
    """Each method and path of the pages, and of some calls."""
    found = routes_of(*page_routes(desk.desk.backend, desk.setup, lambda _: None))
    pages = [(method, path) for method, path in found if path.startswith("/desk/")]
    return pages + [("GET", path) for path in LEAST if not path.startswith("/desk")]


def called(http: httpx.Client, method: str, path: str) -> httpx.Response:
    filled = re.sub(r"\{\w+(:\w+)?\}", "0", path)
    return http.request(method, filled)


def test_all_pages_are_in_the_table_or_for_agents(desk: SignedDesk) -> None:
    paths = {path for _, path in routes(desk)}
    assert set(LEAST) <= paths, "the table names pages that there are"
    assert len(paths) > len(LEAST)


@pytest.mark.parametrize("role", [NOBODY, *Role])
def test_each_role_goes_where_it_may(desk: SignedDesk, address: str, role: str) -> None:
    with browser(address) as http:
        if role != NOBODY:
            http.post("/sign-in", data={"name": role, "password": PASSWORD})
        for method, path in routes(desk):
            reply = called(http, method, path)
            if role == NOBODY:
                outside = HTTPStatus.SEE_OTHER if method == "GET" else HTTPStatus.UNAUTHORIZED
                assert reply.status_code == outside, (method, path)
                continue
            least = LEAST.get(path)
            if least is not None:
                allowed = Role(role).covers(least)
                assert (reply.status_code != HTTPStatus.FORBIDDEN) == allowed, (method, path, reply.text[-300:])
            elif not Role(role).covers(Role.AGENT):
                assert reply.status_code in {403, 404, 405, 400}, (method, path, reply.status_code)
            assert reply.status_code < HTTPStatus.INTERNAL_SERVER_ERROR or reply.status_code == 503, (method, path)
            if path == "/desk/account/sessions/end":
                assert http.get("/desk/account").status_code == HTTPStatus.OK


def test_a_menu_shows_what_its_reader_may_open(desk: SignedDesk, address: str) -> None:
    for role in (Role.AGENT, Role.EDITOR, Role.ADMIN):
        with signed_in(address, role) as http:
            shown = http.get("/desk/account").text
            for path in ("/desk/people", "/desk/keys", "/desk/audit"):
                assert (f'href="{path}"' in shown) == (role is Role.ADMIN)


def test_no_internal_word_reaches_a_customer_who_signed_in(desk: SignedDesk, address: str) -> None:
    with signed_in(address, Role.CUSTOMER) as http:
        for method, path in routes(desk):
            assert CANARY not in called(http, method, path).text
        for path in (f"/sources/0/original/{SECRET_NAME}", "/v1/documents", "/readyz"):
            assert CANARY not in http.get(path).text
        found = http.post("/v1/search", json={"question": "Which valve opens at 90 degrees?"})
        assert found.status_code == HTTPStatus.OK
        assert CANARY not in found.text
    with signed_in(address, Role.AGENT) as http:
        assert CANARY in http.post("/v1/search", json={"question": "Which valve opens at 90 degrees?"}).text


def test_what_people_type_is_shown_as_it_is(desk: SignedDesk, address: str) -> None:
    hostile = "<script>alert(1)</script>"
    quoted = '"><img src=x onerror=alert(1)>'
    with signed_in(address, Role.ADMIN) as http:
        typed = {"name": "eve", "shown_name": hostile, "email": quoted, "role": "agent"}
        once = http.post("/desk/people/new", data=typed)
        assert once.status_code == HTTPStatus.OK
        http.post("/desk/keys", data={"label": hostile, "role": "agent"})
        desk.administration.end_sessions(desk.administration.people.get("eve"))
        eve = desk.administration.people.get("eve").id
        pages = ["/desk/people", f"/desk/people/{eve}", "/desk/keys", "/desk/audit", f"/desk/audit?q={quoted}",
                 f"/desk/people?q={quoted}", f"/desk/audit?actor={quoted}"]  # fmt: skip
        for path in pages:
            reply = http.get(path)
            assert reply.status_code == HTTPStatus.OK
            assert hostile not in reply.text
            assert "<img src=x" not in reply.text
            assert "'unsafe-inline'" not in reply.headers["Content-Security-Policy"]
            assert reply.headers["Cache-Control"] == "no-store"
    with browser(address) as http:
        reply = http.post("/sign-in", data={"name": quoted, "password": "x"})
        assert "<img src=x" not in reply.text


def test_secrets_are_shown_once_and_work(desk: SignedDesk, address: str) -> None:
    with signed_in(address, Role.ADMIN) as http:
        made = http.post("/desk/keys", data={"label": "shop", "role": "customer", "days": "30"})
        key = re.search(r"mdk_[\w-]+", made.text)
        assert key is not None
        secret = key.group().split("_", 2)[2]
        assert not any(secret in http.get(path).text for path in ("/desk/keys", "/desk/audit"))
        number = key.group().split("_")[1]
        bearer = {"Authorization": f"Bearer {key.group()}"}
        assert httpx.get(f"{address}/v1/models", headers=bearer).status_code == HTTPStatus.OK
        assert http.post(f"/desk/keys/{number}/revoke").status_code == HTTPStatus.SEE_OTHER
        assert httpx.get(f"{address}/v1/models", headers=bearer).status_code == HTTPStatus.UNAUTHORIZED
        for wrong in ({"label": "", "role": "agent"}, {"label": "x", "role": "god"}, {"label": "x", "role": "agent",
                      "days": "-1"}, {"label": "x", "role": "editor", "products": "lamp"}):  # fmt: skip
            assert http.post("/desk/keys", data=wrong).status_code == HTTPStatus.BAD_REQUEST
        me = desk.administration.people.get("admin").id
        assert http.post(f"/desk/people/{me}/disable").status_code == HTTPStatus.CONFLICT, "the only admin stays"
        assert http.post(f"/desk/people/{me}/explode").status_code == HTTPStatus.NOT_FOUND
