"""Lines of all pages in, the same without tables of contents and the index out."""

import re
from collections.abc import Sequence
from itertools import pairwise

from ingest.readers.pdf_layout import PageText
from ingest.readers.pdf_lines import Line
from ingest.readers.pdf_running import PAGE_NUMBER

_LEADERS = re.compile(r"(?:[.·…‥․]\s?){4,}\s*(?:\d{1,4}|[ivxlcdm]{1,7}|[A-Z]-\d{1,3})?$")
_ENDS_IN_PAGE = re.compile(r"(?:^|\D\s*|\s)(\d{1,4}|[ivxlc]{1,7})$")
_INDEX_ENTRY = re.compile(r"(?:[,.\s]\s*\d{1,4}(?:[-–]\d{1,4})?)(?:\s*,\s*\d{1,4}(?:[-–]\d{1,4})?)*$")
_CONTENTS_TITLE = re.compile(
    r"(?:table of |table des |short )?(?:contents|matières|inhalt(?:sverzeichnis)?|índice(?: general)?|contenido|"
    r"sommaire|目录|目次|目錄|list of (?:figures|tables|examples)|inhalt)",
    re.IGNORECASE,
)


def without_contents(pages: Sequence[PageText]) -> None:
    """Takes tables of contents and the index out of the pages, in place."""
    was_contents = False
    for page in pages:
        before = len(page.lines)
        leaders = [line for line in page.lines if _LEADERS.search(line.text)]
        titled = any(_CONTENTS_TITLE.fullmatch(line.text.strip()) for line in page.lines)
        if leaders and (titled or (len(leaders) >= 3 and _ascend(leaders))):
            page.lines = _after_leaders(page, leaders)
        elif page.lines and (_is_plain_contents(page) or _is_index(page, len(pages))):
            page.lines = []
        elif was_contents:
            page.lines = _after_entries(page)
        was_contents = len(page.lines) < before


def _after_entries(page: PageText) -> list[Line]:
    """What stands below the end of a table of contents that began on a page before."""
    entries = [place for place, line in enumerate(page.lines) if _has_page_column(line)]
    if len(entries) < 3 or not _ascend([page.lines[place] for place in entries]):
        return page.lines
    last = entries[-1]
    return page.lines[last + 1 :] if len(entries) >= 0.4 * (last + 1) else page.lines


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
    return len(line.segments) > 1 and bool(PAGE_NUMBER.fullmatch(line.segments[-1].text.strip()))


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
