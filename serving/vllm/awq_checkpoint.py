"""Run by the Python of the quantising environment: `awq_checkpoint.py MODEL FOLDER CONVERSATIONS TOKENS`.

A model (folder or hub name) and a file of conversations (JSON lines, each a list of messages) go in, a folder with
4-bit weights that vLLM loads comes out, and one line of JSON on stdout. Imports nothing of this project: it runs in
another environment. Everything else that is printed goes to stderr.
"""

import json
import os
import sys
import tempfile
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

HELD_OUT = 16
"""One in so many conversations is kept back, to say what was lost."""
MOST_HELD, HELD_TOKENS = 8, 512
"""Measured on the processor, where long texts take minutes."""


def main(model_name: str, folder: Path, conversations: Path, tokens: int) -> dict[str, float]:
    """Make `folder`, whole or not at all; the figures of the result."""
    from datasets import Dataset
    from llmcompressor import oneshot
    from llmcompressor.modifiers.quantization import QuantizationModifier
    from llmcompressor.modifiers.transform.awq import AWQModifier
    from transformers import AutoModelForCausalLM, AutoTokenizer

    _pin_only_for_accelerators()
    model = AutoModelForCausalLM.from_pretrained(model_name, dtype="auto")
    tokenizer = AutoTokenizer.from_pretrained(model_name)
    tokens = min(tokens, model.config.max_position_embeddings)
    texts = [_as_text(tokenizer, json.loads(line)) for line in conversations.read_text(encoding="utf-8").splitlines()]
    encoded = [tokenizer(text, truncation=True, max_length=tokens)["input_ids"] for text in texts]
    held = [ids[:HELD_TOKENS] for ids in encoded[::HELD_OUT]][:MOST_HELD]
    shown = [ids for place, ids in enumerate(encoded) if place % HELD_OUT] or encoded
    before = _loss(model, held)
    dataset = Dataset.from_dict({"input_ids": shown, "attention_mask": [[1] * len(ids) for ids in shown]})
    recipe = [
        AWQModifier(duo_scaling="both"),
        # With zero points, as Qwen's own AWQ checkpoints; what turns numbers into words stays exact.
        QuantizationModifier(targets=["Linear"], scheme="W4A16_ASYM", ignore=["lm_head"]),
    ]
    oneshot(
        model=model, dataset=dataset, recipe=recipe, max_seq_length=tokens, num_calibration_samples=len(shown),
        shuffle_calibration_samples=False,
    )  # fmt: skip
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        draft = Path(scratch) / folder.name
        model.save_pretrained(draft, save_compressed=True)
        tokenizer.save_pretrained(draft)
        # Loaded again as anybody would: what cannot be, or has lost its wits, is seen here.
        after = _loss(AutoModelForCausalLM.from_pretrained(draft, dtype="auto"), held)
        draft.rename(folder)
    size = sum(path.stat().st_size for path in folder.glob("*.safetensors"))
    return {
        "conversations": len(shown),
        "held_out": len(held),
        "loss_before": before,
        "loss_after": after,
        "bytes": size,
    }


def _pin_only_for_accelerators() -> None:
    """llm-compressor 0.14 pins memory for faster copies to a card, and fails at that where there is none."""
    import torch
    from llmcompressor.pipelines.cache import IntermediatesCache

    if not torch.accelerator.is_available():
        IntermediatesCache.pin_memory = lambda *_arguments, **_named: None


def _as_text(tokenizer: Any, messages: list[dict[str, str]]) -> str:
    if tokenizer.chat_template:
        return str(tokenizer.apply_chat_template(messages, tokenize=False))
    return "\n\n".join(message["content"] for message in messages)


def _loss(model: Any, sequences: list[list[int]]) -> float:
    """Mean loss of a token, in nats."""
    import torch

    losses = []
    with torch.no_grad():
        for ids in sequences:
            batch = torch.tensor([ids])
            losses.append(model(input_ids=batch, labels=batch).loss.item())
    return float(sum(losses) / len(losses))


if __name__ == "__main__":
    # Progress bars and warnings of the libraries are for people, the figures for the caller.
    with redirect_stdout(sys.stderr):
        figures = main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
    os.write(1, (json.dumps(figures) + "\n").encode())
