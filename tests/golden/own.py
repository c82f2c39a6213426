"""A golden PDF as our own reader reads it: the document, and the same as pieces for the score."""

from functools import cache
from pathlib import Path

from ingest.readers.pdf import read_pdf
from ingest.types import Document, Kind, SourceFile
from tests.golden.score import Piece


@cache
def read_own(path: Path) -> Document:
    """The document as an ingest would read it."""
    return read_pdf(SourceFile(path=path, document=path.name, revision="0" * 16, size=path.stat().st_size))


def own_pieces(document: Document) -> list[Piece]:
    """The elements of a document in the form that is scored."""
    return [
        Piece(text=element.text, heading_level=element.level if element.kind is Kind.HEADING else 0, rows=element.rows)
        for element in document.elements
    ]
