"""HTML tables to rows of text: spans filled in, header rows joined into one."""

from lxml import html

from ingest.readers.furniture import classes, is_silent
from ingest.readers.notices import is_notice_label

Rows = tuple[tuple[str, ...], ...]

_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_LONGEST_CELL = 1500  # characters; beyond that a cell holds text laid out in columns, not a value
_LONGEST_LONE_CELL = 300  # the same where there is but one row
_MOST_COLUMNS = 200
_MOST_ROWS = 20_000


def is_layout(table: html.HtmlElement) -> bool:
    """True where a table only places blocks on the page."""
    if table.get("role") == "presentation":
        return True
    if any(node.tag in _HEADINGS for node in table.iter(*_HEADINGS)):
        return True
    rows = own_rows(table)
    cells = [cell for row in rows for cell in _cells(row)]
    if len(cells) <= 1 or (any(inner is not table for inner in table.iter("table")) and not _has_header(cells)):
        return True
    if "highlighttable" in classes(table) or _has_loose_parts(table, rows):
        return True
    longest = max(len(cell.text_content()) for cell in cells)
    return longest > (_LONGEST_LONE_CELL if len(rows) == 1 else _LONGEST_CELL)


def _has_header(cells: list[html.HtmlElement]) -> bool:
    """Tables that lay a page out have no header cells; in one that has, a table in a cell is that cell's value."""
    return any(cell.tag == "th" and cell.find(".//table") is None for cell in cells)


def _has_loose_parts(table: html.HtmlElement, rows: list[html.HtmlElement]) -> bool:
    """Cells or text outside of rows, as pages from before tables had rules have them."""
    containers = [table, *(part for part in table if part.tag in {"thead", "tbody", "tfoot"}), *rows]
    known = {"tr", "td", "th", "thead", "tbody", "tfoot", "caption", "colgroup", "col", "script", "style"}
    for container in containers:
        if container.tag != "tr" and any(child.tag in {"td", "th"} for child in container):
            return True
        if any(
            isinstance(child.tag, str) and child.tag not in known and child.text_content().strip()
            for child in container
        ):
            return True
        if (container.text or "").strip() or any((child.tail or "").strip() for child in container):
            return True
    return False


def own_rows(table: html.HtmlElement) -> list[html.HtmlElement]:
    """The table's rows, not those of tables inside its cells."""
    rows = []
    for part in table:
        if part.tag == "tr":
            rows.append(part)
        elif part.tag in {"thead", "tbody", "tfoot"}:
            rows.extend(row for row in part if row.tag == "tr")
    return rows


def table_rows(table: html.HtmlElement) -> Rows:
    """Rows of equal length, header row first; a merged cell stands in each place it covers; empty rows left out."""
    grid: dict[tuple[int, int], str] = {}
    header_rows = 0
    in_header = True
    rows = own_rows(table)[:_MOST_ROWS]
    for y, row in enumerate(rows):
        cells = _cells(row)
        in_header = in_header and bool(cells) and _is_header(row, cells)
        header_rows += in_header
        _place(cells, y, len(rows), grid)
    width = 1 + max((x for _, x in grid), default=-1)
    lines = [tuple(grid.get((y, x), "") for x in range(width)) for y in range(len(rows))]
    if header_rows > 1 and header_rows < len(lines):
        lines = [joined_headers(lines[:header_rows]), *lines[header_rows:]]
    return without_empty(lines)


def without_empty(lines: list[tuple[str, ...]]) -> Rows:
    """Rows and columns that say nothing are left out."""
    kept = [line for line in lines if any(line)]
    columns = [x for x in range(len(kept[0]) if kept else 0) if any(line[x] for line in kept)]
    return tuple(tuple(line[x] for x in columns) for line in kept)


def split_title(rows: Rows) -> tuple[str, Rows]:
    """A first row that is one cell over the whole width names the table; it is no header of columns."""
    if len(rows) > 1 and len(rows[0]) > 1 and len(set(rows[0])) == 1:
        return rows[0][0], rows[1:]
    return "", rows


def notice_rows(title: str, rows: Rows) -> str:
    """Text of a table that only frames a notice: a label (`Warning`) and one text; empty for any other table."""
    cells = [title, *(cell for row in rows for cell in row)] if title else [cell for row in rows for cell in row]
    framed = len(cells) == 2 and is_notice_label(cells[0])
    return f"{cells[0]}\n{cells[1]}" if framed else ""


def rows_text(rows: Rows) -> str:
    """Rows as lines, cells joined by ` | `; a cell that spans columns is written once."""
    return "\n".join(" | ".join(_written_once(row)) for row in rows)


def _written_once(row: tuple[str, ...]) -> list[str]:
    """A title that spans a row from its first column on is written once; equal values behind a label stay."""
    same = next((x for x, cell in enumerate(row) if cell != row[0]), len(row))
    return [row[0], *row[same:]] if row[0] and same > 2 else list(row)


def _cells(row: html.HtmlElement) -> list[html.HtmlElement]:
    return [cell for cell in row if cell.tag in {"td", "th"}]


def _is_header(row: html.HtmlElement, cells: list[html.HtmlElement]) -> bool:
    parent = row.getparent()
    return (parent is not None and parent.tag == "thead") or all(cell.tag == "th" for cell in cells)


def _place(cells: list[html.HtmlElement], y: int, height: int, grid: dict[tuple[int, int], str]) -> None:
    x = 0
    for cell in cells:
        while (y, x) in grid:
            x += 1
        text = cell_text(cell)
        across, down = _span(cell, "colspan"), _span(cell, "rowspan")
        for below in range(y, min(y + down, height)):
            for column in range(x, min(x + across, _MOST_COLUMNS)):
                grid[below, column] = text
        x += across


def _span(cell: html.HtmlElement, name: str) -> int:
    value = (cell.get(name) or "").strip()
    return max(1, int(value)) if value.isdecimal() and len(value) < 6 else 1


def joined_headers(headers: list[tuple[str, ...]]) -> tuple[str, ...]:
    """Header rows as one: `Voltage` above `min` is `Voltage min`."""
    return tuple(" ".join(dict.fromkeys(filter(None, column))) for column in zip(*headers, strict=True))


def cell_text(cell: html.HtmlElement) -> str:
    """A cell's words on one line; a picture that stands alone is named by its alternative text."""
    words = " ".join(" ".join(_pieces(cell)).split())
    if words:
        return words
    return " ".join(alt.strip() for image in cell.iter("img") if (alt := image.get("alt")))


_INLINE = frozenset("a abbr b bdi cite code em font i kbd mark q s samp small span strong sub sup tt u var wbr".split())


def _pieces(node: html.HtmlElement) -> list[str]:
    """Texts between block borders; inline markup does not part a word."""
    pieces = [node.text or ""]
    for child in node:
        if not is_silent(child) and "headerlink" not in classes(child):
            inner = _pieces(child)
            if child.tag in _INLINE:
                pieces[-1] += inner[0]
                pieces.extend(inner[1:])
            else:
                pieces.extend((*inner, ""))
        pieces[-1] += child.tail or ""
    return pieces
