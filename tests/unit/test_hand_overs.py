"""The queue of hand-overs: one process at a time, tried again with longer waits, given up in the end, never lost."""

import threading
from dataclasses import replace

import pytest
from sqlalchemy import update

from ingest.errors import SettingError
from serving.api.errors import NotFound
from serving.customers.deliveries import Deliveries
from serving.customers.hand_over import Cited, HandOver, Said, Wish
from serving.customers.mail import mail_server, message_of
from serving.customers.queue import LONGEST_WAIT_SECONDS, MOST_TRIES, HandOvers, wait_after
from serving.customers.sites import Site, Sites
from serving.customers.terms import Terms
from serving.database.engine import Database, in_future, now
from serving.database.schema_customers import hand_overs
from serving.settings import Settings
from ui.composition import parts


def handed(number: int = 1, **wish: str) -> HandOver:
    cited = Cited(number=1, title="Kettle K1", section=("Reset",), page=3, quote="Hold the button.")
    return HandOver(
        id=f"{number:032x}",
        site="shop",
        site_name="Shop",
        created_at=now(),
        conversation="",
        wish=Wish(**{"contact": "ann@example.org", "product": "K1", "language": "de", **wish}),
        transcript=(
            Said(role="customer", text="How do I\nreset it?", at=now()),
            Said(role="manualdesk", text="Hold the button. [1]", at=now(), citations=(cited,)),
        ),
    )


@pytest.fixture
def site(database: Database) -> Site:
    to = "https://crm.example/hook"
    return Sites(database).add(Site(id="shop", name="Shop", origins=("https://shop.example",), hand_over_to=to))


@pytest.fixture
def queue(database: Database) -> HandOvers:
    return HandOvers(database, first_wait=0)


def test_waits_get_longer_and_end() -> None:
    waits = [wait_after(tries) for tries in range(1, MOST_TRIES)]
    assert waits[:4] == [30, 120, 480, 1920]
    assert waits == sorted(waits)
    assert max(waits) <= LONGEST_WAIT_SECONDS
    assert 20 * 3600 < sum(waits) < 30 * 3600


def test_what_is_handed_over_comes_back_as_it_was() -> None:
    original = handed(word="Please call <b>me</b>", page="https://shop.example/k1", name="Ann")
    assert HandOver.from_json(original.to_json()) == original
    assert original.title == "How do I reset it?"


def test_a_conversation_knows_what_was_handed_over_of_it(queue: HandOvers, site: Site) -> None:
    for number, conversation in ((1, "c"), (2, "another"), (3, "c")):
        queue.put(replace(handed(number), conversation=conversation), site)
    assert [HandOver.from_json(body).id[-1] for body in queue.of("c")] == ["1", "3"]
    assert queue.of("none") == []


