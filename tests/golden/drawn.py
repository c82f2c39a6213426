"""Golden manuals that no program prints this way: pages drawn stroke by stroke, with the traps of old producers.

The words are those of the source; how they get onto the page (accents apart from their letters, ligatures, full-width
letters, columns written across, a locked file, a turned page) is what a reader has to undo.
"""

import io
import textwrap
import unicodedata
from collections.abc import Callable

import pikepdf
from lxml import html

from tests.golden.truth import NOTICES, text_of
from tests.pdf_writer import PdfPage, pdf_bytes

Write = Callable[[PdfPage, float, float, str, str, float], None]
"""Puts a text on a page: left, top, text, font, size."""

_SIZES = {"h1": 16.0, "h2": 12.0, "h3": 10.0}
_ACCENTS = {"\u0301": r"\264", "\u0300": "`", "\u0302": r"\210", "\u0308": r"\250", "\u0327": r"\270"}
_WIDTHS = {"i": 222, "c": 500, "I": 278, "E": 667, "A": 667}
"""Of Helvetica, in thousandths; other letters that carry accents are 556 wide."""


def draw(kind: str, tree: html.HtmlElement) -> bytes:
    """The PDF of a source whose printer is named `kind`."""
    if kind == "drawn-accents":
        return _with_ligatures(_flow(tree, _accents_apart))
    if kind == "drawn-across":
        return _across(tree)
    if kind == "drawn-locked":
        return _locked(_flow(tree, _plain, width=420, height=430, characters=58))
    if kind == "drawn-wide":
        return _flow(tree, _chinese, height=440, characters=38)
    if kind == "drawn-turned":
        return _turned(_flow(tree, _plain, width=842, height=420, characters=130))
    raise ValueError(f"no printer {kind}")


def _plain(page: PdfPage, left: float, top: float, text: str, font: str, size: float) -> None:
    page.text(left, top, text, font=font, size=size)


def _chinese(page: PdfPage, left: float, top: float, text: str, font: str, size: float) -> None:
    page.text(left, top, text, font="chinese", size=size)


def _accents_apart(page: PdfPage, left: float, top: float, text: str, font: str, size: float) -> None:
    """As TeX sets its old fonts: the accent, a step back, the letter; fi and fl as one sign."""
    shown = ""
    for letter in text.replace("fi", "\x01").replace("fl", "\x02"):
        base, *marks = list(unicodedata.normalize("NFD", letter))
        if marks and marks[0] in _ACCENTS:
            ahead = (_WIDTHS.get(base, 556) - 333) / 2
            shown += f") {-ahead:.0f} ({_ACCENTS[marks[0]]}) {ahead + 333:.0f} ({base}"
        else:
            shown += "".join(f"\\{byte:03o}" if byte < 32 or byte > 126 or chr(byte) in "()\\" else chr(byte)
                             for byte in letter.encode("cp1252"))  # fmt: skip
    page.operators.append(f"BT /{font} {size} Tf {left} {page.height - top} Td [({shown})] TJ ET")


def _flow(
    tree: html.HtmlElement, write: Write, *, width: float = 595, height: float = 842, characters: int = 88
) -> bytes:
    """Blocks one under the other, running lines on each page."""
    metas = {meta.get("name", ""): meta.get("content", "") for meta in tree.iter("meta")}
    pages: list[PdfPage] = []
    top = height
    for node in tree.find("body"):
        needed = 18.0 * (sum(1 for _ in node.iter("tr")) + 2)
        if top + needed > height - 60:
            pages.append(PdfPage(width, height))
            write(pages[-1], 60, 36, metas["running-header"], "regular", 8)
            write(pages[-1], width / 2, height - 26, str(len(pages)), "regular", 8)
            top = 80.0
        top = _node(node, pages[-1], top, (write, characters))
    return pdf_bytes(pages)


