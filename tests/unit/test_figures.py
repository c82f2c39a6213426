"""Figures of cited pages: pictures that are neither tiny nor the page itself, with their captions."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from ingest.originals import original_path
from serving.answer import Citation
from serving.conversations.kept import answer_to_json
from serving.conversations.types import Message
from tests.passages import RESET
from tests.unit.test_conversations import cited_answer
from ui.chat.figures import figures_of, joined
from ui.page_look import page_look
from ui.pages import Mark, PagePictures
from ui.widget.shown import messages_shown
from ui.wording import ENGLISH

REVISION = "0123456789abcdef"


def drawn(path: Path, *places: tuple[float, float, float, float]) -> None:
    """A page of 600 x 800 points with a picture at each place (left, bottom, width, height)."""
    document = pypdfium2.PdfDocument.new()
    page = document.new_page(600, 800)
    for left, bottom, width, height in places:
        bitmap = pypdfium2.PdfBitmap.from_pil(Image.new("RGB", (40, 40), "teal"))
        picture = pypdfium2.PdfImage.new(document)
        picture.set_bitmap(bitmap)
        picture.set_matrix(pypdfium2.PdfMatrix().scale(width, height).translate(left, bottom))
        page.insert_obj(picture)
    page.gen_content()
    path.parent.mkdir(parents=True, exist_ok=True)
    document.save(path)
    document.close()


def cited(document: str) -> Citation:
    return Citation(
        number=2,
        document=document,
        revision=REVISION,
        title="Hub",
        section=(),
        page=1,
        anchor="",
        boxes=(),
        quote="",
        passage=RESET,
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def kept(home: Path, *places: tuple[float, float, float, float]) -> Path:
    """The original, where originals are kept."""
    path = home / "originals" / f"{REVISION}.pdf"
    drawn(path, *places)
    assert original_path(home, REVISION, "hub.pdf") == path
    return path


def test_signs_and_whole_pages_are_no_figures(home: Path) -> None:
    path = kept(home, (0, 0, 600, 800), (20, 20, 20, 20), (100, 300, 200, 150))
    (figure,) = figures_of([cited("hub.pdf")], home)
    assert figure.where == Mark(100.0, 350.0, 300.0, 500.0)
    shown = figure.to_json(ENGLISH)
    assert shown["caption"] == "Page 1"
    assert (shown["width"], shown["height"]) == (200, 150)
    whole = page_look(path, 1)
    assert whole is not None
    assert len(whole.pictures) == 3


def test_a_figure_is_a_part_of_its_page(home: Path) -> None:
    path = kept(home, (100, 300, 200, 150))
    (figure,) = figures_of([cited("hub.pdf")], home)
    assert isinstance(figure.where, Mark)
    pictures = PagePictures()
    part, whole = pictures.draw(path, 1, (), figure.where), pictures.draw(path, 1)
    assert part is not None
    assert whole is not None
    assert part[:8] == whole[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(part) < len(whole)


def test_a_part_is_never_larger_than_its_page_and_nothing_is_no_part(home: Path) -> None:
    path = kept(home, (100, 300, 200, 150))
    pictures = PagePictures()
    huge = pictures.draw(path, 1, (), Mark(0, 0, 19999, 19999))
    assert huge is not None
    with Image.open(BytesIO(huge)) as shown, Image.open(BytesIO(pictures.draw(path, 1) or b"")) as whole:
        assert shown.size == whole.size
    for nothing in (Mark(5, 5, 5, 5), Mark(700, 900, 800, 1000)):
        assert pictures.draw(path, 1, (), nothing) is None


def test_strips_of_one_drawing_are_one_figure() -> None:
    strips = [Mark(0, 0, 100, 20), Mark(0, 41, 100, 60), Mark(0, 21, 100, 40), Mark(300, 0, 400, 100)]
    assert sorted((part.left, part.bottom) for part in joined(strips)) == [(0, 60), (300, 100)]


def test_what_is_not_kept_or_no_pdf_has_none(home: Path) -> None:
    assert figures_of([cited("gone.pdf"), cited("page.html")], home) == ()


def test_a_conversation_that_is_read_again_has_figures_with_its_last_answer_alone(home: Path) -> None:
    kept(home, (100, 350, 300, 500))
    answer = replace(cited_answer(), citations=(cited("hub.pdf"),))
    said = Message(
        id="1", conversation="c", place=1, role="assistant", text="", answer=answer_to_json(answer), created_at=""
    )
    later = replace(said, id="2", place=2)
    question = replace(said, id="3", place=3, role="user", answer="")
    shown = messages_shown((said, later, question), lambda *_: "/original", home)
    assert [len(each.get("figures", ())) for each in shown] == [0, 1, 0]  # type: ignore[arg-type]
