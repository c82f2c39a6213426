"""Pictures in a manual's own file: those of the cited section, as PNG of ours; nothing from elsewhere, and no SVG."""

import base64
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from ingest.readers.inner_pictures import picture_at, pictures_beside
from tests.unit.test_figures import REVISION, cited
from ui.chat.figures import figures_of
from ui.inner_pictures import inner_picture, inner_size
from ui.wording import ENGLISH

QUOTE = "Lift the lid, then pour the water in up to the upper mark."
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="200"><script>alert(1)</script></svg>'


def picture(colour: str = "teal", *, size: tuple[int, int] = (200, 120), form: str = "PNG") -> bytes:
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, form)
    return out.getvalue()


def inline(content: bytes, kind: str = "png", alt: str = "") -> str:
    return f'<img alt="{alt}" src="data:image/{kind};base64,{base64.b64encode(content).decode()}">'


def page(*middle: str) -> str:
    return (
        f"<html><body><h1>Kettle</h1><p>About the kettle.</p>{inline(picture('red'))}"
        f"<h2 id='fill'>Filling</h2><p>{QUOTE}</p>{''.join(middle)}"
        f"<h2>Cleaning</h2><p>Use vinegar.</p>{inline(picture('blue'))}</body></html>"
    )


def web(folder: Path, *middle: str) -> Path:
    path = folder / "guide.html"
    path.write_text(page(*middle), encoding="utf-8")
    return path


def book(folder: Path, *middle: str) -> Path:
    path = folder / "guide.epub"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("META-INF/container.xml", '<container><rootfile full-path="OEBPS/book.opf"/></container>')
        archive.writestr("OEBPS/book.opf", "<package/>")
        archive.writestr("OEBPS/text/fill.xhtml", page(*middle))
        archive.writestr("OEBPS/pictures/mark.png", picture("green"))
        archive.writestr("OEBPS/pictures/other.jpg", picture("black", form="JPEG"))
        archive.writestr("OEBPS/pictures/drawn.svg", SVG)
    return path


def colours(path: Path) -> list[tuple[int, ...]]:
    found = []
    for each in pictures_beside(path, path.name, QUOTE, "text/fill.xhtml#fill" if path.suffix == ".epub" else "fill"):
        content = picture_at(path, path.name, each.place)
        assert content is not None
        shown = inner_picture(content)
        assert shown is not None
        found.append(Image.open(BytesIO(shown)).convert("RGB").getpixel((9, 9)))
    return found  # type: ignore[return-value]


def test_the_pictures_of_the_quotes_section_are_found_nearest_first(tmp_path: Path) -> None:
    path = web(tmp_path, inline(picture("lime")), "<p>And close it again.</p>", inline(picture("yellow")))
    assert colours(path) == [(0, 255, 0), (255, 255, 0)]
    assert colours(web(tmp_path)) == []
    assert pictures_beside(path, path.name, "Nothing of this is said anywhere in it.", "fill") == ()


def test_a_step_is_found_though_the_list_counts_by_itself(tmp_path: Path) -> None:
    path = web(tmp_path, f"<ol><li>Open the lid.</li><li>Wait.</li></ol>{inline(picture('lime'))}")
    (found,) = pictures_beside(path, path.name, "1. Open the lid.\n2. Wait.", "fill")
    assert found.place == 1


@pytest.mark.parametrize(
    "frame",
    [
        "<figure>{}<figcaption>The upper mark</figcaption></figure>",
        "<div class='figure'>{}<p class='caption'>The upper mark</p></div>",
        "<div class='imageblock'><div class='content'>{}</div><div class='title'>The upper mark</div></div>",
    ],
)
def test_a_picture_of_a_book_is_found_under_the_chapters_own_address_of_it(tmp_path: Path, frame: str) -> None:
    path = book(tmp_path, frame.format('<img alt="mark" src="../pictures/mark.png">'))
    (found,) = pictures_beside(path, path.name, QUOTE, "text/fill.xhtml#fill")
    assert found.caption == "The upper mark"
    assert colours(path) == [(0, 128, 0)]


