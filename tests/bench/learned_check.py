"""Can a small network of our own tell supported sentences from false ones? It learns from manuals alone.

    python tests/bench/learned_check.py [--manuals data/manuals/full] [--steps 140] [--dry-run]

Frozen states of the bundled encoder, its embeddings and layers 4 and 8, are read for a claim and for what it is held
against. The network (1.5 million weights) lines each token up with those of the other side, compares them, and says
whether the claim stands. What it learns from is made by learned_pairs.py; what it learned is told by the area under
the curve on the tuning half of data/eval/falsehoods: the share of pairs of a true and a false sentence of which it
takes the false one for the more doubtful. Needs the full set of manuals. About 5 minutes on one processor, the same
weights each time. Writes data/eval/results/learned-check.json.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch import Tensor, nn  # noqa: E402

from ingest.bundled_model import ensure_bundled_model  # noqa: E402
from serving.evaluation.refusing import auroc  # noqa: E402
from serving.evaluation.results import save  # noqa: E402
from serving.grounding.source import source_of  # noqa: E402
from serving.settings import load_settings  # noqa: E402
from tests.bench.learned_pairs import Example, Maker, documents  # noqa: E402
from tests.planted_falsehoods import KINDS, passages, planted  # noqa: E402

DEPTHS: Final = (0, 4, 8)
WIDTH: Final = 384
INNER: Final = 256
HEADS: Final = 8
BATCH: Final = 64
POOL: Final = 8
LONGEST: Final = 48
"""Tokens of a sentence."""
UNITS: Final = 4
"""Sentences and rows of a passage that a planted sentence is held against: the nearest ones."""
RATE: Final = 9e-4
WARM_UP: Final = 20


def main() -> None:
    options = _options()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    encoder = Encoder(load_settings().models)
    maker = Maker(documents(options.manuals, options.xquad), seed=0)
    started = time.process_time()
    network, losses = _trained(encoder, maker, options.steps)
    figures: dict[str, object] = {
        "examples": options.steps * BATCH,
        "weights": sum(weight.numel() for weight in network.parameters()),
        "loss of the first and the last 20 batches": [
            round(float(np.mean(part)), 3) for part in (losses[:20], losses[-20:])
        ],
        "processor seconds of training": round(time.process_time() - started),
        "area, examples not learned from": _unseen(encoder, network, maker),
        "area, tuning half": _planted(encoder, network),
    }
    print(json.dumps(figures, indent=1))
    if not options.dry_run:
        print(save("learned-check", figures))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A learned check")
    parser.add_argument("--manuals", type=Path, default=ROOT / "data" / "manuals" / "full")
    parser.add_argument("--xquad", type=Path, default=ROOT.parent / "shared" / "eval" / "xquad")
    parser.add_argument("--steps", type=int, default=140)
    parser.add_argument("--dry-run", action="store_true")
    return parser.parse_args()


class Encoder:
    """The bundled encoder's states at DEPTHS, side by side."""

    def __init__(self, models: Path) -> None:
        from tokenizers import Tokenizer
        from transformers import BertModel

        folder = ensure_bundled_model(models)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._bert: BertModel = BertModel.from_pretrained(str(folder), dtype=torch.bfloat16).train(False)

    def states(self, texts: Sequence[str]) -> list[Tensor]:
        """Of each text, shape (tokens, 3 x 384)."""
        ids = [
            encoding.ids[:LONGEST] for encoding in self._tokenizer.encode_batch([f"passage: {text}" for text in texts])
        ]
        order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
        found: dict[int, Tensor] = {}
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            for place, states in zip(places, self._read([ids[place] for place in places]), strict=True):
                found[place] = states[: len(ids[place])].clone()
        return [found[place] for place in range(len(ids))]

    @torch.no_grad()
    def _read(self, ids: Sequence[Sequence[int]]) -> Tensor:
        longest = max(map(len, ids))
        padded = torch.tensor([[*row, *[1] * (longest - len(row))] for row in ids])
        known = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in ids])
        states = self._bert(input_ids=padded, attention_mask=known, output_hidden_states=True).hidden_states
        return torch.cat([states[depth] for depth in DEPTHS], dim=-1)


class Comparison(nn.Module):
    """Two padded sides go in, with masks of what is text; how doubtful the first is comes out."""

    def __init__(self) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in DEPTHS)
        self.narrow = nn.Linear(WIDTH * len(DEPTHS), INNER)
        self.match = nn.Linear(INNER, INNER)
        self.sharpness = nn.Parameter(torch.full((HEADS, 1, 1), 6.0))
        self.compare = nn.Sequential(
            nn.Linear(4 * INNER + HEADS, INNER), nn.GELU(), nn.Linear(INNER, INNER), nn.GELU(),
        )  # fmt: skip
        self.mix = nn.TransformerEncoderLayer(
            INNER, HEADS, 2 * INNER, 0.0, activation="gelu", batch_first=True, norm_first=True
        )
        self.weigh = nn.Linear(INNER, 1)
        self.judge = nn.Sequential(nn.Linear(4 * INNER, INNER), nn.GELU(), nn.Linear(INNER, 1))

    def forward(self, claim: Tensor, own: Tensor, held: Tensor, known: Tensor) -> Tensor:
        one, two = self._narrowed(claim), self._narrowed(held)
        first, second = self._compared(one, two, own, known), self._compared(two, one, known, own)
        mean = (first * own[..., None]).sum(1) / own.sum(1, keepdim=True)
        shares = self.weigh(second)[..., 0].masked_fill(~known, -1e4).softmax(1)
        seen = (second * shares[..., None]).sum(1)
        joined = torch.cat([mean, _greatest(first, own), seen, _greatest(second, known)], dim=-1)
        doubt: Tensor = self.judge(joined)[..., 0]
        return doubt

    def _narrowed(self, states: Tensor) -> Tensor:
        parts = zip(self.norms, torch.split(states, WIDTH, dim=-1), strict=True)
        narrowed: Tensor = self.narrow(torch.cat([norm(part) for norm, part in parts], dim=-1))
        return narrowed

    def _compared(self, side: Tensor, other: Tensor, own: Tensor, known: Tensor) -> Tensor:
        batch, tokens, _ = side.shape
        cosines = _headed(self.match(side), unit=True) @ _headed(self.match(other), unit=True).transpose(2, 3)
        cosines = cosines.masked_fill(~known[:, None, None, :], -2.0)
        aligned = torch.softmax(cosines * self.sharpness, dim=-1) @ _headed(other)
        met = aligned.transpose(1, 2).reshape(batch, tokens, INNER)
        best = cosines.max(-1).values.transpose(1, 2)
        compared = self.compare(torch.cat([side, met, (side - met).abs(), side * met, best], dim=-1))
        mixed: Tensor = self.mix(compared, src_key_padding_mask=~own)
        return mixed


