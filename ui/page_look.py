"""What a PDF's page holds besides running text: a file and a page number come in, places of pictures, drawn paths and
lines of text leave, in points from the top left of the page as displayed.
"""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ui.pages import Mark, page_opened

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

MOST_PICTURES: Final = 300
MOST_INKS: Final = 1500
MOST_LINES: Final = 2000
"""Of a page are looked at; more of them are a drawing in pieces, a map, or a trap."""
_MOST_PARTS: Final = 20_000
"""Texts and all else that is gone through on the way."""
_DEEPEST: Final = 4
"""A drawing that was put into another program's page is a form within the page; some wrap it once more."""
_MOST_SEGMENTS: Final = 40
"""Of a path are looked at: whether it bends shows early."""
_OBLIQUE: Final = 0.7
"""Points that a line moves to both sides; a ruling that is a hair off level is level."""
_FINE: Final = 16
"""Steps in a point: PDFium tells places as displayed in whole numbers."""

_Matrix = tuple[float, float, float, float, float, float]
_SAME: Final = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Ink:
    """A path: a line, a box, a shape."""

    place: Mark
    bends: int
    """Its curves and oblique lines. Rulings, frames and backgrounds have none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A page."""

    pictures: tuple[Mark, ...]
    inks: tuple[Ink, ...]
    """None where there are more than MOST_INKS."""
    lines: tuple[tuple[Mark, str], ...]
    """Of text, where there is anything else."""
    sheet: Mark


def page_look(path: Path, page: int) -> Look | None:
    """None where there is no such page. Raises ReadError for a damaged file or page."""
    import pypdfium2.raw as pdfium

    with page_opened(path, page) as sheet:
        if sheet is None:
            return None
        width, height = sheet.get_size()
        pictures: list[Mark] = []
        inks: list[Ink] = []
        for part, matrix in _parts(sheet):
            kind, place = pdfium.FPDFPageObj_GetType(part), _place(sheet, part, matrix)
            if place is None:
                continue
            if kind == pdfium.FPDF_PAGEOBJ_IMAGE and len(pictures) < MOST_PICTURES:
                pictures.append(place)
            elif kind == pdfium.FPDF_PAGEOBJ_PATH and len(inks) <= MOST_INKS:
                inks.append(Ink(place, _bends(part, matrix)))
        if len(inks) > MOST_INKS:
            inks = []
        lines = _lines(sheet) if pictures or any(ink.bends for ink in inks) else ()
    return Look(pictures=tuple(pictures), inks=tuple(inks), lines=lines, sheet=Mark(0.0, 0.0, width, height))


def _parts(sheet: "PdfPage") -> Iterator[tuple[Any, _Matrix]]:
    """Pictures and paths with what places them on the page, those in forms too."""
    import pypdfium2.raw as pdfium

    kinds = (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_PATH)
    left = _MOST_PARTS
    waiting = [_of_page(sheet)]
    while waiting and left:
        left -= 1
        found = next(waiting[-1], None)
        if found is None:
            waiting.pop()
            continue
        part, matrix = found
        kind = pdfium.FPDFPageObj_GetType(part)
        if kind == pdfium.FPDF_PAGEOBJ_FORM and len(waiting) <= _DEEPEST:
            waiting.append(_of_form(part, _after(_own(part), matrix)))
        elif kind in kinds:
            yield part, matrix


def _of_page(sheet: "PdfPage") -> Iterator[tuple[Any, _Matrix]]:
    import pypdfium2.raw as pdfium

    for number in range(pdfium.FPDFPage_CountObjects(sheet)):
        yield pdfium.FPDFPage_GetObject(sheet, number), _SAME


def _of_form(form: Any, matrix: _Matrix) -> Iterator[tuple[Any, _Matrix]]:
    import pypdfium2.raw as pdfium

    for number in range(pdfium.FPDFFormObj_CountObjects(form)):
        yield pdfium.FPDFFormObj_GetObject(form, number), matrix


def _own(part: Any) -> _Matrix:
    import pypdfium2.raw as pdfium

    found = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(part, found):
        return _SAME
    return found.a, found.b, found.c, found.d, found.e, found.f


def _after(first: _Matrix, then: _Matrix) -> _Matrix:
    """Both matrices as one."""
    across, down = _moved(first[0], first[1], (*then[:4], 0.0, 0.0)), _moved(first[2], first[3], (*then[:4], 0.0, 0.0))
    return (*across, *down, *_moved(first[4], first[5], then))


def _moved(x: float, y: float, matrix: _Matrix) -> tuple[float, float]:
    return x * matrix[0] + y * matrix[2] + matrix[4], x * matrix[1] + y * matrix[3] + matrix[5]


def _place(sheet: "PdfPage", part: Any, matrix: _Matrix) -> Mark | None:
    """None for what lies outside of the page."""
    import pypdfium2.raw as pdfium

    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not pdfium.FPDFPageObj_GetBounds(part, left, bottom, right, top):
        return None
    corners = [_moved(x.value, y.value, matrix) for x in (left, right) for y in (bottom, top)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return _displayed(sheet, min(xs), min(ys), max(xs), max(ys))


def _displayed(sheet: "PdfPage", left: float, bottom: float, right: float, top: float) -> Mark | None:
    """A page may be displayed turned, or cut."""
    import pypdfium2.raw as pdfium

    width, height = sheet.get_size()
    across, down = ctypes.c_int(), ctypes.c_int()
    xs, ys = [], []
    for x, y in ((left, bottom), (right, top)):
        pdfium.FPDF_PageToDevice(sheet, 0, 0, round(width * _FINE), round(height * _FINE), 0, x, y, across, down)
        xs.append(min(max(across.value / _FINE, 0.0), width))
        ys.append(min(max(down.value / _FINE, 0.0), height))
    place = Mark(min(xs), min(ys), max(xs), max(ys))
    outside = (place.left == place.right and place.left in (0.0, width)) or (
        place.top == place.bottom and place.top in (0.0, height)
    )
    return None if outside else place


def _bends(part: Any, matrix: _Matrix) -> int:
    import pypdfium2.raw as pdfium

    whole = _after(_own(part), matrix)
    x, y = ctypes.c_float(), ctypes.c_float()
    found, last = 0, (0.0, 0.0)
    for number in range(min(pdfium.FPDFPath_CountSegments(part), _MOST_SEGMENTS)):
        segment = pdfium.FPDFPath_GetPathSegment(part, number)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        here = _moved(x.value, y.value, whole)
        is_oblique = abs(here[0] - last[0]) > _OBLIQUE and abs(here[1] - last[1]) > _OBLIQUE
        found += kind == pdfium.FPDF_SEGMENT_BEZIERTO or (kind == pdfium.FPDF_SEGMENT_LINETO and is_oblique)
        last = here
    return found


def _lines(sheet: "PdfPage") -> tuple[tuple[Mark, str], ...]:
    text = sheet.get_textpage()
    found = []
    for number in range(min(text.count_rects(), MOST_LINES)):
        box = text.get_rect(number)
        if (place := _displayed(sheet, *box)) is not None:
            found.append((place, text.get_text_bounded(*box)))
    return tuple(found)
