"""Pictures within a manual's own file: an EPUB, a DOCX or a web page and a quote come in, what stands in the quote's
section leaves.

Only what lies inside of the file is ever read: an archive's parts and a page's `data:` pictures. An EPUB's chapters
are pages as they are; of a DOCX one is made. What is an SVG, lies beside the file or on another host is none. A picture
is named by its place in the file, so no path can be asked for.
"""

import base64
import binascii
import posixpath
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from lxml import etree, html

from ingest.letters import letters_of
from ingest.readers import docx_pictures
from ingest.readers.containers import check_container, part_of
from ingest.readers.encoding import decode_html
from ingest.readers.pictures import is_formula
from ingest.suffixes import HTML

_WORD: Final = frozenset({".docx", ".docm"})
_ARCHIVES: Final = frozenset({".epub", *_WORD})
WITH_PICTURES: Final = _ARCHIVES | frozenset(HTML)
_RASTER: Final = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp")
_PROPERTIES: Final = "docProps/"
"""Of office files, with a small picture of the first page as it once was."""
_INLINE: Final = re.compile(
    rb"""\bsrc\s*=\s*["'](data:image/(?:png|jpeg|gif|webp|bmp);base64,[A-Za-z0-9+/=\s]*)["']""", re.IGNORECASE
)
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_SILENT: Final = frozenset({"script", "style", "template", "head"})
_FRAMES: Final = frozenset({"figure", "imageblock"})
"""What Sphinx and DocBook, and Asciidoctor, put around a picture with its caption."""
_CAPTIONS: Final = ".//figcaption | .//*[contains(@class, 'caption') or @class='title']"
_MOST_PAGE: Final = 16 * 2**20
"""Bytes of a chapter or web page that is looked through while somebody waits."""
_MOST_PICTURE: Final = 16 * 2**20
_NEAR: Final = 1500
"""Letters between quote and picture: further off, in a section of many pages, it belongs to other sentences."""
_ENOUGH: Final = 60
"""Letters of a quote that are looked for: what follows them may be put together from other blocks."""
_NUMBER: Final = re.compile(r"^\s*(?:\d{1,4}|[A-Za-z]|[ivxlc]{2,7}|[IVXLC]{2,7})\.\s+", re.MULTILINE)
"""Before a step: lists count by themselves, so the file has no such letters."""


@dataclass(frozen=True, slots=True)
class InnerPicture:
    """A picture in a file."""

    place: int
    """Among the file's pictures, from 0."""
    caption: str
    """As the manual has it; empty where it has none."""


@dataclass(slots=True)
class _Stream:
    """A page as letters in a row, with where its headings, ids and pictures stand among them."""

    letters: list[str] = field(default_factory=list)
    length: int = 0
    headings: list[tuple[int, int]] = field(default_factory=list)
    """After how many letters, and the how manieth of all headings and pictures: a picture can end where one begins."""
    ids: dict[str, int] = field(default_factory=dict)
    pictures: list[tuple[int, int, html.HtmlElement]] = field(default_factory=list)

    def order(self) -> int:
        return len(self.headings) + len(self.pictures)

    def say(self, text: str | None) -> None:
        said = letters_of(text or "")
        self.letters.append(said)
        self.length += len(said)


def pictures_beside(path: Path, document: str, quote: str, anchor: str) -> tuple[InnerPicture, ...]:
    """The pictures in the section of the quote, nearest first; none where the quote is not found.

    Raises ReadError for an archive that is made to do harm.
    """
    file, _, element = anchor.rpartition("#") if "#" in anchor else ("", "", anchor)
    kind = Path(document).suffix.lower()
    if kind not in _ARCHIVES:
        page = _web_page(path)
        names = {source: number for number, source in enumerate(_inline_sources(page))}
        return tuple(_beside(_tree(page), quote, element, names, ""))
    check_container(path, document)
    with zipfile.ZipFile(path) as archive:
        names = {name: number for number, name in enumerate(_raster_names(archive))}
        if kind in _WORD:
            return tuple(_beside(docx_pictures.page_of(archive, _MOST_PAGE), quote, anchor, names, ""))
        file = file or element
        chapters = sorted((name for name in archive.namelist() if f"/{name}".endswith(f"/{file}")), key=len)
        if not file or not chapters:
            return ()
        page = part_of(archive, chapters[0], _MOST_PAGE)
    return tuple(_beside(_tree(page), quote, element, names, posixpath.dirname(chapters[0])))


