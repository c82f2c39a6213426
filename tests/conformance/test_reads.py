"""What is found again, by whom: every field, every read path within its scope, the order of hits."""

from dataclasses import replace

import pytest

from ingest.errors import IndexUnusable
from ingest.index.contract import EVERYTHING, Index, IndexedDocument, IndexStore, Point, Scope, Text
from ingest.types import Audience, Sparse, Vectors
from tests.conformance.synthetic import (
    COMMON_TERM,
    DIMENSIONS,
    EMBEDDER,
    axis,
    full_point,
    own_term,
    point,
    points,
)

PUBLIC = Scope(audience=Audience.PUBLIC)


def publish(store: IndexStore, *documents: list[Point]) -> Index:
    with store.draft(embedder=EMBEDDER, dimensions=DIMENSIONS) as draft:
        for document in documents:
            draft.replace(document[0].chunk.document, document)
        draft.publish()
    return store.open()


def test_every_field_comes_back_on_every_read_path(store: IndexStore) -> None:
    whole = full_point()
    index = publish(store, [whole])
    found = replace(whole.chunk, boxes=(), origins=())
    assert [hit.chunk for hit in index.search_dense(axis(3), EVERYTHING, limit=5)] == [found]
    assert [hit.chunk for hit in index.search_sparse(Sparse((7,), (1.0,)), EVERYTHING, limit=5)] == [found]
    assert index.span(whole.chunk.document, 0, 0, EVERYTHING) == [whole.chunk]
    assert index.texts(whole.chunk.document, 0, 0, EVERYTHING) == [Text(found.section, found.text)]
    assert index.documents(EVERYTHING) == [
        IndexedDocument(
            document=whole.chunk.document,
            revision=whole.chunk.revision,
            title=whole.chunk.title,
            product="lamp-2",
            version="2.1",
            language="zh",
            audience=Audience.INTERNAL,
            pages=40,
            chunks=1,
            root="/manuals/lamps",
            signature="fedcba",
            model=whole.chunk.model,
            valid_from=whole.chunk.valid_from,
            valid_until=whole.chunk.valid_until,
            origins=whole.chunk.origins,
        )
    ]


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (EVERYTHING, {"a", "b", "c", "d"}),
        (PUBLIC, {"a", "b", "c"}),
        (Scope(audience=Audience.INTERNAL, products=("watch",)), {"b"}),
        (Scope(audience=Audience.INTERNAL, products=("watch", "lamp")), {"a", "b", "d"}),
        (Scope(audience=Audience.PUBLIC, products=("lamp",)), {"a"}),
        (Scope(audience=Audience.PUBLIC, languages=("zh",)), {"c"}),
        (Scope(audience=Audience.PUBLIC, products=("watch",), languages=("zh",)), set()),
        (Scope(audience=Audience.INTERNAL, products=()), set()),
        (Scope(audience=Audience.INTERNAL, languages=()), set()),
        (Scope(audience=Audience.INTERNAL, documents=("b", "d")), {"b", "d"}),
        (Scope(audience=Audience.PUBLIC, documents=("b", "d")), {"b"}),
        (Scope(audience=Audience.INTERNAL, documents=()), set()),
    ],
)
def test_every_read_path_keeps_to_the_scope(store: IndexStore, scope: Scope, expected: set[str]) -> None:
    index = publish(
        store,
        points("a"),
        points("b", product="watch"),
        points("c", product="band", language="zh"),
        points("d", audience=Audience.INTERNAL),
    )
    assert {hit.chunk.document for hit in index.search_dense(axis(1), scope, limit=50)} == expected
    terms = Sparse((COMMON_TERM,), (1.0,))
    assert {hit.chunk.document for hit in index.search_sparse(terms, scope, limit=50)} == expected
    assert {document.document for document in index.documents(scope)} == expected
    assert {name for name in "abcd" if index.span(name, 0, 9, scope)} == expected
    assert {name for name in "abcd" if index.texts(name, 0, 9, scope)} == expected
    keys = [found.key for found in index.rank(Vectors(axis(1)), EVERYTHING, dense=50, sparse=50)[0]]
    # Asked for by someone who may read all of it first: what was loaded then is given to nobody else.
    assert {chunk.document for chunk in index.chunks(keys, EVERYTHING).values()} == set("abcd")
    assert {chunk.document for chunk in index.chunks(keys, scope).values()} == expected


