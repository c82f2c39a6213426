"""Tables drawn with characters (`+---+`, `│`) in plain text, to rows."""

import re

from ingest.readers.runs import joined_lines
from ingest.readers.tables import Rows, without_empty

_BORDER = re.compile(r"^[\s┌┬┐├┼┤└┴┘╔╦╗╠╬╣╚╩╝─━═│┃║+|=-]+$")
_WALL = re.compile(r"[│┃║|├┤┼]")


def drawn_table(lines: list[str]) -> Rows:
    """Rows of a block that is a drawn table, a cell's lines joined; nothing where it is none."""
    rules = [line for line in lines if _BORDER.match(line) and len(line.strip()) > 2]
    inner = [line for line in lines if line not in rules]
    if len(rules) < 2 or not inner or not all(_is_walled(line) for line in inner):
        return ()
    groups: list[list[list[str]]] = [[]]
    for line in lines:
        if line in rules:
            groups.append([])
        else:
            groups[-1].append([cell.strip(" ─━═") for cell in _WALL.split(line.strip()[1:-1])])
    rows = [_joined(group) for group in groups if group]
    width = max(map(len, rows))
    return without_empty([row + ("",) * (width - len(row)) for row in rows])


def _is_walled(line: str) -> bool:
    text = line.strip()
    return len(text) > 2 and _WALL.match(text[0]) is not None and _WALL.match(text[-1]) is not None


def _joined(lines: list[list[str]]) -> tuple[str, ...]:
    """Lines between two rules are one row; some drawings have no rules between rows of one line each."""
    width = max(map(len, lines))
    cells = [[line[x] for line in lines if x < len(line) and line[x]] for x in range(width)]
    return tuple(joined_lines(cell) for cell in cells)
