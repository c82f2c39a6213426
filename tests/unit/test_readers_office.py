"""Office files and books, made by the libraries that write them, to Documents; and what cannot be read."""

import zipfile
from pathlib import Path

import pytest

from ingest.errors import ReadError
from ingest.readers import read
from ingest.types import Document, Kind, SourceFile


def source(path: Path) -> SourceFile:
    return SourceFile(path=path, document=f"hub/{path.name}", revision="0" * 16, size=path.stat().st_size)


def outline(document: Document) -> list[tuple[Kind, str]]:
    return [(element.kind, element.text) for element in document.elements]


def test_docx(tmp_path: Path) -> None:
    import docx

    book = docx.Document()
    book.core_properties.title = "Hub guide"
    book.add_heading("Reset", level=1)
    book.add_paragraph("Plug in.", style="List Number")
    book.add_paragraph("Wait.", style="List Number")
    book.add_paragraph("Caution: hot.")
    table = book.add_table(rows=2, cols=3)
    for cell, text in zip(table.rows[0].cells, ("Code", "min", "max"), strict=True):
        cell.text = text
    table.cell(1, 0).text = "007"
    table.cell(1, 1).merge(table.cell(1, 2)).text = "5 V"
    path = tmp_path / "a.docx"
    book.save(str(path))
    document = read(source(path))
    assert document.title == "Hub guide"
    assert outline(document)[-5:] == [
        (Kind.HEADING, "Reset"),
        (Kind.STEP, "1. Plug in."),
        (Kind.STEP, "2. Wait."),
        (Kind.WARNING, "Caution: hot."),
        (Kind.TABLE, "Code | min | max\n007 | 5 V | 5 V"),
    ]


def test_pptx(tmp_path: Path) -> None:
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Reset"
    frame = slide.placeholders[1].text_frame
    frame.text = "Hold the key"
    deeper = frame.add_paragraph()
    deeper.text, deeper.level = "for ten seconds", 1
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    table = slide.shapes.add_table(2, 2, Inches(1), Inches(1), Inches(4), Inches(1)).table
    for place, text in {(0, 0): "Code", (0, 1): "Cause", (1, 0): "007", (1, 1): "Fuse"}.items():
        table.cell(*place).text = text
    slide.notes_slide.notes_text_frame.text = "Mention the fuse."
    path = tmp_path / "a.pptx"
    deck.save(str(path))
    parts = outline(read(source(path)))
    assert parts[:3] == [
        (Kind.HEADING, "Reset"),
        (Kind.LIST_ITEM, "Hold the key"),
        (Kind.LIST_ITEM, "for ten seconds"),
    ]
    assert parts[3] == (Kind.HEADING, "Slide 2")
    assert set(parts[4:]) == {(Kind.PARAGRAPH, "Mention the fuse."), (Kind.TABLE, "Code | Cause\n007 | Fuse")}


def test_unstructured_stays_offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pptx import Presentation

    def refuse(*_: object) -> None:
        raise AssertionError("a reader wanted the network")

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setattr("socket.getaddrinfo", refuse)
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.placeholders[1].text_frame.text = "Hold the key until the light turns green, and then let it go."
    path = tmp_path / "a.pptx"
    deck.save(str(path))
    assert "Hold the key" in read(source(path)).elements[-1].text


ODT = """<?xml version="1.0"?><office:document-content office:version="1.2"
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:automatic-styles>
 <style:style style:name="P1" style:family="paragraph"><style:text-properties fo:font-size="14pt"
 fo:font-weight="bold"/></style:style></office:automatic-styles><office:body><office:text>
 <text:table-of-content text:name="T"><text:index-body><text:p>Reset 9</text:p>
 </text:index-body></text:table-of-content>
 <text:p>The Hub Guide</text:p><text:p text:style-name="P1">Reset</text:p>
 <text:p>Hold the key for as long as it takes.</text:p></office:text></office:body></office:document-content>"""


