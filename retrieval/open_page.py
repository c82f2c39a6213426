"""The page that a passage is opened at: of several, the one whose line says most of what is asked.

A passage and the question's terms enter, the passage leaves; its pages stay all of them.
"""

from collections.abc import Mapping, Set
from dataclasses import replace

from ingest.sparse import terms
from retrieval.passages import Passage

_NEIGHBOUR = 0.5
"""What a term counts that stands in the line before or after only: a sentence runs over lines."""


def opened(passage: Passage, rarity: Mapping[str, float]) -> Passage:
    """The passage with its best line's page as `page`. `rarity`: the question's terms with their IDF."""
    if len(passage.pages) < 2 or not passage.boxes:
        return passage
    held = [_held(text, passage.language, rarity) for text in _lines(passage)]
    shares = [_share(held, line, rarity) for line in range(len(held))]
    best = shares.index(max(shares))
    return replace(passage, page=passage.boxes[best].page) if shares[best] > 0 else passage


def _lines(passage: Passage) -> list[str]:
    ends = [*(box.start for box in passage.boxes[1:]), len(passage.text)]
    return [passage.text[box.start : end] for box, end in zip(passage.boxes, ends, strict=True)]


def _held(text: str, language: str, rarity: Mapping[str, float]) -> Set[str]:
    return rarity.keys() & set(terms(text, language))


def _share(held: list[Set[str]], line: int, rarity: Mapping[str, float]) -> float:
    near = set().union(*held[max(0, line - 1) : line + 2]) - held[line]
    return sum(rarity[term] for term in held[line]) + _NEIGHBOUR * sum(rarity[term] for term in near)
