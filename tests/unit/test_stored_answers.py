"""Answers that are kept: what hits, what never may, and what dies with its source."""

from pathlib import Path

import pytest

from serving.answer import AnswerSource
from tests.kept_answers import PUBLIC, Kept
from tests.manual_index import Manual

LAMP = Manual(
    "lamp.pdf", "Lamp L1 manual", sections=(("Reset", "Hold the key for 10 seconds."), ("Clean", "Wipe it dry."))
)
PUMP = Manual("pump.pdf", "Pump P9 manual", sections=(("Reset", "Turn the valve twice."), ("Oil", "Use 5 ml of oil.")))


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    made = Kept(tmp_path)
    made.publish(LAMP, PUMP)
    return made


def test_the_same_question_is_answered_once_however_it_is_typed(kept: Kept) -> None:
    first = kept.answers.ask("How do I reset the L1?", scope=PUBLIC)
    assert first.source is AnswerSource.MODEL
    embedded = len(kept.words.embedded)
    for typed in ("how do i reset the L1", "  HOW do I reset the Ｌ１ ?!", "Please, how do I reset the L1?"):
        again = kept.answers.ask(typed, scope=PUBLIC)
        assert again.source is AnswerSource.CACHE
        assert again.answer == first.answer
        assert [c.to_json() for c in again.citations] == [c.to_json() for c in first.citations]
        assert again.question == typed.strip()
    assert len(kept.words.embedded) == embedded, "no embedding for the same question"
    assert len(kept.assistant.asked) == 1


def test_an_answer_dies_with_its_passage_and_with_nothing_else(kept: Kept) -> None:
    kept.answers.ask("How do I reset the L1?", scope=PUBLIC)
    kept.answers.ask("How do I clean the L1?", scope=PUBLIC)
    edited = Manual("lamp.pdf", LAMP.title, sections=(("Reset", "Hold the key for 12 seconds."), LAMP.sections[1]))
    kept.publish(edited, PUMP)
    assert kept.source("How do I clean the L1?") is AnswerSource.CACHE
    assert kept.source("How do I reset the L1?") is AnswerSource.MODEL
