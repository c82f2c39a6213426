"""Pictures in a DOCX: those of the cited section in the order of the document, with their captions; only what lies in
the archive, under the address of the document's own part, and is whole."""

import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from PIL import Image

from ingest.readers import read
from ingest.readers.inner_pictures import picture_at, pictures_beside
from tests.unit.test_figures import REVISION, cited
from tests.unit.test_inner_pictures import QUOTE, SVG, picture
from tests.unit.test_readers_office import source
from ui.chat.figures import figures_of
from ui.inner_pictures import picture_in
from ui.wording import ENGLISH

Middle = Callable[[Document], None]
LIME, YELLOW = (0, 255, 0), (255, 255, 0)


def book(folder: Path, middle: Middle) -> Path:
    made = docx.Document()
    made.add_heading("Kettle", 1)
    made.add_paragraph("About the kettle.")
    made.add_picture(BytesIO(picture("red")))
    made.add_heading("Filling", 2)
    made.add_paragraph(QUOTE)
    middle(made)
    made.add_heading("Cleaning", 2)
    made.add_paragraph("Use vinegar.")
    made.add_picture(BytesIO(picture("blue")))
    path = folder / "guide.docx"
    made.save(str(path))
    return path


def shown(made: Document, colour: str = "lime") -> None:
    made.add_picture(BytesIO(picture(colour)))


def inner(around: BaseOxmlElement, name: str) -> BaseOxmlElement:
    return next(each for each in around.iter(qn(name)))