STYLES = """<?xml version="1.0"?><office:document-styles office:version="1.2"
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"/>"""


def test_odt_with_headings_that_are_only_big_and_bold(tmp_path: Path) -> None:
    path = tmp_path / "a.odt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", ODT)
        archive.writestr("styles.xml", STYLES)
    document = read(source(path))
    assert document.title == "The Hub Guide"
    assert outline(document) == [
        (Kind.PARAGRAPH, "The Hub Guide"),
        (Kind.HEADING, "Reset"),
        (Kind.PARAGRAPH, "Hold the key for as long as it takes."),
    ]


def epub(path: Path, *, below: str) -> Path:
    container = '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>'
    package = """<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">
      <metadata><dc:title>Guía</dc:title><dc:language>es-ES</dc:language></metadata>
      <manifest><item id="n" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
      <item id="b" href="text/b%20.xhtml" media-type="application/xhtml+xml"/>
      <item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest>
      <spine><itemref idref="n"/><itemref idref="a"/><itemref idref="b"/></spine></package>"""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{below}OPS/book.opf", package)
        archive.writestr(f"{below}META-INF/container.xml", container)
        archive.writestr(f"{below}OPS/nav.xhtml", "<html><body><p>Índice</p></body></html>")
        archive.writestr(f"{below}OPS/a.xhtml", "<html><body><h1 id='u'>Uno</h1><p>Primero.</p></body></html>")
        archive.writestr(f"{below}OPS/text/b .xhtml", "<html><body><h1>Dos</h1><p>Segundo.</p></body></html>")
    return path


@pytest.mark.parametrize("below", ["", "epub/"])
def test_epub_in_spine_order_wherever_its_container_is(tmp_path: Path, below: str) -> None:
    document = read(source(epub(tmp_path / "a.epub", below=below)))
    assert (document.title, document.language) == ("Guía", "es")
    assert [(e.text, e.anchor) for e in document.elements] == [
        ("Uno", "a.xhtml#u"),
        ("Primero.", "a.xhtml#u"),
        ("Dos", "text/b .xhtml"),
        ("Segundo.", "text/b .xhtml"),
    ]


@pytest.mark.parametrize("suffix", [".docx", ".odt", ".epub", ".pptx", ".xlsx", ".pdf"])
@pytest.mark.parametrize("content", [b"", b"not what it says", b"PK\x03\x04 cut off"])
def test_damaged_files_are_read_errors_with_a_reason_and_a_hint(tmp_path: Path, suffix: str, content: bytes) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content)
    with pytest.raises(ReadError) as caught:
        read(source(path))
    assert f"hub/a{suffix}" in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("suffix", [".docx", ".odt", ".epub", ".pptx", ".xlsx"])
def test_archives_without_the_right_parts(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "nothing")
    with pytest.raises(ReadError, match="hub/a"):
        read(source(path))


