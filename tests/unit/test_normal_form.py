"""A question's normal form: one for all ways to type a question, another one for any other question."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.stored.normalise import normal_form

WORDS = "how do i reset the t200 e-47 -q --dry-run 3.5 10 5-10 (left) wi-fi what? on 重置 怎么 時間 größe can't".split()
QUESTIONS = st.lists(st.sampled_from(WORDS), min_size=2, max_size=8).map(" ".join)


@given(QUESTIONS, st.sampled_from(["?", "!", " ?!", "。", "？", "...", " "]), st.integers(1, 4))
def test_capitals_width_spaces_and_what_stands_around_do_not_count(question: str, end: str, spaces: int) -> None:
    typed = question.upper().replace("ß".upper(), "SS") if "ß" not in question else question
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in typed)
    assert normal_form(wide.replace(" ", " " * spaces) + end) == normal_form(question)
    if normal_form(question)[0].isalpha():
        assert normal_form(f"Please, {question} {end}") == normal_form(question)


@given(st.text(max_size=60))
def test_it_is_stable_and_never_empty_for_words(text: str) -> None:
    once = normal_form(text)
    assert normal_form(once) == once
    if any(unicodedata.category(c).startswith(("L", "N")) for c in unicodedata.normalize("NFKC", text)):
        assert once


@given(QUESTIONS, QUESTIONS)
def test_questions_with_other_numbers_are_other_questions(one: str, other: str) -> None:
    numbers = [re.findall(r"-?\d+(?:\.\d+)?", text) for text in (one, other)]
    if numbers[0] != numbers[1]:
        assert normal_form(one) != normal_form(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What does E-47 mean?", "What does E-48 mean?"),
        ("Is 10 mW enough?", "Is 10 MW enough?"),
        ("Are 5 Mb enough?", "Are 5 MB enough?"),
        ("Is 10² right?", "Is 102 right?"),
        ("Take 1½ cups?", "Take 11/2 cups?"),
        ("Does it work at -5 °C?", "Does it work at 5 °C?"),
        ("What does -q do?", "What does q do?"),
        ("Is 1.5 bar right?", "Is 15 bar right?"),
        ("Is it .5 bar?", "Is it 5 bar?"),
        ("Is it on?", "Is it not on?"),
        ("不，可以重置吗？", "不可以重置吗？"),
        ("请勿重置吗", "重置吗"),
        ("Does it fit C++?", "Does it fit C?"),
        ("What is *21#?", "What is 21#?"),
        ('A 5" pipe?', "A 5 pipe?"),
    ],
)
def test_what_changes_the_meaning_stays(one: str, other: str) -> None:
    assert normal_form(one) != normal_form(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("T200 怎么重置？谢谢", "请问，t200怎么重置"),
        ("Ｔ２００　怎么重置", "T200 怎么重置"),
        ("can’t I reset it?", "can't I reset it"),
        ("Reset – how?", "reset - how"),
        ("Hello, how do I reset it? Thanks!", "how do i reset it"),
        ("wie setze ich ihn zurück, bitte?", "Wie setze ich ihn zurück?"),
        ("re\u00adset\u200b it", "reset it"),
        ("cafe\u0301", "CAFÉ"),
    ],
)
def test_what_does_not_change_it_goes(one: str, other: str) -> None:
    assert normal_form(one) == normal_form(other)
