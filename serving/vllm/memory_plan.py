"""A card or a processor, a model's shape and a wish go in; a plan of its memory, context and batch limits comes out.

Weights and cache are computed from the model's config. What vLLM itself needs beside them is an estimate, written down
here; vLLM measures it at its start and says so where it does not hold.
"""

from dataclasses import dataclass, replace
from typing import Final, Literal

from ingest.errors import ModelUnavailable
from serving.vllm.architecture import GIB, ModelShape
from serving.vllm.cards import Card, Processor

REQUEST_TOKENS: Final = 3000
"""A usual question of ours with its passages and answer: 2,000 in English, 4,000 in Chinese. Where longer ones meet,
vLLM sets one aside for a moment."""
_READERS: Final = 4
"""Answers that must be in the cache at once: one as long as the context allows, and three of ours beside it."""
_CONTEXTS: Final = tuple(2**power for power in range(18, 11, -1))
"""262,144 down to 4,096 tokens."""
_WANTED_CONTEXT: Final = 32_768
_WANTED_REQUESTS: Final = 16
"""With fewer at once a cache of half the size pays for what it costs in precision."""
_FP8_CAPABILITY: Final = 8.9
"""Ada and Hopper compute with 8 bits; older cards would only convert them."""
_LIBRARIES_GIB: Final = 0.5
"""CUDA's own context and the workspaces of its libraries, inside vLLM's share."""
_GRAPHS_GIB: Final = 0.5
"""Captured CUDA graphs, beside vLLM's share."""
_LARGEST_SHARE: Final = 0.95
_MOST_REQUESTS: Final = 256
_FEWEST_BATCH, _LARGEST_BATCH = 2048, 8192
_BATCH_A_GIB: Final = 128
"""Prompt tokens computed in one step, by the card's memory: larger cards compute faster about in proportion, and a step
holds up the answers that stream meanwhile. Between vLLM's own defaults."""
_PROCESSOR_GIB: Final = 2.0
"""What vLLM takes on a processor beside weights and cache (3.3 GB seen with a model of 0.3)."""
_PROCESSOR_CONTEXT: Final = 8192
_PROCESSOR_REQUESTS: Final = 32
SIZES: Final = (8, 12, 16, 24, 48, 80, 141)
"""Cards there are, in GB."""


