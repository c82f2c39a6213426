"""The confidence: what speaks for the answer being in the passages, weighed."""

import math
from dataclasses import fields, replace

import pytest

from ingest.sparse import terms
from retrieval.confidence import calibration, confidence
from retrieval.evidence import Evidence, gather
from retrieval.search import Found
from tests.passages import BATTERY, LAMP, RESET

FOUND = Found(candidates=(), dense=(0.87, 0.85, 0.84), sparse=(20.0, 10.0))
OWN = calibration().embedder


def evidence(question: str, language: str = "en") -> Evidence:
    return gather(language, (RESET, LAMP, BATTERY), dict.fromkeys(terms(question, language), 5.0), FOUND)


def test_every_number_has_its_weight() -> None:
    known = calibration()
    assert len(known.weights) == len(known.means) == len(known.scales) == len(fields(Evidence))


def test_without_passages_there_is_none() -> None:
    assert confidence(None, OWN) == 0.0


@pytest.mark.parametrize("other", ["how do I brew espresso with it", "hold the milk for 10 minutes to steam espresso"])
def test_a_question_whose_words_are_there_is_trusted_more(other: str) -> None:
    asked = confidence(evidence("how do I hold the power button to reset"), OWN)
    assert asked > confidence(evidence(other), OWN)


def test_cosines_count_on_the_scale_that_they_were_fitted_on_only() -> None:
    near = evidence("how do I reset it")
    far = replace(near, nearest=near.nearest - 0.05)
    assert confidence(near, OWN) > confidence(far, OWN)
    assert confidence(near, "another") == confidence(far, "another")


def test_a_search_by_terms_alone_has_a_confidence() -> None:
    found = replace(FOUND, dense=())
    read = gather("en", (RESET,), dict.fromkeys(terms("reset the hub", "en"), 5.0), found)
    assert math.isnan(read.nearest)
    assert 0 < confidence(read, OWN) < 1


def test_words_are_not_missed_in_another_language_as_much() -> None:
    own, foreign = evidence("wash the dishes"), evidence("spüle das Geschirr", "de")
    assert foreign.foreign == 1.0
    assert own.foreign == 0.0
    assert foreign.missing < own.missing
