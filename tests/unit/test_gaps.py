"""Gaps: what is asked in other words comes together, what differs in a number, a reader or a product does not; asked
again after a publish, those that are answered close, and open again when they are refused again."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.index.contract import EVERYTHING, Scope
from ingest.types import Audience
from retrieval.query import Turn
from serving.answer import Answer, AnswerSource
from serving.conversations.store import Conversations
from serving.database.engine import Database
from serving.gaps.notes import Notes
from serving.gaps.store import Gaps
from serving.gaps.types import Cause, GapState, GapUnknown
from tests.kept_answers import PUBLIC, Kept
from tests.manual_index import Manual

LAMP = Manual(
    "lamp/en/guide.md", "Lamp L1", "lamp", sections=(("Care", "Turn the lamp off before the bulb is changed."),)
)
KETTLE = Manual(
    "kettle/en/guide.md",
    "Kettle K1",
    "kettle",
    sections=(("Reset", "Hold the button of the kettle for 10 seconds to reset it."),),
)
ASKED = "How do I descale the kettle?"
AGAIN = "the kettle: how do I descale?"


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    kept = Kept(tmp_path)
    kept.publish(LAMP)
    return kept


@pytest.fixture
def notes(kept: Kept, tmp_path: Path) -> Iterator[Notes]:
    database = Database(tmp_path)
    notes = Notes(
        lambda: database,
        lambda: kept.index,
        lambda: kept.retriever,
        lambda: kept.answers,
    )
    yield notes
    notes.close()
    database.close()


def noted(gaps: Gaps, question: str, cause: str = "refused", **more: object) -> None:
    gaps.note(question, cause, **more)  # type: ignore[arg-type]
    assert gaps.settle()


def test_what_is_asked_in_other_words_is_one_gap(notes: Notes) -> None:
    noted(notes.gaps, ASKED)
    noted(notes.gaps, AGAIN, comment="The limescale is thick.")
    noted(notes.gaps, ASKED.upper() + "!!", "escalated")
    (gap,) = notes.gaps.all()
    assert (gap.title, gap.refused, gap.escalated, gap.count) == (ASKED, 2, 1, 3)
    assert [asked.comment for asked in notes.gaps.questions(gap.id)] == ["", "The limescale is thick.", ""]


@pytest.mark.parametrize(
    ("other", "more"),
    [
        (ASKED, {"audience": "public"}),
        (ASKED, {"products": ("kettle",)}),
        (ASKED, {"product": "lamp"}),
        ("How do I not descale the kettle?", {}),
        ("What does E47 of the kettle mean?", {}),
        ("怎么给水壶除垢？", {}),
    ],
)
def test_other_readers_products_and_words_are_another_gap(notes: Notes, other: str, more: dict[str, object]) -> None:
    noted(notes.gaps, ASKED)
    noted(notes.gaps, other, **more)  # type: ignore[arg-type]
    assert sorted(gap.count for gap in notes.gaps.all()) == [1, 1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What does error E47 mean?", "What does error E48 mean?"),
        ("May I run it at 10 degrees?", "May I run it at 20 degrees?"),
        ("How do I turn the lamp on?", "How do I turn the lamp off?"),
    ],
)
def test_another_number_or_code_is_another_gap(notes: Notes, one: str, other: str) -> None:
    noted(notes.gaps, one)
    noted(notes.gaps, other)
    assert len(notes.gaps.all()) == 2


def test_it_names_the_nearest_section_and_the_product(notes: Notes) -> None:
    noted(notes.gaps, "Which bulb fits the lamp?")
    (gap,) = notes.gaps.all()
    assert gap.nearest_document == LAMP.document
    assert "Care" in gap.nearest_section


def test_a_refused_one_closes_when_a_manual_answers_it_and_opens_when_it_is_refused_again(
    kept: Kept, notes: Notes
) -> None:
    kept.assistant.answer = refused()
    noted(notes.gaps, ASKED)
    assert not notes.replay().closed
    kept.publish(LAMP, KETTLE)
    done = notes.replay()
    (gap,) = notes.gaps.all()
    assert done.closed == (gap.id,)
    assert gap.state is GapState.CLOSED
    assert gap.answered_by.startswith((KETTLE.document, LAMP.document))
    assert gap.note == "model"
    assert notes.replay().asked == 0
    kept.assistant.answer = refused()
    noted(notes.gaps, AGAIN)
    assert notes.gaps.get(gap.id).state is GapState.OPEN
    assert [change.state for change in notes.gaps.changes(gap.id)] == ["open", "closed", "open"]


def test_it_is_asked_as_those_who_asked_could_read(kept: Kept, notes: Notes) -> None:
    noted(notes.gaps, "How do I reset the kettle?", audience="public", products=("lamp",))
    kept.publish(replace(LAMP, audience=Audience.INTERNAL), KETTLE)
    assert not notes.replay().closed


def test_a_disliked_answer_closes_only_when_something_new_answers(kept: Kept, notes: Notes) -> None:
    noted(notes.gaps, "When is the bulb of the lamp changed?", "disliked", comment="Not what I meant.")
    (gap,) = notes.gaps.all()
    assert not notes.replay(only=(gap.id,)).closed
    kept.publish(replace(LAMP, sections=(("Care", "Change the bulb of the lamp when it is cold."),)))
    assert notes.replay().closed == (gap.id,)


def test_who_is_erased_takes_their_words_along_and_not_what_editors_decided(notes: Notes, tmp_path: Path) -> None:
    conversations = Conversations(Database(tmp_path))
    ann, bob = (conversations.begin(owner, "chat", "en") for owner in ("ann", "bob"))
    noted(notes.gaps, ASKED, conversation=ann)
    noted(notes.gaps, AGAIN, conversation=bob)
    (gap,) = notes.gaps.all()
    notes.gaps.set_state(gap.id, GapState.DISMISSED, by="Ed", note="No kettle of ours.")
    conversations.erase("ann")
    (left,) = notes.gaps.all()
    assert (left.id, left.title, left.count) == (gap.id, AGAIN, 1)
    assert (left.state, left.note) == (GapState.DISMISSED, "No kettle of ours.")
    assert [change.state for change in notes.gaps.changes(gap.id)] == [GapState.OPEN, GapState.DISMISSED]
    noted(notes.gaps, ASKED)
    (again,) = notes.gaps.all()
    assert (again.id, again.count, again.state) == (gap.id, 2, GapState.DISMISSED), "it still means the same"
    conversations.erase("bob")
    assert [known.title for known in notes.gaps.all()] == [ASKED]


def test_a_dismissed_one_stays_so_and_is_not_asked(notes: Notes) -> None:
    noted(notes.gaps, ASKED)
    (gap,) = notes.gaps.all()
    notes.gaps.set_state(gap.id, GapState.DISMISSED, by="Ann", note="No kettle of ours.")
    noted(notes.gaps, AGAIN)
    found = notes.gaps.get(gap.id)
    assert (found.state, found.count) == (GapState.DISMISSED, 2)
    assert notes.replay().asked == 0
    assert notes.gaps.changes(gap.id)[-1].by == "Ann"
    with pytest.raises(GapUnknown):
        notes.gaps.set_state(99, GapState.OPEN, by="Ann")


def test_time_that_runs_out_leaves_the_rest_for_later(kept: Kept, notes: Notes) -> None:
    for question in ("How heavy is it?", "Where is it made?", "Who repairs it?"):
        noted(notes.gaps, question)
    kept.publish(LAMP, KETTLE)
    kept.assistant.answer = refused()
    assert notes.replay(seconds=-1.0).left == 3
    assert notes.replay().left == 0


def test_questions_wait_until_they_are_understood(kept: Kept, tmp_path: Path) -> None:
    database = Database(tmp_path)
    early = Gaps(database)
    early.note(ASKED, "refused")
    assert early.settle()
    assert (early.waiting(), early.all()) == (1, [])
    late = Gaps(database, lambda: kept.retriever)
    assert late.group() == 1
    assert late.waiting() == 0
    assert len(late.all()) == 1


def test_an_answer_is_counted_and_a_refusal_is_a_gap(notes: Notes) -> None:
    notes.answered(refused(), channel="api", scope=PUBLIC)
    notes.answered(replace(refused(), refused=False), channel="chat", scope=EVERYTHING)
    assert notes.settle()
    assert [(gap.audience, gap.refused) for gap in notes.gaps.all()] == [(Audience.PUBLIC, 1)]
    assert notes.usage.figures(7).total("questions") == 2


def test_a_refused_follow_up_is_noted_with_what_it_leans_on(kept: Kept, notes: Notes) -> None:
    turns = (Turn("user", "How do I descale the kettle?"),)
    found = kept.retriever.retrieve("And how long does it take?", scope=EVERYTHING, turns=turns)
    answer = replace(refused(), question="And how long does it take?", trace=found.trace)
    notes.answered(answer, channel="chat", scope=EVERYTHING)
    assert notes.settle()
    (gap,) = notes.gaps.all()
    assert "kettle" in gap.title


def test_a_database_that_is_not_there_holds_nobody_up(kept: Kept) -> None:
    notes = Notes(lambda: Database(Path("/dev/null/nowhere")), lambda: kept.index)
    notes.answered(refused(), channel="api", scope=Scope(audience=Audience.PUBLIC))
    notes.gap(ASKED, Cause.DISLIKED, scope=EVERYTHING)
    notes.close()


def refused() -> Answer:
    return Answer(question=ASKED, answer="The manuals do not tell.", refused=True, source=AnswerSource.QUOTES)
