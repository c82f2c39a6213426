"""Sections to chunks: pieces small enough to match one question, cut where a reader would cut.

A table is cut between rows and each piece keeps the header row; a warning stays with the step it belongs to; a
paragraph is cut only between sentences. The heading stands in front of its first words, the whole heading path goes
into the text to embed only (`Chunk.embed_text`).
"""

import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from ingest.sentences import split_sentences
from ingest.structure import Section, sections
from ingest.types import Box, Chunk, Document, Element, Kind

VERSION = 6
"""Raised when the same document would be cut, or its terms be counted, differently."""
TARGET_CHARACTERS = 700
"""A chunk is closed once it holds so much (CJK characters count double)."""
MAX_CHARACTERS = 950
_SMALL_CHARACTERS = 160
"""A section shorter than this is read together with the next one."""
CELL_BORDER = " | "
_WIDE = re.compile("[\u3040-\u9fff\uac00-\U0010ffff]")
_NAMESPACE = uuid.UUID("6f7cf5f2-9f6f-4c0b-9a35-6a2a3f0f4d10")


@dataclass(frozen=True, slots=True)
class _Block:
    """Text that stays together, with where it stands."""

    text: str
    path: tuple[str, ...]
    elements: tuple[Element, ...]
    size: int
    language: str = ""
    heading_only: bool = False


def chunk(document: Document) -> list[Chunk]:
    """All chunks of a document, ordinals from 0."""
    blocks = [replace(block, language=section.language) for section in sections(document) for block in _blocks(section)]
    groups = list(_pack(blocks))
    return [_chunk(document, ordinal, group, len(groups)) for ordinal, group in enumerate(groups)]


def measure(text: str) -> int:
    """Length of a text in Latin characters: a CJK character says about as much as two letters."""
    return len(text) if text.isascii() else len(text) + len(_WIDE.findall(text))


def _blocks(section: Section) -> Iterator[_Block]:
    if section.heading is not None:
        yield _block([section.heading], section.path, heading_only=True)
    pending: list[Element] = []
    for element in section.body:
        if element.kind is Kind.TABLE:
            yield from _flush(pending, section.path)
            yield from _table_blocks(element, section.path)
            pending = []
        elif pending and (element.kind is Kind.WARNING or pending[-1].kind is Kind.WARNING):
            pending.append(element)  # a warning stays with what stands before and after it
        else:
            yield from _flush(pending, section.path)
            pending = [element]
    yield from _flush(pending, section.path)


def _flush(elements: Sequence[Element], path: tuple[str, ...]) -> Iterator[_Block]:
    if not elements:
        return
    whole = _block(elements, path)
    if whole.size <= MAX_CHARACTERS:
        yield whole
        return
    for element in elements:
        begin = 0
        for text in _pieces(element):
            yield _block([_part(element, text, begin, begin + len(text))], path)
            begin += len(text) + 1


def _pieces(element: Element) -> list[str]:
    """An element's text in pieces of at most about TARGET_CHARACTERS, cut between sentences or lines."""
    if measure(element.text) <= MAX_CHARACTERS:
        return [element.text]
    code = element.kind is Kind.CODE
    parts = element.text.splitlines() if code else split_sentences(element.text)
    joint = "\n" if code else " "
    pieces: list[str] = []
    for part in chain.from_iterable(map(_hard_slices, parts)):
        if pieces and measure(pieces[-1]) + measure(part) <= TARGET_CHARACTERS:
            pieces[-1] += joint + part
        else:
            pieces.append(part)
    return pieces


