"""What users say of themselves is told from what they ask, in six languages, and what they take back is gone."""

import pytest

from retrieval.query import Turn
from retrieval.stated import LONGEST, MOST, stated, telling


def texts(*said: str) -> list[str]:
    return [statement.text for statement in stated([Turn("user", text) for text in said])]


@pytest.mark.parametrize(
    "sentence",
    [
        "I use the X200.",
        "our product lines are A, B and C",
        "Our product lines are heating, lighting and locks.",
        "My model is the T200.",
        "I'm a technician from Lyon.",
        "Please remember that the site has no internet.",
        "我们用的是 X200",
        "我们的产品线是 A、B 和 C。",
        "我们的产品线有智能家居、照明和门锁",
        "我的型号是 T200 Pro",
        "私は X200 を使っています。",
        "当社の製品は A、B、C です。",
        "Nous utilisons le X200.",
        "Notre gamme de produits est A, B et C.",
        "Wir verwenden das X200.",
        "Unsere Produktlinien sind A, B und C.",
        "Usamos el X200.",
        "Nuestras líneas de productos son A, B y C.",
    ],
)
def test_a_statement_is_kept_word_for_word(sentence: str) -> None:
    assert texts(f"{sentence}") == [sentence]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("I have a W5 watch, how do I charge it?", "I have a W5 watch"),
        ("I use the X200 and how do I reset it?", "I use the X200"),
        ("我有一台 W5，怎么充电？", "我有一台 W5"),
        ("Hello. We run the T200 Pro. What does E07 mean?", "We run the T200 Pro."),
    ],
)
def test_of_a_question_only_the_statement_is_kept(said: str, kept: str) -> None:
    assert texts(said) == [kept]


@pytest.mark.parametrize(
    "question",
    [
        "How do I reset the X200?",
        "Do we have to use the X200 charger?",
        "I have a problem with the lamp.",
        "The lamp is blinking.",
        "Can I use the X200 outdoors?",
        "Is my model the T200?",
        "怎么重置 X200？",
        "我可以用 X200 的充电器吗？",
        "我怎么用 X200 连接手机？",
        "Wie kann ich das X200 verwenden?",
        "Comment utiliser le X200 ?",
        "¿Cómo uso el X200?",
    ],
)
def test_a_question_states_nothing(question: str) -> None:
    assert texts(question) == []


@pytest.mark.parametrize(
    ("first", "second", "holds"),
    [
        ("I use the X200.", "We no longer use the X200, now we have the X300.", "we have the X300."),
        ("我们用的是 X200", "我们现在不用 X200 了，改用 X300。", "用 X300。"),
    ],
)
def test_what_is_taken_back_is_gone(first: str, second: str, holds: str) -> None:
    (statement,) = stated([Turn("user", first), Turn("user", second)])
    assert statement.text == second
    assert statement.holds == holds


def test_only_what_the_user_says_counts_and_not_for_ever_more_of_it() -> None:
    assert stated([Turn("assistant", "I use the X200.")]) == ()
    assert texts("I use the X200. " + "I have the W5 and" + " more" * LONGEST + ".") == ["I use the X200."]
    assert texts(*(f"I have the W{number}." for number in range(40))) == [
        f"I have the W{number}." for number in range(40 - MOST, 40)
    ]
    assert texts("I use the X200.", "We run the T5.", "I use the X200.") == ["We run the T5.", "I use the X200."]


def test_recent_talk_comes_before_what_was_stated_and_that_before_older_talk() -> None:
    said = ["I use the X200.", "What of the Y1?", "a?", "b?", "c?"]
    assert telling([Turn("user", text) for text in said]) == [
        ("conversation", "c?"),
        ("conversation", "b?"),
        ("conversation", "a?"),
        ("facts", "I use the X200."),
        ("conversation", "What of the Y1?"),
        ("facts", "I use the X200."),
    ]
