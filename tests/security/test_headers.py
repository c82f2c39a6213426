"""Headers of every reply, route by route: what a browser may do with it, and whether it may keep it."""

import re
from dataclasses import dataclass

import httpx
import pytest

from serving.accounts.types import SignIn
from tests.all_routes import routes_of
from tests.security.canaries import SHOP
from tests.security.served import Served, client, visitor
from tests.security.walled_desk import WalledDesk
from ui.backend import Backend
from ui.server import page_routes
from ui.sign_in.setup import SignInSetup
from ui.sources import source_routes
from ui.widget.customers import Customers
from ui.widget.routes import widget_routes
from ui.widget.serving import customer_pages

CHAT = ("/", "/user", "/thread/x", "/project/settings", "/auth/config", "/public/manualdesk.js", "/favicon", "/nowhere")
KEPT = re.compile(r"/static/|/public/|/assets/|/widget\.js$|/widget/v1/widget\.css$|/favicon|/avatars/|/logo")
"""Scripts, styles and pictures that hold nothing of anybody: a browser may keep these."""
INNER = re.compile(r"server: |x-powered-by|traceback|site-packages|uvicorn|starlette|chainlit/", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reply:
    called: str
    reply: httpx.Response


def routes(desk: WalledDesk, interface: dict[str, dict[str, object]]) -> list[tuple[str, str]]:
    """Method and path of every route that there is, but most of the chat's own."""
    backend = Backend(desk.parts())
    pages = page_routes(backend, SignInSetup(way=SignIn.PASSWORD), lambda _: None)
    customers = Customers(backend)
    ours = routes_of(source_routes(backend), widget_routes(customers), *customer_pages(customers), *pages)
    called = [(method.upper(), path) for path, methods in interface.items() for method in methods]
    return ours + called + [("GET", path) for path in CHAT]


@pytest.fixture(scope="module")
def replies(served: Served, tmp_path_factory: pytest.TempPathFactory) -> list[Reply]:
    """Each route, called by nobody, and by an admin or (the customers' chat) its visitor; but nobody is signed out."""
    found = []
    with client(served.address, number=240) as http:
        token = visitor(served, http)
        by_widget = {"Authorization": f"Bearer {token}", "Origin": SHOP}
        by_admin = {"Cookie": f"manualdesk={served.told.admin}", "Origin": served.address}
        interface = http.get("/v1/openapi.json", headers=by_admin).json()["paths"]
        for method, path in routes(WalledDesk(tmp_path_factory.mktemp("routes")), interface):
            if "sign-out" in path or "logout" in path or path.startswith("/desk/account/sessions"):
                continue
            filled = re.sub(r"\{\w+(:\w+)?\}", "0", path)
            for headers in ({}, by_widget if path.startswith("/widget") else by_admin):
                reply = http.request(method, filled, headers={**headers, "Accept": "text/html, application/json"})
                found.append(Reply(f"{method} {path} as {'nobody' if not headers else 'somebody'}", reply))
        elsewhere = ({"Host": "evil.example"}, {"Origin": "https://evil.example"})
        found += [Reply(f"GET with {each}", http.get("/v1/models", headers=each)) for each in elsewhere]
    return found


def broken(replies: list[Reply], holds: str, header: str) -> list[str]:
    """Where a header is not as it has to be."""
    found = [(each, each.reply.headers.get(header, "")) for each in replies]
    return [
        f"{each.called}: {each.reply.status_code} {value!r}" for each, value in found if not re.search(holds, value)
    ]


def test_there_are_all_routes(replies: list[Reply]) -> None:
    assert len(replies) > 150
    assert sum(each.reply.status_code == 200 for each in replies) > 25


def test_nothing_is_guessed_framed_or_fetched_from_elsewhere(replies: list[Reply]) -> None:
    assert broken(replies, r"^nosniff$", "X-Content-Type-Options") == []
    assert broken(replies, r"^(same-origin|no-referrer)$", "Referrer-Policy") == []
    assert broken(replies, r"frame-ancestors 'none'", "Content-Security-Policy") == []
    assert broken(replies, r"default-src '(self|none)'", "Content-Security-Policy") == []


def test_pages_of_ours_run_no_script_but_their_own(replies: list[Reply]) -> None:
    """The chat's page is Chainlit's, which has inline scripts."""
    pages = [each for each in replies if "/desk" in each.called or "/sign-in" in each.called]
    shown = [each for each in pages if each.reply.headers.get("Content-Type", "").startswith("text/html")]
    assert len(shown) > 20
    assert [each.called for each in shown if "unsafe" in each.reply.headers["Content-Security-Policy"]] == []


def test_texts_say_their_encoding(replies: list[Reply]) -> None:
    texts = [each for each in replies if each.reply.headers.get("Content-Type", "").startswith("text/")]
    assert broken(texts, r"(?i)charset=utf-8", "Content-Type") == []


def test_what_programs_call_opens_as_no_page(replies: list[Reply]) -> None:
    called = [
        each for each in replies if each.reply.url.path.startswith("/v1/") and each.reply.request.method != "HEAD"
    ]
    shown = [each for each in called if each.reply.headers.get("Content-Type", "").startswith("application/json")]
    assert len(shown) > 20
    behind = [each for each in shown if "with {" not in each.called]
    assert broken(behind, r"^attachment; filename=", "Content-Disposition") == []


def test_what_is_somebodys_is_not_kept(replies: list[Reply]) -> None:
    kept = [each for each in replies if not KEPT.search(each.reply.url.path)]
    assert broken(kept, r"no-store|private", "Cache-Control") == []


def test_nothing_tells_what_runs_inside(replies: list[Reply]) -> None:
    for each in replies:
        told = "".join(f"{name}: {value}\n" for name, value in each.reply.headers.items())
        body = "" if KEPT.search(each.reply.url.path) else each.reply.text
        assert not INNER.search(told + (body if each.reply.status_code >= 400 else "")), each.called
        assert each.reply.status_code < 500 or each.reply.status_code == 503, each.called


def test_no_other_site_is_let_read(replies: list[Reply], served: Served) -> None:
    opened = [each for each in replies if "Access-Control-Allow-Origin" in each.reply.headers]
    assert {each.called.split()[1].startswith("/widget") for each in opened} == {True}
    assert {each.reply.headers["Access-Control-Allow-Origin"] for each in opened} == {SHOP}
    with client(served.address, number=241) as http:
        for origin in (
            "null",
            "https://evil.example",
            f"{SHOP}.evil.example",
            "https://evil.example/https://shop.example",
        ):
            for path in ("/widget/v1/look?site=shop", "/v1/models", "/desk/people", "/sign-in"):
                reply = http.get(path, headers={"Origin": origin, "Authorization": f"Bearer {served.told.editor}"})
                assert reply.status_code == 403, (origin, path)
                assert "Access-Control-Allow-Origin" not in reply.headers


def test_methods_that_are_not_offered_do_nothing(served: Served) -> None:
    with client(served.address, number=242, Authorization=f"Bearer {served.told.editor}") as http:
        for method in ("TRACE", "CONNECT", "PUT", "PATCH", "PROPFIND", "X"):
            for path in ("/v1/documents", "/desk/documents", "/sign-in", "/widget/v1/ask", "/"):
                reply = http.request(method, path)
                assert 400 <= reply.status_code < 500, (method, path, reply.status_code)
