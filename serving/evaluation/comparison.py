"""Two runs over the same questions: a kept result and a new run go in, what got better and what worse comes out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ingest.errors import SettingError
from serving.evaluation.intervals import Difference, difference
from serving.evaluation.parts import FIRST, Judged, Part

SAME: Final = 0.005
"""Values closer than this are the same: kept ones are rounded."""


@dataclass(frozen=True, slots=True)
class Before:
    """What a question scored in a kept result."""

    value: float
    places: tuple[str, ...]
    """Where its first passages stood."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A question that scores differently."""

    before: Before
    after: Judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Of one part; only questions that are in both runs count."""

    part: str
    metric: str
    count: int
    difference: Difference
    better: tuple[Moved, ...]
    """The most improved first."""
    worse: tuple[Moved, ...]


Kept = Mapping[str, Mapping[str, Before]]
"""Part to question id to what it scored."""


def read_kept(path: Path) -> Kept:
    """A result written by `manualdesk eval retrieval --save` or `--json`. Raises SettingError where it is none."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        parts = record.get("parts", {"evidence": record})
        return {name: {row["id"]: _before(row) for row in part["outcomes"]} for name, part in parts.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingError(
            f"{path} is not a result to compare with: {error}",
            hint="Name a file that `manualdesk eval retrieval --save` wrote in data/eval/results.",
        ) from error


def compare(kept: Kept, parts: Sequence[Part]) -> list[Comparison]:
    """One for each part that both runs have. Raises SettingError where they have no question in common."""
    found = [_compared(kept[part.name], part) for part in parts if part.name in kept]
    common = [comparison for comparison in found if comparison]
    if not common:
        raise SettingError("The two results have no question in common.", hint="Compare results of the same set.")
    return common


def _compared(before: Mapping[str, Before], part: Part) -> Comparison | None:
    pairs = [Moved(before[item.question.id], item) for item in part.judged if item.question.id in before]
    if not pairs:
        return None
    changed = sorted(pairs, key=lambda pair: pair.before.value - pair.after.value)
    return Comparison(
        part=part.name,
        metric=part.metric,
        count=len(pairs),
        difference=difference([pair.before.value for pair in pairs], [pair.after.value for pair in pairs]),
        better=tuple(pair for pair in changed if pair.after.value - pair.before.value > SAME),
        worse=tuple(pair for pair in reversed(changed) if pair.before.value - pair.after.value > SAME),
    )


def _before(row: Mapping[str, Any]) -> Before:
    if "ndcg@10" in row:
        return Before(float(row["ndcg@10"]), tuple(row["top"]))
    rank = row["evidence_rank"]
    document, page = row["top_document"], row["top_page"]
    places = (f"{document}, page {page}" if page else str(document),) if document else ()
    return Before(float(rank is not None and rank <= FIRST), places)
