"""The source of a golden manual in, the truth about its PDF out: blocks in reading order and what must be left out.

It reads the restricted HTML of `sources/` with nothing but lxml's tree, so that no fault of our readers can hide here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from lxml import html

FOLDER = Path(__file__).parent
SOURCES = FOLDER / "sources"
PRINTED = FOLDER / "pdf"
NOTICES = frozenset({"note", "warning", "caution", "danger"})
_INSIDE_ITEM = ("ul", "ol", "div")

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block of the source."""

    kind: str
    """heading, paragraph, item, step, notice, table, caption or code."""
    text: str
    level: int = 0
    """Headings: depth from 1. Items and steps: nesting from 0."""
    rows: Rows = ()
    """Tables: merged cells repeated, each row of the header as it is."""
    header_rows: int = 0
    belongs_to: str = ""
    """Notices: text of the block that they warn about; before it is known, `next` or `previous`."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known of one PDF from its source."""

    name: str
    title: str
    language: str
    blocks: tuple[Block, ...]
    furniture: tuple[str, ...]
    """Running lines, entries of the contents and of the index: nothing to quote."""

    @property
    def pdf(self) -> Path:
        return PRINTED / f"{self.name}.pdf"


def truths() -> list[Truth]:
    """All golden documents, by name."""
    return [truth_of(path) for path in sorted(SOURCES.glob("*.html"))]


def truth_of(path: Path) -> Truth:
    """The truth of one source."""
    tree = html.fromstring(path.read_bytes().decode("utf-8"))
    metas = {meta.get("name", ""): meta.get("content", "") for meta in tree.iter("meta")}
    running = [metas[name] for name in ("running-header", "running-footer") if name in metas]
    left_out = [text_of(entry) for part in tree.iter() if _is_furniture(part) for entry in part.iter("p")]
    blocks = tuple(_attached(list(_blocks(tree.find("body")))))
    return Truth(path.stem, tree.findtext(".//title") or "", tree.get("lang", ""), blocks, tuple(running + left_out))


def text_of(node: html.HtmlElement) -> str:
    """All text under a node, white space as a browser folds it."""
    return " ".join(node.text_content().split())


def _is_furniture(node: html.HtmlElement) -> bool:
    return bool(node.get("data-truth") == "furniture")


def _blocks(node: html.HtmlElement) -> Iterator[Block]:
    for child in node:
        if not isinstance(child.tag, str) or _is_furniture(child) or child.get("class") == "title":
            continue
        if child.tag in {"ul", "ol"}:
            yield from _items(child, 0)
        elif (block := _block(child)) is not None:
            yield block
        elif child.tag in {"div", "figure", "dl"}:
            yield from _blocks(child)


def _block(node: html.HtmlElement) -> Block | None:
    """The block a node is; None where it only holds others."""
    classes = set((node.get("class") or "").split())
    if node.tag in {"h1", "h2", "h3", "h4"}:
        return Block(kind="heading", text=text_of(node), level=int(node.tag[1]))
    if node.tag == "table":
        rows, header_rows = table_rows(node)
        return Block(kind="table", text=" ".join(map(" ".join, rows)), rows=rows, header_rows=header_rows)
    if classes & NOTICES:
        return Block(kind="notice", text=text_of(node), belongs_to=node.get("data-with") or "previous")
    if node.tag == "pre":
        return Block(kind="code", text=node.text_content().strip("\n"))
    if node.tag in {"p", "dt", "dd", "figcaption"}:
        is_caption = node.tag == "figcaption" or "caption" in classes
        return Block(kind="caption" if is_caption else "paragraph", text=text_of(node))
    return None


def _items(node: html.HtmlElement, depth: int) -> Iterator[Block]:
    for item in node.iter("li"):
        if item.getparent() is not node:
            continue
        inner = [child for child in item if child.tag in _INSIDE_ITEM]
        own = " ".join(" ".join(_own_text(item)).split())
        yield Block(kind="step" if node.tag == "ol" else "item", text=own, level=depth)
        for child in inner:
            if child.tag == "div":
                yield Block(kind="notice", text=text_of(child), belongs_to="previous")
            else:
                yield from _items(child, depth + 1)


def _own_text(item: html.HtmlElement) -> Iterator[str]:
    yield item.text or ""
    for child in item:
        if child.tag not in _INSIDE_ITEM:
            yield child.text_content()
        yield child.tail or ""


def _attached(blocks: list[Block]) -> Iterator[Block]:
    """Notices with the text of the block they belong to."""
    for place, block in enumerate(blocks):
        if block.kind != "notice":
            yield block
            continue
        others = blocks[place + 1 :] if block.belongs_to == "next" else blocks[:place][::-1]
        yield replace(block, belongs_to=next(other.text for other in others if other.kind != "notice"))


def table_rows(table: html.HtmlElement) -> tuple[Rows, int]:
    """Cells with merged ones repeated, and how many rows from the top are the header."""
    grid: dict[tuple[int, int], str] = {}
    rows = list(table.iter("tr"))
    header_rows = 0
    for y, row in enumerate(rows):
        cells = [cell for cell in row if cell.tag in {"td", "th"}]
        header_rows += all(cell.tag == "th" for cell in cells)
        x = 0
        for cell in cells:
            while (y, x) in grid:
                x += 1
            across, down = int(cell.get("colspan", "1")), int(cell.get("rowspan", "1"))
            for below in range(y, y + down):
                for column in range(x, x + across):
                    grid[below, column] = text_of(cell)
            x += across
    width = 1 + max(x for _, x in grid)
    return tuple(tuple(grid.get((y, x), "") for x in range(width)) for y in range(len(rows))), header_rows
