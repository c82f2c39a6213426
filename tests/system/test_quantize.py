"""`manualdesk llm quantize` from end to end: a tiny Qwen3 with random weights, a manual, the real llm-compressor.

Runs where `make quantize-env` was run, or MANUALDESK_QUANTIZE_PYTHON names such an environment.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.errors import ModelUnavailable
from serving.vllm.architecture import read_shape
from serving.vllm.quantize import quantise, quantise_python
from tests.bench.gpu_models import TINY, Architecture, make_folder, write_random_weights
from tests.manual_index import Manual, publish

SECTIONS = tuple((f"Part {number}", f"Turn screw {number} to {number * 3} Nm. Then wait. " * 6) for number in range(80))


@pytest.fixture(scope="module")
def python() -> Path:
    try:
        return quantise_python()
    except ModelUnavailable:
        pytest.skip("llm-compressor is not installed here (make quantize-env)")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_tiny_model_becomes_a_checkpoint_that_can_be_loaded(python: Path, tmp_path: Path) -> None:
    full = make_folder(tmp_path / "Tiny", Architecture(weights="bf16", tiny=True))
    write_random_weights(full)
    index = publish(tmp_path / "index", Manual("frame.md", "Frame", sections=SECTIONS))
    made = quantise(index, tmp_path / "models" / "Tiny-AWQ", model=str(full), samples=6)

    folder = Path(made.folder)
    assert (made.conversations, made.held_out) == (5, 1)
    # Random weights know nothing: the loss is that of guessing, and four bits cannot make it worse by much.
    assert made.loss_after == pytest.approx(made.loss_before, rel=0.05)
    assert 0 < made.bytes < sum(path.stat().st_size for path in full.glob("*.safetensors"))
    config = json.loads((folder / "config.json").read_text())
    assert config["quantization_config"]["quant_method"] == "compressed-tensors"
    shape = read_shape(str(folder))
    assert shape is not None
    assert (shape.bits, shape.group, shape.layers) == (4, 128, TINY["num_hidden_layers"])
    assert shape.stored_bytes == made.bytes
    assert json.loads((folder / "tokenizer_config.json").read_text())["eos_token"] == "<|im_end|>"
    assert _says_something(python, folder)


def _says_something(python: Path, folder: Path) -> bool:
    """transformers loads it and computes with it; what the words are means nothing."""
    script = (
        "import sys, torch\n"
        "from transformers import AutoModelForCausalLM, AutoTokenizer\n"
        "model = AutoModelForCausalLM.from_pretrained(sys.argv[1], dtype=torch.bfloat16)\n"
        "ids = AutoTokenizer.from_pretrained(sys.argv[1])('Hold the button', return_tensors='pt').input_ids\n"
        "scores = model(input_ids=ids).logits\n"
        "assert torch.isfinite(scores).all()\n"
        "print(scores.shape[-1])\n"
    )
    done = subprocess.run(
        [str(python), "-c", script, str(folder)], env={**os.environ, "HF_HUB_OFFLINE": "1"}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.split() == [str(TINY["vocab_size"])]


def test_a_failed_run_leaves_nothing_and_tells_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "python"
    program.write_text(f"#!{sys.executable}\nimport sys\nsys.exit('RuntimeError: no space on the card')\n")
    program.chmod(0o755)
    monkeypatch.setenv("MANUALDESK_QUANTIZE_PYTHON", str(program))
    full = make_folder(tmp_path / "Tiny", Architecture(weights="bf16", tiny=True))
    index = publish(tmp_path / "index", Manual("frame.md", "Frame", sections=SECTIONS[:4]))
    with pytest.raises(ModelUnavailable, match="no space on the card"):
        quantise(index, tmp_path / "models" / "Tiny-AWQ", model=str(full))
    assert not (tmp_path / "models").exists()