def picture_at(path: Path, document: str, place: int) -> bytes | None:
    """A file's picture; None where there is none at that place. Raises ReadError as `pictures_beside`."""
    if Path(document).suffix.lower() not in _ARCHIVES:
        sources = _inline_sources(_web_page(path))
        return _decoded(sources[place]) if 0 <= place < len(sources) else None
    check_container(path, document)
    with zipfile.ZipFile(path) as archive:
        names = _raster_names(archive)
        return part_of(archive, names[place], _MOST_PICTURE) or None if 0 <= place < len(names) else None


def _web_page(path: Path) -> bytes:
    """Empty where it is too large."""
    return path.read_bytes() if path.stat().st_size <= _MOST_PAGE else b""


def _raster_names(archive: zipfile.ZipFile) -> list[str]:
    names = (name for name in archive.namelist() if name.lower().endswith(_RASTER))
    return sorted(name for name in names if not name.startswith(_PROPERTIES))


def _inline_sources(page: bytes) -> list[str]:
    """Each once, in order. By their letters: the tree of a page of megabytes takes a tenth of a second."""
    return list(dict.fromkeys(source.decode("ascii") for source in _INLINE.findall(page)))


def _decoded(source: str) -> bytes | None:
    try:
        return base64.b64decode(source.partition(",")[2])
    except (binascii.Error, ValueError):
        return None


def _tree(page: bytes) -> html.HtmlElement | None:
    if not page.strip():
        return None
    try:
        found: html.HtmlElement = html.document_fromstring(
            # A comment would keep the text behind it out of sight.
            decode_html(page).encode(),
            html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True),
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    return found


def _beside(
    tree: html.HtmlElement | None, quote: str, element: str, names: dict[str, int], folder: str
) -> Iterator[InnerPicture]:
    if tree is None:
        return
    stream = _stream(tree)
    first, last = _found(stream, quote, stream.ids.get(element, 0))
    if first < 0:
        return
    begins = max((order for at, order in stream.headings if at <= first), default=-1)
    ends = min((order for at, order in stream.headings if at >= last and order > begins), default=stream.order())
    near = [
        (max(first - at, at - last, 0), place, image)
        for at, order, image in stream.pictures
        if begins < order < ends and (place := _place(image, names, folder)) is not None
    ]
    seen: set[int] = set()
    for gap, place, image in sorted(near, key=lambda found: found[0]):
        if gap <= _NEAR and place not in seen:
            seen.add(place)
            yield InnerPicture(place, _caption(image))


def _stream(tree: html.HtmlElement) -> _Stream:
    stream = _Stream()
    silent = 0
    for event, node in etree.iterwalk(tree, events=("start", "end")):
        tag = node.tag if isinstance(node.tag, str) else ""
        if event == "end":
            silent -= tag in _SILENT
            if not silent:
                stream.say(node.tail)
            continue
        silent += tag in _SILENT
        if tag in _HEADINGS:
            stream.headings.append((stream.length, stream.order()))
        if name := node.get("id"):
            stream.ids.setdefault(name, stream.length)
        if tag == "img" and not is_formula(node):
            stream.pictures.append((stream.length, stream.order(), node))
        if not silent and tag:
            stream.say(node.text)
    return stream


def _found(stream: _Stream, quote: str, after: int) -> tuple[int, int]:
    """Where the quote begins and ends; -1 where it is nowhere."""
    letters = "".join(stream.letters)
    for said in dict.fromkeys((quote, _NUMBER.sub("", quote))):
        sought = letters_of(said)
        beginning = sought[:_ENOUGH]
        if not beginning:
            continue
        first = letters.find(beginning, after)
        if first < 0:
            first = letters.find(beginning)
        if first >= 0:
            return first, min(first + len(sought), len(letters))
    return -1, -1


def _place(image: html.HtmlElement, names: dict[str, int], folder: str) -> int | None:
    source = image.get("src") or ""
    if source in names:
        return names[source]
    try:
        parts = urlsplit(source[:2000])
    except ValueError:  # no address at all
        return None
    if parts.scheme or parts.netloc or not parts.path:
        return None
    return names.get(posixpath.normpath(posixpath.join(folder, unquote(parts.path))))


def _caption(image: html.HtmlElement) -> str:
    """Of the figure around it; else what it shows, where that is said and is no name of a file."""
    for around in image.iterancestors("figure", "div"):
        if around.tag == "figure" or _FRAMES.intersection((around.get("class") or "").split()):
            said: Sequence[html.HtmlElement] = around.xpath(_CAPTIONS)
            if said:
                return " ".join(said[0].text_content().split())[:200]
            break
    shown = " ".join((image.get("alt") or "").split())
    is_said = re.search(r"[^\W\d_]{2}", shown) and not re.search(r"\.\w{3,4}$|[/\\]", shown)
    return shown[:200] if is_said else ""
