"""Pages of other sites: whatever they make a signed-in browser send, to whichever route, changes nothing."""

import asyncio
import re
from http import HTTPStatus

import aiohttp
import pytest

from serving.accounts.types import SignIn
from tests.all_routes import routes_of
from tests.security.canaries import SHOP
from tests.security.served import Served, client
from tests.security.walled_desk import WalledDesk
from ui.backend import Backend
from ui.server import page_routes
from ui.sign_in.setup import SignInSetup
from ui.widget.customers import Customers
from ui.widget.serving import customer_pages

INTERFACE = (
    ("POST", "/v1/ask"),
    ("POST", "/v1/ingest"),
    ("POST", "/v1/documents"),
    ("DELETE", "/v1/documents/kettle/en/guide.md"),
    ("DELETE", "/v1/jobs/0"),
    ("DELETE", "/project/thread"),
    ("PUT", "/project/thread"),
    ("POST", "/project/threads"),
)
ELSEWHERE = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": SHOP},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {},
)
"""What a browser says of the page that sends; nothing at all is not believed either, since a cookie came along."""
FORMS = ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x")
"""What a form of another site can send without being asked for leave."""


@pytest.fixture(scope="module")
def changing(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """Every route of a page that changes something."""
    backend = Backend(WalledDesk(tmp_path_factory.mktemp("routes")).parts())
    pages = page_routes(backend, SignInSetup(way=SignIn.PASSWORD), lambda _: None)
    found = routes_of(*customer_pages(Customers(backend)), *pages)
    return [*INTERFACE, *((method, path) for method, path in found if method not in {"GET", "HEAD"})]


def test_no_other_site_changes_anything(served: Served, changing: list[tuple[str, str]]) -> None:
    done = []
    with client(served.address, number=230, Cookie=f"manualdesk={served.told.admin}") as http:
        for place, (method, path) in enumerate(changing):
            filled = re.sub(r"\{\w+(:\w+)?\}", "1", path)
            for headers in ELSEWHERE:
                if path.startswith("/sign-in") and not headers:
                    continue  # a program may sign in: what it needs is not the cookie but the password
                sent = {**headers, "Content-Type": FORMS[place % len(FORMS)]}
                reply = http.request(method, filled, content=b"name=x", headers=sent)
                done += (
                    [] if reply.status_code == HTTPStatus.FORBIDDEN else [(method, path, headers, reply.status_code)]
                )
        assert http.get("/desk/account").status_code == HTTPStatus.OK, "the session was ended"
    assert len(changing) > 40
    assert done == []


def test_a_link_of_another_site_leads_to_a_page_and_does_nothing(served: Served) -> None:
    """Cookies are Lax: they come along with a link, so that one can be sent; and no GET changes anything."""
    headers = {
        "Sec-Fetch-Site": "cross-site",
        "Sec-Fetch-Mode": "navigate",
        "Cookie": f"manualdesk={served.told.admin}",
    }
    with client(served.address, number=231, **headers) as http:
        assert http.get("/desk/people").status_code == HTTPStatus.OK
        http.get("/sign-out")
        http.get("/logout")
        assert http.get("/desk/account").status_code == HTTPStatus.OK


@pytest.mark.parametrize("headers", ELSEWHERE[:3])
def test_a_foreign_page_opens_no_websocket(served: Served, headers: dict[str, str]) -> None:
    """Chainlit's socket accepts every origin; the gate does not."""
    sent = {**headers, "Cookie": f"manualdesk={served.told.admin}"}
    assert asyncio.run(handshake(served, sent)) == HTTPStatus.FORBIDDEN


def test_our_own_page_opens_one(served: Served) -> None:
    sent = {"Origin": served.address, "Cookie": f"manualdesk={served.told.admin}"}
    assert asyncio.run(handshake(served, sent)) == HTTPStatus.SWITCHING_PROTOCOLS


async def handshake(served: Served, headers: dict[str, str]) -> int:
    """The status that a websocket's beginning ends with."""
    address = f"{served.address}/ws/socket.io/?EIO=4&transport=websocket"
    async with aiohttp.ClientSession() as session:
        try:
            async with session.ws_connect(address, headers=headers):
                return HTTPStatus.SWITCHING_PROTOCOLS
        except aiohttp.WSServerHandshakeError as error:
            return error.status
