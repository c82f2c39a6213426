"""A PDF in, a Document out: text in reading order with positions, headings, lists, tables, code and warnings."""

from collections.abc import Sequence

from ingest.errors import ReadError
from ingest.readers.pdf_blocks import blocks_of, element_of, joined_over_pages
from ingest.readers.pdf_file import PdfFile, open_pdf
from ingest.readers.pdf_headings import body_size, heading_levels
from ingest.readers.pdf_joining import hyphenated_words
from ingest.readers.pdf_layout import PageText, lay_out
from ingest.readers.pdf_running import without_contents, without_running_lines
from ingest.readers.pdf_tables import repeat_headers, with_tables
from ingest.types import Document, Element, Kind, SourceFile


def read_pdf(source: SourceFile) -> Document:
    """Reads a PDF's text layer. Pages without one are skipped.

    Raises ReadError where the file is empty, damaged, needs a password, or has no text layer at all.
    """
    with open_pdf(source.path, source.document) as file:
        pages = [lay_out(file.page(number)) for number in range(1, file.page_count + 1)]
        if not any(page.lines for page in pages):
            raise _no_text(source.document, file.page_count)
        elements = _elements(pages, file)
        title = source.title or _title(elements, file)
        language = source.language or file.language
        return Document(source=source, title=title, language=language, elements=tuple(elements), pages=file.page_count)


def _no_text(document: str, pages: int) -> ReadError:
    return ReadError(
        f"{document} has no text layer: its {pages} pages are pictures",
        hint="Run it through text recognition (OCR) first and ingest the result, or get the original file.",
    )


def _elements(pages: Sequence[PageText], file: PdfFile) -> list[Element]:
    everything = {page.number: list(page.lines) for page in pages}
    without_running_lines(pages)
    without_contents(pages)
    if not any(page.lines for page in pages):
        # A file of nothing but what looks like headers or contents: better those than nothing.
        for page in pages:
            page.lines = everything[page.number]
    levels = heading_levels(pages, file.bookmarks(), body_size(pages))
    words = hyphenated_words([line.text for page in pages for line in page.lines])
    headings = frozenset(levels)
    flows = [with_tables(page, headings) for page in pages]
    repeat_headers(flows)
    found = [
        element_of(block, words)
        for page, lines in zip(pages, flows, strict=True)
        for block in blocks_of(page, lines, levels)
    ]
    return joined_over_pages(found, words)


def _title(elements: Sequence[Element], file: PdfFile) -> str:
    """The title in the metadata where it is one, else the first heading."""
    if file.title and not file.title.lower().endswith((".doc", ".docx", ".tex", ".dvi", ".indd", ".fm", ".xml")):
        return file.title
    headings = (element.text for element in elements if element.kind is Kind.HEADING)
    return next(headings, "")
