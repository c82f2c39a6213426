"""Stored conversations: whose they are, what they keep of an answer, and that nothing is left of what is erased."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Engine, LargeBinary, Table, event, func, insert, select, update

from ingest.errors import IndexUnusable
from ingest.index.contract import EVERYTHING, Scope
from ingest.types import Audience, Box
from serving.answer import Answer, AnswerSource, CheckPolicy, Citation, Clarify
from serving.conversations.export import exported_json, exported_markdown
from serving.conversations.kept import answer_from_json, answer_to_json
from serving.conversations.readable import Readable, searchable
from serving.conversations.retention import expire_daily
from serving.conversations.store import EXPIRED_AT_ONCE, Conversations
from serving.conversations.types import Choices, FeedbackUnusable, Message, NoConversation, Reason
from serving.database.engine import Database, in_future, now
from serving.database.schema_conversations import conversations, feedback, messages
from serving.database.schema_editing import gap_questions, gaps
from tests.passages import LAMP, RESET

BOX = Box(page=3, left=1.0, top=2.0, right=30.5, bottom=12.0)
ALL = Readable(may_open=lambda *_: True, withdrawn="")


@pytest.fixture
def store(database: Database) -> Conversations:
    return Conversations(database)


def cited_answer() -> Answer:
    passage = replace(RESET, boxes=(BOX,), anchor="reset")
    citation = Citation(
        number=1,
        document=passage.document,
        revision=passage.revision,
        title=passage.title,
        section=passage.section,
        page=3,
        anchor="reset",
        boxes=(BOX,),
        quote="Hold the power button for 10 seconds to reset the hub.",
        passage=passage,
    )
    return Answer(
        question="How do I reset it?",
        answer="Hold the power button for 10 seconds [1]. It sings [?].",
        refused=False,
        source=AnswerSource.MODEL,
        citations=(citation,),
        passages=(replace(passage, boxes=()), LAMP),
        clarify=Clarify(question="Which one?", options=("X200", "X300")),
        notice="A notice.",
        policy=CheckPolicy.MARK,
        unsupported=("It sings.",),
    )


def filled(store: Conversations, owner: str, question: str = "How do I reset it?") -> tuple[str, str]:
    """A conversation with one question and its answer; returns their ids."""
    conversation = store.begin(owner, "chat", "en")
    store.add(conversation, "user", question, owner=owner)
    kept = answer_to_json(cited_answer(), explain=True)
    return conversation, store.add(conversation, "assistant", "Hold the button [1].", kept, owner=owner)


def test_what_is_said_comes_back_in_order_and_its_first_question_is_the_title(store: Conversations) -> None:
    conversation, _ = filled(store, "ann")
    store.add(conversation, "user", "And the X300?", owner="ann")
    said = store.messages(conversation, "ann")
    assert [(message.place, message.role) for message in said] == [(1, "user"), (2, "assistant"), (3, "user")]
    assert store.conversation(conversation, "ann").title == "How do I reset it?"


def test_an_answer_comes_back_with_all_that_its_page_shows(store: Conversations) -> None:
    conversation, message = filled(store, "ann")
    kept = answer_from_json(store.message(message, "ann").answer)
    assert kept is not None
    given = cited_answer()
    assert kept.answer == replace(given, passages=kept.answer.passages, timings=kept.answer.timings)
    assert [passage.text for passage in kept.answer.passages] == [RESET.text, LAMP.text]
    assert store.conversation(conversation, "ann").channel == "chat"


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"question": 1}', "no JSON"])
def test_what_is_no_kept_answer_is_none(text: str) -> None:
    assert answer_from_json(text) is None


def test_somebody_elses_conversation_is_as_absent_as_one_that_does_not_exist(store: Conversations) -> None:
    conversation, message = filled(store, "ann")
    tries = (
        lambda: store.conversation(conversation, "bob"),
        lambda: store.messages(conversation, "bob"),
        lambda: store.message(message, "bob"),
        lambda: store.add(conversation, "user", "mine now", owner="bob"),
        lambda: store.rename(conversation, "bob", "mine"),
        lambda: store.choose(conversation, "bob", Choices(product="hub")),
        lambda: store.delete(conversation, "bob"),
        lambda: store.rate(message, "bob", 1),
        lambda: store.begin("bob", "chat", "en", id=conversation),
        lambda: exported_json(store, "bob", ALL, conversation),
        lambda: exported_markdown(store, "bob", ALL, conversation),
    )
    absent = {_refusal(attempt) for attempt in (*tries, lambda: store.messages("no such", "bob"))}
    assert len(absent) == 1
    assert store.of("bob") == ()
    assert json.loads(exported_json(store, "bob", ALL)) == {"conversations": []}
    assert store.erase("bob") == 0
    assert len(store.messages(conversation, "ann")) == 2
    assert store.conversation(conversation, "ann").title == "How do I reset it?"


def _refusal(attempt: object) -> tuple[str, str]:
    with pytest.raises(NoConversation) as refused:
        attempt()  # type: ignore[operator]
    return refused.value.message, refused.value.hint


def test_search_looks_in_titles_and_messages_and_takes_signs_as_they_are(store: Conversations) -> None:
    first, _ = filled(store, "ann", "How do I reset the hub?")
    second, _ = filled(store, "ann", "门锁没电时怎么开门？")
    filled(store, "bob", "How do I reset the hub?")
    store.add(first, "user", "Is 100%_sure a word?", owner="ann")

    def found(words: str) -> set[str]:
        return {each.id for each in store.of("ann", search=words, searched=ALL.may_read)}

    assert found("RESET") == {first}
    assert found("门锁") == {second}
    assert found("100%_s") == {first}
    assert found("%") == {first}
    assert found("hold the button") == {first, second}
    store.add(second, "user", "Où est l'Étiquette?", owner="ann")
    assert found("étiquette") == found("OÙ EST L'É") == {second}
    assert found("nowhere said") == set()


def test_search_looks_in_no_answer_that_may_not_be_read_any_more(store: Conversations) -> None:
    cited, _ = filled(store, "ann", "How do I hold the button?")
    beside, _ = filled(store, "ann", "Another question?")
    unsaid = store.begin("ann", "chat", "en")
    store.add(unsaid, "assistant", "Hold the button", owner="ann")

    def found(words: str, searched: Callable[[Message], bool]) -> set[str]:
        return {each.id for each in store.of("ann", search=words, searched=searched)}

    def down(_document: str, _revision: str) -> bool:
        raise IndexUnusable("There is no index.", hint="ingest something")

    assert found("hold the button", searchable(lambda *_: True)) == {beside, cited}
    for withdrawn in (searchable(lambda *_: False), searchable(down), lambda _: False):
        assert found("hold the button", withdrawn) == {cited}, "the owner's own words are theirs"
        assert found("button [1]", withdrawn) == set()
    assert [each.id for each in store.of("ann", search="hold the button")] == [cited]


def test_what_search_finds_comes_page_by_page_without_gaps(store: Conversations) -> None:
    mine = [filled(store, "ann", f"Question {number}?")[0] for number in range(7)]
    readable = {mine[number] for number in (0, 2, 3, 5)}

    def page(skip: int) -> list[str]:
        found = store.of("ann", search="hold", searched=lambda each: each.conversation in readable, limit=3, skip=skip)
        return [each.id for each in found]

    assert len(page(0)) == 3
    assert {*page(0), *page(3)} == readable
    assert page(6) == []


def test_a_rating_has_a_reason_of_the_list_and_can_be_taken_back(store: Conversations) -> None:
    conversation, message = filled(store, "ann")
    question = store.messages(conversation, "ann")[0].id
    store.rate(message, "ann", 1)
    store.rate(message, "ann", -1, Reason.WRONG, " It is 12 seconds. ")
    rated = store.message(message, "ann").feedback
    assert rated is not None
    assert (rated.value, rated.reason, rated.comment) == (-1, "wrong", "It is 12 seconds.")
    for value, reason in ((2, ""), (-1, "ugly")):
        with pytest.raises(FeedbackUnusable):
            store.rate(message, "ann", value, reason)
    with pytest.raises(FeedbackUnusable):
        store.rate(question, "ann", 1)
    store.rate(message, "ann", 0)
    assert store.message(message, "ann").feedback is None


def note_gap(database: Database, gap: int, questions: dict[str, str]) -> None:
    """A gap with these questions, each asked in a conversation; the first one names it."""
    said = {"id": gap, "title": next(iter(questions)), "digest": str(gap), "created_at": now(), "changed_at": now()}
    with database.transaction() as connection:
        connection.execute(insert(gaps).values(empty(gaps) | said))
        for question, conversation in questions.items():
            row = {"gap": gap, "question": question, "cause": "disliked", "conversation": conversation}
            row["audience"] = "internal"
            connection.execute(insert(gap_questions).values(empty(gap_questions) | row))


def empty(table: Table) -> dict[str, object]:
    """A row that says nothing."""
    return {
        column.name: b"" if isinstance(column.type, LargeBinary) else ""
        for column in table.columns
        if not column.nullable and not column.primary_key
    }


def test_erasing_an_owner_leaves_nothing_of_theirs_and_all_of_the_others(
    database: Database, store: Conversations
) -> None:
    mine, message = filled(store, "ann", "My secret question?")
    store.rate(message, "ann", -1, Reason.OTHER, "secret comment")
    other, _ = filled(store, "bob", "Bob's question?")
    note_gap(database, 1, {"My secret question?": mine})
    note_gap(database, 2, {"My secret question too?": mine, "Bob's question?": other})

    assert store.erase("ann") == 1
    with database.transaction() as connection:
        everything = " ".join(
            str(row._mapping)
            for table in (conversations, messages, feedback, gaps, gap_questions)
            for row in connection.execute(select(table))
        )
        left = connection.execute(select(gap_questions.c.question, gap_questions.c.gap)).all()
        named = connection.execute(select(gaps.c.title, gaps.c.id)).all()
    assert "secret" not in everything
    assert left == named == [("Bob's question?", 2)], "the gap is called by what is left of it"
    assert len(store.messages(other, "bob")) == 2


def test_retention_takes_what_nobody_went_on_with_and_zero_keeps_all(database: Database, store: Conversations) -> None:
    old, _ = filled(store, "ann")
    new, _ = filled(store, "ann")
    with database.transaction() as connection:
        connection.execute(
            update(conversations).where(conversations.c.id == old).values(changed_at=in_future(days=-31))
        )
    assert store.expire(0) == 0
    assert store.expire(30) == 1
    assert [each.id for each in store.of("ann")] == [new]
    with database.transaction() as connection:
        assert connection.execute(select(func.count()).select_from(messages)).scalar() == 2


def test_a_server_that_starts_removes_what_is_too_old(database: Database, store: Conversations) -> None:
    old, _ = filled(store, "ann")
    new, _ = filled(store, "ann")
    with database.transaction() as connection:
        connection.execute(
            update(conversations).where(conversations.c.id == old).values(changed_at=in_future(days=-31))
        )
    expire_daily(lambda: database, 30)
    for _ in range(200):
        if [each.id for each in store.of("ann")] == [new]:
            return
        threading.Event().wait(0.05)
    raise AssertionError("nothing was removed")


def test_choices_only_ever_narrow() -> None:
    scope = Scope(audience=Audience.PUBLIC, products=("hub", "lamp"))
    assert Choices().narrowed(scope, None) == scope
    assert Choices(product="hub", language="en").narrowed(scope, ("a.pdf",)) == Scope(
        audience=Audience.PUBLIC, products=("hub",), languages=("en",), documents=("a.pdf",)
    )
    assert Choices(product="oven").narrowed(scope, None).products == ()
    assert Choices(product="oven").narrowed(EVERYTHING, None).products == ("oven",)


def test_many_that_expire_leave_others_their_turn(store: Conversations, database: Database) -> None:
    old, many = in_future(days=-40), 2 * EXPIRED_AT_ONCE + 1
    same = {"owner": "ann", "channel": "chat", "title": "", "language": "en", "choices": "{}"}
    rows = [{"id": f"c{number}", **same, "created_at": old, "changed_at": old} for number in range(many)]
    with database.transaction() as connection:
        connection.execute(insert(conversations), rows)
    ended: list[object] = []
    count = ended.append
    event.listen(Engine, "commit", count)
    try:
        assert store.expire(30) == many
    finally:
        event.remove(Engine, "commit", count)
    assert len(ended) == 3
    assert store.of("ann") == ()
