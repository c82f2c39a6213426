"""`manualdesk gaps` without a server: what is noted is listed, shown and closed; numbers that are none are told."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from serving.database.engine import Database
from serving.gaps.store import Gaps
from tests.kept_answers import Kept
from tests.manual_index import Manual
from ui.cli import app

ASKED = "How do I descale the kettle?"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    kept = Kept(tmp_path)
    kept.publish(Manual("kettle/guide.md", "Kettle K1", "kettle"))
    database = Database(tmp_path)
    gaps = Gaps(database, lambda: kept.retriever)
    gaps.note(ASKED, "refused", comment="Urgent.")
    gaps.note("Where is it made?", "disliked")
    assert gaps.settle()
    waiting = Gaps(database)
    waiting.note("Is it new?", "escalated")
    assert waiting.settle()
    database.close()
    return tmp_path


def run(home: Path, *arguments: str) -> str:
    done = CliRunner().invoke(app, ["gaps", *arguments], env={"MANUALDESK_HOME": str(home)})
    assert done.exit_code == 0, done.output
    return done.stdout


def test_gaps_are_listed_shown_and_closed(home: Path) -> None:
    listed = json.loads(run(home, "list", "--json"))
    assert [(gap["title"], gap["state"]) for gap in listed] == [(ASKED, "open"), ("Where is it made?", "open")]
    shown = json.loads(run(home, "show", "1", "--json"))
    assert [(asked["cause"], asked["comment"]) for asked in shown["questions"]] == [("refused", "Urgent.")]
    assert ASKED in run(home, "show", "1")
    run(home, "close", "1", "--dismiss", "--why", "No kettle of ours.")
    assert ASKED in run(home, "list", "--state", "dismissed")
    assert ASKED not in run(home, "list")


@pytest.mark.parametrize("arguments", [("show", "99"), ("close", "99"), ("list", "--state", "lost")])
def test_what_is_none_is_told(home: Path, arguments: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, ["gaps", *arguments], env={"MANUALDESK_HOME": str(home)})
    assert done.exit_code == 1
