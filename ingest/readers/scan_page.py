"""A picture of a page in, its glyphs and rules in points out, as if they stood in a PDF; and how sure they are.

So columns, headings, lists, tables and running headers of a scan are found by what finds them in PDFs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import atan, cos, degrees, radians, sin
from statistics import median

import numpy as np

from ingest.readers.pdf_file import Glyph, PageContent, Rule, Style
from ingest.readers.scan_engine import Area, Cut, find_lines, read_lines, rules_in, share_upside_down, straightened
from ingest.readers.scan_models import Picture
from ingest.readers.scan_spacing import placed_characters
from ingest.readers.scan_type import Setting, settings
from ingest.types import Box

_TILT = 0.3
"""Degrees: a page that is turned by less is read as it is."""


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """A page that was read by recognition."""

    content: PageContent
    confidence: float
    """Mean probability of its characters, 0 to 1; 0 where nothing was found."""
    turned: int
    """Degrees (0, 90, 180, 270) the picture was turned clockwise to stand upright."""
    tilt: float
    """Degrees it was then turned clockwise to be level."""
    width: float
    height: float
    """Of the page as displayed, in points; `content` is upright."""

    def displayed(self, box: Box) -> Box:
        """Where a box of the upright, level page stands on the page as displayed."""
        corners = [(x, y) for x in (box.left, box.right) for y in (box.top, box.bottom)]
        places = [self._displayed_point(x, y) for x, y in corners]
        if self.tilt and not self.turned:
            # The corners of a level box on a tilted page: keep its height, or it would cover its neighbours.
            x, y = self._displayed_point((box.left + box.right) / 2, (box.top + box.bottom) / 2)
            half = (box.bottom - box.top) / 2 + abs(sin(radians(self.tilt))) * (box.right - box.left) / 2
            across = (box.right - box.left) / 2
            places = [(x - across, y - half), (x + across, y + half)]
        xs, ys = [x for x, _ in places], [y for _, y in places]
        return Box(
            page=box.page,
            left=round(min(xs), 1),
            top=round(min(ys), 1),
            right=round(max(xs), 1),
            bottom=round(max(ys), 1),
            start=box.start,
        )

    def _displayed_point(self, x: float, y: float) -> tuple[float, float]:
        if self.tilt:
            middle_x, middle_y = self.content.width / 2, self.content.height / 2
            angle = radians(-self.tilt)
            along, down = x - middle_x, y - middle_y
            x = middle_x + along * cos(angle) - down * sin(angle)
            y = middle_y + along * sin(angle) + down * cos(angle)
        if self.turned == 90:
            return y, self.height - x
        if self.turned == 180:
            return self.width - x, self.height - y
        if self.turned == 270:
            return self.width - y, x
        return x, y


def scan_page(picture: Picture, number: int, width: float, height: float) -> ScannedPage:
    """Reads a page's picture. `width` and `height`: of the page as displayed, in points."""
    turned, tilt, upright, areas = _upright(picture)
    across, down = (height, width) if turned in (90, 270) else (width, height)
    scale = across / upright.shape[1]
    cuts = read_lines(upright, areas)
    glyphs = [
        glyph for cut, setting in zip(cuts, settings(cuts), strict=True) for glyph in _glyphs(cut, setting, scale)
    ]
    rules = [Rule(*(edge * scale for edge in rule)) for rule in rules_in(upright, max(12, round(24 / scale)))]
    count = sum(len(cut.text) for cut in cuts)
    confidence = sum(cut.confidence * len(cut.text) for cut in cuts) / count if count else 0.0
    content = PageContent(number, across, down, glyphs, rules)
    return ScannedPage(content, confidence, turned, tilt, width, height)


def _upright(picture: Picture) -> tuple[int, float, Picture, list[Area]]:
    """The picture turned so that its lines run level from left to right, by how many degrees, and its lines.

    Quarters clockwise come first, then the tilt.
    """
    areas = find_lines(picture)
    turned = 0
    if len(areas) >= 3 and sum(area.height > 1.5 * area.width for area in areas) > 0.6 * len(areas):
        turned = 90
        picture = np.ascontiguousarray(np.rot90(picture, -1))
        areas = find_lines(picture)
    tilt = _tilt(areas)
    if tilt:
        picture = straightened(picture, tilt)
        areas = find_lines(picture)
    # The longest lines tell best which way is up. Turning by half leaves the tilt what it is.
    longest = sorted(areas, key=lambda area: area.width, reverse=True)[:12]
    if len(longest) >= 3 and share_upside_down(picture, longest) > 0.6:
        turned = (turned + 180) % 360
        picture = np.ascontiguousarray(picture[::-1, ::-1])
        high, wide = picture.shape[:2]
        areas = [Area(wide - area.right, high - area.bottom, wide - area.left, high - area.top) for area in areas]
        areas.sort(key=lambda area: (area.top, area.left))
    return turned, tilt, picture, areas


def _tilt(areas: Sequence[Area]) -> float:
    """Degrees to turn the page clockwise so that its long lines are level; 0 where they nearly are."""
    slopes = [area.slope for area in areas if area.slope]
    if len(slopes) < 3:
        return 0.0
    angle = degrees(atan(median(slopes)))
    return -angle if _TILT < abs(angle) < 15 else 0.0


def _glyphs(cut: Cut, setting: Setting, scale: float) -> list[Glyph]:
    size = round(setting.size * scale * 2) / 2
    style = Style(size, setting.bold, False, False, True, (cut.area.top + setting.baseline) * scale)
    if not cut.upright:
        return _turned_glyphs(cut, style, scale)
    left, above = cut.area.left, cut.area.top
    upper, lower = (above + setting.top) * scale, (above + setting.bottom) * scale
    return [
        (
            placed.character,
            (left + placed.left) * scale,
            upper,
            (left + placed.right) * scale,
            lower,
            style,
            placed.spaced,
        )
        for placed in placed_characters(cut, setting)
    ]


def _turned_glyphs(cut: Cut, style: Style, scale: float) -> list[Glyph]:
    """A line that runs up or down: all its glyphs have the whole of its place."""
    area = cut.area
    edges = (area.left * scale, area.top * scale, area.right * scale, area.bottom * scale)
    aslant = replace(style, upright=False)
    spaced = False
    glyphs: list[Glyph] = []
    for character in cut.text:
        if not character.isspace():
            glyphs.append((character, *edges, aslant, spaced))
        spaced = character.isspace()
    return glyphs