def _hard_slices(text: str) -> list[str]:
    """A run without any sentence end (a long line of code, a base64 blob) is cut at a space, else where it must be."""
    width = MAX_CHARACTERS if measure(text) == len(text) else MAX_CHARACTERS // 2
    slices: list[str] = []
    while len(text) > width:
        space = text.rfind(" ", width // 2, width)
        cut = space + 1 if space >= 0 else width
        slices.append(text[:cut])
        text = text[cut:]
    return [*slices, text]


def _table_blocks(table: Element, path: tuple[str, ...]) -> Iterator[_Block]:
    if not table.rows:
        yield from _flush([table], path)
        return
    header, *rows = table.rows
    lead = _line(header)
    groups: list[list[str]] = [[]]
    size = measure(lead)
    for line in map(_line, rows):
        if groups[-1] and size + measure(line) > TARGET_CHARACTERS:
            groups.append([])
            size = measure(lead)
        groups[-1].append(line)
        size += measure(line) + 1
    begin = 0
    for number, lines in enumerate(groups):
        end = begin + len("\n".join(lines)) + (len(lead) + 1 if number == 0 else 0)
        yield _block([_part(table, "\n".join([lead, *lines]), begin, end)], path)
        begin = end + 1


def _part(element: Element, text: str, begin: int, end: int) -> Element:
    """A piece of an element that is its text from `begin` to `end`, with the lines it covers."""
    boxes = _located(element)
    ends = [*(box.start for box in boxes[1:]), max(end, len(element.text))]
    kept = [
        replace(box, start=max(0, box.start - begin))
        for box, box_end in zip(boxes, ends, strict=False)
        if box_end > begin and box.start < end
    ]
    return replace(element, text=text, boxes=tuple(kept), page=kept[0].page if kept else element.page)


def _line(row: Sequence[str]) -> str:
    # A cell merged over the whole row is read once. Others stay: without one of two equal values ("F1 | F1") nobody
    # can tell which column is missing, and of 397 rows with equal neighbours in HTML manuals 5 were merged cells.
    cells = row[:1] if len(set(row)) == 1 else row
    return CELL_BORDER.join(" ".join(cell.split()) for cell in cells)


def _block(elements: Sequence[Element], path: tuple[str, ...], *, heading_only: bool = False) -> _Block:
    text = "\n".join(element.text for element in elements)
    return _Block(text, path, tuple(elements), measure(text), heading_only=heading_only)


def _pack(blocks: Sequence[_Block]) -> Iterator[list[_Block]]:
    """Blocks to chunks: full ones are closed, a heading opens a new one unless what went before is tiny."""
    group: list[_Block] = []
    size = 0
    for block in blocks:
        if group and _closes(group, size, block):
            carried = _trailing_headings(group)
            if len(carried) < len(group):
                yield group[: len(group) - len(carried)]
            group, size = carried, sum(item.size for item in carried)
        group.append(block)
        size += block.size
    if group:
        yield group


def _closes(group: Sequence[_Block], size: int, block: _Block) -> bool:
    if all(item.heading_only for item in group):
        return size > MAX_CHARACTERS
    if block.language != group[-1].language:
        return True
    if block.heading_only:
        return size >= _SMALL_CHARACTERS or not _siblings(group[0].path, block.path)
    if size + block.size > MAX_CHARACTERS:
        return True
    return size >= TARGET_CHARACTERS


def _siblings(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    """Do the sections stand under the same parent, or the second under the first?"""
    return len(second) > 1 and first[: len(second) - 1] == second[:-1]


def _trailing_headings(group: Sequence[_Block]) -> list[_Block]:
    """Headings at the end of a chunk belong to the text that follows."""
    count = 0
    while count < len(group) and group[len(group) - 1 - count].heading_only:
        count += 1
    return list(group[len(group) - count :]) if count else []


def _chunk(document: Document, ordinal: int, group: Sequence[_Block], total: int) -> Chunk:
    source = document.source
    elements = _tables_joined([element for block in group for element in block.elements])
    pages = sorted(
        {element.page for element in elements if element.page is not None}
        | {box.page for element in elements for box in element.boxes}
    )
    first_body = next((block for block in group if not block.heading_only), group[0])
    return Chunk(
        id=str(uuid.uuid5(_NAMESPACE, f"{source.document}\n{source.revision}\n{ordinal}")),
        document=source.document,
        revision=source.revision,
        ordinal=ordinal,
        title=document.title,
        section=first_body.path,
        text="\n".join(element.text for element in elements),
        page=pages[0] if pages else None,
        pages=tuple(pages),
        boxes=tuple(_boxes(elements)),
        anchor=next((element.anchor for element in first_body.elements if element.anchor), ""),
        kinds=tuple(dict.fromkeys(element.kind for element in elements)),
        product=source.product,
        model=source.model,
        version=source.version,
        language=first_body.language,
        document_language=document.language,
        audience=source.audience,
        valid_from=source.valid_from,
        valid_until=source.valid_until,
        origins=source.origins if ordinal == 0 else (),
        document_pages=document.pages,
        document_chunks=total,
        recognised=any(element.recognised for element in elements),
    )


def _tables_joined(elements: Sequence[Element]) -> list[Element]:
    """Leave out the header row of a table that goes on right after itself (on the next page, say)."""
    joined: list[Element] = []
    for place, element in enumerate(elements):
        before = elements[place - 1] if place else None
        goes_on = before and element.rows and before.rows[:1] == element.rows[:1]
        header, _, rest = element.text.partition("\n")
        cut = len(header) + 1
        joined.append(_part(element, rest, cut, len(element.text)) if goes_on and rest else element)
    return joined


def _boxes(elements: Sequence[Element]) -> Iterator[Box]:
    """The boxes of all lines, each with where its text begins in the chunk."""
    offset = 0
    for element in elements:
        yield from (replace(box, start=offset + box.start) for box in _located(element))
        offset += len(element.text) + 1


def _located(element: Element) -> Sequence[Box]:
    """Where a reader gave only rectangles, a line is taken to hold as much text as it is wide."""
    boxes = element.boxes
    if len(boxes) < 2 or any(box.start for box in boxes):
        return boxes
    total = sum(box.right - box.left for box in boxes) or 1.0
    placed = []
    before = 0.0
    for box in boxes:
        placed.append(replace(box, start=round(len(element.text) * before / total)))
        before += box.right - box.left
    return placed
