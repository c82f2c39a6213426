"""The tree of a golden source in, a Typst program of the same manual out; its looks are in the source's own script."""

import json

from lxml import html

from tests.golden.truth import NOTICES, text_of


def to_typst(tree: html.HtmlElement, metas: dict[str, str]) -> str:
    """A program that prints the manual; `running-header` and `running-footer` are bound for its preamble."""
    title = tree.findtext(".//title") or ""
    lines = [f"#let {name} = [{_string(metas.get(name, ''))}]" for name in ("running-header", "running-footer")]
    lines.append(f"#set document(title: {json.dumps(title, ensure_ascii=False)})")
    lines.append(tree.xpath('string(//script[@type="text/typst"])'))
    return "\n".join([*lines, *map(_block, tree.find("body"))])


def _string(text: str) -> str:
    return "#" + json.dumps(" ".join(text.split()), ensure_ascii=False) + ";" if text.strip() else ""


def _inline(node: html.HtmlElement) -> str:
    """Text of a node; bold keeps its weight, blocks inside a list item follow it."""
    parts = [_spaced(node.text)]
    for child in node:
        if child.tag == "b":
            parts.append(f"#strong[{_spaced(child.text_content())}]")
        elif child.tag in {"ul", "ol", "div"}:
            parts.append(_block(child))
        parts.append(_spaced(child.tail))
    return "".join(parts)


def _spaced(text: str | None) -> str:
    """Text with its outer spaces, which part it from bold text beside it."""
    if not text or not text.strip():
        return " " if text else ""
    before, after = " " * text[0].isspace(), " " * text[-1].isspace()
    return f"{before}{_string(text)}{after}"


def _block(node: html.HtmlElement) -> str:  # noqa: PLR0911 - one return a kind of block
    classes = set((node.get("class") or "").split())
    if node.tag in {"h1", "h2", "h3", "h4"}:
        return f"#heading(level: {node.tag[1]})[{_inline(node)}]"
    if node.tag in {"ul", "ol"}:
        items = ", ".join(f"[{_inline(item)}]" for item in node)
        return f"#{'enum' if node.tag == 'ol' else 'list'}({items})"
    if node.tag == "table":
        return _table(node)
    if node.tag == "pre":
        return f"#raw(block: true, {json.dumps(node.text_content(), ensure_ascii=False)})"
    if classes & NOTICES:
        return f"#notice[{_inline(node)}]"
    if node.get("data-truth") == "furniture":
        return _index(node) if "index" in classes else _contents(node)
    if node.tag == "dl":
        pairs = zip(node.findall("dt"), node.findall("dd"), strict=True)
        return "".join(f"#terms(terms.item([{_inline(term)}], [{_inline(meaning)}]))" for term, meaning in pairs)
    if "title" in classes:
        return f"#text(24pt)[{_inline(node)}]\n"
    return f"{_inline(node)}\n\n#parbreak()"


def _table(node: html.HtmlElement) -> str:
    rows = list(node.iter("tr"))
    width = sum(int(cell.get("colspan", "1")) for cell in rows[0])
    head = node.find("thead")
    repeat = "true" if head is not None and head.get("data-repeat") != "no" else "false"
    headers = [row for row in rows if all(cell.tag == "th" for cell in row)]
    header = f"table.header(repeat: {repeat}, {_cells(headers)}), " if headers else ""
    body = _cells([row for row in rows if row not in headers])
    return f"#table(columns: {width}, {header}{body})"


def _cells(rows: list[html.HtmlElement]) -> str:
    cells = []
    for cell in (cell for row in rows for cell in row):
        spans = ", ".join(f"{name}: {cell.get(name)}" for name in ("colspan", "rowspan") if cell.get(name))
        weight = f"#strong[{_inline(cell)}]" if cell.tag == "th" else _inline(cell)
        cells.append(f"table.cell({spans})[{weight}]")
    return ", ".join(cells)


def _contents(node: html.HtmlElement) -> str:
    lines = [f"#block(text(14pt)[{_string(node.get('data-title', ''))}])"]
    for entry in node.iter("p"):
        title, page = entry.findall("span")
        lines.append(f"{_string(text_of(title))} #box(width: 1fr, repeat[.]) {_string(text_of(page))} \\")
    return "\n".join(lines)


def _index(node: html.HtmlElement) -> str:
    entries = " \\\n".join(_string(text_of(entry)) for entry in node.iter("p"))
    return f"#pagebreak()\n#text(16pt)[{_string(node.get('data-title', ''))}]\n#columns(3)[{entries}]"
