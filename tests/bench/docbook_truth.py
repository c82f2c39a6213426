"""HTML pages of a DocBook manual in, the truth about its PDF out: a parallel format tells what a reader must find.

Made for Debian's installation guide, whose HTML and PDF come from one source. Links, footnotes and cross references
are set differently in print; what is compared is headings, tables, order and the words of paragraphs.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from lxml import html

from tests.golden.truth import Block, Truth, table_rows, text_of

_DEPTHS = {"preface": 1, "chapter": 1, "appendix": 1, "sect1": 2, "sect2": 3, "sect3": 4, "sect4": 5}
_LABEL = re.compile(
    r"(?:(?:chapter|appendix)\s+\w+|第\s*\d+\s*章|附录\s*[A-Z]|[A-Z\d]{1,2}(?:\.\d+)+|[A-Z\d]{1,2}(?=\.\s))[.\s]*", re.I
)
_NOTICES = frozenset({"note", "warning", "important", "tip", "caution"})


def without_label(heading: str) -> str:
    """A heading without `Chapter 3.`, `第 3 章` or `3.1.`"""
    return _LABEL.sub("", heading, count=1).strip() or heading


def docbook_truth(folder: Path, name: str) -> Truth:
    """The truth of the manual whose pages lie in a folder, in the order of its reading."""
    blocks: list[Block] = []
    for page in _pages(folder):
        body = html.fromstring(page.read_bytes().decode("utf-8")).find("body")
        blocks += _blocks(body, 0)
    title = html.fromstring((folder / "index.html").read_bytes().decode("utf-8")).findtext(".//title")
    return Truth(name, title or "", "", tuple(blocks), ())


def _pages(folder: Path) -> Iterator[Path]:
    """Preface, chapters and appendices; a chapter's page stands before those of its sections."""
    for kind in ("pr", "ch", "ap"):
        yield from sorted(folder.glob(f"{kind}*.html"))


def _blocks(node: html.HtmlElement, depth: int) -> Iterator[Block]:
    for child in node:
        if not isinstance(child.tag, str):
            continue
        kinds = set((child.get("class") or "").split())
        inner = next((_DEPTHS[kind] for kind in kinds if kind in _DEPTHS), depth)
        if kinds & {"navheader", "navfooter", "toc", "footnotes", "list-of-tables"}:
            continue
        block = _block(child, kinds, depth)
        if block is not None:
            yield block
        else:
            yield from _blocks(child, inner)


def _block(node: html.HtmlElement, kinds: set[str], depth: int) -> Block | None:
    if node.tag in {"h1", "h2", "h3", "h4", "h5", "h6"} and "title" in kinds and depth:
        return Block(kind="heading", text=without_label(text_of(node)), level=depth)
    if node.tag == "table" and not any(other.tag in {"table", "pre", "ul"} for other in node.iterdescendants()):
        rows, header_rows = table_rows(node)
        is_notice = any(set((up.get("class") or "").split()) & _NOTICES for up in node.iterancestors())
        if len(rows) > 1 and len(rows[0]) > 1 and not is_notice:
            return Block(kind="table", text=" ".join(map(" ".join, rows)), rows=rows, header_rows=header_rows)
    if node.tag == "p" and node.find(".//sup") is None and len(text_of(node)) > 1:
        return Block(kind="paragraph", text=text_of(node))
    if node.tag == "pre":
        return Block(kind="code", text=node.text_content().strip("\n"))
    return None
