"""Where pictures stand in a DOCX: its archive comes in, a page with headings, paragraphs and `img` leaves.

pandoc would tell too, but takes a process of its own while somebody waits. Only the archive's own parts are named on
the page: what is linked, or by its address lies outside of the archive, is an `img` without a source.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import Final

from lxml import etree, html

from ingest.errors import ReadError
from ingest.readers import docx
from ingest.readers.containers import part_of, xml_tree
from ingest.readers.docx import word

_RELATED: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_DRAWING: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_IMAGE_DATA: Final = "{urn:schemas-microsoft-com:vml}imagedata"
_ABOUT: Final = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
_IMAGE: Final = "/image"
_BLIP: Final = _DRAWING + "blip"
_PARAGRAPH, _TEXT, _BOOKMARK = word("p"), word("t"), word("bookmarkStart")
_SIDES: Final = (("l", "cropleft"), ("t", "croptop"), ("r", "cropright"), ("b", "cropbottom"))
"""What is cut off, as DrawingML and VML have it."""
_CUT: Final = re.compile(r"0*\.?0*[1-9]")
"""Begins a number above 0; below it a picture is given a margin."""


def page_of(archive: zipfile.ZipFile, most: int) -> html.HtmlElement | None:
    """None where a part of it has more bytes than `most`, or is no XML."""
    names = frozenset(archive.namelist())
    try:
        main = docx.main_part(part_of(archive, docx.PACKAGE_RELATIONS, most), names)
        body = xml_tree(part_of(archive, main, most))
        styles_name = docx.styles_part(main)
        styles = xml_tree(part_of(archive, styles_name, most)) if styles_name in names else None
        sources = dict(_sources(archive, main, most))
    except (etree.XMLSyntaxError, ReadError):
        return None
    docx.settle(body, styles)
    for gone in list(body.iter(word("del"), word("moveFrom"))):
        gone.clear()
    page = _Page(sources, docx.styles_by_id(styles) if styles is not None else {})
    page.write(body)
    return page.root


def _sources(archive: zipfile.ZipFile, main: str, most: int) -> Iterator[tuple[str, str]]:
    """Ids of pictures, and the parts of the archive that they are."""
    folder, name = posixpath.split(main)
    relations = part_of(archive, posixpath.join(folder, "_rels", f"{name}.rels"), most)
    for relation in xml_tree(relations).iter(docx.RELATION) if relations else ():
        target = relation.get("Target") or ""
        inside = relation.get("TargetMode", "Internal") == "Internal" and ":" not in target and "\\" not in target
        part = posixpath.normpath(target[1:] if target.startswith("/") else posixpath.join(folder, target))
        if inside and (relation.get("Type") or "").endswith(_IMAGE) and not part.startswith(("/", "..")):
            yield relation.get("Id") or "", part


class _Page:
    """The page while it is written."""

    def __init__(self, sources: dict[str, str], styles: docx.Styles) -> None:
        self.root = html.Element("body")
        self._sources = sources
        self._styles = styles
        self._named: dict[str | None, list[str]] = {}
        self._identifiers: dict[str, int] = {}
        self._place = self.root
        self._last: html.HtmlElement | None = None
        self._said: list[str] = []

    def write(self, body: etree._Element) -> None:
        blocks: dict[etree._Element, html.HtmlElement] = {}
        captions = []
        for node in body.iter(_PARAGRAPH, _TEXT, _BOOKMARK, _BLIP, _IMAGE_DATA):
            if node.tag == _TEXT:
                self._said.append(node.text or "")
            elif node.tag == _PARAGRAPH:
                styles = self._styles_of(node)
                self._open("h1" if any(style.startswith(docx.HEADING_STYLES) for style in styles) else "p")
                blocks[node] = self._place
                if any(style.endswith("caption") for style in styles):
                    captions.append(node)
            elif node.tag == _BOOKMARK:
                self._add("a", {"id": node.get(word("name")) or ""})
            else:
                self._add("img", {"src": self._source(node), "alt": _shown(node)})
        self._close()
        _frame(captions, blocks)

    def _styles_of(self, paragraph: etree._Element) -> list[str]:
        style = paragraph.find(f"{word('pPr')}/{word('pStyle')}")
        name = style.get(word("val")) if style is not None else None
        if name not in self._named:
            self._named[name] = docx.style_names(name, self._styles)
        return self._named[name]

    def _open(self, tag: str) -> None:
        self._close()
        self._place = etree.SubElement(self.root, tag)

    def _close(self) -> None:
        self._flush()
        self._last = None
        if self._place.tag == "h1":
            self._place.set("id", self._identifier(self._place.text_content()))

    def _add(self, tag: str, said: dict[str, str]) -> None:
        self._flush()
        self._last = etree.SubElement(self._place, tag, said)

    def _flush(self) -> None:
        """Texts are put together first: a paragraph of a million runs would be copied as often."""
        text, self._said = "".join(self._said), []
        if self._last is not None:
            self._last.tail = text
        else:
            self._place.text = text

    def _identifier(self, heading: str) -> str:
        """As pandoc makes it, for passages carry pandoc's: two sections may say the same sentence."""
        kept = re.sub(r"[^\w\s.-]", "", heading).lower()
        identifier = re.sub(r"^[\W\d_]+", "", "-".join(kept.split())) or "section"
        number = self._identifiers.get(identifier, 0)
        while (name := f"{identifier}-{number}" if number else identifier) in self._identifiers:
            number += 1
        self._identifiers[identifier] = number + 1
        self._identifiers.setdefault(name, 1)
        return name

    def _source(self, node: etree._Element) -> str:
        """Empty where it is linked or unknown. Neither is it shown where a part was cut off: readers were not to see
        that, and it is still in the picture."""
        number = node.get(f"{_RELATED}embed" if node.tag == _BLIP else f"{_RELATED}id")
        frame = node.getparent()
        cut = frame.find(f"{_DRAWING}srcRect") if node.tag == _BLIP and frame is not None else node
        is_cut = cut is not None and any(_CUT.match(cut.get(side, "")) for names in _SIDES for side in names)
        return "" if is_cut else self._sources.get(number or "", "")


def _shown(node: etree._Element) -> str:
    if node.tag == _IMAGE_DATA:
        shape = node.getparent()
        return (shape.get("alt") or "") if shape is not None else ""
    drawing = next(node.iterancestors(word("drawing")), None)
    about = next(drawing.iter(_ABOUT), None) if drawing is not None else None
    return (about.get("descr") or "") if about is not None else ""


def _frame(captions: list[etree._Element], blocks: dict[etree._Element, html.HtmlElement]) -> None:
    """A figure around each caption and its picture: in the same paragraph, the one before, else the one after.

    A picture has one caption, so that those above pictures come out right too: the first one has nothing before it.
    """
    for node in captions:
        caption, before = blocks[node], node.getprevious()
        # Below a table it is the table's.
        near = (node,) if before is not None and before.tag == word("tbl") else (node, before, node.getnext())
        free = (blocks[each] for each in near if each in blocks and blocks[each].getparent().tag != "figure")
        picture = next((each for each in free if each.tag == "p" and each.find("img") is not None), None)
        if picture is None or caption.getparent().tag == "figure":
            continue
        figure = html.Element("figure")
        caption.addprevious(figure)
        parts = (caption, picture) if picture is caption.getnext() else (picture, caption)
        caption.tag = "figcaption"
        figure.extend(dict.fromkeys(parts))