def _node(node: html.HtmlElement, page: PdfPage, top: float, how: tuple[Write, int]) -> float:
    write, characters = how
    if node.tag in _SIZES:
        write(page, 60, top + 10, text_of(node), "bold", _SIZES[node.tag])
        return top + 14 + _SIZES[node.tag]
    if node.tag == "table":
        return _table(node, page, top, write) + 18
    if node.tag in {"ol", "ul"}:
        for number, item in enumerate(node, 1):
            lines = _wrapped(text_of(item), characters - 4)
            write(page, 60, top, f"{number}." if node.tag == "ol" else "•", "regular", 10)
            for line in lines:
                write(page, 78, top, line, "regular", 10)
                top += 13
            top += 3
        return top + 6
    left = 70 if set((node.get("class") or "").split()) & NOTICES else 60
    for line in _wrapped(text_of(node), characters - (left - 60) // 3):
        write(page, left, top, line, "regular", 10)
        top += 13
    return top + 8


def _wrapped(text: str, characters: int) -> list[str]:
    if any(ord(letter) > 0x2E7F for letter in text):
        return [text[place : place + characters] for place in range(0, len(text), characters)]
    return textwrap.wrap(text, characters, break_on_hyphens=False)


def _table(node: html.HtmlElement, page: PdfPage, top: float, write: Write) -> float:
    """A table with all its rules; merged cells are for the printers."""
    rows = list(node.iter("tr"))
    step = (page.width - 120) / len(rows[0])
    for number, row in enumerate(rows):
        y = top + 18 * number
        page.rule(60, y, page.width - 60, y)
        for column, cell in enumerate(row):
            write(page, 64 + step * column, y + 12, text_of(cell), "bold" if cell.tag == "th" else "regular", 9)
    bottom = top + 18 * len(rows)
    page.rule(60, bottom, page.width - 60, bottom)
    for column in range(len(rows[0]) + 1):
        page.rule(60 + step * column, top, 60 + step * column, bottom)
    return bottom


def _across(tree: html.HtmlElement) -> bytes:
    """Two columns whose lines are written from left to right over both, words divided at line ends."""
    page = PdfPage(595, 842)
    title, *nodes = tree.find("body")
    page.text(60, 70, text_of(title), font="bold", size=16)
    lines: list[tuple[str, str]] = []
    for node in nodes:
        heading = node.tag in _SIZES
        lines += [("bold" if heading else "regular", line) for line in _divided(text_of(node))]
        lines.append(("regular", ""))
    half = (len(lines) + 1) // 2
    for place in range(half):
        for left, number in ((60, place), (310, place + half)):
            if number < len(lines) and lines[number][1]:
                page.text(left, 110 + 12.5 * place, lines[number][1], font=lines[number][0], size=10)
    return pdf_bytes([page])


def _divided(text: str, characters: int = 46) -> list[str]:
    """Lines of equal length; a long word at the end is divided after its fourth letter."""
    lines, line = [], ""
    for word in text.split():
        if len(line) + len(word) + 1 <= characters:
            line = f"{line} {word}".strip()
        elif len(word) > 8 and word.isalpha() and len(line) + 6 <= characters:
            lines.append(f"{line} {word[:4]}-")
            line = word[4:]
        else:
            lines.append(line)
            line = word
    return [*lines, line]


def _locked(content: bytes) -> bytes:
    """Encrypted so that the empty password opens it."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as opened:
        opened.save(out, encryption=pikepdf.Encryption(owner="owner", user=""))
    return out.getvalue()


def _with_ligatures(content: bytes) -> bytes:
    """Codes 1 and 2 of the fonts become the signs fi and fl."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as opened:
        differences = pikepdf.Array([1, pikepdf.Name("/fi"), pikepdf.Name("/fl")])
        for name in ("/regular", "/bold"):
            opened.pages[0].Resources.Font[name].Encoding = pikepdf.Dictionary(
                Type=pikepdf.Name("/Encoding"), BaseEncoding=pikepdf.Name("/WinAnsiEncoding"), Differences=differences
            )
        opened.save(out)
    return out.getvalue()


def _turned(content: bytes) -> bytes:
    """Landscape pages stored upright and turned for display."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as opened:
        for page in opened.pages:
            width, height = (int(value) for value in page.MediaBox[2:])
            page.MediaBox = pikepdf.Array([0, 0, height, width])
            page.Rotate = 90
            page.contents_add(f"q 0 1 -1 0 {height} 0 cm".encode(), prepend=True)
            page.contents_add(b"Q")
        opened.save(out)
    return out.getvalue()
