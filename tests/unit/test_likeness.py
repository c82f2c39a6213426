"""Two questions compared word by word: near misses of the committed pairs never pass, most paraphrases do."""

import json
from pathlib import Path

import pytest

from serving.stored.likeness import likeness
from serving.stored.semantic import LEAST_COSINE, LEAST_COSINE_APART, same_question

PAIRS = Path(__file__).parents[2] / "data" / "eval" / "question-pairs.jsonl"
ROWS = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]


def test_no_near_miss_has_the_same_words_the_same_way_round() -> None:
    taken = [
        (row["one"], row["other"])
        for row in ROWS
        if not row["same"] and likeness(row["one"], row["other"], row["lang"]) == likeness("a", "a", "en")
    ]
    assert not taken


@pytest.mark.parametrize("which", ["tune", "report"])
def test_most_paraphrases_differ_in_a_word_at_most(which: str) -> None:
    same = [row for row in ROWS if row["same"] and row["set"] == which]
    alike = [likeness(row["one"], row["other"], row["lang"]) for row in same]
    assert sum(not found.against and found.apart <= 1 for found in alike) >= 0.8 * len(same)


def test_it_does_not_matter_which_question_came_first() -> None:
    for row in ROWS:
        there = likeness(row["one"], row["other"], row["lang"])
        back = likeness(row["other"], row["one"], row["lang"])
        assert bool(there.against) == bool(back.against), row
        assert there.apart == back.apart, row


@pytest.mark.parametrize(
    ("one", "other", "against"),
    [
        ("How do I reset the hub?", "How do I reset the hub in 5 s?", "numbers"),
        ("Are 5 minutes enough?", "Are 5 seconds enough?", "quantities"),
        ("Are 5 MW enough?", "Are 5 mW enough?", "units"),
        ("What does E-47 show?", "What does F-47 show?", "codes"),
        ("What does -q print?", "What does -v print?", "options"),
        ("Does it work at -5 degrees?", "Does it work at 5 degrees?", "quantities"),
        ("Can I open the case?", "Can I not open the case?", "negation"),
        ("Why does it turn on?", "Why does it turn off?", "opposites"),
        ("Do I press it before pairing?", "Do I press it after pairing?", "opposites"),
        ("How long is the cable?", "Where is the cable?", "what is asked for"),
        ("Can I wash the filter?", "Must I wash the filter?", "what is asked for"),
        ("Which cable connects it?", "How is the cable connected?", "what is asked for"),
        ("Does the hub control the lamp?", "Does the lamp control the hub?", "order"),
        ("How do I copy from disk to card?", "How do I copy from card to disk?", "order"),
        ("How do I clean the lens?", "How do I clean the case?", "words"),
        ("灯怎么打开？", "灯怎么关闭？", "opposites"),
    ],
)
def test_what_speaks_against_it_is_named(one: str, other: str, against: str) -> None:
    assert likeness(one, other, "zh" if "灯" in one else "en").against == against


def test_the_cosine_decides_what_the_words_leave_open() -> None:
    one, other = "How do I reset the hub?", "How can I reset my hub?"
    assert same_question(one, other, LEAST_COSINE, "en")
    assert not same_question(one, other, LEAST_COSINE - 0.01, "en")
    wordier = "How can I reset my hub safely?"
    assert same_question(one, wordier, LEAST_COSINE_APART, "en")
    assert not same_question(one, wordier, LEAST_COSINE_APART - 0.01, "en")
