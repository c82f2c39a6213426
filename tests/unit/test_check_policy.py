"""What becomes of a sentence that no passage supports: customers do not see it, staff see it marked."""

from collections.abc import Iterator

import pytest

from ingest.index.contract import EVERYTHING, Scope
from ingest.types import Audience
from serving.answer import UNSUPPORTED_MARK, Answer, AnswerSource, CheckPolicy
from serving.assistant import Assistant
from serving.model import ChatModel
from serving.wording import wording
from tests.passages import BATTERY, LAMP, RESET, FixedRetriever
from tests.scripted_model import ScriptedModel

TRUE = "Hold the power button for 10 seconds to reset the hub [1]."
FALSE = " It weighs 99 kg [3]."
CUSTOMER = Scope(audience=Audience.PUBLIC)


@pytest.fixture
def server() -> Iterator[ScriptedModel]:
    with ScriptedModel().running() as running:
        yield running


def answered(server: ScriptedModel, scope: Scope, *said: str, policy: CheckPolicy | None = None) -> Answer:
    server.script = said
    assistant = Assistant(FixedRetriever(RESET, LAMP, BATTERY), ChatModel(server.url))
    return assistant.ask("How do I reset the hub?", scope=scope, policy=policy)


def test_customers_do_not_see_what_no_manual_supports(server: ScriptedModel) -> None:
    answer = answered(server, CUSTOMER, TRUE, FALSE)
    assert answer.answer == TRUE
    assert answer.policy is CheckPolicy.STRICT
    assert answer.to_json()["check"] == {"policy": "strict", "unsupported": 1, "marked": []}
    assert answer.notice == ""


def test_staff_see_it_marked_and_are_told_what_the_mark_means(server: ScriptedModel) -> None:
    answer = answered(server, EVERYTHING, TRUE, FALSE)
    assert answer.answer == f"{TRUE} It weighs 99 kg {UNSUPPORTED_MARK}."
    assert answer.to_json()["check"] == {"policy": "mark", "unsupported": 1, "marked": ["It weighs 99 kg."]}
    assert answer.notice == wording("en").marked


def test_a_caller_may_choose(server: ScriptedModel) -> None:
    assert answered(server, EVERYTHING, TRUE, FALSE, policy=CheckPolicy.STRICT).answer == TRUE
    assert UNSUPPORTED_MARK in answered(server, CUSTOMER, TRUE, FALSE, policy=CheckPolicy.MARK).answer


@pytest.mark.parametrize("scope", [CUSTOMER, EVERYTHING])
def test_where_too_little_is_left_the_answer_is_quotes(server: ScriptedModel, scope: Scope) -> None:
    lies = [f" It weighs {number} kg [3]." for number in (91, 92, 93)]
    answer = answered(server, scope, TRUE, *lies)
    assert answer.source is AnswerSource.QUOTES
    assert answer.notice == wording("en").unsupported
    assert UNSUPPORTED_MARK not in answer.answer
    assert all(citation.quote in citation.passage.text for citation in answer.citations)


def test_a_word_without_a_claim_is_neither_dropped_nor_marked(server: ScriptedModel) -> None:
    assert answered(server, EVERYTHING, "Yes. ", TRUE).answer == f"Yes. {TRUE}"
