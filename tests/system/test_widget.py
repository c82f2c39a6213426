"""What a customer's page may call, over real HTTP: from listed origins, with a session, public things alone."""

import time
from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus

import httpx
import pytest

from serving.customers.sessions import IDLE_SECONDS, Sessions
from serving.customers.sites import Site
from serving.database.engine import now
from serving.keys import Role
from tests.api_desk import CANARY, SECRET_NAME, ApiDesk
from tests.widget_desk import SHOP, SITE, Asked, Visitor, customers_of, widget_serving
from ui.widget.customers import Customers
from ui.widget.talking import MOST_SHOWN

OTHER = "https://other.example"
QUESTION = "How long do I hold the button to reset the kettle?"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> ApiDesk:
    made = ApiDesk(tmp_path_factory.mktemp("desk"))
    made.fill()
    return made


@pytest.fixture
def customers(desk: ApiDesk) -> Customers:
    return customers_of(desk)


@pytest.fixture
def address(desk: ApiDesk, customers: Customers) -> Iterator[str]:
    with widget_serving(desk, customers) as url:
        yield url


@pytest.fixture
def visitor(address: str) -> Iterator[Visitor]:
    made = Visitor(address)
    yield made
    made.close()


def test_a_question_is_answered_kept_and_found_again(visitor: Visitor) -> None:
    asked = visitor.ask(QUESTION)
    assert "10 seconds" in asked.answer["text"]
    assert asked.events[0][0] == "conversation"
    assert asked.answer["citations"][0]["title"] == "Kettle K1"
    kept = visitor.http.get("/conversation", params={"conversation": asked.conversation}).json()
    assert [message["role"] for message in kept["messages"]] == ["user", "assistant"]
    assert kept["messages"][1]["citations"][0]["quote"] == asked.answer["citations"][0]["quote"]
    text = visitor.http.get("/conversation/text", params={"conversation": asked.conversation}).text
    assert QUESTION in text
    assert "[1] Kettle K1" in text


def test_a_customer_is_told_no_names_of_files(visitor: Visitor) -> None:
    asked = visitor.ask(QUESTION)
    kept = visitor.http.get("/conversation", params={"conversation": asked.conversation}).text
    for told in (asked.text, kept, visitor.http.get("/suggestions").text):
        assert ".md" not in told
        assert "kettle/" not in told


def test_internal_manuals_and_other_products_are_never_read(visitor: Visitor) -> None:
    questions = (f"At how many degrees does the {CANARY} valve open?", "How many watts does the bulb of the lamp hold?")
    for question in questions:
        asked = visitor.ask(question)
        told = asked.text.replace(CANARY, "", asked.text.count(question))
        assert "90 degrees" not in told
        assert "5 watts" not in told
        assert all(citation["title"] == "Kettle K1" for citation in asked.answer["citations"])
    suggested = visitor.http.get("/suggestions").text
    assert "Kettle K1" in suggested
    assert "Lamp" not in suggested
    assert CANARY not in suggested


def test_an_answer_is_hidden_once_its_manual_may_not_be_read_any_more(customers: Customers, visitor: Visitor) -> None:
    reply = visitor.http.post("/ask", json={"question": QUESTION, "language": "de"})
    conversation = {"conversation": Asked(reply.text).conversation}
    places = ("/conversation", "/conversation/text")
    assert all("10 seconds" in visitor.http.get(place, params=conversation).text for place in places)
    site = customers.sites().get("shop")
    customers.sites().change(replace(site, products=("lamp",)))
    try:
        for place in places:
            told = visitor.http.get(place, params=conversation).text
            assert QUESTION in told
            assert "wird deshalb nicht angezeigt" in told
            assert "10 seconds" not in told
            assert "Kettle K1" not in told
    finally:
        customers.sites().change(site)
    assert "10 seconds" in visitor.http.get("/conversation", params=conversation).text


def test_a_long_conversation_comes_back_with_its_end(customers: Customers, visitor: Visitor) -> None:
    conversation = visitor.ask(QUESTION).conversation
    kept = customers.stores().conversations
    owner = kept.owner_of(conversation)
    for number in range(MOST_SHOWN):
        kept.add(conversation, "user", f"Question {number}?", owner=owner)
    shown = visitor.http.get("/conversation", params={"conversation": conversation}).json()["messages"]
    assert [each["text"] for each in shown] == [f"Question {number}?" for number in range(MOST_SHOWN)]


