"""A question's vector loses what only tells its language, and nothing where that is not known of an embedder."""

import json

import numpy as np
import pytest

from ingest.bundled_model import NAME
from retrieval.languages import DIRECTIONS, without_language


@pytest.fixture(name="directions", scope="module")
def _directions() -> np.ndarray:
    return np.array(json.loads(DIRECTIONS.read_text(encoding="utf-8"))[NAME]["directions"], dtype=np.float32)


def test_the_bundled_models_directions_stand_at_right_angles(directions: np.ndarray) -> None:
    assert directions.shape == (5, 384)
    assert directions @ directions.T == pytest.approx(np.eye(5), abs=1e-3)


def test_passages_that_differ_only_in_their_language_are_equally_near(directions: np.ndarray) -> None:
    said, asked = np.random.default_rng(3).normal(size=(2, 384)).astype(np.float32)
    one, other = said + directions[0], said - directions[1]
    question = asked + 2 * directions[0]
    assert question @ one != pytest.approx(float(question @ other), abs=0.1)
    rest = without_language(question, NAME)
    assert rest @ one == pytest.approx(float(rest @ other), abs=0.02)
    # What the passages say still tells.
    content = said - directions.T @ (directions @ said)
    assert rest @ content == pytest.approx(float(question @ content), abs=0.02)


def test_an_unknown_embedders_questions_stay_as_they_are() -> None:
    question = np.ones(8, dtype=np.float32)
    assert without_language(question, "another") is question
