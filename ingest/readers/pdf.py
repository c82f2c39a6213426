"""A PDF in, a Document out: text in reading order with positions, headings, lists, tables, code and warnings.

Pages without usable text go through OCR on their way (`scan`), and are from then on pages like all others.
"""

import re
from collections.abc import Sequence
from statistics import median

from ingest.errors import ReadError
from ingest.language import detect_language
from ingest.metadata import language_code
from ingest.quality import page_qualities
from ingest.readers.page_ahead import pays_off, read_in_halves
from ingest.readers.pdf_blocks import blocks_of
from ingest.readers.pdf_contents import without_contents
from ingest.readers.pdf_continued import join_continued_tables
from ingest.readers.pdf_elements import elements_of
from ingest.readers.pdf_file import open_pdf
from ingest.readers.pdf_footnotes import footnotes
from ingest.readers.pdf_headings import body_of, fold, heading_levels
from ingest.readers.pdf_joining import hyphenated_words, join_lines
from ingest.readers.pdf_layout import PageText, lay_out, set_leading
from ingest.readers.pdf_lines import Line
from ingest.readers.pdf_running import without_running_lines
from ingest.readers.pdf_tables import with_tables
from ingest.readers.scan import PagedFile, Scans
from ingest.types import Document, Element, Kind, SourceFile

_FILE_NAME = re.compile(
    r"\.(?:docx?|odt|tex|dvi|indd|fm|xml|html?|pdf|pptx?)$|^microsoft \w+ -|^untitled", re.IGNORECASE
)


def read_pdf(source: SourceFile) -> Document:
    """Reads a PDF's text layer, and by OCR the pages that have none.

    Raises ReadError where the file is empty, damaged, needs a password, or has no text at all.
    """
    with open_pdf(source.path, source.document) as file:
        if pays_off(file.page_count):
            scans = Scans(file)
            return _document(source, file, scans, read_in_halves(source.path, file.page_count, scans))
        return read_pages(source, file)


def read_pages(source: SourceFile, file: PagedFile) -> Document:
    """Reads an open file of pages, a PDF or pictures. Raises ReadError where there is no text on any of them."""
    scans = Scans(file)
    return _document(source, file, scans, [lay_out(scans.page(number)) for number in range(1, file.page_count + 1)])


def _document(source: SourceFile, file: PagedFile, scans: Scans, pages: list[PageText]) -> Document:
    if not any(page.lines for page in pages):
        raise _no_text(source.document, file.page_count)
    first_title = _title(pages, file, source.document)
    elements = scans.marked(_elements(pages, file, scans.recognised))
    return Document(
        source=source,
        title=source.title or first_title,
        language=source.language or detect_language(_sample(elements)) or language_code(file.language),
        elements=tuple(elements),
        pages=file.page_count,
        quality=page_qualities(elements, scans.hints()),
    )


def _sample(elements: Sequence[Element]) -> str:
    # Code and tables say little about the language; what a file says of itself is often the author's, not the text's.
    prose = [element.text for element in elements if element.kind not in (Kind.CODE, Kind.TABLE)]
    return "\n".join(prose or [element.text for element in elements])


def _no_text(document: str, pages: int) -> ReadError:
    return ReadError(
        f"{document} holds no text: nothing can be read on its {pages} pages",
        hint="If a person can read them, scan them again at 200 dots an inch or more, or get the original file.",
    )


def _elements(pages: Sequence[PageText], file: PagedFile, recognised: frozenset[int]) -> list[Element]:
    everything = {page.number: list(page.lines) for page in pages}
    without_running_lines(pages)
    without_contents(pages)
    if not any(page.lines for page in pages):
        # A file of nothing but what looks like headers or contents: better those than nothing.
        for page in pages:
            page.lines = everything[page.number]
    set_leading(pages)
    body = body_of(pages)
    # A manual that is a scan throughout has no other looks to go by.
    pictures = recognised if len(recognised) < 0.5 * len(pages) else frozenset()
    levels = heading_levels(pages, file.bookmarks(), body, pictures)
    words = hyphenated_words([line.text for page in pages for line in page.lines])
    headings = frozenset(levels)
    notes = footnotes(pages, body.size)
    flows: list[list[Line]] = []
    for page in pages:
        ends = [line for line in flows[-1] if id(line) not in notes] if flows else []
        flows.append(with_tables(page, headings, ends[-1] if ends else None))
    join_continued_tables(flows, notes)
    blocks = [block for page, lines in zip(pages, flows, strict=True) for block in blocks_of(page, lines, levels)]
    return elements_of(blocks, words, notes)


def _title(pages: Sequence[PageText], file: PagedFile, document: str) -> str:
    """The title in the metadata where it is one, else the largest lines of the first page, else the file's name."""
    stem = document.rsplit("/", maxsplit=1)[-1].rsplit(".", maxsplit=1)[0]
    if file.title and fold(file.title) != fold(stem) and not _FILE_NAME.search(file.title):
        return file.title
    lines = [line for line in pages[0].lines if not line.rows and any(map(str.isalpha, line.text))]
    largest = max((line.size for line in lines), default=0.0)
    others = [line.size for page in pages[:5] for line in page.lines]
    if largest <= 1.2 * median(others or [0.0]):
        return stem.replace("_", " ")
    titled = [line.text for line in lines if line.size > 0.95 * largest][:3]
    return join_lines(titled)
