"""Answers that are kept: what hits, what never may, and what dies with its source."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.index.contract import EVERYTHING, Scope
from ingest.types import Audience
from retrieval.query import Turn
from serving.answer import AnswerSource, CheckPolicy
from serving.stored.counts import Outcome
from serving.stored.shelf import FileShelf
from serving.stored.types import StoreUnavailable
from tests.kept_answers import PUBLIC, Kept
from tests.manual_index import Manual

LAMP = Manual(
    "lamp.pdf", "Lamp L1 manual", sections=(("Reset", "Hold the key for 10 seconds."), ("Clean", "Wipe it dry."))
)
PUMP = Manual("pump.pdf", "Pump P9 manual", sections=(("Reset", "Turn the valve twice."), ("Oil", "Use 5 ml of oil.")))
RESET = "How do I reset the L1?"


@pytest.fixture
def kept(quick_folder: Path) -> Kept:
    made = Kept(quick_folder)
    made.publish(LAMP, PUMP)
    return made


def test_the_same_question_is_answered_once_however_it_is_typed(kept: Kept) -> None:
    first = kept.answers.ask(RESET, scope=PUBLIC)
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
    assert kept.counts.all()[Outcome.CACHED_SAME] == 3
    assert kept.counts.all()[Outcome.KEPT] == kept.counts.all()[Outcome.MISSED] == 1


def test_the_same_question_in_other_words_is_found_by_its_embedding(kept: Kept) -> None:
    kept.answers.ask(RESET, scope=PUBLIC)
    assert kept.source("The L1 - how do I reset?") is AnswerSource.CACHE
    assert kept.source("Which way would you reset an L1?") is AnswerSource.MODEL, "too far for this embedder"
    assert kept.counts.all()[Outcome.CACHED_LIKE] == 1


@pytest.mark.parametrize(
    "other",
    [
        "How do I reset the P9?",
        "How do I clean the L1?",
        "How do I not reset the L1?",
        "How long do I reset the L1?",
        "How do I reset the L1 in 5 seconds?",
    ],
)
def test_another_question_is_asked_anew(kept: Kept, other: str) -> None:
    kept.answers.ask(RESET, scope=PUBLIC)
    assert kept.source(other) is AnswerSource.MODEL


def test_no_hit_across_audience_products_page_policy_model(kept: Kept) -> None:
    kept.answers.ask("How do I reset it quickly?", scope=PUBLIC)
    asked: list[dict[str, object]] = [
        {"scope": EVERYTHING},
        {"scope": Scope(audience=Audience.PUBLIC, products=("product",))},
        {"scope": Scope(audience=Audience.PUBLIC, languages=("en",))},
        {"scope": Scope(audience=Audience.PUBLIC, documents=("lamp.pdf",))},
        {"scope": PUBLIC, "product": "L1"},
        {"scope": PUBLIC, "product": "P9"},
        {"scope": PUBLIC, "policy": CheckPolicy.MARK},
    ]
    for ways in asked:
        first = kept.answers.ask("How do I reset it quickly?", **ways)  # type: ignore[arg-type]
        assert first.source is AnswerSource.MODEL, ways
    for ways in asked:
        again = kept.answers.ask("How do I reset it quickly?", **ways)  # type: ignore[arg-type]
        assert again.source is AnswerSource.CACHE, ways
    kept.model.name = "another-model"
    kept.open()
    assert kept.source("How do I reset it quickly?") is AnswerSource.MODEL


def test_no_hit_across_languages(kept: Kept) -> None:
    kept.answers.ask("Comment réinitialiser la L1 ?", scope=PUBLIC)
    assert kept.source("Wie setze ich die L1 zurück?") is AnswerSource.MODEL
    assert kept.source("comment réinitialiser la L1") is AnswerSource.CACHE


def test_a_model_that_went_away_leaves_its_answers(kept: Kept) -> None:
    kept.answers.ask(RESET, scope=PUBLIC)
    kept.model.there = False
    assert kept.source(RESET) is AnswerSource.CACHE


def test_follow_ups_are_neither_looked_up_nor_kept(kept: Kept) -> None:
    turns = (Turn("user", RESET), Turn("assistant", "Hold the key."))
    for question in ("And the P9?", "How do I clean the lamp L1 with a wet cloth?"):
        for _ in range(2):
            assert kept.source(question, turns=turns) is AnswerSource.MODEL
    kept.answers.ask(RESET, scope=PUBLIC)
    assert kept.source(RESET, turns=turns) is AnswerSource.MODEL


def test_what_does_not_stand_on_passages_is_not_kept(kept: Kept) -> None:
    whole = kept.assistant.ask(RESET, scope=PUBLIC)
    for answer in (
        replace(whole, source=AnswerSource.QUOTES),
        replace(whole, refused=True, citations=()),
        replace(whole, notice="the model stopped"),
        replace(whole, policy=CheckPolicy.MARK, unsupported=("It flies.",)),
        replace(whole, citations=()),
    ):
        kept.assistant.answer = answer
        kept.answers.ask(RESET, scope=PUBLIC)
        kept.assistant.answer = None
        assert kept.source(RESET, scope=Scope(audience=Audience.PUBLIC)) is AnswerSource.MODEL
        assert kept.shelf is not None
        kept.shelf.clear()


def test_an_answer_dies_with_its_passage_and_with_nothing_else(kept: Kept) -> None:
    kept.answers.ask(RESET, scope=PUBLIC)
    kept.answers.ask("How do I clean the L1?", scope=PUBLIC)
    longer = ("Warning", "Never look into the light for long, and keep children away from it.")
    edited = replace(LAMP, sections=(longer, ("Reset", "Hold the key for 12 seconds."), LAMP.sections[1]))
    kept.publish(edited, PUMP)
    clean = kept.answers.ask("How do I clean the L1?", scope=PUBLIC)
    assert clean.source is AnswerSource.CACHE
    assert clean.citations[0].passage.grounds[0].ordinal == 2, "where the passage is now"
    assert kept.source(RESET) is AnswerSource.MODEL
    assert kept.counts.all()[Outcome.DROPPED] == 1


def test_a_process_that_is_running_sees_what_another_one_published(kept: Kept) -> None:
    answers, index = kept.answers, kept.index
    answers.ask(RESET, scope=PUBLIC)
    before = index.info().generation
    kept.publish(PUMP)
    deadline = time.monotonic() + 30
    while index.info().generation == before:
        assert time.monotonic() < deadline, "the reader never followed"
    assert answers.ask(RESET, scope=PUBLIC).source is AnswerSource.MODEL
    assert kept.counts.all()[Outcome.DROPPED] == 1


def test_questions_are_answered_where_no_answer_can_be_kept(tmp_path: Path) -> None:
    class Down(FileShelf):
        def get(self, key: str) -> None:
            raise StoreUnavailable("down")

        def put(self, *_: object) -> None:
            raise StoreUnavailable("down")

    kept = Kept(tmp_path, shelf=Down(tmp_path))
    kept.publish(LAMP)
    assert [kept.source(RESET) for _ in range(2)] == [AnswerSource.MODEL] * 2
    assert kept.counts.all()[Outcome.UNAVAILABLE] >= 2
    (tmp_path / "taken").write_text("no folder")
    blocked = FileShelf(tmp_path / "taken")
    with pytest.raises(StoreUnavailable, match="cannot be used"):
        blocked.get("key")


def test_a_damaged_cache_is_made_anew_and_damaged_curated_answers_are_not(kept: Kept) -> None:
    assert kept.shelf is not None
    kept.shelf.close()
    (kept.folder / "answer-cache.sqlite").write_bytes(b"no database at all " * 100)
    (kept.folder / "curated.sqlite").write_bytes(b"no database at all " * 100)
    assert [kept.source(RESET) for _ in range(2)] == [AnswerSource.MODEL, AnswerSource.CACHE]
    assert (kept.folder / "curated.sqlite").read_bytes().startswith(b"no database"), "an editor may mend it"


def test_a_stream_gives_a_kept_answer_in_three_events(kept: Kept) -> None:
    import asyncio

    async def events() -> list[str]:
        return [type(event).__name__ async for event in kept.answers.stream(RESET, scope=PUBLIC)]

    assert asyncio.run(events()) == ["PassagesFound", "TextDelta", "AnswerDone"]
    assert kept.counts.all()[Outcome.KEPT] == 1
    assert asyncio.run(events()) == ["PassagesFound", "TextDelta", "AnswerDone"]
    assert kept.counts.all()[Outcome.CACHED_SAME] == 1
