"""ODT made ready for pandoc: headings that are only big, bold paragraphs become real ones, indexes go.

Many writers pick a size instead of a heading style, and pandoc knows headings by style alone. Bytes of the document
enter and leave.
"""

import io
import zipfile
from collections import Counter
from dataclasses import dataclass

from lxml import etree

from ingest.readers.containers import xml_tree

_STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0"
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
_FORMAT = "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"
_DRAWING = "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
_INDEXES = ("table-of-content", "illustration-index", "table-index", "object-index", "alphabetical-index")
_NO_STYLES = (
    '<office:document-styles xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    f'xmlns:style="{_STYLE}" office:version="1.2"><office:styles/></office:document-styles>'
)
_LONGEST_HEADING = 90
_ENOUGH_HEADINGS = 3


@dataclass(frozen=True, slots=True)
class _Look:
    points: float
    bold: bool


def prepared(content: bytes) -> bytes:
    """The document without tables of contents, text boxes as paragraphs, with headings where it has next to none."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        body = xml_tree(archive.read("content.xml"))
        for index in list(body.iter(*(f"{{{_TEXT}}}{name}" for name in _INDEXES))):
            parent = index.getparent()
            if parent is not None:
                parent.remove(index)
        _place_text_boxes(body)
        _join_listings(body)
        names = archive.namelist()
        if sum(1 for _ in body.iter(f"{{{_TEXT}}}h")) < _ENOUGH_HEADINGS:
            common = xml_tree(archive.read("styles.xml")) if "styles.xml" in names else None
            _promote(body, _looks([body] if common is None else [common, body]))
        changed = io.BytesIO()
        with zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as copy:
            for name in dict.fromkeys(names):
                if not name.startswith(("Pictures/", "Basic/", "Scripts/", "Object")):  # no text for pandoc in these
                    copy.writestr(name, etree.tostring(body) if name == "content.xml" else archive.read(name))
            if "styles.xml" not in names:
                copy.writestr("styles.xml", _NO_STYLES)
    return changed.getvalue()


def _place_text_boxes(body: etree._Element) -> None:
    """The paragraphs of a text box go behind the paragraph it hangs on; pandoc would leave them out.

    A box around a picture is a figure with its caption to pandoc, and stays.
    """
    for box in list(body.iter(f"{{{_DRAWING}}}text-box")):
        if next(box.iter(f"{{{_DRAWING}}}image"), None) is not None:
            continue
        anchors = (f"{{{_TEXT}}}p", f"{{{_TEXT}}}h")
        paragraph = next(box.iterancestors(*anchors), None)
        if paragraph is not None:
            for block in reversed(list(box)):
                paragraph.addnext(block)


def _join_listings(body: etree._Element) -> None:
    """Lines of a listing, a paragraph each to a word processor, are one paragraph with line breaks."""
    styles = {style.get(f"{{{_STYLE}}}name"): style for style in body.iter(f"{{{_STYLE}}}style")}
    for paragraph in list(body.iter(f"{{{_TEXT}}}p")):
        before = paragraph.getprevious()
        if (
            before is None
            or before.tag != paragraph.tag
            or not all(_is_listing(p, styles) for p in (before, paragraph))
        ):
            continue
        line_break = etree.SubElement(before, f"{{{_TEXT}}}line-break")
        line_break.tail = paragraph.text
        before.extend(list(paragraph))
        parent = paragraph.getparent()
        if parent is not None:
            parent.remove(paragraph)


def _is_listing(paragraph: etree._Element, styles: dict[str | None, etree._Element]) -> bool:
    name = paragraph.get(f"{{{_TEXT}}}style-name") or ""
    if name in styles:
        name = styles[name].get(f"{{{_STYLE}}}parent-style-name") or name
    return name.startswith("Preformatted")


def _looks(trees: list[etree._Element]) -> dict[str, _Look]:
    """Size and weight of each paragraph style, inherited where a style does not say."""
    styles = {style.get(f"{{{_STYLE}}}name"): style for tree in trees for style in tree.iter(f"{{{_STYLE}}}style")}
    return {name: _look(name, styles) for name in styles if name}


def _look(name: str, styles: dict[str | None, etree._Element]) -> _Look:
    points, bold = "", ""
    seen: set[str] = set()
    while name in styles and name not in seen:
        seen.add(name)
        said = styles[name].find(f"{{{_STYLE}}}text-properties")
        if said is not None:
            points = points or said.get(f"{{{_FORMAT}}}font-size", "")
            bold = bold or said.get(f"{{{_FORMAT}}}font-weight", "")
        name = styles[name].get(f"{{{_STYLE}}}parent-style-name", "")
    size = float(points[:-2]) if points.endswith("pt") and points[:-2].replace(".", "", 1).isdigit() else 12.0
    return _Look(size, bold in {"bold", "600", "700", "800", "900"})


def _promote(body: etree._Element, looks: dict[str, _Look]) -> None:
    paragraphs = [p for p in body.iter(f"{{{_TEXT}}}p") if _words(p)]
    sizes: Counter[float] = Counter()
    for paragraph in paragraphs:
        sizes[_look_of(paragraph, looks).points] += len(_words(paragraph))
    usual = sizes.most_common(1)[0][0] if sizes else 12.0
    headings = [p for p in paragraphs if _is_heading(p, _look_of(p, looks), usual)]
    levels = sorted({_look_of(p, looks).points for p in headings}, reverse=True)
    for heading in headings:
        heading.tag = f"{{{_TEXT}}}h"
        heading.set(f"{{{_TEXT}}}outline-level", str(1 + levels.index(_look_of(heading, looks).points)))


def _is_heading(paragraph: etree._Element, look: _Look, usual: float) -> bool:
    parent = paragraph.getparent()
    in_text = parent is not None and etree.QName(parent).localname in {"text", "section"}
    return in_text and look.bold and look.points > usual and len(_words(paragraph)) <= _LONGEST_HEADING


def _look_of(paragraph: etree._Element, looks: dict[str, _Look]) -> _Look:
    return looks.get(paragraph.get(f"{{{_TEXT}}}style-name") or "", _Look(12.0, bold=False))


def _words(paragraph: etree._Element) -> str:
    return " ".join("".join(str(text) for text in paragraph.itertext()).split())
