"""The types of the ingest side, one a stage: SourceFile -> Document(Elements) -> Chunk -> Vectors.

All are frozen: a stage never changes what an earlier one made (`dataclasses.replace` makes a new one).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.audience import Audience

__all__ = [
    "Audience",
    "Box",
    "Chunk",
    "Dense",
    "Document",
    "Element",
    "Kind",
    "PageQuality",
    "SourceFile",
    "Sparse",
    "Vectors",
]

Dense = NDArray[np.float32]
"""Unit-length embedding, shape (dimensions,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file to ingest and what is known of it before it is opened."""

    path: Path
    document: str
    """Path under the ingest root with forward slashes: the document's identity."""
    revision: str
    """First 16 hex digits of the SHA-256 of the bytes."""
    size: int
    """Bytes."""
    product: str = ""
    model: str = ""
    version: str = ""
    language: str = ""
    """BCP 47 in lower case (`en`, `zh`, `ja`), empty where only the text can tell."""
    audience: Audience = Audience.INTERNAL
    title: str = ""
    valid_from: str = ""
    """First day on which the manual holds, as `2026-01-31`; empty: it always did."""
    valid_until: str = ""
    """Last day on which it holds; empty: for good."""
    origins: tuple[tuple[str, str], ...] = ()
    """(field, where its value was said) for each of the above that was said outside the manual's text."""
    root: str = ""
    """Absolute folder that `document` is relative to: what an ingest of that folder may remove again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle on a PDF page, in points, origin at the top left of the page as displayed."""

    page: int
    left: float
    top: float
    right: float
    bottom: float
    start: int = 0
    """Where the text in this box begins, counted in characters of the text that carries the box."""


class Kind(StrEnum):
    """What an element is to a reader of the manual."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    STEP = "step"
    """An item of a numbered procedure."""
    TABLE = "table"
    WARNING = "warning"
    """A note, caution, warning or danger; belongs to what stands next to it."""
    CODE = "code"
    CAPTION = "caption"


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """A block of a document in reading order, in the manual's own words."""

    kind: Kind
    text: str
    """For a table: its rows as lines, cells joined by ` | `."""
    level: int = 0
    """Headings: depth from 1. List items and steps: nesting from 0."""
    page: int | None = None
    """1-based PDF page (sheet or slide elsewhere is part of the heading path, not a page)."""
    boxes: tuple[Box, ...] = ()
    """PDF: one box a line of text."""
    anchor: str = ""
    """HTML: nearest id at or before the element."""
    rows: tuple[tuple[str, ...], ...] = ()
    """Tables: cells row by row, header row first; a merged cell is repeated in each place it covers."""
    recognised: bool = False
    """Read off a picture by OCR: it may hold wrong letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageQuality:
    """How well a page was read, so that an editor sees which ones to look at."""

    page: int
    """1-based; 0 for a document without pages."""
    score: float
    """0 (nothing usable) to 1 (nothing to complain of)."""
    problems: tuple[str, ...] = ()
    """What lowers the score, as short names: `empty`, `garbled`, `broken table`, `suspicious order`, `recognised`,
    `macros left out`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file that was read."""

    source: SourceFile
    title: str
    language: str
    elements: tuple[Element, ...]
    pages: int = 0
    """PDF pages; 0 for formats without pages."""
    quality: tuple[PageQuality, ...] = ()
    """The pages that lost something on the way, and those read by OCR; a page that is not named is fine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A piece of a document: what is searched and, in the manual's own words, what is shown."""

    id: str
    """uuid5 of document, revision and ordinal."""
    document: str
    revision: str
    ordinal: int
    """Place in the document from 0, without gaps."""
    title: str
    section: tuple[str, ...]
    """Headings from the outermost in."""
    text: str
    """The manual's own text, to quote."""
    page: int | None = None
    pages: tuple[int, ...] = ()
    boxes: tuple[Box, ...] = ()
    anchor: str = ""
    kinds: tuple[Kind, ...] = ()
    product: str = ""
    model: str = ""
    version: str = ""
    language: str = ""
    """Of the section it stands in."""
    document_language: str = ""
    """Of most of the document."""
    audience: Audience = Audience.INTERNAL
    valid_from: str = ""
    valid_until: str = ""
    origins: tuple[tuple[str, str], ...] = ()
    """As in SourceFile, on the first chunk of a document only."""
    document_pages: int = 0
    document_chunks: int = 0
    root: str = ""
    signature: str = ""
    """Hash of all but the bytes that made this chunk: metadata set from outside, versions of reader and chunker."""
    recognised: bool = False
    """Some of its text was read off a picture by OCR."""

    @property
    def embed_text(self) -> str:
        """The text to embed and match."""
        return embed_text(self.title, self.section, self.text)


def embed_text(title: str, section: Iterable[str], text: str) -> str:
    """The text to embed: title and heading path go before the quotable text."""
    path = " > ".join(dict.fromkeys((title, *section)))
    return f"{path}\n{text}" if path else text


@dataclass(frozen=True, slots=True)
class Sparse:
    """BM25 term weights: ascending term ids and their weights, equally long."""

    indices: tuple[int, ...] = ()
    values: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Vectors:
    """What a chunk or a question is searched by."""

    dense: Dense
    sparse: Sparse = field(default_factory=Sparse)
