"""EPUB to a Reading: the chapters of the spine, each walked as a web page.

unstructured and pandoc both want `META-INF/container.xml` at the root of the archive; some books have it, and all
the rest, in a subfolder, so the package is looked for here.
"""

import posixpath
import zipfile
from urllib.parse import unquote

from lxml import etree

from ingest.errors import ReadError
from ingest.readers.containers import xml_tree
from ingest.readers.encoding import decode_html
from ingest.readers.markup import Reading, read_html_text
from ingest.types import Element, SourceFile

_NAV_PROPERTY = "nav"
_PAGES = (".xhtml", ".html", ".htm")


def read_epub(source: SourceFile) -> Reading:
    """All chapters in reading order. An anchor is `chapter-file#id`. Raises ReadError where no chapter is found."""
    with zipfile.ZipFile(source.path) as archive:
        names = set(archive.namelist())
        package = _package_name(archive, names)
        tree = _xml(archive.read(package))
        elements: list[Element] = []
        for chapter in _spine(tree, posixpath.dirname(package)):
            name = _found(chapter, names)
            if name:
                anchors = f"{posixpath.relpath(name, posixpath.dirname(package) or '.')}#"
                elements.extend(read_html_text(decode_html(archive.read(name)), anchors=anchors).elements)
    return Reading(tuple(elements), title=_said(tree, "title"), language=_said(tree, "language"))


def _xml(content: bytes) -> etree._Element:
    try:
        return xml_tree(content, forgiving=True)
    except (etree.XMLSyntaxError, ReadError) as error:
        raise ReadError("the EPUB's list of contents is not XML", hint="Export the book again.") from error


def _package_name(archive: zipfile.ZipFile, names: set[str]) -> str:
    for container in sorted(name for name in names if name.endswith("META-INF/container.xml")):
        base = container.removesuffix("META-INF/container.xml")
        for root in _xml(archive.read(container)).iter("{*}rootfile"):
            path = root.get("full-path") or ""
            for candidate in (base + path, path):
                if candidate in names:
                    return candidate
    packages = sorted((name for name in names if name.lower().endswith(".opf")), key=len)
    if not packages:
        raise ReadError("the EPUB has no package file (.opf)", hint="Export the book again.")
    return packages[0]


def _spine(tree: etree._Element, folder: str) -> list[str]:
    chapters = {}
    for item in tree.iter("{*}item"):
        href = unquote(item.get("href") or "")
        is_page = "html" in (item.get("media-type") or "") or href.lower().endswith(_PAGES)
        if is_page and _NAV_PROPERTY not in (item.get("properties") or "").split():
            chapters[item.get("id")] = posixpath.normpath(posixpath.join(folder, href))
    ordered = [chapters[ref] for item in tree.iter("{*}itemref") if (ref := item.get("idref")) in chapters]
    return list(dict.fromkeys(ordered or chapters.values()))


def _found(chapter: str, names: set[str]) -> str:
    """The chapter's name in the archive; where it is not as the book says, in other capitals or another folder."""
    if chapter in names:
        return chapter
    last = posixpath.basename(chapter).lower()
    alike = [name for name in sorted(names) if name.lower() == chapter.lower()]
    moved = [name for name in sorted(names) if posixpath.basename(name).lower() == last]
    return alike[0] if alike else moved[0] if len(moved) == 1 else ""


def _said(tree: etree._Element, name: str) -> str:
    return " ".join((tree.findtext(f".//{{http://purl.org/dc/elements/1.1/}}{name}") or "").split())
