"""PDF pages as pictures, with the cited lines marked.

Enters: a PDF, a page number and rectangles in points. Leaves: PNG bytes. pypdfium2 and Pillow stop here.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import ReadError

if TYPE_CHECKING:
    from PIL.Image import Image

LONGEST_SIDE = 1600
"""Pixels. A panel is at most about 700 CSS pixels wide, so this is sharp on a dense screen too."""

MARKER = (255, 214, 92)
"""Multiplied into the page: a text marker's yellow, black text stays black."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A rectangle to mark, in points from the top left of the page as displayed."""

    left: float
    top: float
    right: float
    bottom: float


class PagePictures:
    """Draws pages and keeps the last ones. PDFium allows one thread at a time, so drawing is behind a lock."""

    def __init__(self, *, keep: int = 48) -> None:
        self._keep = keep
        self._kept: OrderedDict[tuple[Path, int, tuple[Mark, ...]], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def draw(self, path: Path, page: int, marks: tuple[Mark, ...] = ()) -> bytes | None:
        """PNG of a 1-based page, None where there is no such page. Raises ReadError for a file that is no PDF."""
        key = (path, page, marks)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            picture = _draw(path, page, marks)
            if picture is not None:
                self._kept[key] = picture
                while len(self._kept) > self._keep:
                    self._kept.popitem(last=False)
            return picture


def _draw(path: Path, page: int, marks: tuple[Mark, ...]) -> bytes | None:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise ReadError(f"{path.name} cannot be opened as a PDF: {error}") from error
    try:
        if not 1 <= page <= len(document):
            return None
        sheet = document[page - 1]
        scale = LONGEST_SIDE / max(*sheet.get_size(), 1.0)
        image = sheet.render(scale=scale, rev_byteorder=True).to_pil().convert("RGB")
    finally:
        document.close()
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
