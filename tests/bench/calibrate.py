"""Fit the weights of the confidence: questions known to be answerable or not go in, `retrieval/calibration.json` comes
out, and what cross-validation says of it goes to `data/eval/results/calibration.json`.

    python tests/bench/calibrate.py             the sets in SETS, from ../shared/eval and the samples
    python tests/bench/calibrate.py --dry-run   only say what it would be worth

Sets and both sorts of questions count alike, however many there are of each. A logistic regression, fitted by Newton's
method with a small ridge; every figure reported is of questions that the weights were not fitted on.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import partial

import numpy as np
from numpy.typing import NDArray
from retrieval_lab import lab_embedder, open_set

from ingest.index.contract import EVERYTHING
from retrieval.confidence import CALIBRATION
from retrieval.evidence import Evidence
from retrieval.retriever import Retriever
from serving.evaluation.ir_sets import IrSet
from serving.evaluation.refusing import auroc, best_point, point_at, reliability
from serving.evaluation.results import FOLDER, save

SETS = {"clapnq": 1.0, "samples": 0.7, "small": 0.7}
"""With how much each counts. The public set is large and of near misses; the small ones are about manuals."""
RIDGE = 0.03
FOLDS = 10
ROUNDS = 5
KEPT = 0.95
"""Share of the answerable questions about manuals that the threshold lets through."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Examples:
    """Evidence of questions, shape (n, 8); whether each is answerable and which set it is of, shape (n,)."""

    evidence: Numbers
    answerable: NDArray[np.bool_]
    sets: NDArray[np.str_]

    def part(self, chosen: NDArray[np.bool_]) -> "Examples":
        return Examples(self.evidence[chosen], self.answerable[chosen], self.sets[chosen])


@dataclass(frozen=True, slots=True)
class Fit:
    means: Numbers
    scales: Numbers
    weights: Numbers
    """The last one is the intercept."""

    def confidence(self, evidence: Numbers) -> Numbers:
        scaled = np.c_[(evidence - self.means) / self.scales, np.ones(len(evidence))]
        return 1 / (1 + np.exp(-scaled @ self.weights))


def gathered() -> Examples:
    """The evidence that the retriever finds for every question of the sets. A question without passages is left out."""
    rows = [(evidence, answerable, name) for name in SETS for evidence, answerable in _asked(name)]
    evidence, answerable, names = zip(*rows, strict=True)
    return Examples(np.array(evidence), np.array(answerable), np.array(names))


def _asked(name: str) -> Iterator[tuple[Numbers, bool]]:
    lab_set = open_set(name)
    embedder = lab_embedder()
    retriever = Retriever(lab_set.index, embedder)
    ask = partial(retriever.retrieve, limit=5)
    if isinstance(lab_set.gold, IrSet):
        queries = [query.question for query in lab_set.gold.queries]
        found = [(ask(q.text, scope=EVERYTHING), q.answerable) for q in queries]
    else:
        found = [(ask(q.text, scope=q.scope, turns=q.turns), q.answerable) for q in lab_set.gold]
    embedder.save()
    for retrieval, answerable in found:
        # An unknown code settles the matter on its own, see the retriever.
        if retrieval.evidence is not None and not retrieval.unknown:
            yield retrieval.evidence.vector(), answerable


def fit(examples: Examples) -> Fit:
    means = examples.evidence.mean(axis=0)
    scales = examples.evidence.std(axis=0) + 1e-9
    scaled = np.c_[(examples.evidence - means) / scales, np.ones(len(examples.evidence))]
    counts = _counts(examples)
    ridge = RIDGE * np.diag([*np.ones(len(means)), 0.0])
    weights = np.zeros(scaled.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-scaled @ weights))
        slope = scaled.T @ (counts * (examples.answerable - chance)) - ridge @ weights
        curve = (scaled * (counts * chance * (1 - chance))[:, None]).T @ scaled + ridge
        step = np.linalg.solve(curve, slope)
        weights += step
        if np.abs(step).max() < 1e-8:
            break
    return Fit(means, scales, weights)


