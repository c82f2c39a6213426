"""A model's shape: a name or a folder goes in, what its config.json says about memory comes out.

Nothing is fetched: a folder's own config.json is read, else one that comes with Manualdesk, else the hub's local cache.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ingest.errors import ModelUnavailable

QUANTISED: Final = "Qwen/Qwen3-4B-AWQ"
"""Qwen's own AWQ checkpoint; its context ends at 40,960 tokens."""
LONG: Final = "Qwen/Qwen3-4B-Instruct-2507"
"""The newer model with 262,144 tokens of context; its makers publish no AWQ checkpoint of it (`llm quantize`)."""
_KNOWN: Final = {name: Path(__file__).with_name("configs") / f"{name.split('/')[1]}.json" for name in (QUANTISED, LONG)}
GIB: Final = 2**30
_PLAIN_BITS: Final = 16
_AWQ_BITS: Final = 4
_AWQ_GROUP: Final = 128
_NAMES: Final = {
    "layers": ("num_hidden_layers", "n_layer"),
    "heads": ("num_attention_heads", "n_head"),
    "hidden": ("hidden_size", "n_embd"),
    "intermediate": ("intermediate_size", "n_inner"),
    "vocabulary": ("vocab_size",),
    "native_context": ("max_position_embeddings", "n_positions"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelShape:
    """Of a decoder with full attention in each layer. Tokens, counts and bits; `stored_bytes` 0: not on this disk."""

    name: str
    layers: int
    heads: int
    key_value_heads: int
    head_width: int
    hidden: int
    intermediate: int
    vocabulary: int
    native_context: int
    tied: bool
    quantisation: str = ""
    """As vLLM calls it (awq, compressed-tensors, ...); empty: none."""
    bits: int = _PLAIN_BITS
    group: int = _AWQ_GROUP
    stored_bytes: int = 0

    @property
    def weights_bytes(self) -> int:
        """What the weights take: as their files say, else as the shape says."""
        if self.stored_bytes:
            return self.stored_bytes
        attention = self.hidden * self.head_width * (2 * self.heads + 2 * self.key_value_heads)
        in_layers = self.layers * (attention + 3 * self.hidden * self.intermediate)
        # Of a group of quantised weights there is a scale of 16 bits and a zero of as many bits as a weight.
        bits = self.bits if self.bits == _PLAIN_BITS else self.bits + (16 + self.bits) / self.group
        embeddings = self.vocabulary * self.hidden * (1 if self.tied else 2)
        return int(in_layers * bits / 8) + embeddings * 2

    def cache_bytes(self, bytes_a_number: int) -> int:
        """Of the keys and values of one token."""
        return 2 * self.layers * self.key_value_heads * self.head_width * bytes_a_number

    def as_awq(self) -> "ModelShape":
        """The same model as `llm quantize` would make it."""
        return replace(
            self, name=f"{self.name} as AWQ", quantisation="compressed-tensors", bits=_AWQ_BITS, group=_AWQ_GROUP,
            stored_bytes=0,
        )  # fmt: skip


def read_shape(model: str) -> ModelShape | None:
    """The shape of a folder or a hub name; None where its config.json is not on this machine, or is no such decoder.

    Raises ModelUnavailable where a folder does not exist, has none, or one that cannot be read.
    """
    folder = Path(model)
    if folder.is_dir():
        if not (folder / "config.json").is_file():
            raise ModelUnavailable(f"{folder} holds no model: config.json is missing", hint="name a model's folder")
        return _read(folder / "config.json", model, folder)
    if folder.is_absolute() or model.startswith(".") or model.count("/") > 1:  # a hub name is `owner/model`
        raise ModelUnavailable(f"{model} is no folder", hint="name a model's folder, or a hub name such as " + LONG)
    if model in _KNOWN:
        return _read(_KNOWN[model], model, _cached(model))
    cached = _cached(model)
    return _read(cached / "config.json", model, cached) if cached else None


def _cached(model: str) -> Path | None:
    """The folder of a hub model that was fetched before."""
    home = Path(os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface")
    hub = Path(os.environ.get("HF_HUB_CACHE") or home / "hub")
    snapshots = (hub / f"models--{model.replace('/', '--')}" / "snapshots").glob("*/config.json")
    newest = max(snapshots, key=lambda path: path.stat().st_mtime, default=None)
    return newest.parent if newest else None


def _read(config: Path, name: str, folder: Path | None) -> ModelShape | None:
    try:
        loaded = json.loads(config.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelUnavailable(f"{config} cannot be read: {error}", hint="fetch the model again") from error
    if not isinstance(loaded, dict):
        raise ModelUnavailable(f"{config} is not a model's configuration", hint="name a model's folder")
    nested = loaded.get("text_config")
    values = nested if isinstance(nested, dict) else loaded
    stored = sum(path.stat().st_size for path in folder.glob("*.safetensors")) if folder else 0
    if not stored and ("num_experts" in values or "num_local_experts" in values):
        return None  # what a mixture of experts weighs cannot be told from these figures
    sizes = {field: _number(values, names) for field, names in _NAMES.items()}
    if not all(sizes.values()):
        return None  # another kind of model: vLLM may know it, we do not
    quantisation = loaded.get("quantization_config") or loaded.get("compression_config")
    method, bits, group = _quantisation(quantisation if isinstance(quantisation, dict) else {})
    return ModelShape(
        name=name,
        **sizes,
        key_value_heads=_number(values, ("num_key_value_heads",)) or sizes["heads"],
        head_width=_number(values, ("head_dim",)) or sizes["hidden"] // sizes["heads"],
        tied=bool(values.get("tie_word_embeddings", loaded.get("tie_word_embeddings", False))),
        quantisation=method,
        bits=bits,
        group=group,
        stored_bytes=stored,
    )


def _number(values: Mapping[str, object], names: tuple[str, ...]) -> int:
    found = (values[name] for name in names if isinstance(values.get(name), int))
    return next((value for value in found if isinstance(value, int)), 0)


def _quantisation(config: Mapping[str, object]) -> tuple[str, int, int]:
    """Method, bits of a weight, weights of a group."""
    if not config:
        return "", _PLAIN_BITS, _AWQ_GROUP
    method = str(config.get("quant_method", ""))
    groups = config.get("config_groups")
    if isinstance(groups, dict):  # compressed-tensors, as llm-compressor writes it
        weights = next((group.get("weights") or {} for group in groups.values() if isinstance(group, dict)), {})
        return method, _number(weights, ("num_bits",)) or 8, _number(weights, ("group_size",)) or _AWQ_GROUP
    bits = _number(config, ("bits", "w_bit"))
    return method, bits or 8, _number(config, ("group_size", "q_group_size")) or _AWQ_GROUP
