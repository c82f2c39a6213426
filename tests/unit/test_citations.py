"""Marks of a streaming answer become citations that hold."""

import re

import pytest

from serving.citations import CitedText
from serving.model import CUT
from serving.segments import MARK
from tests.passages import BATTERY, LAMP, RESET, passage

PASSAGES = (RESET, LAMP, BATTERY)


def shown(text: str, *, passages=PASSAGES, language="en", pieces=1, question="") -> tuple[str, CitedText]:
    cited = CitedText(passages, language, question=question)
    out: list[str] = []
    for start in range(0, len(text), pieces):
        out.extend(cited.feed(text[start : start + pieces]))
    out.extend(cited.finish())
    return "".join(out), cited


RESETTING = "Hold the power button for 10 seconds to reset the hub"


@pytest.mark.parametrize("mark", ["[1]", "[1, 7]", "［1］", "【1】", "[^1]", "[Passage 1]", "[１]", "[1][1]"])
def test_marks_of_every_spelling_become_one_citation(mark: str) -> None:
    text, cited = shown(f"{RESETTING} {mark}.")
    assert text == f"{RESETTING} [1]."
    assert [citation.number for citation in cited.citations] == [1]


def test_a_range_names_all_its_passages_and_those_that_do_not_support_go() -> None:
    text, cited = shown("The battery lasts 12 hours [1-3].")
    assert text == "The battery lasts 12 hours [1]."
    assert cited.citations[0].page == BATTERY.page


@pytest.mark.parametrize("pieces", [1, 2, 3, 7, 1000])
def test_the_size_of_the_pieces_does_not_matter_and_no_half_mark_is_ever_shown(pieces: int) -> None:
    source = f"{RESETTING}.[1] The battery lasts 12 hours [3]. The lamp blinks amber while pairing. [2][3]\n\n- Done."
    cited = CitedText(PASSAGES, "en")
    out = [
        text for start in range(0, len(source), pieces) for text in cited.feed(source[start : start + pieces])
    ] + list(cited.finish())
    assert "".join(out).startswith(
        f"{RESETTING}.[1] The battery lasts 12 hours [2]. The lamp blinks amber while pairing. [3]\n\n- Done."
    )
    assert all(piece.count("[") == piece.count("]") for piece in out)


def test_numbers_follow_first_use_without_gaps() -> None:
    text, cited = shown(f"The battery lasts 12 hours [3]. {RESETTING} [1]. The battery holds 2400 mAh [3].")
    assert re.findall(r"\[(\d)\]", text) == ["1", "2", "1"]
    assert [citation.page for citation in cited.citations] == [BATTERY.page, RESET.page]


def test_each_quote_is_the_verbatim_sentence_or_row_that_supports() -> None:
    _, cited = shown(f"Error E47 means that the fan is blocked [2]. {RESETTING} [1].")
    assert cited.citations[0].quote.endswith("E47 | The fan is blocked")
    assert cited.citations[1].quote == "Hold the power button for 10 seconds to reset the hub."
    assert all(citation.quote in citation.passage.text for citation in cited.citations)


def test_two_sentences_of_a_passage_have_a_citation_each() -> None:
    text, cited = shown(f"{RESETTING} [1]. The hub must not be used in water [1]. {RESETTING} to defaults [1].")
    assert re.findall(r"\[(\d)\]", text) == ["1", "2", "1"]
    assert [citation.quote for citation in cited.citations] == [
        "Hold the power button for 10 seconds to reset the hub.",
        "Do not use the hub in water.",
    ]


def test_a_sentence_made_of_two_rows_has_a_citation_for_each() -> None:
    table = passage("Property | Value\nWeight | 142 g\nWi-Fi | 2.4 GHz\nStorage temperature | −20 to 60 °C")
    text, cited = shown("Its weight is 142 g and its storage temperature −20 to 60 °C [1].", passages=(table,))
    assert text.endswith("[1][2].")
    assert [citation.quote for citation in cited.citations] == ["Weight | 142 g", "Storage temperature | −20 to 60 °C"]


