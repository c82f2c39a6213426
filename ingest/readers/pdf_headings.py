"""Lines and bookmarks in, the level of each line that is a heading out."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.readers.pdf_file import Bookmark
from ingest.readers.pdf_layout import PageText
from ingest.readers.pdf_lines import Line

_NUMBERING = re.compile(
    r"^(?:(?:chapter|appendix|part|kapitel|anhang|chapitre|annexe|capítulo|apéndice)\s+[\dA-Z]+\b[.:]?"
    r"|第\s*[\d一二三四五六七八九十]+\s*[章节節部編]"
    r"|附录\s*[A-Z]?|付録\s*[A-Z]?"
    r"|(?:\d{1,2}|[A-Z])(?:\.\d{1,3}){0,5}\.?(?=[\s\u2e80-\u9fff]|$))\s*",
    re.IGNORECASE,
)
_DEPTH = re.compile(r"(?:\d{1,2}|[A-Z])(?:\.\d{1,3})+")
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
# What is less is a label in a drawing.
_WORD = re.compile(r"[^\W\d_]{3}|[\u2e80-\u9fff\uac00-\ud7af]")
_MAX_LENGTH = 160
_LABEL = 3
"""Letters and digits of the longest label."""

Levels = dict[int, int]
"""id of a line -> heading level. A heading of several lines has the level at each of them."""


@dataclass(frozen=True, slots=True)
class Body:
    """How most of the text is set."""

    size: float
    """Font size."""
    bold: bool
    """Where even this is bold, weight tells no heading."""


def body_of(pages: Sequence[PageText]) -> Body:
    """How most of the text is set."""
    sizes: Counter[float] = Counter()
    bold: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            size = round(line.size * 2) / 2
            sizes[size] += len(line.text)
            bold[size] += len(line.text) * line.bold
    size, count = sizes.most_common(1)[0] if sizes else (10.0, 1)
    return Body(size, bold[size] > 0.5 * count)


def heading_levels(
    pages: Sequence[PageText], bookmarks: Sequence[Bookmark], body: Body, pictures: frozenset[int] = frozenset()
) -> Levels:
    """Levels of the headings: from the outline where it names the line, else from size, weight and numbering.

    `pictures`: numbers of pages that were read off pictures, screenshots say; their looks tell nothing.
    """
    levels = _from_bookmarks(pages, bookmarks)
    printed = [page for page in pages if page.number not in pictures]
    by_style = _style_levels(printed, levels, body)
    inferred: set[int] = set()
    for page in printed:
        for place, line in enumerate(page.lines):
            if id(line) in levels or not _looks_like_heading(page, place, body):
                continue
            level = by_style.get(_style(line))
            # An outline names the short ones too: what it leaves out, `GND`, is a label in a drawing.
            if level is not None and (not bookmarks or len(fold(line.text)) > _LABEL or not line.text.isascii()):
                levels[id(line)] = _numbered_depth(line.text) or level
                inferred.add(id(line))
    _without_jumps(pages, levels, inferred)
    return levels


def _without_jumps(pages: Sequence[PageText], levels: Levels, inferred: set[int]) -> None:
    """A heading told from its looks stands at most one level below the one it is under, in place."""
    above: list[tuple[int, int]] = []
    for line in (line for page in pages for line in page.lines if id(line) in levels):
        looks = levels[id(line)]
        while above and above[-1][0] >= looks:
            above.pop()
        if id(line) in inferred:
            levels[id(line)] = min(looks, above[-1][1] + 1 if above else 1)
        above.append((looks, levels[id(line)]))


def is_number_only(text: str) -> bool:
    """Whether a line is the number of a heading whose title stands below: `Chapter 3`, `附录 A`."""
    return bool(_NUMBERING.fullmatch(text.strip()))


def fold(text: str) -> str:
    """Letters and digits only, for comparing titles."""
    return _NOT_ALPHANUMERIC.sub("", unicodedata.normalize("NFKC", text).casefold())


def _from_bookmarks(pages: Sequence[PageText], bookmarks: Sequence[Bookmark]) -> Levels:
    levels: Levels = {}
    by_number = {page.number: page for page in pages}
    for bookmark in bookmarks:
        page = by_number.get(bookmark.page or 0)
        wanted = fold(_NUMBERING.sub("", bookmark.title, count=1)) or fold(bookmark.title)
        if page is None or not wanted:
            continue
        for line in _titled_lines(page, wanted, levels):
            levels[id(line)] = bookmark.level
    return levels


def _titled_lines(page: PageText, wanted: str, taken: Levels) -> list[Line]:
    """The first lines, one to four together, whose text is the wanted title but for a number before it."""
    best: list[Line] = []
    start = wanted[:4]
    for place, line in enumerate(page.lines):
        if id(line) in taken or line.rows or len(line.text) > 3 * _MAX_LENGTH:
            continue
        # Most lines are not the title: leave them before the costly comparison.
        if start not in fold(line.text[:40]) and not is_number_only(line.text):
            continue
        lines = [line]
        text = line.text
        for more in page.lines[place + 1 : place + 5]:
            if len(fold(text)) >= len(wanted):
                break
            if abs(more.size - line.size) > 1.5 and not _NUMBERING.fullmatch(text + " "):
                break
            lines.append(more)
            text = f"{text} {more.text}"
        if wanted in (fold(text), fold(_NUMBERING.sub("", text, count=1))) and (
            not best or max(part.size for part in lines) > max(part.size for part in best) + 0.4
        ):
            best = lines
            label = page.lines[place - 1] if place else line
            if label is not line and id(label) not in taken and is_number_only(label.text):
                best = [label, *lines]
    return best


def _style(line: Line) -> tuple[float, bool]:
    return round(line.size * 2) / 2, line.bold


def _style_levels(pages: Sequence[PageText], levels: Levels, body: Body) -> dict[tuple[float, bool], int]:
    """Heading level of each style of type that is set off from the body."""
    seen: defaultdict[tuple[float, bool], Counter[int]] = defaultdict(Counter)
    candidates: Counter[tuple[float, bool]] = Counter()
    for page in pages:
        for place, line in enumerate(page.lines):
            if id(line) in levels:
                seen[_style(line)][levels[id(line)]] += 1
            elif _looks_like_heading(page, place, body):
                candidates[_style(line)] += 1
    known = {style: counts.most_common(1)[0][0] for style, counts in seen.items()}
    ranked = sorted({*candidates, *known}, key=lambda style: (-style[0], not style[1]))
    found: dict[tuple[float, bool], int] = {}
    level = 0
    for style in ranked:
        level = known[style] if style in known else min(level + 1, 6)
        found[style] = level
    return found


def _numbered_depth(text: str) -> int:
    match = _DEPTH.match(text)
    return match[0].count(".") + 1 if match else 0


def _looks_like_heading(page: PageText, place: int, body: Body) -> bool:
    """Whether a line stands out as headings do: larger or bold, short, alone, no sentence."""
    line = page.lines[place]
    text = line.text.strip()
    if line.rows or not text or len(text) > _MAX_LENGTH or line.mono or text[0] in "•◦▪" or not _WORD.search(text):
        return False
    larger = line.size >= 1.15 * body.size
    bold = line.bold and not body.bold and line.size >= 0.95 * body.size
    # Words far apart are labels of a drawing or the head of a table.
    apart = any(after.left - part.right > 4 * line.size for part, after in pairwise(line.segments))
    if not (larger or bold) or len(line.segments) > 2 or apart:
        return False
    if text[-1] in ".,;，。；、" and not _NUMBERING.match(text):
        return False
    if larger:
        return True
    before = page.lines[place - 1] if place else None
    after = page.lines[place + 1] if place + 1 < len(page.lines) else None
    alone_above = before is None or line.baseline - before.baseline > 1.6 * line.size or before.column != line.column
    alone = after is None or not (after.bold and after.baseline - line.baseline < 1.5 * line.size)
    return alone_above and alone and text[-1] not in ":：" and len(text) < 100
