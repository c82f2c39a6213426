"""What `manualdesk llm serve` would start, on cards of any size and without one."""

import json
import socket
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from ingest.errors import ModelUnavailable, SettingError
from serving.vllm.architecture import GIB, LONG, QUANTISED, ModelShape, read_shape
from serving.vllm.cards import Card, Processor, read_card
from serving.vllm.launch import Launch, Serving, card_launch, plan_launch
from serving.vllm.memory_plan import REQUEST_TOKENS, SIZES, Wish, plan_card, plan_processor, sized_card
from serving.vllm.profiles import OWN_AWQ, SMALL_MODEL, Profile, card_model
from serving.vllm.service import serve

PYTHON = Path("/opt/vllm/bin/python")
AMPERE, ADA = 8.6, 8.9
PLAIN = Wish()


def shape(name: str) -> ModelShape:
    found = read_shape(name)
    assert found is not None
    return found


def card(gigabytes: float, capability: float = ADA, used: float = 0.0) -> Card:
    return Card(name="a card", memory_gib=gigabytes, capability=capability, used_gib=used)


def option(launch: Launch, name: str) -> str:
    return launch.command[launch.command.index(name) + 1]


def on_card(gigabytes: float, capability: float = ADA, model: str = QUANTISED, wish: Wish = PLAIN) -> Launch:
    return card_launch(PYTHON, Serving(), model, card(gigabytes, capability), wish)


def test_the_known_models_weigh_what_is_published() -> None:
    """Qwen3-4B: 4.02 billion parameters, 144 KiB of cache a token; its AWQ checkpoint is a file of 2.67 GB."""
    assert shape(LONG).weights_bytes / 2 == pytest.approx(4.02e9, rel=0.005)
    assert shape(QUANTISED).weights_bytes == pytest.approx(2.67e9, rel=0.005)
    assert shape(LONG).cache_bytes(2) == shape(QUANTISED).cache_bytes(2) == 144 * 1024
    assert shape(LONG).native_context == 262_144


@pytest.mark.parametrize("capability", [AMPERE, ADA])
@pytest.mark.parametrize("gigabytes", SIZES)
@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("name", [QUANTISED, LONG])
def test_a_plan_never_takes_more_than_there_is(gigabytes: int, capability: float, long: bool, name: str) -> None:
    here = sized_card(gigabytes, card(gigabytes, capability))
    try:
        plan = plan_card(shape(name), here, Wish(long=long))
    except ModelUnavailable:
        assert (gigabytes, name) == (8, LONG)
        return
    taken = plan.weights_gib + plan.work_gib + plan.cache_gib
    assert taken <= plan.share * here.memory_gib + 0.1 < here.memory_gib
    assert plan.context_tokens <= min(plan.cache_tokens, shape(name).native_context)
    assert plan.requests * REQUEST_TOKENS <= max(plan.cache_tokens, 4 * REQUEST_TOKENS)
    assert plan.requests <= plan.batch_tokens
    assert (plan.cache_type == "16-bit") or capability >= ADA


@pytest.mark.parametrize("name", [QUANTISED, LONG])
def test_a_larger_card_never_gets_less(name: str) -> None:
    plans = [plan_card(shape(name), card(size), PLAIN) for size in SIZES[1:]]
    for smaller, larger in pairwise(plans):
        assert larger.context_tokens >= smaller.context_tokens
        assert larger.batch_tokens >= smaller.batch_tokens
        if larger.cache_type == smaller.cache_type:
            assert larger.cache_tokens > smaller.cache_tokens
            assert larger.requests >= smaller.requests


def test_a_long_context_is_as_long_as_the_card_allows() -> None:
    own = shape(LONG).as_awq()
    lengths = {size: plan_card(own, card(size), Wish(long=True)).context_tokens for size in (8, 12, 16, 24, 48)}
    assert 40_000 < lengths[8] < lengths[12] < lengths[16] <= lengths[24]
    assert lengths[24] == lengths[48] == 262_144
    # vLLM measures what is really left, so the last tokens are its to find.
    assert option(on_card(24, model=LONG, wish=Wish(long=True)), "--max-model-len") == "auto"


def test_eight_bits_are_taken_where_they_pay() -> None:
    assert plan_card(shape(QUANTISED), card(8, ADA), PLAIN).cache_type == "fp8"
    assert option(on_card(8, ADA), "--kv-cache-dtype") == "fp8"
    for roomy in (card(8, AMPERE), card(48, ADA)):
        assert plan_card(shape(QUANTISED), roomy, PLAIN).cache_type == "16-bit"
    half, whole = (plan_card(shape(QUANTISED), card(8, kind), PLAIN) for kind in (ADA, AMPERE))
    assert half.cache_tokens == pytest.approx(2 * whole.cache_tokens, rel=0.01)
    assert "16 bits" in half.notes[0]


