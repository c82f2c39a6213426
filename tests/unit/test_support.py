"""What a passage supports, and what it does not."""

import pytest

from serving.support import support
from tests.passages import BATTERY, LAMP, RESET, passage

PORT = passage("By default, upsd will only listen to localhost port 3493/tcp. Use the -t option to test.")


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("Press and hold the power button for 10 s to reset it.", RESET),
        ("The hub must not be used in water.", RESET),
        ("Battery capacity: 2400 mAh.", BATTERY),
        ("upsd listens on port 3493.", PORT),
        ("Error E47 means the fan is blocked.", LAMP),
        ("1. Hold the power button for 10 seconds.", RESET),
    ],
)
def test_the_same_in_other_words_is_supported(sentence: str, source) -> None:
    verdict = support(sentence, [source], "en")
    assert verdict.keeps
    assert all(quote in source.text for quote in verdict.quotes[0])


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("Hold the power button for 11 seconds to reset the hub.", RESET),
        ("Hold the power button for 10 minutes to reset the hub.", RESET),
        ("Do use the hub in water.", RESET),
        ("Do not hold the power button for 10 seconds to reset the hub.", RESET),
        ("The battery holds 24,000 mAh.", BATTERY),
        ("Error E4 means the fan is blocked.", LAMP),
        ("Use the -x option to test.", PORT),
        ("Run `upsd --force` on the port.", PORT),
        ("Wash the cover with soap.", RESET),
    ],
)
def test_another_number_unit_code_or_meaning_is_not(sentence: str, source) -> None:
    verdict = support(sentence, [source], "en")
    assert not verdict.keeps
    assert not verdict.adds


def test_numbers_are_read_in_each_language_s_way() -> None:
    german = passage("Der Akku hat 2.400 mAh und hält 1,5 Stunden.", language="de")
    assert support("Der Akku hat 2400 mAh.", [german], "de").adds
    assert support("The battery has 2,400 mAh and lasts 1.5 hours.", [german], "en").keeps
    assert not support("The battery has 2,500 mAh.", [german], "en").keeps


def test_full_width_digits_and_cjk_words() -> None:
    chinese = passage("长按电源键１０秒恢复出厂设置。电池容量为2400毫安时。", language="zh")
    assert support("长按电源键10秒可恢复出厂设置。", [chinese], "zh").adds
    assert not support("长按电源键15秒可恢复出厂设置。", [chinese], "zh").keeps
    assert support("容量为2400毫安时", [chinese], "zh").quotes == (("电池容量为2400毫安时。",),)


def test_what_cannot_be_checked_is_kept_but_never_added() -> None:
    verdict = support("请勿放入水中。", [RESET], "zh")
    assert verdict.keeps
    assert not verdict.adds


def test_a_number_must_stand_where_the_sentence_does() -> None:
    lines = ["Press the ring for 15 seconds to reset the unit.", *("The cover is white." for _ in range(5))]
    long = passage("\n".join([*lines, "The app waits 10 seconds for the unit."]))
    assert support("Press the ring for 15 seconds to reset the unit.", [long], "en").keeps
    assert not support("Press the ring for 10 seconds to reset the unit.", [long], "en").keeps


def test_the_numbers_of_another_row_do_not_count() -> None:
    table = passage("Code | Meaning\nE-06 | Mains voltage below 85 V\nE-07 | Batteries below 2.2 V")
    assert support("E-07 means batteries below 2.2 V.", [table], "en").keeps
    assert not support("E-07 means batteries below 85 V.", [table], "en").keeps
