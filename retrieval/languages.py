"""A question's vector without the language that it is asked in.

An embedder puts texts of one language near each other: a Chinese question is nearer to any Chinese passage than to the
English one that answers it. What languages differ in, whatever a text says, lies in a few directions, which
`tests/bench/language_directions.py` finds in one manual in six languages. Taken out of a question's vector, they play
no part in its cosines, and no passage has to be embedded anew.
"""

import json
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.types import Dense

DIRECTIONS: Final = Path(__file__).with_name("language_directions.json")


def without_language(question: Dense, embedder: str) -> Dense:
    """A question's vector of this embedder, for a search; as it is where the embedder's directions are unknown."""
    directions = _directions(embedder)
    if directions is None:
        return question
    rest: Dense = question - directions.T @ (directions @ question)
    return rest


@cache
def _directions(embedder: str) -> NDArray[np.float32] | None:
    """Unit length and at right angles, shape (languages - 1, dimensions)."""
    known = json.loads(DIRECTIONS.read_text(encoding="utf-8"))
    return np.array(known[embedder]["directions"], dtype=np.float32) if embedder in known else None
