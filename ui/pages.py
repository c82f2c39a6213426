"""PDF pages as pictures, with the cited lines marked.

Enters: a PDF, a page number and rectangles in points. Leaves: PNG bytes. pypdfium2 and Pillow stop here.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import ReadError
from ingest.letters import letters_of

if TYPE_CHECKING:
    from PIL.Image import Image
    from pypdfium2 import PdfDocument, PdfPage

LONGEST_SIDE = 1600
"""Pixels. A panel is at most about 700 CSS pixels wide, so this is sharp on a dense screen too."""

ENOUGH_BYTES = 8
"""Where a quote begins or ends inside a line, this much must agree."""

SURE_BYTES = 12
"""A line that shares this much with the quote is of the quote, wherever it stands."""

MARKER = (255, 214, 92)
"""Multiplied into the page: a text marker's yellow, black text stays black."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A rectangle to mark, in points from the top left of the page as displayed."""

    left: float
    top: float
    right: float
    bottom: float


_pdfium = threading.Lock()
"""PDFium allows one thread at a time in a process."""


class PagePictures:
    """Draws pages and keeps the last ones."""

    def __init__(self, *, keep: int = 48) -> None:
        self._keep = keep
        self._kept: OrderedDict[tuple[Path, int, tuple[Mark, ...], Mark | None], bytes] = OrderedDict()

    def draw(self, path: Path, page: int, marks: tuple[Mark, ...] = (), part: Mark | None = None) -> bytes | None:
        """PNG of a 1-based page, or of a part of it; None where there is no such page.

        Raises ReadError for a damaged file or page.
        """
        key = (path, page, marks, part)
        with _pdfium:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            picture = _draw(path, page, marks, part)
            if picture is not None:
                self._kept[key] = picture
                while len(self._kept) > self._keep:
                    self._kept.popitem(last=False)
            return picture


def page_size(path: Path, page: int) -> tuple[float, float] | None:
    """Width and height of a 1-based page in points, None where there is no such page. Raises ReadError."""
    with _pdfium, _opened(path) as document:
        if not 1 <= page <= len(document):
            return None
        width, height = document[page - 1].get_size()
        return width, height


def quoted_lines(path: Path, page: int, lines: tuple[Mark, ...], quote: str) -> tuple[Mark, ...]:
    """Those of a passage's lines on a page that hold words of the quote; all of them where none can be told apart.

    Raises ReadError for a damaged file or page.
    """
    sought = letters_of(quote)
    with _pdfium, _opened(path) as document:
        if not sought or not 1 <= page <= len(document):
            return lines
        sheet = document[page - 1]
        text, height = sheet.get_textpage(), sheet.get_height()
        shared = {
            line: _shared(
                letters_of(text.get_text_bounded(line.left, height - line.bottom, line.right, height - line.top)),
                sought,
            )
            for line in lines
        }
    sure = [line for line in lines if shared[line] >= SURE_BYTES]
    if not sure:
        enough = min(ENOUGH_BYTES, len(sought.encode()))
        return tuple(line for line in lines if shared[line] >= enough) or lines
    # A short line, a part number in a table say, may stand elsewhere too: it counts only beside a sure one.
    top, bottom = min(line.top for line in sure), max(line.bottom for line in sure)
    return tuple(line for line in lines if shared[line] and top <= (line.top + line.bottom) / 2 <= bottom)


def _shared(line: str, quote: str) -> int:
    """Bytes of the line that are the quote's: all of it, or a quote's beginning at its end, or an end at its beginning.

    Bytes, since three Chinese characters say as much as nine letters.
    """
    if line in quote:
        return len(line.encode())
    if quote in line:
        return len(quote.encode())
    for size in range(min(len(line), len(quote)) - 1, 0, -1):
        if line.endswith(quote[:size]) or line.startswith(quote[-size:]):
            found = len(quote[:size].encode())
            return found if found >= ENOUGH_BYTES else 0
    return 0


@contextmanager
def page_opened(path: Path, page: int) -> "Iterator[PdfPage | None]":
    """A 1-based page, None where there is none. While it is open, no other thread has one: be quick."""
    with _pdfium, _opened(path) as document:
        yield document[page - 1] if 1 <= page <= len(document) else None


@contextmanager
def _opened(path: Path) -> "Iterator[PdfDocument]":
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise ReadError(f"{path.name} cannot be opened as a PDF: {error}") from error
    try:
        yield document
    except pypdfium2.PdfiumError as error:
        # A file can open and have a page that does not.
        raise ReadError(f"a page of {path.name} cannot be read: {error}") from error
    finally:
        document.close()


def _draw(path: Path, page: int, marks: tuple[Mark, ...], part: Mark | None) -> bytes | None:
    with _opened(path) as document:
        if not 1 <= page <= len(document):
            return None
        sheet = document[page - 1]
        scale = LONGEST_SIDE / max(*sheet.get_size(), 1.0)
        image = sheet.render(scale=scale, rev_byteorder=True).to_pil().convert("RGB")
    if marks:
        image = _marked(image, marks, scale)
    if part is not None:
        # Never outside of the page: a picture as large as somebody asks for would cost the memory that they like.
        left, right = (min(max(round(edge * scale), 0), image.width) for edge in (part.left, part.right))
        top, bottom = (min(max(round(edge * scale), 0), image.height) for edge in (part.top, part.bottom))
        if left >= right or top >= bottom:
            return None
        image = image.crop((left, top, right, bottom))
    out = BytesIO()
    image.save(out, "PNG", compress_level=3)
    return out.getvalue()


def _marked(image: "Image", marks: tuple[Mark, ...], scale: float) -> "Image":
    from PIL import Image as Images
    from PIL import ImageChops, ImageDraw

    layer = Images.new("RGB", image.size, "white")
    pen = ImageDraw.Draw(layer)
    margin = 1.5 * scale  # Lines' boxes hug their letters; a marker is a little wider.
    for mark in marks:
        corners = (mark.left * scale - margin, mark.top * scale - margin)
        ends = (mark.right * scale + margin, mark.bottom * scale + margin)
        pen.rounded_rectangle((corners, ends), radius=margin, fill=MARKER)
    return ImageChops.multiply(image, layer)
