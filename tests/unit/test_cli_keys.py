"""`manualdesk keys`: the key on stdout once, everything else about it from then on."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ingest.errors import SettingError
from serving.keys_store import KeyStore
from ui.cli import app


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MANUALDESK_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def keys(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["keys", *arguments], catch_exceptions=False)


def listed() -> list[dict[str, Any]]:
    return list(json.loads(keys("list", "--json").stdout))


def test_a_key_is_made_used_listed_and_revoked(home: Path) -> None:
    made = keys("create", "web shop", "--role", "customer", "--product", "Kettle", "--product", "Lamp", "--days", "90")
    key = made.stdout.strip()
    assert KeyStore(home).verify(key).products == ("Kettle", "Lamp")
    assert "only Kettle, Lamp" in made.stderr
    (row,) = listed()
    assert (row["label"], row["role"], row["audience"], row["state"]) == ("web shop", "customer", "public", "active")
    assert key.split("_")[2] not in keys("list").stdout
    keys("revoke", row["number"])
    assert listed()[0]["state"] == "revoked"


def test_json_has_the_key_once(home: Path) -> None:
    made = json.loads(keys("create", "agents", "--json").stdout)
    assert KeyStore(home).verify(made["key"]).name == made["number"]
    assert "key" not in listed()[0]
    assert "digest" not in listed()[0]


@pytest.mark.parametrize(
    "arguments", [("--role=boss",), ("--role=editor", "--product=Lamp"), ("--role=customer", "--audience=internal")]
)
def test_what_cannot_work_is_refused(home: Path, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SettingError) as refused:
        keys("create", "someone", *arguments)
    assert refused.value.hint
    assert listed() == []
