"""Blocks of lines in, elements out: their text, and for each printed line its box and where its text begins."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from ingest.readers.pdf_blocks import Block, is_label
from ingest.readers.pdf_joining import join_two
from ingest.readers.pdf_lines import Line
from ingest.types import Box, Element, Kind

_SENTENCE_END = re.compile(r"[.!?:;。！？：；…][\"'”’)\]）】」]*$")


def element_of(block: Block, words: frozenset[str]) -> Element:
    """The element a block becomes."""
    lines = block.lines
    if lines[0].rows:
        return _table(lines[0])
    if block.kind is Kind.CODE:
        text, starts = _code(lines)
    elif block.kind is Kind.WARNING and len(lines) > 1 and is_label(lines[0].text):
        # `Note` on a line of its own stays on one: it is a label, not the beginning of the sentence.
        label = lines[0].text.strip()
        text, starts = _prose(lines[1:], words)
        text, starts = f"{label}\n{text}", [0, *(start + len(label) + 1 for start in starts)]
    else:
        text, starts = _prose(lines, words)
    boxes = tuple(_box(line, start) for line, start in zip(lines, starts, strict=True))
    return Element(kind=block.kind, text=text, level=block.level, page=lines[0].page, boxes=boxes)


def _box(line: Line, start: int) -> Box:
    return Box(
        page=line.page,
        left=round(line.left, 1),
        top=round(line.top, 1),
        right=round(line.right, 1),
        bottom=round(line.bottom, 1),
        start=start,
    )


def _prose(lines: Sequence[Line], words: frozenset[str]) -> tuple[str, list[int]]:
    """Lines as one text, and where each begins in it."""
    text, starts = "", []
    for line in lines:
        piece = line.text.strip()
        text = join_two(text, piece, words=words) if text and piece else text or piece
        starts.append(len(text) - len(piece))
    return text, starts


def _table(table: Line) -> Element:
    texts = [" | ".join(row) for row in table.rows]
    begins = list(accumulate((len(text) + 1 for text in texts), initial=0))
    boxes = []
    for place, (part, row) in enumerate(zip(table.parts, table.part_rows, strict=True)):
        # Lines of one row share its text evenly: a cell's lines do not stand together in it.
        inside = table.part_rows.count(row) if len(table.parts) < 400 else 1
        nth = table.part_rows[:place].count(row) if inside > 1 else 0
        boxes.append(_box(part, begins[row] + len(texts[row]) * nth // inside))
    return Element(
        kind=Kind.TABLE, text="\n".join(texts), page=table.parts[0].page, boxes=tuple(boxes), rows=table.rows
    )


def _code(lines: Sequence[Line]) -> tuple[str, list[int]]:
    """Lines of an example with their line breaks, indents and empty lines, and where each begins."""
    edge = min(line.left for line in lines)
    text, starts = "", []
    for place, line in enumerate(lines):
        first = line.segments[0]
        pitch = (first.right - first.left) / max(len(first.text), 1) or 6.0
        if place:
            text += "\n\n" if line.baseline - lines[place - 1].baseline > 1.8 * line.size else "\n"
        starts.append(len(text))
        text += " " * round((line.left - edge) / pitch) + line.text.rstrip()
    return text, starts


def elements_of(blocks: Sequence[Block], words: frozenset[str], notes: frozenset[int]) -> list[Element]:
    """The elements of all blocks; a sentence that runs on over the page is put together, footnotes go behind it.

    `words`: compounds the document writes with a hyphen. `notes`: ids of lines that are footnotes.
    """
    out: list[Element] = []
    body = -1
    """Place of the last element that is no footnote."""
    for block in blocks:
        element = element_of(block, words)
        last = out[body] if body >= 0 else None
        if last is not None and _runs_on(last, element):
            text = join_two(last.text, element.text, words=words)
            begin = len(text) - len(element.text)
            more = tuple(replace(box, start=box.start + begin) for box in element.boxes)
            out[body] = replace(last, text=text, boxes=last.boxes + more)
            continue
        out.append(element)
        if id(block.lines[0]) not in notes:
            body = len(out) - 1
    return out


def _runs_on(last: Element, element: Element) -> bool:
    if element.kind is not Kind.PARAGRAPH or last.kind not in (Kind.PARAGRAPH, Kind.LIST_ITEM, Kind.STEP, Kind.WARNING):
        return False
    if not last.boxes or last.boxes[-1].page + 1 != element.page or _SENTENCE_END.search(last.text):
        return False
    return element.text[0].islower() or "\u3040" <= element.text[0] <= "\u9fff"
