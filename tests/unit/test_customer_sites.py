"""Sites and where their hand-overs may go: what is refused, before it can do harm."""

import ipaddress
from pathlib import Path

import pytest

from ingest.errors import SettingError
from serving.api.errors import TooMany
from serving.customers.look import Look
from serving.customers.origins import origin_of
from serving.customers.quotas import ADDRESS_QUESTIONS_A_MINUTE, QUESTIONS_A_MINUTE, Quotas, SiteFull
from serving.customers.sessions import SessionOver
from serving.customers.sites import NoSuchSite, Site, Sites
from serving.customers.targets import NotDelivered, TargetRefused, checked_target, open_address, webhook_of
from serving.customers.terms import networks
from serving.database.engine import AlreadyThere, Database

SHOP = "https://shop.example"


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("https://Shop.Example/path?x=1#y", SHOP),
        ("https://shop.example:443", SHOP),
        ("https://shop.example:8443/", "https://shop.example:8443"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_origin_is_written_as_browsers_do(written: str, origin: str) -> None:
    assert origin_of(written) == origin


@pytest.mark.parametrize(
    "written",
    ["", "*", "null", "shop.example", "http://shop.example", "ftp://shop.example", "https://", "https://a:b@shop.example",
     "https://shop.example:x", "https://*.example", "https://shop example", "javascript:alert(1)"],
)  # fmt: skip
def test_what_is_no_origin_is_refused(written: str) -> None:
    with pytest.raises(SettingError):
        origin_of(written)


@pytest.mark.parametrize(
    "wrong",
    [
        {"colour": "red"},
        {"colour": "#12345g"},
        {"colour": "#fff;background:url(//evil)"},
        {"position": "top"},
        {"greetings": {"xx": "Hi"}},
        {"notes": {"en": "x" * 601}},
        {"links": {"en": "javascript:alert(1)"}},
    ],
)
def test_a_look_holds_nothing_that_must_not_reach_a_page(wrong: dict[str, object]) -> None:
    with pytest.raises(SettingError):
        Look(**wrong)  # type: ignore[arg-type]


def test_a_look_comes_back_as_it_was_kept() -> None:
    look = Look(colour="#aa0000", position="left", greetings={"zh": "您好"}, notes={"en": "N"}, links={"de": SHOP})
    assert Look.from_json(look.to_json()) == look


def test_sites_are_added_changed_and_removed(tmp_path: Path) -> None:
    database = Database(tmp_path)
    sites = Sites(database)
    made = sites.add(Site(id="shop", name="Shop", origins=(SHOP,)))
    assert len(made.hand_over_secret) > 30
    assert sites.get("shop") == made
    with pytest.raises(AlreadyThere):
        sites.add(made)
    assert sites.any_with(SHOP)
    assert not sites.any_with("https://other.example")
    sites.remove("shop")
    with pytest.raises(NoSuchSite):
        sites.get("shop")
    for wrong in (Site(id="Shop!", name="x", origins=(SHOP,)), Site(id="a", name="", origins=(SHOP,)),
                  Site(id="a", name="x", origins=()), Site(id="a", name="x", origins=(SHOP + "/",))):  # fmt: skip
        with pytest.raises(SettingError):
            sites.add(wrong)
    database.close()


@pytest.mark.parametrize(
    "target",
    ["http://crm.example/hook", "ftp://crm.example", "https://user:pass@crm.example", "https://",
     "https://crm.example/a b", "mailto:", "mailto:a@b@c", "mailto:a@b.example,c@d.example", "file:///etc/passwd", "https://crm.example:99999"],
)  # fmt: skip
def test_a_hand_over_goes_by_https_or_mail_only(target: str) -> None:
    with pytest.raises(SettingError):
        checked_target(target)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "[::1]",
     "[fd00::1]", "[fe80::1]", "[::ffff:10.0.0.1]", "[64:ff9b::a00:1]", "[2002:a00:1::]", "224.0.0.1",
     "localhost", "2130706433"],
)  # fmt: skip
def test_private_networks_are_not_called(host: str) -> None:
    with pytest.raises(TargetRefused):
        open_address(webhook_of(f"https://{host}/hook"), ())


def test_a_network_that_is_allowed_is_called_and_no_other() -> None:
    allowed = networks("10.0.0.0/8, ::1", "SETTING")
    assert open_address(webhook_of("https://10.1.2.3/hook"), allowed) == "10.1.2.3"
    with pytest.raises(TargetRefused):
        open_address(webhook_of("https://192.168.0.1/hook"), allowed)
    assert open_address(webhook_of("https://8.8.8.8/hook"), ()) == "8.8.8.8"
    with pytest.raises(NotDelivered):
        open_address(webhook_of("https://nowhere.invalid/hook"), ())
    assert networks("", "SETTING") == ()
    assert networks("10.1.2.3/8", "SETTING") == (ipaddress.ip_network("10.0.0.0/8"),)
    with pytest.raises(SettingError, match="SETTING"):
        networks("10.0.0.0/8, home", "SETTING")


def test_a_visitor_an_address_and_a_site_ask_so_much(tmp_path: Path) -> None:
    database = Database(tmp_path)
    site = Sites(database).add(Site(id="shop", name="Shop", origins=(SHOP,), daily_questions=3))
    quotas = Quotas(database)
    for _ in range(3):
        quotas.today(site)
    with pytest.raises(SiteFull):
        quotas.today(site)
    assert quotas.asked_today("shop") == 3
    one = asked_until_refused(quotas, ["visitor"] * 100, "198.51.100.1")
    assert 1 <= one <= QUESTIONS_A_MINUTE
    quotas.question("another visitor", "198.51.100.1")
    many = asked_until_refused(quotas, [f"visitor {number}" for number in range(200)], "198.51.100.1")
    assert many <= ADDRESS_QUESTIONS_A_MINUTE
    quotas.question("visitor elsewhere", "198.51.100.2")
    database.close()


def test_a_question_to_a_site_that_was_removed_meanwhile_is_refused(tmp_path: Path) -> None:
    database = Database(tmp_path)
    site = Sites(database).add(Site(id="shop", name="Shop", origins=(SHOP,)))
    Sites(database).remove("shop")
    with pytest.raises(SessionOver):
        Quotas(database).today(site)
    database.close()


def asked_until_refused(quotas: Quotas, visitors: list[str], address: str) -> int:
    """How many of these questions, one after the other, were taken."""
    for taken, visitor in enumerate(visitors):
        try:
            quotas.question(visitor, address)
        except TooMany:
            return taken
    return len(visitors)
