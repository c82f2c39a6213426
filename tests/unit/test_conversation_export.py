"""What an owner takes along of conversations: all of it that may be read now, and nothing that a viewer would fetch."""

import json
import re
from dataclasses import replace

import pytest

from serving.conversations.export import exported_json, exported_markdown
from serving.conversations.kept import answer_to_json, unfinished_to_json
from serving.conversations.readable import Readable
from serving.conversations.store import Conversations
from serving.conversations.types import Reason
from serving.database.engine import Database
from tests.passages import LAMP, RESET
from tests.unit.test_conversations import ALL, cited_answer, filled


@pytest.fixture
def store(database: Database) -> Conversations:
    return Conversations(database)


def test_an_export_holds_questions_answers_sources_and_ratings(store: Conversations) -> None:
    conversation, message = filled(store, "ann")
    store.rate(message, "ann", -1, Reason.OUTDATED, "old")
    (taken,) = json.loads(exported_json(store, "ann", ALL, conversation))["conversations"]
    question, answer = taken["messages"]
    assert question["text"] == "How do I reset it?"
    assert answer["answer"]["citations"][0]["quote"].startswith("Hold the power button")
    assert answer["feedback"]["reason"] == "outdated"
    text = exported_markdown(store, "ann", ALL)
    for part in ("# How do I reset it?", "[1] Hub X200 manual", "page 3", "outdated, old"):
        assert part in text


def test_an_export_holds_nothing_of_manuals_that_its_owner_may_not_open_any_more(store: Conversations) -> None:
    conversation, _ = filled(store, "ann")
    beside = replace(cited_answer(), passages=(RESET, replace(LAMP, document="lamp.pdf")))
    store.add(conversation, "assistant", beside.answer, answer_to_json(beside), owner="ann")
    without_lamp = Readable(may_open=lambda document, _: document != "lamp.pdf", withdrawn="Gone.")
    (taken,) = json.loads(exported_json(store, "ann", without_lamp, conversation))["conversations"]
    assert [each["document"] for each in taken["messages"][2]["answer"]["passages"]] == [RESET.document]
    without_hub = Readable(may_open=lambda document, _: document == "lamp.pdf", withdrawn="Gone.")
    for told in (exported_json(store, "ann", without_hub), exported_markdown(store, "ann", without_hub)):
        assert "How do I reset it?" in told
        assert "Gone." in told
        assert "Hold" not in told
        assert "Hub X200" not in told


def test_an_export_holds_of_stopped_answers_those_of_manuals_that_may_be_opened(store: Conversations) -> None:
    conversation = store.begin("ann", "chat", "en")
    kept = {"Hub": unfinished_to_json([("hub.pdf", "1")]), "Lamp": unfinished_to_json([("lamp.pdf", "1")]), "Of": ""}
    for word, answer in kept.items():
        store.add(conversation, "assistant", f"{word} words", answer, owner="ann")
    without_hub = Readable(may_open=lambda document, _: document != "hub.pdf", withdrawn="Gone.")
    (taken,) = json.loads(exported_json(store, "ann", without_hub))["conversations"]
    assert [each["text"] for each in taken["messages"]] == ["Gone.", "Lamp words", "Gone."]
    assert "Hub words" not in exported_markdown(store, "ann", without_hub)


def test_an_export_tells_how_an_answer_was_found_of_documents_in_scope_alone(store: Conversations) -> None:
    conversation = store.begin("ann", "chat", "en")
    row = json.loads(answer_to_json(cited_answer()))
    row["trace"] = {"rewritten": "reset hub", "candidates": [{"document": RESET.document}, {"document": "secret.pdf"}]}
    store.add(conversation, "assistant", "Hold it.", json.dumps(row), owner="ann")
    within = replace(ALL, listed=lambda: {RESET.document})
    (taken,) = json.loads(exported_json(store, "ann", within))["conversations"]
    trace = taken["messages"][0]["answer"]["trace"]
    assert (trace["rewritten"], trace["candidates"]) == ("reset hub", [{"document": RESET.document}])
    assert "secret.pdf" not in exported_json(store, "ann", ALL), (
        "where nothing is known to be in scope, nothing is told"
    )


def test_an_export_holds_what_people_were_handed_but_for_answers_withdrawn_since(store: Conversations) -> None:
    conversation, _ = filled(store, "ann")
    messages = store.messages(conversation, "ann")

    def handed(of: str) -> list[str]:
        said = [{"role": each.role, "text": each.text, "at": each.created_at, "citations": [1]} for each in messages]
        return [json.dumps({"id": "h1", "transcript": said})] if of == conversation else []

    (taken,) = json.loads(exported_json(store, "ann", ALL, conversation, handed))["conversations"]
    (hand_over,) = taken["hand_overs"]
    assert [said["text"] for said in hand_over["transcript"]] == ["How do I reset it?", "Hold the button [1]."]
    without = Readable(may_open=lambda *_: False, withdrawn="Gone.")
    told = exported_json(store, "ann", without, conversation, handed)
    assert "Hold the button" not in told
    assert told.count("Gone.") == 2


def test_an_export_to_read_shows_no_picture_and_no_tag(store: Conversations) -> None:
    filled(store, "ann", "![x](https://evil.example/?q) [y](https://evil.example) <img src=x> is it?")
    text = exported_markdown(store, "ann", ALL)
    assert re.search(r"(?<!\\)!\[|!(?<!\\!)\[", text) is None
    assert r"!\[x]" in text
    assert "<img" not in text.replace(r"\<img", "")
