"""An ingest from start to end, as a person runs it: what it reports, what it leaves alone, what stops it."""

import json
import select
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.conftest import MANUALDESK, Command, environment

NAMES = ["hub/h1.md", "hub/h2.md", "lock/l1.md", "lock/l2.md"]


@pytest.fixture
def manuals(tmp_path: Path) -> Path:
    folder = tmp_path / "manuals"
    for number, name in enumerate(NAMES):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"# Device {number}\n\n## Reset\n\nHold the key for {number + 3} seconds.\n")
    return folder


def report(done: subprocess.CompletedProcess[str]) -> dict[str, object]:
    """The one JSON value on stdout."""
    assert done.returncode == 0, done.stderr
    value = json.loads(done.stdout)
    assert isinstance(value, dict)
    return value


def picked(value: dict[str, object], *keys: str) -> list[object]:
    return [value[key] for key in keys]


def test_the_life_of_a_folder(manualdesk: Command, manuals: Path) -> None:
    first = report(manualdesk("ingest", manuals, "--json"))
    assert picked(first, "added", "updated", "unchanged", "removed", "failed") == [NAMES, [], 0, [], []]
    assert picked(first, "documents", "chunks") == [4, 4]

    again = manualdesk("ingest", manuals, "--json", PYTHONPROFILEIMPORTTIME="1")
    assert picked(report(again), "added", "updated", "unchanged") == [[], [], 4]
    assert report(again)["generation"] == first["generation"]
    assert "sentence_transformers" not in again.stderr  # nothing was embedded
    assert "pypdfium2" not in again.stderr  # nor read

    (manuals / "hub/h1.md").write_text("# Device 0\n\n## Reset\n\nPress the blue button twice.\n")
    (manuals / "lock/l2.md").unlink()
    (manuals / "hub/broken.pdf").write_bytes(b"%PDF-1.7\nthis goes nowhere\n")
    wished = json.loads(manualdesk("ingest", manuals, "--dry-run", "--json").stdout)
    assert picked(wished, "added", "updated", "removed") == [["hub/broken.pdf"], ["hub/h1.md"], ["lock/l2.md"]]
    assert json.loads(manualdesk("status", "--json").stdout)["generation"] == first["generation"]

    third = report(manualdesk("ingest", manuals, "--json"))
    assert picked(third, "added", "updated", "unchanged", "removed") == [[], ["hub/h1.md"], 2, ["lock/l2.md"]]
    (failure,) = third["failed"]  # type: ignore[misc]
    assert failure["document"] == "hub/broken.pdf"
    assert failure["error"]
    assert failure["hint"]
    assert third["documents"] == 3
    found = json.loads(manualdesk("search", "blue button", "--json").stdout)["passages"]
    assert found[0]["document"] == "hub/h1.md"

    back = manualdesk("rollback", "--json")
    assert json.loads(back.stdout)["generation"] == first["generation"]
    listed = json.loads(manualdesk("documents", "list", "--json").stdout)
    assert [document["document"] for document in listed] == NAMES


def test_a_failure_is_an_exit_status_only_when_strict(manualdesk: Command, manuals: Path) -> None:
    (manuals / "hub/empty.pdf").write_bytes(b"")
    done = manualdesk("ingest", manuals, "--strict")
    assert done.returncode == 1
    assert "empty.pdf" in done.stderr
    assert json.loads(manualdesk("status", "--json").stdout)["documents"] == 4  # the others are published


def test_a_file_that_stays_unreadable_publishes_nothing_new(manualdesk: Command, manuals: Path) -> None:
    (manuals / "hub/empty.pdf").write_bytes(b"")
    first = report(manualdesk("ingest", manuals, "--json"))
    second = report(manualdesk("ingest", manuals, "--json"))
    assert second["failed"] == first["failed"]
    assert picked(second, "added", "unchanged") == [[], 4]
    assert second["generation"] == first["generation"]


def test_an_unmounted_folder_removes_nothing(manualdesk: Command, manuals: Path) -> None:
    before = report(manualdesk("ingest", manuals, "--json"))
    for name in NAMES[:3]:
        (manuals / name).unlink()
    done = manualdesk("ingest", manuals)
    assert done.returncode == 1
    assert "--allow-removals" in done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads(manualdesk("status", "--json").stdout)["generation"] == before["generation"]
    after = report(manualdesk("ingest", manuals, "--allow-removals", "--json"))
    assert after["documents"] == 1


def test_ctrl_c_leaves_the_published_generation(manualdesk: Command, manuals: Path, home: Path) -> None:
    before = report(manualdesk("ingest", manuals, "--json"))
    steps = "\n\n".join(f"## Step {n}\n\n" + f"Turn screw {n} and look at lamp {n}. " * 20 for n in range(400))
    (manuals / "long.md").write_text("# Long\n\n" + steps)
    child = subprocess.Popen(
        [MANUALDESK, "ingest", str(manuals)], env=environment(home), stderr=subprocess.PIPE, stdout=subprocess.PIPE
    )
    deadline = time.monotonic() + 120
    while not list((home / "index").glob("draft-*")):
        assert child.poll() is None, "it ended before it drafted"
        assert time.monotonic() < deadline
        time.sleep(0.05)
    child.send_signal(signal.SIGINT)
    _out, said = child.communicate(timeout=60)
    assert child.returncode == 130, said
    assert b"Traceback" not in said
    assert b"The index is whole" in said
    assert b"Stopped." in said
    assert not list((home / "index").glob("draft-*"))
    assert json.loads(manualdesk("status", "--json").stdout)["generation"] == before["generation"]


def test_watch_ingests_what_changes(manualdesk: Command, manuals: Path, home: Path) -> None:
    child = subprocess.Popen(
        [MANUALDESK, "ingest", str(manuals), "--watch", "--json"],
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout
    assert child.stderr
    try:
        assert json.loads(child.stdout.readline())["added"] == NAMES
        while "Watching" not in child.stderr.readline():
            assert child.poll() is None
        # The watcher starts a moment after it says so; a change before that is seen at the next one.
        changed: list[str] = []
        for attempt in range(30):
            (manuals / "hub/h1.md").write_text(f"# Device 0\n\n## Reset\n\nPress the button {attempt + 2} times.\n")
            if select.select([child.stdout], [], [], 10)[0]:
                changed = json.loads(child.stdout.readline())["updated"]
                break
        assert changed == ["hub/h1.md"]
        child.send_signal(signal.SIGINT)
        child.communicate(timeout=60)
        assert child.returncode == 130
    finally:
        child.kill()


def test_force_embeds_anew_with_another_model(manualdesk: Command, manuals: Path, models: Path) -> None:
    before = report(manualdesk("ingest", manuals, "--json"))
    other = str((models / "multilingual-e5-small").resolve())
    refused = manualdesk("search", "reset", MANUALDESK_EMBEDDER=other)
    assert refused.returncode == 1
    assert "--force" in refused.stderr
    part = manualdesk("ingest", manuals / "hub", "--force", MANUALDESK_EMBEDDER=other)
    assert part.returncode == 1
    assert "drop 4 manuals" in part.stderr  # under that root even their names would be others
    after = report(manualdesk("ingest", manuals, "--force", "--json", MANUALDESK_EMBEDDER=other))
    assert after["added"] == NAMES
    assert after["generation"] != before["generation"]
    assert json.loads(manualdesk("status", "--json").stdout)["embedder"] == other
