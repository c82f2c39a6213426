"""1,000 hostile requests through every door that a customer has: not one word of what is not theirs comes out."""

import asyncio
from collections import Counter
from collections.abc import Iterator

import aiohttp
import httpx
import pytest

from tests.security.canaries import INTERNAL, OTHER, SHOP, leaks
from tests.security.hostile_requests import Hostile, hostile_requests
from tests.security.served import Served, client, visitor
from tests.security.walled_desk import CACHED, CACHED_LAMP, CURATED, CURATED_LAMP

SEED = 20261128
REQUESTS = 1000
SENDERS = 200
"""Addresses that they come from: limits of one sender would refuse most of them otherwise."""
ANSWERED = 300
"""Of them at least get a reply with content: what is refused for its form tests no wall."""


@pytest.fixture(scope="module")
def senders(served: Served) -> Iterator[list[tuple[httpx.Client, str]]]:
    """Clients of addresses of their own, each with a visitor's token."""
    clients = [client(served.address, number=number) for number in range(2, 2 + SENDERS)]
    yield [(each, visitor(served, each)) for each in clients]
    for each in clients:
        each.close()


def credentials(asked: Hostile, served: Served, token: str) -> dict[str, str]:
    match asked.caller:
        case "key":
            return {"Authorization": f"Bearer {served.told.key}"}
        case "widget":
            return {"Authorization": f"Bearer {token}", "Origin": SHOP}
        case "person":
            return {"Cookie": f"manualdesk={served.told.cookie}", "Origin": served.address}
    return {}


def whole(reply: httpx.Response) -> bytes:
    """Status line, headers and body."""
    head = f"{reply.status_code} {reply.reason_phrase}\n".encode()
    return head + b"\n".join(name + b": " + value for name, value in reply.headers.raw) + b"\n\n" + reply.content


def test_no_hostile_request_gets_a_canary(served: Served, senders: list[tuple[httpx.Client, str]]) -> None:
    statuses: Counter[int] = Counter()
    shown: list[str] = []
    for place, asked in enumerate(hostile_requests(served.told, REQUESTS, seed=SEED)):
        http, token = senders[place % SENDERS]
        headers = {**asked.headers, **credentials(asked, served, token)}
        reply = http.request(asked.method, asked.path, content=asked.body, headers=headers)
        statuses[reply.status_code] += 1
        # A reply may repeat what was sent: a secret that stood in the path is no leak.
        found = [] if leaks(asked.path.encode()) else leaks(whole(reply))
        shown += [f"{asked.method} {asked.path} {asked.body[:200]!r} -> {reply.status_code}: {leak}" for leak in found]
        assert reply.status_code < 500, (asked, reply.text)
    assert not shown, "\n".join(shown[:10])
    assert statuses[200] >= ANSWERED, statuses
    assert statuses[429] < REQUESTS / 50, statuses


def test_originals_and_pages_of_other_manuals_stay_closed(served: Served) -> None:
    """Each document at each revision that it ever had, with each credential; a picture cannot be searched for words."""
    told, opened = served.told, []
    with client(served.address, number=250) as http:
        token = visitor(served, http)
        for caller in ("key", "person", "widget", "nobody"):
            sent = credentials(Hostile(door="", caller=caller, method="", path=""), served, token)
            for document, revisions in told.revisions.items():
                for revision in revisions:
                    for kind in ("original", "pages/1"):
                        reply = http.get(f"/sources/{revision}/{kind}/{document}", headers=sent)
                        opened += [(caller, kind, document)] if reply.status_code < 300 else []
    own = {("original", "kettle/en/guide.md"), ("original", "kettle/en/sheet.pdf"), ("pages/1", "kettle/en/sheet.pdf")}
    assert set(opened) == {(caller, *each) for caller in ("key", "person") for each in own}


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "key"}, {"Cookie": "person"}, {"Cookie": "access_token=x.y.z"}]
)
def test_the_chat_s_websocket_is_closed_to_customers(served: Served, headers: dict[str, str]) -> None:
    known = {"key": f"Bearer {served.told.key}", "person": f"manualdesk={served.told.cookie}"}
    sent = {name: known.get(value, value) for name, value in headers.items()}

    async def opened() -> int:
        address = f"{served.address}/ws/socket.io/?EIO=4&transport=websocket"
        async with aiohttp.ClientSession() as session:
            try:
                async with session.ws_connect(address, headers={**sent, "Origin": served.address}):
                    return 101
            except aiohttp.WSServerHandshakeError as error:
                return error.status

    assert asyncio.run(opened()) == 403


def test_an_editor_finds_every_canary(served: Served) -> None:
    """So there is something to be found by the same doors."""
    with client(served.address, number=251, Authorization=f"Bearer {served.told.editor}") as http:
        told = http.get("/v1/documents").text
        for name in ("ZEBRA-7731", "OKAPI", "IBIS", "LYNX", "Lamp L1", "bulb E99"):
            told += http.post("/v1/search", json={"question": f"What is the code of the {name}?", "limit": 50}).text
        for question in (CACHED, CACHED_LAMP, CURATED):
            reply = http.post("/v1/ask", json={"question": question})
            assert reply.json()["source"] in {"cache", "curated"}, reply.text
            told += reply.text
        told += http.post("/v1/ask", json={"question": CACHED_LAMP, "product": "lamp"}).text
        for document in ("kettle/en/offer.md", "kettle/en/recall.md"):
            told += http.get(f"/sources/{served.told.revisions[document][0]}/original/{document}").text
    inside = "title heading text cell code file sheet pressure product start version offer recall warranty".split()
    assert [word for word in inside if f"{INTERNAL}{word}" not in told] == []
    assert [word for word in "title heading text cell sheet pressure".split() if f"{OTHER}{word}" not in told] == []


def test_a_page_s_product_opens_no_other_product(served: Served) -> None:
    """It is a hint of where the question comes from, which a customer's program or a token may name freely."""
    with client(served.address, number=252, Authorization=f"Bearer {served.told.key}") as http:
        for question in (CURATED_LAMP, CACHED_LAMP, "What is the warranty?"):
            for named in ({"page_product": "lamp"}, {"product": "lamp"}, {"page_product": "Lamp L1"}):
                reply = http.post("/v1/ask", json={"question": question, **named})
                assert reply.status_code == 200, reply.text
                assert not leaks(whole(reply))