def _headed(states: Tensor, *, unit: bool = False) -> Tensor:
    heads = states.view(*states.shape[:2], HEADS, -1).transpose(1, 2)
    return nn.functional.normalize(heads, dim=-1) if unit else heads


def _greatest(states: Tensor, known: Tensor) -> Tensor:
    return states.masked_fill(~known[..., None], -1e4).max(1).values


def _trained(encoder: Encoder, maker: Maker, steps: int) -> tuple[Comparison, list[float]]:
    network = Comparison()
    rising = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=0.01)
    rate = torch.optim.lr_scheduler.LambdaLR(
        rising, lambda step: min((step + 1) / WARM_UP, max(0.02, 1 - step / steps))
    )
    losses: list[float] = []
    waiting: list[list[Example]] = []
    for step in range(steps):
        waiting = waiting or _batches(maker)
        examples = waiting.pop()
        doubts = _doubts(encoder, network, examples)
        loss = nn.functional.binary_cross_entropy_with_logits(doubts, torch.tensor([float(e.false) for e in examples]))
        rising.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        rising.step()
        rate.step()
        losses.append(float(loss.detach()))
        if step % 20 == 19:
            print(step + 1, round(float(np.mean(losses[-20:])), 3), file=sys.stderr, flush=True)
    return network.eval(), losses


def _batches(maker: Maker) -> list[list[Example]]:
    """Examples of a length together: a batch is as long as its longest."""
    made = sorted(
        (maker.example() for _ in range(POOL * BATCH)), key=lambda example: sum(map(len, example.held_against))
    )
    return [made[place * BATCH : (place + 1) * BATCH] for place in torch.randperm(POOL).tolist()]


def _doubts(encoder: Encoder, network: Comparison, examples: Sequence[Example]) -> Tensor:
    states = iter(encoder.states([text for example in examples for text in (example.claim, *example.held_against)]))
    claims, held = [], []
    for example in examples:
        claims.append(next(states))
        held.append(torch.cat([next(states) for _ in example.held_against]))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        doubts: Tensor = network(*_padded(claims), *_padded(held))
    return doubts.float()


def _padded(states: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    padded = nn.utils.rnn.pad_sequence(list(states), batch_first=True).float()
    known = torch.tensor([[place < len(text) for place in range(padded.shape[1])] for text in states])
    return padded, known


@torch.no_grad()
def _unseen(encoder: Encoder, network: Comparison, maker: Maker) -> float:
    examples = [maker.example() for _ in range(8 * BATCH)]
    doubts = [_doubts(encoder, network, examples[start : start + BATCH]) for start in range(0, len(examples), BATCH)]
    found = list(zip(torch.cat(doubts).tolist(), examples, strict=True))
    false, true = ([doubt for doubt, example in found if example.false is wanted] for wanted in (True, False))
    return _area(false, true)


@torch.no_grad()
def _planted(encoder: Encoder, network: Comparison) -> dict[str, float]:
    """By kind of variant, against all true sentences."""
    doubts: dict[str, list[float]] = {kind: [] for kind in ("true", *KINDS)}
    for sentence in (sentence for sentence in planted() if sentence.half == "tuning"):
        units = [unit.text for unit in source_of(passages()[sentence.passage]).units]
        said = [("true", sentence.text), *sentence.variants]
        states = encoder.states([*(text for _, text in said), *units])
        means = [nn.functional.normalize(state.float().mean(0), dim=0) for state in states]
        for place, (kind, text) in enumerate(said):
            nearness = [float(means[place] @ mean) for mean in means[len(said) :]]
            nearest = sorted(np.argsort(nearness)[-UNITS:])
            held = tuple(units[number] for number in nearest)
            doubts[kind].append(
                float(_doubts(encoder, network, [Example(claim=text, held_against=held, false=False)])[0])
            )
    areas = {kind: _area(doubts[kind], doubts["true"]) for kind in KINDS}
    false = [doubt for kind in KINDS for doubt in doubts[kind]]
    return {"all": _area(false, doubts["true"]), **areas}


def _area(false: Sequence[float], true: Sequence[float]) -> float:
    return round(auroc(false, true) or 0.0, 3)


if __name__ == "__main__":
    main()