CacheType = Literal["16-bit", "fp8"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person asks for. `context_tokens` None: what fits; `long`: the longest context there can be, for fewer."""

    context_tokens: int | None = None
    long: bool = False
    leave_gib: float = 0.0
    """Memory to leave to other programs on the same card, such as the embedder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryPlan:
    """Where the memory goes (GiB), and the limits that follow from it (tokens, requests)."""

    model: str
    device: str
    memory_gib: float
    weights_gib: float
    work_gib: float
    cache_gib: float
    cache_type: CacheType
    cache_tokens: int
    context_tokens: int
    requests: int
    batch_tokens: int
    share: float
    """Of the card's memory that vLLM may take; 0 on a processor."""
    notes: tuple[str, ...] = ()


def plan_card(shape: ModelShape, card: Card, wish: Wish) -> MemoryPlan:
    """Raises ModelUnavailable where it does not fit, saying what would."""
    plans = [_with_cache(shape, card, wish, kind) for kind in _cache_types(card)]
    plan = _better(shape, plans, wish)
    if plan is None:
        raise _too_small(shape, card, wish, plans[0])
    return plan


def plan_processor(shape: ModelShape, processor: Processor, wish: Wish) -> MemoryPlan:
    """A cache for a few readers, of at most half of what is free unless one context takes more.

    Raises ModelUnavailable where it does not fit.
    """
    weights, token = shape.weights_bytes / GIB, shape.cache_bytes(2)
    room = processor.free_gib - wish.leave_gib - weights - _PROCESSOR_GIB
    context = wish.context_tokens or min(shape.native_context, _PROCESSOR_CONTEXT)
    _require_native(shape, context)
    # Whole GiB: vLLM takes nothing else here.
    cache = max(1, -(-context * token // GIB), min(-(-_READERS * context * token // GIB), int(room / 2)))
    tokens = int(cache * GIB / token)
    if room < cache:
        need = weights + _PROCESSOR_GIB + cache + wish.leave_gib
        raise ModelUnavailable(
            f"{shape.name} with a context of {context:,} tokens does not fit here: it wants {need:.1f} GiB of free "
            f"memory, and {processor.free_gib:.1f} GiB are free",
            hint="a smaller model or context (--model, --context), or end other programs",
        )
    requests = max(_READERS, min(_PROCESSOR_REQUESTS, tokens // min(REQUEST_TOKENS, context)))
    return MemoryPlan(
        model=shape.name, device=processor.name, memory_gib=processor.free_gib, weights_gib=weights,
        work_gib=_PROCESSOR_GIB, cache_gib=cache, cache_type="16-bit", cache_tokens=tokens, context_tokens=context,
        requests=requests, batch_tokens=_FEWEST_BATCH, share=0.0,
    )  # fmt: skip


def sized_card(gigabytes: float, like: Card | None) -> Card:
    """A card of that size to plan for. What is sold as 24 GB and checks its memory for errors shows 15/16 of it."""
    planned = gigabytes * 15 / 16
    if like is None:
        return Card(name=f"a card of {gigabytes:g} GB", memory_gib=planned, capability=8.6)
    return replace(like, name=f"{like.name} as one of {gigabytes:g} GB", memory_gib=min(planned, like.memory_gib))


def _cache_types(card: Card) -> tuple[CacheType, ...]:
    return ("16-bit", "fp8") if card.capability >= _FP8_CAPABILITY else ("16-bit",)


def _with_cache(shape: ModelShape, card: Card, wish: Wish, kind: CacheType) -> MemoryPlan:
    """The plan with a cache of that kind; its context is 0 where no context fits."""
    used = card.memory_gib - max(card.used_gib, 0.0) - wish.leave_gib - _GRAPHS_GIB
    inside = max(0.0, min(used, card.memory_gib * _LARGEST_SHARE))
    token = shape.cache_bytes(1 if kind == "fp8" else 2)
    batch = _batch_tokens(card)
    requests = _MOST_REQUESTS
    for _ in range(2):  # the work space depends on the number of requests, and that on what it leaves
        work = _work_gib(shape, batch, requests)
        tokens = max(0, int((inside - shape.weights_bytes / GIB - work) * GIB / token))
        requests = max(_READERS, min(_MOST_REQUESTS, tokens // REQUEST_TOKENS))
    context = _context(shape, tokens, wish)
    return MemoryPlan(
        model=shape.name, device=card.name, memory_gib=card.memory_gib, weights_gib=shape.weights_bytes / GIB,
        work_gib=work, cache_gib=tokens * token / GIB, cache_type=kind, cache_tokens=tokens, context_tokens=context,
        requests=requests, batch_tokens=batch, share=_rounded_down(inside / card.memory_gib),
    )  # fmt: skip


def _better(shape: ModelShape, plans: list[MemoryPlan], wish: Wish) -> MemoryPlan | None:
    """The exact cache, unless one of 8 bits makes possible what else is not, or is cramped."""
    exact, *small = plans
    if not small:
        return exact if exact.context_tokens else None
    wanted = shape.native_context if wish.long else min(shape.native_context, _WANTED_CONTEXT)
    roomy = exact.cache_tokens // REQUEST_TOKENS >= _WANTED_REQUESTS and exact.context_tokens >= wanted
    if exact.context_tokens and (roomy or (wish.long and exact.context_tokens >= wanted)):
        return exact
    if not small[0].context_tokens:
        return None
    why = f"8-bit cache: with 16 bits it would hold {exact.cache_tokens:,} tokens"
    return replace(small[0], notes=(why,))


def _context(shape: ModelShape, tokens: int, wish: Wish) -> int:
    """Tokens, 0 where too few fit."""
    native = shape.native_context
    if wish.context_tokens is not None:
        _require_native(shape, wish.context_tokens)
        return wish.context_tokens if tokens >= wish.context_tokens else 0
    if wish.long:
        fits = min(native, tokens // 1024 * 1024)
        return fits if fits >= _CONTEXTS[-1] else 0
    beside = (_READERS - 1) * REQUEST_TOKENS
    ladder = [size for size in _CONTEXTS if size <= native] or [native]
    fitting = next((size for size in ladder if size + beside <= tokens), 0)
    return fitting or (ladder[-1] if tokens >= ladder[-1] else 0)


def _require_native(shape: ModelShape, context: int) -> None:
    if context > shape.native_context:
        raise ModelUnavailable(
            f"{shape.name} was trained for {shape.native_context:,} tokens of context, {context:,} are asked for",
            hint="ask for less (--context), or name a model with more, such as Qwen/Qwen3-4B-Instruct-2507 (262,144)",
        )


def _batch_tokens(card: Card) -> int:
    wanted = int(card.memory_gib * _BATCH_A_GIB)
    return max(_FEWEST_BATCH, min(_LARGEST_BATCH, 1 << max(wanted.bit_length() - 1, 0)))


def _work_gib(shape: ModelShape, batch: int, requests: int) -> float:
    """Libraries, the widest layer's intermediate results for a step of 16 bits, and the scores of all words.

    The scores are kept three times with 32 bits: as they are, as probabilities, and sorted.
    """
    attention = 2 * shape.head_width * (shape.heads + 2 * shape.key_value_heads)
    step = batch * (3 * shape.intermediate + 4 * shape.hidden + attention) * 2
    scores = requests * shape.vocabulary * 4 * 3
    return _LIBRARIES_GIB + (step + scores) / GIB


def _rounded_down(share: float) -> float:
    return int(share * 1000) / 1000


def _too_small(shape: ModelShape, card: Card, wish: Wish, tried: MemoryPlan) -> ModelUnavailable:
    token = shape.cache_bytes(2)
    context = wish.context_tokens or min(_CONTEXTS[-1], shape.native_context)
    cache = context * token / GIB
    taken = f", of which other programs hold {card.used_gib:.1f}" if card.used_gib > 0.3 else ""
    message = (
        f"{shape.name} does not fit {card.name}: weights {tried.weights_gib:.1f} GiB, work space {tried.work_gib:.1f}, "
        f"a context of {context:,} tokens {cache:.1f}; together {tried.weights_gib + tried.work_gib + cache:.1f} GiB "
        f"where vLLM may take {tried.share * card.memory_gib:.1f} of {card.memory_gib:.1f}{taken}"
    )
    return ModelUnavailable(message, hint="what fits: " + "; or ".join(_alternatives(shape, card, wish)))


def _alternatives(shape: ModelShape, card: Card, wish: Wish) -> list[str]:
    """What would fit, the nearest first."""

    def fits(model: ModelShape, on: Card, asked: Wish) -> MemoryPlan | None:
        return _better(model, [_with_cache(model, on, asked, kind) for kind in _cache_types(on)], asked)

    found = []
    if wish.context_tokens and (less := fits(shape, card, replace(wish, context_tokens=None, long=True))):
        found.append(f"--context {less.context_tokens}")
    if card.used_gib > 0.3 and fits(shape, replace(card, used_gib=0.0), wish):
        found.append("ending the other programs on the card")
    if not shape.quantisation and fits(shape.as_awq(), card, wish):
        found.append(f"its AWQ checkpoint, {shape.as_awq().weights_bytes / GIB:.1f} GiB: manualdesk llm quantize")
    larger = (size for size in SIZES if size * 15 / 16 > card.memory_gib)
    clean = replace(card, used_gib=0.0)
    size = next((size for size in larger if fits(shape, replace(clean, memory_gib=size * 15 / 16), wish)), None)
    if size:
        found.append(f"a card of {size} GB")
    return [*found, "a small model without a card: manualdesk llm serve --profile cpu"]