def test_replies_are_opened_to_exactly_the_pages_origin(address: str, visitor: Visitor) -> None:
    preflight = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    reply = visitor.http.options("/ask", headers=preflight)
    assert reply.status_code == HTTPStatus.NO_CONTENT
    assert reply.headers["Access-Control-Allow-Origin"] == SHOP
    assert "authorization" in reply.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in reply.headers
    for reply in (visitor.http.get("/suggestions"), visitor.http.get("/nothing"), httpx.get(
        f"{address}/widget/v1/suggestions", headers={"Origin": SHOP})):  # fmt: skip
        assert reply.headers["Access-Control-Allow-Origin"] == SHOP
        assert "Origin" in reply.headers["Vary"]
        assert "Set-Cookie" not in reply.headers


@pytest.mark.parametrize(
    "origin", [OTHER, "null", "https://shop.example.evil.example", f"{SHOP}:444", "http://shop.example"]
)
def test_pages_of_other_origins_get_nothing(address: str, visitor: Visitor, origin: str) -> None:
    stranger = Visitor(address, origin=origin)
    assert stranger.began.status_code == HTTPStatus.FORBIDDEN
    assert "Access-Control-Allow-Origin" not in stranger.began.headers
    stolen = visitor.http.post("/ask", json={"question": QUESTION}, headers={"Origin": origin})
    assert stolen.status_code == HTTPStatus.FORBIDDEN
    preflight = visitor.http.options("/ask", headers={"Origin": origin, "Access-Control-Request-Method": "POST"})
    assert "Access-Control-Allow-Origin" not in preflight.headers


def test_a_token_of_one_site_is_nothing_on_anothers_pages(address: str, customers: Customers, visitor: Visitor) -> None:
    if customers.sites().enabled("other") is None:
        customers.sites().add(Site(id="other", name="Other", origins=(OTHER,), products=("lamp",)))
    for reply in (
        visitor.http.post("/ask", json={"question": QUESTION}, headers={"Origin": OTHER}),
        visitor.http.get("/suggestions", headers={"Origin": OTHER}),
    ):
        assert reply.status_code == HTTPStatus.UNAUTHORIZED
    assert Visitor(address, site="other").began.status_code == HTTPStatus.FORBIDDEN
    lamp = Visitor(address, site="other", origin=OTHER)
    asked = visitor.ask(QUESTION)
    theirs = {"conversation": asked.conversation}
    assert lamp.http.get("/conversation", params=theirs).status_code >= 400
    assert lamp.http.post("/ask", json={"question": "And then?", **theirs}).status_code >= 400
    message = asked.answer["message"]
    assert lamp.http.post("/rate", json={"message": message, "value": -1}).status_code >= 400


def test_without_a_session_there_is_nothing_whatever_else_is_shown(
    desk: ApiDesk, address: str, visitor: Visitor
) -> None:
    ways = {"none": "", "guess": "Bearer guess", "key": f"Bearer {desk.key(Role.ADMIN)}", "basic": "Basic YTpi"}
    for written in ways.values():
        # This machine's address makes an editor of a caller elsewhere; here it makes nothing.
        reply = visitor.http.post("/ask", json={"question": CANARY}, headers={"Authorization": written})
        assert reply.status_code == HTTPStatus.UNAUTHORIZED
        assert reply.json()["error"]["type"] == "session_over"
    # And a session is nothing elsewhere.
    for call in ("/v1/documents", "/v1/models", f"/sources/{'0' * 16}/original/{SECRET_NAME}"):
        headers = {"Authorization": f"Bearer {visitor.token}", "X-Forwarded-For": "198.51.100.7"}
        assert httpx.get(f"{address}{call}", headers=headers).status_code == HTTPStatus.UNAUTHORIZED


def test_an_old_session_is_over_and_one_in_use_is_renewed(desk: ApiDesk, address: str, visitor: Visitor) -> None:
    past = Sessions(desk.backend.database(), clock=lambda: time.time() - IDLE_SECONDS - 1)
    old = past.begin(SITE, SHOP, "")
    reply = visitor.http.get("/suggestions", headers={"Authorization": f"Bearer {old}"})
    assert reply.status_code == HTTPStatus.UNAUTHORIZED
    asked = visitor.ask(QUESTION)
    renewed = visitor.http.post("/session", json={"site": "shop", "product": "K1"}).json()
    assert renewed["renewed"]
    kept = visitor.http.get(
        "/conversation",
        params={"conversation": asked.conversation},
        headers={"Authorization": f"Bearer {renewed['token']}"},
    )
    assert kept.status_code == HTTPStatus.OK


def test_a_disabled_site_ends_at_once(customers: Customers, address: str, visitor: Visitor) -> None:
    sites = customers.sites()
    site = sites.get("shop")
    sites.change(replace(site, disabled_at=now()))
    try:
        assert visitor.http.get("/suggestions").status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
        assert Visitor(address).began.status_code == HTTPStatus.FORBIDDEN
    finally:
        sites.change(site)
    assert visitor.http.get("/suggestions").status_code == HTTPStatus.OK


