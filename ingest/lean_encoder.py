"""One text through the bundled encoder without what a library does around it: a text enters, a vector leaves, or one
for each of its tokens.

A question is a dozen tokens. The library's own way takes 20 ms for them, most of it in Python and to lay out the
weights for the processor anew at each call; here they are laid out once, and it is 9 ms. The operations are the same,
so the vectors are the library's up to what bfloat16 rounds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from ingest.types import Dense

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import Tensor
    from transformers import BertModel

_TOKENS = 32
"""Of a question, about: the layout is made for a product of this size, and right for every other."""
_RECENT = 8
"""Texts whose states are kept: a question is asked for one vector, and soon after for those of its tokens."""

Step = Callable[["Tensor"], "Tensor"]


@dataclass(frozen=True, slots=True)
class _Layer:
    asked: Step
    """Query, key and value in one product."""
    attended: Step
    attention_norm: Step
    widened: Step
    narrowed: Step
    norm: Step


class LeanEncoder:
    """A BERT with a mean over its last states; safe to share between threads."""

    def __init__(self, bert: "BertModel", tokenizer: "Tokenizer") -> None:
        """`bert`: on a processor."""
        import torch

        self._tokenizer = tokenizer
        self._threads = torch.get_num_threads()
        self._heads = int(bert.config.num_attention_heads)
        with torch.inference_mode():
            held = _Held(bert.state_dict(), float(bert.config.layer_norm_eps))
            self._words = held.weights["embeddings.word_embeddings.weight"]
            # All of a question is of the first of the types that the model tells apart.
            types = held.weights["embeddings.token_type_embeddings.weight"]
            self._places = held.weights["embeddings.position_embeddings.weight"] + types[0]
            self._first = held.norm("embeddings")
            self._layers = [held.layer(number) for number in range(bert.config.num_hidden_layers)]
        self._recent = lru_cache(maxsize=_RECENT)(self._computed)

    def encode(self, text: str) -> Dense:
        """The mean state of its tokens, shape (dimensions,), of any length; what is beyond the model's limit is cut."""
        states, _spans = self.states(text)
        return np.ascontiguousarray(states.mean(0), dtype=np.float32)

    def states(self, text: str) -> tuple[NDArray[np.float32], list[tuple[int, int]]]:
        """The last state of each token, shape (tokens, dimensions), of any length, and which characters it stands for:
        none where it only marks the beginning or the end. What is beyond the model's limit is cut. Not to be changed:
        they are kept."""
        return self._recent(text)

    def _computed(self, text: str) -> tuple[NDArray[np.float32], list[tuple[int, int]]]:
        import torch

        # Cut here: a limit set in a tokenizer that other threads use would be set under their hands.
        encoded = self._tokenizer.encode(text)
        ids, spans = list(encoded.ids), list(encoded.offsets)
        longest = len(self._places)
        if len(ids) > longest:
            ids, spans = [*ids[: longest - 1], ids[-1]], [*spans[: longest - 1], spans[-1]]
        # A second thread gains nothing on so few tokens, and beside other work every product would wait for it.
        torch.set_num_threads(1)
        try:
            return self._last(ids), spans
        finally:
            torch.set_num_threads(self._threads)

    def _last(self, ids: list[int]) -> NDArray[np.float32]:
        import torch

        with torch.inference_mode():
            states = self._first(self._words[ids] + self._places[: len(ids)])
            for layer in self._layers:
                states = self._passed(layer, states)
            last: NDArray[np.float32] = states.float().numpy()
            return last

    def _passed(self, layer: _Layer, states: "Tensor") -> "Tensor":
        from torch.nn.functional import scaled_dot_product_attention

        tokens, width = states.shape
        split = layer.asked(states).view(1, tokens, 3, self._heads, width // self._heads)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        attention = scaled_dot_product_attention(query, key, value).transpose(1, 2).reshape(tokens, width)
        states = layer.attention_norm(layer.attended(attention) + states)
        return layer.norm(layer.narrowed(layer.widened(states)) + states)


@dataclass(frozen=True, slots=True)
class _Held:
    """The model's weights by their names."""

    weights: "Mapping[str, Tensor]"
    epsilon: float

    def layer(self, number: int) -> _Layer:
        at = f"encoder.layer.{number}"
        return _Layer(
            asked=self.linear(*(f"{at}.attention.self.{part}" for part in ("query", "key", "value"))),
            attended=self.linear(f"{at}.attention.output.dense"),
            attention_norm=self.norm(f"{at}.attention.output"),
            widened=self.linear(f"{at}.intermediate.dense", gelu=True),
            narrowed=self.linear(f"{at}.output.dense"),
            norm=self.norm(f"{at}.output"),
        )

    def norm(self, name: str) -> Step:
        from torch.nn.functional import layer_norm

        weight, bias = self.weights[f"{name}.LayerNorm.weight"], self.weights[f"{name}.LayerNorm.bias"]
        return lambda states: layer_norm(states, weight.shape, weight, bias, self.epsilon)

    def linear(self, *names: str, gelu: bool = False) -> Step:
        """The products with the weights of these layers side by side, laid out once where torch can."""
        import torch
        from torch.nn import functional

        weight = torch.cat([self.weights[f"{name}.weight"] for name in names])
        bias = torch.cat([self.weights[f"{name}.bias"] for name in names])
        after, how = ("gelu", "none") if gelu else ("none", "")
        own = torch.ops.mkldnn
        try:
            laid_out = own._reorder_linear_weight(weight, _TOKENS)
            own._linear_pointwise(weight[:1], laid_out, bias, after, [], how)
        except (AttributeError, RuntimeError):  # another torch, or another processor
            if gelu:
                return lambda states: functional.gelu(functional.linear(states, weight, bias))
            return lambda states: functional.linear(states, weight, bias)
        return lambda states: cast("Tensor", own._linear_pointwise(states, laid_out, bias, after, [], how))
