"""The parts of the GPU bench kit that need no GPU: its models, its questions, its figures."""

import json
import sys
from pathlib import Path

import pytest

from serving.vllm.architecture import LONG, QUANTISED, read_shape
from tests.scripted_completions import completions

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "bench"))  # its scripts are run from there

from gpu_load import Asked, Round, Workload, ask_together  # noqa: E402
from gpu_models import Architecture, make_folder  # noqa: E402


@pytest.mark.parametrize(("weights", "like"), [("bf16", LONG), ("awq", QUANTISED)])
def test_its_models_are_planned_like_the_published_ones(tmp_path: Path, weights: str, like: str) -> None:
    made = read_shape(str(make_folder(tmp_path / "model", Architecture(weights=weights))))  # type: ignore[arg-type]
    published, long = read_shape(like), read_shape(LONG)
    assert made is not None
    assert published is not None
    assert long is not None
    assert made.weights_bytes == published.weights_bytes
    assert made.quantisation == published.quantisation
    assert made.native_context == long.native_context


def test_whatever_the_model_says_can_be_decoded(tmp_path: Path) -> None:
    from tokenizers import Tokenizer

    folder = make_folder(tmp_path / "model", Architecture(weights="bf16"))
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    size = json.loads((folder / "config.json").read_text())["vocab_size"]
    assert tokenizer.get_vocab_size() == size == 151_936
    assert tokenizer.decode([151_935]).strip() == "w151935"
    text = "Hold the button for 5 seconds. 按住按钮 5 秒。"
    assert tokenizer.decode(tokenizer.encode(text).ids) == text


def test_questions_begin_alike_and_end_differently() -> None:
    workload = Workload()
    prompts = [workload.prompt(seed) for seed in range(50)]
    assert {len(prompt) for prompt in prompts} == {350 + 8 * 350 + 60}
    assert len({tuple(prompt[:350]) for prompt in prompts}) == 1
    assert len({tuple(prompt[-60:]) for prompt in prompts}) == 50
    # What begins alike is computed once: with some, that is more than the fixed part.
    assert 5 < len({tuple(prompt[350:700]) for prompt in prompts}) < 45
    assert all(300 <= token < workload.vocabulary for prompt in prompts for token in prompt)
    assert workload.prompt(3) == Workload().prompt(3)


def test_the_figures_of_a_round() -> None:
    answers = tuple(
        Asked(first=first / 10, whole=first / 10 + 1, prompt_tokens=100, answer_tokens=11) for first in range(1, 11)
    )
    figures = Round(users=2, seconds=5, answers=answers).figures()
    assert figures["first_token_p50_ms"] == 500
    assert figures["first_token_p95_ms"] == 1000
    assert figures["token_gap_p50_ms"] == 100
    assert figures["answer_tokens_a_second"] == 22
    assert figures["prompt_tokens_a_second"] == 200


@pytest.mark.parametrize("users", [2, 16])
def test_every_answer_is_counted_whole_by_one_process_and_by_several(users: int) -> None:
    workload = Workload(fixed=8, passages=2, passage=8, pool=4, question=8, answer=5)
    with completions() as port:
        made = ask_together(port, "model", workload, users=users, answers=20, seed=0)
    assert len(made.answers) == 20
    assert {(asked.prompt_tokens, asked.answer_tokens) for asked in made.answers} == {(32, 5)}
    assert all(0 < asked.first <= asked.whole for asked in made.answers)


def test_a_refusal_is_no_answer() -> None:
    nothing = Workload(fixed=0, passages=0, question=0)
    with completions() as port, pytest.raises(ValueError, match="no prompt"):
        ask_together(port, "model", nothing, users=1, answers=1, seed=0)
