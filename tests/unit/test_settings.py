"""Settings: the environment wins over manualdesk.toml, that over the default; what cannot work is named."""

from dataclasses import fields
from pathlib import Path

import pytest

from ingest.errors import SettingError
from serving.settings import Settings, load_settings

COUNTS = {item.name for item in fields(Settings) if isinstance(item.default, int)}
EXAMPLES = {"home": "/srv/manualdesk", **dict.fromkeys(COUNTS, "3")}


@pytest.mark.parametrize("key", [item.name for item in fields(Settings)])
def test_every_setting_can_be_set_both_ways_and_the_environment_wins(key: str, tmp_path: Path) -> None:
    value = EXAMPLES.get(key, f"some-{key}")
    assert str(getattr(load_settings({f"MANUALDESK_{key.upper()}": value}, tmp_path), key)) == value
    (tmp_path / "manualdesk.toml").write_text(f'{key} = "{value}"\n')
    assert str(getattr(load_settings({}, tmp_path), key)) == value
    other = "7" if key in COUNTS else "/else"
    assert str(getattr(load_settings({f"MANUALDESK_{key.upper()}": other}, tmp_path), key)) == other


@pytest.mark.parametrize("key", sorted(COUNTS))
def test_a_count_is_a_number_wherever_it_comes_from(key: str, tmp_path: Path) -> None:
    assert getattr(load_settings({f"MANUALDESK_{key.upper()}": "3"}, tmp_path), key) == 3
    (tmp_path / "manualdesk.toml").write_text(f"{key} = 4\n")
    assert getattr(load_settings({}, tmp_path), key) == 4


def test_an_empty_variable_is_no_setting_but_turns_the_language_model_off(tmp_path: Path) -> None:
    settings = load_settings({"MANUALDESK_EMBEDDER": "", "MANUALDESK_LLM_URL": ""}, tmp_path)
    assert settings.embedder == Settings().embedder
    assert settings.llm_url == ""


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ('embeder = "x"', "embeder"),
        ('workers = "many"', "many"),
        ("workers = -1", "-1"),
        ("embedder = 3", "embedder"),
        ("embedder = ", "manualdesk.toml"),
    ],
)
def test_what_cannot_work_is_named_with_its_file(line: str, named: str, tmp_path: Path) -> None:
    (tmp_path / "manualdesk.toml").write_text(line + "\n")
    with pytest.raises(SettingError, match=named) as raised:
        load_settings({}, tmp_path)
    assert "manualdesk.toml" in raised.value.message
    assert raised.value.hint


def test_a_bad_variable_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="MANUALDESK_WORKERS"):
        load_settings({"MANUALDESK_WORKERS": "two"}, tmp_path)


def test_secrets_are_not_shown() -> None:
    assert "s3cret" not in repr(Settings(index_api_key="s3cret", llm_api_key="s3cret"))
