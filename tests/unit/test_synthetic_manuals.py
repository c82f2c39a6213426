"""The made-up manuals of the scale bench: weighed as real chunks are, the same every time, as near as e5's vectors."""

from itertools import islice

import numpy as np

from ingest.sparse import passage_terms
from tests.synthetic_manuals import LANGUAGE, SyntheticManuals


def test_weights_are_those_of_an_ingest() -> None:
    for point in islice(SyntheticManuals().points(60), 0, None, 7):
        expected = passage_terms(point.chunk.embed_text, LANGUAGE)
        assert point.vectors.sparse.indices == expected.indices
        np.testing.assert_allclose(point.vectors.sparse.values, expected.values)


def test_a_stream_is_the_same_every_time_and_as_long_as_asked_for() -> None:
    first, again = list(SyntheticManuals().points(50)), list(SyntheticManuals().points(50))
    assert [point.chunk for point in first] == [point.chunk for point in again]
    assert len({point.chunk.id for point in first}) == 50
    assert [point.chunk.text[box.start] for point in first for box in point.chunk.boxes[1:]]


def test_vectors_lie_as_close_as_those_of_an_embedder() -> None:
    points = list(SyntheticManuals().points(400))
    vectors = np.stack([point.vectors.dense for point in points])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)
    cosines = (vectors @ vectors.T)[np.triu_indices(len(vectors), 1)]
    assert 0.72 < np.quantile(cosines, 0.01) < np.quantile(cosines, 0.99) < 0.93


def test_a_question_is_nearest_to_its_own_chunk() -> None:
    manuals = SyntheticManuals()
    question = manuals.question(3, 2)
    points = manuals.manual(3)
    nearest = max(points, key=lambda point: float(point.vectors.dense @ question.vector))
    assert nearest.chunk.id == question.chunk_id
    assert 0.8 < float(nearest.vectors.dense @ question.vector) < 0.95
