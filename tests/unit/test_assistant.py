"""From a question to events: with a model, without one, and with one that fails."""

import asyncio
from collections.abc import Iterator

import pytest

from ingest.index.contract import EVERYTHING
from retrieval.query import Turn
from serving.answer import Answer, AnswerDone, AnswerSource, Event, PassagesFound, TextDelta
from serving.assistant import LONGEST_QUESTION, Assistant, QuestionUnusable
from serving.model import ChatModel
from serving.prompt import NO_ANSWER
from serving.wording import wording
from tests.passages import BATTERY, LAMP, RESET, FixedRetriever
from tests.scripted_model import ScriptedModel

QUESTION = "How do I reset the hub?"
RESETTING = "Hold the power button for 10 seconds to reset the hub [1]."


@pytest.fixture
def server() -> Iterator[ScriptedModel]:
    with ScriptedModel().running() as running:
        yield running


def assistant(server: ScriptedModel, **options: float) -> Assistant:
    return Assistant(FixedRetriever(RESET, LAMP, BATTERY), ChatModel(server.url), **options)


def asked(server: ScriptedModel, *pieces: str) -> Answer:
    server.script = pieces
    return assistant(server).ask(QUESTION, scope=EVERYTHING)


async def all_events(assistant: Assistant) -> list[Event]:
    return [event async for event in assistant.stream(QUESTION, scope=EVERYTHING)]


def test_passages_then_text_then_the_whole_answer(server: ScriptedModel) -> None:
    server.script = (
        "Hold the power button ",
        "for 10 seconds to reset ",
        "the hub [1",
        "]. The battery lasts 12 h [3].",
    )
    events = asyncio.run(all_events(assistant(server)))
    assert isinstance(events[0], PassagesFound)
    done = events[-1]
    assert isinstance(done, AnswerDone)
    text = "".join(event.text for event in events if isinstance(event, TextDelta))
    assert text == done.answer.answer == f"{RESETTING} The battery lasts 12 h [2]."
    assert done.answer.source is AnswerSource.MODEL
    assert [citation.page for citation in done.answer.citations] == [RESET.page, BATTERY.page]
    assert 0 < done.answer.timings.first_token <= done.answer.timings.total


def test_a_sentence_is_shown_before_the_next_one_is_finished(server: ScriptedModel) -> None:
    server.script = (RESETTING, " The", ScriptedModel.WAIT, " battery lasts 12 hours [3].")

    async def first_text() -> str:
        async for event in assistant(server).stream(QUESTION, scope=EVERYTHING):
            if isinstance(event, TextDelta):
                server.go.set()
                return event.text
        return ""

    assert asyncio.run(first_text()) == RESETTING


def test_without_a_model_the_answer_is_quotes_and_says_so() -> None:
    for model in (None, ChatModel("http://127.0.0.1:1/v1")):
        answer = Assistant(FixedRetriever(RESET), model).ask(QUESTION, scope=EVERYTHING)
        assert answer.source is AnswerSource.QUOTES
        assert answer.notice == wording("en").no_model
        assert answer.citations
        assert all(citation.quote in citation.passage.text for citation in answer.citations)


@pytest.mark.parametrize("reply", [NO_ANSWER, f"{NO_ANSWER}.", "The manuals do not mention how to do that."])
def test_a_model_that_finds_nothing_is_a_refusal(server: ScriptedModel, reply: str) -> None:
    answer = asked(server, *reply)
    assert answer.refused
    assert answer.citations == ()
    assert answer.answer == wording("en").refusal


@pytest.mark.parametrize("language", ["en", "zh", "ja", "fr", "de", "es"])
def test_refusals_are_in_the_reader_s_language(language: str) -> None:
    for retriever in (FixedRetriever(language=language), FixedRetriever(LAMP, language=language, confidence=0.1)):
        answer = Assistant(retriever, refuse_below=0.2).ask(QUESTION, scope=EVERYTHING)
        assert answer.refused
        assert answer.citations == ()
        assert answer.answer == wording(language).refusal


def test_a_short_question_is_answered_where_one_place_holds_all_of_it() -> None:
    retriever = FixedRetriever(RESET, confidence=0.1)
    assert not Assistant(retriever, refuse_below=0.2).ask("reset the hub", scope=EVERYTHING).refused
    assert Assistant(retriever, refuse_below=0.2).ask("pay with the hub", scope=EVERYTHING).refused


