"""Totals and differences of table values: inputs, operation and result, or no computing at all."""

from dataclasses import replace

import pytest

from retrieval.passages import Passage
from retrieval.query import Retrieval
from serving.quotes import QuotedAnswer, quote_answer
from serving.wording import wording
from tests.passages import passage

SIZES = passage(
    "Cards\nCard | 1440p | 1080p\n64 GB | 7 h | 9.5 h\n128 GB | 14 h | 18 h\n256 GB | up to 28 h | 36 h", title="D70"
)
PARTS = passage("Part | Value\nWeight of the hub | 198 g\nWeight of the sensor | 1.5 kg\nWeight of the cable | 22 g")
CARDS_ZH = passage("容量 | 时间\n64 GB | 约 7 小时\n128 GB | 约 14 小时\n256 GB | 28 至 30 小时", language="zh")
PLAIN = passage("Property | Value\nWeight | 160 g\nDepth | 24 mm", title="T200 user guide")
PRO = passage("Property | Value\nWeight | 198.5 g\nDepth | 24 to 26 mm", title="T200 Pro user guide")


def quoted(question: str, *passages: Passage, language: str = "en") -> QuotedAnswer:
    retrieval = Retrieval(question=question, language=language, passages=passages, confidence=1.0, milliseconds=1.0)
    answer = quote_answer(retrieval)
    assert answer is not None
    return answer


@pytest.mark.parametrize(
    ("question", "language", "passages", "line"),
    [
        (
            "What is the total weight of the hub and the cable?",
            "en",
            [PARTS],
            "Total: 198 g [1] + 22 g [2] = 220 g",
        ),
        (
            "difference between the 128 GB and the 64 GB card at 1080p",
            "en",
            [SIZES],
            "Difference: 18 h [1] − 9.5 h [2] = 8.5 h",
        ),
        (
            "What is the difference between 1080p and 1440p on a 128 GB card?",
            "en",
            [SIZES],
            "Difference: 18 h [1] − 14 h [1] = 4 h",
        ),
        (
            "128 GB 和 64 GB 一共能录多久？",
            "zh",
            [CARDS_ZH],
            "合计：约 14 小时 [1] + 约 7 小时 [2] = 约 21 小时",
        ),
        (
            "64 GB 比 128 GB 少多少时间？",
            "zh",
            [CARDS_ZH],
            "相差：约 7 小时 [1] − 约 14 小时 [2] = 约 −7 小时",
        ),
        (
            "What is the difference in weight between the T200 Pro and the T200?",
            "en",
            [PRO, PLAIN],
            "Difference: 198.5 g [1] − 160 g [2] = 38.5 g",
        ),
    ],
)
def test_inputs_operation_and_result_are_shown(
    question: str, language: str, passages: list[Passage], line: str
) -> None:
    answer = quoted(question, *passages, language=language)
    lines = answer.text.splitlines()
    assert lines[0] == wording(language).lead_in
    assert lines[-1] == line
    assert all(citation.quote in citation.passage.text for citation in answer.citations)
    for citation in answer.citations:
        assert any(shown.startswith(citation.quote) for shown in lines)


def test_the_rows_stand_under_one_header() -> None:
    answer = quoted("What is the total weight of the hub and the cable?", PARTS)
    assert answer.text.splitlines()[1:4] == [
        "Part | Value",
        "Weight of the hub | 198 g [1]",
        "Weight of the cable | 22 g [2]",
    ]


@pytest.mark.parametrize(
    ("question", "passages"),
    [
        ("What is the total weight of the hub and the sensor?", [PARTS]),  # g and kg
        ("What is the total weight of the hub and the antenna?", [PARTS]),  # one is not there
        ("What is the total weight of the hub cover and the cable?", [PARTS]),  # another thing
        ("difference between the 256 GB and the 64 GB card at 1440p", [SIZES]),  # up to
        ("difference between the 128 GB and the 64 GB card", [SIZES]),  # which column?
        ("What is the difference in depth between the T200 Pro and the T200?", [PRO, PLAIN]),  # a range
        ("What is the difference between the hub and the hub?", [PARTS]),
        ("What is the weight of the hub?", [PARTS]),
        ("difference between 256 GB and 64 GB", [CARDS_ZH]),  # a range
    ],
)
def test_in_doubt_nothing_is_computed(question: str, passages: list[Passage]) -> None:
    text = quoted(question, *passages).text
    assert " = " not in text
    assert text.splitlines()[0] in (wording("en").lead_in, wording("en").lead_in_foreign)


def test_a_comma_is_not_guessed_at() -> None:
    thousands = replace(PARTS, text=PARTS.text.replace("198 g", "1,198 g"))
    assert " = " not in quoted("What is the total weight of the hub and the cable?", thousands).text
    german = replace(PARTS, text=PARTS.text.replace("198 g", "19,8 g"), language="de")
    assert "= 41.8 g" in quoted("What is the total weight of the hub and the cable?", german).text
