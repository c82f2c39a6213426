"""How sure is a mean? Values by question go in, the interval that resampling the questions gives comes out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

RESAMPLES: Final = 1000
_SEED: Final = 20261122
"""Fixed, so that the same run always has the same interval."""
_BLOCK: Final = 2_000_000
"""Numbers drawn at a time: 16 MB."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Where 95 of 100 resamples have their mean."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """Of two runs over the same questions: after minus before."""

    before: float
    after: float
    interval: Interval

    @property
    def is_clear(self) -> bool:
        """More than which questions happened to be asked."""
        return self.interval.low > 0 or self.interval.high < 0


def interval(values: Sequence[float]) -> Interval:
    """Percentile bootstrap of the mean. Raises ValueError for no values."""
    if not values:
        raise ValueError("no values to resample")
    means = _resampled_means(np.asarray(values, dtype=np.float64))
    low, high = np.percentile(means, [2.5, 97.5])
    return Interval(round(float(low), 4), round(float(high), 4))


def difference(before: Sequence[float], after: Sequence[float]) -> Difference:
    """Paired: a resample takes a question with both of its values. Raises ValueError for no or unequal many values."""
    changes = [two - one for one, two in zip(before, after, strict=True)]
    return Difference(sum(before) / len(before), sum(after) / len(after), interval(changes)) if changes else _none()


def _none() -> Difference:
    raise ValueError("no question is in both runs")


def _resampled_means(values: NDArray[np.float64]) -> NDArray[np.float64]:
    generator = np.random.default_rng(_SEED)
    count = len(values)
    rows = max(1, _BLOCK // count)
    blocks = []
    for start in range(0, RESAMPLES, rows):
        drawn = generator.integers(0, count, size=(min(rows, RESAMPLES - start), count))
        blocks.append(values[drawn].mean(axis=1))
    return np.concatenate(blocks)
