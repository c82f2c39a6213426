"""DOCX made ready for pandoc: headings by outline level, text boxes behind their paragraph, no table of contents.

pandoc knows headings by style name alone, lets a text box take the place of its paragraph, and reads an inserted table
of contents as text. Bytes of the document enter and leave; parts that are as pandoc wants them stay as they are.
"""

import io
import posixpath
import zipfile
from collections.abc import Collection

from lxml import etree

from ingest.readers.containers import xml_tree

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_CHOICES = "http://schemas.openxmlformats.org/markup-compatibility/2006"
PACKAGE_RELATIONS = "_rels/.rels"
RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
HEADING_STYLES = ("heading ", "title")
"""How the names begin of styles in which pandoc sees a heading, or the title."""
Styles = dict[str | None, etree._Element]
"""By id."""
_MAIN_PART = "/officeDocument"
_BODY_LEVEL = 9
"""Outline levels 0 to 8 are headings; 9 is body text."""


def prepared(content: bytes) -> bytes:
    """The document as pandoc reads it best. Raises KeyError for a file that has no main part."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        main = main_part(archive.read(PACKAGE_RELATIONS) if PACKAGE_RELATIONS in names else b"", names)
        styles = styles_part(main)
        body = xml_tree(archive.read(main))
        style_tree = xml_tree(archive.read(styles)) if styles in names else None
        settle(body, style_tree)
        changed = {main: body, **({styles: style_tree} if style_tree is not None else {})}
        result = io.BytesIO()
        with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as copy:
            for name in dict.fromkeys(names):
                if name in changed:
                    copy.writestr(name, etree.tostring(changed[name], encoding="UTF-8", xml_declaration=True))
                elif not name.lower().endswith((".bin", ".png", ".jpg", ".jpeg", ".gif", ".emf", ".wmf", ".tiff")):
                    # Pictures say nothing in text, macros are not to run: neither is handed on.
                    copy.writestr(name, archive.read(name))
    return result.getvalue()


def main_part(relations: bytes, names: Collection[str]) -> str:
    """The part that the package's relations call its document, where it is there."""
    if relations:
        for relation in xml_tree(relations).iter(RELATION):
            target = (relation.get("Target") or "").lstrip("/")
            if (relation.get("Type") or "").endswith(_MAIN_PART) and target in names:
                return target
    return "word/document.xml"


def styles_part(main: str) -> str:
    return posixpath.join(posixpath.dirname(main), "styles.xml")


def settle(body: etree._Element, styles: etree._Element | None) -> None:
    """Headings, text boxes and the table of contents as pandoc is to get them; both trees are changed in place."""
    _remove_contents(body)
    _place_text_boxes(body)
    if styles is not None:
        _mark_headings(body, styles)


def word(name: str) -> str:
    """A name of Word's own elements and attributes."""
    return f"{{{_WORD}}}{name}"


def _remove_contents(body: etree._Element) -> None:
    """The block that Word puts in for a table of contents; its lines are headings without their text."""
    for gallery in list(body.iter(word("docPartGallery"))):
        if gallery.get(word("val")) == "Table of Contents":
            block = next((parent for parent in gallery.iterancestors(word("sdt"))), None)
            if block is not None:
                _drop(block)


def _drop(node: etree._Element) -> None:
    parent = node.getparent()
    if parent is not None:
        parent.remove(node)


def _place_text_boxes(body: etree._Element) -> None:
    """The paragraphs of a text box go behind the paragraph that holds it; the copy for older programs goes."""
    for fallback in list(body.iter(f"{{{_CHOICES}}}Fallback")):
        choice = fallback.getprevious()
        if choice is not None and next(choice.iter(word("txbxContent")), None) is not None:
            _drop(fallback)
    for box in list(body.iter(word("txbxContent"))):
        paragraph = next(box.iterancestors(word("p")), None)
        if paragraph is None:
            continue
        for block in reversed(list(box)):
            paragraph.addnext(block)
        _drop(box)


def _mark_headings(body: etree._Element, styles: etree._Element) -> None:
    """Give paragraphs that only an outline level makes headings a heading style of that level."""
    by_id = styles_by_id(styles)
    used: set[int] = set()
    for paragraph in body.iter(word("p")):
        properties = paragraph.find(word("pPr"))
        if properties is None:
            continue
        style = properties.find(word("pStyle"))
        name = style.get(word("val")) if style is not None else None
        level = _level(properties)
        if level is None:
            level = _style_level(name, by_id)
        if level is None or level >= _BODY_LEVEL or _is_heading_style(name, by_id):
            continue
        if style is None:
            style = etree.Element(word("pStyle"))
            properties.insert(0, style)
        style.set(word("val"), _heading_id(level))
        used.add(level)
    for level in used:
        kind = {word("type"): "paragraph", word("styleId"): _heading_id(level)}
        added = etree.SubElement(styles, word("style"), kind)
        etree.SubElement(added, word("name"), {word("val"): f"heading {level + 1}"})


def _heading_id(level: int) -> str:
    return f"ManualdeskHeading{level + 1}"


def _level(properties: etree._Element | None) -> int | None:
    node = properties.find(word("outlineLvl")) if properties is not None else None
    value = node.get(word("val")) if node is not None else None
    return int(value) if value and value.isdecimal() else None


def _style_level(name: str | None, by_id: Styles) -> int | None:
    for style in _ancestry(name, by_id):
        level = _level(style.find(word("pPr")))
        if level is not None:
            return level
    return None


def _is_heading_style(name: str | None, by_id: Styles) -> bool:
    """Does pandoc see a heading (or the title) in this style, by its own name or one that it is based on?"""
    return any(said.startswith(HEADING_STYLES) for said in style_names(name, by_id))


def styles_by_id(styles: etree._Element) -> Styles:
    return {style.get(word("styleId")): style for style in styles.iter(word("style"))}


def style_names(name: str | None, by_id: Styles) -> list[str]:
    """What a style and those that it is based on are called, in lower case; Word keeps its own names in English."""
    said = (style.find(word("name")) for style in _ancestry(name, by_id))
    return [(node.get(word("val")) or "").lower() for node in said if node is not None]


def _ancestry(name: str | None, by_id: Styles) -> list[etree._Element]:
    """The style and those that it is based on, nearest first."""
    found: list[etree._Element] = []
    while name is not None and name in by_id and by_id[name] not in found:
        found.append(by_id[name])
        based = by_id[name].find(word("basedOn"))
        name = based.get(word("val")) if based is not None else None
    return found
