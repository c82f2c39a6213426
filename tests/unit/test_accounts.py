"""People, sessions and the audit log: what holds of them whoever asks, by page or by command."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import update

from ingest.audience import Audience
from serving.accounts.administration import Administration, Who, first_admin
from serving.accounts.audit import Audit
from serving.accounts.installation_secret import installation_secret
from serving.accounts.people import People
from serving.accounts.sessions import IDLE_HOURS, MOST_DAYS, Sessions
from serving.accounts.types import LastAdmin, NoSuchPerson, Person, PersonUnfit, Rights, SignIn
from serving.database.engine import AlreadyThere, Database, written
from serving.database.schema_accounts import audit, people
from serving.database.schema_accounts import sessions as kept_sessions
from serving.keys import Role
from serving.keys_store import KeyStore

AGENT = Rights(Role.AGENT)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    opened = Database(tmp_path, url)
    with opened.transaction() as connection:
        for table in (kept_sessions, people, audit):
            connection.execute(table.delete())
    yield opened
    opened.close()


@pytest.fixture
def admin(database: Database) -> Administration:
    return Administration(database, Who(actor="test", address="192.0.2.1"))


def test_names_are_one_whatever_their_case(admin: Administration) -> None:
    made, password = admin.add(" Mia@Example.com ", AGENT, shown_name="Mia")
    assert made.name == "mia@example.com"
    assert admin.people.get("MIA@EXAMPLE.COM") == admin.people.get(made.id) == made
    assert made.must_change
    assert len(password) >= 16
    with pytest.raises(AlreadyThere, match="a person mia"):
        admin.add("MIA@example.com", AGENT)
    with pytest.raises(NoSuchPerson):
        admin.people.get("nobody")


@pytest.mark.parametrize("name", ["", " ", "two words", "line\nbreak", "\u202emia", "x" * 201])
def test_what_is_no_name_is_refused(admin: Administration, name: str) -> None:
    with pytest.raises(PersonUnfit):
        admin.add(name, AGENT)


@pytest.mark.parametrize(
    ("rights", "reads"),
    [
        (Rights(Role.CUSTOMER), Audience.PUBLIC),
        (Rights(Role.AGENT), Audience.INTERNAL),
        (Rights(Role.AGENT, Audience.PUBLIC, ("lamp",)), Audience.PUBLIC),
        (Rights(Role.ADMIN), Audience.INTERNAL),
    ],
)
def test_a_caller_reads_what_their_rights_say(admin: Administration, rights: Rights, reads: Audience) -> None:
    caller = admin.add("mia", rights)[0].caller()
    assert (caller.role, caller.scope.audience, caller.scope.products) == (rights.role, reads, rights.products)
    assert caller.owner == caller.person


@pytest.mark.parametrize(
    "rights",
    [
        Rights(Role.CUSTOMER, Audience.INTERNAL),
        Rights(Role.EDITOR, Audience.PUBLIC),
        Rights(Role.EDITOR, None, ("lamp",)),
        Rights(Role.ADMIN, None, ("lamp",)),
    ],
)
def test_limits_that_a_role_must_not_have_are_refused(admin: Administration, rights: Rights) -> None:
    with pytest.raises(PersonUnfit):
        admin.add("mia", rights)


def test_there_is_always_an_admin(admin: Administration) -> None:
    one, two = (admin.add(name, Rights(Role.ADMIN))[0] for name in ("one", "two"))
    admin.disable(two)
    for gone in (lambda: admin.disable(one), lambda: admin.change(one, AGENT)):
        with pytest.raises(LastAdmin):
            gone()
    admin.enable(two)
    admin.change(one, AGENT)
    with pytest.raises(LastAdmin):
        admin.disable(admin.people.get("two"))


def test_two_admins_do_not_remove_each_other_at_once(admin: Administration) -> None:
    one, two = (admin.add(name, Rights(Role.ADMIN))[0] for name in ("one", "two"))
    for _ in range(15):
        begin = Barrier(2)

        def gone(person: Person, begin: Barrier = begin) -> bool:
            begin.wait(10)
            try:
                admin.disable(person)
            except LastAdmin:
                return False
            return True

        with ThreadPoolExecutor(2) as threads:
            assert sorted(threads.map(gone, (one, two))) == [False, True]
        for each in (one, two):
            admin.enable(each)


def test_the_first_admin_is_made_once(database: Database) -> None:
    assert first_admin(database, "test")
    assert not first_admin(database, "test")
    assert [person.role for person in People(database).all()] == [Role.ADMIN]


def test_only_a_hash_of_a_token_is_kept_and_each_is_new(database: Database, admin: Administration) -> None:
    person, _ = admin.add("mia", AGENT)
    sessions = Sessions(database)
    tokens = {sessions.start(person)[0] for _ in range(3)}
    assert len(tokens) == 3
    assert all(len(token) >= 43 for token in tokens), "256 bits"
    with database.transaction() as connection:
        kept = str(connection.execute(kept_sessions.select()).all())
    assert not any(token in kept for token in tokens)
    for token in tokens:
        found = sessions.find(token)
        assert found is not None
        assert found.person == person
    for wrong in ("", "x", "x" * 43, next(iter(tokens)) + "x", "水" * 43, "x" * 10_000):
        assert sessions.find(wrong) is None


@pytest.mark.parametrize(
    ("column", "age"), [("seen_at", timedelta(hours=IDLE_HOURS)), ("expires_at", timedelta(0)), ("ended_at", None)]
)
def test_a_session_ends(database: Database, admin: Administration, column: str, age: timedelta | None) -> None:
    person, _ = admin.add("mia", AGENT)
    sessions = Sessions(database)
    token, session = sessions.start(person)
    assert session.expires_at > written(datetime.now(UTC) + timedelta(days=MOST_DAYS - 1))
    past = written(datetime.now(UTC) - (age or timedelta(0)) - timedelta(seconds=5))
    with database.transaction() as connection:
        connection.execute(update(kept_sessions).values({column: past}))
    assert sessions.find(token) is None
    assert not sessions.lasting([session.id])
    assert not sessions.all()


def test_use_is_noted_and_keeps_a_session(database: Database, admin: Administration) -> None:
    person, _ = admin.add("mia", AGENT)
    sessions = Sessions(database)
    token, session = sessions.start(person)
    earlier = written(datetime.now(UTC) - timedelta(hours=IDLE_HOURS - 1))
    with database.transaction() as connection:
        connection.execute(update(kept_sessions).values(seen_at=earlier))
    assert sessions.find(token) is not None
    assert sessions.all()[0][1].seen_at >= session.seen_at


def test_what_changes_a_persons_rights_ends_their_sessions(database: Database, admin: Administration) -> None:
    person, _ = admin.add("mia", AGENT)
    other, _ = admin.add("lin", AGENT)
    sessions = Sessions(database)
    kept, _ = sessions.start(other)
    for change in (
        lambda: admin.change(person, Rights(Role.AGENT, products=("lamp",))),
        lambda: (admin.disable(person), admin.enable(person)),
        lambda: admin.new_password(person),
        lambda: admin.end_sessions(person),
    ):
        token, _ = sessions.start(person)
        change()
        assert sessions.find(token) is None
    token, _ = sessions.start(person)
    admin.change(admin.people.get("mia"), Rights(Role.AGENT, products=("lamp",)), shown_name="Mia L.")
    assert sessions.find(token) is not None, "another name is no other right"
    assert sessions.find(kept) is not None


def test_a_password_of_another_place_is_not_reset_here(admin: Administration) -> None:
    person, password = admin.add("mia", AGENT, way=SignIn.OIDC)
    assert not password
    with pytest.raises(PersonUnfit, match="oidc"):
        admin.new_password(person)


def test_each_change_is_in_the_log_and_no_secret(database: Database, admin: Administration, tmp_path: Path) -> None:
    keys = KeyStore(tmp_path)
    person, password = admin.add("mia", AGENT)
    admin.change(person, Rights(Role.EDITOR))
    admin.disable(person)
    admin.enable(person)
    second = admin.new_password(person)
    text, made = admin.add_key(keys, "shop", Role.CUSTOMER)
    admin.revoke_key(keys, made.number)
    _, session = Sessions(database).start(person)
    admin.end_session(session.id)
    entries = Audit(database).entries()
    assert [entry.action for entry in reversed(entries)] == [
        "person.added", "person.changed", "person.disabled", "person.enabled", "password.reset",
        "key.added", "key.revoked", "session.ended",
    ]  # fmt: skip
    assert {(entry.actor, entry.address) for entry in entries} == {("test", "192.0.2.1")}
    told = str(entries)
    assert not any(secret in told for secret in (password, second, text, text.split("_", 2)[2]))
    changed = json.loads(next(entry.detail for entry in entries if entry.action == "person.changed"))
    assert (changed["before"]["role"], changed["after"]["role"]) == ("agent", "editor")


def test_searches_do_not_look_at_the_case_of_any_letter(database: Database, admin: Administration) -> None:
    admin.add("oezlem", AGENT, shown_name="Özlem Ünal", email="É.Ünal@example.org")
    for typed in ("özlem", "ÖZLEM ÜNAL", "é.ünal", "Ünal"):
        assert [person.name for person in admin.people.all(typed)] == ["oezlem"]
    assert not admin.people.all("Ozlem"), "another letter is another letter"
    Audit(database).note("Élodie", "site.changed", "Übersicht", {"who": "Åsa"})
    for typed in ("élodie", "ÜBERSICHT", "åsa"):
        assert len(Audit(database).entries(text=typed)) == 1


def test_the_log_is_searched_as_it_is_typed(database: Database) -> None:
    log = Audit(database)
    for number in range(7):
        log.note("mia", "site.changed", f"100% of site_{number}")
    log.note("lin\nforged entry", "person.added", "x" * 5000, {"who": "Ünal"}, "192.0.2.1\n")
    assert len(log.entries(text="100%")) == 7
    assert not log.entries(text="1%0")
    assert [entry.target for entry in log.entries(text="SITE_3")] == ["100% of site_3"]
    assert len(log.entries(action="person.")) == 1
    assert "\n" not in log.entries(action="person.")[0].actor
    for odd in ("\0", "%", "\ud800", "x" * 5000):
        assert not log.entries(text=f"{odd}!", actor=odd, action=odd)
        assert not People(database).all(f"{odd}!")
        assert People(database).find(odd) is None
        assert not Sessions(database).end(odd)
    first = log.entries(limit=3)
    second = log.entries(limit=3, before=first[-1].id)
    assert [entry.id for entry in first + second] == sorted((entry.id for entry in first + second), reverse=True)
    assert len({entry.id for entry in first + second}) == 6


def test_the_file_is_the_owners_alone(tmp_path: Path) -> None:
    Administration(Database(tmp_path), Who(actor="test")).add("mia", AGENT)
    assert {path.stat().st_mode & 0o077 for path in tmp_path.glob("desk.sqlite*")} == {0}


def test_a_secret_is_made_once_for_all_processes(tmp_path: Path) -> None:
    one, two = Database(tmp_path), Database(tmp_path)
    assert installation_secret(one, "chat") == installation_secret(two, "chat")
    assert installation_secret(one, "chat") != installation_secret(one, "widget")
    assert len(installation_secret(one, "chat")) >= 43
