"""What a model is quantised with: conversations of the manuals' own texts, spread over all manuals and languages."""

from pathlib import Path

import pytest

from ingest.errors import ModelUnavailable, SettingError
from serving.prompt import SYSTEM, tokens
from serving.vllm.architecture import LONG, QUANTISED
from serving.vllm.calibration import calibration_conversations
from serving.vllm.profiles import OWN_AWQ
from serving.vllm.quantize import checkpoint_folder, quantise
from tests.manual_index import Manual, publish

LONG_MANUAL = tuple((f"Part {number}", f"Turn screw {number} to {number * 3} Nm. " * 8) for number in range(60))
SHORT_MANUAL = (("清洁", "用清水冲洗滤网，晾干两小时后再装回。"),)


def test_every_manual_is_shown_in_its_language(tmp_path: Path) -> None:
    index = publish(
        tmp_path, Manual("long.md", "Frame", sections=LONG_MANUAL), Manual("short.md", "风扇", sections=SHORT_MANUAL)
    )
    made = calibration_conversations(index, count=4, tokens=2048)
    assert len(made) == 4
    assert made == calibration_conversations(index, count=4, tokens=2048)
    first = [messages[-2].content for messages in made]
    assert sum("晾干两小时" in content for content in first) == 1
    assert len(set(first)) == 4
    for system, *_, asked, answer in made:
        assert system.content == SYSTEM
        assert sum(tokens(message.content) for message in (system, asked)) < 2048
        number = int(answer.content.rsplit("[", 1)[1].removesuffix("]"))
        text = answer.content.rsplit(" [", 1)[0]
        # The answer stands in the passage whose number it bears.
        assert text[:60] in " ".join(asked.content.split(f"\n[{number}] ")[1].split())


def test_no_conversation_comes_twice_however_many_are_wanted(tmp_path: Path) -> None:
    index = publish(tmp_path, Manual("short.md", "Fan", sections=SHORT_MANUAL))
    assert len(calibration_conversations(index, count=50, tokens=2048)) == 1


def test_what_cannot_work_is_said_before_anything_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = publish(tmp_path / "index", Manual("short.md", "Fan", sections=SHORT_MANUAL))
    with pytest.raises(SettingError, match="exists already"):
        quantise(index, tmp_path)
    monkeypatch.setenv("MANUALDESK_QUANTIZE_PYTHON", str(tmp_path / "python"))
    with pytest.raises(ModelUnavailable) as caught:
        quantise(index, tmp_path / "out")
    assert caught.value.hint == "make quantize-env"
    (tmp_path / "python").touch()
    with pytest.raises(ModelUnavailable, match="quantised already"):
        quantise(index, tmp_path / "out", model=QUANTISED)


def test_serve_finds_what_quantize_makes(tmp_path: Path) -> None:
    assert checkpoint_folder(LONG, tmp_path) == tmp_path / OWN_AWQ
