"""Chunks: nothing of a manual is lost or said twice, cuts fall where a reader would cut."""

import random

import pytest

from ingest.chunk import MAX_CHARACTERS, chunk, measure
from ingest.types import Element, Kind
from tests.documents import chunks_of, heading, manual, paragraph, table

WORDS = "the valve of a pump opens slowly when its spring is worn and closes at two bar".split()


def prose(words: int, seed: int = 0) -> str:
    picks = random.Random(seed)
    sentences = [" ".join(picks.choices(WORDS, k=9)).capitalize() + "." for _ in range(words // 9)]
    return " ".join(sentences)


def random_manual(seed: int) -> list[Element]:
    picks = random.Random(seed)
    elements: list[Element] = []
    for number in range(picks.randint(1, 25)):
        kind = picks.choice([*Kind])
        text = f"{number}: {prose(9 if kind is Kind.HEADING else picks.choice([9, 36, 300]), seed + number)}"
        if kind is Kind.TABLE:
            rows = [
                ("Code", "Meaning"),
                *((f"E{row:03}-{number}", prose(9, row)) for row in range(picks.randint(0, 60))),
            ]
            elements.append(table(*rows, page=number + 1))
        else:
            elements.append(Element(kind=kind, text=text, level=picks.randint(1, 4), page=number + 1))
    return elements


def words_of(text: str) -> list[str]:
    return text.replace("|", " ").split()


@pytest.mark.parametrize("seed", range(30))
def test_every_word_is_in_a_chunk_in_order_and_chunks_stay_small(seed: int) -> None:
    elements = random_manual(seed)
    chunks = chunks_of(*elements)
    prose_words = [word for element in elements if element.kind is not Kind.TABLE for word in words_of(element.text)]
    rows = [words_of(" ".join(row)) for element in elements for row in element.rows[1:]]
    found = iter(word for piece in chunks for word in words_of(piece.text))
    assert all(word in found for word in prose_words)  # a subsequence: the tables' words stand between
    texts = "\n".join(" ".join(words_of(line)) for piece in chunks for line in piece.text.splitlines())
    assert all(" ".join(row) in texts for row in rows)
    assert [piece.ordinal for piece in chunks] == list(range(len(chunks)))
    assert {piece.document_chunks for piece in chunks} == {len(chunks)}
    assert all(measure(piece.text) <= MAX_CHARACTERS + 160 for piece in chunks)
    assert [piece.page for piece in chunks] == sorted(piece.page or 0 for piece in chunks)


def test_the_same_document_gives_the_same_chunks_and_another_revision_others() -> None:
    elements = random_manual(7)
    first, again = chunks_of(*elements), chunks_of(*elements)
    assert first == again
    assert len({piece.id for piece in first}) == len(first)
    elsewhere = chunks_of(*elements, name="other.md")
    assert not {piece.id for piece in first} & {piece.id for piece in elsewhere}


def test_a_cut_table_keeps_its_header_in_every_piece() -> None:
    rows = [(f"E-{number:02}", f"Error number {number}", "Call the service") for number in range(80)]
    chunks = chunks_of(heading("Error codes"), table(("Code", "Meaning", "Remedy"), *rows))
    assert len(chunks) > 3
    assert all("Code | Meaning | Remedy" in piece.text for piece in chunks)
    assert all(sum(f"E-{number:02} |" in piece.text for piece in chunks) == 1 for number in range(80))


def test_a_cell_over_a_whole_row_is_read_once_and_equal_values_stay_in_their_columns() -> None:
    rows = (("Keys", "Keys", "Keys"), ("Select", "F1", "F1"), ("Quit", "Ctrl+Q", "Cmd+Q"), ("Zoom", "", ""))
    (piece,) = chunks_of(table(("Function", "Linux", "macOS"), *rows))
    assert piece.text == "Function | Linux | macOS\nKeys\nSelect | F1 | F1\nQuit | Ctrl+Q | Cmd+Q\nZoom |  | "


def test_a_warning_stays_with_its_step() -> None:
    filler = [Element(kind=Kind.STEP, text=prose(60, number)) for number in range(8)]
    warning = Element(kind=Kind.WARNING, text="Warning: the pipe is hot.")
    step = Element(kind=Kind.STEP, text="Open the drain valve.")
    for place in range(len(filler)):
        chunks = chunks_of(heading("Draining"), *filler[:place], warning, step, *filler[place:])
        home = next(piece for piece in chunks if warning.text in piece.text)
        assert step.text in home.text


def test_a_heading_stands_before_its_text_and_its_path_is_only_in_what_is_embedded() -> None:
    chunks = chunks_of(
        heading("Care"), heading("Cleaning", 2), paragraph(prose(120)), heading("Storing", 2), paragraph("Dry.")
    )
    storing = chunks[-1]
    assert storing.section == ("Care", "Storing")
    assert storing.text == "Storing\nDry."
    assert storing.embed_text == "Pump P1 > Care > Storing\nStoring\nDry."
    assert not any(piece.text.splitlines()[-1] in {"Care", "Cleaning", "Storing"} for piece in chunks)


def test_a_run_without_any_sentence_end_is_cut_all_the_same() -> None:
    blob = "A1" * 5000
    chunks = chunks_of(paragraph(blob))
    assert "".join(piece.text.replace(" ", "") for piece in chunks) == blob
    assert max(measure(piece.text) for piece in chunks) <= MAX_CHARACTERS


def test_chinese_counts_double() -> None:
    assert measure("阀门 open") == len("阀门 open") + 2
    chunks = chunks_of(paragraph("打开阀门。" * 400))
    assert "".join(piece.text.replace(" ", "") for piece in chunks) == "打开阀门。" * 400
    assert max(len(piece.text) for piece in chunks) <= MAX_CHARACTERS // 2


def test_pages_and_boxes_come_through() -> None:
    (piece,) = chunks_of(
        heading("Limits", page=3), paragraph("At most 2 bar.", page=3), paragraph("At least 1 bar.", page=4)
    )
    assert (piece.page, piece.pages) == (3, (3, 4))
    assert {box.page for box in piece.boxes} == {3, 4}


def test_a_document_without_text_has_no_chunks() -> None:
    assert chunk(manual()) == []
