"""PPTX to a Reading, through unstructured kept offline; a slide is a section named by its title."""

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING

from lxml import html

from ingest.readers.markup import Reading
from ingest.readers.notices import opens_notice
from ingest.readers.offline import keep_offline
from ingest.readers.tables import rows_text, table_rows
from ingest.types import Element, Kind, SourceFile

if TYPE_CHECKING:
    from unstructured.documents.elements import Element as Part

_PAGE_PARTS = frozenset({"Footer", "Header", "PageBreak", "PageNumber"})


def read_pptx(source: SourceFile) -> Reading:
    """Slides in order, with speaker notes. A slide without a title is called by its number."""
    keep_offline()
    from pptx import Presentation
    from unstructured.partition.pptx import partition_pptx

    parts = partition_pptx(str(source.path), include_slide_notes=True, include_page_breaks=False)
    title = Presentation(str(source.path)).core_properties.title or ""
    return Reading(tuple(_slides(parts)), title="" if title == "PowerPoint Presentation" else title.strip())


def _slides(parts: "Iterable[Part]") -> Iterable[Element]:
    for number, group in groupby(parts, key=lambda part: part.metadata.page_number):
        slide = [part for part in group if part.category not in _PAGE_PARTS]
        titles = (part for part in slide if part.category == "Title" and not part.metadata.category_depth)
        title = next((part for part in titles if part.text.strip()), None)
        heading = " ".join(title.text.split()) if title is not None else f"Slide {number}"
        yield Element(kind=Kind.HEADING, text=heading, level=1)
        for part in slide:
            if part is not title:
                yield from _slide_part(part)


def _slide_part(part: "Part") -> Iterable[Element]:
    text = "\n".join(filter(None, (" ".join(line.split()) for line in part.text.splitlines())))
    depth = part.metadata.category_depth or 0
    if part.metadata.text_as_html:
        yield from _table_element(part.metadata.text_as_html)
    elif text:
        yield Element(kind=_kind(part.category, text, depth), text=text, level=max(depth - 1, 0))


def _kind(category: str, text: str, depth: int) -> Kind:
    if opens_notice(text):
        return Kind.WARNING
    if category == "ListItem" or depth > 0:
        return Kind.LIST_ITEM
    return Kind.PARAGRAPH


def _table_element(markup: str) -> Iterable[Element]:
    """The TABLE of a table's HTML; nothing where it has no text."""
    table = html.fragment_fromstring(markup) if markup else None
    rows = table_rows(table) if table is not None else ()
    if rows:
        yield Element(kind=Kind.TABLE, text=rows_text(rows), rows=rows)
