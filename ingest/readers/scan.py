"""Pages of a file in, the same with what OCR reads where there is no usable text out. Pictures as manuals too."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from ingest.errors import ReadError
from ingest.quality import PageHint, is_garbled
from ingest.readers.pace import page_recognised
from ingest.readers.pdf_file import Bookmark, PageContent
from ingest.readers.pdf_picture import Drawn
from ingest.readers.scan_kept import recognised_page
from ingest.readers.scan_models import Picture
from ingest.readers.scan_page import ScannedPage
from ingest.types import Element

_FEW_GLYPHS = 120
"""A page with a picture all over it and less text than that is a scan with a stamp or a page number on it."""
_MOST = 0.85
"""Share of a page that the picture of a scan takes at least; a figure under the page's header takes less."""
_MOST_PAGES = 1500
"""Read by OCR in one file: an hour or more."""
_MANY_SHAPES = 20
"""Fewer are the frame of a page that is left blank."""


class PagedFile(Protocol):
    """An open file of pages, numbered from 1: a PDF or a picture."""

    page_count: int

    @property
    def title(self) -> str: ...
    @property
    def language(self) -> str: ...
    def bookmarks(self) -> list[Bookmark]: ...
    def page(self, number: int) -> PageContent: ...
    def drawn(self, number: int) -> Drawn:
        """What is on a page besides its text."""

    def picture(self, number: int) -> Picture | None:
        """A page as a picture; None where it cannot be drawn."""


class Scans:
    """The pages of a file that were read by OCR, and those that could not be read at all."""

    def __init__(self, file: PagedFile) -> None:
        self._file = file
        self._pages: dict[int, ScannedPage] = {}
        self._drawn: set[int] = set()
        self._count = 0

    def page(self, number: int) -> PageContent:
        """A page's content, recognised where the file holds no usable text for it."""
        content = self._file.page(number)
        if has_text(content):
            return content
        drawn = self._file.drawn(number)
        if drawn.pictured > _MOST or drawn.shapes >= _MANY_SHAPES:
            self._drawn.add(number)
        if not _needs_recognition(content, drawn):
            return content
        picture = self._file.picture(number)
        if picture is None:
            return content
        self._count += 1
        if self._count > _MOST_PAGES:
            raise ReadError(
                f"It has more than {_MOST_PAGES} pages without text, too many to recognise",
                hint="Split the file, or run it through a program for text recognition first.",
            )
        scanned = recognised_page(picture, number, content.width, content.height)
        page_recognised()
        if len(scanned.content.glyphs) <= len(content.glyphs) and not _is_garbled(content):
            return content
        self._pages[number] = scanned
        return scanned.content

    @property
    def recognised(self) -> frozenset[int]:
        """Numbers of the pages that were read by OCR."""
        return frozenset(self._pages)

    def marked(self, elements: Sequence[Element]) -> list[Element]:
        """The elements with those that were recognised marked, and their boxes where they are on the displayed page."""
        return [self._mark(element) for element in elements]

    def hints(self) -> dict[int, PageHint]:
        """What is known of pages that were recognised or hold something that is no text."""
        hints = {number: PageHint(drawn=True) for number in self._drawn}
        return hints | {number: PageHint(page.confidence, drawn=True) for number, page in self._pages.items()}

    def _mark(self, element: Element) -> Element:
        pages = {box.page for box in element.boxes} or {element.page or 0}
        if not pages & self._pages.keys():
            return element
        boxes = tuple(self._pages[box.page].displayed(box) if box.page in self._pages else box for box in element.boxes)
        return replace(element, recognised=True, boxes=boxes)


def has_text(content: PageContent) -> bool:
    """Whether there is so much good text on a page that nobody looks for more in its picture."""
    return len(content.glyphs) >= _FEW_GLYPHS and not _is_garbled(content)


def _is_garbled(content: PageContent) -> bool:
    return is_garbled("".join((" " if glyph[6] else "") + glyph[0] for glyph in content.glyphs))


def _needs_recognition(content: PageContent, drawn: Drawn) -> bool:
    """Whether a page with little or garbled text has more to read in its picture."""
    if not content.glyphs:
        # Letters drawn as shapes are many shapes.
        return drawn.pictured > 0.02 or drawn.shapes >= _MANY_SHAPES
    return drawn.pictured > _MOST or _is_garbled(content)
