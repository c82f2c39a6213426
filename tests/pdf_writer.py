"""A small PDF writer: what tests put on a page at a place comes out as the bytes of a PDF. No dependency."""

from dataclasses import dataclass, field

FONTS = {
    "regular": "Helvetica",
    "bold": "Helvetica-Bold",
    "mono": "Courier",
}
_FONT_OBJECTS = "".join(
    f"/{name} << /Type /Font /Subtype /Type1 /BaseFont /{base} /Encoding /WinAnsiEncoding >> "
    for name, base in FONTS.items()
) + (
    "/chinese << /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [<< "
    "/Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /CIDSystemInfo << /Registry (Adobe) "
    "/Ordering (GB1) /Supplement 4 >> /FontDescriptor << /Type /FontDescriptor /FontName /STSong-Light /Flags 4 "
    "/FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >> >>] >> "
)


@dataclass
class PdfPage:
    """One page, 595 by 842 points; places are measured from the top left as a reader does."""

    width: float = 595
    height: float = 842
    operators: list[str] = field(default_factory=list)

    def text(self, left: float, top: float, text: str, *, font: str = "regular", size: float = 10) -> "PdfPage":
        """Writes a line whose baseline is `top` points below the upper edge."""
        shown = text.encode("utf-16-be" if font == "chinese" else "cp1252").hex()
        self.operators.append(f"BT /{font} {size} Tf {left} {self.height - top} Td <{shown}> Tj ET")
        return self

    def lines(self, left: float, top: float, *lines: str, size: float = 10, font: str = "regular") -> "PdfPage":
        """Writes lines 12 points apart."""
        for place, line in enumerate(lines):
            self.text(left, top + place * 12, line, size=size, font=font)
        return self

    def rule(self, left: float, top: float, right: float, bottom: float) -> "PdfPage":
        """Draws a thin line."""
        y, y2 = self.height - top, self.height - bottom
        self.operators.append(f"0.5 w {left} {y} m {right} {y2} l S")
        return self


@dataclass(frozen=True)
class PdfBookmark:
    title: str
    page: int
    level: int = 1


def pdf_bytes(pages: list[PdfPage], bookmarks: tuple[PdfBookmark, ...] = (), *, title: str = "") -> bytes:
    """The file. Bookmarks nest by their level."""
    objects: list[str] = ["", "", f"<< {_FONT_OBJECTS}>>", f"<< /Title <{title.encode('utf-16').hex()}> >>"]
    page_numbers = []
    for page in pages:
        content = "\n".join(page.operators)
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {page.width} {page.height}] "
            f"/Resources << /Font 3 0 R >> /Contents {len(objects)} 0 R >>"
        )
        page_numbers.append(len(objects))
    kids = " ".join(f"{number} 0 R" for number in page_numbers)
    objects[1] = f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>"
    outlines = _outline(objects, bookmarks, page_numbers)
    objects[0] = f"<< /Type /Catalog /Pages 2 0 R {outlines}>>"
    return _file(objects)


def _outline(objects: list[str], bookmarks: tuple[PdfBookmark, ...], page_numbers: list[int]) -> str:
    if not bookmarks:
        return ""
    first = len(objects) + 2
    numbers = [first + place for place in range(len(bookmarks))]
    parents = [
        next((other for other in range(place - 1, -1, -1) if bookmarks[other].level < mark.level), None)
        for place, mark in enumerate(bookmarks)
    ]
    top = [numbers[place] for place, parent in enumerate(parents) if parent is None]
    objects.append(f"<< /Type /Outlines /First {top[0]} 0 R /Last {top[-1]} 0 R /Count {len(top)} >>")
    for place, mark in enumerate(bookmarks):
        siblings = [numbers[other] for other, parent in enumerate(parents) if parent == parents[place]]
        children = [numbers[other] for other, parent in enumerate(parents) if parent == place]
        at = siblings.index(numbers[place])
        owner = first - 1 if parents[place] is None else numbers[parents[place] or 0]
        entry = f"<< /Title <{mark.title.encode('utf-16').hex()}> /Parent {owner} 0 R "
        entry += f"/Dest [{page_numbers[mark.page - 1]} 0 R /Fit] "
        entry += f"/Prev {siblings[at - 1]} 0 R " if at else ""
        entry += f"/Next {siblings[at + 1]} 0 R " if at + 1 < len(siblings) else ""
        entry += f"/First {children[0]} 0 R /Last {children[-1]} 0 R /Count {len(children)} " if children else ""
        objects.append(entry + ">>")
    return f"/Outlines {first - 1} 0 R "


def _file(objects: list[str]) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += "".join(f"{offset:010} 00000 n \n" for offset in offsets).encode()
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info 4 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)
