"""What a draft changes, and when readers see it."""

import threading
import time
from contextlib import suppress

import numpy as np
import pytest

from ingest.errors import IndexUnusable
from ingest.index.contract import EVERYTHING, Index, IndexStore, Point, Scope
from ingest.types import Audience, Dense, Sparse
from tests.conformance.synthetic import COMMON_TERM, DIMENSIONS, EMBEDDER, axis, point, points


def draft_of(store: IndexStore, **options: bool):  # type: ignore[no-untyped-def]
    return store.draft(embedder=EMBEDDER, dimensions=DIMENSIONS, **options)


def publish(store: IndexStore, name: str, count: int = 3, **fields: object) -> None:
    with draft_of(store) as draft:
        draft.replace(name, points(name, count, **fields))
        draft.publish()


def names(index: Index) -> list[str]:
    return [document.document for document in index.documents(EVERYTHING)]


def eventually(index: Index, generation: str) -> None:
    """Wait until a reader has followed; the promise is one second."""
    started = time.monotonic()
    while index.info().generation != generation:
        assert time.monotonic() - started < 2, "the reader does not follow"
        threading.Event().wait(0.02)


def test_a_draft_is_invisible_until_published(store: IndexStore) -> None:
    publish(store, "a")
    index = store.open()
    before = index.info()
    with draft_of(store) as draft:
        draft.replace("a", points("a", 2, revision="r2"))
        draft.replace("b", points("b"))
        draft.remove(["a"])
        assert [document.document for document in draft.documents()] == ["b"]
        reader = store.open()
        for reading in (index, reader):
            assert names(reading) == ["a"]
            assert [chunk.revision for chunk in reading.span("a", 0, 9, EVERYTHING)] == ["r1"] * 3
            assert {hit.chunk.document for hit in reading.search_dense(axis(0), EVERYTHING, limit=9)} == {"a"}
            terms = Sparse((COMMON_TERM,), (1.0,))
            assert {hit.chunk.document for hit in reading.search_sparse(terms, EVERYTHING, limit=9)} == {"a"}
        published = draft.publish()
    assert published.generation > before.generation
    eventually(index, published.generation)
    assert names(index) == ["b"]


def test_a_reader_that_is_refreshed_finds_what_is_published_this_moment(store: IndexStore) -> None:
    publish(store, "a")
    index = store.open()
    for name in ("b", "c", "d"):
        publish(store, name)
        index.refresh()
        assert name in names(index)


@pytest.mark.parametrize("raises", [False, True])
def test_leaving_without_publishing_changes_nothing(store: IndexStore, raises: bool) -> None:
    publish(store, "a")
    generation = store.open().info().generation
    with suppress(ZeroDivisionError), draft_of(store) as draft:
        draft.remove(["a"])
        draft.upsert(points("b"))
        _ = 1 / (not raises)
    index = store.open()
    assert names(index) == ["a"]
    assert index.info().generation == generation
    publish(store, "c")
    assert names(store.open()) == ["a", "c"], "what the dropped draft wrote came back"


def test_replace_leaves_only_the_new_chunks(store: IndexStore) -> None:
    publish(store, "a", 5)
    publish(store, "b", 4)
    publish(store, "a", 2, revision="r2")
    index = store.open()
    assert index.span("a", 0, 9, EVERYTHING) == [each.chunk for each in points("a", 2, revision="r2")]
    assert len(index.span("b", 0, 9, EVERYTHING)) == 4
    assert index.info().chunks == 6


def test_replace_with_fewer_chunks_of_the_same_revision(store: IndexStore) -> None:
    publish(store, "a", 5)
    publish(store, "a", 3, audience=Audience.INTERNAL)
    chunks = store.open().span("a", 0, 9, EVERYTHING)
    assert [(chunk.ordinal, chunk.audience) for chunk in chunks] == [(n, Audience.INTERNAL) for n in range(3)]


