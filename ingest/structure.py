"""Elements to sections: each heading's own blocks, under the path of headings that leads to it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.types import Document, Element, Kind


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one heading, without its subsections."""

    path: tuple[str, ...]
    """Headings from the outermost in; empty before the first heading."""
    heading: Element | None
    body: tuple[Element, ...]


def sections(document: Document) -> Iterator[Section]:
    """The document's sections in reading order."""
    path: list[tuple[int, str]] = []
    heading: Element | None = None
    body: list[Element] = []
    for element in document.elements:
        if element.kind is not Kind.HEADING:
            body.append(element)
            continue
        if heading or body:
            yield _section(path, heading, body)
        level = max(element.level, 1)
        path = [*(step for step in path if step[0] < level), (level, " ".join(element.text.split()))]
        heading, body = element, []
    if heading or body:
        yield _section(path, heading, body)


def _section(path: Sequence[tuple[int, str]], heading: Element | None, body: Sequence[Element]) -> Section:
    return Section(tuple(text for _level, text in path), heading, tuple(body))
