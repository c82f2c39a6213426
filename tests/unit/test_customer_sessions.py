"""Customers' sessions: what a token opens, how it ends, and that nothing in it makes more of its holder."""

import base64
import json
from dataclasses import replace
from pathlib import Path

import jwt
import pytest

from ingest.types import Audience
from serving.customers.sessions import IDLE_SECONDS, LONGEST_SECONDS, SessionOver, Sessions
from serving.customers.sites import Site, Sites
from serving.database.engine import Database, now
from serving.keys import Role

SHOP = "https://shop.example"


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def site(database: Database) -> Site:
    return Sites(database).add(Site(id="shop", name="Shop", origins=(SHOP,), products=("kettle",)))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(database: Database, clock: Clock) -> Sessions:
    return Sessions(database, clock=clock)


def test_a_session_reads_what_is_public_of_its_sites_products(sessions: Sessions, site: Site) -> None:
    session = sessions.read(sessions.begin(site, SHOP, "K1"), SHOP)
    caller = session.caller
    assert (caller.role, caller.audience, caller.products) == (Role.CUSTOMER, Audience.PUBLIC, ("kettle",))
    assert session.product == "K1"
    assert session.owner == f"site shop {session.visitor}"


def test_each_visitor_is_another(sessions: Sessions, site: Site) -> None:
    visitors = {sessions.read(sessions.begin(site, SHOP, ""), SHOP).visitor for _ in range(50)}
    assert len(visitors) == 50
    assert min(map(len, visitors)) >= 20


@pytest.mark.parametrize(
    "origin", ["", "null", "https://shop.example.evil.example", "http://shop.example", SHOP + ":8443"]
)
def test_a_token_is_bound_to_its_origin(sessions: Sessions, site: Site, origin: str) -> None:
    token = sessions.begin(site, SHOP, "")
    with pytest.raises(SessionOver):
        sessions.read(token, origin)


def test_a_token_ends_unless_it_is_renewed_and_then_after_a_day(sessions: Sessions, site: Site, clock: Clock) -> None:
    token = sessions.begin(site, SHOP, "")
    began, visitor = clock.seconds, sessions.read(token, SHOP).visitor
    clock.seconds += IDLE_SECONDS - 1
    renewed = sessions.renew(sessions.read(token, SHOP), "K1")
    clock.seconds += 2
    with pytest.raises(SessionOver):
        sessions.read(token, SHOP)
    assert sessions.read(renewed, SHOP).visitor == visitor
    while clock.seconds + 600 < began + LONGEST_SECONDS:
        clock.seconds += 600
        renewed = sessions.renew(sessions.read(renewed, SHOP), "K1")
    clock.seconds = began + LONGEST_SECONDS
    with pytest.raises(SessionOver):
        sessions.read(renewed, SHOP)


def test_a_site_that_is_disabled_or_loses_its_origin_ends_its_sessions(
    database: Database, sessions: Sessions, site: Site
) -> None:
    token = sessions.begin(site, SHOP, "")
    sites = Sites(database)
    for changed in (replace(site, disabled_at=now()), replace(site, origins=("https://other.example",))):
        sites.change(changed)
        with pytest.raises(SessionOver):
            sessions.read(token, SHOP)
    sites.change(site)
    assert sessions.read(token, SHOP).site == site
    sites.remove("shop")
    with pytest.raises(SessionOver):
        sessions.read(token, SHOP)


def test_what_a_site_may_read_is_what_it_may_read_now(database: Database, sessions: Sessions, site: Site) -> None:
    token = sessions.begin(site, SHOP, "")
    Sites(database).change(replace(site, products=("lamp",)))
    assert sessions.read(token, SHOP).caller.products == ("lamp",)


def test_forged_tokens_open_nothing(sessions: Sessions, site: Site, tmp_path: Path) -> None:
    token = sessions.begin(site, SHOP, "")
    claims = jwt.decode(token, options={"verify_signature": False})
    elsewhere = Database(tmp_path / "elsewhere")
    unsigned = ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in ({"alg": "none", "typ": "JWT"}, claims)
    )
    forged = [
        jwt.encode(claims, "guessed" * 8, algorithm="HS256"),
        Sessions(elsewhere).begin(site, SHOP, ""),
        f"{unsigned}.",
        token[:-2] + ("aa" if token[-2:] != "aa" else "bb"),
        "",
        "x" * 5000,
        "é",
    ]
    elsewhere.close()
    for each in forged:
        with pytest.raises(SessionOver):
            sessions.read(each, SHOP)


def test_a_ticket_is_no_token_and_a_token_no_ticket(sessions: Sessions, site: Site) -> None:
    token = sessions.begin(site, SHOP, "")
    session = sessions.read(token, SHOP)
    ticket = sessions.ticket(session, "message", 2)
    assert sessions.read_ticket(ticket) == (session, "message", 2)
    with pytest.raises(SessionOver):
        sessions.read(ticket, SHOP)
    with pytest.raises(SessionOver):
        sessions.read_ticket(token)


def test_two_processes_know_each_others_tokens(database: Database, site: Site, clock: Clock) -> None:
    first, second = Sessions(database, clock=clock), Sessions(database, clock=clock)
    assert second.read(first.begin(site, SHOP, ""), SHOP).site.id == "shop"