def rewritten(path: Path, part: str, *changes: tuple[str, str], **added: bytes) -> None:
    """The archive with changes in one part, and more members."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    text = members[part].decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**members, part: text.encode(), **added}.items():
            archive.writestr(name, content)


def colours(path: Path, quote: str = QUOTE, anchor: str = "filling") -> list[object]:
    found: list[object] = []
    for each in pictures_beside(path, path.name, quote, anchor):
        drawn = picture_in(path, path.name, each.place)
        found.append(Image.open(BytesIO(drawn)).convert("RGB").getpixel((9, 9)) if drawn else None)
    return found


def captions(path: Path) -> list[str]:
    return [each.caption for each in pictures_beside(path, path.name, QUOTE, "filling")]


def lime_part(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        return next(name for name in archive.namelist() if "media" in name and archive.read(name) == picture("lime"))


def test_the_pictures_of_the_quotes_section_are_found_nearest_first(tmp_path: Path) -> None:
    def middle(made: Document) -> None:
        shown(made)
        made.add_paragraph("And close it again.")
        shown(made, "yellow")

    path = book(tmp_path, middle)
    assert colours(path) == [LIME, YELLOW]
    assert colours(path, "And close it again.") == [LIME, YELLOW]
    assert colours(path, "Use vinegar.", "cleaning") == [(0, 0, 255)]
    assert colours(path, "Nothing of this is said anywhere in it.") == []
    assert colours(book(tmp_path, lambda _: None)) == []


def test_a_picture_in_a_cell_and_one_beside_a_step_are_of_their_section(tmp_path: Path) -> None:
    def middle(made: Document) -> None:
        made.add_paragraph("Plug the base in.", style="List Number")
        row = made.add_table(rows=1, cols=2).rows[0]
        row.cells[0].text = "Press the key"
        row.cells[1].paragraphs[0].add_run().add_picture(BytesIO(picture("lime")))

    path = book(tmp_path, middle)
    texts = [element.text for element in read(source(path)).elements]
    assert "1. Plug the base in." in texts
    for quote in (QUOTE, "1. Plug the base in.", "Press the key"):
        assert colours(path, quote) == [LIME]


def test_where_two_sections_say_the_same_the_passages_anchor_tells_which_is_cited(tmp_path: Path) -> None:
    made = docx.Document()
    for number, colour in enumerate(("red", "lime", "blue")):
        made.add_heading("2.1 Reset & restart" if number < 2 else "Reset restart 1", 2)
        made.add_paragraph(QUOTE)
        shown(made, colour)
    path = tmp_path / "twice.docx"
    made.save(str(path))
    anchors = [element.anchor for element in read(source(path)).elements if element.text == QUOTE]
    assert len(set(anchors)) == 3
    assert [colours(path, QUOTE, anchor) for anchor in anchors] == [[(255, 0, 0)], [LIME], [(0, 0, 255)]]


@pytest.mark.parametrize("above", [False, True])
def test_captions_stand_below_or_above_throughout(tmp_path: Path, above: bool) -> None:
    def middle(made: Document) -> None:
        for colour in ("lime", "yellow"):
            if above:
                made.add_paragraph(f"Figure of {colour}", style="Caption")
            shown(made, colour)
            if not above:
                made.add_paragraph(f"Figure of {colour}", style="Caption")

    path = book(tmp_path, middle)
    assert colours(path) == [LIME, YELLOW]
    assert captions(path) == ["Figure of lime", "Figure of yellow"]


def test_a_caption_below_a_table_is_the_tables(tmp_path: Path) -> None:
    def middle(made: Document) -> None:
        made.add_table(rows=1, cols=2)
        made.add_paragraph("Table 1: Marks", style="Caption")
        shown(made)

    path = book(tmp_path, middle)
    assert (colours(path), captions(path)) == ([LIME], [""])


def test_a_picture_without_a_caption_is_named_as_its_author_described_it(tmp_path: Path) -> None:
    def middle(made: Document) -> None:
        shown(made)
        inner(made.paragraphs[-1]._p, "wp:docPr").set("descr", "The upper mark")

    assert captions(book(tmp_path, middle)) == ["The upper mark"]


def test_a_picture_in_a_text_box_stands_behind_its_paragraph_once(tmp_path: Path) -> None:
    def middle(made: Document) -> None:
        shown(made)
        pictured = made.paragraphs[-1]._p
        space = f'{nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml"'
        shape = "<v:shape><v:textbox><w:txbxContent/></v:textbox></v:shape>"
        box = parse_xml(f"<w:r {space}><w:pict>{shape}</w:pict></w:r>")
        made.add_paragraph("Beside it.")._p.append(box)
        inner(box, "w:txbxContent").append(pictured)

    path = book(tmp_path, middle)
    assert colours(path) == colours(path, "Beside it.") == [LIME]


def test_a_picture_of_older_word_is_found_and_one_taken_out_again_is_not(tmp_path: Path) -> None:
    def middle(made: Document) -> None:
        shown(made)
        number = inner(made.paragraphs[-1]._p, "a:blip").get(qn("r:embed"))
        made.element.body.remove(made.paragraphs[-1]._p)
        space = f'{nsdecls("w", "r")} xmlns:v="urn:schemas-microsoft-com:vml"'
        run = f'<w:r><w:pict><v:shape alt="The mark"><v:imagedata r:id="{number}"/></v:shape></w:pict></w:r>'
        made.add_paragraph()._p.append(parse_xml(run.replace("<w:r>", f"<w:r {space}>", 1)))

    path = book(tmp_path, middle)
    assert (colours(path), captions(path)) == ([LIME], ["The mark"])
    rewritten(path, "word/document.xml", ("<w:pict>", "<w:del><w:pict>"), ("</w:pict>", "</w:pict></w:del>"))
    assert colours(path) == []


@pytest.mark.parametrize(("cut", "found"), [("", [LIME]), ('l="-9" t="0"', [LIME]), ('b="25000"', [])])
def test_a_picture_of_which_a_part_was_cut_off_is_left_out(tmp_path: Path, cut: str, found: list[object]) -> None:
    def middle(made: Document) -> None:
        shown(made)
        inner(made.paragraphs[-1]._p, "a:blip").addnext(parse_xml(f"<a:srcRect {nsdecls('a')} {cut}/>"))

    assert colours(book(tmp_path, middle)) == found


@pytest.mark.parametrize("name", ["drawn.svg", "drawn.emf", "drawn.wmf", "scan.tiff"])
def test_what_is_no_picture_of_the_formats_is_left_out(tmp_path: Path, name: str) -> None:
    path = book(tmp_path, shown)
    relation = lime_part(path).removeprefix("word/")
    rewritten(path, "word/_rels/document.xml.rels", (relation, f"media/{name}"), **{f"word/media/{name}": SVG})
    assert colours(path) == []


def test_a_drawing_under_another_name_and_a_damaged_picture_are_not_shown(tmp_path: Path) -> None:
    for content in (SVG, b"\x89PNG\r\n\x1a\n" + bytes(50), picture(size=(8_000, 6_000)), picture()[:90]):
        path = book(tmp_path, shown)
        rewritten(path, "word/document.xml", **{lime_part(path): content})
        assert colours(path) == [None]
        kept = tmp_path / "originals" / f"{REVISION}.docx"
        kept.parent.mkdir(exist_ok=True)
        kept.write_bytes(path.read_bytes())
        (figure, *_) = (*figures_of([replace(cited("a.docx"), page=None, quote=QUOTE)], tmp_path), None)
        assert figure is None or figure.picture(kept) is None


@pytest.mark.parametrize(
    "target",
    [
        "https://elsewhere.example/track.png",
        "//elsewhere.example/track.png",
        "file:///etc/secret.png",
        "/etc/secret.png",
        "../../secret.png",
        "../../../../etc/secret.png",
        "..\\..\\secret.png",
        "media/../../../secret.png",
    ],
)
def test_no_target_outside_of_the_document_is_followed(tmp_path: Path, target: str) -> None:
    (tmp_path / "secret.png").write_bytes(picture())
    path = book(tmp_path, shown)
    relation = f'Target="{lime_part(path).removeprefix("word/")}"'
    names = ("../secret.png", "../../secret.png", "../../../etc/secret.png")
    hostile = {name: picture() for name in names}
    rewritten(path, "word/_rels/document.xml.rels", (relation, f'Target="{target}"'), **hostile)
    assert colours(path) == []


def test_a_linked_picture_is_left_out_and_one_from_the_archives_top_is_found(tmp_path: Path) -> None:
    path = book(tmp_path, shown)
    part = lime_part(path)
    old, relations = f'Target="{part.removeprefix("word/")}"', "word/_rels/document.xml.rels"
    rewritten(path, relations, (old, f'Target="/{part}"'))
    assert colours(path) == [LIME]
    rewritten(path, relations, (f'Target="/{part}"', f'TargetMode="External" Target="/{part}"'))
    assert colours(path) == []
    path = book(tmp_path, shown)
    rewritten(path, "word/document.xml", ("r:embed=", "r:link="))
    assert colours(path) == []


@pytest.mark.parametrize("part", ["word/document.xml", "word/styles.xml", "word/_rels/document.xml.rels"])
def test_a_part_that_is_no_xml_costs_no_more_than_the_figures(tmp_path: Path, part: str) -> None:
    path = book(tmp_path, shown)
    rewritten(path, part, **{part: b"<w:document"})
    assert colours(path) == []
    with zipfile.ZipFile(path) as archive:
        assert "docProps/thumbnail.jpeg" in archive.namelist()
    known = [picture_at(path, path.name, place) for place in (-1, 0, 1, 2, 3)]
    assert known[0] is known[-1] is None
    assert set(known[1:-1]) == {picture("red"), picture("lime"), picture("blue")}


def test_the_figures_of_an_answer_are_those_of_the_cited_section(tmp_path: Path) -> None:
    def middle(made: Document) -> None:
        shown(made)
        made.add_paragraph("Figure 1: The upper mark", style="Caption")
        made.add_picture(BytesIO(picture(size=(16, 16))))

    kept = tmp_path / "originals" / f"{REVISION}.docx"
    kept.parent.mkdir()
    kept.write_bytes(book(tmp_path, middle).read_bytes())
    citation = replace(cited("kettle.docx"), page=None, anchor="filling", quote=QUOTE)
    (figure,) = figures_of([citation, citation], tmp_path)
    told = figure.to_json(ENGLISH)
    assert (told["caption"], told["width"], told["height"]) == ("Figure 1: The upper mark", 200, 120)
    assert str(told["url"]).startswith(f"/sources/{REVISION}/pictures/")
    drawn = figure.picture(kept)
    assert drawn is not None
    assert Image.open(BytesIO(drawn)).convert("RGB").getpixel((9, 9)) == LIME
