"""Model folders that need no hub: an architecture and a tokenizer made here; weights are random, or left to vLLM.

A speed does not depend on what the weights are, only on how many there are and how they are kept.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from serving.vllm.architecture import LONG, QUANTISED

CONFIGS: Final = Path(__file__).resolve().parents[2] / "serving" / "vllm" / "configs"
SAMPLES: Final = Path(__file__).resolve().parents[2] / "data" / "samples-source"
Weights = Literal["bf16", "awq"]

_SPECIAL: Final = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
_TEMPLATE: Final = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
TINY: Final = {
    "hidden_size": 256, "intermediate_size": 512, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "head_dim": 64, "vocab_size": 2048, "max_position_embeddings": 4096,
}  # fmt: skip
"""Qwen3 in all but its size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """Qwen3-4B-Instruct-2507, or a tiny model of the same kind, with full or with AWQ weights."""

    weights: Weights
    tiny: bool = False

    @property
    def config(self) -> dict[str, object]:
        """Its config.json; the checkpoint's own figures, of the AWQ one what says how it is quantised."""
        name = LONG.split("/")[1]
        config = json.loads((CONFIGS / f"{name}.json").read_text(encoding="utf-8"))
        if self.tiny:
            config |= TINY | {"max_window_layers": TINY["num_hidden_layers"]}
        config |= {"bos_token_id": 0, "eos_token_id": 2}
        if self.weights == "awq":
            quantised = json.loads((CONFIGS / f"{QUANTISED.split('/')[1]}.json").read_text(encoding="utf-8"))
            config |= {key: quantised[key] for key in ("quantization_config", "torch_dtype")}
        return dict(config)


def make_folder(folder: Path, architecture: Architecture) -> Path:
    """config.json and a tokenizer of as many tokens as the model knows; for `--load-format dummy`."""
    folder.mkdir(parents=True)
    config = architecture.config
    (folder / "config.json").write_text(json.dumps(config, indent=1), encoding="utf-8")
    write_tokenizer(folder, int(str(config["vocab_size"])))
    return folder


def write_tokenizer(folder: Path, size: int) -> None:
    """A byte-level BPE tokenizer trained on our own samples, filled up to `size` tokens, with Qwen's chat template.

    The tokens that fill it up are never made from a text, but whatever a model with random weights says can be decoded.
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=min(size, 2048), special_tokens=list(_SPECIAL), show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    tokenizer.train_from_iterator(_texts(), trainer)
    whole = json.loads(tokenizer.to_str())
    vocabulary = whole["model"]["vocab"]
    known = len(vocabulary)
    whole["model"]["vocab"] = vocabulary | {f"Ġw{number:06d}": number for number in range(known, size)}
    (folder / "tokenizer.json").write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": None, "eos_token": _SPECIAL[2],
        "pad_token": _SPECIAL[0], "unk_token": None, "model_max_length": 262_144, "chat_template": _TEMPLATE,
        "clean_up_tokenization_spaces": False,
    }  # fmt: skip
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=1), encoding="utf-8")


def write_random_weights(folder: Path, seed: int = 7) -> None:
    """Weights for a folder of `make_folder`, the same ones for the same seed; with transformers, as a trainer saves."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(folder), dtype=torch.bfloat16)
    model.save_pretrained(folder)


def _texts() -> list[str]:
    paths = sorted(path for path in SAMPLES.rglob("*") if path.suffix in {".md", ".txt", ".rst", ".html"})
    return [path.read_text(encoding="utf-8") for path in paths] or ["Hold the button for 5 seconds."]
