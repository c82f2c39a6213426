"""A PDF file in, its pages' glyphs, rules and bookmarks out. With `pdf_picture`, all that speaks to pypdfium2.

PDFium is not thread safe: one document at a time in a process. Coordinates leave this file in points with the
origin at the top left of the page as displayed.
"""

import ctypes
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import hypot
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from ingest.errors import ReadError
from ingest.readers.pdf_picture import Drawn, draw_page, drawn_on

RULE_THICKNESS = 2.5
"""Points: a thinner filled or stroked path is a line drawn between table cells, a thicker one a shape."""

DOT_SIZE = (1.5, 7.0)
"""Points: the least and the most a drawn bullet measures."""

_BOLD = re.compile(r"bold|black|heavy|demi|semibd|-bd\b|cmbx|sfbx|ecbx|cmb\d|-medi\b", re.IGNORECASE)
_MONO = re.compile(r"mono|courier|typewriter|cmtt|sftt|ectt|consol|menlo|fixed|inconsol|nimbusmon|code|cmsltt", re.I)
_ITALIC = re.compile(r"ital|obli|cmti|cmsl|-regui", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Style:
    """How a run of glyphs is set. `size` is in points as displayed."""

    size: float
    bold: bool
    mono: bool
    italic: bool
    upright: bool
    """False where the text runs up, down or aslant on the displayed page."""
    baseline: float


@dataclass(frozen=True, slots=True)
class Rule:
    """A thin straight line on the page."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def is_horizontal(self) -> bool:
        return self.right - self.left >= self.bottom - self.top


Glyph = tuple[str, float, float, float, float, Style, bool]
"""Character, left, top, right, bottom, style, whether white space goes before it."""


@dataclass(frozen=True, slots=True)
class PageContent:
    """What is on one page, in the order of the file."""

    number: int
    width: float
    height: float
    glyphs: list[Glyph]
    rules: list[Rule]
    dots: list[Rule] = field(default_factory=list)
    """Small shapes about as high as wide: programs draw the bullets of lists so."""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An entry of the outline; `level` from 1, `page` 1-based or None, `top` from the top of the page or None."""

    title: str
    level: int
    page: int | None
    top: float | None


@contextmanager
def open_pdf(path: Path, document: str) -> Iterator["PdfFile"]:
    """Opens a PDF, also one encrypted with an empty password. Raises ReadError with the reason."""
    if path.stat().st_size == 0:
        raise ReadError(f"{document} is empty", hint="Copy the file again, then run `manualdesk ingest` again.")
    try:
        opened = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise _open_error(document, str(error)) from error
    try:
        yield PdfFile(opened)
    finally:
        opened.close()


def _open_error(document: str, reason: str) -> ReadError:
    if "password" in reason.lower():
        return ReadError(f"{document} needs a password", hint="Save a copy without a password and put it in its place.")
    return ReadError(
        f"{document} is not a readable PDF ({reason})",
        hint="Open it in a viewer; if it opens there, print it to a new PDF, otherwise get the file again.",
    )


class PdfFile:
    """An open PDF."""

    def __init__(self, opened: Any) -> None:
        self._opened = opened
        self.page_count: int = len(opened)

    @property
    def title(self) -> str:
        """Title of the file's metadata, often empty or useless."""
        return str(self._opened.get_metadata_value("Title") or "").strip()

    @property
    def language(self) -> str:
        """The language the catalog names, lower case, often empty."""
        size = pdfium.FPDFCatalog_GetLanguage(self._opened.raw, None, 0)
        if size <= 2:
            return ""
        buffer = ctypes.create_string_buffer(size)
        pdfium.FPDFCatalog_GetLanguage(self._opened.raw, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), size)
        return buffer.raw.decode("utf-16-le", "ignore").rstrip("\x00").strip().lower()

    def bookmarks(self) -> list[Bookmark]:
        """The outline in reading order; empty where there is none or it is broken."""
        found = []
        for entry in self._opened.get_toc(max_depth=12):
            target = entry.get_dest()
            page = top = None
            if target is not None:
                index = target.get_index()
                mode, view = target.get_view()
                page = index + 1 if index is not None and 0 <= index < self.page_count else None
                if page and mode == pdfium.PDFDEST_VIEW_XYZ and len(view) > 1 and view[1]:
                    top = float(view[1])
            title = " ".join(entry.get_title().split())
            if title:
                found.append(Bookmark(title, entry.level + 1, page, top))
        return found

    def page(self, number: int) -> PageContent:
        """Glyphs and rules of a page (1-based). A page PDFium cannot load has none."""
        page = pdfium.FPDF_LoadPage(self._opened.raw, number - 1)
        if not page:
            return PageContent(number, 0.0, 0.0, [], [])
        text = pdfium.FPDFText_LoadPage(page)
        try:
            place = _Placement(page)
            glyphs = _glyphs(text, place) if text else []
            return PageContent(number, place.width, place.height, glyphs, *_shapes(page, place))
        finally:
            if text:
                pdfium.FPDFText_ClosePage(text)
            pdfium.FPDF_ClosePage(page)

    def drawn(self, number: int) -> Drawn:
        """What is on a page (1-based) besides its text."""
        return drawn_on(self._opened, number)

    def picture(self, number: int) -> NDArray[np.uint8] | None:
        """A page (1-based) as a picture, rows by columns by 3; None where it cannot be drawn."""
        return draw_page(self._opened, number)


