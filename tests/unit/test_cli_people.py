"""`manualdesk people`, `sessions` and `audit`: the secret on stdout once, each change in the log."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ingest.errors import ManualdeskError
from serving.accounts.authentication import Authenticator, Where
from serving.accounts.people import People
from serving.accounts.sessions import Sessions
from serving.database.engine import Database
from ui.cli import app


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MANUALDESK_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def said(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json").stdout)


def test_a_person_is_added_changed_disabled_and_enabled(home: Path) -> None:
    made = run("people", "add", "Mia", "--product", "Kettle", "--shown-name", "Mia Lopez")
    password = made.stdout.strip()
    assert "shown this once" in made.stderr
    assert Authenticator(Database(home)).sign_in("mia", password, Where("192.0.2.1"))
    assert password not in run("people", "list").stdout
    (row,) = said("people", "list")
    assert (row["name"], row["role"], row["products"], row["must_change"]) == ("mia", "agent", ["Kettle"], True)
    assert "password_hash" not in row
    assert said("people", "set", "mia", "--email", "mia@example.com")["products"] == ["Kettle"], "it stays"
    assert said("people", "set", "mia", "--audience", "public")["audience"] == "public"
    assert said("people", "set", "mia", "--all-products")["products"] is None
    assert said("people", "set", "mia", "--role", "editor")["audience"] == "internal"
    assert said("people", "disable", "mia")["disabled_at"]
    assert not said("people", "enable", "mia")["disabled_at"]
    second = said("people", "password", "mia")["one_time_password"]
    assert second != password
    log = said("audit", "--action", "person.")
    assert [entry["action"].split(".")[1] for entry in reversed(log)] == [
        "added", "changed", "changed", "changed", "changed", "disabled", "enabled",
    ]  # fmt: skip
    assert {entry["actor"].split()[0] for entry in log} == {"command"}
    assert not any(secret in run("audit").stdout for secret in (password, second))


def test_sessions_are_listed_and_ended(home: Path) -> None:
    run("people", "add", "mia")
    database = Database(home)
    sessions, mia = Sessions(database), said("people", "list")[0]["id"]
    person = People(database).get(mia)
    tokens = [sessions.start(person, address="192.0.2.1", browser="Firefox\n\x1b[2J")[0] for _ in range(3)]
    shown = run("sessions", "list", "--person", "mia").stdout
    assert shown.count("Firefox") == 3
    assert "\x1b" not in shown
    first = said("sessions", "list")[0]
    assert "digest" not in first
    assert said("sessions", "end", first["id"]) == {"ended": 1}
    assert said("sessions", "end", "--person", "mia") == {"ended": 2}
    assert not any(map(sessions.find, tokens))
    assert run("sessions", "end").exit_code == 2


def test_keys_are_in_the_log(home: Path) -> None:
    made = said("keys", "create", "shop")
    run("keys", "revoke", made["number"])
    log = said("audit", "--action", "key.")
    assert [(entry["action"], entry["target"]) for entry in log] == [
        ("key.revoked", made["number"]),
        ("key.added", made["number"]),
    ]
    assert made["key"].split("_")[2] not in json.dumps(log)


@pytest.mark.parametrize(
    "arguments",
    [
        ("people", "add", "two words"),
        ("people", "add", "mia", "--role", "boss"),
        ("people", "add", "mia", "--way", "magic"),
        ("people", "add", "mia", "--role", "editor", "--product", "Kettle"),
        ("people", "set", "nobody", "--role", "agent"),
        ("people", "disable", "nobody"),
        ("sessions", "end", "none"),
    ],
)
def test_what_cannot_work_is_refused(arguments: tuple[str, ...]) -> None:
    with pytest.raises(ManualdeskError) as refused:
        run(*arguments)
    assert refused.value.hint
    assert said("people", "list") == []
