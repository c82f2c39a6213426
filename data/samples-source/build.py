"""Makes the sample manuals: reads documents.toml and the sources beside it, writes data/samples.

Run it with the project's environment and the name of a document (or none, for all):

    .venv/bin/python data/samples-source/build.py [part of a path]

PDFs are printed by a local Chromium, DOCX and HTML come from pandoc, the workbook from openpyxl. The results are
committed, so this runs only when a source has changed.
"""

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import jinja2
import pypandoc

HERE = Path(__file__).parent
SAMPLES = HERE.parent / "samples"
CHROMIUM = "/usr/bin/chromium"
BOXES = {"danger": "Danger", "warning": "Warning", "caution": "Caution", "note": "Note"}
MARKDOWN = "markdown+gfm_auto_identifiers-implicit_figures"


def render_source(entry: dict[str, str]) -> str:
    """The Markdown of one document, with the values of its variant filled in."""
    variants = tomllib.loads((HERE / "variants.toml").read_text(encoding="utf-8"))
    environment = jinja2.Environment(  # noqa: S701 - Markdown, not HTML, and our own
        trim_blocks=False, undefined=jinja2.StrictUndefined, keep_trailing_newline=True
    )
    source = (HERE / entry["source"]).read_text(encoding="utf-8")
    if entry["source"].endswith(".j2"):
        source = environment.from_string(source).render(variants[entry["variant"]])
    return re.sub(r"\n{3,}", "\n\n", source)


def to_html(markdown: str) -> str:
    """An HTML fragment with numbered headings; codes and part numbers in tables never break at their hyphens."""
    html = pypandoc.convert_text(
        markdown, "html5", format=MARKDOWN, extra_args=["--number-sections", "--wrap=none", "--columns=10000"]
    )
    return re.sub(r"<td([^>]*)>(?=[A-Z]{1,3}-[A-Z0-9-]+</td>)", r'<td\1 class="code">', html)


def contents(body: str, pages: dict[str, int]) -> str:
    """The table of contents as HTML; a page not known yet is left blank."""
    lines = []
    for level, anchor, heading in re.findall(r'<h([12])[^>]*id="([^"]+)"[^>]*>(.*?)</h\1>', body, flags=re.S):
        text = re.sub(r"<[^>]+>", "", heading.replace("</span>", " "))
        number = pages.get(re.sub(r"\W", "", text), "")
        kind = "sub" if level == "2" else "top"
        lines.append(f'<a class="{kind}" href="#{anchor}"><span>{text}</span><span>{number}</span></a>')
    return "\n".join(lines)


def print_page(entry: dict[str, str], body: str, pages: dict[str, int]) -> str:
    """The whole page that is printed: cover, contents, chapters."""
    language = entry.get("language", "en")
    heading = {"en": "Contents", "zh": "目录"}[language]
    css = (HERE / "print.css").read_text(encoding="utf-8")
    return f"""<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8">
<title>Orvane {entry["title"]}</title><style>{css}</style></head><body>
<div class="cover"><div class="brand">ORVANE</div><div class="title">{entry["title"]}</div>
<div class="subtitle">{entry["subtitle"]}</div><div class="edition">{entry["edition"]}</div></div>
<div class="contents"><div class="heading">{heading}</div>{contents(body, pages)}</div>
{body}</body></html>"""


def print_pdf(page: Any, entry: dict[str, str], html: str, target: Path) -> None:
    """Prints with running header, page numbers, tags and bookmarks."""
    scratch = HERE / ".print.html"
    scratch.write_text(html, encoding="utf-8")
    page.goto(scratch.as_uri())
    style = "font-family:'Liberation Sans','Noto Sans CJK SC';font-size:8pt;color:#566573;width:100%;padding:0 20mm"
    before, after = {"en": ("Page ", ""), "zh": ("第 ", " 页")}[entry.get("language", "en")]
    page.pdf(
        path=str(target),
        prefer_css_page_size=True,
        display_header_footer=True,
        header_template=f'<div style="{style}">{entry["running"]}</div>',
        footer_template=f'<div style="{style};text-align:right">{before}<span class="pageNumber"></span>{after}</div>',
        tagged=True,
        outline=True,
        print_background=True,
    )
    scratch.unlink()


def bookmark_pages(target: Path) -> dict[str, int]:
    """Page numbers from 1 by bookmark title (letters and digits only)."""
    import pypdfium2

    with pypdfium2.PdfDocument(target) as document:
        return {
            re.sub(r"\W", "", mark.get_title()): mark.get_dest().get_index() + 1
            for mark in document.get_toc()
            if mark.get_dest() is not None
        }


