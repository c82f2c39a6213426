"""True sentences about passages of the samples and false variants of each, read from `data/eval/falsehoods`.

The files say how they are written. Nothing of a false variant is made up here: the false words stand in the file.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ingest.types import Audience
from retrieval.passages import Passage

FOLDER = Path(__file__).parents[1] / "data" / "eval" / "falsehoods"
KINDS = ("number", "unit", "negation", "name", "order")
_BRACE = re.compile(r"\{([^{}|]*)((?:\|\w+:[^{}|]*)+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A true sentence with its false variants."""

    passage: str
    """The id of the passage it is true of."""
    half: str
    """`tuning` or `held-out`."""
    language: str
    how: str
    """close, paraphrase or merged."""
    text: str
    variants: tuple[tuple[str, str], ...]
    """Kind (one of KINDS) and text of each false variant."""


@lru_cache
def planted() -> tuple[Planted, ...]:
    """All sentences, in the order of the file."""
    parsed = tomllib.loads((FOLDER / "sentences.toml").read_text(encoding="utf-8"))
    return tuple(
        Planted(
            passage=group["of"],
            half=group["half"],
            language=language,
            how=how,
            text=_BRACE.sub(lambda found: found[1], marked),
            variants=tuple(_variants(marked)),
        )
        for group in parsed["passage"]
        for language, how, marked in group["sentences"]
    )


@lru_cache
def passages() -> dict[str, Passage]:
    """The samples' passages by id (`file name#number`, in reading order), as retrieval gives them."""
    lines = (FOLDER / "passages.jsonl").read_text(encoding="utf-8").splitlines()
    return {value["id"]: _passage(value) for value in map(json.loads, lines)}


def surroundings(identifier: str, count: int) -> tuple[Passage, ...]:
    """A passage and, after it, the nearest others of its manual: what a question's passages look like."""
    found = passages()
    name, _, number = identifier.partition("#")
    others = [
        other for key, other in sorted(found.items(), key=lambda item: _distance(item[0], int(number)))
        if key.partition("#")[0] == name and key != identifier
    ]  # fmt: skip
    return (found[identifier], *others[: count - 1])


def _distance(key: str, number: int) -> int:
    return abs(int(key.partition("#")[2]) - number)


def _variants(marked: str) -> Iterator[tuple[str, str]]:
    labels = dict.fromkeys(label for brace in _BRACE.finditer(marked) for label in _choices(brace[2]))
    for label in labels:
        text = _BRACE.sub(lambda brace, label=label: _choices(brace[2]).get(label, brace[1]), marked)  # type: ignore[misc]
        yield label.rstrip("0123456789"), " ".join(text.split())


def _choices(alternatives: str) -> dict[str, str]:
    pairs: Sequence[str] = alternatives[1:].split("|")
    return {pair.partition(":")[0]: pair.partition(":")[2] for pair in pairs}


def _passage(value: dict[str, object]) -> Passage:
    page = value["page"] if isinstance(value["page"], int) else None
    section = value["section"] if isinstance(value["section"], list) else []
    return Passage(
        document=str(value["document"]),
        revision=str(value["revision"]),
        title=str(value["title"]),
        section=tuple(map(str, section)),
        page=page,
        pages=(page,) if page else (),
        text=str(value["text"]),
        score=1.0,
        product=str(value["product"]),
        language=str(value["language"]),
        audience=Audience(str(value["audience"])),
    )
