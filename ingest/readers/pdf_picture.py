"""A page of an open PDF in, its picture or what is drawn on it out. With `pdf_file`, all that speaks to pypdfium2."""

import ctypes
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

DOTS_PER_INCH = 200
"""Enough for 7-point type; more only costs time."""
_LARGEST_PICTURE = 12_000_000
"""Pixels: three times an A4 page. Larger pages are drawn smaller."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is on a page besides its text."""

    pictured: float
    """Share of the page that its largest picture covers, 0 to 1."""
    shapes: int
    """How many lines, filled shapes and stretches of text; text without glyphs is set in a font nobody can read."""


def drawn_on(opened: Any, number: int) -> Drawn:
    """What is drawn on a page (1-based) of an open PDF. A page that cannot be loaded has nothing."""
    page = pdfium.FPDF_LoadPage(opened.raw, number - 1)
    if not page:
        return Drawn(0.0, 0)
    try:
        area = pdfium.FPDF_GetPageWidthF(page) * pdfium.FPDF_GetPageHeightF(page)
        pictured, shapes = 0.0, 0
        bounds = [ctypes.c_float() for _ in range(4)]
        for index in range(pdfium.FPDFPage_CountObjects(page)):
            item = pdfium.FPDFPage_GetObject(page, index)
            kind = pdfium.FPDFPageObj_GetType(item)
            shapes += kind in (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_FORM, pdfium.FPDF_PAGEOBJ_TEXT)
            if kind in (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM) and pdfium.FPDFPageObj_GetBounds(
                item, *(ctypes.byref(bound) for bound in bounds)
            ):
                left, bottom, right, top = (bound.value for bound in bounds)
                pictured = max(pictured, abs((right - left) * (top - bottom)) / area if area > 0 else 0.0)
        return Drawn(min(pictured, 1.0), shapes)
    finally:
        pdfium.FPDF_ClosePage(page)


def draw_page(opened: Any, number: int) -> NDArray[np.uint8] | None:
    """A page (1-based) as a picture, rows by columns by 3; None where it cannot be drawn."""
    width, height = opened.get_page_size(number - 1)
    if width <= 0 or height <= 0:
        return None
    scale = min(DOTS_PER_INCH / 72, sqrt(_LARGEST_PICTURE / (width * height)))
    page = opened[number - 1]
    try:
        bitmap = page.render(scale=scale)
        try:
            drawn = np.array(bitmap.to_numpy(), np.uint8)
        finally:
            bitmap.close()
    finally:
        page.close()
    if drawn.ndim == 2 or drawn.shape[2] == 1:
        return np.repeat(drawn.reshape(*drawn.shape[:2], 1), 3, axis=2)
    return np.ascontiguousarray(drawn[..., :3])
