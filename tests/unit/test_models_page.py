"""docs/models.md shows the plans that the code makes, and commands that exist."""

import re
from pathlib import Path

import pytest
import typer.main

from ingest.errors import ModelUnavailable
from serving.vllm.architecture import LONG, read_shape
from serving.vllm.cards import Card
from serving.vllm.memory_plan import SIZES, MemoryPlan, Wish, plan_card, sized_card
from serving.vllm.profiles import Profile, card_model
from ui.cli import app

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
AMPERE, ADA = 8.6, 8.9


def plan_of(card: Card, model: str, *, long: bool) -> MemoryPlan:
    shape = read_shape(LONG if model == "own" else model)
    assert shape is not None
    return plan_card(shape.as_awq() if model == "own" else shape, card, Wish(long=long))


def ordinary_rows(size: int) -> list[str]:
    card = sized_card(size, Card(name="a card", memory_gib=size, capability=AMPERE))
    model = card_model(Profile(card=card), card, ROOT / "nothing was quantised here")
    plan = plan_of(card, model, long=False)
    figures = f"{plan.weights_gib:.1f} | {plan.cache_gib:.1f} | {plan.context_tokens:,} | {plan.requests}"
    newer = plan_of(sized_card(size, Card(name="a card", memory_gib=size, capability=ADA)), model, long=False)
    eight = f"{newer.context_tokens:,}, {newer.requests} answers" if newer.cache_type == "fp8" else "the same"
    return [f"| {size} GB | {model.removeprefix('Qwen/')} | {figures} | {plan.batch_tokens:,} | {eight} |"]


def long_rows(size: int) -> list[str]:
    cells = []
    for model in ("own", LONG):
        for capability in (AMPERE, ADA):
            card = sized_card(size, Card(name="a card", memory_gib=size, capability=capability))
            try:
                cells.append(f"{plan_of(card, model, long=True).context_tokens:,}")
            except ModelUnavailable:
                cells.append("no")
    return [f"| {size} GB | {' | '.join(cells)} |"]


@pytest.mark.parametrize("rows", [ordinary_rows, long_rows])
def test_the_tables_are_those_of_the_code(rows) -> None:  # type: ignore[no-untyped-def]
    table = "\n".join(line for size in SIZES for line in rows(size))
    assert table in PAGE, f"put this into docs/models.md:\n{table}"


def test_commands_and_options_that_are_named_exist() -> None:
    group = typer.main.get_command(app).commands["llm"]  # type: ignore[attr-defined]
    options = {
        name: {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        for name, command in group.commands.items()
    }
    for line in re.findall(r"manualdesk llm ([^\n`#|]+)", PAGE):
        name = line.split()[0]
        assert name in options, line
        assert set(re.findall(r"--[a-z-]+", line)) <= options[name], line


def test_files_that_are_named_exist() -> None:
    for path in re.findall(r"`((?:deploy|tests|serving|data)/[\w./-]+\w)`", PAGE):
        assert "CARD" in path or (ROOT / path).exists(), path
