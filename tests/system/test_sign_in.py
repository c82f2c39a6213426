"""Signing in over real HTTP: sessions, cookies, forgery from other sites, guessing, and what ends with a session."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path

import aiohttp
import httpx
import pytest

from serving.accounts.audit import Audit
from serving.accounts.sessions import Sessions
from serving.accounts.types import Rights, SignIn
from serving.api.errors import NotFound
from serving.keys import Role
from tests.api_desk import serving
from tests.signed_desk import PASSWORD, SignedDesk, browser, signed_in
from ui.chat_identity import TOKEN_COOKIE, chat_caller
from ui.open_sockets import ENDED
from ui.sign_in.setup import SignInSetup

COOKIE = "manualdesk"
PATIENCE_SECONDS = 20.0


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> SignedDesk:
    made = SignedDesk(tmp_path_factory.mktemp("desk"))
    for name, role in (("ada", Role.ADMIN), ("ed", Role.EDITOR), ("mia", Role.AGENT), ("carl", Role.CUSTOMER)):
        made.person(name, role)
    return made


@pytest.fixture(scope="module")
def address(desk: SignedDesk) -> Iterator[str]:
    with desk.serving() as address:
        yield address


def test_a_browser_is_sent_to_sign_in_and_back_to_where_it_was_going(address: str) -> None:
    with browser(address) as http:
        reply = http.get("/desk/account?done=x&y=a%20b")
        assert reply.status_code == HTTPStatus.SEE_OTHER
        form = http.get(reply.headers["Location"])
        wanted = re.search(r'name="next" value="([^"]*)"', form.text)
        assert wanted is not None
        data = {"name": "Mia", "password": PASSWORD, "next": wanted.group(1).replace("&amp;", "&")}
        back = http.post("/sign-in", data=data)
        assert back.status_code == HTTPStatus.SEE_OTHER
        assert back.headers["Location"] == "/desk/account?done=x&y=a%20b"
        assert http.get(back.headers["Location"]).status_code == HTTPStatus.OK


def test_programs_are_told_in_json(address: str) -> None:
    for method, headers in (("GET", {"Accept": "application/json"}), ("POST", {"Accept": "text/html"})):
        reply = httpx.request(method, f"{address}/desk/account", headers=headers)
        assert reply.status_code == HTTPStatus.UNAUTHORIZED
        assert set(reply.json()["error"]) == {"type", "message", "hint"}


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)", "/\t/evil",
     "http:evil.example", "evil.example", "", " /", "/ //evil", "/%0d%0aSet-Cookie:x", "x" * 900, "https:///evil"],
)  # fmt: skip
def test_nobody_is_sent_elsewhere(address: str, wanted: str) -> None:
    with browser(address) as http:
        http.headers["Accept"] = "text/html"
        reply = http.post("/sign-in", data={"name": "mia", "password": PASSWORD, "next": wanted})
        assert reply.headers["Location"] in {"/", "/%0d%0aSet-Cookie:x"}
        assert http.get("/sign-in", params={"next": wanted}).headers["Location"] == reply.headers["Location"]


def test_the_cookie_is_out_of_reach(tmp_path: Path, address: str) -> None:
    with browser(address) as http:
        written = http.post("/sign-in", data={"name": "mia", "password": PASSWORD}).headers["Set-Cookie"]
        assert re.fullmatch(rf"{COOKIE}=[\w-]{{43}}; HttpOnly; Path=/; SameSite=Lax", written)
    secure = SignInSetup(way=SignIn.PASSWORD, public_url="https://desk.example")
    behind_tls = SignedDesk(tmp_path, secure)
    behind_tls.person("mia")
    with serving(behind_tls.application()) as inner, httpx.Client(base_url=inner) as http:
        proxied = {"Host": "desk.example", "Origin": "https://desk.example"}
        reply = http.post("/sign-in", data={"name": "mia", "password": PASSWORD}, headers=proxied)
        written = reply.headers["Set-Cookie"]
        assert re.fullmatch(rf"__Host-{COOKIE}=[\w-]{{43}}; HttpOnly; Path=/; SameSite=Lax; Secure", written)
        assert reply.headers["Strict-Transport-Security"]
        token = written.split(";")[0]
        mine = {**proxied, "Cookie": token}
        assert http.get("/desk/account", headers=mine).status_code == HTTPStatus.OK
        for host in ("evil.example", "desk.example.evil.example"):
            assert http.get("/desk/account", headers={**mine, "Host": host}).status_code == 421
        foreign = {**mine, "Origin": "https://evil.example"}
        assert http.post("/sign-out", headers=foreign).status_code == HTTPStatus.FORBIDDEN
        assert http.get("/healthz", headers={"Host": "10.0.0.7"}).status_code == HTTPStatus.OK, "a probe"


def test_a_session_that_was_put_into_a_browser_is_not_the_one_that_signs_in(address: str) -> None:
    with browser(address) as http:
        for planted in ("planted-by-somebody-else", "x" * 43):
            http.cookies.set(COOKIE, planted)
            reply = http.post("/sign-in", data={"name": "mia", "password": PASSWORD})
            assert planted not in reply.headers["Set-Cookie"]
            http.cookies.clear()
            assert http.get("/user", headers={"Cookie": f"{COOKIE}={planted}"}).status_code == HTTPStatus.SEE_OTHER
    with signed_in(address, "mia") as http:
        first = http.cookies[COOKIE]
        http.post("/sign-in", data={"name": "ed", "password": PASSWORD})
        assert http.cookies[COOKIE] != first
        kept = {"Cookie": f"{COOKIE}={first}"}
        assert httpx.get(f"{address}/user", headers=kept).status_code == HTTPStatus.UNAUTHORIZED, "it has ended"


UNSAFE = (
    ("POST", "/sign-out"), ("POST", "/logout"), ("POST", "/desk/account/sessions/end"), ("POST", "/desk/keys"),
    ("POST", "/desk/people/new"), ("POST", "/v1/ingest"), ("DELETE", "/v1/documents/x.md"), ("POST", "/v1/ask"),
    ("POST", "/nowhere/at/all"), ("PUT", "/desk/documents"),
)  # fmt: skip


@pytest.mark.parametrize(("method", "path"), UNSAFE)
def test_another_sites_page_changes_nothing(address: str, method: str, path: str) -> None:
    with signed_in(address, "ada") as http:
        kept = {"Cookie": f"{COOKIE}={http.cookies[COOKIE]}"}
        for headers in (
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Origin": address.replace("127.0.0.1", "localhost")},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {},
        ):
            reply = httpx.request(method, address + path, headers=kept | headers)
            assert reply.status_code in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}, (headers, reply.text)
            assert reply.status_code == HTTPStatus.FORBIDDEN or path == "/nowhere/at/all"
        assert http.get("/desk/account").status_code == HTTPStatus.OK, "still signed in"


def test_a_key_needs_no_page(desk: SignedDesk, address: str) -> None:
    key = {"Authorization": f"Bearer {desk.desk.key(Role.EDITOR)}"}
    assert httpx.get(f"{address}/v1/jobs", headers=key).status_code == HTTPStatus.OK
    assert httpx.get(f"{address}/user", headers=key).status_code == HTTPStatus.FORBIDDEN, "the chat is for people"
    nobody = httpx.get(f"{address}/v1/documents")
    assert nobody.status_code == HTTPStatus.UNAUTHORIZED, "who sits at this machine signs in too"


def test_guessing_gets_slow_and_tells_nothing(desk: SignedDesk) -> None:
    desk.person("gus")
    pages = {}
    for name in ("gus", "nobody-at-all"):
        with desk.serving() as address, browser(address) as http:  # a server of its own: it counts anew
            replies = [http.post("/sign-in", data={"name": name, "password": f"guess {n}"}) for n in range(6)]
        pages[name] = replies[0].text.replace(name, "NAME")
        assert [reply.status_code for reply in replies[:5]] == [HTTPStatus.UNAUTHORIZED] * 5
        assert replies[5].status_code == HTTPStatus.TOO_MANY_REQUESTS
        assert int(replies[5].headers["Retry-After"]) >= 1
    assert pages["gus"] == pages["nobody-at-all"]
    noted = Audit(desk.database).entries(action="session.refused")
    assert "gus" in {entry.target for entry in noted}
    assert "nobody-at-all" not in str(noted), "it may be a password in the wrong field"


def test_a_one_time_password_opens_nothing_but_its_change(desk: SignedDesk, address: str) -> None:
    _, once = desk.administration.add("nora", Rights(Role.ADMIN))
    with signed_in(address, "nora", once) as http:
        for path in ("/", "/user", "/desk/people", "/desk/account", "/desk/keys"):
            reply = http.get(path)
            assert (reply.status_code, reply.headers.get("Location")) == (303, "/sign-in/new-password")
        for path in ("/v1/models", "/v1/documents"):
            assert http.get(path, headers={"Accept": "*/*"}).status_code == HTTPStatus.FORBIDDEN
        assert http.post("/desk/keys", data={"label": "x", "role": "admin"}).status_code == HTTPStatus.FORBIDDEN
        assert http.get("/sign-in/new-password").status_code == HTTPStatus.OK
        new = "green kettles hum at noon"
        for old, first, second in ((once, new, new + "x"), ("wrong", new, new), (once, "short", "short")):
            typed = {"old": old, "new": first, "again": second}
            assert http.post("/sign-in/new-password", data=typed).status_code == HTTPStatus.BAD_REQUEST
        done = http.post("/sign-in/new-password", data={"old": once, "new": new, "again": new})
        assert done.headers["Location"] == "/"
        assert http.get("/desk/people").status_code == HTTPStatus.OK
    with browser(address) as http:
        assert http.post("/sign-in", data={"name": "nora", "password": once}).status_code == HTTPStatus.UNAUTHORIZED


def test_the_chats_user_is_whom_the_door_let_in(desk: SignedDesk, address: str) -> None:
    mia = desk.administration.people.get("mia")
    with signed_in(address, "mia") as http:
        http.cookies.set(TOKEN_COOKIE, "forged")
        http.cookies.set(f"{TOKEN_COOKIE}_0", "forged")
        http.cookies.set("kept", "yes")
        told = http.get("/user", headers={"Accept": "*/*"}).json()
        assert told["identifier"] == mia.id
        assert told["metadata"]["role"] == "agent"
        assert told["cookies"] == [TOKEN_COOKIE, "kept"], "ours and forged ones are not passed on"
        assert chat_caller(mia.id) == mia.caller()
    with pytest.raises(NotFound):
        chat_caller("nobody")
    with signed_in(address, "carl") as http:
        assert http.get("/").status_code == HTTPStatus.FORBIDDEN, "the chat of customers is another one"


@asynccontextmanager
async def chatting(address: str, http: httpx.Client) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """An open chat of who is signed in there."""
    headers = {"Cookie": f"{COOKIE}={http.cookies[COOKIE]}"}
    async with (
        asyncio.timeout(PATIENCE_SECONDS),
        aiohttp.ClientSession(headers=headers) as session,
        session.ws_connect(f"{address}/ws/socket.io/", origin=address) as socket,
    ):
        await socket.receive_str()
        await socket.send_str("ping")
        assert await socket.receive_str() == "ping"
        yield socket


@pytest.mark.parametrize("ending", ["sign-out", "logout", "disabled", "revoked", "other rights", "new password"])
def test_an_open_chat_ends_with_its_session(desk: SignedDesk, address: str, ending: str) -> None:
    name = f"vic-{ending.replace(' ', '-')}"
    person = desk.person(name)

    def end(http: httpx.Client) -> None:
        match ending:
            case "sign-out" | "logout":
                assert http.post(f"/{ending}").status_code in {HTTPStatus.SEE_OTHER, HTTPStatus.OK}
            case "disabled":
                desk.administration.disable(person)
            case "revoked":
                desk.administration.end_session(Sessions(desk.database).all(person.id)[0][1].id)
            case "other rights":
                desk.administration.change(person, Rights(Role.AGENT, products=("lamp",)))
            case "new password":
                desk.administration.new_password(person)

    async def closed_with(http: httpx.Client) -> int | None:
        async with chatting(address, http) as socket:
            await asyncio.to_thread(end, http)
            message = await socket.receive()
            assert message.type is aiohttp.WSMsgType.CLOSE
            return socket.close_code

    with signed_in(address, name) as http:
        assert asyncio.run(closed_with(http)) == ENDED
        assert http.get("/user").status_code == HTTPStatus.SEE_OTHER


def test_a_websocket_opens_for_our_own_page_and_who_is_signed_in(address: str) -> None:
    async def status(origin: str | None, cookie: str) -> int:
        async with aiohttp.ClientSession(headers={"Cookie": cookie}) as session:
            try:
                async with session.ws_connect(f"{address}/ws/socket.io/", origin=origin):
                    return HTTPStatus.SWITCHING_PROTOCOLS
            except aiohttp.WSServerHandshakeError as error:
                return error.status

    with signed_in(address, "mia") as http:
        mine = f"{COOKIE}={http.cookies[COOKIE]}"
        assert asyncio.run(status(address, mine)) == HTTPStatus.SWITCHING_PROTOCOLS
        for origin, cookie in ((None, mine), ("https://evil.example", mine), (address, "a=b"), (address, mine + "x")):
            assert asyncio.run(status(origin, cookie)) == HTTPStatus.FORBIDDEN


def test_my_sessions_are_mine_to_end(desk: SignedDesk, address: str) -> None:
    person = desk.person("sam")
    with signed_in(address, "sam") as one, signed_in(address, "sam") as two, signed_in(address, "mia") as other:
        sessions = Sessions(desk.database)
        (mias,) = [session.id for _, session in sessions.all(desk.administration.people.get("mia").id)][:1]
        one.post("/desk/account/sessions/end", data={"session": mias})
        assert other.get("/desk/account").status_code == HTTPStatus.OK, "somebody else's is not"
        assert two.get("/desk/account").status_code == HTTPStatus.OK
        one.post("/desk/account/sessions/end")
        assert one.get("/desk/account").status_code == HTTPStatus.OK
        assert two.get("/desk/account").status_code == HTTPStatus.SEE_OTHER
        assert len(sessions.all(person.id)) == 1
