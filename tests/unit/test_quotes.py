"""Answers without a model: whole steps with their warnings, rows with their headers, few lines, verbatim quotes."""

from dataclasses import replace

import pytest

from ingest.types import Box
from retrieval.passages import Passage
from retrieval.query import Retrieval
from serving.grounding.meaning import Meaning
from serving.quotes import MAX_LINES, QuotedAnswer, quote_answer
from serving.wording import wording
from tests.passages import BATTERY, LAMP, RESET, passage
from tests.topic_embedder import TopicEmbedder

FACTORY_RESET = passage(
    "Factory reset\n"
    "CAUTION: loss of settings. The reset erases all schedules.\n"
    "To reset the hub, do this:\n"
    "1. Hold the ring for 15 seconds until the lamp blinks.\n"
    "2. Let go when RESET appears.\n"
    "WARNING: do not cut the power now.\n"
    "3. Confirm with Menu > Reset > Yes.\n"
    "NOTE: the hub starts anew.\n"
    "The warranty lasts 3 years."
)
WEIGHTS = passage(
    "Technical data\nProperty | Value\nWeight of the hub | 198 g\nBattery life | 12 h\nWi-Fi | 2.4 GHz", page=4
)


def found(question: str, *passages: Passage, language: str = "en") -> Retrieval:
    return Retrieval(question=question, language=language, passages=passages, confidence=1.0, milliseconds=1.0)


def quoted(question: str, *passages: Passage, language: str = "en") -> QuotedAnswer:
    answer = quote_answer(found(question, *passages, language=language))
    assert answer is not None
    return answer


def test_a_procedure_comes_whole_and_in_order_with_its_warnings() -> None:
    answer = quoted("How do I reset the hub?", FACTORY_RESET, LAMP)
    assert answer.text.splitlines() == [
        wording("en").lead_in,
        "CAUTION: loss of settings. The reset erases all schedules.",
        "To reset the hub, do this:",
        "1. Hold the ring for 15 seconds until the lamp blinks.",
        "2. Let go when RESET appears.",
        "WARNING: do not cut the power now.",
        "3. Confirm with Menu > Reset > Yes.",
        "NOTE: the hub starts anew. [1]",
    ]
    assert "warranty" not in answer.text


def test_one_step_brings_its_procedure() -> None:
    answer = quoted("How long do I hold the ring?", FACTORY_RESET)
    assert "CAUTION" in answer.text
    assert "3. Confirm" in answer.text


@pytest.mark.parametrize("steps", [2, 6, 9, 40])
def test_at_most_eight_lines_however_many_steps(steps: int) -> None:
    text = "\n".join(f"{number}. Turn screw number {number} to the left." for number in range(1, steps + 1))
    answer = quoted("How do I turn the screws?", passage(text))
    lines = answer.text.splitlines()
    assert len(lines) <= MAX_LINES
    shown = [number for number in range(1, steps + 1) if f"screw number {number} to" in answer.text]
    assert shown == list(range(1, len(shown) + 1))
    missing = steps - len(shown)
    assert not missing or lines[-1] == wording("en").more_steps.format(count=missing)


def test_a_table_row_comes_with_its_header() -> None:
    answer = quoted("What is the weight of the hub?", WEIGHTS)
    assert answer.text.splitlines()[1:] == ["Property | Value", "Weight of the hub | 198 g [1]"]
    assert answer.citations[0].quote == "Weight of the hub | 198 g"


def test_a_second_place_is_quoted_only_for_what_the_first_lacks() -> None:
    assert [c.page for c in quoted("How do I reset the hub with the power button?", RESET, LAMP).citations] == [3]
    elsewhere = replace(passage("The gasket FS-10 seals the lid.", page=8), document=RESET.document)
    both = quoted("reset of the hub, gasket of the lid?", RESET, elsewhere)
    assert [c.page for c in both.citations] == [3, 8]


def test_nothing_of_the_question_is_no_answer() -> None:
    assert quote_answer(found("Can I pay at the till?", BATTERY)) is None
    assert quote_answer(found("anything")) is None


def test_a_quote_over_a_page_s_end_is_cited_by_page() -> None:
    first, second = "1. Open the lid of the hub.", "2. Put the cells into the hub."
    text = f"{first}\n{second}"
    boxes = (
        Box(page=3, left=0, top=700, right=90, bottom=710, start=0),
        Box(page=4, left=0, top=20, right=90, bottom=30, start=len(first) + 1),
    )
    answer = quoted("How do I open the hub?", replace(passage(text), boxes=boxes, pages=(3, 4)))
    assert [(c.page, c.quote) for c in answer.citations] == [(3, first), (4, second)]
    assert answer.text.splitlines()[1:] == [f"{first} [1]", f"{second} [2]"]


