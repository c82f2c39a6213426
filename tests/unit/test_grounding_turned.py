"""What is right word for word and yet false: a saying turned round, facts swapped, steps in another order."""

import pytest

from serving.citations import CitedText
from serving.grounding.predicates import parts_of, sayings
from serving.grounding.units import quantities, with_digits
from serving.support import support
from tests.passages import passage

BAND = passage("Data not yet synchronised is lost. The device works without Wi-Fi. Only 2.4 GHz networks work.")


@pytest.mark.parametrize(
    ("text", "language", "name", "affirmed"),
    [
        ("the data is kept", "en", "keep", True),
        ("die daten gehen verloren", "de", "keep", False),
        ("les programmes ne continuent pas", "fr", "run", False),
        ("no hace falta", "es", "need", False),
        ("不需要重新对码", "zh", "pair", False),
        ("変更は破棄されません", "ja", "keep", True),
        ("send it without the strap", "en", "has strap", False),
    ],
)
def test_a_saying_has_its_sign_in_each_language(text: str, language: str, name: str, affirmed: bool) -> None:
    assert (name, affirmed) in frozenset().union(*(sayings(part, language) for part in parts_of(text)))


@pytest.mark.parametrize("text", ["only the owner needs it", "it is needed unless it is locked", "avoid mixing them"])
def test_what_is_denied_in_a_way_of_its_own_has_no_sign(text: str) -> None:
    assert not sayings(text, "en")


@pytest.mark.parametrize(
    ("sentence", "language", "stands"),
    [
        ("Data that is not yet synchronised gets lost.", "en", True),
        ("Data that is not yet synchronised is kept.", "en", False),
        ("Networks at 5 GHz do not work.", "en", True),
        ("Networks at 2.4 GHz do not work.", "en", False),
        ("You do not need Wi-Fi.", "en", True),
    ],
)
def test_a_sentence_must_not_turn_a_saying_round(sentence: str, language: str, stands: bool) -> None:
    assert support(sentence, [BAND], language).keeps is stands


def test_a_fact_of_another_row_is_told_of_the_wrong_one() -> None:
    codes = passage("Code | Meaning | Part\nE-27 | Travel shorter than 1.2 mm | –\nE-28 | Batteries below 2.1 V | –")
    assert support("E-28 表示电池低于 2.1 V。", [codes], "zh").keeps
    assert not support("E-27 表示电池低于 2.1 V。", [codes], "zh").keeps


def test_a_fact_of_another_item_of_a_list_is_told_of_the_wrong_one() -> None:
    wheels = passage("Mount the sensors by their letters: FL on the left, FR on the right.")
    assert support("FL belongs on the left.", [wheels], "en").keeps
    assert not support("FL belongs on the right.", [wheels], "en").keeps


def test_the_order_inside_a_step_is_kept_too() -> None:
    workshop = passage("2. Cut the cable, enter the lot number and put the dock into the red bin.")
    assert support("Cut the cable, enter the lot number, and put the dock into the red bin.", [workshop], "en").keeps
    turned = "Put the dock into the red bin, enter the lot number, and cut the cable."
    assert not support(turned, [workshop], "en").keeps


def test_what_it_is_done_for_may_be_told_last() -> None:
    erase = passage("2. To erase everything, choose Settings > Reset and confirm twice.")
    assert support("Everything is erased after you confirm twice.", [erase], "en").keeps


def test_a_sign_of_a_key_is_a_fact() -> None:
    keys = passage("Hold ▲ for 6 seconds until the symbol blinks.")
    assert support("Hold ▲ for 6 seconds.", [keys], "en").keeps
    assert not support("Hold ▼ for 6 seconds.", [keys], "en").keeps


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("half a minute", "en", ("0.5", "min")),
        ("anderthalb Stunden", "de", ("1.5", "h")),
        ("une heure et demie", "fr", ("1.5", "h")),
        ("半小时", "zh", ("0.5", "h")),
        ("每月", "zh", ("1", "month")),
        ("18 Uhr", "de", ("18", "h")),
        ("18:00", "en", ("18", "h")),
        ("12 500 horas", "es", ("12500", "h")),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, language: str, expected: tuple[str, str]) -> None:
    ((quantity, _),) = quantities(with_digits(text.lower(), language))
    assert (min(quantity.readings), quantity.unit) == expected


def test_halves_of_a_sentence_share_their_mark() -> None:
    light = passage("Red light: no network. It takes up to 90 seconds to start.")
    cited = CitedText([light], "zh")
    shown = "".join((*cited.feed("红灯表示没有网络；启动最多需要 90 秒 [1]。"), *cited.finish()))
    assert cited.supported == 1
    assert not cited.unsupported
    assert "90" in shown


def test_a_missing_mark_is_added_only_where_one_passage_holds_it_all() -> None:
    weight, life = passage("The unit weighs 142 g."), passage("With alkaline cells the unit runs for 18 months.")
    cited = CitedText([weight, life], "en")
    list(cited.feed("The unit runs for 18 months with alkaline cells. The unit weighs 18 months.\n"))
    list(cited.finish())
    assert cited.supported == 1
    assert cited.unsupported == ("The unit weighs 18 months.",)
