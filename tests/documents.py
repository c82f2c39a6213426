"""Small documents and chunks for tests, as a reader of manuals would make them."""

from dataclasses import replace
from pathlib import Path

from ingest.chunk import chunk
from ingest.index.contract import IndexedDocument
from ingest.types import Box, Chunk, Document, Element, Kind, SourceFile


def source(document: str = "pump.md", **changes: object) -> SourceFile:
    path = Path("/manuals", document)
    made = SourceFile(path=path, document=document, revision="0123456789abcdef", size=1, root="/manuals")
    return replace(made, **changes)


def heading(text: str, level: int = 1, page: int | None = None) -> Element:
    return Element(kind=Kind.HEADING, text=text, level=level, page=page)


def paragraph(text: str, page: int | None = None) -> Element:
    boxes = (Box(page=page, left=10, top=20, right=200, bottom=32),) if page else ()
    return Element(kind=Kind.PARAGRAPH, text=text, page=page, boxes=boxes)


def table(*rows: tuple[str, ...], page: int | None = None) -> Element:
    text = "\n".join(" | ".join(row) for row in rows)
    return Element(kind=Kind.TABLE, text=text, rows=rows, page=page)


def manual(*elements: Element, name: str = "pump.md", title: str = "Pump P1", language: str = "en") -> Document:
    return Document(source=source(name), title=title, language=language, elements=elements)


def chunks_of(*elements: Element, name: str = "pump.md") -> list[Chunk]:
    return chunk(manual(*elements, name=name))


def indexed(found: SourceFile, signature: str, *, revision: str = "") -> IndexedDocument:
    return IndexedDocument(
        document=found.document,
        revision=revision or found.revision,
        title=found.document,
        product=found.product,
        version=found.version,
        language=found.language,
        audience=found.audience,
        pages=0,
        chunks=1,
        root=found.root,
        signature=signature,
    )
