"""What an assistant remembers of a conversation: nothing of what its reader may not open any more."""

from dataclasses import replace

import pytest

from retrieval.query import Turn
from serving.answer import Citation
from serving.conversations.kept import answer_to_json, unfinished_to_json
from serving.conversations.remembered import GONE, Remembered, places_of
from serving.conversations.store import Conversations
from serving.conversations.types import Message, MessageRole
from serving.database.engine import Database
from serving.memory import MOST_TURNS
from tests.unit.test_conversations import cited_answer

SECRET = "Press the hidden button for 10 seconds [1]."


def everything(_document: str, _revision: str) -> bool:
    return True


def message(place: int, role: MessageRole, text: str, answer: str = "") -> Message:
    return Message(
        id=str(place), conversation="c", place=place, role=role, text=text, answer=answer, created_at="2026-01-01"
    )


@pytest.fixture
def told(database: Database) -> tuple[Message, ...]:
    """As the store gives them out: a question, an answer that cites, a question, an answer of an unknown kind."""
    store = Conversations(database)
    conversation = store.begin("ann", "chat", "en")
    answer = replace(cited_answer(), answer=SECRET)
    store.add(conversation, "user", "We use the X200. How do I reset it?", owner="ann")
    store.add(conversation, "assistant", SECRET, answer_to_json(answer), owner="ann")
    store.add(conversation, "user", "And then?", owner="ann")
    store.add(conversation, "assistant", "The hidden button, as", owner="ann")
    return store.messages(conversation, "ann")


def test_all_is_remembered_while_its_manual_may_be_read_but_for_what_nobody_knows_the_manual_of(
    told: tuple[Message, ...],
) -> None:
    turns = Remembered(told).turns(everything)
    assert [turn.text for turn in turns] == ["We use the X200. How do I reset it?", SECRET, "And then?", GONE]
    assert [turn.role for turn in turns] == ["user", "assistant"] * 2


def test_an_answer_from_a_withdrawn_manual_is_forgotten_in_every_later_turn(told: tuple[Message, ...]) -> None:
    asked: list[tuple[str, str]] = []

    def nothing(document: str, revision: str) -> bool:
        asked.append((document, revision))
        return False

    turns = Remembered(told).turns(nothing)
    assert "hidden button" not in str(turns)
    assert turns[0] == Turn("user", "We use the X200. How do I reset it?"), "what the user said is the user's"
    assert len(asked) == len(set(asked)), "each place is looked up once"


def test_what_is_said_in_a_session_is_looked_up_anew_at_each_question() -> None:
    spoken = Remembered()
    spoken.add("How?", SECRET, places_of(cited_answer()))
    spoken.add("Thanks.", "You are welcome.", ())
    assert SECRET in str(spoken.turns(everything))
    after = spoken.turns(lambda _document, _revision: False)
    assert [turn.text for turn in after] == ["How?", GONE, "Thanks.", "You are welcome."]
    assert SECRET in str(spoken.turns(everything)), "and it is back when the manual is"


def test_one_withdrawn_manual_of_two_is_enough() -> None:
    (citation,) = cited_answer().citations[:1]
    other: Citation = replace(citation, number=2, document="other.pdf", revision="r9")
    spoken = Remembered()
    spoken.add("How?", SECRET, places_of(replace(cited_answer(), citations=(citation, other))))
    assert SECRET not in str(spoken.turns(lambda document, _revision: document != "other.pdf"))


def test_a_stopped_answer_is_remembered_while_all_that_it_was_made_of_may_be_read(database: Database) -> None:
    store = Conversations(database)
    conversation = store.begin("ann", "chat", "en")
    store.add(conversation, "user", "How?", owner="ann")
    store.add(conversation, "assistant", SECRET, unfinished_to_json([("a.pdf", "r1"), ("b.pdf", "r2")]), owner="ann")
    store.add(conversation, "user", "And then?", owner="ann")
    store.add(conversation, "assistant", "The database is away.", unfinished_to_json([]), owner="ann")
    spoken = Remembered(store.messages(conversation, "ann"))
    assert [turn.text for turn in spoken.turns(everything)] == ["How?", SECRET, "And then?", GONE]
    assert SECRET not in str(spoken.turns(lambda document, _revision: document != "b.pdf"))


def test_a_long_conversation_is_bounded() -> None:
    pairs = [
        message(place, "user" if place % 2 else "assistant", f"words {place}") for place in range(1, 3 * MOST_TURNS)
    ]
    turns = Remembered(pairs).turns(everything)
    assert len(turns) <= MOST_TURNS
    assert turns[-1].text == f"words {3 * MOST_TURNS - 1}"