def test_what_others_hold_and_what_is_to_be_left_is_not_taken() -> None:
    alone, beside, leaving = (
        plan_card(shape(QUANTISED), card(16, AMPERE, used), Wish(leave_gib=leave))
        for used, leave in ((0, 0), (3, 0), (0, 3))
    )
    assert beside == leaving
    assert beside.share * 16 < alone.share * 16 - 2


def test_an_old_card_gets_the_kernels_it_has() -> None:
    launch = on_card(16, capability=7.5)
    assert option(launch, "--quantization") == "awq"
    assert option(launch, "--dtype") == "half"
    assert option(on_card(16), "--quantization") == "awq_marlin"
    assert "--dtype" not in on_card(16).command


def test_what_does_not_fit_is_explained_and_what_would_is_said() -> None:
    with pytest.raises(ModelUnavailable) as caught:
        on_card(8, AMPERE, model=LONG)
    assert "weights 7.5 GiB" in caught.value.message
    assert "llm quantize" in caught.value.hint
    assert "a card of 12 GB" in caught.value.hint
    with pytest.raises(ModelUnavailable) as caught:
        on_card(3)
    assert "--profile cpu" in caught.value.hint
    with pytest.raises(ModelUnavailable) as caught:
        card_launch(PYTHON, Serving(), QUANTISED, card(8, AMPERE, used=5), PLAIN)
    assert "ending the other programs" in caught.value.hint


def test_a_context_that_is_asked_for_is_given_or_explained() -> None:
    assert option(on_card(24, model=LONG, wish=Wish(context_tokens=50_000)), "--max-model-len") == "50000"
    with pytest.raises(ModelUnavailable) as caught:
        on_card(24, AMPERE, model=LONG, wish=Wish(context_tokens=200_000))
    context = int(caught.value.hint.split("--context ")[1].split(";")[0])
    assert on_card(24, AMPERE, model=LONG, wish=Wish(context_tokens=context)).plan
    with pytest.raises(ModelUnavailable, match="trained for 40,960"):
        on_card(80, wish=Wish(context_tokens=100_000))


def test_the_model_follows_the_card_and_what_was_quantised_here(tmp_path: Path) -> None:
    chosen = {size: card_model(Profile(card=card(size)), card(size), tmp_path) for size in SIZES}
    assert [chosen[size] for size in SIZES] == [*[QUANTISED] * 4, *[LONG] * 3]
    assert card_model(Profile(card=card(24), long=True), card(24), tmp_path) == LONG
    assert card_model(Profile(card=card(24)), card(24), tmp_path, 60_000) == LONG
    (tmp_path / OWN_AWQ).mkdir()
    (tmp_path / OWN_AWQ / "config.json").write_text("{}")
    assert card_model(Profile(card=card(8)), card(8), tmp_path) == str(tmp_path / OWN_AWQ)


def test_a_folder_is_read_not_guessed(tmp_path: Path) -> None:
    config = {
        "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "hidden_size": 256,
        "intermediate_size": 512, "vocab_size": 1000, "max_position_embeddings": 4096,
        "quantization_config": {
            "quant_method": "compressed-tensors",
            "config_groups": {"group_0": {"weights": {"num_bits": 4, "group_size": 64}}},
        },
    }  # fmt: skip
    (tmp_path / "config.json").write_text(json.dumps(config))
    read = shape(str(tmp_path))
    assert (read.layers, read.head_width, read.bits, read.group) == (2, 64, 4, 64)
    assert read.quantisation == "compressed-tensors"
    (tmp_path / "model.safetensors").write_bytes(b"0" * 12_345)
    assert shape(str(tmp_path)).weights_bytes == 12_345
    launch = on_card(8, model=str(tmp_path))
    assert launch.environment["HF_HUB_OFFLINE"] == "1"
    assert "--quantization" not in launch.command  # vLLM reads it from the folder


def test_damaged_folders_are_said_so(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"config\.json is missing"):
        read_shape(str(tmp_path))
    for missing in (str(tmp_path / "none"), "./none", "some/where/none"):
        with pytest.raises(ModelUnavailable, match="is no folder"):
            read_shape(missing)
    for text in ("{", "[]"):
        (tmp_path / "config.json").write_text(text)
        with pytest.raises(ModelUnavailable, match=r"config\.json"):
            read_shape(str(tmp_path))


