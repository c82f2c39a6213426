"""`eval load` on a small Manualdesk behind real HTTP, before a paced model: both sides get the same prompts."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.api_desk import ApiDesk, application, serving
from tests.paced_model import PacedModel
from ui.cli import app

QUESTIONS = ("How do I reset the kettle?", "How many watts does the bulb of the lamp hold?")


@pytest.fixture(scope="module")
def model() -> PacedModel:
    return PacedModel(pace=200, tokens=60, delay=0.0)


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory, model: PacedModel) -> Iterator[tuple[str, str]]:
    with model.in_thread() as model_url:
        desk = ApiDesk(tmp_path_factory.mktemp("desk"), model_url=model_url)
        desk.fill()
        with serving(application(desk)) as address:
            yield f"{address}/v1", model_url


def loaded(folder: Path, *options: str) -> dict[str, object]:
    file = folder / "questions.jsonl"
    told = {"answerable": True, "file": "kettle/en/guide.md", "evidence": "Hold the button"}
    rows = [{"id": str(place), "question": text, **told} for place, text in enumerate(QUESTIONS)]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = CliRunner().invoke(app, ["eval", "load", str(file), "--json", "--users", "4", "--rounds", "2", *options])
    assert done.exit_code == 0, done.output
    (run,) = json.loads(done.stdout)["runs"]
    assert isinstance(run, dict)
    return run


def test_both_sides_get_the_same_prompts_and_the_ratio_is_told(
    addresses: tuple[str, str], model: PacedModel, tmp_path: Path
) -> None:
    url, bare = addresses
    run = loaded(tmp_path, "--url", url, "--bare", bare, "--ramp", "0.1")
    ours, alone = run["manualdesk"], run["bare"]
    assert isinstance(ours, dict)
    assert isinstance(alone, dict)
    assert (ours["errors"], alone["errors"]) == ({}, {})
    assert (ours["requests"], alone["requests"]) == (8, 8)
    assert ours["sources"] == {"model": 8}
    # The checks took nothing away: what the model says stands in its prompt.
    assert ours["tokens"] == pytest.approx(alone["tokens"], rel=0.15)
    assert ours["server_microseconds_a_token"] > 0
    assert run["ratio"] == pytest.approx(ours["tokens_per_second"] / alone["tokens_per_second"], abs=0.01)
    prompts = [tuple(map(str, messages)) for messages in model.heard]
    assert set(prompts[:8]) == set(prompts[8:])


def test_each_side_can_be_measured_alone(addresses: tuple[str, str], tmp_path: Path) -> None:
    url, bare = addresses
    run = loaded(tmp_path, "--url", "", "--bare", bare, "--ramp", "0")
    assert run["manualdesk"] is None
    run = loaded(tmp_path, "--url", url, "--bare", "", "--ramp", "0")
    assert run["bare"] is None
    assert run["ratio"] is None
