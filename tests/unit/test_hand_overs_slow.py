"""A receiver that is slow delays its own hand-overs only, and each attempt ends."""

import time
from dataclasses import replace
from ipaddress import ip_network

import pytest

from serving.customers import mail, webhook
from serving.customers.deliveries import Deliveries
from serving.customers.mail import message_of, send_mail
from serving.customers.queue import LEASE_SECONDS, HandOvers
from serving.customers.sites import Site, Sites
from serving.customers.targets import NotDelivered
from serving.customers.terms import Terms
from serving.customers.webhook import send_webhook
from serving.database.engine import Database
from tests.receivers import MailServer, SlowReceiver, WebhookReceiver
from tests.unit.test_hand_overs import handed

HERE = (ip_network("127.0.0.0/8"),)
TERMS = Terms(hand_over_networks=HERE)


def site(database: Database, name: str, to: str) -> Site:
    return Sites(database).add(Site(id=name, name=name, origins=(f"https://{name}.example",), hand_over_to=to))


@pytest.mark.parametrize("word", [b"", b"H", b"HTTP/1.1 100 Continue\r\n\r\n"])
def test_an_attempt_ends_however_little_the_receiver_says(word: bytes) -> None:
    started = time.monotonic()
    with SlowReceiver(word).running() as slow, pytest.raises(NotDelivered):
        send_webhook(slow.url, "secret", "1", "{}", allowed=HERE, most_seconds=0.3)
    assert time.monotonic() - started < 10


def test_an_attempt_ends_where_the_receiver_does_not_encrypt() -> None:
    started = time.monotonic()
    with SlowReceiver().running() as slow, pytest.raises(NotDelivered):
        send_webhook(f"https{slow.url[4:]}", "secret", "1", "{}", allowed=HERE, most_seconds=0.3)
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
@pytest.mark.parametrize("word", [b"", b"2", b"220-wait\r\n"])
def test_a_mail_ends_however_little_its_server_says(scheme: str, word: bytes) -> None:
    message = message_of(handed(), to="us@shop.example", sender="desk@example.org")
    started = time.monotonic()
    with SlowReceiver(word).running() as slow, pytest.raises(NotDelivered):
        send_mail(f"{scheme}:{slow.url.removeprefix('http:')}".removesuffix("/hook"), message, most_seconds=0.3)
    assert time.monotonic() - started < 10


def test_a_mail_ends_while_its_server_puts_off_the_encryption_that_it_offers() -> None:
    message = message_of(handed(), to="us@shop.example", sender="desk@example.org")
    started = time.monotonic()
    with MailServer(offers_starttls=True).running() as server, pytest.raises(NotDelivered):
        send_mail(server.url, message, most_seconds=0.5)
    assert time.monotonic() - started < 10


def test_a_claim_outlasts_every_delivery() -> None:
    assert max(mail.MOST_SECONDS, webhook.MOST_SECONDS) <= LEASE_SECONDS / 2


def test_others_get_theirs_while_one_receiver_is_slow(database: Database) -> None:
    queue = HandOvers(database, first_wait=0)
    deliveries = Deliveries(lambda: database, TERMS, first_wait=0, look_seconds=0.2)
    with SlowReceiver().running() as slow, WebhookReceiver().running() as quick:
        late, soon = site(database, "late", slow.url), site(database, "soon", quick.url)
        for number in range(1, 7):  # all of them were there first
            queue.put(replace(handed(number), site="late"), late)
        deliveries.start()
        assert slow.called.wait(10)
        queue.put(replace(handed(7), site="soon"), soon)
        deliveries.wake()
        quick.wait(1)
        waiting = [each for each in queue.all(sites=("late",), only="all") if each.state == "waiting"]
        assert len(waiting) == 6, "the slow one has one thread, and nothing was given up"
    deliveries.close()
