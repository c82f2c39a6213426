"""Questions that ask several things: what is split and what is not, and answers part by part."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from ingest.index.contract import EVERYTHING, Scope
from retrieval.passages import Passage
from retrieval.query import Retrieval, Turn
from serving.assistant import Assistant
from serving.parts import split_question
from serving.quotes import MAX_LINES
from serving.wording import wording
from tests.passages import BATTERY, LAMP, RESET, passage

CHARGING = passage(
    "Charging\nWARNING: fire. Never charge a wet hub.\n1. Dry the hub.\n2. Plug the cable in to charge the hub.\n"
    "3. Wait until the lamp is green.",
    page=5,
)


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("What is the battery life and how do I charge it?", ["What is the battery life", "how do I charge it?"]),
        ("电池能用多久，怎么充电？", ["电池能用多久", "怎么充电？"]),
        ("W5 提示E-67怎么办 还能充电吗", ["W5 提示E-67怎么办", "还能充电吗"]),
        ("Wie lange hält der Akku und wie lade ich ihn?", ["Wie lange hält der Akku", "wie lade ich ihn?"]),
        ("Quelle est l'autonomie et comment le recharger ?", ["Quelle est l'autonomie", "comment le recharger ?"]),
        ("¿Cuánto dura la batería y cómo la cargo?", ["¿Cuánto dura la batería", "cómo la cargo?"]),
        ("電池はどのくらい持ちますか？充電はどうしますか？", ["電池はどのくらい持ちますか？", "充電はどうしますか？"]),
        ("Can it swim? Where is the button?", ["Can it swim?", "Where is the button?"]),
        ("does it record sound, does it take a SIM card?", ["does it record sound", "does it take a SIM card?"]),
    ],
)
def test_several_questions_in_one_are_told_apart(question: str, parts: Sequence[str]) -> None:
    assert split_question(question) == tuple(parts)


@pytest.mark.parametrize(
    "question",
    [
        "How do I reset the hub?",
        "Which keys do I hold, and for how long?",
        "How do I reset it and how long?",
        "When the lamp blinks, what does it mean?",
        "How do I reset the hub, which is in the cellar?",
        "What is the difference between boost and schedule?",
        "The display is dark and is blinking, what does it mean?",
        "boost: how many degrees and for how long",
        "Wie finde ich heraus, wie lange die Batterie hält?",
        "手表密码忘了，怎么恢复出厂？",
        "门锁密码连着输错好几次，键盘没反应了，要等多久",
        "电池电量低于 20 %，这时能不能开锁",
        "E-47",
        "",
    ],
)
def test_one_question_stays_whole(question: str) -> None:
    assert split_question(question) == (question,)


def test_at_most_three_parts_and_no_word_is_lost() -> None:
    question = "How do I reset it? Where is the button? What is the weight? Who repairs it?"
    parts = split_question(question)
    assert len(parts) == 3
    assert " ".join(parts) == question


class TwoTopics:
    """Finds the passage whose words the question has; remembers what was searched after what."""

    def __init__(self, *topics: tuple[str, Passage], confidence: float = 1.0) -> None:
        self.topics = topics
        self.confidence = confidence
        self.searched: list[tuple[str, tuple[str, ...]]] = []

    def retrieve(
        self, question: str, *, scope: Scope, turns: Sequence[Turn] = (), limit: int = 10, product: str = ""
    ) -> Retrieval:
        self.searched.append((question, tuple(turn.text for turn in turns)))
        passages = tuple(passage for word, passage in self.topics if word in question)
        return Retrieval(
            question=question,
            language="en",
            passages=passages,
            confidence=self.confidence if passages else 0.0,
            milliseconds=1.0,
        )


def test_each_part_is_answered_from_its_own_search() -> None:
    retriever = TwoTopics(("battery", BATTERY), ("charge", CHARGING))
    answer = Assistant(retriever).ask(
        "How many hours does the battery last and how do I charge the hub?", scope=EVERYTHING
    )
    assert answer.answer.splitlines() == [
        wording("en").part.format(part="How many hours does the battery last?"),
        "The battery holds 2,400 mAh and lasts 12 hours. [1]",
        wording("en").part.format(part="How do I charge the hub?"),
        "WARNING: fire. Never charge a wet hub.",
        "1. Dry the hub.",
        "2. Plug the cable in to charge the hub.",
        "3. Wait until the lamp is green. [2]",
    ]
    assert [citation.page for citation in answer.citations] == [9, 5]
    assert retriever.searched[-1] == ("how do I charge the hub?", ("How many hours does the battery last",))
    assert answer.passages == (BATTERY, CHARGING)


def test_a_part_that_the_manuals_do_not_tell_is_said_to_be_so() -> None:
    retriever = TwoTopics(("battery", BATTERY))
    question = "How many hours does the battery last and is there a SIM card?"
    answer = Assistant(retriever, refuse_below=0.2).ask(question, scope=EVERYTHING)
    assert answer.answer.splitlines()[-1] == wording("en").part_unknown.format(part="Is there a SIM card?")
    assert not answer.refused
    assert [citation.page for citation in answer.citations] == [9]


def test_parts_that_one_place_answers_are_answered_once() -> None:
    retriever = TwoTopics(("reset", RESET))
    answer = Assistant(retriever).ask("How do I reset the hub and can I reset the hub in water?", scope=EVERYTHING)
    assert answer.answer.splitlines()[0] == wording("en").lead_in
    assert len(answer.citations) == 1


def test_parts_together_stay_within_eight_lines() -> None:
    steps = passage("\n".join(f"{number}. Loosen screw number {number}." for number in range(1, 13)), page=6)
    retriever = TwoTopics(("screw", steps), ("charge", CHARGING), ("lamp", LAMP))
    question = "How do I loosen the screws? How do I charge the hub? What does the lamp mean?"
    answer = Assistant(retriever).ask(question, scope=EVERYTHING)
    assert len(answer.answer.splitlines()) <= MAX_LINES
    assert [citation.page for citation in answer.citations] == [6, 5, 7]
    assert all(f"screw number {number}." in answer.answer for number in range(1, 13))


def test_the_same_text_found_for_two_parts_is_passed_on_once() -> None:
    retriever = TwoTopics(("reset", RESET), ("hub", replace(RESET)), ("lamp", LAMP))
    answer = Assistant(retriever).ask("How do I reset the hub? What does the lamp mean?", scope=EVERYTHING)
    assert [passage.page for passage in answer.passages] == [3, 7]