@pytest.mark.parametrize(
    "source",
    [
        "https://elsewhere.example/track.png",
        "//elsewhere.example/track.png",
        "file:///etc/secret.png",
        "/etc/secret.png",
        "../../../secret.png",
        "secret.png",
        "../pictures/drawn.svg",
        "javascript:alert(1)",
        "http://[nowhere",
    ],
)
def test_nothing_that_is_not_in_the_file_is_a_picture(tmp_path: Path, source: str) -> None:
    (tmp_path / "secret.png").write_bytes(picture())
    for path in (book(tmp_path, f'<img src="{source}">'), web(tmp_path, f'<img src="{source}">')):
        assert colours(path) == []


def test_what_comments_stand_between_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "guide.html"
    said = QUOTE.replace("then", "<!-- so --><b>then<?so?></b><!-- -->")
    path.write_text(f"<h1>Kettle</h1><p><!-- first -->{said}</p>{inline(picture('lime'))}", encoding="utf-8")
    assert colours(path) == [(0, 255, 0)]


def test_a_damaged_picture_of_a_book_is_none(tmp_path: Path) -> None:
    path = book(tmp_path, '<img src="../pictures/mark.png">')
    with zipfile.ZipFile(path) as archive:
        begins = archive.getinfo("OEBPS/pictures/mark.png").header_offset + 60
    content = path.read_bytes()
    path.write_bytes(content[:begins] + bytes(8) + content[begins + 8 :])
    (found,) = pictures_beside(path, path.name, QUOTE, "text/fill.xhtml")
    assert picture_at(path, path.name, found.place) is None


def test_what_claims_to_be_a_picture_and_is_none_is_not_shown(tmp_path: Path) -> None:
    bomb = picture(size=(8_000, 6_000))
    for content in (SVG, b"", b"\x89PNG\r\n\x1a\n" + bytes(50), bomb, b"<script>alert(1)</script>"):
        assert inner_picture(content) is None
        assert inner_size(content) is None or content.startswith(b"\x89PNG")
    path = web(tmp_path, inline(SVG, "svg+xml"), inline(SVG))
    (found,) = pictures_beside(path, path.name, QUOTE, "fill")
    assert inner_picture(picture_at(path, path.name, found.place) or b"") is None


def test_a_large_or_deep_picture_is_made_smaller_and_places_outside_are_empty(tmp_path: Path) -> None:
    shown = inner_picture(picture(size=(4000, 1000), form="JPEG"))
    assert shown is not None
    assert Image.open(BytesIO(shown)).size == (1600, 400)
    grey = BytesIO()
    Image.new("I;16", (100, 100), 20_000).save(grey, "PNG")
    assert Image.open(BytesIO(inner_picture(grey.getvalue()) or b"")).getpixel((9, 9)) == (78, 78, 78)
    path = web(tmp_path)
    assert [picture_at(path, path.name, place) is None for place in (-1, 0, 1, 2)] == [True, False, False, True]


def test_the_figures_of_an_answer_are_those_of_the_cited_section(tmp_path: Path) -> None:
    kept = tmp_path / "originals" / f"{REVISION}.html"
    kept.parent.mkdir()
    kept.write_text(page(inline(picture("lime"), alt="The upper mark"), inline(picture(size=(16, 16)))))
    citation = replace(cited("kettle.html"), page=None, anchor="fill", quote=QUOTE)
    (figure,) = figures_of([citation, citation], tmp_path)
    shown = figure.to_json(ENGLISH)
    assert shown["url"] == f"/sources/{REVISION}/pictures/1/kettle.html"
    assert (shown["caption"], shown["width"], shown["height"]) == ("The upper mark", 200, 120)
    drawn = figure.picture(kept)
    assert drawn is not None
    assert Image.open(BytesIO(drawn)).size == (200, 120)