def test_each_is_claimed_once_however_many_processes_there_are(database: Database, site: Site) -> None:
    HandOvers(database)
    for number in range(20):
        HandOvers(database).put(handed(number), site)
    claimed: list[str] = []

    def work(process: str) -> None:
        while (queued := HandOvers(database).claim(process)) is not None:
            claimed.append(queued.hand_over.id)

    threads = [threading.Thread(target=work, args=(f"p{number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(claimed) == 20
    assert len(set(claimed)) == 20


def test_a_killed_process_lets_go_after_a_while(database: Database, queue: HandOvers, site: Site) -> None:
    queue.put(handed(), site)
    first = queue.claim("killed")
    assert first is not None
    assert queue.claim("other") is None
    with database.transaction() as connection:  # the time of its claim is over
        connection.execute(update(hand_overs).values(claimed_until=in_future(seconds=-1)))
    second = queue.claim("other")
    assert second is not None
    queue.sent(first.hand_over.id, "killed")  # it was not killed after all, but has lost it
    assert queue.get(first.hand_over.id).state == "waiting"
    queue.sent(first.hand_over.id, "other")
    assert queue.get(first.hand_over.id).state == "sent"


def test_it_is_given_up_in_the_end_and_sent_again_by_hand(queue: HandOvers, site: Site) -> None:
    queue.put(handed(), site)
    for tries in range(1, MOST_TRIES + 1):
        queued = queue.claim("p")
        assert queued is not None
        queue.failed(queued, "p", "connection refused")
        assert queue.get(queued.hand_over.id).tries == tries
    assert queue.claim("p") is None
    dead = queue.get(handed().id)
    assert (dead.state, dead.error) == ("failed", "connection refused")
    assert queue.counts(["shop"]) == {"all": 1, "open": 1, "failed": 1}
    queue.retry(dead.hand_over.id)
    assert queue.claim("p") is not None


def test_what_can_never_go_is_given_up_at_once(queue: HandOvers, site: Site) -> None:
    queue.put(handed(), site)
    queued = queue.claim("p")
    assert queued is not None
    queue.failed(queued, "p", "private network", for_good=True)
    assert queue.get(queued.hand_over.id).state == "failed"


def test_lists_are_of_the_sites_that_are_asked_for(queue: HandOvers, site: Site) -> None:
    queue.put(handed(), site)
    assert [each.title for each in queue.all(sites=["shop"])] == ["How do I reset it?"]
    assert queue.all(sites=["other"]) == []
    queue.done(handed().id, "Ben")
    assert queue.all(sites=["shop"]) == []
    assert queue.all(sites=["shop"], only="all")[0].done_by == "Ben"
    with pytest.raises(NotFound):
        queue.done("unknown", "Ben")


def test_a_site_that_names_nobody_keeps_it(database: Database, queue: HandOvers) -> None:
    quiet = Sites(database).add(Site(id="shop", name="Shop", origins=("https://shop.example",)))
    queue.put(handed(), quiet)
    assert queue.claim("p") is None
    assert queue.get(handed().id).state == "kept"


def test_a_mail_cannot_be_given_other_headers() -> None:
    hostile = handed(contact="ann@example.org", name="x\r\nBcc: all@example.org", word="\r\nBcc: all@example.org")
    message = message_of(hostile, to="support@shop.example", sender="desk@example.org")
    assert message["Bcc"] is None
    assert message["Reply-To"] == "ann@example.org"
    assert "\n" not in message["Subject"]
    assert message_of(handed(contact="+49 30 1234567"), to="a@b.example", sender="c@d.example")["Reply-To"] is None


def test_a_sites_name_cannot_either() -> None:
    message = message_of(
        HandOver.from_json(handed().to_json().replace('"Shop"', '"Shop\\nBcc: all@example.org"')),
        to="a@b.example",
        sender="c@d.example",
    )
    assert message["Bcc"] is None
    assert message["Subject"].startswith("[Shop Bcc: all@example.org]")


def test_whatever_stops_a_delivery_is_told_and_counted(database: Database, queue: HandOvers) -> None:
    by_mail = Site(id="shop", name="Shop", origins=("https://shop.example",), hand_over_to="mailto:us@shop.example")
    queue.put(handed(), Sites(database).add(by_mail))
    terms = Terms(smtp_url="smtp://mail.example", mail_from="desk\n@example.org")
    assert Deliveries(lambda: database, terms, first_wait=0).one()
    kept = queue.get(handed().id)
    assert (kept.state, kept.tries) == ("waiting", 1)
    assert "ValueError" in kept.error


@pytest.mark.parametrize("password", ["12#winter", "winter/77", "12/winter", "win?ter", "win[ter", "win\u2100ter"])
def test_a_password_that_takes_the_address_apart_is_told_to_nobody(database: Database, password: str) -> None:
    queue, url = HandOvers(database, first_wait=0), f"smtp://desk:{password}@mail.example:587"
    by_mail = Site(id="shop", name="Shop", origins=("https://shop.example",), hand_over_to="mailto:us@shop.example")
    queue.put(handed(), Sites(database).add(by_mail))
    assert Deliveries(lambda: database, Terms(smtp_url=url, mail_from="desk@example.org"), first_wait=0).one()
    kept = queue.get(handed().id)
    assert (kept.state, kept.tries) == ("failed", 1), "it can never go"
    assert "MANUALDESK_SMTP_URL" in kept.error
    assert "win" not in kept.error
    with pytest.raises(SettingError) as refused:  # and the server says so before it starts
        parts(Settings(smtp_url=url))
    assert "win" not in f"{refused.value} {refused.value.hint}"


def test_a_mail_server_is_named_with_user_and_password_or_without() -> None:
    server = mail_server("smtp://desk%40shop:a%23b%2Fc@mail.example:587")
    assert (server.host, server.port, server.user, server.password) == ("mail.example", 587, "desk@shop", "a#b/c")
    assert "a#b" not in repr(server)
    plain, encrypted = mail_server("smtp://mail.example"), mail_server("smtps://mail.example/")
    assert (plain.port, plain.encrypted, encrypted.port, encrypted.encrypted) == (25, False, 465, True)
