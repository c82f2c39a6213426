"""Fusion of both searches: a chunk both sides like comes first, an empty side silences nothing."""

from pathlib import Path

import numpy as np

from ingest.index.contract import EVERYTHING, Ranked
from ingest.sparse import query_terms
from ingest.types import Vectors
from retrieval.search import CANDIDATES, FOREIGN_WEIGHT, OWN_WEIGHT, fuse, search
from tests.manual_index import DIMENSIONS, Manual, publish


def ranked(*scored: tuple[str, float]) -> list[Ranked]:
    return [Ranked(key, score) for key, score in scored]


def test_the_best_of_both_sides_is_first_with_score_1_and_nothing_is_lost_or_doubled() -> None:
    found = fuse(ranked(("a", 0.9), ("b", 0.88), ("c", 0.85)), ranked(("a", 12.0), ("d", 6.0)))
    assert (found[0].key, found[0].score(OWN_WEIGHT), found[0].score(FOREIGN_WEIGHT)) == ("a", 1.0, 1.0)
    assert sorted(candidate.key for candidate in found) == ["a", "b", "c", "d"]


def test_each_candidate_tells_what_each_side_thought() -> None:
    by_key = {found.key: found for found in fuse(ranked(("a", 0.9)), ranked(("b", 5.0), ("a", 4.0)))}
    assert (by_key["a"].dense, by_key["a"].sparse) == (0.9, 4.0)
    assert (by_key["b"].dense, by_key["b"].sparse) == (0.0, 5.0)


def test_a_clear_match_of_terms_is_not_outvoted_by_a_near_tie_of_cosines() -> None:
    found = fuse(ranked(("b", 0.886), ("a", 0.885), ("c", 0.80)), ranked(("a", 20.0), ("b", 5.0)))
    assert found[0].key == "a"


def test_what_stands_deep_on_one_side_keeps_its_score_there_and_is_no_candidate_by_it() -> None:
    near = [(f"near {place:03}", 0.9 - place / 1000) for place in range(CANDIDATES)]
    far = [(f"far {place:03}", 0.7 - place / 1000) for place in range(CANDIDATES)]
    terms = [(f"term {place:03}", 20.0 - place / 10) for place in range(CANDIDATES)]
    found = {one.key: one for one in fuse(ranked(*near, *far), ranked(*terms, (near[5][0], 10.0), (far[0][0], 9.0)))}
    assert len(found) == 2 * CANDIDATES
    assert (found["near 005"].sparse, found["near 005"].words) == (10.0, 0.5)
    assert found["near 004"].words == 0.0
    assert "far 000" not in found
    # Deeper cosines do not move where the last candidate stands.
    assert min(one.meaning for key, one in found.items() if key.startswith("near")) == 0.0


def test_one_side_alone_keeps_its_order_and_none_gives_none() -> None:
    scored = ranked(("b", 0.9), ("a", 0.8), ("c", 0.7))
    assert [candidate.key for candidate in fuse(scored, [])] == ["b", "a", "c"]
    assert [candidate.key for candidate in fuse([], scored)] == ["b", "a", "c"]
    assert fuse([], []) == []


def test_equal_scores_always_come_in_the_same_order() -> None:
    tied = ranked(("c", 5.0), ("a", 5.0), ("b", 5.0))
    assert [found.key for found in fuse([], tied)] == [found.key for found in fuse([], tied[::-1])]


def test_terms_count_less_in_a_manual_of_another_language(tmp_path: Path) -> None:
    both = Manual("a.md", title="Pumpe", sections=(("Filter", "Das Sieb der Pumpe wird einmal im Monat gereinigt."),))
    one = Manual("b.md", title="Ofen", sections=(("Filter", "Das Sieb wird einmal im Jahr mit Wasser gereinigt."),))
    index = publish(tmp_path / "index", both, one)
    question = Vectors(np.eye(1, DIMENSIONS, dtype=np.float32)[0], query_terms("Pumpe Sieb", "de"))
    own, foreign = (search(index, question, EVERYTHING, language=language).candidates for language in ("de", "en"))
    index.close()
    assert [found.chunk.document for found in own] == [found.chunk.document for found in foreign] == ["a.md", "b.md"]
    assert own[0].score == foreign[0].score == 1.0
    assert own[1].score < foreign[1].score < 1.0
