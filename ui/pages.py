"""PDF pages as pictures, with the cited lines marked.

Enters: a PDF, a page number and rectangles in points. Leaves: PNG bytes. pypdfium2 and Pillow stop here.
"""

import re
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import ReadError

if TYPE_CHECKING:
    from PIL.Image import Image
    from pypdfium2 import PdfDocument

LONGEST_SIDE = 1600
"""Pixels. A panel is at most about 700 CSS pixels wide, so this is sharp on a dense screen too."""

ENOUGH_LETTERS = 6
"""Where a quote begins or ends inside a line, this many letters must agree."""

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
        self._kept: OrderedDict[tuple[Path, int, tuple[Mark, ...]], bytes] = OrderedDict()

    def draw(self, path: Path, page: int, marks: tuple[Mark, ...] = ()) -> bytes | None:
        """PNG of a 1-based page, None where there is no such page. Raises ReadError for a file that is no PDF."""
        key = (path, page, marks)
        with _pdfium:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            picture = _draw(path, page, marks)
            if picture is not None:
                self._kept[key] = picture
                while len(self._kept) > self._keep:
                    self._kept.popitem(last=False)
            return picture


def quoted_lines(path: Path, page: int, lines: tuple[Mark, ...], quote: str) -> tuple[Mark, ...]:
    """Those of a passage's lines on a page that hold words of the quote; all of them where none can be told apart.

    Raises ReadError for a file that is no PDF.
    """
    sought = _squashed(quote)
    with _pdfium, _opened(path) as document:
        if not sought or not 1 <= page <= len(document):
            return lines
        sheet = document[page - 1]
        text, height = sheet.get_textpage(), sheet.get_height()
        kept = tuple(
            line
            for line in lines
            if _shares(
                _squashed(text.get_text_bounded(line.left, height - line.bottom, line.right, height - line.top)), sought
            )
        )
    return kept or lines


def _squashed(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


def _shares(line: str, quote: str) -> bool:
    """Is the line in the quote, or does the quote begin or end in it? A few letters shared by chance do not count."""
    if not line:
        return False
    if line in quote or quote in line:
        return True
    longest = min(len(line), len(quote))
    return any(line.endswith(quote[:n]) or line.startswith(quote[-n:]) for n in range(longest, ENOUGH_LETTERS - 1, -1))


@contextmanager
def _opened(path: Path) -> "Iterator[PdfDocument]":
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise ReadError(f"{path.name} cannot be opened as a PDF: {error}") from error
    try:
        yield document
    finally:
        document.close()


def _draw(path: Path, page: int, marks: tuple[Mark, ...]) -> bytes | None:
    with _opened(path) as document:
        if not 1 <= page <= len(document):
            return None
        sheet = document[page - 1]
        scale = LONGEST_SIDE / max(*sheet.get_size(), 1.0)
        image = sheet.render(scale=scale, rev_byteorder=True).to_pil().convert("RGB")
    if marks:
        image = _marked(image, marks, scale)
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