class _Placement:
    """From the page's own coordinates (origin bottom left, before rotation) to those of the displayed page."""

    def __init__(self, page: Any) -> None:
        self.width = pdfium.FPDF_GetPageWidthF(page)
        self.height = pdfium.FPDF_GetPageHeightF(page)
        self.turn: int = pdfium.FPDFPage_GetRotation(page)
        box = pdfium.FS_RECTF()
        pdfium.FPDF_GetPageBoundingBox(page, ctypes.byref(box))
        self.x, self.y, self.x2, self.y2 = box.left, min(box.bottom, box.top), box.right, max(box.bottom, box.top)

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        """Left, top, right, bottom on the displayed page."""
        if self.turn == 0:
            return left - self.x, self.y2 - top, right - self.x, self.y2 - bottom
        if self.turn == 1:
            return bottom - self.y, left - self.x, top - self.y, right - self.x
        if self.turn == 2:
            return self.x2 - right, bottom - self.y, self.x2 - left, top - self.y
        return self.y2 - top, self.x2 - right, self.y2 - bottom, self.x2 - left


def _glyphs(text: Any, place: _Placement) -> list[Glyph]:
    # One pass with the fewest calls into PDFium: three a glyph, the rest once a text object.
    unicode_of, box_of, object_of = (
        pdfium.FPDFText_GetUnicode,
        pdfium.FPDFText_GetLooseCharBox,
        pdfium.FPDFText_GetTextObject,
    )
    rect = pdfium.FS_RECTF()
    reference = ctypes.byref(rect)
    styles: dict[int, Style] = {}
    fonts: dict[int, tuple[bool, bool, bool]] = {}
    glyphs: list[Glyph] = []
    spaced = False
    unturned, x, y = place.turn == 0, place.x, place.y2
    wide, high = place.width + 1, place.height + 1
    for index in range(pdfium.FPDFText_CountChars(text)):
        code = unicode_of(text, index)
        if code in _SPACES:
            spaced = True
            continue
        owner = object_of(text, index)
        if not owner or not box_of(text, index, reference):
            spaced = True
            continue
        address = ctypes.addressof(owner.contents)
        style = styles.get(address)
        if style is None:
            style = styles[address] = _style(text, index, (owner, fonts, place))
        if unturned:
            left, top, right, bottom = rect.left - x, y - rect.top, rect.right - x, y - rect.bottom
        else:
            left, top, right, bottom = place.box(rect.left, rect.bottom, rect.right, rect.top)
        if not (-wide < left < 2 * wide and -high < top < 2 * high and right < 3 * wide and bottom < 3 * high):
            # Far outside of the page: a damaged file, or text that nobody was meant to see.
            continue
        character = chr(code) if code not in _REPAIRED else chr(_REPAIRED[code])
        glyphs.append((character, left, top, right, bottom, style, spaced))
        spaced = False
    return glyphs