def test_a_forgotten_mark_is_added_only_where_a_passage_supports() -> None:
    text, _ = shown(f"{RESETTING}. The hub is a fine thing to own.")
    assert text.startswith(f"{RESETTING} [1].")
    assert text.count("[") == 1


@pytest.mark.parametrize(
    "wrong",
    [
        "Hold the power button for 5 seconds to reset the hub [1].",
        "Hold the power button for 10 minutes to reset the hub [1].",
        "You can use the hub in water [1].",
        "Error E4 means that the fan is blocked [2].",
        "Bananas ripen faster near apples [1].",
    ],
)
def test_a_wrong_sentence_keeps_no_mark(wrong: str) -> None:
    text, cited = shown(f"The battery lasts 12 hours [3]. {wrong}")
    assert text.count("[") == 1
    assert len(cited.citations) == 1


def test_a_number_that_stands_nowhere_takes_its_sentence_away() -> None:
    text, _ = shown("The battery lasts 12 hours [3]. It weighs 99 kg [3].")
    assert text == "The battery lasts 12 hours [1]."


def test_code_is_left_alone() -> None:
    manual = passage("To dry-run the shutdown use upsdrvctl -t shutdown and read array[1] of the list.")
    source = "Dry-run the shutdown with `upsdrvctl -t shutdown` and `array[1]` [1].\n```\nx = array[1]\n```\n"
    text, cited = shown(source, passages=(manual,))
    assert text.strip() == source.strip()
    assert len(cited.citations) == 1


def test_links_and_list_numbers_are_no_marks() -> None:
    assert MARK.search("see [1](page.html)") is None
    text, _ = shown(f"1. {RESETTING} [1].\n2. The battery lasts 12 hours [3].")
    assert text == f"1. {RESETTING} [1].\n2. The battery lasts 12 hours [2]."


def test_chinese_sentences_are_shown_one_by_one() -> None:
    manual = passage("长按电源键10秒可恢复出厂设置。请勿将设备放入水中。", language="zh")
    cited = CitedText((manual,), "zh")
    first = list(cited.feed("长按电源键10秒可恢复出厂设置【1】。请"))
    assert first == ["长按电源键10秒可恢复出厂设置[1]。"]
    assert list(cited.feed("勿将设备放入水中。")) == []
    assert list(cited.finish()) == ["请勿将设备放入水中[2]。"]


def test_a_translated_sentence_is_checked_by_its_numbers() -> None:
    good, _ = shown("按住电源键10秒即可重置[1]。", language="zh")
    wrong, cited = shown("按住电源键20秒即可重置[1]。", language="zh")
    assert good == "按住电源键10秒即可重置[1]。"
    assert wrong == ""
    assert cited.citations == ()


def test_the_answer_begins_where_the_question_is() -> None:
    text, cited = shown(f"{RESETTING} [1]. The fan is blocked [2].", question="What does E47 mean?")
    assert cited.citations[0].page == LAMP.page
    assert text.endswith("The fan is blocked [1].")


def test_a_model_that_repeats_itself_or_supports_nothing_is_hopeless() -> None:
    _, repeating = shown(f"{RESETTING} [1]. " * 5)
    assert repeating.hopeless
    listed, counting = shown("".join(f"{number}. {RESETTING} [1].\n" for number in range(1, 6)))
    assert counting.hopeless
    assert listed.count(RESETTING) == 1
    nothing, lost = shown("Bananas ripen in the sun. Apples ripen in the shade. Pears ripen in the cellar. ")
    assert lost.hopeless
    assert nothing == ""


def test_the_half_sentence_at_a_cut_is_not_shown() -> None:
    text, _ = shown(f"{RESETTING} [1]. The battery lasts{CUT}")
    assert text == f"{RESETTING} [1]."
