"""Stored conversations as the chat's threads: whose they are, what of them is shown to whom, in which language."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.errors import IndexUnusable, RecordsUnusable
from ingest.index.contract import EVERYTHING, Scope
from ingest.types import Audience
from serving.answer import Answer, AnswerSource
from serving.assistant import QuestionUnusable
from serving.conversations.kept import answer_from_json, answer_to_json, unfinished_to_json
from serving.conversations.readable import Readable, while_indexed
from serving.conversations.store import Conversations
from serving.conversations.types import Choices
from serving.database.engine import Database
from tests.unit.test_conversations import cited_answer
from ui.chat.elements import Shelf
from ui.chat.offers import Offer, narrowed, within
from ui.chat.threads import WITHDRAWN, Reader, ShownElement, Step, steps_and_elements
from ui.chat.ticket import LANGUAGES, ORIGIN, ticket_language, ticket_text, ticket_words
from ui.chat.why import why
from ui.web.texts import translator
from ui.wording import CHINESE, ENGLISH, Wording, error_text


@pytest.fixture
def store(database: Database) -> Conversations:
    return Conversations(database)


def reader(home: Path, *, may_open: bool = True, wording: Wording = ENGLISH) -> Reader:
    shelf = Shelf(home=home, documents=())
    return Reader(wording=wording, shelf=shelf, readable=readable(lambda *_: may_open, wording))


def readable(may_open: Callable[[str, str], bool], wording: Wording = ENGLISH) -> Readable:
    return Readable(may_open=while_indexed(may_open), withdrawn=translator(wording.language)(WITHDRAWN))


def shown(store: Conversations, reads: Reader) -> tuple[list[Step], list[ShownElement]]:
    """A conversation with one answer, as the reader sees it."""
    answer = replace(cited_answer(), clarify=None)
    conversation = store.begin("ann", "chat", "en", Choices(product="hub"))
    store.add(conversation, "user", answer.question, owner="ann")
    store.add(conversation, "assistant", answer.answer, answer_to_json(answer), owner="ann")
    return steps_and_elements(store.conversation(conversation, "ann"), store.messages(conversation, "ann"), reads)


def test_a_thread_has_its_messages_with_their_sources(store: Conversations, tmp_path: Path) -> None:
    steps, elements = shown(store, reader(tmp_path))
    assert [step["type"] for step in steps] == ["user_message", "assistant_message"]
    assert "[1]" in steps[1]["output"]
    assert {element["name"] for element in elements} == {"AnswerHead", "AnswerFoot", "[1]"}
    assert {element["forId"] for element in elements} == {steps[1]["id"]}
    foot = next(element for element in elements if element["name"] == "AnswerFoot")
    assert str(foot["props"]["sources"]).count("Hub X200 manual")
    assert foot["props"]["notice"] == "A notice."


def test_its_words_are_in_the_readers_language(store: Conversations, tmp_path: Path) -> None:
    _, elements = shown(store, reader(tmp_path, wording=CHINESE))
    foot = next(element for element in elements if element["name"] == "AnswerFoot")
    assert foot["props"]["texts"]["why"] == "为什么这样回答"  # type: ignore[index]
    assert foot["props"]["sources"][0]["heading"] == "来源 1"  # type: ignore[index]


def test_what_may_not_be_opened_any_more_is_not_shown(store: Conversations, tmp_path: Path) -> None:
    steps, elements = shown(store, reader(tmp_path, may_open=False))
    assert "cannot open any more" in steps[1]["output"]
    assert elements == []
    assert "10 seconds" not in str(steps)


def test_without_an_index_a_conversation_opens_with_its_questions(store: Conversations, tmp_path: Path) -> None:
    def down(*_: object) -> bool:
        raise IndexUnusable("There is no index.", hint="ingest something")

    steps, elements = shown(store, replace(reader(tmp_path), readable=readable(down)))
    assert steps[0]["output"] == cited_answer().question
    assert "10 seconds" not in str(steps)
    assert elements == []


def answered(store: Conversations, kept: str, reads: Reader) -> list[str]:
    """What the reader sees of a question and an answer that is kept in this form."""
    conversation = store.begin("ann", "chat", "en")
    store.add(conversation, "user", "A question?", owner="ann")
    store.add(conversation, "assistant", "Its words.", kept, owner="ann")
    messages = store.messages(conversation, "ann")
    steps, elements = steps_and_elements(store.conversation(conversation, "ann"), messages, reads)
    assert elements == []
    return [step["output"] for step in steps]


@pytest.mark.parametrize(
    "kept", ['{"citations": [{"document": "a.pdf", "revision": "r1"}]}', unfinished_to_json([("a.pdf", "r1")])]
)
def test_of_another_versions_answer_and_of_a_stopped_one_the_text_is_shown_while_its_manual_may_be_read(
    store: Conversations, tmp_path: Path, kept: str
) -> None:
    assert answered(store, kept, reader(tmp_path)) == ["A question?", "Its words."]
    question, answer = answered(store, kept, reader(tmp_path, may_open=False))
    assert (question, "cannot open any more" in answer) == ("A question?", True)


@pytest.mark.parametrize(
    "kept", ["", "{}", '{"unfinished": 1}', '{"unfinished": ["a"]}', '{"citations": [{}]}', "null"]
)
def test_an_answer_of_which_nobody_knows_what_it_stands_on_is_not_shown(
    store: Conversations, tmp_path: Path, kept: str
) -> None:
    assert "Its words." not in answered(store, kept, reader(tmp_path))


def test_what_an_error_says_stands_on_no_manual(store: Conversations, tmp_path: Path) -> None:
    assert answered(store, unfinished_to_json([]), reader(tmp_path, may_open=False))[1] == "Its words."


T200 = Offer(document="t200.pdf", product="home", models=("T200",), version="2.1", language="en")
PRO = Offer(document="pro.pdf", product="home", models=("T200 Pro",), version="1.3", language="en")
WATCH = Offer(document="watch.pdf", product="watch", models=("W5",), version="2.0", language="zh")
KNOWN = (T200, PRO, WATCH)


def test_a_model_or_version_narrows_to_its_documents_and_a_product_stays_in_scope() -> None:
    assert narrowed(EVERYTHING, Choices(model="T200"), KNOWN).documents == ("t200.pdf",)
    assert narrowed(EVERYTHING, Choices(version="2.0"), KNOWN).documents == ("watch.pdf",)
    assert narrowed(EVERYTHING, Choices(model="T200", version="2.0"), KNOWN).documents == ()
    only = Scope(audience=Audience.PUBLIC, products=("watch",))
    assert narrowed(only, Choices(product="home"), KNOWN).products == ()
    assert narrowed(only, Choices(language="zh"), KNOWN) == replace(only, languages=("zh",))


def test_choices_that_no_manual_fits_any_more_are_dropped() -> None:
    assert within(Choices(model="T100"), KNOWN) == Choices()
    assert within(Choices(product="home", language="en"), KNOWN) == Choices(product="home", language="en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_ticket_has_question_answer_steps_and_links_in_every_language(language: str) -> None:
    answer = replace(
        cited_answer(), answer="Do this:\n1. Hold the button [1].\n2. Let go.\nDone [?].", question="How do I reset it?"
    )
    text = ticket_text(answer, language)
    words = ticket_words()[language]
    order = [
        words.greeting,
        "How do I reset it?",
        "Do this:",
        words.steps,
        "2. Let go.",
        words.unsupported,
        words.sources,
    ]
    places = [text.index(part) for part in order]
    assert places == sorted(places)
    assert f"{ORIGIN}/sources/" in text
    assert words.page.format(page=3) in text
    assert words.closing in text


def test_a_ticket_of_a_refusal_promises_a_human() -> None:
    refused = Answer(question="Why?", answer="Not told.", refused=True, source=AnswerSource.QUOTES)
    assert ticket_words()["fr"].not_found in ticket_text(refused, "fr")


def test_a_ticket_is_in_the_questions_language_or_the_chosen_one() -> None:
    assert ticket_language("Wie setze ich den Regler zurück und was bedeutet das?") == "de"
    assert ticket_language("手表不能充电怎么办？", "ja") == "ja"
    assert ticket_language("手表不能充电怎么办？", "xx") == "en"


def test_why_says_what_was_checked_and_where_it_was_searched() -> None:
    kept = answer_from_json(answer_to_json(cited_answer(), explain=True, scope={"product": "hub"}))
    assert kept is not None
    rows = str(why(kept, "en")["rows"])
    assert "not supported by any passage: It sings." in rows
    assert "hub" in rows
    assert "语言模型" in str(why(kept, "zh")["rows"])


def test_where_things_lie_is_told_to_those_who_can_mend_them() -> None:
    down = RecordsUnusable("the database postgresql://desk@inner/desk cannot be used", hint="look at /srv/desk")
    for wording in (ENGLISH, CHINESE):
        assert "inner" in error_text(down, wording)
        assert error_text(down, wording, whole=False) == wording.failed
    assert error_text(QuestionUnusable("the question is empty"), CHINESE) == "问题是空的"
