"""The index goes in, conversations as our prompts make them come out: what a model is quantised with.

AWQ keeps those weights exact that matter for the texts it is shown; ours are manuals, in their own languages.
"""

from collections.abc import Iterator
from typing import Final

from ingest.index.contract import EVERYTHING, Index, IndexedDocument
from ingest.types import Chunk
from retrieval.passages import Passage
from retrieval.reading import passage_of
from serving.model import Message
from serving.prompt import build_prompt

_PASSAGES: Final = 6
_CHUNKS_A_PASSAGE: Final = 2
_GOLDEN: Final = 0.618033988749895
"""Fractions of its multiples are spread evenly, however many are taken."""


def calibration_conversations(index: Index, *, count: int, tokens: int) -> list[tuple[Message, ...]]:
    """Up to `count` conversations of at most `tokens`: a question, passages, an answer in the manual's own words.

    Every manual gets its turn before one gets another; the same index gives the same ones. Empty for an empty index.
    """
    documents = index.documents(EVERYTHING)
    windows = (window for turn in range(count) for window in _turn(index, documents, turn))
    chosen: list[tuple[Message, ...]] = []
    seen: set[str] = set()
    for chunks in windows:
        if len(chosen) == count:
            break
        if chunks and chunks[0].id not in seen:
            seen.add(chunks[0].id)
            chosen.append(_conversation(chunks, tokens))
    return chosen


def _turn(index: Index, documents: list[IndexedDocument], turn: int) -> Iterator[list[Chunk]]:
    """One place of each manual that has as many."""
    size = _PASSAGES * _CHUNKS_A_PASSAGE
    for number, document in enumerate(documents):
        places = max(1, document.chunks // size)
        if turn < places:
            start = int((number * _GOLDEN + turn / places) % 1.0 * max(1, document.chunks - size + 1))
            yield index.span(document.document, start, start + size - 1, EVERYTHING)


def _conversation(chunks: list[Chunk], tokens: int) -> tuple[Message, ...]:
    pairs = [chunks[start : start + _CHUNKS_A_PASSAGE] for start in range(0, len(chunks), _CHUNKS_A_PASSAGE)]
    passages = [passage_of(pair, 1.0) for pair in pairs]
    asked = passages[len(passages) // 2]
    question = " ".join((*asked.section[-1:], asked.title)) + "?"
    prompt = build_prompt(question, passages, (), language=asked.language, context_tokens=tokens)
    return *prompt.messages, Message("assistant", _answer(asked, prompt.passages))


def _answer(asked: Passage, shown: tuple[Passage, ...]) -> str:
    number = shown.index(asked) + 1 if asked in shown else 1
    text = " ".join((asked if asked in shown else shown[0]).text.split())[:400]
    return f"{text} [{number}]"
