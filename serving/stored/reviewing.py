"""What became of the words that a curated answer quotes: a citation and the published index enter, a verdict leaves.

For an editor who has to decide whether an answer still holds after a manual changed.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

from ingest.index.contract import EVERYTHING, Index
from ingest.sentences import split_sentences
from ingest.sparse import terms
from ingest.types import Chunk
from retrieval.grounds import content_of
from serving.stored.editing import verbatim
from serving.stored.types import KeptCitation

_LAST: Final = 2**31 - 1
_COMPARED: Final = 20
"""Chunks of a manual whose sentences are compared with a quote that is gone: those that share most of its words."""
_ALIKE: Final = 0.35
"""Below this nothing in the manual is like the quote."""


class Fate(StrEnum):
    STANDS = "stands"
    MOVED = "moved"
    """Its words are there, but what stands around them, or what is said of the manual, changed."""
    CHANGED = "changed"
    """Other words are where they may have been."""
    GONE = "gone"
    """Nothing like it is in the manual, or the manual itself is gone."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the words before and after, for a comparison to be read: same, removed or added."""

    what: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A citation of a curated answer as the published index sees it."""

    number: int
    document: str
    quote: str
    """As it was."""
    fate: Fate
    chunk: Chunk | None = None
    """Where it stands, or where its words may have gone."""
    now: str = ""
    """Of CHANGED: the words that come nearest."""
    pieces: tuple[Piece, ...] = ()
    """Of CHANGED: word by word."""


def standing_of(index: Index, citations: Sequence[KeptCitation]) -> tuple[Standing, ...]:
    """Each citation's, in order."""
    with index.hold():
        return tuple(_standing(index, citation) for citation in citations)


def _standing(index: Index, citation: KeptCitation) -> Standing:
    document = citation.grounds[0].document
    chunks = index.span(document, 0, _LAST, EVERYTHING)
    found = Standing(number=citation.number, document=document, quote=citation.quote, fate=Fate.GONE)
    by_content = {content_of(chunk): chunk for chunk in chunks}
    if all(ground.content in by_content for ground in citation.grounds):
        return _at(found, Fate.STANDS, by_content[citation.grounds[0].content])
    for size in (1, 2):
        for start in range(len(chunks) - size + 1):
            if verbatim(chunks[start : start + size], citation.quote):
                return _at(found, Fate.MOVED, chunks[start])
    return _nearest(found, chunks)


def _at(found: Standing, fate: Fate, chunk: Chunk) -> Standing:
    return Standing(number=found.number, document=found.document, quote=found.quote, fate=fate, chunk=chunk)


def _nearest(found: Standing, chunks: Sequence[Chunk]) -> Standing:
    """The sentence that is most like the quote."""
    wanted = Counter(terms(found.quote, chunks[0].language if chunks else "en"))

    def shared(chunk: Chunk) -> int:
        return (Counter(terms(chunk.text, chunk.language)) & wanted).total()

    likely = sorted((chunk for chunk in chunks if shared(chunk)), key=shared, reverse=True)[:_COMPARED]
    many = max(1, len(split_sentences(found.quote)))
    best, text, place = _ALIKE, "", None
    for chunk in likely:
        for candidate in _runs(chunk.text, many):
            alike = SequenceMatcher(None, found.quote.split() or [""], candidate.split(), autojunk=False).ratio()
            letters = SequenceMatcher(None, found.quote, candidate, autojunk=False).ratio() if alike < 1 else alike
            if max(alike, letters) > best:
                best, text, place = max(alike, letters), candidate, chunk
    if place is None:
        return found
    return Standing(
        number=found.number,
        document=found.document,
        quote=found.quote,
        fate=Fate.CHANGED,
        chunk=place,
        now=text,
        pieces=tuple(compared(found.quote, text)),
    )


def compared(before: str, after: str) -> Iterator[Piece]:
    """Word by word; letter by letter where there are no spaces between words."""
    left, right = _words(before), _words(after)
    for what, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if what == "equal":
            yield Piece("same", "".join(left[a:b]))
            continue
        if b > a:
            yield Piece("removed", "".join(left[a:b]))
        if d > c:
            yield Piece("added", "".join(right[c:d]))


def _words(text: str) -> list[str]:
    """Words with the space behind them; a CJK letter is a word."""
    words: list[str] = []
    for letter in " ".join(text.split()):
        joins = words and not words[-1].endswith(" ") and letter < "\u2e80" and words[-1][-1] < "\u2e80"
        if joins or (letter == " " and words):
            words[-1] += letter
        else:
            words.append(letter)
    return words


def _runs(text: str, many: int) -> Iterator[str]:
    """So many sentences in a row."""
    sentences = split_sentences(text)
    for start in range(max(1, len(sentences) - many + 1)):
        yield " ".join(sentences[start : start + many])
