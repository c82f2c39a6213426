"""A cross-encoder, such as BAAI/bge-reranker-v2-m3, run by sentence-transformers.

A question and texts enter, a number for each text leaves: how well it answers. No weights come with Manualdesk.
"""

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.embed import multiplies_bfloat16
from ingest.errors import ModelUnavailable

if TYPE_CHECKING:
    import torch
    from sentence_transformers import CrossEncoder

CPU_BATCH = 4
"""Texts a forward pass on a processor: few, since the time box is looked at between two of them."""
GPU_BATCH = 8
CPU_SECONDS = 1.5
GPU_SECONDS = 0.3
"""Time boxes of a question: what it may add to the wait for an answer, with a GPU and without."""
MAX_TOKENS = 512
"""Of question and text together; a chunk has about 200."""
_HINT = "Name a folder that holds a cross-encoder in MANUALDESK_RERANKER, or unset that to go without."


def is_folder(name: str) -> bool:
    """Is a folder meant, be it there or not, rather than a name on a model hub?"""
    return Path(name).is_dir() or name.startswith((".", "~", "/"))


class CrossEncoderModel:
    """Loads on construction, and reads one pair to see that it works."""

    def __init__(self, name: str) -> None:
        """`name`: a folder, or a hub name (needs a reachable hub).

        Raises ModelUnavailable where it cannot be loaded, or is no model that gives one number for a pair of texts.
        """
        self.name = Path(name).name if is_folder(name) else name
        self._model = _load(name)
        on_gpu = self._model.device.type == "cuda"
        self.batch = GPU_BATCH if on_gpu else CPU_BATCH
        self.seconds = GPU_SECONDS if on_gpu else CPU_SECONDS
        _check(self._model, name)
        self.scores("warm", ["up"])

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """0 to 1 for each text, in their order. Raises ModelUnavailable where the model fails (a GPU out of memory)."""
        import torch

        try:
            given = self._model.predict(
                [(question, text) for text in texts],
                batch_size=self.batch,
                activation_fn=torch.nn.Sigmoid(),
                show_progress_bar=False,
            )
        except (RuntimeError, ValueError, IndexError) as error:
            raise ModelUnavailable(
                f"The reranker {self.name} cannot read a question: {_first_line(error)}", hint=_HINT
            ) from error
        scores = [float(score) for score in given]
        if not all(map(math.isfinite, scores)):
            raise ModelUnavailable(f"The reranker {self.name} gives scores that are no numbers.", hint=_HINT)
        return scores


def _load(name: str) -> "CrossEncoder":
    local = is_folder(name)
    if local and not Path(name).is_dir():
        raise ModelUnavailable(f"The reranker {name} cannot be loaded: there is no such folder.", hint=_HINT)
    if local:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from sentence_transformers import CrossEncoder
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        model: CrossEncoder = CrossEncoder(name, local_files_only=local, model_kwargs={"torch_dtype": _precision()})
    except Exception as error:  # Each file of a model is read by another library, with errors of its own.
        raise ModelUnavailable(f"The reranker {name} cannot be loaded: {_first_line(error)}", hint=_HINT) from error
    model.max_seq_length = min(model.max_seq_length or MAX_TOKENS, MAX_TOKENS)
    return model


def _check(model: "CrossEncoder", name: str) -> None:
    """A model of another kind would get a head of random weights, one without its words would read nothing: both would
    order passages by chance."""
    kinds = getattr(model.config, "architectures", None) or []
    if model.num_labels != 1 or not any(kind.endswith(("ForSequenceClassification", "ForCausalLM")) for kind in kinds):
        kind = ", ".join(kinds) or "unknown"
        raise ModelUnavailable(
            f"{name} is no reranker: it is of the kind {kind} and gives {model.num_labels} numbers for two texts.",
            hint=_HINT,
        )
    if model.tokenizer is not None and 2 * len(model.tokenizer) < getattr(model.config, "vocab_size", 0):
        raise ModelUnavailable(f"The reranker {name} cannot be loaded: its tokenizer has no words.", hint=_HINT)


def _precision() -> "torch.dtype":
    """bfloat16 where the hardware multiplies it; an older GPU takes float16, a processor float32."""
    import torch

    if torch.cuda.is_available():
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
    return torch.bfloat16 if multiplies_bfloat16() else torch.float32


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__