def test_dense_hits_come_by_cosine(store: IndexStore) -> None:
    index = publish(store, points("a", 5))
    vector = (axis(4) * 0.8 + axis(2) * 0.6).astype("float32")
    hits = index.search_dense(vector, EVERYTHING, limit=2)
    assert [hit.chunk.ordinal for hit in hits] == [4, 2]
    assert [hit.score for hit in hits] == pytest.approx([0.8, 0.6], abs=1e-3)


def test_a_rare_term_outweighs_a_common_one(store: IndexStore) -> None:
    index = publish(store, points("a", 6))
    rare = index.search_sparse(Sparse((own_term(3),), (1.0,)), EVERYTHING, limit=6)
    common = index.search_sparse(Sparse((COMMON_TERM,), (1.0,)), EVERYTHING, limit=6)
    assert [hit.chunk.ordinal for hit in rare] == [3]
    assert len(common) == 6
    # BM25's IDF with N points, n of them with the term: ln(1 + (N - n + 0.5) / (n + 0.5)).
    assert rare[0].score == pytest.approx(1.540, abs=0.01)
    assert common[0].score == pytest.approx(0.074, abs=0.01)
    both = index.search_sparse(Sparse((COMMON_TERM, own_term(2)), (1.0, 1.0)), EVERYTHING, limit=6)
    assert both[0].chunk.ordinal == 2


def test_both_searches_at_once_find_what_each_finds(store: IndexStore) -> None:
    index = publish(store, points("a", 6, audience=Audience.INTERNAL), points("b", 3))
    vectors = Vectors(axis(2), Sparse((COMMON_TERM, own_term(1)), (1.0, 1.0)))
    for scope in (EVERYTHING, PUBLIC):
        dense, sparse = index.rank(vectors, scope, dense=4, sparse=5)
        for ranked, hits in (
            (dense, index.search_dense(vectors.dense, scope, limit=4)),
            (sparse, index.search_sparse(vectors.sparse, scope, limit=5)),
        ):
            chunks = index.chunks([found.key for found in ranked], scope)
            assert sorted(found.score for found in ranked) == pytest.approx(sorted(hit.score for hit in hits))
            assert {found.key: found.score for found in ranked} == pytest.approx(
                {key: next(hit.score for hit in hits if hit.chunk == chunk) for key, chunk in chunks.items()}
            )
    dense, sparse = index.rank(Vectors(axis(2)), EVERYTHING, dense=2, sparse=2)
    assert (len(dense), sparse) == (2, [])


def test_chunks_out_of_scope_are_not_given_out_by_key(store: IndexStore) -> None:
    index = publish(store, points("a", 3, audience=Audience.INTERNAL), points("b", 3))
    keys = [found.key for found in index.rank(Vectors(axis(0)), EVERYTHING, dense=9, sparse=9)[0]]
    assert len(index.chunks(keys, EVERYTHING)) == 6
    assert {chunk.document for chunk in index.chunks(keys, PUBLIC).values()} == {"b"}
    assert index.chunks([], EVERYTHING) == {}


def test_a_chunk_is_given_out_by_key_as_it_was_written_last(store: IndexStore) -> None:
    with store.draft(embedder=EMBEDDER, dimensions=DIMENSIONS) as draft:
        draft.replace("a", points("a"))
        assert texts_by_key(draft.preview()) == {"a r1 chunk 0", "a r1 chunk 1", "a r1 chunk 2"}
        draft.upsert([point("a", 1, text="new")])
        assert texts_by_key(draft.preview()) == {"a r1 chunk 0", "new", "a r1 chunk 2"}