@pytest.mark.parametrize("content", [b"<html><body></body></html>", b"  \n ", b"<h1>Only a heading</h1>"])
def test_a_file_without_text_is_a_failure(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(content)
    with pytest.raises(ReadError, match="no text"):
        read(source(path))


@pytest.mark.parametrize("name", ["a.txt", "a.html", "a.md", "a.csv"])
def test_a_binary_file_under_the_name_of_a_text(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    with pytest.raises(ReadError, match="binary"):
        read(source(path))


def test_locked_files_are_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    with pytest.raises(ReadError, match="password"):
        read(source(path))


def test_an_archive_that_would_fill_the_disk_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.odt"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"{number}.bin", b"\0" * (1 << 20))
    # The sizes that an archive declares are what is checked; a bomb's are real, these are written over.
    content = path.read_bytes().replace((1 << 20).to_bytes(4, "little"), (0xF0000000).to_bytes(4, "little"))
    path.write_bytes(content)
    with pytest.raises(ReadError, match="GB"):
        read(source(path))


@pytest.mark.parametrize("suffix", [".docm", ".docx"])
def test_macros_are_left_out_and_an_editor_is_told(tmp_path: Path, suffix: str) -> None:
    import docx

    book = docx.Document()
    book.add_paragraph("Open the valve.")
    book.save(str(tmp_path / "plain.docx"))
    path = tmp_path / f"a{suffix}"
    with zipfile.ZipFile(tmp_path / "plain.docx") as plain, zipfile.ZipFile(path, "w") as archive:
        for name in plain.namelist():
            content = plain.read(name)
            if name == "[Content_Types].xml":
                content = content.replace(b"wordprocessingml.document.main", b"document.macroEnabled.main")
            archive.writestr(name, content)
        archive.writestr("word/vbaProject.bin", b"Sub AutoOpen()")
    document = read(source(path))
    assert outline(document) == [(Kind.PARAGRAPH, "Open the valve.")]
    assert [quality.problems for quality in document.quality] == [("macros left out",)]


def test_docx_headings_by_outline_level_text_boxes_and_no_deleted_text(tmp_path: Path) -> None:
    import docx
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    def paragraph(inner: str) -> str:
        return f"<w:p {nsdecls('w')}>{inner}</w:p>"

    heading = paragraph('<w:pPr><w:outlineLvl w:val="0"/></w:pPr><w:r><w:t>Care</w:t></w:r>')
    box = "<w:txbxContent><w:p><w:r><w:t>In the box.</w:t></w:r></w:p></w:txbxContent>"
    boxed = paragraph(f"<w:r><w:t>Before the box.</w:t></w:r><w:r><w:pict>{box}</w:pict></w:r>")
    deleted = '<w:del w:id="1" w:author="a"><w:r><w:delText>wet</w:delText></w:r></w:del>'
    inserted = '<w:ins w:id="2" w:author="a"><w:r><w:t>dry.</w:t></w:r></w:ins>'
    changed = paragraph(f'<w:r><w:t xml:space="preserve">Keep </w:t></w:r>{deleted}{inserted}')
    gallery = '<w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
    line = "<w:p><w:r><w:t>Care 1</w:t></w:r></w:p>"
    contents = f"<w:sdt {nsdecls('w')}>{gallery}<w:sdtContent>{line}</w:sdtContent></w:sdt>"
    book = docx.Document()
    for place, block in enumerate((heading, boxed, changed, contents)):
        book.element.body.insert(place, parse_xml(block))
    path = tmp_path / "a.docx"
    book.save(str(path))
    assert outline(read(source(path))) == [
        (Kind.HEADING, "Care"),
        (Kind.PARAGRAPH, "Before the box."),
        (Kind.PARAGRAPH, "In the box."),
        (Kind.PARAGRAPH, "Keep dry."),
    ]


def test_an_archive_of_another_kind_is_told_for_what_it_is(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["Code", "Cause"])
    book.save(str(tmp_path / "a.xlsx"))
    path = (tmp_path / "a.xlsx").rename(tmp_path / "a.docx")
    with pytest.raises(ReadError, match=r"it is a \.xlsx") as caught:
        read(source(path))
    assert ".xlsx" in caught.value.hint


def test_an_epub_that_says_where_its_chapters_are_not(tmp_path: Path) -> None:
    package = """<package><manifest><item id="a" href="Text/One.XHTML" media-type="text/xml"/>
      <item id="b" href="two.html" media-type="application/xhtml+xml"/></manifest><spine/></package>"""
    path = tmp_path / "a.epub"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("META-INF/container.xml", '<container><rootfile full-path="gone.opf"/></container>')
        archive.writestr("OEBPS/book.opf", package)
        archive.writestr("OEBPS/text/one.xhtml", "<html><body><h1>One<p>First &nbsp; & last.<br></body>")
        archive.writestr("two.html", "<p>Second.</p>")
    assert [e.text for e in read(source(path)).elements] == ["One", "First & last.", "Second."]