def test_replace_is_idempotent(store: IndexStore) -> None:
    publish(store, "a")
    before = store.open().span("a", 0, 9, EVERYTHING)
    for _again in range(2):
        with draft_of(store) as draft:
            draft.replace("a", points("a"))
            draft.replace("a", points("a"))
            draft.publish()
    index = store.open()
    assert index.span("a", 0, 9, EVERYTHING) == before
    assert index.info().chunks == 3
    assert len(index.search_dense(axis(0), EVERYTHING, limit=99)) == 3


def test_replaced_points_of_the_same_ids_stay_visible_until_publish(store: IndexStore) -> None:
    publish(store, "a")
    with draft_of(store) as draft:
        draft.replace("a", points("a", text="new"))
        assert "new" not in {chunk.text for chunk in store.open().span("a", 0, 9, EVERYTHING)}
        assert len(store.open().span("a", 0, 9, EVERYTHING)) == 3
        draft.publish()
    assert {chunk.text for chunk in store.open().span("a", 0, 9, EVERYTHING)} == {"new"}


def test_upsert_adds_to_a_document_and_overwrites_single_chunks(store: IndexStore) -> None:
    publish(store, "a", 2)
    with draft_of(store) as draft:
        draft.upsert([point("a", 1, text="new"), point("a", 2)])
        assert [document.document for document in draft.documents()] == ["a"]
        draft.publish()
    texts = [chunk.text for chunk in store.open().span("a", 0, 9, EVERYTHING)]
    assert texts == ["a r1 chunk 0", "new", "a r1 chunk 2"]


def test_remove_then_write_again_in_one_draft(store: IndexStore) -> None:
    publish(store, "a", 4)
    with draft_of(store) as draft:
        draft.upsert(points("a", 4, revision="r2"))
        draft.remove(["a", "never there"])
        draft.upsert(points("a", 1, revision="r3"))
        draft.publish()
    assert [chunk.revision for chunk in store.open().span("a", 0, 9, EVERYTHING)] == ["r3"]


def test_everything_may_be_removed(store: IndexStore) -> None:
    publish(store, "a")
    with draft_of(store) as draft:
        draft.remove(["a"])
        info = draft.publish()
    assert (info.documents, info.chunks) == (0, 0)
    assert store.open().search_dense(axis(0), EVERYTHING, limit=3) == []


def test_a_second_draft_is_refused_while_one_is_open(store: IndexStore) -> None:
    publish(store, "a")
    with draft_of(store) as draft:
        with pytest.raises(IndexUnusable, match=r"process \d+") as caught, draft_of(store):
            pass
        assert caught.value.hint
        with pytest.raises(IndexUnusable):
            store.rollback()
        draft.replace("b", points("b"))
        draft.publish()
    assert names(store.open()) == ["a", "b"]


def test_another_embedder_is_refused_unless_all_is_made_anew(store: IndexStore) -> None:
    publish(store, "a")
    for embedder, dimensions in (("other", DIMENSIONS), (EMBEDDER, 4)):
        draft = store.draft(embedder=embedder, dimensions=dimensions)
        with pytest.raises(IndexUnusable, match=EMBEDDER) as caught, draft:
            pass
        assert "manualdesk ingest" in caught.value.hint
    with store.draft(embedder="other", dimensions=DIMENSIONS, fresh=True) as rebuilt:
        assert rebuilt.documents() == []
        rebuilt.replace("b", points("b"))
        rebuilt.publish()
    assert names(store.open()) == ["b"]
    assert store.open().info().embedder == "other"


def test_a_fresh_draft_is_invisible_and_rolls_back(store: IndexStore) -> None:
    publish(store, "a")
    first = store.open().info()
    index = store.open()
    with draft_of(store, fresh=True) as draft:
        draft.replace("b", points("b"))
        assert names(store.open()) == ["a"]
        rebuilt = draft.publish()
    eventually(index, rebuilt.generation)
    assert names(index) == ["b"]
    assert store.rollback() == first
    eventually(index, first.generation)
    assert names(index) == ["a"]
    publish(store, "c")
    assert names(store.open()) == ["a", "c"]


