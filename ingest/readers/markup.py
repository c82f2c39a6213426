"""HTML, Markdown, reStructuredText, DOCX and ODT to Documents.

HTML is walked as it is; pandoc turns the others into HTML first.
"""

import io
import re
import zipfile
from dataclasses import dataclass, replace

from lxml import html

from ingest.metadata import split_front_matter
from ingest.readers import docx
from ingest.readers.containers import xml_tree
from ingest.readers.dialects import known_markdown, known_rst
from ingest.readers.encoding import decode_html, decode_text
from ingest.readers.footnotes import place_footnotes
from ingest.readers.furniture import is_contents, is_furniture, remove_page_links
from ingest.readers.odt import prepared
from ingest.readers.pandoc import to_html
from ingest.readers.walker import walk
from ingest.types import Element, Kind, SourceFile

# Inline pictures make up nearly all of some pages (7 MB of 7.1); lxml would carry them all.
_INLINE_DATA = re.compile(r"""(["'(])data:[\w/+.-]+;base64,[^"')]*""")
_FENCED = re.compile(r"(^(?:```|~~~).*?^(?:```|~~~)[^\n]*$)", re.DOTALL | re.MULTILINE)
_BROKEN_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9]*\s[^<>]*\n[^<>]*>")
_TITLE_BLOCK = "title-block-header"  # what pandoc calls the title of a document in its HTML
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_OWN_ENTITIES = re.compile(r"<!DOCTYPE[^>\[]{0,1000}\[.{0,100000}?\]\s*>", re.DOTALL | re.IGNORECASE)
_SITE_TAIL = re.compile(r"\s+[—–|]\s+[^—–|]*\b(?:documentation|help|manual|docs)\b[^—–|]*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader finds in a file; the title and language it states, if it does."""

    elements: tuple[Element, ...]
    title: str = ""
    language: str = ""


def read_html(source: SourceFile) -> Reading:
    """A web page without the site around it."""
    return read_html_text(decode_html(source.path.read_bytes()))


def read_html_text(text: str, *, anchors: str = "") -> Reading:
    """A web page as text. `anchors` goes before its ids."""
    tree = parse(text)
    if tree is None:
        return Reading(())
    body = tree.find("body") if tree.tag == "html" else tree
    elements = _walked(tree if body is None else body, anchors)
    return Reading(
        tuple(elements), title=_title(tree, elements), language=tree.get("lang") or tree.get("xml:lang") or ""
    )


def parse(text: str) -> html.HtmlElement | None:
    """The tree of a page, None where there is nothing in it."""
    clean = _XML_DECLARATION.sub("", _INLINE_DATA.sub(r"\1", text)).replace("\x00", "")
    clean = _OWN_ENTITIES.sub("", clean, count=1)
    if not clean.strip():
        return None
    parser = html.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True)
    tree = html.document_fromstring(clean, parser=parser)
    remove_page_links(tree)
    place_footnotes(tree)
    return tree


def _walked(body: html.HtmlElement, anchors: str) -> list[Element]:
    """Without menus and tables of contents; a page that has nothing else keeps its contents, then everything."""
    elements: list[Element] = []
    for skip in (lambda n: is_furniture(n) or is_contents(n), is_furniture, lambda _: False):
        elements = walk(body, skip=skip, anchors=anchors)
        if any(element.kind is not Kind.HEADING for element in elements):
            break
    return elements


def _title(tree: html.HtmlElement, elements: list[Element]) -> str:
    stated = " ".join((tree.findtext(".//head/title") or "").split())
    first = next((e.text for e in elements if e.kind is Kind.HEADING and e.level == 1), "")
    # pandoc calls what it reads from a pipe "-" where the document states no title.
    return (_SITE_TAIL.sub("", stated) if stated != "-" else "") or first


def read_markdown(source: SourceFile) -> Reading:
    _, text = split_front_matter(decode_text(source.path.read_bytes()).replace("\r\n", "\n"))
    return read_html_text(to_html(known_markdown(_with_whole_tags(text)).encode(), "commonmark_x-smart"))


def _with_whole_tags(text: str) -> str:
    """Tags that run over a line's end on one line: a Markdown heading ends with its line, and would cut them."""
    parts = _FENCED.split(text)
    parts[::2] = [_BROKEN_TAG.sub(lambda tag: tag.group(0).replace("\n", " "), part) for part in parts[::2]]
    return "".join(parts)


def read_rst(source: SourceFile) -> Reading:
    return read_html_text(to_html(known_rst(decode_text(source.path.read_bytes())).encode(), "rst"))


def read_odt(source: SourceFile) -> Reading:
    content = source.path.read_bytes()
    reading = read_html_text(to_html(prepared(content), "odt"))
    return replace(reading, title=_stated_title(content, "meta.xml") or _first_line(reading.elements) or reading.title)


def _first_line(elements: tuple[Element, ...]) -> str:
    """A short paragraph on top of everything: a title typed without a style."""
    first = elements[0] if elements else None
    if (
        first is None
        or first.kind is not Kind.PARAGRAPH
        or len(first.text) > 80
        or first.text.endswith((".", ":", "。"))
    ):
        return ""
    return " ".join(first.text.split())


def read_docx(source: SourceFile) -> Reading:
    content = source.path.read_bytes()
    reading = read_html_text(to_html(docx.prepared(content), "docx"))
    if reading.elements and reading.elements[0].anchor == _TITLE_BLOCK:
        return reading
    return replace(reading, title=_stated_title(content, "docProps/core.xml") or reading.title)


def _stated_title(content: bytes, part: str) -> str:
    """The title in a document's properties; empty where there is none."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if part not in archive.namelist():
            return ""
        properties = xml_tree(archive.read(part))
    title = properties.findtext(".//{http://purl.org/dc/elements/1.1/}title") or ""
    # Word's templates and its printing to PDF leave names that say nothing.
    return "" if title.startswith(("Microsoft Word", "Word Document")) else " ".join(title.split())
