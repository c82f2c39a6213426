"""Lines of a page in reading order in, blocks out: paragraphs, list items, steps, code, warnings, captions, tables."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.readers.pdf_headings import Levels, is_number_only
from ingest.readers.pdf_layout import PageText
from ingest.readers.pdf_lines import Line
from ingest.types import Kind

_BULLET = re.compile(r"(?:[•◦▪▫‣⁃∙●○■□◆◇►▶➢➤❖✓✔★☆–—∗*-]|·)\s+(?=\S)|[•●■◆▪]\s*(?=\S)")
_NUMBER = re.compile(
    r"(?:\(?\d{1,2}[.)）、](?!\d)|\(\d{1,2}\)|[①-⑳]|step\s+\d{1,2}\b[.:]?|步骤\s*\d{1,2}[.：:]?)\s*(?=\S)",
    re.IGNORECASE,
)
_LETTER = re.compile(r"(?:\(?[a-z][.)]|\(?[ivx]{1,4}[.)])\s+(?=\S)")
_LONE_MARKER = re.compile(r"(?:[•◦▪▫‣●○■□◆–—*-]|\(?\d{1,2}[.)])")
_WARNING_WORDS = (
    "note|notes|caution|warning|danger|important|tip|notice|attention|"
    "注意|警告|提示|注|备注|说明|危险|小心|重要|注記|ヒント|危険|補足|"
    "hinweis|anmerkung|achtung|warnung|vorsicht|gefahr|wichtig|tipp|"
    "remarque|note|avertissement|mise en garde|astuce|important|"
    "nota|aviso|advertencia|precaución|atención|peligro|importante|sugerencia|consejo"
)
_WARNING_LABEL = re.compile(rf"(?:{_WARNING_WORDS})\s*[:：!！.]?", re.IGNORECASE)
_WARNING_START = re.compile(rf"(?:{_WARNING_WORDS})\s*[:：!！]", re.IGNORECASE)
_CAPTION = re.compile(
    r"(?:figure|fig\.|table|tab\.|example|listing|abbildung|abb\.|tabelle|beispiel|figura|tabla|ejemplo|tableau|exemple)"
    r"\s*[A-Z]?\d+(?:[.-]\d+)*\s*[:.：–—-]|[图表図]\s*[A-Z]?\d+(?:[.-]\d+)*",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?:;。！？：；…][\"'”’)\]）】]*$")


@dataclass(slots=True)
class Block:
    """Lines that belong together, on their way to an element."""

    kind: Kind
    lines: list[Line]
    level: int = 0
    indent: float = 0.0
    """Left edge of the text after a list marker."""


def blocks_of(page: PageText, lines: Sequence[Line], levels: Levels) -> list[Block]:
    """Blocks of a stretch of lines of one page."""
    blocks: list[Block] = []
    for line in lines:
        block = _begin(line, levels)
        last = blocks[-1] if blocks else None
        if last is not None and _goes_on(last, block, page):
            last.lines.append(line)
        else:
            blocks.append(block)
    return _nested(_labelled(blocks))


def _begin(line: Line, levels: Levels) -> Block:
    """A block as its first line tells it."""
    if id(line) in levels:
        return Block(Kind.HEADING, [line], levels[id(line)])
    if line.rows:
        return Block(Kind.TABLE, [line])
    if line.mono:
        return Block(Kind.CODE, [line])
    text = line.text
    for kind, pattern in ((Kind.LIST_ITEM, _BULLET), (Kind.STEP, _NUMBER), (Kind.LIST_ITEM, _LETTER)):
        if match := pattern.match(text):
            return Block(kind, [line], indent=_text_left(line, match.end()))
    if _LONE_MARKER.fullmatch(text.strip()):
        return Block(Kind.STEP if any(c.isdigit() for c in text) else Kind.LIST_ITEM, [line], indent=line.right)
    is_warning = bool(_WARNING_START.match(text))
    return Block(Kind.CAPTION if _CAPTION.match(text) else Kind.WARNING if is_warning else Kind.PARAGRAPH, [line])


def _text_left(line: Line, marker_length: int) -> float:
    """Where the text after a list marker begins."""
    if len(line.segments) > 1 and len(line.segments[0].text) <= marker_length:
        return line.segments[1].left
    first = line.segments[0]
    return first.left + (first.right - first.left) * marker_length / max(len(first.text), 1)


def _goes_on(last: Block, new: Block, page: PageText) -> bool:
    """Whether a line belongs to the block before it."""
    line, before = new.lines[0], last.lines[-1]
    gap = line.baseline - before.baseline
    if Kind.TABLE in (last.kind, new.kind) or (gap < -2 and line.column == before.column):
        return False
    if last.kind is Kind.HEADING:
        same = new.kind is Kind.HEADING and new.level == last.level
        if same and len(last.lines) == 1 and is_number_only(before.text):
            return gap < 4 * line.size
        return same and gap < 2.2 * line.size and _same_size(line, before)
    if last.kind is Kind.CODE:
        return new.kind is Kind.CODE and gap < 2.6 * line.size
    if new.kind is Kind.CODE:
        return _is_inline(line, before, gap, last)
    return new.kind is Kind.PARAGRAPH and _same_size(line, before) and _flows(last, line, page)


def _flows(last: Block, line: Line, page: PageText) -> bool:
    """Whether running text goes on with a line, in the same column or at the top of the next."""
    before = last.lines[-1]
    gap = line.baseline - before.baseline
    if line.column != before.column:
        return gap < 0 and not _SENTENCE_END.search(before.text)
    if gap > _pitch(last, line, page) * 1.3 + 0.5:
        return False
    if last.kind in (Kind.LIST_ITEM, Kind.STEP):
        return line.left > last.lines[0].left + 0.4 * line.size or line.left >= last.indent - 0.6 * line.size
    return not _breaks_paragraph(last, line)


def _is_inline(line: Line, before: Line, gap: float, last: Block) -> bool:
    """Whether a line all in fixed pitch is the middle of a sentence rather than an example."""
    if last.kind is Kind.CAPTION or gap > 1.35 * max(line.size, before.size):
        return False
    full = before.right > before.column[1] - 5 * before.size
    return full and not _SENTENCE_END.search(before.text) and abs(line.left - before.left) < 2 * line.size


def _same_size(one: Line, other: Line) -> bool:
    return abs(one.size - other.size) <= 0.12 * max(one.size, other.size)


def _pitch(block: Block, line: Line, page: PageText) -> float:
    """Distance of the block's baselines; before it has two lines, what the document's other lines have."""
    lines = block.lines
    if len(lines) > 1 and lines[-1].baseline > lines[-2].baseline:
        return lines[-1].baseline - lines[-2].baseline
    return page.leading * max(line.size, lines[-1].size)


def _breaks_paragraph(last: Block, line: Line) -> bool:
    """Whether indent, a short line before or a change of weight starts a new paragraph."""
    before = last.lines[-1]
    if len(last.lines) == 1 and not _is_spread(line) and _hangs_under(before, line):
        return False
    if _is_spread(before) or _is_spread(line):
        return True
    indent = line.left - before.left
    if abs(indent) > 0.8 * line.size:
        first_line_indent = len(last.lines) == 1 and -4 * line.size < indent < 0
        if not first_line_indent and not _is_cut_off(last, line):
            return True
    if before.bold != line.bold and all(part.bold == before.bold for part in last.lines):
        return before.right < before.column[1] - 0.2 * (before.column[1] - before.column[0])
    short = before.right < before.column[1] - 0.25 * (before.column[1] - before.column[0])
    return short and bool(_SENTENCE_END.search(before.text))


def _is_cut_off(last: Block, line: Line) -> bool:
    """Whether a first line that hangs out ends in mid-sentence at the edge of its column."""
    before = last.lines[-1]
    full = len(last.lines) == 1 and before.right > before.column[1] - 2 * before.size
    mid_word = before.text.rstrip().endswith("-") or line.text[0].islower()
    return full and mid_word and 0 < line.left - before.left < 8 * line.size


def _hangs_under(before: Line, line: Line) -> bool:
    """Whether a line goes on under the second part of the one before, as text beside the term it explains."""
    if len(before.segments) != 2:
        return False
    full = before.right > before.column[1] - 6 * before.size
    return full and abs(line.left - before.segments[1].left) < 0.6 * line.size


def _is_spread(line: Line) -> bool:
    """Whether a line has its words at both ends, as a form or the head of a definition."""
    gaps = (after.left - before.right for before, after in pairwise(line.segments))
    return any(gap > 4 * line.size for gap in gaps)


def _labelled(blocks: list[Block]) -> list[Block]:
    """A lone `Note` and the paragraph under it become one warning; a lone list marker takes the text after it."""
    joined: list[Block] = []
    for block in blocks:
        last = joined[-1] if joined else None
        text = block.lines[0].text.strip()
        if last is not None and block.kind in (Kind.PARAGRAPH, Kind.LIST_ITEM, Kind.STEP, Kind.CODE):
            lone = len(last.lines) == 1 and last.lines[0].text.strip()
            if last.kind is Kind.WARNING and lone and is_label(lone) and block.kind is Kind.PARAGRAPH:
                last.lines += block.lines
                continue
            if last.kind in (Kind.LIST_ITEM, Kind.STEP) and lone and _LONE_MARKER.fullmatch(lone):
                last.lines += block.lines
                continue
        if block.kind in (Kind.PARAGRAPH, Kind.HEADING) and len(block.lines) == 1 and is_label(text):
            block.kind, block.level = Kind.WARNING, 0
        joined.append(block)
    return joined


def is_label(text: str) -> bool:
    """Whether a line is nothing but `Note`, `注意` and the like."""
    return bool(_WARNING_LABEL.fullmatch(text.strip()))


def _nested(blocks: list[Block]) -> list[Block]:
    """Gives list items and steps their depth, from the left edges of the items around them."""
    open_edges: list[float] = []
    for block in blocks:
        if block.kind not in (Kind.LIST_ITEM, Kind.STEP):
            if block.kind is Kind.HEADING:
                open_edges = []
            continue
        left = block.lines[0].left
        while open_edges and open_edges[-1] > left + 4:
            open_edges.pop()
        if not open_edges or left > open_edges[-1] + 4:
            open_edges.append(left)
        block.level = len(open_edges) - 1
    return blocks