def texts_by_key(index: Index) -> set[str]:
    keys = [found.key for found in index.rank(Vectors(axis(1)), EVERYTHING, dense=9, sparse=9)[0]]
    return {chunk.text for chunk in index.chunks(keys, EVERYTHING).values()}


def test_how_rare_terms_are_is_told_for_all_at_once(store: IndexStore) -> None:
    index = publish(store, points("a", 6))
    rare, none, common = index.inverse_frequencies([own_term(3), 99, COMMON_TERM])
    assert none is None
    # ln(1 + (N - n + 0.5) / (n + 0.5)) with n = 1 and n = 6 of N = 6.
    assert rare == pytest.approx(1.540, abs=0.01)
    assert common == pytest.approx(0.074, abs=0.01)


def test_nothing_asked_finds_nothing(store: IndexStore) -> None:
    index = publish(store, points("a"))
    assert index.search_sparse(Sparse(), EVERYTHING, limit=5) == []
    assert index.search_sparse(Sparse((99,), (1.0,)), EVERYTHING, limit=5) == []
    assert index.search_dense(axis(0), EVERYTHING, limit=0) == []
    assert index.span("a", 2, 1, EVERYTHING) == []
    assert index.span("unknown", 0, 5, EVERYTHING) == []


def test_a_span_is_in_order_and_stays_inside_the_document(store: IndexStore) -> None:
    whole = points("a", 30)
    index = publish(store, list(reversed(whole)), points("ab", 30))
    assert index.span("a", 10, 14, EVERYTHING) == [each.chunk for each in whole[10:15]]
    assert [chunk.ordinal for chunk in index.span("a", -3, 1, EVERYTHING)] == [0, 1]
    assert [chunk.ordinal for chunk in index.span("a", 28, 99, EVERYTHING)] == [28, 29]


def test_a_chunk_without_terms_is_found_by_its_vector(store: IndexStore) -> None:
    bare = point("a", 0)
    bare = Point(bare.chunk, type(bare.vectors)(bare.vectors.dense))
    index = publish(store, [bare])
    assert [hit.chunk for hit in index.search_dense(axis(0), EVERYTHING, limit=1)] == [bare.chunk]


def test_documents_are_listed_whole_and_by_path(store: IndexStore) -> None:
    names = [f"{number:04}" for number in range(1100)]
    with store.draft(embedder=EMBEDDER, dimensions=DIMENSIONS) as draft:
        draft.upsert([point(name, 0) for name in reversed(names)])
        draft.publish()
    assert [document.document for document in store.open().documents(EVERYTHING)] == names


def test_a_list_of_documents_is_the_callers_own_and_that_of_its_scope(store: IndexStore) -> None:
    shown, hidden = point("shown", 0), point("hidden", 0)
    internal = Point(replace(hidden.chunk, audience=Audience.INTERNAL), hidden.vectors)
    index = publish(store, [shown], [internal])
    index.documents(EVERYTHING).clear()
    for _ in range(2):
        assert [document.document for document in index.documents(EVERYTHING)] == ["hidden", "shown"]
        assert [document.document for document in index.documents(PUBLIC)] == ["shown"]


def test_a_draft_lists_what_was_written_to_it_meanwhile(store: IndexStore) -> None:
    with store.draft(embedder=EMBEDDER, dimensions=DIMENSIONS) as draft:
        seen = []
        for name in ("a", "b"):
            draft.upsert([point(name, 0)])
            seen.append([document.document for document in draft.documents()])
        draft.remove(["a"])
        seen.append([document.document for document in draft.documents()])
    assert seen == [["a"], ["a", "b"], ["b"]]


def test_info_counts_what_was_published(store: IndexStore) -> None:
    index = publish(store, points("a", 2), points("b", 3))
    info = index.info()
    assert (info.documents, info.chunks, info.embedder, info.dimensions) == (2, 5, EMBEDDER, DIMENSIONS)


def test_nothing_published_is_said_with_the_command(store: IndexStore) -> None:
    with pytest.raises(IndexUnusable) as caught:
        store.open()
    assert "manualdesk ingest" in caught.value.hint
