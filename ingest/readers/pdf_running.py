"""Lines of all pages in, the same without running headers, footers, page numbers and tables of contents out."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

from ingest.readers.pdf_layout import PageText
from ingest.readers.pdf_lines import Line

_ZONE = 0.12
"""Share of the page's height at the top and at the bottom where running lines stand."""

_LEADERS = re.compile(r"(?:[.·…‥․]\s?){4,}\s*(?:\d{1,4}|[ivxlcdm]{1,7}|[A-Z]-\d{1,3})?$")
_ENDS_IN_PAGE = re.compile(r"(?:^|\D\s*|\s)(\d{1,4}|[ivxlc]{1,7})$")
_INDEX_ENTRY = re.compile(r"(?:[,.\s]\s*\d{1,4}(?:[-–]\d{1,4})?)(?:\s*,\s*\d{1,4}(?:[-–]\d{1,4})?)*$")
_PAGE_NUMBER = re.compile(
    r"[-–—\s]*(?:(?:page|seite|página|pagina|p\.|第)\s*)?(?:\d{1,4}|[ivxlc]{1,7})(?:\s*(?:/|of|von|de|sur|页|ページ)\s*\d{0,4})?"
    r"[-–—\s]*(?:页|ページ)?",
    re.IGNORECASE,
)
_CONTENTS_TITLE = re.compile(
    r"(?:table of |table des |short )?(?:contents|matières|inhalt(?:sverzeichnis)?|índice(?: general)?|contenido|"
    r"sommaire|目录|目次|目錄|list of (?:figures|tables|examples)|inhalt)",
    re.IGNORECASE,
)


def without_running_lines(pages: Sequence[PageText]) -> None:
    """Takes running lines and page numbers out of the pages, in place."""
    found = [_zone_lines(page) for page in pages]
    texts: Counter[tuple[str, int]] = Counter()
    places: defaultdict[int, set[int]] = defaultdict(set)
    for lines in found:
        texts.update(_key(line) for line in lines)
    least = 3 if len(pages) > 4 else 2
    for page, lines in zip(pages, found, strict=True):
        for line in lines:
            if texts[_key(line)] >= least:
                places[round(line.baseline / 3)].add(page.number)
    busy = {place for place, numbers in places.items() if len(numbers) >= max(least, 0.2 * len(pages))}
    for page, lines in zip(pages, found, strict=True):
        running = {id(line) for line in lines if _is_running(line, page, texts, (least, busy))}
        if running:
            page.lines = [line for line in page.lines if id(line) not in running]


def _is_running(line: Line, page: PageText, texts: Counter[tuple[str, int]], known: tuple[int, set[int]]) -> bool:
    least, busy = known
    if texts[_key(line)] >= least:
        return True
    place = round(line.baseline / 3)
    at_place = any(near in busy for near in (place - 1, place, place + 1))
    if _PAGE_NUMBER.fullmatch(line.text):
        return at_place or len(page.lines) > 1
    return at_place and _stands_apart(line, page)


def _zone_lines(page: PageText) -> list[Line]:
    """Lines of the top and bottom zones that nothing stands outside of, at most three at each end."""
    top, bottom = _ZONE * page.height, (1 - _ZONE) * page.height
    loose = [line for line in page.lines if not line.rows]
    upper = sorted((line for line in loose if line.baseline < top), key=lambda line: line.baseline)[:3]
    lower = sorted((line for line in loose if line.baseline > bottom), key=lambda line: -line.baseline)[:3]
    return upper + lower


def _key(line: Line) -> tuple[str, int]:
    folded = re.sub(r"\d+|\b[ivxlc]+\b", "#", line.text.casefold())
    return re.sub(r"\s+", "", folded), round(line.baseline / 4)


def _stands_apart(line: Line, page: PageText) -> bool:
    """Whether white space of more than a line separates it from the rest, as under a header."""
    gaps = [abs(other.baseline - line.baseline) for other in page.lines if abs(other.baseline - line.baseline) > 2]
    return not gaps or min(gaps) > 1.7 * line.size


def without_contents(pages: Sequence[PageText]) -> None:
    """Takes tables of contents and the index out of the pages, in place."""
    for page in pages:
        if not page.lines:
            continue
        leaders = [line for line in page.lines if _LEADERS.search(line.text)]
        titled = any(_CONTENTS_TITLE.fullmatch(line.text.strip()) for line in page.lines)
        if leaders and (titled or (len(leaders) >= 3 and _ascend(leaders))):
            page.lines = _after_leaders(page, leaders)
        elif _is_plain_contents(page) or _is_index(page, len(pages)):
            page.lines = []


def _ascend(lines: Sequence[Line]) -> bool:
    """Whether the numbers at the ends of lines grow as page numbers do; values of a specification do not."""
    numbers = [int(match[1]) for line in lines if (match := _ENDS_IN_PAGE.search(line.text)) and match[1].isdigit()]
    grow = sum(one <= other for one, other in pairwise(numbers))
    return grow >= 0.9 * (len(numbers) - 1)


def _after_leaders(page: PageText, leaders: list[Line]) -> list[Line]:
    """What is left of a page with dot leaders: nothing where they are most of it."""
    entries = {id(line) for line in leaders}
    share = len(leaders) / len(page.lines)
    kept = []
    last = max(page.lines.index(line) for line in leaders)
    for place, line in enumerate(page.lines):
        if id(line) in entries or _CONTENTS_TITLE.fullmatch(line.text.strip()):
            continue
        if share > 0.3 and (_has_page_column(line) or (place < last and _wraps(page, place, entries))):
            continue
        kept.append(line)
    return kept if share < 0.8 or len(kept) > 3 else []


def _has_page_column(line: Line) -> bool:
    """Whether a line ends in a page number that stands apart, as first-level entries do without leaders."""
    return len(line.segments) > 1 and bool(_PAGE_NUMBER.fullmatch(line.segments[-1].text.strip()))


def _wraps(page: PageText, place: int, entries: set[int]) -> bool:
    """Whether a line is the first half of an entry that ends in dot leaders on the next line."""
    return any(id(line) in entries for line in page.lines[place + 1 : place + 3])


def _is_plain_contents(page: PageText) -> bool:
    """A contents page without leaders: most lines end in page numbers, and these ascend."""
    if len(page.lines) < 8:
        return False
    numbers = [
        int(match[1]) for line in page.lines if (match := _ENDS_IN_PAGE.search(line.text)) and match[1].isdigit()
    ]
    if len(numbers) < 0.75 * len(page.lines):
        return False
    ascending = sum(one <= other for one, other in pairwise(numbers))
    titled = any(_CONTENTS_TITLE.fullmatch(line.text.strip()) for line in page.lines[:3])
    return ascending >= 0.95 * (len(numbers) - 1) and (titled or len(set(numbers)) > 0.3 * len(numbers))


def _is_index(page: PageText, count: int) -> bool:
    if page.number < 0.85 * count or len(page.lines) < 12:
        return False
    entries = sum(bool(_INDEX_ENTRY.search(line.text)) for line in page.lines)
    return entries >= 0.6 * len(page.lines)
