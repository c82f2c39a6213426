"""A picture file (PNG, JPEG, TIFF with its pages, WebP, BMP) in, a Document out: a photographed or scanned manual."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from math import sqrt
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from ingest.errors import ReadError
from ingest.readers.pdf_file import Bookmark, PageContent
from ingest.readers.pdf_picture import Drawn
from ingest.readers.scan_models import Picture
from ingest.types import Document, SourceFile

_MOST_PIXELS = 120_000_000
"""A3 at 600 dots an inch is 70 million; unpacked, this many take 360 MB."""
_PIXELS_READ = 12_000_000
"""Three times A4 at 200 dots an inch; more detail only costs time."""
_PAGE_POINTS = 842
"""Height of A4: of a picture that does not say how many dots an inch it has."""
_SCREEN_SIDE = 1400
"""Pixels of the longer side up to which such a picture is taken for one of a screen, with 96 dots an inch."""


def read_picture(source: SourceFile) -> Document:
    """Reads a picture by OCR. Raises ReadError where it is damaged, too large, or holds no text."""
    from ingest.readers.pdf import read_pages

    with _open_picture(source.path, source.document) as file:
        return read_pages(source, file)


@contextmanager
def _open_picture(path: Path, document: str) -> Iterator["_PictureFile"]:
    with warnings.catch_warnings():
        # Pillow's warning of many pixels comes from half our limit on.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            with Image.open(path) as image:
                yield _PictureFile(image, document)
        except Image.DecompressionBombError as error:
            raise _too_large(document) from error
        except (UnidentifiedImageError, OSError, SyntaxError, EOFError) as error:
            raise ReadError(
                f"{document} is not a readable picture: {' '.join(str(error).split())[:200]}",
                hint="Open it in a viewer; if it opens there, save it again as PNG, otherwise get the file again.",
            ) from error


class _PictureFile:
    """An open picture as a file of pages without text."""

    title = language = ""

    def __init__(self, image: Image.Image, document: str) -> None:
        self._image = image
        self._document = document
        # Frames are pages in TIFF only; elsewhere they are a film.
        self.page_count: int = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1

    def bookmarks(self) -> list[Bookmark]:
        return []

    def page(self, number: int) -> PageContent:
        width, height = self._shown(number)
        scale = self._points_a_pixel()
        return PageContent(number, width * scale, height * scale, [], [])

    def drawn(self, number: int) -> Drawn:  # noqa: ARG002 - every page is a picture
        return Drawn(pictured=1.0, shapes=1)

    def picture(self, number: int) -> Picture | None:
        self._turn_to(number)
        # JPEG can be unpacked at half, a quarter, an eighth of its size.
        shrink = max(1.0, sqrt(self._image.width * self._image.height / _PIXELS_READ))
        wanted = round(self._image.width / shrink), round(self._image.height / shrink)
        if shrink > 1 and self._image.format == "JPEG":
            self._image.draft("RGB", wanted)
        upright = ImageOps.exif_transpose(self._image)
        if _has_holes(upright):
            upright = Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright.convert("RGBA"))
        image = upright.convert("RGB")
        if shrink > 1:
            image.thumbnail((max(wanted), max(wanted)), Image.Resampling.BILINEAR)
        return np.ascontiguousarray(image, np.uint8)

    def _turn_to(self, number: int) -> None:
        if self.page_count > 1:
            self._image.seek(number - 1)
        if self._image.width * self._image.height > _MOST_PIXELS:
            raise _too_large(self._document)

    def _shown(self, number: int) -> tuple[int, int]:
        """Width and height in pixels, as the camera was held."""
        self._turn_to(number)
        sides = self._image.size
        return sides[::-1] if self._image.getexif().get(_ORIENTATION, 1) >= 5 else sides

    def _points_a_pixel(self) -> float:
        told = float(self._image.info.get("dpi", (0, 0))[0] or 0)
        longer = max(self._image.size)
        if 100 <= told <= 1200:
            return 72 / told
        return _PAGE_POINTS / longer if longer > _SCREEN_SIDE else 72 / 96


_ORIENTATION = 0x0112
"""The EXIF tag of how the camera was held."""


def _has_holes(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info


def _too_large(document: str) -> ReadError:
    return ReadError(
        f"{document} has more than {_MOST_PIXELS // 10**6} million pixels",
        hint="Save it with fewer: 300 dots an inch are enough to be read.",
    )
