"""Manuals that are near-copies of one another, and whether two of them answer a question differently.

Candidates of a question enter, families of sibling documents leave. A sibling is a manual of another model or version
whose text goes along with this one's line by line: the numbers differ, the sentences do not.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import combinations

from ingest.chunk import CELL_BORDER
from ingest.index.contract import EVERYTHING, Index, IndexedDocument, Text
from ingest.sentences import split_sentences
from ingest.sparse import terms
from ingest.types import Chunk
from retrieval.models import Catalogue, lead
from retrieval.search import Candidate

LOOKED_AT = 12
"""Documents of the best candidates that are compared with one another."""
REMEMBERED = 2048
"""Documents whose lines are remembered."""
_OUTLINE_CHUNKS = 60
"""Chunks from the beginning of a manual that are compared: a near-copy shows in its first chapters."""
_SHORTEST_LINE = 12
_SHARED_LINES = 0.35
"""Share of the longer outline's lines that siblings have in common: two models of one family in our samples share
0.6, near-copies more, manuals that only share headings or a licence, and a chapter and its book, less."""
_FEWEST_LINES = 6
"""Fewer in common are chance where the titles name no models: two short pages of one manual share a closing
sentence."""
_SHARED_HEADINGS = 0.5
_FEWEST_HEADINGS = 4
"""Fewer are chance: man pages of unrelated tools all have the same five."""
_ROW_SHARE = 0.75
"""Rows and sentences this close to the best one for a question are part of the answer."""
_CLEAR_SHARE = 0.5
"""A row with this much of what is asked for is the one that answers; less may be chance, and another row does."""


_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


class Siblings:
    """Compares documents of the published index; remembers what it read."""

    def __init__(self, index: Index, catalogue: Catalogue) -> None:
        self._index = index
        self._catalogue = catalogue
        self._texts = lru_cache(maxsize=2 * LOOKED_AT)(self._read_texts)
        self._headings = lru_cache(maxsize=8192)(self._read_headings)
        self._skeletons = lru_cache(maxsize=REMEMBERED)(self._read_skeletons)
        self._alike = lru_cache(maxsize=16_384)(self._compare)

    def meet(self, document: IndexedDocument) -> None:
        """Take apart now what comparing the document with others needs."""
        self._headings(document.document, document.revision)
        self._skeletons(document.document, document.revision)

    def families(self, candidates: Sequence[Candidate]) -> list[list[str]]:
        """Groups of sibling documents among the best candidates, in the order of their best candidate."""
        documents = list(dict.fromkeys(candidate.chunk.document for candidate in candidates))[:LOOKED_AT]
        family = {document: {document} for document in documents}
        labels = {document: self.label(document) for document in documents}
        for first, second in combinations(documents, 2):
            if self._are(first, second, (labels[first], labels[second])):
                joined = family[first] | family[second]
                for document in joined:
                    family[document] = joined
        groups = {id(members): members for members in family.values() if len(members) > 1}
        return [[document for document in documents if document in members] for members in groups.values()]

    def are(self, first: str, second: str) -> bool:
        """Is one document the other's sibling: told apart by name or version, alike line by line?"""
        return self._are(first, second, (self.label(first), self.label(second)))

    def _are(self, first: str, second: str, labels: tuple[str, str]) -> bool:
        one, other = self._catalogue.document(first), self._catalogue.document(second)
        if one is None or other is None or first == second or one.language != other.language:
            return False
        if labels[0] == labels[1] and one.version == other.version:
            return False
        keys = sorted(((first, one.revision), (second, other.revision)))
        return self._alike(*keys)

    def label(self, document: str) -> str:
        """What a document is about: the models of its title, else its product and the name its title begins with."""
        names = self._catalogue.models_of(document)
        known = self._catalogue.document(document)
        if names or known is None:
            return " ".join(name.shown.lower() for name in names)
        return f"{known.product} {lead(known.title)}".lower()

    def differ(self, first: Sequence[Chunk], second: Sequence[Chunk], rarity: Mapping[str, float]) -> bool:
        """Do two siblings' chunks, best first, answer differently?

        The rows that fit the question are compared, and where none does clearly, all of the section that fits best.
        False as well where the second has no such row or section: it then is no candidate for an answer.
        """
        best, chunk = self._best_line(first, rarity)
        if best and _gain(best, rarity) >= _CLEAR_SHARE * self._asked_for(first[0], rarity):
            if CELL_BORDER in best:
                return self._rows_differ(best, first, second, rarity)
            if self._said_alike(best, chunk, second):
                return False
        heading = self._folded_heading(chunk if best else first[0])
        same = [other for other in second if self._folded_heading(other) == heading]
        if not same:
            return False
        own = {line for other in first if self._folded_heading(other) == heading for line in self._lines(other.text)}
        theirs = {line for other in same for line in self._lines(other.text)}
        return bool(theirs ^ own)

    def _said_alike(self, best: str, chunk: Chunk, second: Sequence[Chunk]) -> bool:
        """Does the second say the sentence too, between the same neighbours?"""
        if _unnumbered(self._plain(best)) == self._folded_heading(chunk):
            return False  # a heading answers nothing: what stands below it does
        near = self._neighbourhood(best, chunk)
        return any(near == self._neighbourhood(line, other) for line, other in _all_lines(second))

    def _neighbourhood(self, line: str, chunk: Chunk) -> list[str]:
        lines = [text for text, _chunk in _all_lines([chunk])]
        place = lines.index(line)
        return [self._plain(text) for text in lines[max(0, place - 1) : place + 2]]

    def _asked_for(self, chunk: Chunk, rarity: Mapping[str, float]) -> float:
        """The weight of the question's terms that do not merely say which manual is meant."""
        named = set(terms(chunk.title, chunk.language))
        return sum(weight for term, weight in rarity.items() if term not in named)

    def _rows_differ(
        self, best: str, first: Sequence[Chunk], second: Sequence[Chunk], rarity: Mapping[str, float]
    ) -> bool:
        enough = _ROW_SHARE * _gain(best, rarity)
        rows = {
            self._plain(line.partition(CELL_BORDER)[0]): self._plain(line)
            for chunk in first
            for line in chunk.text.splitlines()
            if CELL_BORDER in line and _gain(line, rarity) >= enough
        }
        theirs = {
            self._plain(line.partition(CELL_BORDER)[0]): self._plain(line)
            for chunk in second
            for line in chunk.text.splitlines()
            if CELL_BORDER in line
        }
        return any(label in theirs and theirs[label] != row for label, row in rows.items())

    def _best_line(self, chunks: Sequence[Chunk], rarity: Mapping[str, float]) -> tuple[str, Chunk]:
        scored = [(_gain(line, rarity), -place, line, chunk) for place, (line, chunk) in enumerate(_all_lines(chunks))]
        gain, _place, line, chunk = max(scored, key=lambda item: item[:2])
        return (line if gain > 0 else ""), chunk

    def _folded_heading(self, chunk: Chunk) -> str:
        return _unnumbered(self._plain(chunk.section[-1])) if chunk.section else ""

    def _lines(self, text: str) -> list[str]:
        return [self._plain(line) for line in text.splitlines()]

    def _plain(self, text: str) -> str:
        """A line without model names, case and spacing; its numbers stay."""
        return " ".join(unicodedata.normalize("NFKC", self._catalogue.mask(text)).lower().split())

    def _read_texts(self, document: str, _revision: str) -> list[Text]:
        return self._index.texts(document, 0, _OUTLINE_CHUNKS - 1, EVERYTHING)

    def _read_headings(self, document: str, revision: str) -> frozenset[str]:
        """Without numbers and model names."""
        distinct = {heading for part in self._texts(document, revision) for heading in part.section}
        return frozenset(_unnumbered(self._plain(heading)) for heading in distinct)

    def _read_skeletons(self, document: str, revision: str) -> frozenset[int]:
        """The lines without model names, each number as 0: their hashes, for a tenth of the memory."""
        lines = {line for part in self._texts(document, revision) for line in _lines_of(part.text)}
        skeletons = (_NUMBER.sub("0", self._plain(line)) for line in lines)
        return frozenset(hash(skeleton) for skeleton in skeletons if len(skeleton) >= _SHORTEST_LINE)

    def _compare(self, first: tuple[str, str], second: tuple[str, str]) -> bool:
        # Headings first: most manuals differ in them, and then their lines need not be taken apart.
        own, others = self._headings(*first), self._headings(*second)
        if min(len(own), len(others)) >= _FEWEST_HEADINGS and len(own & others) < _SHARED_HEADINGS * len(own | others):
            return False
        fewer, more = sorted((self._skeletons(*first), self._skeletons(*second)), key=len)
        fewest = 1 if self._names_model(first[0]) and self._names_model(second[0]) else _FEWEST_LINES
        enough = max(fewest, _SHARED_LINES * len(more))
        return len(fewer) >= enough and len(fewer & more) >= enough

    def _names_model(self, document: str) -> bool:
        """Does its title? A file's name may look like a model's and be a chapter's (ch02s03)."""
        known = self._catalogue.document(document)
        return known is not None and self._catalogue.mask(known.title) != unicodedata.normalize("NFKC", known.title)


def _all_lines(chunks: Sequence[Chunk]) -> list[tuple[str, Chunk]]:
    return [(line, chunk) for chunk in chunks for line in _lines_of(chunk.text)]


def _lines_of(text: str) -> list[str]:
    """Table rows and sentences."""
    return [part for line in text.splitlines() for part in ([line] if CELL_BORDER in line else split_sentences(line))]


def _gain(line: str, rarity: Mapping[str, float]) -> float:
    """How much of the question a line holds, rare terms counting more."""
    held = set(terms(line, "en"))
    return sum(weight for term, weight in rarity.items() if term in held)


def _unnumbered(heading: str) -> str:
    return re.sub(r"^[\d.]+\s*", "", heading)