def test_rollback_without_an_earlier_generation_is_refused(store: IndexStore) -> None:
    with pytest.raises(IndexUnusable):
        store.rollback()
    publish(store, "a")
    with pytest.raises(IndexUnusable) as caught:
        store.rollback()
    assert caught.value.hint
    assert names(store.open()) == ["a"]


def test_a_draft_ends_with_its_publication(store: IndexStore) -> None:
    with draft_of(store) as draft:
        draft.replace("a", points("a"))
        draft.publish()
        with pytest.raises(IndexUnusable):
            draft.upsert(points("b"))
        with pytest.raises(IndexUnusable):
            draft.publish()


def test_a_draft_gives_the_vectors_of_its_documents(store: IndexStore) -> None:
    publish(store, "a", 4)
    publish(store, "b", 2)
    old, new = points("a", 4), points("a", 2, revision="r2")
    with draft_of(store) as draft:
        assert_same_vectors(draft.vectors("a"), old)
        assert draft.vectors("never there") == {}
        draft.replace("a", new)
        assert_same_vectors(draft.vectors("a"), new)
        draft.remove(["b"])
        assert draft.vectors("b") == {}


def assert_same_vectors(found: dict[str, Dense], wanted: list[Point]) -> None:
    assert found.keys() == {each.chunk.embed_text for each in wanted}
    for each in wanted:
        np.testing.assert_allclose(found[each.chunk.embed_text], each.vectors.dense, atol=1e-6)
        assert found[each.chunk.embed_text].dtype == np.float32


def test_a_preview_shows_what_would_be_published(store: IndexStore) -> None:
    publish(store, "a", 3)
    publish(store, "b", 2)
    publish(store, "c", 2)
    with draft_of(store) as draft:
        draft.replace("a", points("a", 2, revision="r2"))
        draft.remove(["b"])
        draft.upsert([point("c", 1, text="new"), point("d", 0, audience=Audience.INTERNAL)])
        preview = draft.preview()
        assert names(preview) == ["a", "c", "d"]
        assert names(store.open()) == ["a", "b", "c"]
        assert [chunk.revision for chunk in preview.span("a", 0, 9, EVERYTHING)] == ["r2"] * 2
        assert preview.span("b", 0, 9, EVERYTHING) == []
        terms = Sparse((COMMON_TERM,), (1.0,))
        public = Scope(audience=Audience.PUBLIC)
        for hits in (
            preview.search_dense(axis(1), public, limit=9),
            preview.search_sparse(terms, public, limit=9),
        ):
            assert sorted(hit.chunk.text for hit in hits) == ["a r2 chunk 0", "a r2 chunk 1", "c r1 chunk 0", "new"]
        assert (preview.info().documents, preview.info().chunks) == (3, 5)
        preview.close()
        published = draft.publish()
    assert (published.documents, published.chunks) == (3, 5)
    assert names(store.open()) == ["a", "c", "d"]


def test_a_preview_of_a_fresh_draft_shows_it_alone(store: IndexStore) -> None:
    publish(store, "a")
    with draft_of(store, fresh=True) as draft:
        assert draft.vectors("a") == {}
        draft.replace("b", points("b"))
        assert names(draft.preview()) == ["b"]


def test_kept_generations_are_told_looked_into_and_published_again(store: IndexStore) -> None:
    assert store.generations() == []
    for name in ("a", "b"):
        with draft_of(store, fresh=True) as draft:  # on a server only a rebuild keeps what was before it
            draft.replace(name, points(name))
            draft.publish()
    newer, older = store.generations()
    assert newer == store.open().info()
    assert [known.document for known in store.documents_of(older.generation)] == ["a"]
    store.rollback()
    assert names(store.open()) == ["a"]
    assert [info.generation for info in store.generations()] == [newer.generation, older.generation], "to undo it"
    assert store.switch(newer.generation) == newer
    assert names(store.open()) == ["b"]
    with pytest.raises(IndexUnusable):
        store.switch("19990101T000000000000Z")
    with pytest.raises(IndexUnusable):
        store.documents_of("../..")
