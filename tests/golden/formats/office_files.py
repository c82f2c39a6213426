"""The manual as office files and as a book, each written by the library or program that is usual for it."""

import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path

from tests.golden.formats.manual import Block, Code, Heading, Items, Notice, Paragraph, Table
from tests.golden.formats.text_files import as_html, html_block


def write_docx(path: Path, blocks: Sequence[Block]) -> None:
    import docx

    book = docx.Document()
    for block in blocks:
        if isinstance(block, Heading):
            book.add_heading(block.text, block.level)
        elif isinstance(block, Paragraph):
            book.add_paragraph(block.text)
        elif isinstance(block, Notice):
            box = book.add_table(rows=1, cols=2)
            box.cell(0, 0).text, box.cell(0, 1).text = block.label, block.text
        elif isinstance(block, Code):
            book.add_paragraph(block.text, style="No Spacing")
        elif isinstance(block, Items):
            _docx_items(book, block)
        else:
            _docx_table(book, block)
    book.save(str(path))


def _docx_items(book, block: Items) -> None:  # type: ignore[no-untyped-def]
    """A list of its own with three levels, as Word makes one."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    numbering = book.part.numbering_part.element
    number = 100 + len(numbering)
    form = "decimal" if block.numbered else "bullet"
    levels = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="%{n + 1}."/></w:lvl>'
        for n in range(3)
    )
    kind = f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{number}">{levels}</w:abstractNum>'
    use = f'<w:num {nsdecls("w")} w:numId="{number}"><w:abstractNumId w:val="{number}"/></w:num>'
    numbering.insert(0, parse_xml(kind))
    numbering.append(parse_xml(use))
    for level, text in block.entries:
        properties = book.add_paragraph(text, style="List Paragraph")._p.get_or_add_pPr().get_or_add_numPr()
        properties.get_or_add_ilvl().val = level
        properties.get_or_add_numId().val = number


def _docx_table(book, block: Table) -> None:  # type: ignore[no-untyped-def]
    table = book.add_table(rows=len(block.rows), cols=len(block.rows[0]))
    for y, row in enumerate(block.rows):
        for x, text in enumerate(row):
            table.cell(y, x).text = "" if text in {"^", "<"} else text
    for y, x, high, wide in block.merged():
        table.cell(y, x).merge(table.cell(y + high - 1, x + wide - 1)).text = block.rows[y][x]


def write_odt(path: Path, blocks: Sequence[Block]) -> None:
    """By pandoc, from a page without a site around it."""
    import pypandoc

    page = f"<html><body>{''.join(map(html_block, blocks))}</body></html>"
    command = [pypandoc.get_pandoc_path(), "-f", "html", "-t", "odt", "-o", str(path)]
    subprocess.run(command, input=page.encode(), check=True)


def write_epub(path: Path, blocks: Sequence[Block]) -> None:
    """A chapter a file, in the order of the spine and not of the archive."""
    chapters: list[list[Block]] = []
    for block in blocks:
        if isinstance(block, Heading) and block.level == 1:
            chapters.append([])
        chapters[-1].append(block)
    names = [f"c{9 - number}.xhtml" for number in range(len(chapters))]
    items = "".join(f'<item id="{name}" href="{name}" media-type="application/xhtml+xml"/>' for name in sorted(names))
    spine = "".join(f'<itemref idref="{name}"/>' for name in names)
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
        "<dc:title>Pump P200</dc:title><dc:language>en</dc:language></metadata>"
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    container = '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", container)
        archive.writestr("OPS/book.opf", package)
        for name, chapter in zip(names, chapters, strict=True):
            archive.writestr(f"OPS/{name}", as_html(chapter))


def write_pptx(path: Path, blocks: Sequence[Block]) -> None:
    """A slide for each heading; a deck knows no deeper ones."""
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation()
    slide, top = None, 0.0
    for block in blocks:
        if isinstance(block, Heading):
            slide, top = deck.slides.add_slide(deck.slide_layouts[5]), 2.0
            slide.shapes.title.text = block.text
            continue
        assert slide is not None
        if isinstance(block, Table):
            _pptx_table(slide, block, top)
        else:
            frame = slide.shapes.add_textbox(Inches(1), Inches(top), Inches(8), Inches(1)).text_frame
            _pptx_text(frame, block)
        top += 1
    deck.save(str(path))


def _pptx_table(slide, block: Table, top: float) -> None:  # type: ignore[no-untyped-def]
    from pptx.util import Inches

    size = Inches(1), Inches(top), Inches(6), Inches(1)
    table = slide.shapes.add_table(len(block.rows), len(block.rows[0]), *size).table
    for y, row in enumerate(block.rows):
        for x, text in enumerate(row):
            table.cell(y, x).text = "" if text in {"^", "<"} else text
    for y, x, high, wide in block.merged():
        table.cell(y, x).merge(table.cell(y + high - 1, x + wide - 1))


def _pptx_text(frame, block: Block) -> None:  # type: ignore[no-untyped-def]
    from pptx.oxml import parse_xml

    drawing = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    if isinstance(block, Items):
        mark = '<a:buAutoNum {} type="arabicPeriod"/>' if block.numbered else '<a:buChar {} char="•"/>'
        for place, (level, text) in enumerate(block.entries):
            paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
            paragraph.text, paragraph.level = text, level
            paragraph._p.get_or_add_pPr().append(parse_xml(mark.format(drawing)))
    elif isinstance(block, Notice):
        frame.text = f"{block.label}: {block.text}"
    elif isinstance(block, Paragraph | Code):
        frame.text = block.text.replace("\n", "\v")  # a line break within the paragraph


def write_xlsx(path: Path, blocks: Sequence[Block]) -> None:
    """A sheet for each table, named by the heading above it."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    heading = ""
    for block in blocks:
        if isinstance(block, Heading):
            heading = block.text
        elif isinstance(block, Table):
            sheet = book.create_sheet(heading)
            for row in block.rows:
                sheet.append([None if text in {"^", "<"} else text for text in row])
            for y, x, high, wide in block.merged():
                sheet.merge_cells(start_row=y + 1, start_column=x + 1, end_row=y + high, end_column=x + wide)
    book.save(str(path))
