"""What `manualdesk llm serve` would start, on cards of any size and without one."""

import socket
import sys
from pathlib import Path

import pytest

from ingest.errors import ModelUnavailable, SettingError
from serving.vllm import PRODUCTION_MODEL, SMALL_MODEL, Card, Launch, gpu_launch, plan_launch, serve_llm

PYTHON = Path("/opt/vllm/bin/python")


def option(launch: Launch, name: str) -> str:
    return launch.command[launch.command.index(name) + 1]


def on_card(memory: float, capability: float = 8.9) -> Launch:
    return gpu_launch(PYTHON, 8001, PRODUCTION_MODEL, Card(name="a card", memory_gib=memory, capability=capability))


@pytest.mark.parametrize(
    ("memory", "context"), [(8, 4096), (12, 8192), (16, 16384), (24, 16384), (48, 32768), (80, 32768)]
)
def test_the_context_leaves_room_for_several_readers(memory: float, context: int) -> None:
    launch = on_card(memory)
    assert option(launch, "--max-model-len") == str(context)
    assert option(launch, "--quantization") == "awq_marlin"
    assert "--enable-prefix-caching" in launch.command
    assert f"{context:,}" in launch.summary


def test_an_old_card_gets_the_kernels_it_has() -> None:
    launch = on_card(16, capability=7.5)
    assert option(launch, "--quantization") == "awq"
    assert option(launch, "--dtype") == "half"


def test_a_card_that_is_too_small_is_said_so() -> None:
    with pytest.raises(ModelUnavailable) as caught:
        on_card(4)
    assert "--profile cpu" in caught.value.hint


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A vLLM environment that exists (its Python is this one) and a small model that was made ready."""
    monkeypatch.setenv("MANUALDESK_VLLM_PYTHON", sys.executable)
    (tmp_path / SMALL_MODEL).mkdir()
    return tmp_path


def test_the_small_model_is_served_on_a_processor(environment: Path) -> None:
    launch = plan_launch("cpu", 8123, None, models=environment)
    assert option(launch, "--model") == str(environment / SMALL_MODEL)
    assert option(launch, "--served-model-name") == SMALL_MODEL
    assert option(launch, "--host") == "127.0.0.1"
    assert option(launch, "--port") == "8123"
    assert launch.environment["HF_HUB_OFFLINE"] == "1"


def test_a_card_can_be_planned_for_by_its_size(environment: Path) -> None:
    launch = plan_launch("gpu-48", 8123, None, models=environment)
    assert option(launch, "--max-model-len") == "32768"
    assert plan_launch("48", 8123, None, models=environment) == launch


@pytest.mark.parametrize("profile", ["tpu", "gpu-big", "cpu-4", "gpu-", "gpu48", "-48"])
def test_a_profile_that_does_not_exist_is_said_so(environment: Path, profile: str) -> None:
    with pytest.raises(SettingError, match=profile):
        plan_launch(profile, 8123, None, models=environment)


def test_without_vllm_the_hint_installs_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MANUALDESK_VLLM_PYTHON", str(tmp_path / "python"))
    with pytest.raises(ModelUnavailable) as caught:
        plan_launch("cpu", 8123, None, models=tmp_path)
    assert caught.value.hint == "make vllm"


def test_a_taken_port_is_said_before_anything_starts(environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANUALDESK_HOME", str(environment))
    (environment / "models" / SMALL_MODEL).mkdir(parents=True)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingError, match=str(port)):
            serve_llm("cpu", port, None)
