"""An HTML tree to Elements in reading order.

One walk of our own serves HTML, EPUB and everything pandoc turns into HTML. unstructured's HTML partitioner
flattens nested lists, drops list numbers, splits definition terms from their definitions, knows no admonitions and
keeps the site's menus, so only its lxml is used here.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from lxml import html

from ingest.readers.furniture import classes, is_notice_block, is_silent
from ingest.readers.lists import Item, definition, definition_parts, item_marker
from ingest.readers.notices import opens_notice
from ingest.readers.outline import BOLD_HEADING, outlined, reads_as_heading
from ingest.readers.pictures import caption_text, formula_text, is_formula
from ingest.readers.runs import Run, paragraphs, squeezed
from ingest.readers.tables import is_layout, notice_rows, own_rows, rows_text, split_title, table_rows
from ingest.types import Element, Kind

Skip = Callable[[html.HtmlElement], bool]

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(
    "address article aside blockquote body center details dialog dd div dl dt fieldset figcaption figure footer form "
    "header hgroup hr html legend li main menu ol p pre section summary table tbody td tfoot th thead tr ul caption "
    "dir".split()
) | frozenset(_HEADINGS)
_BOLD = frozenset({"b", "strong"})
_CAPTION_TAGS = frozenset({"figcaption", "caption", "legend"})
_DEEPEST = 150  # Python allows about 1,000 calls; a level of the tree takes up to five


def walk(root: html.HtmlElement, *, skip: Skip, anchors: str = "") -> list[Element]:
    """Elements of a tree. `skip` says what is left out; `anchors` goes before every id (an EPUB's file, say)."""
    walker = _Walker(skip, anchors)
    walker.block(root)
    walker.flush()
    return outlined(walker.elements)


class _Walker:
    def __init__(self, skip: Skip, anchors: str) -> None:
        self.elements: list[Element] = []
        self._skip = skip
        self._anchors = anchors
        self._anchor = anchors.rstrip("#")
        self._runs: list[Run] = []
        self._item: Item | None = None
        self._depth = 0
        self._nesting = 0

    def _say(self, text: str | None, *, bold: bool = False) -> None:
        if text:
            self._runs.append(Run(squeezed(text), bold))

    def flush(self) -> None:
        """End the paragraph being gathered. Two line breaks in a row end one as well."""
        runs, self._runs = self._runs, []
        for text, bold in paragraphs(runs):
            self._paragraph(text, bold=bold)

    def _paragraph(self, text: str, *, bold: bool) -> None:
        item = self._item
        if item is not None and item.place is not None and item.place == len(self.elements) - 1:
            last = self.elements[-1]
            self.elements[-1] = replace(last, text=f"{last.text}\n{text}")
        elif item is not None and item.place is None:
            item.place = len(self.elements)
            self._emit(item.kind, item.opening + text, level=item.level)
        elif opens_notice(text):
            self._emit(Kind.WARNING, text)
        elif bold and item is None and reads_as_heading(text):
            self._emit(Kind.HEADING, text, level=BOLD_HEADING)
        else:
            self._emit(Kind.PARAGRAPH, text)

    def _emit(self, kind: Kind, text: str, *, level: int = 0, rows: tuple[tuple[str, ...], ...] = ()) -> None:
        if kind is not Kind.HEADING:
            self._say_term()
        self.elements.append(Element(kind=kind, text=text, level=level, anchor=self._anchor, rows=rows))

    def block(self, node: html.HtmlElement, *, bold: bool = False) -> None:
        """Walk what is inside a node."""
        if self._nesting > _DEEPEST:
            self._say(node.text_content())
            return
        self._nesting += 1
        self._say(node.text, bold=bold)
        for child in node:
            if isinstance(child.tag, str):
                self._child(child, bold=bold)
            self._say(child.tail, bold=bold)
        self._nesting -= 1

    def _child(self, node: html.HtmlElement, *, bold: bool) -> None:
        is_block = node.tag in _BLOCKS
        if is_block:
            self.flush()
        if is_silent(node) or self._skip(node):
            return
        if is_block:
            self._block_child(node, bold=bold)
            self.flush()
        else:
            self._inline(node, bold=bold)

    def _block_child(self, node: html.HtmlElement, *, bold: bool) -> None:
        tag = node.tag
        self._see_anchor(node)
        if tag in _HEADINGS:
            self._heading(node)
        elif is_notice_block(node):
            self._notice(node)
        elif tag == "pre":
            self._listing(node)
        elif tag == "table":
            self._table(node)
        elif tag in {"ul", "ol", "menu", "dir"}:
            self._list(node)
        elif tag == "dl":
            self._definitions(node)
        elif tag in _CAPTION_TAGS or _is_title(node):
            self._caption(node)
        else:
            self.block(node, bold=bold or _is_bold(node))

    def _inline(self, node: html.HtmlElement, *, bold: bool) -> None:
        if node.get("id") or (node.tag == "a" and node.get("name")):
            self._see_anchor(node)
        if node.tag == "br":
            self._runs.append(Run("\n", bold=False))
        elif node.tag == "img":
            self._picture(node)
        elif node.tag == "sup" and re.fullmatch(r"[-+−]?\d{1,2}", (node.text_content() or "").strip()):
            # 10 to the power of 5 must not read as 105; a link is a footnote mark.
            is_mark = node.find(".//a") is not None or node.getparent().tag == "a"
            self._say("" if is_mark else f"^{node.text_content().strip()}", bold=bold)
        else:
            self.block(node, bold=bold or node.tag in _BOLD or _is_bold(node))

    def _see_anchor(self, node: html.HtmlElement) -> None:
        name = node.get("id") or (node.get("name") if node.tag == "a" else None)
        if name:
            self._anchor = self._anchors + name

    def _heading(self, node: html.HtmlElement) -> None:
        for inner in node.iter("a", "span"):
            self._see_anchor(inner)
        text = _one_line(node, self._skip)
        if text:
            self._item = None
            self._emit(Kind.HEADING, text, level=_HEADINGS[node.tag])

    def _caption(self, node: html.HtmlElement) -> None:
        text = _one_line(node, self._skip)
        if text:
            self._emit(Kind.CAPTION, text)

    def _picture(self, node: html.HtmlElement) -> None:
        """The alternative text of a picture that stands alone; beside text it is an icon and would break a quote."""
        if is_formula(node):
            self._say(formula_text(node))
            return
        alt = caption_text(node)
        block = next((parent for parent in node.iterancestors() if parent.tag in _BLOCKS), None)
        if not alt or block is None or block.tag in {"li", "td", "th", *_HEADINGS} or block.text_content().strip():
            return
        if not any(alt in element.text for element in self.elements[-2:]):
            self.flush()
            self._emit(Kind.CAPTION, alt)

    def _listing(self, node: html.HtmlElement) -> None:
        text = node.text_content().replace("\u00a0", " ").expandtabs(8)
        lines = [line.rstrip() for line in text.splitlines()]
        text = "\n".join(lines).strip("\n")
        if text.strip():
            self._emit(Kind.CODE, text)

    def _table(self, node: html.HtmlElement) -> None:
        if is_layout(node):
            self.block(node)
            return
        for caption in node.findall("caption"):
            self._caption(caption)
        title, rows = split_title(table_rows(node))
        notice = notice_rows(title, rows)
        if notice:
            self._emit(Kind.WARNING, notice)
            return
        if title:
            self._emit(Kind.CAPTION, title)
        if rows:
            self._emit(Kind.TABLE, rows_text(rows), rows=rows)

    def _list(self, node: html.HtmlElement) -> None:
        """Items, and whatever old pages put between them to have it indented."""
        outer, ordinal = self._item, 0
        self._say_term()
        self._item = None
        self._say(node.text)
        for child in node:
            if child.tag == "li" and not self._skip(child):
                ordinal += 1
                self._open(Item(*item_marker(node, child, ordinal), level=self._depth), child)
            elif isinstance(child.tag, str):
                self._depth += 1
                self._child(child, bold=False)
                self._depth -= 1
            self._say(child.tail)
        self.flush()
        self._item = outer

    def _definitions(self, node: html.HtmlElement) -> None:
        outer, terms = self._item, list[str]()
        self._say_term()
        self._item = None
        self._say(node.text)
        for child in definition_parts(node):
            if child.tag == "dt":
                self.flush()
                self._see_anchor(child)
                for inner in child.iter("a", "span"):
                    self._see_anchor(inner)
                terms.append(_one_line(child, self._skip))
            elif child.tag == "dd":
                self._open(definition(terms, level=self._depth), child)
                terms = []
            else:
                self._child(child, bold=False)
            self._say(child.tail)
        self.flush()
        for term in filter(None, terms):
            self._emit(Kind.LIST_ITEM, term, level=self._depth)
        self._item = outer

    def _say_term(self) -> None:
        """A term whose definition begins with a list still goes before it."""
        item = self._item
        if item is not None and item.place is None and item.term:
            item.place = len(self.elements)
            self._emit(item.kind, item.opening.strip(), level=item.level)

    def _open(self, item: Item, node: html.HtmlElement) -> None:
        self.flush()
        self._see_anchor(node)
        self._item = item
        self._depth += 1
        self.block(node)
        self.flush()
        self._say_term()
        self._depth -= 1
        self._item = None

    def _notice(self, node: html.HtmlElement) -> None:
        """All text of an admonition is one WARNING; listings and tables inside keep their kind."""
        inner = _Walker(lambda child: child.tag == "img" or self._skip(child), self._anchors)
        inner._anchor = self._anchor
        table = node if node.tag == "table" else node.find("table")
        if table is not None:
            for row in own_rows(table):
                inner.block(row)
        else:
            inner.block(node)
        inner.flush()
        texts: list[str] = []
        for element in (*inner.elements, None):
            if element is None or element.kind in {Kind.CODE, Kind.TABLE}:
                if texts:
                    self._emit(Kind.WARNING, "\n".join(texts))
                texts = []
            if element is not None and element.kind in {Kind.CODE, Kind.TABLE}:
                self.elements.append(element)
            elif element is not None:
                texts.append(element.text)


def _one_line(node: html.HtmlElement, skip: Skip) -> str:
    inner = _Walker(skip, "")
    inner.block(node)
    inner.flush()
    return " ".join(" ".join(element.text for element in inner.elements).split())


def _is_title(node: html.HtmlElement) -> bool:
    """`p.title` and `div.title` name a figure, a table or an example in DocBook and Asciidoctor."""
    return node.tag in {"p", "div"} and not classes(node).isdisjoint({"title", "caption", "figure-caption"})


def _is_bold(node: html.HtmlElement) -> bool:
    return bool(re.search(r"font-weight\s*:\s*(?:bold|[6-9]00)", node.get("style") or ""))
