"""Pictures that manuals carry in their own files: their bytes come in, PNG bytes or a size leave. Pillow decodes.

Whatever they were, a browser gets a PNG of ours: nothing reaches it under a type that a manual's file chose.
"""

from contextlib import contextmanager
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from ingest.readers.inner_pictures import WITH_PICTURES, picture_at
from ui.pages import LONGEST_SIDE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image

_FORMATS: Final = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
_MOST_PIXELS: Final = 40_000_000
"""160 MB of memory while it is made smaller; a photograph has 12 to 24 million."""


def picture_in(path: Path, document: str, place: int) -> bytes | None:
    """A file's picture as PNG, by its place; None where there is none to show. Raises ReadError for a file that is made
    to do harm."""
    if PurePosixPath(document).suffix.lower() not in WITH_PICTURES:
        return None
    content = picture_at(path, document, place)
    return inner_picture(content) if content else None


def inner_picture(content: bytes) -> bytes | None:
    """As PNG, not larger than a page's picture; None for what is none of the formats, damaged or too large."""
    with _opened(content) as image:
        if image is None:
            return None
        try:
            shown = image
            if image.mode.startswith("I"):
                # Grey in 16 bits, of which a conversion alone would make white whatever is not nearly black.
                shown = image.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
            shown.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            out = BytesIO()
            shown.convert("RGBA" if "A" in shown.mode or "transparency" in shown.info else "RGB").save(out, "PNG")
        except (OSError, SyntaxError, ValueError):
            return None
        return out.getvalue()


def inner_size(content: bytes) -> tuple[int, int] | None:
    """Width and height, by what its first bytes say; None where it would not be shown."""
    with _opened(content) as image:
        return image.size if image is not None else None


@contextmanager
def _opened(content: bytes) -> "Iterator[Image | None]":
    from PIL import Image as Images

    try:
        image = Images.open(BytesIO(content), formats=_FORMATS)
    except (OSError, SyntaxError, ValueError, Images.DecompressionBombError):
        yield None
        return
    with image:
        yield image if image.width * image.height <= _MOST_PIXELS else None
