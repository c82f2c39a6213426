"""Sentences: verbatim, nothing lost, abbreviations and numbers do not end one."""

import pytest

from ingest.sentences import split_sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Press OK. The lamp blinks.", ["Press OK.", "The lamp blinks."]),
        ("Use cables, e.g. USB-C. Others fail!", ["Use cables, e.g. USB-C.", "Others fail!"]),
        ("See Fig. 3 and Sec. 4.2 first.", ["See Fig. 3 and Sec. 4.2 first."]),
        ("At 3.5 V it stops. Charge it.", ["At 3.5 V it stops.", "Charge it."]),
        ("1. Open the lid. 2. Close it.", ["1. Open the lid.", "2. Close it."]),
        ("长按电源键。等待五秒！完成了吗？", ["长按电源键。", "等待五秒！", "完成了吗？"]),
        ("他说“好。”然后关机。", ["他说“好。”", "然后关机。"]),
        ('He said "Stop." Then it stopped.', ['He said "Stop."', "Then it stopped."]),
        ("Erste Zeile\nZweite Zeile", ["Erste Zeile", "Zweite Zeile"]),
        ("z. B. der Akku. Dann laden.", ["z. B. der Akku.", "Dann laden."]),
        (
            "The battery, which is charged for hours by p. ej. USB, holds approx. 3 days. Then it stops.",
            ["The battery, which is charged for hours by p. ej. USB, holds approx. 3 days.", "Then it stops."],
        ),
        ("  12. Drehen", ["12. Drehen"]),
        ("¿Listo? ¡Sí!", ["¿Listo?", "¡Sí!"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert split_sentences(text) == expected


@pytest.mark.parametrize("text", ["No end", "A.B.C. D. E", "...", "?! ?!", "Wait… Now. 完。End.", "a. b. c."])
def test_no_character_is_lost(text: str) -> None:
    assert "".join("".join(split_sentences(text)).split()) == "".join(text.split())
