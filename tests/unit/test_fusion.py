"""Fusion of both searches: a chunk both sides like comes first, an empty side silences nothing."""

from ingest.index.contract import Ranked
from retrieval.search import fuse


def ranked(*scored: tuple[str, float]) -> list[Ranked]:
    return [Ranked(key, score) for key, score in scored]


def test_the_best_of_both_sides_is_first_with_score_1_and_nothing_is_lost_or_doubled() -> None:
    found = fuse(ranked(("a", 0.9), ("b", 0.88), ("c", 0.85)), ranked(("a", 12.0), ("d", 6.0)))
    assert (found[0].key, found[0].score) == ("a", 1.0)
    assert sorted(candidate.key for candidate in found) == ["a", "b", "c", "d"]
    assert [candidate.score for candidate in found] == sorted((c.score for c in found), reverse=True)


def test_each_candidate_tells_what_each_side_thought() -> None:
    first, second = fuse(ranked(("a", 0.9)), ranked(("b", 5.0), ("a", 4.0)))
    assert (first.key, first.dense, first.sparse) == ("a", 0.9, 4.0)
    assert (second.key, second.dense, second.sparse) == ("b", 0.0, 5.0)


def test_a_clear_match_of_terms_is_not_outvoted_by_a_near_tie_of_cosines() -> None:
    found = fuse(ranked(("b", 0.886), ("a", 0.885), ("c", 0.80)), ranked(("a", 20.0), ("b", 5.0)))
    assert found[0].key == "a"


def test_one_side_alone_keeps_its_order_and_none_gives_none() -> None:
    scored = ranked(("b", 0.9), ("a", 0.8), ("c", 0.7))
    assert [candidate.key for candidate in fuse(scored, [])] == ["b", "a", "c"]
    assert [candidate.key for candidate in fuse([], scored)] == ["b", "a", "c"]
    assert fuse([], []) == []


def test_equal_scores_always_come_in_the_same_order() -> None:
    tied = ranked(("c", 5.0), ("a", 5.0), ("b", 5.0))
    assert [found.key for found in fuse([], tied)] == [found.key for found in fuse([], tied[::-1])]
