"""Near ties of a search, put in order by how well each word of the question is met."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ingest.token_states import States
from retrieval.passages import Passage
from retrieval.token_reader import Tokens
from retrieval.word_by_word import NEAR, READ, told_apart
from tests.passages import passage

WORDS = ("reset", "hub", "battery", "lamp", "button", "charge")
QUESTION = "charge the battery of the hub"


class WordReader:
    """A token is a word; those of WORDS have a direction each, all others share one. Counts the passages it reads."""

    def __init__(self) -> None:
        self.read = 0

    def passages(self, passages: Sequence[Passage]) -> list[list[States]]:
        """A line is a chunk."""
        self.read += len(passages)
        return [[self.question(line)[0] for line in one.text.splitlines()] for one in passages]

    def question(self, text: str) -> Tokens:
        found = list(re.finditer(r"\w+", text.lower()))
        places = [WORDS.index(match.group()) if match.group() in WORDS else len(WORDS) for match in found]
        return np.eye(len(WORDS) + 1, dtype=np.float32)[places], [match.span() for match in found]


def tied(*texts: str, score: float = 1.0) -> list[Passage]:
    """Passages of a manual each, every score a little below the one before."""
    return [
        replace(passage(text, title=f"Manual {number}"), score=score - number / 100, chunk_ids=(f"c{number}",))
        for number, text in enumerate(texts)
    ]


def texts(passages: tuple[Passage, ...]) -> list[str]:
    return [one.text for one in passages]


def test_of_near_ties_the_one_that_meets_most_words_is_first_in_the_place_of_the_other() -> None:
    passages = tied("Reset the lamp.", "Charge the battery.")
    found, read = told_apart(QUESTION, "en", passages, (), WordReader())
    assert texts(found) == ["Charge the battery.", "Reset the lamp."]
    assert [one.score for one in found] == [one.score for one in passages]
    assert read == len(passages)


def test_what_is_clearly_behind_is_not_read() -> None:
    first, second = tied("Reset the lamp.", "Charge the battery.")
    behind = replace(second, score=first.score * (NEAR - 0.01))
    reader = WordReader()
    assert told_apart(QUESTION, "en", (first, behind), (), reader) == ((first, behind), 0)
    assert reader.read == 0


def test_sections_of_one_manual_are_compared_too() -> None:
    passages = [replace(one, document="hub.pdf") for one in tied("Reset the lamp.", "Charge the battery.")]
    found, _read = told_apart(QUESTION, "en", passages, (), WordReader())
    assert texts(found) == ["Charge the battery.", "Reset the lamp."]


def test_one_chunk_has_to_meet_the_question() -> None:
    passages = tied("Charge the lamp.\nReset the battery.", "Charge the battery.")
    found, _read = told_apart(QUESTION, "en", passages, (), WordReader())
    assert texts(found)[0] == "Charge the battery."


def test_one_passage_has_nothing_to_be_compared_with() -> None:
    (only,) = tied("Reset the lamp.")
    assert told_apart(QUESTION, "en", (only,), (), WordReader()) == ((only,), 0)


def test_a_passage_whose_place_was_decided_keeps_it() -> None:
    lamp, button, battery = tied("Reset the lamp.", "Reset the button.", "Charge the battery.")
    found, read = told_apart(QUESTION, "en", (lamp, button, battery), {"c1"}, WordReader())
    assert texts(found) == ["Charge the battery.", "Reset the button.", "Reset the lamp."]
    assert read == 2


def test_no_more_than_the_first_few_are_read() -> None:
    reader = WordReader()
    told_apart(QUESTION, "en", tied(*["Reset the lamp."] * (READ + 2)), (), reader)
    assert reader.read == READ


def test_without_a_passage_or_a_word_nothing_moves() -> None:
    passages = tied("Reset the lamp.", "Charge the battery.")
    assert told_apart("what is it?", "en", passages, (), WordReader())[0] == tuple(passages)
    assert told_apart(QUESTION, "en", (), (), WordReader()) == ((), 0)