def build_pdf(entry: dict[str, str], target: Path) -> None:
    """Prints twice: the first print tells on which pages the chapters begin."""
    from playwright.sync_api import sync_playwright

    body = to_html(render_source(entry))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        page = browser.new_page()
        print_pdf(page, entry, print_page(entry, body, {}), target)
        print_pdf(page, entry, print_page(entry, body, bookmark_pages(target)), target)
        browser.close()


def build_docx(entry: dict[str, str], target: Path) -> None:
    """pandoc makes the text; lines, colours, header and footer are added afterwards."""
    markdown = render_source(entry)
    for name, style in BOXES.items():
        markdown = markdown.replace(f"::: {name}\n", f'::: {{custom-style="{style}"}}\n')
    language = {"en": "en-GB", "zh": "zh-CN"}[entry.get("language", "en")]
    said = {"title": entry["title"], "subtitle": entry["subtitle"], "lang": language}
    pypandoc.convert_text(
        markdown,
        "docx",
        format=MARKDOWN,
        outputfile=str(target),
        extra_args=["--number-sections", *(f"--metadata={key}:{value}" for key, value in said.items())],
    )
    dress_docx(entry, target)


def dress_docx(entry: dict[str, str], target: Path) -> None:
    """Gives tables their lines, notices their coloured bar, pages their header and footer."""
    from docx import Document
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    word = nsdecls("w")
    document = Document(str(target))
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    edges = "".join(f'<w:{side} w:val="single" w:sz="4" w:color="AAB7B8"/>' for side in sides)
    for table in document.tables:
        properties = table._tbl.tblPr
        later = ("shd", "tblLayout", "tblCellMar", "tblLook", "tblCaption", "tblDescription")  # the order Word asks for
        first = next((child for child in properties if child.tag.endswith(later)), None)
        borders = parse_xml(f"<w:tblBorders {word}>{edges}</w:tblBorders>")
        properties.append(borders) if first is None else first.addprevious(borders)
    for style in document.styles:
        if style.name in BOXES.values():
            bar = '<w:left w:val="single" w:sz="36" w:space="6" w:color="B03A2E"/>'
            look = style.element.get_or_add_pPr()
            look.insert(0, parse_xml(f'<w:shd {word} w:val="clear" w:color="auto" w:fill="FBEEEC"/>'))
            look.insert(0, parse_xml(f"<w:pBdr {word}>{bar}</w:pBdr>"))
    section = document.sections[0]
    section.header.paragraphs[0].text = entry["running"]
    footer = section.footer.paragraphs[0]
    footer.add_run(entry["edition"] + " · ")
    field = f'<w:fldSimple {word} w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple>'
    footer._p.append(parse_xml(field))
    document.save(str(target))


def build_web(entry: dict[str, str], target: Path) -> None:
    """A help page as web sites have them: site header, navigation beside the text, footer."""
    body = to_html(render_source(entry))
    frame = (HERE / "web-page.html").read_text(encoding="utf-8")
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)  # noqa: S701 - our own text
    navigation = contents(body, {})
    for level in (2, 1):  # the page's own title is the h1
        body = re.sub(rf"(</?h){level}\b", rf"\g<1>{level + 1}", body)
    html = environment.from_string(frame).render(
        entry, body=body, navigation=navigation, language=entry.get("language", "en")
    )
    target.write_text(html, encoding="utf-8")


def build_workbook(entry: dict[str, str], target: Path) -> None:
    """One sheet for each table of the TOML source."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    workbook = Workbook()
    workbook.remove(workbook.active)
    for name, sheet in tomllib.loads((HERE / entry["source"]).read_text(encoding="utf-8")).items():
        rows = workbook.create_sheet(name)
        for row in [sheet["columns"], *sheet["rows"]]:
            rows.append(row)
        for cell in rows[1]:
            cell.font = Font(bold=True)
        rows.freeze_panes = "A2"
        for column in rows.columns:
            rows.column_dimensions[column[0].column_letter].width = min(
                60, 3 + max(len(str(cell.value or "")) for cell in column)
            )
    workbook.save(target)


def build_markdown(entry: dict[str, str], target: Path) -> None:
    """The source itself, variants filled in."""
    target.write_text(render_source(entry), encoding="utf-8")


BUILDERS = {".pdf": build_pdf, ".docx": build_docx, ".html": build_web, ".xlsx": build_workbook, ".md": build_markdown}


def main() -> None:
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    for path, entry in tomllib.loads((HERE / "documents.toml").read_text(encoding="utf-8")).items():
        if wanted in path:
            target = SAMPLES / path
            target.parent.mkdir(parents=True, exist_ok=True)
            BUILDERS[target.suffix](entry, target)
            print(f"{target.stat().st_size:>8}  {path}")


if __name__ == "__main__":
    main()
