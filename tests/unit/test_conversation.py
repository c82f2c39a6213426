"""Follow-ups take the earlier question along, questions that stand alone do not."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.index.contract import EVERYTHING
from retrieval.conversation import leans, rewrite
from retrieval.models import Catalogue
from retrieval.query import Turn
from retrieval.scope import ProductScope
from tests.manual_index import Manual, publish

Completes = Callable[[str, list[Turn]], str]


@pytest.fixture
def complete(tmp_path: Path) -> Iterator[Completes]:
    index = publish(
        tmp_path / "index",
        Manual("w5.md", title="W5 watch: user guide"),
        Manual("w5-pro.md", title="W5 Pro watch: user guide"),
        Manual("t200.md", title="T200 Pro thermostat: user guide", product="heating"),
    )
    products = ProductScope(index, Catalogue(index, EVERYTHING))
    yield lambda question, turns: rewrite(question, turns, products)
    index.close()


def user(*texts: str) -> list[Turn]:
    return [Turn("user", text) for text in texts]


@pytest.mark.parametrize(
    "question",
    [
        "And in winter?",
        "How long does it take?",
        "what about the case?",
        "Why?",
        "那如果没有网络呢？",
        "它多久充一次电？",
        "Und wie lange dauert das?",
        "¿Y cuánto tarda?",
        "What does a blinking blue lamp mean on the device?",
        "Welches Drehmoment brauchen die Schrauben des Geräts auf der Rückseite?",
        "本机后盖螺丝的拧紧力矩是多少牛米？",
    ],
)
def test_a_follow_up_leans_on_what_was_said(complete: Completes, question: str) -> None:
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
def test_a_question_that_stands_alone_stays_as_it_is(complete: Completes, question: str) -> None:
    assert complete(question, user("How do I charge the W5 watch?")) == question


def test_without_a_conversation_nothing_is_added(complete: Completes) -> None:
    assert complete("And in winter?", []) == "And in winter?"
    assert complete("And in winter?", [Turn("assistant", "Hello"), Turn("user", " ")]) == "And in winter?"


def test_a_second_follow_up_still_knows_what_it_is_about(complete: Completes) -> None:
    turns = user("How do I charge the W5 watch?", "And in winter?")
    assert "W5" in complete("How long does it take?", turns)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("and on the W5 Pro?", "How do I charge the W5 Pro watch? and on the W5 Pro?"),
        ("And for the other one?", "How do I charge the W5 Pro watch? And for the other one?"),
        ("那另一个型号呢？", "How do I charge the W5 Pro watch? 那另一个型号呢？"),
        ("W5 Pro", "How do I charge the W5 Pro watch? W5 Pro"),
    ],
)
def test_a_follow_up_about_another_model_asks_the_same_of_that_one(
    complete: Completes, question: str, expected: str
) -> None:
    assert complete(question, user("How do I charge the W5 watch?")) == expected


def test_an_option_that_was_offered_answers_the_question_before(complete: Completes) -> None:
    turns = [*user("How do I charge it?"), Turn("assistant", "Which one do you mean? The W5 from 2023, or the W5 Pro?")]
    assert complete("The W5 from 2023", turns) == "How do I charge it? The W5 from 2023"
