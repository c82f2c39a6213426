"""What became of a curated answer's quotes: they stand, moved, changed or are gone, and every change of an answer is
kept with who made it."""

from dataclasses import replace
from pathlib import Path

import pytest

from ingest.errors import IndexUnusable
from ingest.index.contract import Index
from ingest.index.edge import EdgeStore
from ingest.recorded import Place
from retrieval.aliases import Aliases
from serving.stored.book import CuratedBook
from serving.stored.curation import Curation
from serving.stored.editing import Quoted, Wanted
from serving.stored.reviewing import Fate, Standing, compared, standing_of
from serving.stored.types import CuratedAnswer, State
from tests.kept_answers import Kept
from tests.manual_index import Manual
from ui.reviews import tell_of_reviews

CARE = "Let the lamp cool for 5 minutes before the bulb is changed."
LAMP = Manual("lamp/guide.md", "Lamp L1", "lamp", sections=(("Safety", "Keep it dry."), ("Care", CARE)))


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    kept = Kept(tmp_path)
    kept.publish(LAMP)
    return kept


@pytest.fixture
def answer(kept: Kept) -> CuratedAnswer:
    return curation(kept).add(
        Wanted(
            questions=("How long does the lamp cool?",), answer="5 minutes [1]", quotes=(Quoted(LAMP.document, CARE),)
        ),
        by="Ann",
    )


def curation(kept: Kept) -> Curation:
    return Curation(kept.book, kept.store, Aliases(kept.folder / "aliases"))


def standing(index: Index, answer: CuratedAnswer) -> Standing:
    (found,) = standing_of(index, answer.citations)
    return found


def with_care(text: str, heading: str = "Care") -> Manual:
    return replace(LAMP, sections=(LAMP.sections[0], (heading, text)))


def test_a_quote_whose_manual_is_as_it_was_stands(kept: Kept, answer: CuratedAnswer) -> None:
    found = standing(kept.index, answer)
    assert (found.fate, found.chunk and found.chunk.section) == (Fate.STANDS, ("Care",))
    kept.publish(replace(LAMP, sections=(("New", "Something before."), *LAMP.sections)))
    assert standing(kept.index, answer).fate is Fate.STANDS


def test_words_under_another_heading_moved(kept: Kept, answer: CuratedAnswer) -> None:
    kept.publish(with_care(CARE, "Changing the bulb"))
    found = standing(kept.index, answer)
    assert (found.fate, found.chunk and found.chunk.section) == (Fate.MOVED, ("Changing the bulb",))


def test_changed_words_are_found_and_compared(kept: Kept, answer: CuratedAnswer) -> None:
    kept.publish(with_care("It is bright. Let the lamp cool for 20 minutes before the bulb is changed. Then go on."))
    found = standing(kept.index, answer)
    assert found.fate is Fate.CHANGED
    assert found.now == "Let the lamp cool for 20 minutes before the bulb is changed."
    assert [(piece.what, piece.text.strip()) for piece in found.pieces if piece.what != "same"] == [
        ("removed", "5"),
        ("added", "20"),
    ]


def test_what_nothing_resembles_is_gone_and_so_is_a_removed_manual(kept: Kept, answer: CuratedAnswer) -> None:
    kept.publish(with_care("Wipe it with a cloth."))
    assert standing(kept.index, answer).fate is Fate.GONE
    kept.publish(Manual("kettle/guide.md", "Kettle"))
    assert standing(kept.index, answer).fate is Fate.GONE


@pytest.mark.parametrize(
    ("before", "after"),
    [("按住按钮5秒。", "按住按钮10秒，再松开。"), ("a b  c", "a c"), ("", "new"), ("old", ""), ("same", "same")],
)
def test_both_texts_can_be_read_off_a_comparison(before: str, after: str) -> None:
    pieces = list(compared(before, after))
    assert "".join(piece.text for piece in pieces if piece.what != "added") == " ".join(before.split())
    assert "".join(piece.text for piece in pieces if piece.what != "removed") == " ".join(after.split())


def test_the_history_tells_who_did_what_and_outlives_the_answer(kept: Kept, answer: CuratedAnswer) -> None:
    number = answer.number
    kept.publish(with_care("Let it cool."))
    curation(kept).swept()
    curation(kept).edit(number, by="Bo", quotes=(Quoted(LAMP.document, "Let it cool."),))
    curation(kept).approve(number, by="Cy")
    curation(kept).remove(number, by="Di")
    history = kept.book.history(number)
    assert [(change.what, change.by) for change in history] == [
        ("added", "Ann"),
        ("needs review", ""),
        ("changed", "Bo"),
        ("approved", "Cy"),
        ("removed", "Di"),
    ]
    assert history[1].answer.state is State.NEEDS_REVIEW
    assert CuratedBook(kept.folder).history(99) == ()


class Remembering(EdgeStore):
    """Knows what it opened."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.opened: list[Index] = []

    def open(self) -> Index:
        self.opened.append(super().open())
        return self.opened[-1]


def test_after_a_publish_what_lost_its_passage_is_told_and_nothing_stays_open(
    kept: Kept, answer: CuratedAnswer, capsys: pytest.CaptureFixture[str]
) -> None:
    kept.publish(with_care("Let it cool."))
    store = Remembering(kept.folder / "index")
    tell_of_reviews(Place(store, kept.words.name, kept.folder, kept.folder))
    assert f"curated answer {answer.number} needs review" in capsys.readouterr().err
    (index,) = store.opened
    with pytest.raises(IndexUnusable):
        index.info()
