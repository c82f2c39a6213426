"""The widget's script as it is sent: small, speaking six languages, and without a way to make markup of a text."""

import re

import pytest

from serving.customers.look import LANGUAGES, spoken
from ui.widget.script import FOLDER, PARTS, widget_script, widget_style
from ui.widget.texts import texts_in

MOST_BYTES = 30_000


def test_the_script_is_small() -> None:
    assert len(widget_script().encode()) < MOST_BYTES
    assert len(widget_style().encode()) < MOST_BYTES / 2


def test_all_parts_are_in_it() -> None:
    assert {path.stem for path in FOLDER.glob("*.js")} == set(PARTS)


def test_no_text_becomes_markup_or_code() -> None:
    forbidden = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|DOMParser|srcdoc|import\("
    )
    assert not re.findall(forbidden, widget_script())
    assert "http" not in re.sub(r"http://www\.w3\.org/2000/svg", "", widget_style() + widget_script())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything(language: str) -> None:
    english, other = texts_in("en"), texts_in(language)
    assert other.keys() == english.keys()
    for key, text in english.items():
        assert text
        assert sorted(re.findall(r"\{\w+\}", other[key])) == sorted(re.findall(r"\{\w+\}", text)), key


def test_every_text_that_the_script_says_is_there_and_none_is_left_over() -> None:
    script = widget_script()
    said = set(re.findall(r"(?:say|field)\('(\w+)'", script))
    assert said <= texts_in("en").keys()
    unused = {key for key in texts_in("en") if not re.search(rf"['\"]{key}['\"]", script)} - {
        "title_question",
        "withdrawn",
    }
    assert not unused


@pytest.mark.parametrize(("tag", "language"), [("zh-CN", "zh"), ("DE", "de"), ("pt-BR", "en"), ("", "en")])
def test_a_languages_tag_is_understood(tag: str, language: str) -> None:
    assert spoken(tag) == language
