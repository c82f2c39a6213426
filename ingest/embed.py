"""Texts to dense vectors, with sentence-transformers.

The default is the bundled multilingual-e5-small (`bundled_model.py`); a folder or a hub name may be configured.
"""

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from ingest import bundled_model
from ingest.errors import ModelUnavailable
from ingest.lean_encoder import LeanEncoder
from ingest.types import Dense

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers import BertModel

_KEPT_PRIMITIVES = "32"
"""oneDNN keeps code and buffers for each shape of batch it met, 1,024 by default: 2 GB after 20,000 passages of all
lengths. A batch needs about six."""
CPU_BATCH = 8
"""Texts a forward pass on a processor: what 8 texts need stays in its caches (a quarter faster than 32)."""
GPU_BATCH = 256


class Embedder:
    """Loads on construction (about 3 s); safe to share between threads."""

    def __init__(self, name: str, models: Path, *, threads: int | None = None) -> None:
        """`name`: `multilingual-e5-small` (bundled), a folder, or a hub name (needs a reachable hub).

        Raises ModelUnavailable where the model cannot be loaded.
        """
        self.name = name
        # Read when torch is first imported. Its threads would burn a processor while they wait for one another, which
        # whoever reads files meanwhile needs: beside other work 34 instead of 6 passages a second on two processors.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        bundled = name == bundled_model.NAME
        if bundled or Path(name).is_dir():
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        place = str(bundled_model.ensure_bundled_model(models)) if bundled else name
        self._model = _load(place, name, threads)
        self._batch = GPU_BATCH if self._model.device.type == "cuda" else CPU_BATCH
        # e5 models are trained with these prefixes (https://arxiv.org/abs/2402.05672); others take the text as it is.
        is_e5 = "e5" in Path(name).name.lower()
        self._query_prefix = "query: " if is_e5 else ""
        self._passage_prefix = "passage: " if is_e5 else ""
        self.dimensions = int(self._encode(["dimensions"]).shape[1])
        self._lean: LeanEncoder | None = None
        self._has_lean = bundled and self._model.device.type == "cpu"
        # Not of a model without a network, whose texts are sums of its words, nor where no token's place is told.
        self.tells_tokens = hasattr(self._model[0], "auto_model") and getattr(self._model.tokenizer, "is_fast", False)
        self._makes_lean = threading.Lock()

    def embed_query(self, text: str) -> Dense:
        """One unit-length vector, shape (dimensions,)."""
        asked = self._query_prefix + text
        vectors = _unit(self._lean_encoder().encode(asked)[np.newaxis]) if self._has_lean else self._encode([asked])
        vector: Dense = vectors[0]
        return vector

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit-length vectors, shape (len(texts), dimensions), in the order of the texts."""
        return self._encode([self._passage_prefix + text for text in texts])

    def embed_with_states(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], list[NDArray[np.float32]]]:
        """As `embed_passages`, and for each text what `tokens` gives of it as a passage: both come of one pass. No
        states where the model does not tell of tokens (`tells_tokens`)."""
        if not self.tells_tokens:
            return self.embed_passages(texts), []
        prefixed = [self._passage_prefix + text for text in texts]
        # Declared as tensors or texts only; without one output named, each text's are a dictionary of all.
        passed = cast(
            "list[dict[str, torch.Tensor]]",
            self._model.encode(
                prefixed, batch_size=self._batch, output_value=None, convert_to_numpy=False, show_progress_bar=False
            ),
        )
        vectors = np.stack([one["sentence_embedding"].float().cpu().numpy() for one in passed])
        # Told anew where each token stands: of a pass only the numbers of the tokens come back.
        spans = self._model.tokenizer(
            prefixed, return_offsets_mapping=True, truncation=True, max_length=self._model.max_seq_length
        )["offset_mapping"]
        states = []
        for one, places in zip(passed, spans, strict=True):
            held = one["token_embeddings"][one["attention_mask"].bool()].float().cpu().numpy()
            states.append(_unit(held[_own(places, len(self._passage_prefix))]))
        return _unit(vectors), states

    def tokens(self, text: str, *, question: bool) -> tuple[NDArray[np.float32], list[tuple[int, int]]]:
        """A unit-length vector for each token of a text as a question or as a passage, shape (tokens, dimensions), and
        which characters of the text it stands for; what is beyond the model's limit is cut. Not to be asked for where
        the model does not tell of tokens (`tells_tokens`)."""
        prefix = self._query_prefix if question else self._passage_prefix
        states, spans = self._token_states(prefix + text)
        own = _own(spans, len(prefix))
        vectors = _unit(np.ascontiguousarray(states[own], dtype=np.float32))
        return vectors, [(max(0, spans[place][0] - len(prefix)), spans[place][1] - len(prefix)) for place in own]

    def _token_states(self, text: str) -> tuple[NDArray[np.float32], list[tuple[int, int]]]:
        if self._has_lean:
            return self._lean_encoder().states(text)
        states = self._model.encode([text], output_value="token_embeddings", show_progress_bar=False)[0]
        held: NDArray[np.float32] = states.float().cpu().numpy()
        encoded = self._model.tokenizer(text, return_offsets_mapping=True, truncation=True, max_length=len(held))
        return held, list(encoded["offset_mapping"])

    def _encode(self, texts: list[str]) -> NDArray[np.float32]:
        vectors = self._model.encode(texts, batch_size=self._batch, convert_to_tensor=True, show_progress_bar=False)
        # Normalised anew: what bfloat16 rounds is off by a few thousandths.
        return _unit(np.ascontiguousarray(vectors.float().cpu().numpy(), dtype=np.float32))

    def _lean_encoder(self) -> LeanEncoder:
        """Made for the first question: an ingest asks none."""
        with self._makes_lean:
            if self._lean is None:
                bert = cast("BertModel", self._model[0].auto_model)
                self._lean = LeanEncoder(bert, self._model.tokenizer.backend_tokenizer)
            return self._lean


def _own(spans: Sequence[tuple[int, int]], prefix: int) -> list[int]:
    """The tokens of the text itself: not of the prefix, and none that only marks the beginning or the end."""
    return [place for place, (first, last) in enumerate(spans) if last > max(first, prefix)]


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def _load(place: str, name: str, threads: int | None) -> "SentenceTransformer":
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", _KEPT_PRIMITIVES)  # read at the first forward pass
    import torch
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    if threads:
        torch.set_num_threads(threads)
    try:
        return SentenceTransformer(place, model_kwargs={"torch_dtype": _precision()})
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise ModelUnavailable(
            f"The embedding model {name} cannot be loaded: {str(error).splitlines()[0]}",
            hint="Name a folder that holds it in MANUALDESK_EMBEDDER, or unset that for the bundled model.",
        ) from error


def multiplies_bfloat16() -> bool:
    """Does the processor multiply bfloat16 in hardware?"""
    import torch

    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def _precision() -> "torch.dtype":
    """bfloat16 where the processor multiplies it (2 to 3 times as fast, vectors within a cosine of 0.999)."""
    import torch

    if torch.cuda.is_available():
        return torch.float16
    return torch.bfloat16 if multiplies_bfloat16() else torch.float32
