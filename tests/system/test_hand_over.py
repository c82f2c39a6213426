"""Talk to a person, to its end: from a customer's page to a receiver's door, over real HTTP and real SMTP."""

import email
import email.policy
import json
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

from ingest.metadata import Setting
from serving.customers.deliveries import Deliveries
from serving.customers.queue import HandOvers, Queued
from serving.customers.terms import Terms, networks
from serving.customers.webhook import signature
from serving.stored.book import CuratedBook
from tests.api_desk import CANARY, ApiDesk
from tests.receivers import MailServer, WebhookReceiver
from tests.widget_desk import Visitor, customers_of, widget_serving

QUESTION = "How long do I hold the button to reset the kettle?"
LOCAL = Terms(hand_over_networks=networks("127.0.0.0/8", "SETTING"), mail_from="desk@example.org")
WISH = {"contact": "ann@example.org", "name": "Ann", "word": "It does not work.", "language": "de-DE"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> ApiDesk:
    made = ApiDesk(tmp_path_factory.mktemp("desk"))
    made.fill()
    return made


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver().running() as running:
        yield running


def wished(address: str) -> str:
    """A customer asks, and then for a person; the id of the hand-over."""
    visitor = Visitor(address, product="K1")
    asked = visitor.ask(QUESTION)
    page = "https://shop.example/k1?customer=7#top"
    reply = visitor.http.post("/hand-over", json={**WISH, "conversation": asked.conversation, "page": page})
    assert reply.status_code == HTTPStatus.OK, reply.text
    return str(reply.json()["hand_over"])


def unsent(desk: ApiDesk, to: str) -> str:
    """A hand-over in the queue: its server ended before it was sent, for then the site named nobody yet."""
    with widget_serving(desk, customers_of(desk, hand_over_to="")) as address:
        hand_over = wished(address)
    send(desk, to, hand_over)
    return hand_over


def send(desk: ApiDesk, to: str, *hand_overs: str) -> None:
    """From now on the site names where they go."""
    customers_of(desk, hand_over_to=to)
    for hand_over in hand_overs:
        HandOvers(desk.backend.database()).retry(hand_over)


def queued(desk: ApiDesk, hand_over: str) -> Queued:
    return HandOvers(desk.backend.database()).get(hand_over)


def worker(desk: ApiDesk, terms: Terms = LOCAL) -> Deliveries:
    """A worker whose waits are over at once; it is not started."""
    return Deliveries(desk.backend.database, terms, first_wait=0)


def test_a_webhook_gets_it_signed(desk: ApiDesk, receiver: WebhookReceiver) -> None:
    customers = customers_of(desk, hand_over_to=receiver.url)
    with widget_serving(desk, customers_of(desk, terms=LOCAL, hand_over_to=receiver.url)) as address:
        hand_over = wished(address)
        receiver.wait(1)
    delivery = receiver.deliveries[0]
    secret, moment = customers.sites().get("shop").hand_over_secret, delivery.headers["Manualdesk-Timestamp"]
    assert delivery.headers["Manualdesk-Signature"] == f"sha256={signature(secret, moment, delivery.body)}"
    assert delivery.headers["Manualdesk-Delivery"] == hand_over
    told = json.loads(delivery.body)
    assert told["customer"] == {"contact": "ann@example.org", "name": "Ann"}
    assert told["page"] == "https://shop.example/k1"
    assert (told["product"], told["language"], told["site"]["id"]) == ("K1", "de", "shop")
    question, answer = told["transcript"]
    assert question["text"] == QUESTION
    assert answer["citations"][0]["title"] == "Kettle K1"
    assert "10 seconds" in answer["citations"][0]["quote"]
    assert ".md" not in delivery.body.decode()
    assert CANARY not in delivery.body.decode()


def test_an_answer_of_a_manual_that_was_made_internal_is_not_handed_over(
    tmp_path: Path, receiver: WebhookReceiver
) -> None:
    desk = ApiDesk(tmp_path)
    desk.fill()
    with widget_serving(desk, customers_of(desk, terms=LOCAL, hand_over_to=receiver.url)) as address:
        visitor = Visitor(address, product="K1")
        asked = visitor.ask(QUESTION)
        assert "10 seconds" in asked.text
        desk.desk.ingest(said=(Setting("*", "audience", "internal"),))
        desk.backend.index().refresh()
        reply = visitor.http.post("/hand-over", json={**WISH, "conversation": asked.conversation})
        assert reply.status_code == HTTPStatus.OK, reply.text
        receiver.wait(1)
    body = receiver.deliveries[0].body.decode()
    question, answer = json.loads(body)["transcript"]
    assert question["text"] == QUESTION
    assert answer["citations"] == []
    assert "10 seconds" not in body


def test_what_fails_is_tried_again_and_arrives_once(desk: ApiDesk, receiver: WebhookReceiver) -> None:
    hand_over = unsent(desk, receiver.url)
    receiver.statuses = [500, 302, 404]
    working = worker(desk)
    for _ in range(4):
        assert working.one()
    assert not working.one()
    assert queued(desk, hand_over).state == "sent"
    assert set(receiver.paths) == {"/hook"}  # a redirect is not followed
    assert {delivery.headers["Manualdesk-Delivery"] for delivery in receiver.deliveries} == {hand_over}


def test_it_survives_a_restart(desk: ApiDesk, receiver: WebhookReceiver) -> None:
    hand_over = unsent(desk, receiver.url)
    with widget_serving(desk, customers_of(desk, terms=LOCAL, hand_over_to=receiver.url)):
        receiver.wait(1)
    assert receiver.deliveries[0].headers["Manualdesk-Delivery"] == hand_over


def test_two_processes_send_it_once(desk: ApiDesk, receiver: WebhookReceiver) -> None:
    with widget_serving(desk, customers_of(desk, hand_over_to="")) as address:
        hand_overs = [wished(address) for _ in range(3)]
    send(desk, receiver.url, *hand_overs)
    workers = [Deliveries(desk.backend.database, LOCAL, look_seconds=0.05) for _ in range(3)]
    for each in workers:
        each.start()
    receiver.wait(3)
    for each in workers:
        each.close()
    assert sorted(d.headers["Manualdesk-Delivery"] for d in receiver.deliveries) == sorted(hand_overs)


@pytest.mark.parametrize("terms", [Terms(), Terms(hand_over_networks=networks("10.0.0.0/8", "SETTING"))])
def test_a_private_address_is_not_called_unless_it_is_allowed(
    desk: ApiDesk, receiver: WebhookReceiver, terms: Terms
) -> None:
    hand_over = unsent(desk, receiver.url)
    assert worker(desk, terms).one()
    failed = queued(desk, hand_over)
    assert failed.state == "failed"
    assert "private network" in failed.error
    assert not receiver.deliveries


def test_it_goes_by_mail(desk: ApiDesk) -> None:
    with MailServer().running() as server:
        hand_over = unsent(desk, "mailto:support@shop.example")
        assert worker(desk, Terms(smtp_url=server.url, mail_from="desk@example.org")).one()
        server.wait(1)
    message = email.message_from_string(server.mails[0], policy=email.policy.default)
    assert message["To"] == "support@shop.example"
    assert message["Reply-To"] == "ann@example.org"
    assert QUESTION in message["Subject"]
    body = message.get_body()
    assert body is not None
    assert "It does not work." in body.get_content()
    assert [part.get_filename() for part in message.iter_attachments()] == [f"hand-over-{hand_over}.json"]
    assert queued(desk, hand_over).state == "sent"


def test_without_a_mail_server_agents_are_told_why(desk: ApiDesk) -> None:
    hand_over = unsent(desk, "mailto:support@shop.example")
    assert worker(desk, Terms()).one()
    with (
        widget_serving(desk, customers_of(desk)) as address,
        httpx.Client(base_url=address, headers={"Accept": "text/html"}) as agent,
    ):
        assert QUESTION in agent.get("/desk/hand-overs?only=failed").text
        one = f"/desk/hand-overs/{hand_over}"
        page = agent.get(one).text
        assert "MANUALDESK_SMTP_URL" in page
        assert "Kettle K1" in page
        answer, own = {"question": QUESTION, "answer": "Hold it for ten seconds."}, {"Origin": address}
        assert agent.post(f"{one}/draft", data=answer, headers=own).status_code == HTTPStatus.SEE_OTHER
        assert agent.post(f"{one}/done", headers=own).status_code == HTTPStatus.SEE_OTHER
        assert one not in agent.get("/desk/hand-overs").text
        assert one in agent.get("/desk/hand-overs?only=all").text
        assert agent.get("/desk/hand-overs/unknown").status_code == HTTPStatus.NOT_FOUND
        foreign = agent.post(f"{one}/done", headers={"Origin": "https://evil.example"})
        assert foreign.status_code == HTTPStatus.FORBIDDEN
    book = CuratedBook(desk.home)
    drafts = [kept for kept in book.all() if kept.answer == "Hold it for ten seconds."]
    book.close()
    assert [str(kept.state) for kept in drafts] == ["draft"]


@pytest.mark.parametrize("contact", ["", "call me", "@", "12345", "a@b\r\nBcc: c@d.example"])
def test_who_cannot_be_reached_is_told(desk: ApiDesk, contact: str) -> None:
    with widget_serving(desk, customers_of(desk)) as address:
        reply = Visitor(address).http.post("/hand-over", json={"contact": contact})
    assert reply.status_code == HTTPStatus.BAD_REQUEST
    assert reply.json()["error"]["type"] == "contact_unusable"
