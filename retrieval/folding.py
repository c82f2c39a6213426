"""Copies among the candidates of a question: one manual as HTML and as PDF, one manual in several languages.

Scoped candidates enter; they leave without those that only repeat a better one. What is not surely a copy stays: a
text that differs from another in a number or a code is none, nor is one from a sibling.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import PurePosixPath

from ingest.index.contract import IndexedDocument
from ingest.metadata import language_code
from ingest.sparse import CJK
from ingest.types import Chunk
from retrieval.codes import with_plain_dashes
from retrieval.models import Kind, Name
from retrieval.scope import ProductScope, Scoped
from retrieval.search import Candidate
from retrieval.versions import versions_in

LOOKED_AT = 30
"""Candidates that are compared: more than passages are ever shown, few enough to take no time."""
_EDGE_SHARE = 0.05
"""Words at either end of a text that may stand elsewhere in the other: readers cut headings or captions differently."""
_LONGER = 1.2
"""Text without what it repeats is never so much longer; white space and punctuation are not compared."""
_FEWEST_WORDS = 8
"""A shorter text is a copy only of one that says nothing else."""
_TELLING_NUMBERS = 3
"""So many different numbers and codes in common, and no other, are no chance. Single digits do not count: all lists of
steps have the same."""
_PLACE_APART = 0.1
"""Share of the manual that a translated passage may stand away from where the original does."""

_WORD = re.compile(rf"[{CJK}]|(?<!\w)-{{1,2}}(?=[^\W_])|[%°<>≤≥±]|[^\W_{CJK}]+(?:[.,:]\d+)*")
_SIGN = re.compile(r"\W+")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Manual:
    """What tells copies of a manual from other manuals."""

    key: str
    """The path without its language and its suffix: the same for each language and format."""
    suffix: str
    folder: str
    title: str
    language: str
    facts: tuple[object, ...]
    """What no copy differs in: product, model, version, days of validity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """A chunk's words in order, once more as one string to search in."""

    words: tuple[str, ...]
    whole: str
    codes: tuple[str, ...]
    """The words with a digit, signs and dashes of options, in order."""

    @property
    def numbers(self) -> list[str]:
        """Without signs, which languages set differently, and without the order, which they change."""
        return sorted(code for code in self.codes if not _SIGN.fullmatch(code))


def fold(scoped: Scoped, language: str, products: ProductScope) -> Scoped:
    """The candidates without copies, and in `fates` what each one repeats.

    Of the same text in two formats the better one stays. Of translations the one in the asker's `language` stays, at
    the place of the best of them; where that language is not among them, all stay. Nothing is folded where the user
    is to choose between siblings.
    """
    if scoped.options:
        return scoped
    copies = _Copies(products)
    fates = dict(scoped.fates)
    kept: list[Candidate] = []
    for candidate in scoped.candidates[:LOOKED_AT]:
        _place(candidate, kept, copies, language, fates)
    return replace(scoped, candidates=(*kept, *scoped.candidates[LOOKED_AT:]), fates=fates)


def _place(
    candidate: Candidate, kept: list[Candidate], copies: "_Copies", language: str, fates: dict[str, str]
) -> None:
    """Put the next best candidate behind the kept ones, in the place of its translations, or nowhere."""
    chunk = candidate.chunk
    elsewhere = [other for other in kept if copies.are_versions(chunk.document, other.chunk.document)]
    for better in elsewhere:
        if copies.repeats(chunk, better.chunk):
            fates[chunk.id] = f"folded: {better.chunk.document} holds the same text"
            return
    translations = [other for other in elsewhere if copies.parallel(chunk, other.chunk)]
    own = next((other for other in translations if other.chunk.language == language), None)
    if own:
        fates[chunk.id] = f"folded: {own.chunk.document} says it in the language of the question"
    elif translations and chunk.language == language:
        first, *others = translations
        kept[kept.index(first)] = replace(candidate, score=first.score)
        for other in others:
            kept.remove(other)
        for other in translations:
            fates[other.chunk.id] = f"folded: {chunk.document} says it in the language of the question"
    else:
        kept.append(candidate)


