"""Passwords and the wait after wrong ones: what may be chosen, what is kept, who waits how long."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import update

from serving.accounts import passwords
from serving.accounts.administration import first_admin
from serving.accounts.authentication import Authenticator, OneTimeOver, SignInLocked, SignInRefused, Where
from serving.accounts.backoff import FREE, LONGEST_SECONDS, Backoff
from serving.accounts.passwords import PasswordUnfit
from serving.accounts.people import People
from serving.accounts.sessions import Sessions
from serving.accounts.types import Rights
from serving.database.engine import Database, in_future
from serving.database.schema_accounts import people
from serving.keys import Role
from tests.signed_desk import PASSWORD, SignedDesk
from tests.unit.test_api_limits import Clock


@pytest.mark.parametrize(
    "password",
    [PASSWORD, "correct horse battery stapler", "水壶的阀门在多少度打开呢", "xK9#", "xxxxxxxyzabc", "  a b c d e f  "],
)  # fmt: skip
def test_length_is_the_one_rule(password: str) -> None:
    if len(password) < passwords.SHORTEST:
        with pytest.raises(PasswordUnfit, match="12"):
            passwords.checked(password)
        return
    assert passwords.checked(password) == password


@pytest.mark.parametrize(
    "password",
    [
        "password1234", "Password!!!!", "qwertyuiop12", "123456789012", "aaaaaaaaaaaa", "passwordpassword",
        "1q2w3e4r5t6y", "manualdesk2026", "Mia.Lopez2026", "mia@example.com", "LopezLopez99!", "x" * 129,
    ],
)  # fmt: skip
def test_what_is_tried_first_is_refused(password: str) -> None:
    with pytest.raises(PasswordUnfit):
        passwords.checked(password, "mia.lopez", "Mia Lopez", "mia@example.com")


def test_a_hash_tells_nothing_and_fits_its_password_only() -> None:
    kept = passwords.hashed(PASSWORD)
    assert kept.startswith("$argon2id$")
    assert kept != passwords.hashed(PASSWORD), "each has a salt of its own"
    assert PASSWORD not in kept
    assert passwords.fits(PASSWORD, kept)
    assert not any(passwords.fits(wrong, kept) for wrong in ("", PASSWORD.upper(), PASSWORD + " "))
    assert not passwords.fits("", "")
    assert not passwords.fits(PASSWORD, "no hash")
    assert not passwords.is_dated(kept)


def test_one_time_passwords_may_be_chosen_and_differ() -> None:
    made = {passwords.one_time_password() for _ in range(50)}
    assert len(made) == 50
    assert all(passwords.checked(password) for password in made)


def test_waits_double_to_a_longest_one() -> None:
    clock = Clock()
    backoff = Backoff(clock=clock)
    waits = []
    for _ in range(20):
        backoff.failed("mia")
        waits.append(backoff.seconds("mia"))
        clock.now += waits[-1]
    assert waits[: FREE - 1] == [0] * (FREE - 1)
    assert waits[FREE - 1 : FREE + 3] == [1, 2, 4, 8]
    assert waits[-1] == LONGEST_SECONDS
    assert backoff.seconds("lin") == 0
    backoff.worked("mia")
    assert backoff.seconds("mia") == 0
    an_hour = 3600 / LONGEST_SECONDS
    assert an_hour <= 100, "ASVS 2.2.1"


def test_names_without_number_take_no_memory_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serving.accounts.backoff._MOST", 100)
    backoff = Backoff()
    for _ in range(FREE + 3):
        backoff.failed("mia")
    for number in range(1000):
        backoff.failed(f"guess {number}")
    assert len(backoff._failures) <= 100
    assert backoff.seconds("mia") > 0, "who is being tried is not forgotten for others"


def tried(authenticator: Authenticator, name: str, password: str, address: str) -> str:
    """How a sign-in ended."""
    try:
        authenticator.sign_in(name, password, Where(address))
    except SignInRefused:
        return "refused"
    except SignInLocked:
        return "locked"
    return "in"


@pytest.fixture
def desk(tmp_path: Path) -> SignedDesk:
    made = SignedDesk(tmp_path)
    made.person("mia")
    return made


def test_strangers_do_not_lock_somebody_out_of_where_they_work(desk: SignedDesk) -> None:
    authenticator = Authenticator(desk.database, backoff=Backoff(clock=Clock()))
    assert tried(authenticator, "Mia", PASSWORD, "192.0.2.1") == "in"
    ends = [tried(authenticator, "mia", "wrong", f"203.0.113.{number}") for number in range(30)]
    assert ends[:FREE] == ["refused"] * FREE
    assert set(ends[FREE:]) == {"locked"}, "a guess from yet another address waits too"
    assert tried(authenticator, "mia", PASSWORD, "203.0.113.99") == "locked"
    assert tried(authenticator, "mia", PASSWORD, "192.0.2.1") == "in"


def test_a_name_that_is_nobodys_is_like_any(desk: SignedDesk) -> None:
    authenticator = Authenticator(desk.database, backoff=Backoff(clock=Clock()))
    for name in ("mia", "nobody"):
        ends = [tried(authenticator, name, "wrong", f"198.51.100.{len(name)}") for _ in range(FREE + 2)]
        assert ends == ["refused"] * FREE + ["locked"] * 2


def test_a_name_that_is_nobodys_takes_as_long_as_any(desk: SignedDesk) -> None:
    authenticator = Authenticator(desk.database)

    def seconds(name: str) -> float:
        took = []
        for number in range(3):
            started = time.perf_counter()
            assert tried(authenticator, name, "wrong", f"198.51.100.{number}") == "refused"
            took.append(time.perf_counter() - started)
        return min(took)

    assert seconds("nobody") > seconds("mia") / 3


def test_tries_at_once_are_as_few_as_one_after_the_other(desk: SignedDesk) -> None:
    authenticator, tries = Authenticator(desk.database, backoff=Backoff(clock=Clock())), 16
    begin = Barrier(tries)

    def one(number: int) -> str:
        begin.wait(10)
        return tried(authenticator, "mia", "wrong", f"203.0.113.{number}")

    with ThreadPoolExecutor(tries) as threads:
        ends = list(threads.map(one, range(tries)))
    assert ends.count("refused") <= FREE + 1, "two are looked at a time"


def test_addresses_of_one_network_are_one(desk: SignedDesk) -> None:
    authenticator = Authenticator(desk.database, backoff=Backoff(clock=Clock()))
    ends = [tried(authenticator, f"name {number}", "Summer2026!!", f"2001:db8::{number + 1:x}") for number in range(30)]
    assert ends.count("refused") == FREE


def test_one_address_does_not_try_everybody(desk: SignedDesk) -> None:
    authenticator = Authenticator(desk.database, backoff=Backoff(clock=Clock()))
    ends = [tried(authenticator, f"name {number}", "Summer2026!!", "203.0.113.5") for number in range(30)]
    assert ends.count("refused") == FREE
    assert tried(authenticator, "mia", PASSWORD, "192.0.2.7") == "in", "others are let in meanwhile"


def test_a_new_password_ends_other_sessions(desk: SignedDesk) -> None:
    authenticator, sessions = Authenticator(desk.database), Sessions(desk.database)
    here, there = (authenticator.sign_in("mia", PASSWORD, Where()) for _ in range(2))
    signed = sessions.find(here)
    assert signed is not None
    assert signed.session is not None
    new = "green kettles hum at noon"
    for old, chosen, error in ((PASSWORD, "short", PasswordUnfit), (PASSWORD, PASSWORD, PasswordUnfit),
                               ("wrong", new, SignInRefused)):  # fmt: skip
        with pytest.raises(error):
            authenticator.change(signed.person, old, chosen, session=signed.session.id, where=Where())
    assert sessions.find(there) is not None
    authenticator.change(signed.person, PASSWORD, new, session=signed.session.id, where=Where())
    assert sessions.find(here) is not None
    assert sessions.find(there) is None
    assert tried(authenticator, "mia", PASSWORD, "") == "refused"
    assert tried(authenticator, "mia", new, "") == "in"


def given_ago(desk: SignedDesk, name: str, hours: int) -> None:
    """Let the one-time password have been given so long ago."""
    with desk.database.transaction() as connection:
        aged = update(people).where(people.c.name == name)
        connection.execute(aged.values(one_time_since=in_future(hours=-hours)))


def test_a_one_time_password_ends_after_the_hours_that_are_set(desk: SignedDesk) -> None:
    _, first = desk.administration.add("nora", Rights(Role.AGENT))
    given_ago(desk, "nora", 23)
    authenticator = Authenticator(desk.database)
    assert tried(authenticator, "nora", first, "") == "in"
    given_ago(desk, "nora", 25)
    with pytest.raises(OneTimeOver, match="expired"):
        authenticator.sign_in("nora", first, Where())
    with pytest.raises(SignInRefused, match="fit"):
        authenticator.sign_in("nora", "wrong", Where())
    for hours in (48, 0):
        assert tried(Authenticator(desk.database, one_time_hours=hours), "nora", first, "") == "in"

    second = desk.administration.new_password(desk.administration.people.get("nora"))
    assert tried(authenticator, "nora", second, "") == "in", "an admin gives a new one, with its own time"


def test_a_session_that_a_one_time_password_opened_does_not_outlast_it(desk: SignedDesk) -> None:
    nora, once = desk.administration.add("nora", Rights(Role.AGENT))
    authenticator = Authenticator(desk.database)
    authenticator.sign_in("nora", once, Where())
    given_ago(desk, "nora", 25)
    late = desk.administration.people.get(nora.id)
    with pytest.raises(OneTimeOver):
        authenticator.change(late, once, "green kettles hum at noon", session="", where=Where())


def test_a_chosen_password_and_that_of_the_first_start_have_no_end(tmp_path: Path) -> None:
    database = Database(tmp_path)
    once = first_admin(database, "test")
    admin = People(database).get("admin")
    assert admin.must_change
    assert not admin.one_time_since
    authenticator = Authenticator(database, one_time_hours=1)
    authenticator.sign_in("admin", once, Where())
    authenticator.change(admin, once, PASSWORD, session="", where=Where())
    assert not People(database).get("admin").one_time_since
    assert tried(authenticator, "admin", PASSWORD, "") == "in"
