"""The manual as marked-up text: HTML, Markdown, reStructuredText, plain text, CSV."""

import csv
import html
import io
from collections.abc import Sequence

from tests.golden.formats.manual import Block, Code, Heading, Items, Notice, Paragraph, Table

MENU = "".join(f'<li><a href="page{n}.html">Page {n} of the site</a></li>' for n in range(9))


def as_html(blocks: Sequence[Block], title: str = "Pump P200") -> str:
    """A page with a site around it."""
    body = "".join(map(html_block, blocks))
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>{title}</title></head><body><nav><ul>{MENU}</ul></nav>'
        f"<main>{body}</main><footer>All rights reserved</footer></body></html>"
    )


def html_block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level}>{html.escape(block.text)}</h{block.level}>"
    if isinstance(block, Paragraph):
        return f"<p>{html.escape(block.text)}</p>"
    if isinstance(block, Notice):
        label = block.label.lower()
        return f'<div class="{label}"><p class="title">{block.label}</p><p>{html.escape(block.text)}</p></div>'
    if isinstance(block, Code):
        return f"<pre>{html.escape(block.text)}</pre>"
    if isinstance(block, Items):
        return _html_items(block)
    return html_table(block)


def _html_items(block: Items) -> str:
    tag = "ol" if block.numbered else "ul"
    text, depth = "", -1
    for level, entry in block.entries:
        while depth < level:
            text, depth = f"{text}<{tag}>", depth + 1
        while depth > level:
            text, depth = f"{text}</{tag}>", depth - 1
        text += f"<li>{html.escape(entry)}"
    return text + f"</{tag}>" * (depth + 1)


def html_table(table: Table) -> str:
    spans = {(y, x): (high, wide) for y, x, high, wide in table.merged()}
    lines = []
    for y, row in enumerate(table.rows):
        tag = "td" if y else "th"
        cells = "".join(
            f'<{tag} rowspan="{spans.get((y, x), (1, 1))[0]}" colspan="{spans.get((y, x), (1, 1))[1]}">'
            f"{html.escape(cell)}</{tag}>"
            for x, cell in enumerate(row)
            if cell not in {"^", "<"}
        )
        lines.append(f"<tr>{cells}</tr>")
    return f"<table>{''.join(lines)}</table>"


def as_markdown(blocks: Sequence[Block]) -> str:
    """Markdown with front matter, in the notations of GitHub; a table with merged cells is HTML there."""
    return "---\ntitle: Pump P200\n---\n\n" + "\n\n".join(map(_markdown_block, blocks)) + "\n"


def _markdown_block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * block.level} {block.text}"
    if isinstance(block, Notice):
        return f"> [!{block.label.upper()}]\n> {block.text}"
    if isinstance(block, Code):
        return f"```\n{block.text}\n```"
    if isinstance(block, Items):
        return "\n".join(f"{'    ' * level}{'1.' if block.numbered else '-'} {text}" for level, text in block.entries)
    if isinstance(block, Table):
        return _markdown_table(block)
    return block.text


def _markdown_table(block: Table) -> str:
    if block.merged():
        return html_table(block)
    lines = [f"| {' | '.join(row)} |" for row in block.rows]
    return "\n".join([lines[0], "|" + "---|" * len(block.rows[0]), *lines[1:]])


def as_rst(blocks: Sequence[Block]) -> str:
    return "\n\n".join(map(_rst_block, blocks)) + "\n"


def _rst_block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{block.text}\n{'=-~'[block.level - 1] * 40}"
    if isinstance(block, Paragraph):
        return block.text
    if isinstance(block, Notice):
        return f".. {block.label.lower()}:: {block.text}"
    if isinstance(block, Code):
        return "::\n\n" + "\n".join(f"    {line}" for line in block.text.splitlines())
    if isinstance(block, Items):
        return _rst_items(block)
    return _rst_table(block)


def _rst_items(block: Items) -> str:
    lines: list[str] = []
    before = 0
    for level, text in block.entries:
        if lines and level != before:
            lines.append("")
        lines.append(f"{'  ' * level}{'#.' if block.numbered else '-'} {text}")
        before = level
    return "\n".join(lines)


def _rst_table(table: Table) -> str:
    """A list table; one with merged cells is drawn, every cell 24 columns wide."""
    if not table.merged():
        lines = ["   * - " + "\n     - ".join(row) for row in table.rows]
        return ".. list-table::\n   :header-rows: 1\n\n" + "\n".join(lines)
    drawn = [_rule(table, 0, "-")]
    for y, row in enumerate(table.rows):
        texts = ["" if cell in {"^", "<"} else cell for cell in row]
        walls = ["" if cell == "<" else "|" for cell in row]
        drawn.append("".join(f"{wall or ' '} {text:<22} " for wall, text in zip(walls, texts, strict=True)) + "|")
        drawn.append(_rule(table, y + 1, "=" if y == 0 else "-"))
    return "\n".join(drawn)


def _rule(table: Table, y: int, mark: str) -> str:
    below = table.rows[y] if y < len(table.rows) else ("",) * len(table.rows[0])
    pieces = ["+" + (" " if cell == "^" else mark) * 24 for cell in below]
    return "".join(pieces) + "+"


def as_text(blocks: Sequence[Block]) -> str:
    """Plain text as people type it: underlined headings, drawn tables."""
    return "\n\n".join(map(_text_block, blocks)) + "\n"


def _text_block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{block.text}\n{'=-~'[block.level - 1] * max(len(block.text), 4)}"
    if isinstance(block, Paragraph):
        return block.text
    if isinstance(block, Notice):
        return f"{block.label}: {block.text}"
    if isinstance(block, Code):
        return "\n".join(f"    {line}" for line in block.text.splitlines())
    if isinstance(block, Items):
        return "\n".join(
            f"{'   ' * level}{f'{number}.' if block.numbered else '-'} {text}"
            for number, (level, text) in enumerate(block.entries, start=1)
        )
    rule = "+" + ("-" * 26 + "+") * len(block.rows[0])
    rows = ["|" + "|".join(f" {cell:<25}" for cell in row) + "|" for row in block.filled()]
    return "\n".join([rule, *(line for row in rows for line in (row, rule))])


def as_csv(table: Table, separator: str = ";") -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator).writerows(table.filled())
    return stream.getvalue()