class _Copies:
    """Compares the chunks of one question; each is taken to words once."""

    def __init__(self, products: ProductScope) -> None:
        self._products = products
        self._catalogue = products.catalogue
        self._manuals: dict[str, _Manual | None] = {}
        self._texts: dict[str, _Text] = {}
        self._one_manual: dict[tuple[str, str], bool] = {}
        self._versions: dict[tuple[str, str], bool] = {}

    def are_versions(self, document: str, other: str) -> bool:
        """Can chunks of these two repeat or translate one another? Of most pairs of manuals none can."""
        pair = (document, other)
        if pair not in self._versions:
            known = document != other and (self._are_formats(*pair) or self._are_translations(*pair))
            self._versions[pair] = self._versions[other, document] = known
        return self._versions[pair]

    def repeats(self, chunk: Chunk, better: Chunk) -> bool:
        """Is all of a chunk in the better one, from another file of the same manual in the same language?"""
        return self._are_formats(chunk.document, better.document) and self._holds(better, chunk)

    def parallel(self, chunk: Chunk, other: Chunk) -> bool:
        """Are these the same passage of a manual in two languages?"""
        if not self._are_translations(chunk.document, other.document):
            return False
        return self._same_place(chunk, other) or self._holds(chunk, other) or self._holds(other, chunk)

    def _are_translations(self, first: str, second: str) -> bool:
        one, two = self._manual(first), self._manual(second)
        if one is None or two is None or one.language == two.language or (one.key, one.facts) != (two.key, two.facts):
            return False
        return self._models(first) == self._models(second)

    def _same_place(self, chunk: Chunk, other: Chunk) -> bool:
        """Whatever tells where a passage stands agrees, and so do its numbers."""
        if len(chunk.section) != len(other.section) or abs(_share(chunk) - _share(other)) > _PLACE_APART:
            return False
        numbers = self._text(chunk).numbers
        if numbers != self._text(other).numbers:
            return False
        if (chunk.ordinal, chunk.document_chunks) == (other.ordinal, other.document_chunks):
            return chunk.anchor == other.anchor or not (chunk.anchor and other.anchor) or bool(numbers)
        telling = {number for number in numbers if len(number) > 1}
        anchored = bool(chunk.anchor) and chunk.anchor == other.anchor
        return len(telling) >= (1 if anchored else _TELLING_NUMBERS)

    def _are_formats(self, first: str, second: str) -> bool:
        pair = (min(first, second), max(first, second))
        if pair not in self._one_manual:
            self._one_manual[pair] = self._compare(first, second)
        return self._one_manual[pair]

    def _compare(self, first: str, second: str) -> bool:
        """Is there a reason to take two files for one manual, and none against it?"""
        one, two = self._manual(first), self._manual(second)
        if one is None or two is None or one.language != two.language or one.facts != two.facts:
            return False
        # Two pages of one format are two pages, whatever they repeat.
        formats = one.suffix != two.suffix
        same_title = one.title == two.title and self._models(first) == self._models(second)
        alike = one.key == two.key or (formats and same_title)
        if not alike and _inside(one.folder, two.folder):  # chapters in a folder of their own, beside the book
            alike = self._titled(one.title) == self._titled(two.title)
        return alike and not self._products.siblings.are(first, second)

    def _holds(self, longer: Chunk, shorter: Chunk) -> bool:
        """Are the shorter one's words in the longer, in one run; and its numbers and codes, without one between?"""
        if len(shorter.text) > _LONGER * len(longer.text):
            return False
        one, other = self._text(shorter), self._text(longer)
        if len(one.words) < _FEWEST_WORDS:
            return one.words == other.words
        edge = int(len(one.words) * _EDGE_SHARE)
        if _spaced(one.words[edge : len(one.words) - edge]) not in other.whole:
            return False
        edges = {*one.words[:edge], *one.words[len(one.words) - edge :], *_words(" ".join(shorter.section[-1:]))}
        around = {*other.words, *_words(" ".join((longer.title, *longer.section)))}
        return edges <= around and _spaced(one.codes) in _spaced(other.codes)

    def _manual(self, document: str) -> _Manual | None:
        if document not in self._manuals:
            known = self._catalogue.document(document)
            self._manuals[document] = _manual(known) if known else None
        return self._manuals[document]

    def _models(self, document: str) -> frozenset[Name]:
        return frozenset(self._catalogue.models_of(document))

    def _titled(self, title: str) -> frozenset[Name]:
        """A title's own models: a chapter's file name (ch02s03) looks like one and is none."""
        return frozenset(mention.name for mention in self._catalogue.mentions(title) if mention.name.kind is Kind.MODEL)

    def _text(self, chunk: Chunk) -> _Text:
        if chunk.id not in self._texts:
            self._texts[chunk.id] = _text(chunk)
        return self._texts[chunk.id]


@lru_cache(maxsize=4096)
def _manual(known: IndexedDocument) -> _Manual:
    folder, _slash, name = known.document.rpartition("/")
    stem = name.rpartition(".")[0] or name
    named = re.sub(r"[-_/.]+", " ", f"{stem} {known.title}")
    return _Manual(
        key=_key(folder, stem, known.language),
        suffix=PurePosixPath(known.document).suffix,
        folder=folder,
        title=_spaced(_words(known.title)),
        language=known.language,
        facts=(
            known.product,
            known.model,
            known.version,
            known.valid_from,
            known.valid_until,
            frozenset(versions_in(f"{known.title} {named}")),
        ),
    )


def _key(folder: str, stem: str, language: str) -> str:
    if not language:
        return f"{folder}/{stem}"
    folders = [part for part in folder.split("/") if language_code(part) != language]
    ending = re.compile(rf"[-_.]{re.escape(language)}(?:[-_][a-z]{{2,4}})?$", re.IGNORECASE)
    return "/".join([*folders, ending.sub("", stem)])


def _inside(folder: str, other: str) -> bool:
    return bool(folder and other) and (folder.startswith(f"{other}/") or other.startswith(f"{folder}/"))


def _text(chunk: Chunk) -> _Text:
    words = _words(chunk.text)
    return _Text(words=words, whole=_spaced(words), codes=tuple(word for word in words if not word.isalpha()))


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(with_plain_dashes(text)))


def _spaced(words: tuple[str, ...]) -> str:
    return f" {' '.join(words)} " if words else " "


def _share(chunk: Chunk) -> float:
    """How far into its manual a chunk stands, 0 to 1."""
    return chunk.ordinal / max(1, chunk.document_chunks - 1)
