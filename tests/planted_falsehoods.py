"""True sentences about passages of the samples and false variants of each, read from `data/eval/falsehoods`.

The files say how they are written. Nothing of a false variant is made up here: the false words stand in the file. The
third and fourth lot are about manuals of the shared small set, which are read anew where they are there.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ingest.chunk import chunk
from ingest.discover import discover
from ingest.readers import read
from ingest.types import Audience
from retrieval.passages import Passage
from retrieval.reading import passage_of

CHECKOUT = Path(__file__).parents[1]
FOLDER = CHECKOUT / "data" / "eval" / "falsehoods"
SMALL = CHECKOUT.parent / "shared" / "manuals" / "small"
REAL_MANUALS = {"third lot": "third_lot.toml", "fourth lot": "fourth_lot.toml"}
KINDS = ("number", "unit", "negation", "name", "order")
_BRACE = re.compile(r"\{([^{}|]*)((?:\|\w+:[^{}|]*)+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A true sentence with its false variants."""

    passage: str
    """The id of the passage it is true of."""
    half: str
    """`tuning` or `held-out`, or the lot (REAL_MANUALS)."""
    language: str
    how: str
    """close, paraphrase or merged."""
    text: str
    variants: tuple[tuple[str, str], ...]
    """Kind (one of KINDS) and text of each false variant."""


@lru_cache
def planted() -> tuple[Planted, ...]:
    """All sentences about the samples, in the order of the file."""
    return tuple(
        _planted(group["of"], group["half"], *row) for group in _groups("sentences.toml") for row in group["sentences"]
    )


@lru_cache
def about_real_manuals(lot: str) -> tuple[Planted, ...]:
    """Sentences about manuals of the small set, by the name of their lot; none where that set is not there.

    No rule is ever changed for one of the third lot.
    """
    if not SMALL.is_dir():
        return ()
    return tuple(
        _planted(_holding(group["manual"], group["holds"]), lot, *row)
        for group in _groups(REAL_MANUALS[lot])
        for row in group["sentences"]
    )


def _groups(name: str) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))["passage"]
    return groups


def _planted(passage: str, half: str, language: str, how: str, marked: str) -> Planted:
    return Planted(
        passage=passage,
        half=half,
        language=language,
        how=how,
        text=_BRACE.sub(lambda found: found[1], marked),
        variants=tuple(_variants(marked)),
    )


def _holding(manual: str, words: str) -> str:
    """The id of the passage of a manual that holds these words."""
    of_manual = ((key, passage.text) for key, passage in _real().items() if passage.document == manual)
    return next(key for key, text in of_manual if words in " ".join(text.split()))


@lru_cache
def _real() -> dict[str, Passage]:
    """The passages of the real manuals by id."""
    names = dict.fromkeys(group["manual"] for name in REAL_MANUALS.values() for group in _groups(name))
    found = discover([SMALL / name for name in names], root=SMALL)
    return {
        f"{source.document}#{piece.ordinal}": passage_of([piece], 1.0)
        for source in found.files
        for piece in chunk(read(source))
    }


@lru_cache
def passages() -> dict[str, Passage]:
    """The samples' passages by id (`file name#number`, in reading order), as retrieval gives them."""
    lines = (FOLDER / "passages.jsonl").read_text(encoding="utf-8").splitlines()
    return {value["id"]: _passage(value) for value in map(json.loads, lines)}


def surroundings(identifier: str, count: int) -> tuple[Passage, ...]:
    """A passage and, after it, the nearest others of its manual: what a question's passages look like."""
    found = passages() if identifier in passages() else _real()
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
