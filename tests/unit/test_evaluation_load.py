"""Load on a real server that speaks at a known pace: what is measured is what it did."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ingest.errors import ModelUnavailable
from serving.endpoint import Endpoint
from serving.evaluation.load import Load, Served, Spent, ask, figures, run_load
from serving.evaluation.load_pair import compare
from serving.evaluation.load_table import as_record, as_text
from tests.paced_model import PacedModel, tokens_of, written
from ui.cli import app

SENTENCES = (
    "Hold the power button for ten seconds.",
    "The lamp blinks twice.",
    "The battery lasts twelve hours after that.",
    "Do not use the hub in or near water.",
)


def prompt(*sentences: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": f"<passage>\n[1] Hub\n{' '.join(sentences)}\n</passage>"}]


def body(*sentences: str) -> dict[str, object]:
    return {"model": "paced", "messages": prompt(*sentences), "max_tokens": 100}


ANSWER = (
    "Hold the power button for ten seconds [1]. The lamp blinks twice [1]. "
    "The battery lasts twelve hours after that [1]. Do not use the hub in or near water [1]."
)


def test_the_paced_model_answers_from_its_prompt() -> None:
    assert written(prompt(*SENTENCES), 100) == ANSWER
    opening = "Hold the power button for ten seconds [1]. The lamp blinks twice [1]."
    assert written(prompt(*SENTENCES), len(tokens_of(opening))) == opening
    assert "".join(tokens_of(ANSWER)) == ANSWER


def test_it_keeps_its_pace_and_every_token_is_counted() -> None:
    model = PacedModel(pace=150, delay=0.05)
    with model.in_thread() as url:
        served = asyncio.run(run_load(Endpoint(url), [body(*SENTENCES)], Load(users=4, rounds=2, ramp_seconds=0.02)))
    tokens = len(tokens_of(ANSWER))
    assert [one.error for one in served] == [""] * 8
    assert {one.tokens for one in served} == {one.events for one in served} == {tokens}
    assert {one.characters for one in served} == {len(ANSWER)}
    assert model.sent == 8 * tokens
    # It can be late on a busy machine, never early.
    assert all(one.ended - one.started >= 0.05 + (tokens - 1) / 150 for one in served)
    assert 2 <= model.most_running <= 4


def test_users_ask_different_questions() -> None:
    bodies = [body(*SENTENCES[:count]) for count in (1, 2, 3, 4)]
    with PacedModel(pace=1000, delay=0).in_thread() as url:
        served = asyncio.run(run_load(Endpoint(url), bodies, Load(users=2, rounds=2, ramp_seconds=0)))
    expected = [len(tokens_of(written(prompt(*SENTENCES[:count]), 100))) for count in (1, 2, 3, 4)]
    assert sorted(one.tokens or 0 for one in served) == expected


def test_a_server_that_is_away_is_an_error_of_the_request() -> None:
    served = asyncio.run(ask(Endpoint("http://127.0.0.1:1/v1", connect_seconds=1), body(*SENTENCES)))
    assert served.error
    assert served.first is None
    with pytest.raises(ModelUnavailable, match="no language model"):
        asyncio.run(compare(["x"], Load(users=1, rounds=1, ramp_seconds=0), bare=Endpoint("http://127.0.0.1:1/v1")))


def served(started: float, first: float, ended: float, tokens: int, **more: str) -> Served:
    counted = {"tokens": tokens, "events": tokens, "characters": 4 * tokens}
    return Served(started=started, first=first, ended=ended, **counted, **more)  # type: ignore[arg-type]


def test_figures_are_what_they_say() -> None:
    run = [
        served(0.0, 0.1, 2.1, 20, source="model"),
        served(1.0, 1.3, 5.0, 37, source="quotes"),
        served(2.0, 2.1, 2.2, 99, error="status 429"),
    ]
    found = figures(run, Spent(server=0.57, generated=100, client=0.25), lambda one: one.tokens or 0)
    assert (found.requests, found.tokens, found.seconds) == (3, 57, 5.0)
    assert found.tokens_per_second == 11.4
    assert found.first_token_ms == {"p50": 100.0, "p95": 300.0, "p99": 300.0}
    assert found.answer_ms["p99"] == 4000.0
    assert found.tokens_per_second_a_stream == 10.0
    assert found.server_microseconds_a_token == 10_000.0
    assert (found.server_processors, found.generated_per_second) == (0.11, 20.0)
    assert found.errors == {"status 429": 1}
    assert found.sources == {"model": 1, "quotes": 1}


def test_a_run_on_the_bare_model_alone() -> None:
    with PacedModel(pace=400, tokens=20, delay=0.01).in_thread() as url:
        run = asyncio.run(compare(["How?", "Why?"], Load(users=3, rounds=2, ramp_seconds=0), bare=Endpoint(url)))
    assert run.ratio is None
    assert run.manualdesk is None
    assert run.bare is not None
    assert run.bare.requests == 6
    assert run.bare.generated_per_second == pytest.approx(run.bare.tokens_per_second, rel=0.2)
    assert "3 users on paced, bare" in as_text([run])
    record = as_record([run], {})
    assert record["kind"] == "load"


@pytest.mark.parametrize("users", ["", "0", "a", "1,,2", "-3"])
def test_a_count_of_users_that_is_none_is_refused(users: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["eval", "load", str(tmp_path / "q.jsonl"), "--users", users])
    assert done.exit_code != 0
    assert "--users" in str(done.exception)