# The round corners of TeX's frames, as its circle font names them.
_CORNERS = (0x261B, 0x271F, 0x2720, 0x2721)
_SPACES = frozenset((0, 9, 10, 13, 32, 0xA0, 0x3000, 0x200B, 0xFEFF, *range(0x2000, 0x200B), 0x202F, *_CORNERS))
# PDFium writes 2 for a hyphen at the end of a line; symbol fonts put bullets in the private area.
_REPAIRED = {2: 0x2D, 0xFFFE: 0x2D, 0xFFFF: 0x2D, 0xF0B7: 0x2022, 0xF0A7: 0x25AA, 0xF0A8: 0x2022, 0xF0D8: 0x2023}


def _style(text: Any, index: int, known: tuple[Any, dict[int, tuple[bool, bool, bool]], _Placement]) -> Style:
    owner, fonts, place = known
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(text, index, ctypes.byref(matrix))
    size = pdfium.FPDFText_GetFontSize(text, index) * (hypot(matrix.c, matrix.d) or 1.0)
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetCharOrigin(text, index, ctypes.byref(x), ctypes.byref(y))
    baseline = place.box(x.value, y.value, x.value, y.value)[1]
    # The direction the text runs in, turned with the page.
    along = (matrix.a, matrix.b)
    for _ in range(place.turn):
        along = (along[1], -along[0])
    upright = along[0] > 0 and abs(along[1]) < 0.2 * abs(along[0])
    font = pdfium.FPDFTextObj_GetFont(owner)
    address = ctypes.addressof(font.contents) if font else 0
    if address not in fonts:
        fonts[address] = _font_traits(font) if font else (False, False, False)
    bold, mono, italic = fonts[address]
    return Style(round(size, 2), bold, mono, italic, upright, baseline)


def _font_traits(font: Any) -> tuple[bool, bool, bool]:
    buffer = ctypes.create_string_buffer(200)
    pdfium.FPDFFont_GetBaseFontName(font, buffer, 200)
    name = buffer.value.decode("utf-8", "ignore")
    flags = pdfium.FPDFFont_GetFlags(font)
    # Bits 1, 7 and 19 of the font descriptor's flags (PDF 32000-1, table 123): fixed pitch, italic, force bold.
    bold = bool(_BOLD.search(name)) or pdfium.FPDFFont_GetWeight(font) >= 650 or bool(flags & 0x40000)
    return bold, bool(_MONO.search(name)) or bool(flags & 1), bool(_ITALIC.search(name)) or bool(flags & 0x40)


def _shapes(page: Any, place: _Placement) -> tuple[list[Rule], list[Rule]]:
    """Rules and dots of a page."""
    rules, dots = [], []
    bounds = [ctypes.c_float() for _ in range(4)]
    references = [ctypes.byref(value) for value in bounds]
    for index in range(pdfium.FPDFPage_CountObjects(page)):
        item = pdfium.FPDFPage_GetObject(page, index)
        if pdfium.FPDFPageObj_GetType(item) != pdfium.FPDF_PAGEOBJ_PATH:
            continue
        if not pdfium.FPDFPageObj_GetBounds(item, *references):
            continue
        left, top, right, bottom = place.box(*(value.value for value in bounds))
        thin, long = sorted((right - left, bottom - top))
        if thin <= RULE_THICKNESS and long >= 4 * max(thin, 1.0):
            rules.append(Rule(left, top, right, bottom))
        elif DOT_SIZE[0] <= thin and long <= min(DOT_SIZE[1], 1.3 * thin):
            dots.append(Rule(left, top, right, bottom))
    return rules, dots
