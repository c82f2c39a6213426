"""`manualdesk curated` and `cache` through the real command: an editor's answer from its first draft to its review."""

import json
import shutil
from pathlib import Path

import pytest

from ingest.index.contract import EVERYTHING
from ingest.index.edge import EdgeStore
from tests.conftest import Command, command

GUIDE = "smart-home/en/t200-pro-user-guide.pdf"
QUESTION = "How do I put my T200 Pro back to its factory settings?"


@pytest.fixture
def editor(samples_home: Path, quick_folder: Path) -> Command:
    """The command over a copy of the ingested samples, free to change."""
    home = quick_folder / "home"
    home.mkdir()
    shutil.copytree(samples_home / "index", home / "index")
    (home / "models").symlink_to((samples_home / "models").resolve())
    return command(home, quick_folder)


def quote_of(home: Path) -> str:
    """A line of the guide that speaks of a reset."""
    chunks = EdgeStore(home / "index").open().span(GUIDE, 0, 100, EVERYTHING)
    lines = [line for chunk in chunks for line in chunk.text.splitlines() if "15 seconds" in line]
    return lines[0]


def test_an_answer_is_written_given_reviewed_and_taken_away(editor: Command, quick_folder: Path) -> None:
    quote = quote_of(quick_folder / "home")
    added = editor("curated", "add", QUESTION, "--answer", "Press it. [1]", "--quote", f"{GUIDE}: {quote}", "--json")
    assert added.returncode == 0, added.stderr
    number = str(json.loads(added.stdout)["number"])
    asked = editor("ask", "how do i put my T200 PRO back to its factory settings", "--json")
    answer = json.loads(asked.stdout)
    assert (answer["source"], answer["answer"], answer["refused"]) == ("curated", "Press it. [1]", False)
    assert [(c["document"], c["page"] > 0, c["quote"]) for c in answer["citations"]] == [(GUIDE, True, quote)]
    fresh = json.loads(editor("ask", QUESTION, "--fresh", "--json").stdout)
    assert fresh["source"] == "quotes"
    removed = editor("documents", "remove", GUIDE)
    assert removed.returncode == 0
    assert f"curated answer {number} needs review" in removed.stderr
    listed = json.loads(editor("curated", "list", "--json").stdout)
    assert [(row["state"], GUIDE in row["reason"]) for row in listed] == [("needs review", True)]
    refused = editor("curated", "approve", number)
    assert refused.returncode == 1
    assert "not indexed" in refused.stderr
    assert editor("curated", "remove", number).returncode == 0
    assert json.loads(editor("curated", "list", "--json").stdout) == []


def test_answers_without_quotes_need_no_index(manualdesk: Command, tmp_path: Path) -> None:
    done = manualdesk("curated", "add", "When is support open?", "--answer", "From nine to five.", "--draft")
    assert done.returncode == 0, done.stderr
    assert (
        manualdesk("curated", "edit", "1", "--also", "When can I reach support?", "--until", "2999-01-01").returncode
        == 0
    )
    assert "also: When can I reach support?" in manualdesk("curated", "show", "1").stdout
    assert manualdesk("curated", "approve", "1").returncode == 0
    assert manualdesk("curated", "export", "all.jsonl").returncode == 0
    assert json.loads((tmp_path / "all.jsonl").read_text())["state"] == "approved"
    again = manualdesk("curated", "import", "all.jsonl", "--json")
    assert json.loads(again.stdout) == {"added": [], "unchanged": 1}
    assert "1 answers" not in manualdesk("cache", "status").stdout
    assert manualdesk("cache", "clear").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["add", "How?", "--answer", ""], 1, "The answer is empty"),
        (["add", "How?", "--answer", "x", "--quote", "lamp.pdf"], 1, "names no manual"),
        (["add", "How?", "--answer", "x", "--answer-file", "y"], 2, "not both"),
        (["add", "How?", "--answer-file", "missing.txt"], 1, "cannot be read"),
        (["add", "How?", "--answer", "x", "--from", "soon"], 1, "is no day"),
        (["show", "7"], 1, "no curated answer 7"),
        (["remove", "7"], 1, "no curated answer 7"),
        (["list", "--state", "lost"], 1, "is no state"),
        (["import", "missing.jsonl"], 1, "cannot be read"),
    ],
)
def test_what_cannot_work_is_said_with_the_next_step(
    manualdesk: Command, arguments: list[str], status: int, said: str
) -> None:
    done = manualdesk("curated", *arguments)
    assert done.returncode == status
    assert said in done.stderr
    assert "Traceback" not in done.stderr
