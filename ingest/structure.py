"""Elements to sections: each heading's own blocks, under the path of headings that leads to it, and in which language.

A guide often says the same in several languages, and an untranslated licence stands in many manuals.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.language import clear_language
from ingest.types import Document, Element, Kind


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one heading, without its subsections."""

    path: tuple[str, ...]
    """Headings from the outermost in; empty before the first heading."""
    heading: Element | None
    body: tuple[Element, ...]
    language: str = ""
    """The document's where the text does not clearly tell another."""


def sections(document: Document) -> list[Section]:
    """The document's sections in reading order."""
    found = list(_cut(document))
    return [
        replace(section, language=language)
        for section, language in zip(found, _languages(found, document.language), strict=True)
    ]


def _languages(found: Sequence[Section], language: str) -> list[str]:
    """Of each section: that which its text tells, or that of the chapters around it, from the inside out.

    A short section tells little; together with its neighbours under the same heading it may tell enough.
    """
    texts: dict[tuple[str, ...], list[str]] = {}
    for section in found:
        words = "\n".join(element.text for element in section.body if element.kind is not Kind.CODE)
        for depth in range(1, len(section.path) + 1):
            texts.setdefault(section.path[:depth], []).append(words)
    told = {path: clear_language("\n".join(parts)) for path, parts in texts.items()}
    return [next((told[path] for path in _outwards(section.path) if told[path]), language) for section in found]


def _outwards(path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    return (path[:depth] for depth in range(len(path), 0, -1))


def _cut(document: Document) -> Iterator[Section]:
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
