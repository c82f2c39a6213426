"""Figures of what an answer cites: citations come in, parts of PDF pages and pictures of other files leave.

The index knows no figures. They are looked for when an answer is shown: pictures on a cited page that are neither tiny
nor the page itself and drawings made of lines and shapes, nearest to the cited lines first, each with the line of text
that is its caption. Of web pages, EPUBs and DOCX they are pictures within the file, in the section of the quote.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from ingest.errors import ReadError
from ingest.letters import letters_of
from ingest.originals import original_path
from ingest.readers.inner_pictures import WITH_PICTURES, picture_at, pictures_beside
from serving.answer import Citation
from ui.inner_pictures import inner_size, picture_in
from ui.page_look import Ink, Look, page_look
from ui.pages import Mark, PagePictures
from ui.sources import inner_url, is_pdf, original_url, part_url
from ui.wording import Wording

MOST: Final = 3
_SMALLEST: Final = 48.0
"""Points, of either side: what is smaller is a sign or a logo."""
_SMALLEST_PIXELS: Final = 80
"""Of either side of a picture in a file: what is smaller is a sign."""
_WIDEST: Final = 480
"""Pixels that such a picture takes on a screen."""
_LARGEST: Final = 0.7
"""Of the page's area: what is larger is a scan or a background."""
_BESIDE: Final = 42.0
"""Points between a picture and its caption."""
_TOGETHER: Final = 6.0
"""Points: pictures this close are one figure, and so are the paths of a drawing."""
_PIECES: Final = 300
"""Of a page are put together; more of them lie about as dots or letters do."""
_BENDS: Final = 6
"""Curves and oblique lines, and _SPREAD, the share of a drawing's width and height that they reach over: in the PDFs of
the whole corpus no table, box of code or frame with an icon has so many so far apart."""
_SPREAD: Final = 0.3
_LABEL: Final = 3.0
"""Points between a drawing and a word that belongs to it."""
_MARGIN: Final = 4.0
"""Points from the edge of the sheet: what reaches there is decoration."""
_CAPTION: Final = re.compile(
    r"\s*(?:fig(?:ure|\.)?|abb(?:ildung|\.)?|bild|figura|schéma|図|图|圖)\s*\.?\s*\d", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A part of a cited page, or a picture of a file without pages."""

    number: int
    """Of the source that cites it."""
    document: str
    revision: str
    where: int | Mark
    """A part of the page, or the picture's place among the file's."""
    page: int | None
    anchor: str
    caption: str
    """As the manual has it; empty where it has none."""
    width: int
    height: int

    def to_json(self, wording: Wording) -> dict[str, object]:
        opened = original_url(self.document, self.revision, page=self.page, anchor=self.anchor)
        place = wording.page.format(page=self.page) if self.page else ""
        return {
            "number": self.number,
            "url": self._url(),
            "original": opened,
            "caption": self.caption or place,
            "width": self.width,
            "height": self.height,
        }

    def _url(self) -> str:
        if isinstance(self.where, Mark):
            return part_url(self.document, self.revision, self.page or 1, self.where)
        return inner_url(self.document, self.revision, self.where)

    def picture(self, path: Path) -> bytes | None:
        """As PNG, from the kept original. Raises ReadError."""
        if isinstance(self.where, Mark):
            return PagePictures(keep=1).draw(path, self.page or 1, part=self.where)
        return picture_in(path, self.document, self.where)


def figures_of(citations: Sequence[Citation], home: Path) -> tuple[Figure, ...]:
    """Of all citations, each once; none where originals are not kept."""
    found: dict[tuple[str, object], Figure] = {}
    for citation in citations:
        path = original_path(home, citation.revision, citation.document)
        if path is not None:
            with suppress(ReadError, OSError):
                for figure in _of(citation, path):
                    found.setdefault((figure.document, (figure.page, figure.where)), figure)
    return tuple(found.values())[:MOST]


def _of(citation: Citation, path: Path) -> list[Figure]:
    if is_pdf(citation.document):
        return _on_page(citation, path, citation.page) if citation.page is not None else []
    if PurePosixPath(citation.document).suffix.lower() in WITH_PICTURES:
        return _within(citation, path)
    return []


def _within(citation: Citation, path: Path) -> list[Figure]:
    found = []
    for picture in pictures_beside(path, citation.document, citation.quote, citation.anchor)[:MOST]:
        size = inner_size(picture_at(path, citation.document, picture.place) or b"")
        if size is None or min(size) < _SMALLEST_PIXELS:
            continue
        scale = min(1.0, _WIDEST / max(size))
        found.append(
            Figure(
                number=citation.number,
                document=citation.document,
                revision=citation.revision,
                where=picture.place,
                page=None,
                anchor=citation.anchor,
                caption=picture.caption or (citation.section[-1] if citation.section else citation.title),
                width=round(size[0] * scale),
                height=round(size[1] * scale),
            )
        )
    return found


def _on_page(citation: Citation, path: Path, page: int) -> list[Figure]:
    look = page_look(path, page)
    if look is None:
        return []
    area = _area(look.sheet)
    # A background touches everything: it goes before what touches is put together.
    pictures = [picture for picture in look.pictures if _area(picture) <= _LARGEST * area]
    parts = joined([*pictures, *drawings(look)])
    fitting = [part for part in parts if _is_figure(part, area)]
    cited = [box for box in citation.boxes if box.page == page]
    middle = sum(box.top + box.bottom for box in cited) / (2 * len(cited)) if cited else 0.0
    fitting.sort(key=lambda part: abs((part.top + part.bottom) / 2 - middle))
    heading = _heading(citation.section, look.lines, middle) if cited else 0.0
    captions = {part: _caption(part, look.lines) for part in fitting}
    return [
        Figure(
            number=citation.number,
            document=citation.document,
            revision=citation.revision,
            where=part,
            page=page,
            anchor="",
            caption=captions[part],
            width=round(part.right - part.left),
            height=round(part.bottom - part.top),
        )
        for part in fitting
        # What stands above the section's heading is of the section before, unless it floats: then it has a caption.
        if part.bottom > heading or captions[part]
    ]


def _heading(section: Sequence[str], lines: Sequence[tuple[Mark, str]], below: float) -> float:
    """Where the section's heading ends on its page, above what is cited; 0 where it is on an earlier one."""
    said = letters_of(section[-1]) if section else ""
    found = [
        line.bottom
        for line, text in lines
        if line.bottom <= below and (words := letters_of(text)) and said.endswith(words) and len(words) * 2 >= len(said)
    ]
    return max(found, default=0.0)


def drawings(look: Look) -> list[Mark]:
    """Places of what is drawn with lines and shapes, labels included; no tables, rulings, frames or backgrounds."""
    sheet = look.sheet
    inks = [
        ink
        for ink in look.inks
        if _area(ink.place) <= _LARGEST * _area(sheet) and ink.place.right - ink.place.left < 0.9 * sheet.right
    ]
    if not any(ink.bends for ink in inks):
        return []
    parts = joined([ink.place for ink in inks], most=_PIECES)
    drawn = [part for part in parts if _is_drawn(part, inks, sheet)]
    return [_labelled(part, look.lines) for part in drawn]


def _is_drawn(part: Mark, inks: Sequence[Ink], sheet: Mark) -> bool:
    if min(part.left, part.top, sheet.right - part.right, sheet.bottom - part.bottom) < _MARGIN:
        return False
    bent = [ink for ink in inks if ink.bends and _is_within(ink.place, part)]
    if len(bent) < 2 or sum(ink.bends for ink in bent) < _BENDS:
        return False
    spread = bent[0].place
    for ink in bent[1:]:
        spread = _around(spread, ink.place)
    return spread.right - spread.left >= _SPREAD * (
        part.right - part.left
    ) and spread.bottom - spread.top >= _SPREAD * (part.bottom - part.top)


def _labelled(part: Mark, lines: Sequence[tuple[Mark, str]]) -> Mark:
    """The drawing with the words that stick out of it, or stand at its edge as labels do; the text below is not its."""
    whole, width = part, part.right - part.left
    for line, _ in lines:
        near = _LABEL if line.right - line.left <= width / 2 else 0.0
        is_at = line.top - near < part.bottom and line.bottom + near > part.top
        if is_at and line.left < part.right and line.right > part.left and line.right - line.left <= width:
            whole = _around(whole, line)
    # With the whole width of the strokes at its edges.
    return Mark(max(whole.left - 2, 0.0), max(whole.top - 2, 0.0), whole.right + 2, whole.bottom + 2)


def _is_within(inner: Mark, outer: Mark) -> bool:
    return (
        outer.left <= inner.left
        and inner.right <= outer.right
        and outer.top <= inner.top
        and inner.bottom <= outer.bottom
    )


def joined(pictures: Sequence[Mark], *, most: int | None = None) -> list[Mark]:
    """Pictures that touch as one: many a drawing is put together from strips. None where more than `most` lie apart."""
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
        if most is not None and len(parts) > most:
            return []
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
