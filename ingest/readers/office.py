"""PPTX to a Reading, through unstructured kept offline; a slide is a section named by its title.

unstructured puts the texts of a slide into reading order; what it does not see (merged cells, charts, numbers of steps)
comes from `slides.py`.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from ingest.readers.markup import Reading
from ingest.readers.notices import opens_notice
from ingest.readers.offline import keep_offline
from ingest.readers.slides import SlideFacts, slide_facts
from ingest.readers.tables import Rows, rows_text
from ingest.types import Element, Kind, SourceFile

if TYPE_CHECKING:
    from unstructured.documents.elements import Element as Part

_PAGE_PARTS = frozenset({"Footer", "Header", "PageBreak", "PageNumber"})


def read_pptx(source: SourceFile) -> Reading:
    """Slides in order, speaker notes at their end; hidden ones are left out. One without a title has its number."""
    keep_offline()
    from pptx import Presentation
    from unstructured.partition.pptx import partition_pptx

    with source.path.open("rb") as stream:
        deck = Presentation(stream)
        facts = [slide_facts(slide) for slide in deck.slides]
        stream.seek(0)
        parts = partition_pptx(file=stream, include_slide_notes=False, include_page_breaks=False)
    title = deck.core_properties.title or ""
    elements = tuple(_slides(parts, facts))
    return Reading(elements, title="" if title == "PowerPoint Presentation" else title.strip())


def _slides(parts: "Iterable[Part]", facts: list[SlideFacts]) -> Iterator[Element]:
    texts = {number: list(group) for number, group in groupby(parts, key=lambda part: part.metadata.page_number)}
    for number, fact in enumerate(facts, start=1):
        slide = [part for part in texts.get(number, []) if part.category not in _PAGE_PARTS]
        if not fact.hidden and (slide or fact.tables or fact.charts or fact.notes):
            yield from _slide(number, slide, fact)


def _slide(number: int, slide: "list[Part]", fact: SlideFacts) -> Iterator[Element]:
    titles = (part for part in slide if part.category == "Title" and not part.metadata.category_depth)
    title = next((part for part in titles if part.text.strip()), None)
    heading = " ".join(title.text.split()) if title is not None else f"Slide {number}"
    yield Element(kind=Kind.HEADING, text=heading, level=1)
    tables = list(fact.tables)
    for part in slide:
        if part.category == "Table":
            yield from _table_element(tables.pop(0) if tables else ())
        elif part is not title:
            yield from _slide_part(part, fact)
    for rows in tables:
        yield from _table_element(rows)
    for caption, rows in fact.charts:
        if caption:
            yield Element(kind=Kind.CAPTION, text=caption)
        yield from _table_element(rows)
    for line in fact.notes:
        yield Element(kind=Kind.WARNING if opens_notice(line) else Kind.PARAGRAPH, text=line)


def _slide_part(part: "Part", fact: SlideFacts) -> Iterator[Element]:
    text = "\n".join(filter(None, (" ".join(line.split()) for line in part.text.splitlines())))
    key = " ".join(text.split())
    depth = part.metadata.category_depth or 0
    if text:
        kind = Kind.STEP if key in fact.numbers else _kind(part.category, key, depth, fact)
        yield Element(kind=kind, text=fact.numbers.get(key, "") + text, level=fact.levels.get(key, 0))


def _kind(category: str, text: str, depth: int, fact: SlideFacts) -> Kind:
    if opens_notice(text):
        return Kind.WARNING
    if text not in fact.plain and (category == "ListItem" or depth > 0):
        return Kind.LIST_ITEM
    return Kind.PARAGRAPH


def _table_element(rows: Rows) -> Iterator[Element]:
    """The TABLE of these rows; nothing where they are none."""
    if rows:
        yield Element(kind=Kind.TABLE, text=rows_text(rows), rows=rows)