def _counts(examples: Examples) -> Numbers:
    """How much each question counts: a set its share, half of it for either sort."""
    counts = np.zeros(len(examples.answerable))
    for name, share in SETS.items():
        for sort in (True, False):
            mine = (examples.sets == name) & (examples.answerable == sort)
            if mine.any():
                counts[mine] = share / mine.sum()
    return counts


def cross_validated(examples: Examples) -> Numbers:
    """The confidence in every question by weights fitted without it, averaged over ROUNDS divisions."""
    total = np.zeros(len(examples.answerable))
    for seed in range(ROUNDS):
        fold = _folds(examples, np.random.default_rng(seed))
        for number in range(FOLDS):
            left_out = fold == number
            total[left_out] += fit(examples.part(~left_out)).confidence(examples.evidence[left_out])
    return total / ROUNDS


def _folds(examples: Examples, chance: np.random.Generator) -> NDArray[np.int_]:
    """Every fold gets its share of each set and sort."""
    fold = np.zeros(len(examples.answerable), dtype=np.int_)
    for name in SETS:
        for sort in (True, False):
            mine = np.flatnonzero((examples.sets == name) & (examples.answerable == sort))
            fold[chance.permutation(mine)] = np.arange(len(mine)) % FOLDS
    return fold


def _worth(examples: Examples, sure: Numbers, threshold: float) -> dict[str, dict[str, object]]:
    rows = {}
    for name in SETS:
        mine = examples.sets == name
        yes, no = list(sure[mine & examples.answerable]), list(sure[mine & ~examples.answerable])
        here = point_at(threshold, yes, no)
        kept = {
            f"refused at {share:.0%} answered": best_point(yes, no, answered=share).refused for share in (0.9, 0.95)
        }
        rows[name] = {
            "answerable": len(yes),
            "unanswerable": len(no),
            "auroc": auroc(yes, no),
            **kept,
            "answered at the threshold": here.answered,
            "refused at the threshold": here.refused,
        }
    return rows


def _alone(examples: Examples) -> dict[str, dict[str, float | None]]:
    """The area under the curve of each number by itself, by set: how often an answerable question has more of it."""
    found: dict[str, dict[str, float | None]] = {}
    for number, field in enumerate(fields(Evidence)):
        for name in SETS:
            mine, values = examples.sets == name, examples.evidence[:, number]
            yes, no = values[mine & examples.answerable], values[mine & ~examples.answerable]
            found.setdefault(field.name, {})[name] = auroc(list(yes), list(no))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dry-run", action="store_true", help="write nothing")
    options = parser.parse_args()
    examples = gathered()
    sure = cross_validated(examples)
    manuals = examples.sets != "clapnq"
    threshold = best_point(
        list(sure[manuals & examples.answerable]), list(sure[manuals & ~examples.answerable]), answered=KEPT
    ).threshold
    worth = _worth(examples, sure, threshold)
    for name, row in worth.items():
        print(name, ", ".join(f"{what} {value:.3g}" for what, value in row.items()), file=sys.stderr)
    alone = _alone(examples)
    for number, areas in alone.items():
        print(f"{number} alone:", ", ".join(f"{name} {area:.2f}" for name, area in areas.items()), file=sys.stderr)
    fitted = fit(examples)
    shipped = {
        "means": fitted.means.round(5).tolist(),
        "scales": fitted.scales.round(5).tolist(),
        "weights": fitted.weights[:-1].round(4).tolist(),
        "intercept": round(float(fitted.weights[-1]), 4),
        "embedder": lab_embedder().name,
        "refuse_below": round(threshold, 3),
    }
    print(json.dumps(shipped), file=sys.stderr)
    if options.dry_run:
        return
    CALIBRATION.write_text(json.dumps(shipped, indent=1) + "\n", encoding="utf-8")
    bins = [
        {"low": bin_.low, "high": bin_.high, "count": bin_.count, "answerable": bin_.answerable}
        for bin_ in reliability(list(sure[examples.answerable]), list(sure[~examples.answerable]))
    ]
    save("calibration", {"kind": "calibration", "sets": worth, "alone": alone, "reliability": bins, **shipped}, FOLDER)


if __name__ == "__main__":
    main()
