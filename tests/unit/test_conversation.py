"""Follow-ups take the earlier question along, questions that stand alone do not."""

import pytest

from retrieval.conversation import complete, leans
from retrieval.query import Turn


def user(*texts: str) -> list[Turn]:
    return [Turn("user", text) for text in texts]


@pytest.mark.parametrize(
    "question",
    [
        "And in winter?",
        "How long does it take?",
        "what about the Pro model?",
        "Why?",
        "那如果没有网络呢？",
        "它多久充一次电？",
        "Und wie lange dauert das?",
        "¿Y cuánto tarda?",
    ],
)
def test_a_follow_up_leans_on_what_was_said(question: str) -> None:
    assert leans(question)
    assert complete(question, user("How do I charge the W5 watch?")) == f"How do I charge the W5 watch? {question}"


@pytest.mark.parametrize(
    "question",
    [
        "How do I reset the T200 Pro thermostat to factory settings?",
        "Which battery does the L30 door lock need for operation outdoors?",
        "T200 Pro 恢复出厂设置需要按住圆环几秒钟？",
    ],
)
def test_a_question_that_stands_alone_stays_as_it_is(question: str) -> None:
    assert complete(question, user("How do I charge the W5 watch?")) == question


def test_without_a_conversation_nothing_is_added() -> None:
    assert complete("And in winter?", []) == "And in winter?"
    assert complete("And in winter?", [Turn("assistant", "Hello"), Turn("user", " ")]) == "And in winter?"


def test_a_second_follow_up_still_knows_what_it_is_about() -> None:
    turns = user("How do I charge the W5 watch?", "And in winter?")
    assert "W5" in complete("How long does it take?", turns)
