"""`manualdesk eval` as a person uses it, over a small index made here with the real embedder."""

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ingest import pipeline
from ingest.errors import IndexUnusable, SettingError
from serving.compose import build_store
from serving.settings import Settings
from tests.gold import row, unanswerable, write
from tests.ir_set import write_ir_set
from ui.cli import app

PUMP = "# Pump P1\n\n## Reset\n\nHold the reset key for ten seconds until the lamp turns green, then let it go.\n"
LAMP = "# Lamp L2\n\n## Bulb\n\nThe lamp takes a bulb of 40 W with the socket E14; stronger bulbs melt the shade.\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    ready = Settings().models
    ready.mkdir(parents=True, exist_ok=True)
    (folder / "models").symlink_to(ready, target_is_directory=True)
    manuals = folder / "manuals" / "en"
    manuals.mkdir(parents=True)
    (manuals / "pump.md").write_text(PUMP, encoding="utf-8")
    (manuals / "lamp.md").write_text(LAMP, encoding="utf-8")
    settings = Settings(home=folder)
    job = pipeline.Job(paths=(manuals.parent,))
    list(pipeline.run(build_store(settings), settings.embedder, settings.models, folder, job))
    return folder


@pytest.fixture
def runner(home: Path) -> CliRunner:
    return CliRunner(env={"MANUALDESK_HOME": str(home), "MANUALDESK_LLM_URL": "", "MANUALDESK_INDEX_URL": ""})


@pytest.fixture
def questions(tmp_path: Path) -> str:
    pump = row(
        "p1",
        question="How do I reset the pump?",
        file="en/pump.md",
        page=None,
        answer="Hold the reset key for ten seconds.",
        evidence="Hold the reset key for ten seconds until the lamp turns green",
    )
    elsewhere = row("p2", question="Which bulb does the lamp take?", file="en/other.md", page=None, set="large")
    return str(write(tmp_path / "gold.jsonl", pump, elsewhere, unanswerable("u1")))


def test_retrieval_as_a_table_with_what_went_wrong(runner: CliRunner, questions: str) -> None:
    done = runner.invoke(app, ["eval", "retrieval", questions, "--failures"], catch_exceptions=False)
    lines = done.stdout.splitlines()
    assert done.exit_code == 0
    assert lines[0].split()[:3] == ["slice", "n", "evidence@1"]
    assert lines[2].split()[:3] == ["all", "2", "0.500"]
    assert "p2: Which bulb does the lamp take?" in lines
    assert any("top: en/lamp.md" in line for line in lines)
    assert not any(line.startswith("p1:") for line in lines)


def test_retrieval_as_json_of_one_set(runner: CliRunner, questions: str, home: Path) -> None:
    done = runner.invoke(app, ["eval", "retrieval", questions, "--set", "small", "--json"], catch_exceptions=False)
    measured = json.loads(done.stdout)
    assert measured["slices"]["all"]["evidence@1"] == 1.0
    assert measured["questions"]["count"] == 1
    assert measured["index"]["documents"] == 2
    assert measured["totals"]["milliseconds_p50"] > 0
    assert str(home) not in done.stdout


def test_a_public_set_has_an_index_of_its_own(runner: CliRunner, home: Path, tmp_path: Path) -> None:
    folder, report = write_ir_set(tmp_path / "pumps"), tmp_path / "report.html"
    first = runner.invoke(app, ["eval", "retrieval", str(folder), "--json"], catch_exceptions=False)
    measured = json.loads(first.stdout)
    assert measured["index"]["documents"] == 4
    assert measured["parts"]["qrels"]["slices"]["all"]["n"] == 2
    assert measured["parts"]["qrels_cross_en"]["slices"]["all"]["recall@10"] == 1.0
    assert measured["parts"]["qrels"]["totals"]["unanswerable"] == 1
    (tmp_path / "before.json").write_text(first.stdout, encoding="utf-8")
    made = sorted((home / "eval").iterdir())
    again = ["eval", "retrieval", str(folder), "--compare", str(tmp_path / "before.json"), "--html", str(report)]
    done = runner.invoke(app, again, catch_exceptions=False)
    assert "0 better, 0 worse" in done.stdout
    assert "indexing" in first.stderr
    assert "indexing" not in done.stderr
    assert sorted((home / "eval").iterdir()) == made
    assert "qrels_cross_en" in report.read_text(encoding="utf-8")


def test_answers_are_cited_and_verbatim(runner: CliRunner, questions: str, home: Path) -> None:
    arguments = ["eval", "answers", questions, "--no-llm", "--json"]
    measured = json.loads(runner.invoke(app, arguments, catch_exceptions=False).stdout)
    assert measured["totals"]["questions"] == 3
    assert measured["totals"]["uncited_answers"] == 0
    assert measured["totals"]["quotes"] > 0
    assert measured["totals"]["quotes_not_verbatim"] == measured["totals"]["quotes_without_file"] == 0
    assert measured["settings"]["language_model"] is None
    outcome = measured["outcomes"][0]
    assert (outcome["id"], outcome["answered"], outcome["recall"]) == ("p1", True, 1.0)
    with_root = runner.invoke(app, [*arguments, "--root", str(home / "manuals")], catch_exceptions=False)
    assert json.loads(with_root.stdout)["totals"]["quotes_not_verbatim"] == 0


def test_what_cannot_work_is_said_before_any_work(runner: CliRunner, questions: str, tmp_path: Path) -> None:
    name = runner.invoke(app, ["eval", "retrieval", questions, "--save", "../x"])
    assert isinstance(name.exception, SettingError)
    file = runner.invoke(app, ["eval", "answers", str(tmp_path / "none.jsonl")])
    assert isinstance(file.exception, SettingError)
    empty = runner.invoke(app, ["eval", "retrieval", questions], env={"MANUALDESK_HOME": os.fspath(tmp_path)})
    assert isinstance(empty.exception, IndexUnusable)
    assert not empty.stdout
