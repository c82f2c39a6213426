"""The parse-quality score: what it complains of, and what it leaves alone."""

import pytest

from ingest.quality import PageHint, is_garbled, page_qualities
from ingest.types import Box, Element, Kind

PROSE = (
    "The battery must be charged for eight hours before the first use. Do not open the case while it is plugged in. "
)


def paragraph(text: str, *, page: int = 1, top: float = 100) -> Element:
    box = Box(page=page, left=50, top=top, right=500, bottom=top + 10)
    return Element(kind=Kind.PARAGRAPH, text=text, page=page, boxes=(box,))


def table(*rows: tuple[str, ...]) -> Element:
    return Element(kind=Kind.TABLE, text="\n".join(" | ".join(row) for row in rows), page=1, rows=rows)


def problems(*elements: Element, hint: PageHint | None = None) -> tuple[str, ...]:
    found = page_qualities(elements, {1: hint} if hint else {})
    return found[0].problems if found else ()


@pytest.mark.parametrize(
    "text",
    [
        PROSE * 3,
        "Laden Sie den Akku vor dem ersten Gebrauch acht Stunden lang auf. Öffnen Sie das Gehäuse nie. " * 3,
        "首次使用前请将电池充电八小时。请勿在通电时打开机壳。" * 5,
        "初めて使用する前に、バッテリーを8時間充電してください。" * 5,
        "Перед первым использованием зарядите аккумулятор в течение восьми часов. " * 5,
        "PORTB |= _BV(PB5); sbrc r16, 7; rjmp .-2; ldi r24, 0xFF; cpse r1, r24; brts .+4; " * 4,
        "Café, naïve, Ångström: 5 °C to 40 °C, ±2 %, 20 µA at 3.3 kΩ. " * 4,
    ],
)
def test_text_of_any_language_and_code_is_not_garbled(text: str) -> None:
    assert not is_garbled(text)


@pytest.mark.parametrize(
    "text",
    [
        "\ue001\ue002\ue003 \ue004\ue005\ue006 " * 20,
        "The b\ufffd\ufffdtt\ufffdry m\ufffdst b\ufffd ch\ufffdrg\ufffdd. " * 10,
        "Ã–ffnen Sie das GehÃ¤use nicht, wÃ¤hrend das GerÃ¤t lÃ¤uft. FÃ¼r SchÃ¤den haften wir nicht. " * 3,
        "Wkh edwwhub pxvw eh fkdujhg iru hljkw krxuv ehiruh wkh iluvw xvh. " * 6,
        "(cid:12)(cid:45)(cid:88)(cid:3)(cid:19) " * 10,
    ],
)
def test_signs_without_meaning_broken_encodings_and_letters_that_make_no_words_are(text: str) -> None:
    assert is_garbled(text)
    assert problems(paragraph(text)) == ("garbled",)


def test_a_page_that_was_read_well_is_not_named() -> None:
    rows = (("Part", "Voltage"), ("T200", "5 V"), ("T300", ""))
    lines = [paragraph(PROSE, top=100 + 12 * line) for line in range(20)]
    assert page_qualities([*lines, table(*rows)], {}) == ()


def test_a_page_that_shows_something_and_gave_no_text_is_empty() -> None:
    (quality,) = page_qualities([paragraph(PROSE, page=2)], {1: PageHint(drawn=True)})
    assert (quality.page, quality.score, quality.problems) == (1, 0.0, ("empty",))


@pytest.mark.parametrize(
    "rows",
    [
        (("a", "b", "c"), ("1", "2")),
        (("a", "b", "c", "d"), ("1", "", "", ""), ("", "", "", ""), ("", "", "", "")),
        (("a", "b"), ("1", PROSE * 20)),
    ],
)
def test_ragged_empty_and_overflowing_tables_are_broken(rows: tuple[tuple[str, ...], ...]) -> None:
    assert problems(paragraph(PROSE), table(*rows)) == ("broken table",)


def test_lines_that_jump_up_and_down_are_suspicious() -> None:
    tops = [100, 400, 112, 412, 124, 424, 136, 436, 148, 448, 160, 460, 172, 472]
    assert problems(*(paragraph(PROSE, top=top) for top in tops)) == ("suspicious order",)


def test_recognised_pages_are_named_with_their_confidence() -> None:
    (quality,) = page_qualities([paragraph(PROSE)], {1: PageHint(confidence=0.93, drawn=True)})
    assert (quality.score, quality.problems) == (0.93, ("recognised",))
    assert "garbled" in problems(paragraph(PROSE), hint=PageHint(confidence=0.55, drawn=True))
