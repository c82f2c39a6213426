"""An answer as the page shows it: text that Markdown would misread, quotes in passages, lines on pages."""

from dataclasses import replace
from pathlib import Path

import pytest

from ingest.types import Audience, Box
from retrieval.passages import Passage
from serving.answer import Answer, AnswerSource, Citation
from ui.pages import Mark, PagePictures, quoted_lines
from ui.panel import shown_text, source_of, split_at_quote, with_tables
from ui.wording import CHINESE, ENGLISH

MANUAL = Path(__file__).parent.parent.parent / "data" / "samples" / "smart-home" / "en" / "t200-user-guide.pdf"

PASSAGE = Passage(
    document="a/guide.pdf",
    revision="00ff",
    title="Guide",
    section=("Guide", "Care"),
    page=4,
    pages=(4, 5),
    text="Hold the key.\nThe  lamp blinks\ntwice. Let go.",
    score=1.0,
    product="",
    language="en",
    audience=Audience.PUBLIC,
    boxes=(Box(page=4, left=10, top=20, right=90, bottom=30), Box(page=5, left=10, top=20, right=90, bottom=30)),
)
CITATION = Citation(
    number=1,
    document="a/guide.pdf",
    revision="00ff",
    title="Guide",
    section=("Guide", "Care"),
    page=4,
    anchor="",
    boxes=(),
    quote="The lamp blinks twice.",
    passage=PASSAGE,
)


def answered(text: str, source: AnswerSource) -> Answer:
    return Answer(question="?", answer=text, refused=False, source=source)


@pytest.mark.parametrize("source", AnswerSource)
def test_no_answer_shows_a_picture_from_elsewhere(source: AnswerSource) -> None:
    assert "![" not in shown_text(answered("See ![x](https://evil.example/p.png) [1]", source))


def test_a_sentence_that_no_manual_supports_says_so_in_the_reader_s_language() -> None:
    answer = replace(answered("It floats [?].", AnswerSource.MODEL), unsupported=("It floats.",))
    assert shown_text(answer) == "It floats *(not found in the manuals)*."
    assert shown_text(answer, CHINESE) == "It floats *(手册中未找到依据)*."
    assert shown_text(answered("Is it on [?]", AnswerSource.MODEL)) == "Is it on [?]"


def test_a_quote_is_found_across_line_breaks() -> None:
    before, quote, after = split_at_quote(PASSAGE.text, CITATION.quote)
    assert (before, quote, after) == ("Hold the key.\n", "The  lamp blinks\ntwice.", " Let go.")
    assert split_at_quote("Other text", "not in it") == ("Other text", "", "")


def test_keys_in_angle_brackets_stay_visible() -> None:
    assert shown_text(answered("Press <Enter> [1]", AnswerSource.MODEL)) == "Press \\<Enter> [1]"
    assert shown_text(answered("below < 5 V [1]", AnswerSource.QUOTES)) == "below < 5 V [1]"


def test_a_manuals_own_words_are_no_markdown() -> None:
    assert shown_text(answered("Dial *21# and __init__ [1]", AnswerSource.QUOTES)) == "Dial \\*21# and \\__init_\\_ [1]"
    assert shown_text(answered("# Note\nfile_name", AnswerSource.QUOTES)) == "\\# Note\nfile_name"
    assert shown_text(answered("**Bold** [1]", AnswerSource.MODEL)) == "**Bold** [1]"


def test_quoted_rows_become_a_table() -> None:
    shown = with_tables("Codes:\nCode | Meaning [1]\nE-20 | Relay welded [2]\nEnd.")
    assert "| Code | Meaning [1] |\n| --- | --- |\n| E-20 | Relay welded [2] |" in shown
    assert shown.startswith("Codes:\n")
    assert with_tables("a | b") == "a | b"


def test_each_repeated_header_begins_a_table_of_its_own() -> None:
    shown = with_tables("Code | Meaning [1]\nE-20 | Welded [2]\nCode | Meaning [3]\nE-07 | Empty [4]")
    assert shown.count("| --- | --- |") == 2


def test_the_panel_leafs_within_the_document() -> None:
    source = source_of(CITATION, ENGLISH, document_pages=5)
    assert [picture["page"] for picture in source["pictures"]] == [1, 2, 3, 4, 5]
    assert source["pictures"][source["cited"]]["page"] == 4
    assert "marks=10.0,20.0,90.0,30.0" in source["pictures"][3]["url"]
    assert source["original"] == "/sources/00ff/original/a/guide.pdf#page=4"
    assert source["section"] == ["Care"]


def test_formats_without_pages_link_to_their_anchor() -> None:
    citation = replace(CITATION, document="中 文/a.html", page=None, anchor="care", passage=replace(PASSAGE, page=None))
    source = source_of(citation, CHINESE)
    assert source["pictures"] == []
    assert source["original"].endswith("/original/%E4%B8%AD%20%E6%96%87/a.html#care")
    assert source["open"] == CHINESE.open_original
    office = source_of(replace(citation, document="a.docx"), ENGLISH)
    assert office["open"] == ENGLISH.download_original


@pytest.mark.skipif(not MANUAL.exists(), reason="the sample manuals are not here")
def test_only_the_lines_of_the_quote_are_marked_on_the_page() -> None:
    import pypdfium2

    with pypdfium2.PdfDocument(MANUAL) as document:
        sheet = document[5]
        text, height = sheet.get_textpage(), sheet.get_height()
        boxes = [text.get_rect(number) for number in range(text.count_rects())]
    lines = tuple(Mark(left, height - top, right, height - bottom) for left, bottom, right, top in boxes)
    kept = quoted_lines(MANUAL, 6, lines, "No bare copper may stick out of the terminal.")
    assert 1 <= len(kept) < len(lines) / 4
    assert max(mark.bottom for mark in kept) - min(mark.top for mark in kept) < 20  # One line of text.
    assert quoted_lines(MANUAL, 6, lines, "words that stand nowhere 123456") == lines


@pytest.mark.skipif(not MANUAL.exists(), reason="the sample manuals are not here")
def test_marks_colour_the_page_and_nothing_else() -> None:
    from io import BytesIO

    from PIL import Image

    pictures = PagePictures(keep=1)
    plain = pictures.draw(MANUAL, 1)
    marked = pictures.draw(MANUAL, 1, (Mark(0, 0, 60, 60),))
    assert plain is not None
    assert marked is not None
    before, after = Image.open(BytesIO(plain)), Image.open(BytesIO(marked))
    assert before.size == after.size
    assert before.getpixel((5, 5)) != after.getpixel((5, 5))
    corner = (before.size[0] - 5, before.size[1] - 5)
    assert before.getpixel(corner) == after.getpixel(corner)
    assert pictures.draw(MANUAL, 10_000) is None
