"""Originals of earlier revisions open for whom they were meant for, then and now."""

from dataclasses import replace
from pathlib import Path

import pytest

from ingest.audience import Audience
from ingest.index.contract import EVERYTHING, Index, IndexedDocument, IndexStore, Scope
from ingest.index.edge import EdgeStore
from ingest.records.store import Records
from tests.conformance.synthetic import DIMENSIONS, EMBEDDER, points
from tests.documents import indexed, source
from ui.backend import Backend, Parts

PUBLIC = Scope(audience=Audience.PUBLIC)


@pytest.fixture
def store(tmp_path: Path) -> IndexStore:
    return EdgeStore(tmp_path / "index")


def publish(store: IndexStore, **documents: Audience) -> None:
    """Make an index of these documents, all at revision `new`, of the product `lamp`."""
    with store.draft(embedder=EMBEDDER, dimensions=DIMENSIONS, fresh=True) as draft:
        for name, audience in documents.items():
            draft.replace(name, points(name, 1, revision="new", audience=audience))
        draft.publish()


def backend(home: Path, store: IndexStore) -> Backend:
    def open_index() -> Index:
        return store.open()

    async def no_model() -> str:
        return ""

    def no_assistant() -> None:
        raise NotImplementedError

    return Backend(Parts(home=home, build_assistant=no_assistant, open_index=open_index, probe_model=no_model))  # type: ignore[arg-type]


def seen(home: Path, document: str, audience: Audience) -> None:
    """Note that a run saw the document at revision `old` with this audience."""
    before: IndexedDocument = indexed(source(document, revision="old", audience=audience, product="lamp"), "s")
    Records(home).see([before])


@pytest.mark.parametrize(
    ("then", "now", "opens_for_public"),
    [
        (Audience.PUBLIC, Audience.PUBLIC, True),
        (Audience.INTERNAL, Audience.PUBLIC, False),
        (Audience.PUBLIC, Audience.INTERNAL, False),
    ],
)
def test_an_earlier_revision_opens_for_whom_it_was_and_is_meant(
    tmp_path: Path, store: IndexStore, then: Audience, now: Audience, opens_for_public: bool
) -> None:
    publish(store, guide=now)
    seen(tmp_path, "guide", then)
    desk = backend(tmp_path, store)
    assert desk.may_open("guide", "old", EVERYTHING)
    assert desk.may_open("guide", "old", PUBLIC) is opens_for_public
    assert desk.may_open("guide", "new", PUBLIC) is (now is Audience.PUBLIC)
    assert not desk.may_open("guide", "never", EVERYTHING)
    assert not desk.may_open("guide", "old", replace(EVERYTHING, products=("watch",)))


def test_what_was_removed_opens_for_internal_readers_only(tmp_path: Path, store: IndexStore) -> None:
    publish(store, another=Audience.PUBLIC)
    seen(tmp_path, "guide", Audience.PUBLIC)
    desk = backend(tmp_path, store)
    assert desk.may_open("guide", "old", EVERYTHING)
    assert not desk.may_open("guide", "old", PUBLIC)