def test_a_model_nobody_knows_is_measured_by_vllm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    launch = on_card(24, model="somebody/some-AWQ")
    assert launch.plan is None
    assert option(launch, "--max-model-len") == "auto"
    assert option(launch, "--quantization") == "awq_marlin"
    snapshot = tmp_path / "models--somebody--some-AWQ" / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    known = Path(__file__).parents[2] / "serving" / "vllm" / "configs" / "Qwen3-4B-AWQ.json"
    (snapshot / "config.json").write_text(known.read_text())
    assert on_card(24, model="somebody/some-AWQ").plan


def test_a_line_of_nvidia_smi_is_a_card() -> None:
    read = read_card("NVIDIA RTX 4000, SFF Ada, 20475, 1024, 8.9")
    assert read == Card(name="NVIDIA RTX 4000, SFF Ada", memory_gib=20475 / 1024, used_gib=1.0, capability=8.9)


def test_a_processor_keeps_half_of_what_is_free() -> None:
    small = replace(shape(LONG), layers=30, key_value_heads=3, head_width=64, hidden=576, intermediate=1536)
    plan = plan_processor(small, Processor(cores=2, free_gib=16), PLAIN)
    assert plan.context_tokens == 8192
    assert plan.cache_tokens >= 4 * plan.context_tokens
    with pytest.raises(ModelUnavailable, match="free"):
        plan_processor(shape(LONG), Processor(cores=2, free_gib=8), PLAIN)
    large = plan_processor(shape(LONG), Processor(cores=8, free_gib=30), Wish(context_tokens=32_768))
    assert large.cache_gib * GIB <= (30 * GIB - shape(LONG).weights_bytes) / 2


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A vLLM environment that exists (its Python is this one) and a small model that was made ready."""
    monkeypatch.setenv("MANUALDESK_VLLM_PYTHON", sys.executable)
    (tmp_path / SMALL_MODEL).mkdir()
    config = {
        "num_hidden_layers": 30, "num_attention_heads": 9, "num_key_value_heads": 3, "hidden_size": 576,
        "intermediate_size": 1536, "vocab_size": 49_152, "max_position_embeddings": 8192, "tie_word_embeddings": True,
    }  # fmt: skip
    (tmp_path / SMALL_MODEL / "config.json").write_text(json.dumps(config))
    return tmp_path


def test_the_small_model_is_served_on_a_processor(environment: Path) -> None:
    launch = plan_launch("cpu", 8123, None, models=environment)
    assert option(launch, "--model") == str(environment / SMALL_MODEL)
    assert option(launch, "--served-model-name") == SMALL_MODEL
    assert option(launch, "--host") == "127.0.0.1"
    assert option(launch, "--port") == "8123"
    assert option(launch, "--shutdown-timeout") == "30"
    assert launch.environment["HF_HUB_OFFLINE"] == "1"
    assert "--enable-prefix-caching" in launch.command


def test_a_plan_needs_nothing_that_is_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MANUALDESK_VLLM_PYTHON", str(tmp_path / "python"))
    with pytest.raises(ModelUnavailable) as caught:
        plan_launch("cpu", 8123, None, models=tmp_path)
    assert caught.value.hint == "make vllm"
    assert "8,192" in plan_launch("cpu", 8123, None, models=tmp_path, make=False).summary
    assert not (tmp_path / SMALL_MODEL).exists()


def test_a_card_can_be_planned_for_by_its_size(environment: Path) -> None:
    launch = plan_launch("gpu-48", 8123, None, models=environment)
    assert option(launch, "--model") == LONG
    assert plan_launch("48", 8123, None, models=environment) == launch
    long = plan_launch("gpu-24-long", 8123, None, models=environment)
    assert long.plan
    assert long.plan.context_tokens > 60_000


@pytest.mark.parametrize("profile", ["tpu", "gpu-big", "cpu-4", "gpu-", "gpu48", "-48", "gpu-0", "cpu-long"])
def test_a_profile_that_does_not_exist_is_said_so(environment: Path, profile: str) -> None:
    with pytest.raises(SettingError, match=profile):
        plan_launch(profile, 8123, None, models=environment)


def test_another_address_needs_a_key_that_is_not_shown(environment: Path) -> None:
    open_to_all = Serving(host="0.0.0.0")
    with pytest.raises(SettingError, match=r"0\.0\.0\.0"):
        plan_launch("cpu", 8123, None, models=environment, serving=open_to_all)
    launch = plan_launch("cpu", 8123, None, models=environment, serving=replace(open_to_all, api_key="secret-7"))
    assert launch.environment["VLLM_API_KEY"] == "secret-7"
    assert "secret-7" not in repr(launch)
    assert "secret-7" not in " ".join(launch.command)


def test_a_taken_port_is_said_before_anything_starts(environment: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        launch = plan_launch("cpu", port, None, models=environment)
        with pytest.raises(SettingError, match=str(port)):
            serve(launch, Serving(port=port), environment)
