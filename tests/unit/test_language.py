"""Language detection on texts as short as a question."""

import pytest

from ingest.language import clear_language, detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("怎么复位", "zh"),
        ("pl_editor F3 键", "zh"),
        ("HackRF One 最大发射功率", "zh"),
        ("リセットの方法", "ja"),
        ("GIMP 切り抜き 比率 固定", "ja"),
        ("초기화 방법", "ko"),
        ("how do I reset it", "en"),
        ("reset hub", "en"),
        ("max tx power 2.4 GHz", "en"),
        ("wie setze ich zurück", "de"),
        ("Welche Spannung braucht der Sensor?", "de"),
        ("comment réinitialiser l'appareil", "fr"),
        ("quelle est la durée de la batterie ?", "fr"),
        ("¿cuánto pesa?", "es"),
        ("cómo se reinicia el equipo", "es"),
        ("come si ripristina il dispositivo", "it"),
        ("como faço para reiniciar o aparelho", "pt"),
        ("как сбросить настройки", "ru"),
        ("E-12", "en"),
        ("12 34", ""),
        ("", ""),
    ],
)
def test_language_of_short_texts(text: str, language: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hold the button until the lamp blinks. " * 8, "en"),
        ("按住按钮直到指示灯闪烁，然后松开。" * 6, "zh"),
        ("ランプが点滅するまでボタンを押し続けてください。" * 4, "ja"),
        ("램프가 깜박일 때까지 버튼을 누르고 계십시오. " * 5, "ko"),
        ("Maintenez le bouton enfoncé jusqu'à ce que le voyant clignote. " * 5, "fr"),
        ("Hold the button until the lamp blinks.", ""),
        ("按住按钮。", ""),
        ("GPIO UART SPI I2C PWM ADC DAC USB VCC GND RESET BOOT CLOCK " * 4, ""),
        ("Hold the button until the lamp blinks. 按住按钮直到指示灯闪烁，然后松开。" * 4, ""),
    ],
)
def test_language_of_a_section_only_where_it_is_clear(text: str, language: str) -> None:
    assert clear_language(text) == language