def test_a_sentence_brings_the_one_it_leans_on() -> None:
    text = "The gasket seals the lid of the housing. It must be replaced every 2 years by a dealer."
    answer = quoted("How often must it be replaced by a dealer?", passage(text))
    assert answer.citations[0].quote == text


def test_headings_are_no_answer_and_end_a_quote() -> None:
    text = (
        "3.5 Wrong codes\nAfter 5 wrong codes the lock waits for 3 minutes.\n4 Batteries\nThe lock beeps when empty.\n"
        "Forgotten code\nAfter a reset the lock has the first code again."
    )
    sections = replace(passage(text), section=("3 Use", "3.5 Wrong codes"))
    for question in ("lock waits wrong codes", "lock beeps when empty", "forgotten code of the lock"):
        answer = quoted(question, sections)
        assert len(answer.text.splitlines()) == 2
        assert not {"4 Batteries", "Forgotten code", "3.5 Wrong codes"} & set(answer.text.splitlines())


@pytest.mark.parametrize("language", ["en", "zh", "ja", "fr", "de", "es"])
def test_the_lead_in_is_in_the_reader_s_language(language: str) -> None:
    own = replace(RESET, language=language)
    answer = quoted("hub power button reset", own, language=language)
    assert answer.text.splitlines()[0] == wording(language).lead_in
    assert answer.citations[0].quote in RESET.text


def test_quotes_in_another_language_are_said_to_be_so() -> None:
    answer = quoted("hub power button reset", RESET, language="de")
    assert answer.text.splitlines()[0] == wording("de").lead_in_foreign
    assert quoted("hub power button reset", RESET, language="en-gb").text.startswith(wording("en").lead_in)


def test_a_warning_answers_without_the_procedure_it_stands_at() -> None:
    answer = quoted("Does it erase all my schedules? loss of settings", FACTORY_RESET)
    assert answer.text.splitlines()[1:] == ["CAUTION: loss of settings. The reset erases all schedules. [1]"]


def test_a_further_row_comes_only_where_it_answers_as_well() -> None:
    table = passage("Code | Meaning | Remedy\nE47 | fan blocked | clean the fan\nE48 | fan slow | clean the fan grille")
    assert "E48" not in quoted("What does E47 mean, is the fan blocked?", table).text
    both = quoted("when do I clean the fan", table)
    assert both.text == f"{wording('en').lead_in}\n{table.text} [1]"


@pytest.mark.parametrize(
    ("question", "confidence", "is_quoted"),
    [
        ("reset the hub", 0.05, True),  # all of it stands in one place
        ("reset the hub before a long winter journey abroad", 0.05, False),
        ("reset the hub in winter", 0.15, True),
        ("reset the espresso machine in winter", 0.15, False),
        ("reset the espresso machine in winter", 0.4, True),
        ("does it pay for espresso machines in winter snow and reset", 0.4, False),
        ("does it pay for espresso machines in winter snow and reset", 0.9, True),
    ],
)
def test_the_less_sure_retrieval_is_the_more_a_place_has_to_hold(
    question: str, confidence: float, *, is_quoted: bool
) -> None:
    retrieval = replace(found(question, RESET), confidence=confidence)
    assert (quote_answer(retrieval, refuse_below=0.1) is not None) is is_quoted


def test_the_row_that_defines_a_code_comes_before_text_that_mentions_it() -> None:
    text = "When the hub shows E47 it is warm; wait until it has cooled.\nError | Meaning\nE47 | Fan blocked"
    answer = quoted("What does E47 mean?", passage(text))
    assert answer.text.splitlines()[1:] == ["Error | Meaning", "E47 | Fan blocked [1]"]


def test_what_stands_under_a_heading_that_names_the_matter_answers() -> None:
    text = "5.1 Disposal\nTake it to a collection point for waste.\n5.2 Care\nClean the hub with a soft cloth."
    answer = quoted("disposal?", replace(passage(text), section=("5 End", "5.1 Disposal")))
    assert answer.citations[0].quote == "Take it to a collection point for waste."


def test_every_quote_stands_in_its_passage_and_every_mark_has_a_citation() -> None:
    for question in ("reset the hub", "lamp blinks E47", "battery hours", "weight"):
        answer = quoted(question, FACTORY_RESET, LAMP, BATTERY, WEIGHTS)
        for citation in answer.citations:
            assert citation.quote in citation.passage.text
            assert f"[{citation.number}]" in answer.text


def test_the_place_that_is_meant_wins_over_one_that_shares_as_many_words() -> None:
    hub = "The hub has a button of metal at its front, and a second one can be joined by it."
    matter = passage(f"{hub}\n\nCare\nKeep out water.")
    retrieval = found("水？", matter, language="zh")
    by_words = quote_answer(retrieval)
    by_meaning = quote_answer(retrieval, meaning=Meaning(TopicEmbedder()))
    assert by_words is not None
    assert by_meaning is not None
    assert [answer.citations[0].quote for answer in (by_words, by_meaning)] == [hub, "Keep out water."]
