"""A model and an index go in, a 4-bit checkpoint made with the manuals' own texts comes out.

llm-compressor lives in an environment of its own (`make quantize-env`) and is run as a program; nothing of it is
imported here.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Final

from ingest.errors import ModelUnavailable, NothingPublished, SettingError
from ingest.index.contract import Index
from serving.model import Message
from serving.vllm.architecture import GIB, LONG, read_shape
from serving.vllm.calibration import calibration_conversations

TOKENS: Final = 2048
"""Of a conversation: our shorter prompts. Longer ones teach AWQ nothing more and take the time of several."""
_LAST_LINES: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantised:
    """What came of it. `loss_before`, `loss_after`: mean nats of a token, on conversations that were kept back."""

    folder: str
    bytes: int
    conversations: int
    held_out: int
    loss_before: float
    loss_after: float


def checkpoint_folder(model: str, models: Path) -> Path:
    """Where the checkpoint goes unless another folder is named; there `llm serve` finds that of the usual model."""
    return models / f"{Path(model).name}-AWQ"


def quantise(index: Index, folder: Path, *, model: str = LONG, samples: int = 256) -> Quantised:
    """Make `folder` from `model` (a folder or a hub name). About 15 min for 4 billion weights on a GPU, hours without.

    Raises SettingError where the folder exists, NothingPublished without manuals, ModelUnavailable where the
    environment is missing, the model is quantised already or the run fails.
    """
    if folder.exists():
        raise SettingError(f"{folder} exists already", hint="name another folder (--out), or remove that one first")
    python = quantise_python()
    shape = read_shape(model)
    if shape and shape.quantisation:
        raise ModelUnavailable(f"{model} is quantised already ({shape.quantisation})", hint=f"--model {LONG}")
    if shape:
        _require_room(folder, shape.as_awq().weights_bytes)
    conversations = calibration_conversations(index, count=samples, tokens=TOKENS)
    if not conversations:
        raise NothingPublished("The index holds no manuals to calibrate with.", hint="manualdesk ingest FOLDER")
    with tempfile.TemporaryDirectory(prefix="manualdesk-") as scratch:
        texts = Path(scratch) / "conversations.jsonl"
        _write(conversations, texts)
        return _run(python, model, folder, texts)


def quantise_python() -> Path:
    """The interpreter of llm-compressor's environment: MANUALDESK_QUANTIZE_PYTHON, else the checkout's own."""
    named = os.environ.get("MANUALDESK_QUANTIZE_PYTHON")
    python = Path(named) if named else Path(__file__).resolve().parents[2] / ".venv-quantize" / "bin" / "python"
    if not python.exists():
        raise ModelUnavailable(f"llm-compressor is not installed ({python} does not exist)", hint="make quantize-env")
    return python


def _write(conversations: Sequence[Sequence[Message]], path: Path) -> None:
    rows = [json.dumps([asdict(message) for message in messages], ensure_ascii=False) for messages in conversations]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def _run(python: Path, model: str, folder: Path, texts: Path) -> Quantised:
    script = Path(__file__).with_name("awq_checkpoint.py")
    offline = {"HF_HUB_OFFLINE": "1"} if Path(model).is_dir() else {}
    # -P: the files beside the script (calibration.py, ...) must not be taken for packages of these names.
    process = subprocess.Popen(  # noqa: S603
        [str(python), "-P", str(script), model, str(folder), str(texts), str(TOKENS)],
        env={**os.environ, **offline, "HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", errors="replace",
    )  # fmt: skip
    try:
        assert process.stderr is not None and process.stdout is not None  # noqa: S101, PT018 - pipes were asked for
        last = _show(process.stderr)
        said = process.stdout.read()
    except BaseException:
        process.kill()  # Ctrl-C: nothing is left behind but a temporary folder that is removed with it
        raise
    finally:
        process.wait()
    if process.returncode:
        reason = next((line for line in reversed(last) if line.strip()), "no reason given")
        raise ModelUnavailable(f"{model} could not be quantised: {reason.strip()}", hint="the lines above tell more")
    return Quantised(folder=str(folder), **json.loads(said))


def _show(output: IO[str]) -> list[str]:
    """Everything to stderr as it comes; the last lines back."""
    last: list[str] = []
    for line in output:
        sys.stderr.write(line)
        last = [*last, line][-_LAST_LINES:]
    return last


def _require_room(folder: Path, needed: int) -> None:
    place = next(parent for parent in folder.absolute().parents if parent.exists())
    free = shutil.disk_usage(place).free
    if free < needed * 1.1:
        raise SettingError(
            f"{place} has {free / GIB:.1f} GiB free, the checkpoint takes {needed / GIB:.1f}",
            hint="make room there, or name a folder elsewhere: --out",
        )
