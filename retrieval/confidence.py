"""Is the answer in these passages? One calibrated number from evidence (`evidence.py`).

A logistic regression: `tests/bench/calibrate.py` fits it on questions known to be answerable or not, says by
cross-validation what it is worth, and writes `calibration.json` beside this file.
"""

import json
import math
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from retrieval.evidence import Evidence

CALIBRATION = Path(__file__).with_name("calibration.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """One weight a number of the evidence, after taking off its mean and dividing by its scale."""

    means: tuple[float, ...]
    scales: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float
    embedder: str
    """Whose cosines `nearest` was fitted on; of another one it plays no part."""
    refuse_below: float
    """The confidence under which an answer is refused: chosen so that 95 of 100 answerable questions about manuals
    are above it."""


@cache
def calibration() -> Calibration:
    """As shipped."""
    values = json.loads(CALIBRATION.read_text(encoding="utf-8"))
    return Calibration(
        means=tuple(values["means"]),
        scales=tuple(values["scales"]),
        weights=tuple(values["weights"]),
        intercept=values["intercept"],
        embedder=values["embedder"],
        refuse_below=values["refuse_below"],
    )


def confidence(evidence: Evidence | None, embedder: str) -> float:
    """The chance, 0 to 1, that the passages hold the answer; 0 without passages. `embedder`: whose cosines they are."""
    if evidence is None:
        return 0.0
    known = calibration()
    comparable = evidence if embedder == known.embedder else replace(evidence, nearest=math.nan)
    scaled = (comparable.vector() - np.array(known.means)) / np.array(known.scales)
    # What is not known counts as usual.
    worth = float(np.nan_to_num(scaled) @ np.array(known.weights))
    return 1 / (1 + math.exp(-(known.intercept + worth)))
