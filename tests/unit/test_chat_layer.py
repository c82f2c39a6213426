"""Chainlit's data layer over stored conversations, as Chainlit calls it."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.errors import IndexUnusable
from serving.conversations.store import Conversations
from serving.conversations.types import NoConversation
from serving.database.engine import Database
from tests.unit.test_conversations import filled
from ui.backend import Backend, Parts
from ui.chat_folder import fill_chat_folder


@pytest.fixture(scope="module", autouse=True)
def chat_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Chainlit reads and writes a folder when it is imported."""
    os.environ["CHAINLIT_APP_ROOT"] = str(fill_chat_folder(tmp_path_factory.mktemp("home")))


def nothing() -> None:
    raise IndexUnusable("There is no index.", hint="ingest something")


async def no_model() -> str:
    return ""


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[Backend]:
    parts = Parts(home=tmp_path, build_assistant=nothing, open_index=nothing, probe_model=no_model)  # type: ignore[arg-type]
    backend = Backend(parts)
    yield backend
    backend.database().close()


@pytest.fixture
def store(backend: Backend) -> Conversations:
    database: Database = backend.database()
    return Conversations(database)


def test_threads_are_listed_page_by_page_searched_and_only_of_who_asks(backend: Backend, store: Conversations) -> None:
    from chainlit.types import Pagination, ThreadFilter

    from ui.chat.data_layer import StoredThreads

    layer = StoredThreads(backend)
    mine = {filled(store, "ann", f"Question {number}?")[0] for number in range(5)}
    filled(store, "bob", "Question of Bob?")
    store.begin("ann", "widget", "en")

    first = asyncio.run(layer.list_threads(Pagination(first=3), ThreadFilter(userId="ann")))
    cursor = first.pageInfo.endCursor
    rest = asyncio.run(layer.list_threads(Pagination(first=3, cursor=cursor), ThreadFilter(userId="ann")))
    assert first.pageInfo.hasNextPage
    assert not rest.pageInfo.hasNextPage
    assert {thread["id"] for thread in [*first.data, *rest.data]} == mine
    assert {thread["userIdentifier"] for thread in first.data} == {"ann"}

    found = asyncio.run(layer.list_threads(Pagination(first=9), ThreadFilter(userId="ann", search="question 4")))
    assert [thread["name"] for thread in found.data] == ["Question 4?"]
    nobody = asyncio.run(layer.list_threads(Pagination(first=9), ThreadFilter(search="question")))
    assert nobody.data == []


def test_a_thread_has_an_author_a_name_and_an_end(backend: Backend, store: Conversations) -> None:
    from ui.chat.data_layer import StoredThreads

    layer = StoredThreads(backend)
    thread, message = filled(store, "ann")
    assert asyncio.run(layer.get_thread_author(thread)) == "ann"
    assert asyncio.run(layer.get_thread_author("no such")) == ""
    assert asyncio.run(layer.get_thread("no such")) is None

    # What Chainlit calls when a conversation begins, and when its page is closed, changes nothing.
    asyncio.run(layer.update_thread(thread, name="Another", user_id="bob"))
    asyncio.run(layer.update_thread(thread, metadata={"name": "Another"}))
    assert store.conversation(thread, "ann").title == "How do I reset it?"
    asyncio.run(layer.update_thread(thread, name="A name"))
    assert store.conversation(thread, "ann").title == "A name"

    asyncio.run(layer.delete_thread(thread))
    with pytest.raises(NoConversation):
        store.message(message, "ann")


def test_a_thread_is_made_where_it_is_shown_alone(backend: Backend, store: Conversations) -> None:
    """Chainlit asks for it twice more while a page is loaded, and looks at whose it is."""
    from ui.chat.data_layer import StoredThreads

    thread, _ = filled(store, "ann")
    found = asyncio.run(StoredThreads(backend).get_thread(thread))
    assert found is not None
    assert (found["id"], found["userIdentifier"], found["name"]) == (thread, "ann", "How do I reset it?")
    assert (found["steps"], found["elements"]) == ([], [])


def test_chainlits_own_feedback_is_refused_since_it_does_not_ask_whose_message_it_is(
    backend: Backend, store: Conversations
) -> None:
    from chainlit.types import Feedback

    from ui.chat.data_layer import StoredThreads

    thread, message = filled(store, "ann")
    with pytest.raises(NoConversation):
        asyncio.run(StoredThreads(backend).upsert_feedback(Feedback(forId=message, value=0, threadId=thread)))
    assert store.message(message, "ann").feedback is None


def test_users_are_made_of_who_is_signed_in_and_kept_nowhere(backend: Backend) -> None:
    from chainlit.user import User

    from ui.chat.data_layer import StoredThreads

    layer = StoredThreads(backend)
    made = asyncio.run(layer.create_user(User(identifier="ann", display_name="Ann", metadata={"role": "agent"})))
    assert made is not None
    assert (made.id, made.identifier, made.display_name) == ("ann", "ann", "Ann")
    assert asyncio.run(layer.get_user("ann")) is None
