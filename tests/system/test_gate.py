"""`manualdesk ingest --gate`: a change that loses what was found is not published, one that does not is."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest import pipeline
from ingest.errors import GateRefused, SettingError
from serving.compose import build_gate, build_store
from serving.evaluation.gate import CHANCE, chance_of
from serving.settings import Settings
from tests.gold import row, write
from ui.cli_ingest import ingest

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
PUMP = "# Pump P1\n\n## Reset\n\nHold the reset key for ten seconds until the lamp turns green, then let it go.\n"
CLEANING = "\n## Cleaning\n\nRinse the filter under running water every month and let it dry in the shade.\n"
LAMP = "# Lamp L2\n\n## Bulb\n\nThe lamp takes a bulb of 40 W with the socket E14; stronger bulbs melt the shade.\n"
RESET = row(
    "p1",
    question="How do I reset the pump?",
    file="en/pump.md",
    page=None,
    evidence="Hold the reset key for ten seconds until the lamp turns green",
)
FILTER = row(
    "p2",
    question="How often is the filter rinsed?",
    file="en/pump.md",
    page=None,
    evidence="Rinse the filter under running water every month and let it dry",
)


@pytest.fixture
def manuals(tmp_path: Path) -> Path:
    folder = tmp_path / "manuals"
    (folder / "en").mkdir(parents=True)
    (folder / "en" / "pump.md").write_text(PUMP + CLEANING, encoding="utf-8")
    (folder / "en" / "lamp.md").write_text(LAMP, encoding="utf-8")
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    ready = Settings().models
    ready.mkdir(parents=True, exist_ok=True)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "models").symlink_to(ready, target_is_directory=True)
    return Settings(home=tmp_path / "home", llm_url="")


@pytest.fixture
def publish(settings: Settings, manuals: Path, tmp_path: Path) -> Callable[[], pipeline.Report]:
    """Ingest the manuals behind a gate of both questions."""
    gate = build_gate(settings, write(tmp_path / "gold.jsonl", RESET, FILTER))

    def once() -> pipeline.Report:
        job = pipeline.Job(paths=(manuals,), gate=gate)
        *_, report = pipeline.run(build_store(settings), settings.embedder, settings.models, settings.home, job)
        assert isinstance(report, pipeline.Report)
        return report

    return once


def test_a_lost_passage_keeps_the_old_index(
    publish: Callable[[], pipeline.Report], manuals: Path, settings: Settings
) -> None:
    first = publish()
    (manuals / "en" / "pump.md").write_text(PUMP, encoding="utf-8")
    with pytest.raises(GateRefused) as refused:
        publish()
    message = refused.value.message
    assert "p2: How often is the filter rinsed?" in message
    assert "en/pump.md: Rinse the filter under running water" in message
    assert "p1" not in message
    assert "without the gate" in refused.value.hint
    assert build_store(settings).open().info().generation == first.generation


def test_a_harmless_change_is_published(publish: Callable[[], pipeline.Report], manuals: Path) -> None:
    first = publish()
    longer = PUMP + "\nThe key is on the back.\n" + CLEANING
    (manuals / "en" / "pump.md").write_text(longer, encoding="utf-8")
    (manuals / "en" / "lamp.md").write_text(LAMP + "\n## Cord\n\nThe cord is two metres long.\n", encoding="utf-8")
    second = publish()
    assert set(second.updated) == {"en/pump.md", "en/lamp.md"}
    assert second.generation > first.generation


def test_a_manual_that_was_removed_takes_its_questions_with_it(
    publish: Callable[[], pipeline.Report], manuals: Path
) -> None:
    publish()
    (manuals / "en" / "pump.md").unlink()
    assert publish().removed == ("en/pump.md",)


def test_questions_that_slip_are_weighed_against_those_won() -> None:
    assert chance_of(0, 0) == 1.0
    assert chance_of(4, 0) > CHANCE > chance_of(5, 0)
    assert chance_of(7, 2) > CHANCE, "seven lost and two won happens by chance"
    assert chance_of(3, 9) > 0.9


def test_a_gate_without_questions_says_where_they_come_from(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, manuals: Path
) -> None:
    monkeypatch.setenv("MANUALDESK_HOME", str(settings.home))
    monkeypatch.delenv("MANUALDESK_GATE", raising=False)
    with pytest.raises(SettingError) as refused:
        ingest([manuals], gate=True, workers="1")
    assert "MANUALDESK_GATE" in refused.value.hint


@pytest.mark.slow
def test_a_damaged_sample_manual_is_refused(tmp_path: Path, settings: Settings) -> None:
    original = next(path for path in sorted(SAMPLES.rglob("*.html")))
    copy = tmp_path / "samples"
    page = copy / original.relative_to(SAMPLES)
    page.parent.mkdir(parents=True)
    shutil.copy(original, page)
    gate = build_gate(settings, SAMPLES.parent / "eval" / "samples.jsonl")
    job = pipeline.Job(paths=(copy,), gate=gate)
    store = build_store(settings)
    list(pipeline.run(store, settings.embedder, settings.models, settings.home, job))
    text = page.read_text(encoding="utf-8")
    page.write_text(text[: len(text) // 4], encoding="utf-8")
    with pytest.raises(GateRefused, match="the text is gone"):
        list(pipeline.run(store, settings.embedder, settings.models, settings.home, job))
