"""A content editor's day: what is set, compared, removed and restored, and what is told of it afterwards."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command, command

NAMES = ["lamp/l1.md", "pump/p1.md", "pump/p2.md"]


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Path:
    """A folder with `manuals`, the `home` that they were ingested into, and `start`, a copy of both for each test."""
    base = tmp_path_factory.mktemp("desk")
    for number, name in enumerate(NAMES):
        (base / "manuals" / name).parent.mkdir(parents=True, exist_ok=True)
        (base / "manuals" / name).write_text(
            f"# Device {number}\n\n## Reset\n\nHold the key for {number + 3} seconds.\n"
        )
    (base / "manuals" / "manual.toml").write_text('["gone.md"]\ntitle = "Gone"\n')
    (base / "home").mkdir()
    (base / "home" / "models").symlink_to(models)
    assert command(base / "home", base)("ingest", base / "manuals").returncode == 0
    (base / "start").mkdir()
    _copy(base, base / "start")
    return base


def _copy(source: Path, target: Path) -> None:
    """Manuals and home, links and the holes of the index's files kept."""
    for name in ("manuals", "home"):
        shutil.rmtree(target / name, ignore_errors=True)
        subprocess.run(["cp", "-a", source / name, target / name], check=True)


@pytest.fixture
def manuals(ingested: Path) -> Path:
    return ingested / "manuals"


@pytest.fixture
def home(ingested: Path) -> Path:
    return ingested / "home"


@pytest.fixture
def desk(ingested: Path) -> Command:
    """The command over the ingested manuals, as they were at first."""
    _copy(ingested / "start", ingested)
    return command(ingested / "home", ingested)


def value(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def said(desk: Command, document: str) -> tuple[str, str, dict[str, str]]:
    shown = value(desk("documents", "show", document, "--json"))
    return shown["product"], shown["audience"], shown["origins"]


def test_what_an_editor_sets_wins_and_is_published_without_embedding(desk: Command, manuals: Path) -> None:
    assert said(desk, "pump/p1.md")[2]["product"] == "folder pump"
    wrong = desk("documents", "set", "pump/*", "audience=publik")
    assert wrong.returncode == 1
    assert "publik" in wrong.stderr

    wished = value(desk("documents", "set", "pump/*", "product=Water pump", "audience=public", "--dry-run", "--json"))
    assert (wished["matched"], wished["changed"], wished["set"]) == (2, NAMES[1:], False)
    assert said(desk, "pump/p1.md")[:2] == ("pump", "internal")

    done = value(desk("documents", "set", "pump/*", "product=Water pump", "audience=public", "--json"))
    assert (done["published"], done["missing"]) == (2, [])
    product, audience, origins = said(desk, "pump/p2.md")
    assert (product, audience, origins["product"]) == ("Water pump", "public", "editor (pump/*)")
    assert said(desk, "lamp/l1.md")[:2] == ("lamp", "internal")
    assert value(desk("runs", "show", "--json"))["report"]["embedded"] == 0
    assert value(desk("ingest", manuals, "--json"))["unchanged"] == 3

    cleared = value(desk("documents", "set", "pump/p1.md", "--clear", "audience", "--later", "--json"))
    assert (cleared["changed"], cleared["published"]) == (["pump/p1.md"], 0)
    assert value(desk("ingest", manuals, "--json"))["updated"] == ["pump/p1.md"]
    assert said(desk, "pump/p1.md")[:2] == ("Water pump", "internal")
    assert said(desk, "pump/p2.md")[1] == "public"


def test_a_new_revision_is_compared_before_it_is_published(desk: Command, manuals: Path) -> None:
    file = manuals / "pump/p1.md"
    assert "No passage differs" in desk("documents", "diff", manuals).stdout
    file.write_text(file.read_text().replace("4 seconds", "14 seconds") + "\nThen wait for the green lamp.\n")
    shown = desk("documents", "diff", file)
    assert "~ Hold the key for [-4-]{+14+} seconds." in shown.stdout
    assert "+ Then wait for the green lamp." in shown.stdout
    (found,) = value(desk("documents", "diff", manuals, "--json"))
    assert [passage["change"] for passage in found["passages"]] == ["changed", "added"]
    other = desk("documents", "diff", file, "--with", "lamp/l1.md")
    assert "[-3-]{+14+}" in other.stdout
    assert value(desk("ingest", manuals, "--dry-run", "--json"))["updated"] == ["pump/p1.md"]  # nothing was published


def test_a_removed_manual_comes_back_with_its_file(desk: Command, manuals: Path) -> None:
    text = (manuals / "lamp/l1.md").read_text()
    assert "still there" in desk("documents", "remove", "lamp/l1.md").stderr
    (manuals / "lamp/l1.md").unlink()
    (manuals / "lamp").rmdir()
    (gone,) = value(desk("documents", "list", "--removed", "--json"))
    assert (gone["document"], gone["kept"]) == ("lamp/l1.md", True)
    assert value(desk("documents", "prune", "--yes", "--json"))["originals"] == 0  # a rollback would need it

    back = desk("documents", "restore", "lamp/l1.md")
    assert back.returncode == 0, back.stderr
    assert (manuals / "lamp/l1.md").read_text() == text
    assert [known["document"] for known in value(desk("documents", "list", "--json"))] == NAMES
    assert value(desk("ingest", manuals, "--json"))["unchanged"] == 3
    for name, part in (("lamp/l1.md", "is indexed"), ("never.md", "ever indexed")):
        refused = desk("documents", "restore", name)
        assert refused.returncode == 1
        assert part in refused.stderr


def test_runs_are_kept_and_told(desk: Command, manuals: Path, tmp_path: Path) -> None:
    (manuals / "pump/bad.md").write_text("---\naudience: everybody\n---\n# Bad\n")
    assert desk("ingest", manuals).returncode == 0
    assert desk("ingest", manuals / "nowhere").returncode == 1
    assert desk("documents", "remove", "pump/p2.md").returncode == 0
    kept = value(desk("runs", "--json"))
    assert [(run["kind"], run["state"]) for run in kept] == [
        ("remove", "done"),
        ("ingest", "failed"),
        ("ingest", "done"),
        ("ingest", "done"),
    ]
    assert "nowhere" in kept[1]["error"]
    shown = desk("runs", "show", str(kept[2]["number"])).stdout
    assert "pump/bad.md" in shown
    assert "everybody" in shown
    assert "gone.md" in shown
    page = tmp_path / "run.html"
    assert desk("runs", "show", str(kept[2]["number"]), "--html", page).returncode == 0
    assert "everybody" in page.read_text(encoding="utf-8")
    assert desk("runs", "show", "99").returncode == 1
    assert "restore pump/p2.md" in desk("runs", "show").stdout


def test_damaged_records_stop_an_ingest_before_anything_becomes_public(
    desk: Command, manuals: Path, home: Path
) -> None:
    before = value(desk("status", "--json"))["generation"]
    (home / "records.sqlite").write_bytes(b"nothing that a database would be" * 200)
    (manuals / "pump/p1.md").write_text("# Another\n\nAnother text.\n")
    done = desk("ingest", manuals)
    assert done.returncode == 1
    assert "records.sqlite" in done.stderr
    assert "Traceback" not in done.stderr
    assert value(desk("status", "--json"))["generation"] == before
