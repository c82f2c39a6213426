"""Fusion of both searches: a chunk both sides like comes first, an empty side silences nothing."""

from ingest.index.contract import Hit
from ingest.types import Chunk
from retrieval.search import fuse
from tests.documents import chunks_of, heading, paragraph


def pieces(count: int) -> list[Chunk]:
    elements = []
    for number in range(count):
        elements += [heading(f"Part {number}"), paragraph(f"Sentence number {number} says this and that. " * 12)]
    return chunks_of(*elements)


def hits(*scored: tuple[Chunk, float]) -> list[Hit]:
    return [Hit(chunk, score) for chunk, score in scored]


def test_the_best_of_both_sides_is_first_with_score_1_and_nothing_is_lost_or_doubled() -> None:
    a, b, c, d = pieces(4)
    found = fuse(hits((a, 0.9), (b, 0.88), (c, 0.85)), hits((a, 12.0), (d, 6.0)))
    assert found[0].chunk == a
    assert found[0].score == 1.0
    assert sorted(candidate.chunk.ordinal for candidate in found) == [0, 1, 2, 3]
    assert [candidate.score for candidate in found] == sorted((c.score for c in found), reverse=True)


def test_each_candidate_tells_what_each_side_thought() -> None:
    a, b = pieces(2)
    first, second = fuse(hits((a, 0.9)), hits((b, 5.0), (a, 4.0)))
    assert (first.chunk, first.dense, first.sparse) == (a, 0.9, 4.0)
    assert (second.chunk, second.dense, second.sparse) == (b, 0.0, 5.0)


def test_a_clear_match_of_terms_is_not_outvoted_by_a_near_tie_of_cosines() -> None:
    a, b, c = pieces(3)
    found = fuse(hits((b, 0.886), (a, 0.885), (c, 0.80)), hits((a, 20.0), (b, 5.0)))
    assert found[0].chunk == a


def test_one_side_alone_keeps_its_order_and_none_gives_none() -> None:
    a, b, c = pieces(3)
    scored = hits((b, 0.9), (a, 0.8), (c, 0.7))
    assert [candidate.chunk for candidate in fuse(scored, [])] == [b, a, c]
    assert [candidate.chunk for candidate in fuse([], scored)] == [b, a, c]
    assert fuse([], []) == []


def test_equal_scores_stand_in_the_order_of_the_document() -> None:
    a, b, c = pieces(3)
    assert [item.chunk for item in fuse([], hits((c, 5.0), (a, 5.0), (b, 5.0)))] == [a, b, c]
