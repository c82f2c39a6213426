"""`manualdesk products`: the names that questions can use, and aliases given and taken away."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ingest.errors import IndexUnusable, SettingError
from tests.manual_index import Manual, publish
from ui.cli import app

MANUALS = (
    Manual("heating/en/t200.pdf", title="T200 thermostat: user guide", product="heating"),
    Manual("heating/en/t200-pro.pdf", title="T200 Pro thermostat: user guide", product="heating"),
    Manual("lamps/en/aurora.pdf", title="Aurora lamp", product="lamps"),
)


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.chdir(tmp_path)  # no settings file but this folder's
    return CliRunner(env={"MANUALDESK_HOME": str(tmp_path / "home"), "MANUALDESK_INDEX_URL": ""})


@pytest.fixture
def desk(runner: CliRunner, tmp_path: Path) -> CliRunner:
    """With an index of three manuals."""
    publish(tmp_path / "home" / "index", *MANUALS).close()
    return runner


def products(runner: CliRunner, *arguments: str) -> Result:
    return runner.invoke(app, ["products", *arguments])


def listed(runner: CliRunner) -> dict[str, dict[str, object]]:
    done = products(runner, "list", "--json")
    assert done.exit_code == 0
    return {row["name"]: row for row in json.loads(done.stdout)}


def test_products_and_models_are_listed_with_their_manuals(desk: CliRunner) -> None:
    rows = listed(desk)
    assert set(rows) == {"heating", "lamps", "T200", "T200 Pro"}
    assert rows["T200"] == {"name": "T200", "kind": "model", "aliases": [], "documents": ["heating/en/t200.pdf"]}
    assert rows["heating"]["kind"] == "product"
    assert rows["heating"]["documents"] == ["heating/en/t200-pro.pdf", "heating/en/t200.pdf"]
    text = products(desk, "list").stdout.splitlines()
    assert len(text) == len(rows)
    assert all(any(line.split()[1] == name.split()[0] for line in text) for name in rows)


def test_an_alias_is_listed_until_it_is_taken_away(desk: CliRunner) -> None:
    done = products(desk, "alias", "T200 Pro", "ring thermostat")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "ring thermostat now stands for T200 Pro" in done.stderr
    assert listed(desk)["T200 Pro"]["aliases"] == ["ring thermostat"]
    assert "also: ring thermostat" in products(desk, "list").stdout
    assert products(desk, "unalias", "T200 Pro", "ring thermostat").exit_code == 0
    assert listed(desk)["T200 Pro"]["aliases"] == []


def test_the_first_words_of_a_title_can_have_an_alias(desk: CliRunner) -> None:
    assert products(desk, "alias", "Aurora", "north light").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("alias", "T300", "ring"), "No product is called 'T300'"), (("unalias", "T200", "ring"), "no alias 'ring'")],
)
def test_a_name_that_is_not_known_is_an_error_with_a_way_on(
    desk: CliRunner, arguments: tuple[str, ...], said: str
) -> None:
    error = products(desk, *arguments).exception
    assert isinstance(error, SettingError)
    assert said in error.message
    assert error.hint


def test_without_an_index_the_next_command_is_named(runner: CliRunner) -> None:
    error = products(runner, "list").exception
    assert isinstance(error, IndexUnusable)
    assert "manualdesk ingest" in error.hint