def test_a_visitor_asks_only_so_much(address: str) -> None:
    eager = Visitor(address)
    statuses = [eager.http.post("/ask", json={"question": "?"}) for _ in range(14)]
    last = statuses[-1]
    assert last.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert int(last.headers["Retry-After"]) >= 1
    assert "Retry-After" in last.headers["Access-Control-Expose-Headers"]
    assert Visitor(address).ask(QUESTION).answer["text"]  # another visitor of the same office


def test_a_site_asks_only_so_much_a_day(desk: ApiDesk) -> None:
    customers = customers_of(desk)
    asked = customers.stores().quotas.asked_today("shop")
    customers = customers_of(desk, daily_questions=asked + 1)
    with widget_serving(desk, customers) as address:
        first = Visitor(address)
        assert first.ask(QUESTION).answer["text"]
        reply = first.http.post("/ask", json={"question": QUESTION})
        assert reply.status_code == HTTPStatus.TOO_MANY_REQUESTS
        assert reply.json()["error"]["type"] == "site_full"
    customers_of(desk)


def test_what_is_erased_is_gone(visitor: Visitor) -> None:
    asked = visitor.ask(QUESTION)
    assert visitor.http.delete("/conversation").json()["erased"] == 1
    assert visitor.http.get("/conversation", params={"conversation": asked.conversation}).status_code >= 400


def test_a_rating_and_a_wish_for_a_person_show_as_gaps(desk: ApiDesk, visitor: Visitor) -> None:
    asked = visitor.ask(QUESTION)
    rated = {"message": asked.answer["message"], "value": -1, "reason": "incomplete", "comment": "Which button?"}
    assert visitor.http.post("/rate", json=rated).status_code == HTTPStatus.OK
    kept = visitor.http.get("/conversation", params={"conversation": asked.conversation}).json()
    assert kept["messages"][1]["rated"] == -1
    assert visitor.http.post("/rate", json={**rated, "reason": "made up"}).status_code == HTTPStatus.BAD_REQUEST
    assert visitor.http.post("/rate", json={**rated, "message": "x"}).status_code >= 400


def test_an_original_opens_by_its_ticket_alone_and_under_its_title(address: str, visitor: Visitor) -> None:
    citation = visitor.ask(QUESTION).answer["citations"][0]
    opened = httpx.get(f"{address}{citation['original']}")
    assert opened.status_code == HTTPStatus.OK
    assert "Hold the button of the kettle" in opened.text
    assert opened.headers["Content-Disposition"].endswith("Kettle%20K1.md")
    assert "sandbox" in opened.headers["Content-Security-Policy"]
    assert httpx.get(f"{address}/widget/v1/originals/{visitor.token}").status_code == HTTPStatus.UNAUTHORIZED
    forged = citation["original"][:-3] + "xxx"
    assert httpx.get(f"{address}{forged}").status_code == HTTPStatus.UNAUTHORIZED


def test_script_and_style_are_open_and_cached(address: str) -> None:
    script = httpx.get(f"{address}/widget.js")
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert script.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    again = httpx.get(f"{address}/widget.js", headers={"If-None-Match": script.headers["ETag"]})
    assert again.status_code == HTTPStatus.NOT_MODIFIED
    style = httpx.get(f"{address}/widget/v1/widget.css", headers={"Origin": SHOP})
    assert style.headers["Access-Control-Allow-Origin"] == SHOP
    assert httpx.get(f"{address}/widget/v1/look?site=shop", headers={"Origin": SHOP}).json()["name"] == "Shop"
    assert httpx.get(f"{address}/widget/v1/look?site=shop").status_code == HTTPStatus.FORBIDDEN


def test_the_demo_shop_has_the_strictest_policy(address: str) -> None:
    page = httpx.get(f"{address}/shop/t200", headers={"Accept-Language": "zh"})
    assert 'data-product="T200"' in page.text
    assert 'lang="zh-CN"' in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert httpx.get(f"{address}/shop/nothing").status_code == HTTPStatus.NOT_FOUND
    assert Visitor(address, site="demo", origin=address).began.status_code == HTTPStatus.OK


def test_elsewhere_the_demo_is_off_unless_it_is_wanted(desk: ApiDesk) -> None:
    for local, expected in ((False, HTTPStatus.NOT_FOUND), (True, HTTPStatus.OK)):
        customers = Customers(desk.backend, local=local)
        with widget_serving(desk, customers) as address:
            assert httpx.get(f"{address}/shop").status_code == expected
