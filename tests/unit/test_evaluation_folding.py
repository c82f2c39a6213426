"""What counts as the same text, the same document, the same number; each case worked out by hand."""

import pytest

from serving.evaluation.figures import mean, percentile
from serving.evaluation.folding import collapse, fold, holds, same_document, tokens


def test_folding_leaves_letters_and_digits() -> None:
    assert fold("Ｆｕｌｌ－width, ﬁne\u00ad print: ２０ °C") == "fullwidthfineprint20c"


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("abcdefghijklm", True),  # 6 of the 10 runs of a..q: abcdefgh to fghijklm
        ("abcdefghijkl", False),  # 5 of them
        ("x A-B-C d e f\nG h i j k l m!", True),
        ("", False),
    ],
)
def test_sixty_percent_of_the_runs_are_enough(text: str, held: bool) -> None:
    assert holds(text, "abc defgh ijklmnopq") == held


def test_evidence_shorter_than_a_run_must_be_there_whole() -> None:
    assert holds("press OK twice", "OK!")
    assert not holds("press O", "OK!")


@pytest.mark.parametrize(
    ("given", "same"),
    [
        ("nut/en/a.pdf", True),
        ("./nut/en/a.pdf", True),
        ("manuals\\nut\\en\\a.pdf", True),
        ("xnut/en/a.pdf", False),
        ("a.pdf", False),
        ("", False),
    ],
)
def test_a_document_may_have_the_roots_name_in_front(given: str, same: bool) -> None:
    assert same_document(given, "nut/en/a.pdf") == same


def test_words_and_numbers_of_a_text() -> None:
    found = tokens("TCP port 3493, on localhost")
    assert (found.words, found.numbers) == ({"tcp", "port", "on", "localhost"}, {"3493"})
    assert tokens("默认300PPI").words == {"默认", "ppi"}
    assert tokens("按住十秒").words == {"按住", "住十", "十秒"}
    assert tokens("按住十秒", single_characters=True).words == {"按住", "住十", "十秒", "按", "住", "十", "秒"}


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("pins 2-7", {"2", "7"}),
        ("RS-232", {"232"}),
        ("-5 dBm to \u22121.0", {"-5", "-1"}),
        ("低至-5", {"-5"}),
        ("1,335 pages, 0,5 V, 5.0 V", {"1335", "0.5", "5"}),
        ("2021.03.1 and 10.0.0.1", {"2021.03.1", "10.0.0.1"}),
    ],
)
def test_a_number_has_one_spelling(text: str, numbers: set[str]) -> None:
    assert tokens(text).numbers == numbers


def test_collapsing_keeps_everything_but_the_space() -> None:
    assert collapse(" Hold  the\nre\u00adset key. ") == "Hold the reset key."


def test_figures() -> None:
    assert mean([True, False, None, True]) == 0.6667
    assert mean([]) is None
    assert percentile([5, 1, 4, 2, 3], 50) == 3
    assert percentile(list(range(1, 101)), 95) == 95
    assert percentile([], 50) is None
