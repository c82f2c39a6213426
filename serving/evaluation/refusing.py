"""Can confidence tell what cannot be answered? Confidences of both sorts of questions go in, rates come out."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

BINS: Final = 10


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """What a threshold does: everything below it is refused."""

    threshold: float
    answered: float
    """Of the answerable questions."""
    refused: float
    """Of the unanswerable ones."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions of like confidence."""

    low: float
    high: float
    count: int
    mean_confidence: float | None
    answerable: float | None
    """Share whose answer is really there; None of no questions."""


def operating_points(answerable: Sequence[float], unanswerable: Sequence[float]) -> list[OperatingPoint]:
    """Every threshold that makes a difference, from answering all to refusing all."""
    thresholds = [*sorted({*answerable, *unanswerable}), float("inf")]
    return [point_at(threshold, answerable, unanswerable) for threshold in thresholds]


def point_at(threshold: float, answerable: Sequence[float], unanswerable: Sequence[float]) -> OperatingPoint:
    """The rates at one threshold; 0 of no questions."""
    return OperatingPoint(
        threshold,
        answered=sum(value >= threshold for value in answerable) / max(1, len(answerable)),
        refused=sum(value < threshold for value in unanswerable) / max(1, len(unanswerable)),
    )


def best_point(answerable: Sequence[float], unanswerable: Sequence[float], *, answered: float) -> OperatingPoint:
    """The threshold that refuses most while at least `answered` (0 to 1) of the answerable ones are answered."""
    fitting = [point for point in operating_points(answerable, unanswerable) if point.answered >= answered]
    return max(fitting, key=lambda point: point.refused)


def auroc(answerable: Sequence[float], unanswerable: Sequence[float]) -> float | None:
    """How often an answerable question has more confidence than an unanswerable one; ties count half. None without."""
    if not answerable or not unanswerable:
        return None
    ranked = sorted([(value, True) for value in answerable] + [(value, False) for value in unanswerable])
    wins = 0.0
    below = start = 0
    bounds = [place for place, (one, two) in enumerate(pairwise(ranked), start=1) if one[0] != two[0]]
    for end in (*bounds, len(ranked)):
        tied = [is_answerable for _value, is_answerable in ranked[start:end]]
        wins += sum(tied) * (below + tied.count(False) / 2)
        below += tied.count(False)
        start = end
    return wins / (len(answerable) * len(unanswerable))


def reliability(answerable: Sequence[float], unanswerable: Sequence[float]) -> list[Bin]:
    """Ten bins of equal width: in a calibrated one the share of answerable questions is the mean confidence."""
    bins = []
    for place in range(BINS):
        low, high = place / BINS, (place + 1) / BINS
        last = place == BINS - 1
        yes = [value for value in answerable if low <= value < high or (last and value >= high)]
        no = [value for value in unanswerable if low <= value < high or (last and value >= high)]
        count = len(yes) + len(no)
        bins.append(
            Bin(low, high, count, sum(yes + no) / count if count else None, len(yes) / count if count else None)
        )
    return bins
