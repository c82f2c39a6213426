"""Figures of what an answer cites: citations come in, parts of PDF pages to show in the answer leave.

The index knows no figures. They are looked for when an answer is shown: pictures on a cited page that are neither tiny
nor the page itself, nearest to the cited lines first, each with the line of text that is its caption.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.errors import ReadError
from ingest.originals import original_path
from serving.answer import Citation
from ui.pages import Mark, page_of
from ui.sources import is_pdf, original_url, part_url
from ui.wording import Wording

MOST: Final = 3
_SMALLEST: Final = 48.0
"""Points, of either side: what is smaller is a sign or a logo."""
_LARGEST: Final = 0.7
"""Of the page's area: what is larger is a scan or a background."""
_BESIDE: Final = 42.0
"""Points between a picture and its caption."""
_TOGETHER: Final = 6.0
"""Pictures this close are one figure."""
_CAPTION: Final = re.compile(
    r"\s*(?:fig(?:ure|\.)?|abb(?:ildung|\.)?|bild|figura|schéma|図|图|圖)\s*\.?\s*\d", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A part of a cited page."""

    number: int
    """Of the source that cites its page."""
    document: str
    revision: str
    page: int
    part: Mark
    caption: str
    """As the page has it; empty where it has none."""

    def to_json(self, wording: Wording) -> dict[str, object]:
        place = wording.page.format(page=self.page)
        return {
            "number": self.number,
            "url": part_url(self.document, self.revision, self.page, self.part),
            "original": original_url(self.document, self.revision, page=self.page),
            "caption": self.caption or place,
            "width": round(self.part.right - self.part.left),
            "height": round(self.part.bottom - self.part.top),
        }


def figures_of(citations: Sequence[Citation], home: Path) -> tuple[Figure, ...]:
    """Of all cited pages, each once; none where originals are not kept or are no PDF."""
    found: list[Figure] = []
    seen: set[tuple[str, int]] = set()
    for citation in citations:
        page = citation.page
        if page is None or not is_pdf(citation.document) or (citation.document, page) in seen:
            continue
        seen.add((citation.document, page))
        path = original_path(home, citation.revision, citation.document)
        if path is not None:
            with suppress(ReadError):
                found += _on_page(citation, path, page)
    return tuple(found[:MOST])


def _on_page(citation: Citation, path: Path, page: int) -> list[Figure]:
    seen = page_of(path, page)
    if seen is None:
        return []
    pictures, lines, sheet = seen
    area = (sheet.right - sheet.left) * (sheet.bottom - sheet.top)
    # A background touches everything: it goes before what touches is put together.
    parts = joined([picture for picture in pictures if _area(picture) <= _LARGEST * area])
    fitting = [part for part in parts if _is_figure(part, area)]
    cited = [box for box in citation.boxes if box.page == page]
    middle = sum(box.top + box.bottom for box in cited) / (2 * len(cited)) if cited else 0.0
    fitting.sort(key=lambda part: abs((part.top + part.bottom) / 2 - middle))
    return [
        Figure(
            number=citation.number,
            document=citation.document,
            revision=citation.revision,
            page=page,
            part=part,
            caption=_caption(part, lines),
        )
        for part in fitting
    ]


def joined(pictures: Sequence[Mark]) -> list[Mark]:
    """Pictures that touch as one: many a drawing is put together from strips."""
    parts: list[Mark] = []
    for picture in pictures:
        whole = picture
        rest = []
        for part in parts:
            if _touch(part, whole):
                whole = _around(part, whole)
            else:
                rest.append(part)
        parts = [*rest, whole]
    return parts


def _touch(one: Mark, other: Mark) -> bool:
    return (
        one.left - _TOGETHER <= other.right
        and other.left - _TOGETHER <= one.right
        and one.top - _TOGETHER <= other.bottom
        and other.top - _TOGETHER <= one.bottom
    )


def _around(one: Mark, other: Mark) -> Mark:
    return Mark(
        min(one.left, other.left), min(one.top, other.top), max(one.right, other.right), max(one.bottom, other.bottom)
    )


def _is_figure(part: Mark, page_area: float) -> bool:
    return min(part.right - part.left, part.bottom - part.top) >= _SMALLEST and _area(part) <= _LARGEST * page_area


def _area(part: Mark) -> float:
    return (part.right - part.left) * (part.bottom - part.top)


def _caption(part: Mark, lines: Sequence[tuple[Mark, str]]) -> str:
    """The nearest line below or above that begins as captions do, else none."""
    near = [
        (min(abs(line.top - part.bottom), abs(part.top - line.bottom)), " ".join(text.split()))
        for line, text in lines
        if _CAPTION.match(text) and line.left < part.right and line.right > part.left
    ]
    gap, text = min(near, default=(_BESIDE, ""))
    return text[:200] if gap < _BESIDE else ""
