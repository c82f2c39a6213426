"""A picture of text in, its lines with their places and what is written in them out."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ingest.readers.scan_models import Picture, read_pieces, text_probability, upside_down

_SIDE = 1280
"""Pixels of the longer side that lines are looked for in: on A4 110 dots an inch, which finds 7-point type and takes a
third of the time that 150 do. The lines are then read at full resolution."""
_TEXT, _LINE = 0.3, 0.55
"""Probability from which a pixel belongs to a line, and mean of its pixels that makes one. The networks' own are 0.3
and 0.5; the latter is of a box with the white in it."""
_SPREAD = 1.6
"""The network finds the core of a line; by this times area over circumference it is widened, as it was trained."""
_SURE = 0.5
"""Mean probability of a line's characters below which it is no text but a drawing."""


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle in a picture, in pixels."""

    left: int
    top: int
    right: int
    bottom: int
    slope: float = 0.0
    """Pixels down for each pixel to the right that the line in it falls."""

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Cut:
    """A line and what was read in it."""

    text: str
    centres: tuple[float, ...]
    """Of each character of the text, in pixels from the left of `ink`."""
    ink: NDArray[np.bool_]
    """Where the line is written on, rows by columns, upright."""
    confidence: float
    """Mean probability of its characters."""
    area: Area
    upright: bool = True
    """False where the line runs up or down; `ink` and `centres` are then those of the line turned upright."""


def read_lines(picture: Picture, areas: Sequence[Area]) -> list[Cut]:
    """What stands in lines of an upright, level picture; those in which nothing can be read are left out."""
    common = median(area.height for area in areas) if areas else 0
    # A lone narrow letter or figure is higher than wide too, but no higher than others.
    aslant = [area.height > 1.5 * area.width and area.height > 1.8 * common for area in areas]
    pieces = [_piece(picture, area, turned=turned) for area, turned in zip(areas, aslant, strict=True)]
    places = [place for place, turned in enumerate(aslant) if turned]
    for place, wrong in zip(places, upside_down([pieces[place] for place in places]), strict=True):
        if wrong:
            pieces[place] = np.ascontiguousarray(pieces[place][::-1, ::-1])
    lines = []
    for area, turned, piece, reading in zip(areas, aslant, pieces, read_pieces(pieces), strict=True):
        sure = sum(reading.confidences) / max(len(reading.confidences), 1)
        if sure >= _SURE and reading.text.strip():
            centres = tuple(middle * piece.shape[1] for middle in reading.middles)
            lines.append(Cut(reading.text, centres, ink_of(piece), sure, area, upright=not turned))
    return lines


def find_lines(picture: Picture) -> list[Area]:
    """Where lines are in a picture, from top to bottom. Pieces with a wide gap between them are lines of their own."""
    from scipy import ndimage

    height, width = picture.shape[:2]
    scale = min(1.0, _SIDE / max(height, width))
    down, across = (max(32, round(side * scale / 32) * 32) for side in (height, width))
    small = np.asarray(Image.fromarray(picture).resize((across, down), Image.Resampling.BILINEAR), np.uint8)
    likely = text_probability(small)
    mask = ndimage.binary_dilation(likely > _TEXT, np.ones((2, 2)))
    labels, count = ndimage.label(mask, np.ones((3, 3)))
    means = ndimage.mean(likely, labels, np.arange(1, count + 1)) if count else []
    found = []
    for number, (place, mean) in enumerate(zip(ndimage.find_objects(labels), means, strict=True), start=1):
        rows, columns = place
        high, wide = rows.stop - rows.start, columns.stop - columns.start
        if mean < _LINE or min(high, wide) < 3:
            continue
        slope = _slope(labels[place] == number) if wide > 8 * high or wide > 0.2 * across else 0.0
        core = max(high - abs(slope) * wide, 3.0)
        spread = core * wide * _SPREAD / (2 * (core + wide))
        found.append(
            Area(
                max(round((columns.start - spread) * width / across), 0),
                max(round((rows.start - spread) * height / down), 0),
                min(round((columns.stop + spread) * width / across), width),
                min(round((rows.stop + spread) * height / down), height),
                slope * (height / down) / (width / across),
            )
        )
    return sorted(found, key=lambda area: (area.top, area.left))


def share_upside_down(picture: Picture, areas: Sequence[Area]) -> float:
    """Which share of some lines stands on its head, 0 to 1."""
    turned = upside_down([_piece(picture, area, turned=False) for area in areas])
    return sum(turned) / max(len(turned), 1)


def straightened(picture: Picture, degrees: float) -> Picture:
    """The picture turned clockwise by so many degrees around its middle, the same size."""
    edge = np.concatenate([picture[:8].reshape(-1, 3), picture[-8:].reshape(-1, 3)])
    paper = tuple(int(level) for level in np.median(edge, axis=0))
    turned = Image.fromarray(picture).rotate(-degrees, Image.Resampling.BICUBIC, fillcolor=paper)
    return np.asarray(turned, np.uint8)


def rules_in(picture: Picture, shortest: int) -> list[tuple[int, int, int, int]]:
    """Straight lines drawn along the edges of the page: left, top, right, bottom in pixels."""
    from scipy import ndimage

    grey = picture.mean(axis=2, dtype=np.float32)
    # Darker than what is around it: a photographed page is not evenly lit.
    dark = (grey < ndimage.uniform_filter(grey, 61) - 24).astype(np.uint8)
    found = []
    for axis in (0, 1):
        # What is left where a long thin brush fits in; across it, gaps of a pixel are closed.
        closed = ndimage.maximum_filter1d(dark, 3, axis=axis)
        drawn = ndimage.maximum_filter1d(
            ndimage.minimum_filter1d(closed, shortest, axis=1 - axis), shortest, axis=1 - axis
        )
        labels, _count = ndimage.label(drawn)
        for rows, columns in ndimage.find_objects(labels):
            if min(rows.stop - rows.start, columns.stop - columns.start) <= max(5, shortest // 8):
                found.append((columns.start, rows.start, columns.stop, rows.stop))
    return found


def ink_of(piece: Picture) -> NDArray[np.bool_]:
    """Where a piece is written on: the rarer of its dark and light pixels."""
    grey = piece.mean(axis=2)
    dark: NDArray[np.bool_] = grey <= _parting(grey)
    return ~dark if dark.mean() > 0.5 else dark


def _parting(grey: NDArray[np.float64]) -> float:
    """The level that parts dark from light best (Otsu 1979)."""
    counts, edges = np.histogram(grey, 64, (0, 256))
    below = np.cumsum(counts)
    sums = np.cumsum(counts * (edges[:-1] + 2))
    above = below[-1] - below
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = sums / below - (sums[-1] - sums) / above
        between = np.nan_to_num(below * above * apart**2)
    return float(edges[int(between.argmax()) + 1])


def _piece(picture: Picture, area: Area, *, turned: bool) -> Picture:
    piece = picture[area.top : area.bottom, area.left : area.right]
    return np.ascontiguousarray(np.rot90(piece) if turned else piece)


def _slope(mask: NDArray[np.bool_]) -> float:
    """How far a long thin shape falls from left to right, for each pixel."""
    rows, columns = np.nonzero(mask)
    if len(columns) < 2 or columns.max() == columns.min():
        return 0.0
    return float(np.polyfit(columns, rows, 1)[0])
