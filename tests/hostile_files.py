"""Files made to do harm: they reach for a secret outside their folder, for the network, or for all memory.

Each function writes one into a folder; `SECRET` is what a reader that was tricked would show.
"""

import io
import zipfile
from pathlib import Path

SECRET = "the-secret-of-another-folder"

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_CONTAINER = '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>'


def doctype(name: str, secret: Path, address: str) -> str:
    """Entities that read a file, ask the network and multiply a billion times."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol" * 10}">' for n in range(10))
    return (
        f'<!DOCTYPE {name} SYSTEM "{address}/x.dtd" [<!ENTITY file SYSTEM "file://{secret}">'
        f'<!ENTITY web SYSTEM "{address}/entity">{laughs}]>'
    )


def zipped(parts: dict[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def docx(body: str, doctype: str = "") -> bytes:
    text = f'<?xml version="1.0"?>{doctype}<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'
    return zipped({"[Content_Types].xml": _TYPES, "_rels/.rels": _RELATIONS, "word/document.xml": text})


def word(text: str) -> str:
    return f'<w:p xmlns:w="{_WORD}"><w:r><w:t>{text}</w:t></w:r></w:p>'


def odt(body: str, doctype: str = "") -> bytes:
    head = f'xmlns:office="{_OFFICE}" xmlns:text="{_TEXT}" office:version="1.2"'
    text = f'<?xml version="1.0"?>{doctype}<office:document-content {head}><office:body><office:text>{body}'
    text += "</office:text></office:body></office:document-content>"
    return zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": text})


def epub(chapter: str, href: str = "a.xhtml", doctype: str = "") -> bytes:
    package = (
        f'<?xml version="1.0"?>{doctype}<package xmlns="http://www.idpf.org/2007/opf"><manifest>'
        f'<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/>'
        f'<item id="b" href="{href}" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="b"/><itemref idref="a"/></spine></package>'
    )
    return zipped({"META-INF/container.xml": _CONTAINER, "OPS/book.opf": package, "OPS/a.xhtml": chapter})


def sheet(value: str, doctype: str = "") -> bytes:
    """An XLSX whose only sheet has been written over."""
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["Code", "Cause"])
    stream = io.BytesIO()
    book.save(stream)
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rows = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{value}</t></is></c></row>'
    text = f'<?xml version="1.0"?>{doctype}<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'
    return replaced(stream.getvalue(), {"xl/worksheets/sheet1.xml": text})


def deck(text: str, doctype: str = "") -> bytes:
    """A PPTX with one slide, before whose XML stands the doctype."""
    from pptx import Presentation

    made = Presentation()
    slide = made.slides.add_slide(made.slide_layouts[1])
    slide.shapes.title.text, slide.placeholders[1].text = "Pump", "PLACE"
    stream = io.BytesIO()
    made.save(stream)
    with zipfile.ZipFile(stream) as archive:
        part = archive.read("ppt/slides/slide1.xml").decode()
    part = part.replace("<p:sld ", f"{doctype}<p:sld ", 1).replace("PLACE", text)
    return replaced(stream.getvalue(), {"ppt/slides/slide1.xml": part})


def replaced(content: bytes, parts: dict[str, str]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        kept = {name: archive.read(name) for name in archive.namelist()}
    return zipped({**kept, **parts})


def bomb(content: bytes, name: str, megabytes: int) -> bytes:
    """The archive with one more part: so many megabytes of spaces in next to nothing."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        kept = {part: archive.read(part) for part in archive.namelist()}
    return zipped({**kept, name: b" " * (megabytes * 2**20)})


def reaching_files(folder: Path, secret: Path, address: str) -> None:
    """One file of each format that tries every way out that the format offers."""
    out = f"../../../../../..{secret}"
    page = (
        f'<h1>Pump</h1><p>Open the valve.</p><img src="{address}/a.png"><img src="file://{secret}">'
        f'<iframe src="file://{secret}"></iframe><object data="{out}"></object><link rel="stylesheet" href="{address}">'
        f'<!--#include file="{out}"--><script src="{address}/a.js"></script><embed src="{address}/e">'
    )
    dtd = doctype("html", secret, address)
    texts = {
        "page.html": f"<html><head><base href='{address}/'></head><body>{page}</body></html>",
        "entities.xhtml": f"<?xml version='1.0'?>{dtd}<html><body><p>Open it. &file;&web;&l9;</p></body></html>",
        "a.md": f'# Pump\n\nOpen the valve.\n\n![x]({address}/a.png)\n\n![y]({out})\n\n--8<-- "{out}"\n\n'
        f"{{{{#include {out}}}}}\n\n!include {out}\n\n```{{include}} {out}\n```\n\n<iframe src='{address}'></iframe>\n",
        "front.md": f"---\ntitle: Pump\ninclude-before: [{out}]\nbibliography: {out}\n---\n\nOpen it. [@x]\n",
        "a.rst": f"Pump\n====\n\nOpen the valve.\n\n.. include:: {secret}\n\n.. include:: {out}\n\n.. raw:: html\n"
        f"   :file: {secret}\n\n.. csv-table:: T\n   :file: {secret}\n\n.. csv-table:: U\n   :url: {address}/t.csv\n\n"
        f".. literalinclude:: {secret}\n\n.. image:: {address}/a.png\n\n.. raw:: html\n   :url: {address}/r\n",
        "a.csv": f'Code,Cause\n=WEBSERVICE("{address}"),file://{secret}\n',
        "a.txt": f"Open the valve.\n\nfile://{secret}\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    said = "Open the valve. &file;&web;"
    inner = f'<text:p>{said}</text:p><text:section text:name="s"><text:section-source xmlns:xlink='
    inner += f'"http://www.w3.org/1999/xlink" xlink:href="{out}"/></text:section>'
    dtds = {root: doctype(root, secret, address) for root in ("w:document", "office:document-content", "package")}
    chapter = f"<?xml version='1.0'?>{dtd}<html><body>{page}<p>{said}</p></body></html>"
    files = {
        "a.docx": docx(word(said), dtds["w:document"]),
        "a.odt": odt(inner, dtds["office:document-content"]),
        "a.epub": epub(chapter, href=out.lstrip("/"), doctype=dtds["package"]),
        "a.xlsx": sheet(said, doctype("worksheet", secret, address)),
        "a.pptx": deck(said, doctype("p:sld", secret, address)),
        "climbs.docx": zipped({"../../climbed.txt": SECRET, f"{out}": "x", "word/document.xml": "<x/>"}),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / "link.txt").symlink_to(secret)
    (folder / "linked").symlink_to(secret.parent, target_is_directory=True)
