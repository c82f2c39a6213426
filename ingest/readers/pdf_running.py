"""Lines of all pages in, the same without running headers, footers and page numbers out."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from ingest.readers.pdf_layout import PageText
from ingest.readers.pdf_lines import Line

_ZONE = 0.12
"""Share of the page's height at the top and at the bottom where running lines stand."""

_WIDE_ZONE = 0.25
"""The same on small pages set on large paper: there a line must recur on a fifth of the pages to be one."""

PAGE_NUMBER = re.compile(
    r"[-–—\s]*(?:(?:page|seite|página|pagina|p\.|第)\s*)?(?:\d{1,4}|[ivxlc]{1,7})(?:\s*(?:/|of|von|de|sur|页|ページ)\s*\d{0,4})?"
    r"[-–—\s]*(?:页|ページ)?",
    re.IGNORECASE,
)
"""A line of nothing but a page number."""


def without_running_lines(pages: Sequence[PageText]) -> None:
    """Takes running lines and page numbers out of the pages, in place."""
    found = [_zone_lines(page) for page in pages]
    recurring = _Recurring(pages, found)
    for page, lines in zip(pages, found, strict=True):
        running = {id(line) for line in lines if recurring.holds(line, page)}
        if running:
            page.lines = [line for line in page.lines if id(line) not in running]


class _Recurring:
    """How often the lines at the ends of pages come again: with these words, but for numbers, and at that place."""

    def __init__(self, pages: Sequence[PageText], found: Sequence[list[Line]]) -> None:
        self.least = max(3 if len(pages) > 4 else 2, 0.1 * len(pages))
        self.often = max(self.least, 0.2 * len(pages))
        self.folded = Counter(_key(line) for lines in found for line in lines)
        self.exact = Counter(line.text for lines in found for line in lines)
        # Running lines of chapters and sections come again on few pages, and often by one of their ends only.
        ends = Counter(key for lines in found for line in lines for key in _end_keys(line))
        places: defaultdict[int, set[int]] = defaultdict(set)
        for page, lines in zip(pages, found, strict=True):
            for line in lines:
                again = any(ends[key] > 1 for key in _end_keys(line)) and _is_outermost(line, page)
                if self._recurs(line, page) or (again and _stands_apart(line, page)):
                    places[round(line.baseline / 3)].add(page.number)
        self.busy = {place for place, numbers in places.items() if len(numbers) >= self.often}

    def holds(self, line: Line, page: PageText) -> bool:
        """Whether a line is a running line of its page."""
        # Where only the numbers differ it may be `Error 12` at the head of each page: white space must set it off.
        if self._recurs(line, page) and (self.exact[line.text] >= self.least or _stands_apart(line, page)):
            return True
        place = round(line.baseline / 3)
        at_place = any(near in self.busy for near in (place - 1, place, place + 1))
        if PAGE_NUMBER.fullmatch(line.text):
            return at_place or (_is_outermost(line, page) and len(page.lines) > 1)
        # Chapters have running lines of their own, at the place of the others.
        return at_place and _is_outermost(line, page) and _stands_apart(line, page)

    def _recurs(self, line: Line, page: PageText) -> bool:
        return self.folded[_key(line)] >= (self.least if _is_outermost(line, page) else self.often)


def _is_outermost(line: Line, page: PageText) -> bool:
    return not _ZONE * page.height <= line.baseline <= (1 - _ZONE) * page.height


def _zone_lines(page: PageText) -> list[Line]:
    """Lines of the top and bottom zones that nothing stands outside of, at most two at each end."""
    top, bottom = _WIDE_ZONE * page.height, (1 - _WIDE_ZONE) * page.height
    loose = [line for line in page.lines if not line.rows]
    upper = sorted((line for line in loose if line.baseline < top), key=lambda line: line.baseline)[:2]
    lower = sorted((line for line in loose if line.baseline > bottom), key=lambda line: -line.baseline)[:2]
    return upper + lower


def _key(line: Line) -> tuple[str, int]:
    return _without_numbers(line.text), round(line.baseline / 4)


def _end_keys(line: Line) -> set[tuple[str, int]]:
    texts = (_without_numbers(line.segments[place].text) for place in (0, -1))
    return {(text, round(line.baseline / 4)) for text in texts if any(map(str.isalpha, text))}


def _without_numbers(text: str) -> str:
    return re.sub(r"\s+", "", re.sub(r"\d+|\b[ivxlc]+\b", "#", text.casefold()))


def _stands_apart(line: Line, page: PageText) -> bool:
    """Whether white space of more than a line separates it from the rest, as under a header."""
    gaps = [abs(other.baseline - line.baseline) for other in page.lines if abs(other.baseline - line.baseline) > 2]
    return not gaps or min(gaps) > 1.7 * line.size
