"""Lists of measurements to single figures."""

import math
from collections.abc import Iterable, Sequence


def mean(values: Iterable[float | None]) -> float | None:
    """Rounded to four places, what is None left out; None where nothing is left."""
    known = [value for value in values if value is not None]
    return round(sum(known) / len(known), 4) if known else None


def percentile(values: Sequence[float], percent: int) -> float | None:
    """The smallest value that at least `percent` of the values do not exceed, to one place; None of no values."""
    if not values:
        return None
    return round(sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)], 1)
