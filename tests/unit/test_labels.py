"""Labels of tickets: suggested is the one whose words stand in question, answer and manual; drafts serve nobody."""

from pathlib import Path

import pytest

from ingest.errors import SettingError
from serving.answer import Answer, AnswerSource
from serving.database.engine import AlreadyThere, Database
from serving.gaps.drafts import draft
from serving.gaps.labels import Label, LabelKind, Labels, suggest
from serving.gaps.types import GapUnknown
from serving.stored.book import CuratedBook
from serving.stored.normalise import normal_form
from serving.stored.types import CuratedUnusable, State
from tests.kept_answers import PUBLIC, Kept
from tests.manual_index import Manual

KNOWN = (
    Label(kind=LabelKind.PRODUCT_LINE, name="Kitchen", words=("kettle", "水壶")),
    Label(kind=LabelKind.PRODUCT_LINE, name="Lighting", words=("lamp", "bulb")),
    Label(kind=LabelKind.CATEGORY, name="Batteries", words=("battery", "电池")),
    Label(kind=LabelKind.CATEGORY, name="Reset", words=("factory settings",)),
)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which batteries does the lamp need?", ("Lighting", "Batteries")),
        ("水壶的电池怎么换？", ("Kitchen", "Batteries")),
        ("How do I set the kettle to its factory settings?", ("Kitchen", "Reset")),
        ("Where is my parcel?", ("", "")),
        ("Is it a lampshade?", ("", "")),
    ],
)
def test_words_speak_for_a_label(question: str, expected: tuple[str, str]) -> None:
    assert suggest(KNOWN, question) == expected


def test_the_cited_manual_speaks_too_and_a_refusal_says_nothing(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.publish(Manual("a/guide.md", "Lamp L1", "lamp", sections=(("Reset", "Hold the key for 5 seconds."),)))
    answer = kept.assistant.ask("How long do I hold the key?", scope=PUBLIC)
    assert suggest(KNOWN, answer.question, answer)[0] == "Lighting"
    refused = Answer(question="?", answer="Ask for a kettle.", refused=True, source=AnswerSource.QUOTES)
    assert suggest(KNOWN, "What?", refused) == ("", "")


def test_labels_are_kept_changed_and_deleted(tmp_path: Path) -> None:
    labels = Labels(Database(tmp_path))
    labels.add(LabelKind.CATEGORY, "  Power  supply ", ["plug", "", "plug"])
    (label,) = labels.all()
    assert (label.name, label.words) == ("Power supply", ("plug",))
    with pytest.raises(AlreadyThere):
        labels.add(LabelKind.CATEGORY, "Power supply", [])
    labels.add(LabelKind.PRODUCT_LINE, "Power supply", [])
    labels.change(label.id, "Power", ["socket"])
    assert [each.name for each in labels.all()] == ["Power supply", "Power"]
    labels.remove(label.id)
    assert len(labels.all()) == 1
    with pytest.raises(GapUnknown):
        labels.remove(99)
    with pytest.raises(GapUnknown):
        labels.change(99, "x", [])
    for name in (" ", "x" * 101):
        with pytest.raises(SettingError):
            labels.add(LabelKind.CATEGORY, name, [])


def test_a_draft_keeps_its_note_and_is_served_to_nobody(tmp_path: Path) -> None:
    book = CuratedBook(tmp_path)
    made = draft(book, " How hot? ", "90 degrees. [3]", "public", "kettle", by="Ann", note="The model said 80.")
    assert (made.number, made.state, made.reason, made.changed_by) == (1, State.DRAFT, "The model said 80.", "Ann")
    assert made.answer == "90 degrees."
    assert book.approved(normal_form("How hot?")) == ()
    assert [(change.what, change.by) for change in book.history(1)] == [("added", "Ann")]
    with pytest.raises(CuratedUnusable):
        draft(book, "How hot?", " ")