def test_an_invention_is_replaced_by_quotes(server: ScriptedModel) -> None:
    answer = asked(server, "Bananas ripen in the sun [1].")
    assert answer.source is AnswerSource.QUOTES
    assert answer.notice == wording("en").unsupported
    assert "Bananas" not in answer.answer


def test_what_was_shown_stays_when_the_model_dies(server: ScriptedModel) -> None:
    answer = asked(server, RESETTING, " The battery", ScriptedModel.DIE)
    assert answer.answer == RESETTING
    assert answer.notice == wording("en").model_failed


def test_a_model_that_dies_before_a_sentence_leaves_quotes(server: ScriptedModel) -> None:
    answer = asked(server, "Hold the", ScriptedModel.DIE)
    assert answer.source is AnswerSource.QUOTES
    assert answer.notice == wording("en").model_failed


def test_stopping_closes_the_connection_to_the_model(server: ScriptedModel) -> None:
    server.script = (RESETTING, " The", ScriptedModel.WAIT)

    async def stop_early() -> bool:
        stream = assistant(server).stream(QUESTION, scope=EVERYTHING)
        async for event in stream:
            if isinstance(event, TextDelta):
                break
        await stream.aclose()
        return await asyncio.to_thread(server.hung_up.wait, 10)

    assert asyncio.run(stop_early())


def test_cancelling_the_task_closes_it_too(server: ScriptedModel) -> None:
    server.script = ("Hold", ScriptedModel.WAIT)

    async def cancel() -> bool:
        task = asyncio.create_task(all_events(assistant(server)))
        while not server.requests:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return await asyncio.to_thread(server.hung_up.wait, 10)

    assert asyncio.run(cancel())


@pytest.mark.parametrize("question", ["", "  \n", "x" * (LONGEST_QUESTION + 1)])
def test_a_question_that_cannot_be_asked_is_said_so(question: str) -> None:
    with pytest.raises(QuestionUnusable) as caught:
        Assistant(FixedRetriever(RESET)).ask(question, scope=EVERYTHING)
    assert caught.value.hint


def test_siblings_that_answer_differently_are_asked_for(server: ScriptedModel) -> None:
    retriever = FixedRetriever(RESET, options=("X200", "X200 Pro"))
    answer = Assistant(retriever, ChatModel(server.url)).ask(QUESTION, scope=EVERYTHING)
    assert answer.clarify is not None
    assert answer.clarify.options == ("X200", "X200 Pro")
    assert not answer.refused
    assert answer.citations == ()
    assert answer.to_json()["clarify"] == {"question": wording("en").which, "options": ["X200", "X200 Pro"]}
    assert all(option in answer.answer for option in answer.clarify.options)


def test_a_refusal_names_the_code_that_no_manual_holds_as_it_was_typed() -> None:
    retriever = FixedRetriever(RESET, unknown=("e48",), confidence=0.1)
    answer = Assistant(retriever, refuse_below=0.2).ask("what does E-48 mean", scope=EVERYTHING)
    assert answer.refused
    assert "E-48" in answer.answer


@pytest.mark.parametrize(
    ("reply", "searched"),
    [
        ("How long do I hold the button of the X200 hub?", "How long do I hold the button of the X200 hub?"),
        ("How long do I hold the button of the X900 hub?", "and how long?"),
        ("Bananas ripen quickly in warm sunny places.", "and how long?"),
        ("", "and how long?"),
        ("One\nTwo", "and how long?"),
    ],
)
def test_a_model_writes_the_full_question_and_rules_serve_where_it_makes_things_up(
    server: ScriptedModel, reply: str, searched: str
) -> None:
    server.script = (reply,)
    turns = (Turn("user", "How do I reset the X200 hub, do I hold the button?"),)
    retriever = FixedRetriever(RESET)
    Assistant(retriever, ChatModel(server.url)).ask("and how long?", scope=EVERYTHING, turns=turns)
    assert retriever.asked == [searched]


def test_a_question_by_itself_is_not_rewritten(server: ScriptedModel) -> None:
    server.script = (RESETTING,)
    turns = (Turn("user", "Where is the lamp?"),)
    Assistant(FixedRetriever(RESET), ChatModel(server.url)).ask(
        "How do I reset the hub with the power button?", scope=EVERYTHING, turns=turns
    )
    assert len(server.requests) == 1
