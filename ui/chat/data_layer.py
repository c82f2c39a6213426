"""Chainlit's data layer over our stored conversations: its calls come in, threads of their author go out.

The handlers in `ui/app.py` write what is said, with the answer as it was given; what Chainlit would write of a message
is how it looked on one page, in one language, and is dropped here.
"""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chainlit.data.base import BaseDataLayer
from chainlit.types import Feedback, PageInfo, PaginatedResponse, Pagination, ThreadDict, ThreadFilter
from chainlit.user import PersistedUser, User

from ingest.errors import IndexUnusable
from serving.conversations.readable import Readable, searchable, while_indexed
from serving.conversations.store import Conversations
from serving.conversations.types import Conversation, Message, NoConversation
from ui.backend import Backend
from ui.chat.elements import Shelf
from ui.chat.threads import WITHDRAWN, Reader, ShownElement, Step, moment, steps_and_elements
from ui.chat_identity import chat_caller
from ui.web.texts import translator
from ui.wording import Wording

if TYPE_CHECKING:
    from chainlit.element import Element, ElementDict
    from chainlit.step import StepDict

_MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A conversation that is opened again: as it is stored, and as Chainlit shows it."""

    conversation: Conversation
    messages: tuple[Message, ...]
    steps: list[Step]
    elements: list[ShownElement]


class StoredThreads(BaseDataLayer):
    """Usable from one event loop; what blocks runs in threads."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def store(self) -> Conversations:
        """Blocking at its first use: opens the database. Raises DatabaseUnusable."""
        return Conversations(self._backend.database())

    async def opened(self, thread_id: str, owner: str, wording: Wording) -> Opened:
        """A whole conversation in a language. Raises NoConversation."""
        return await asyncio.to_thread(self._opened, thread_id, owner, wording)

    async def get_user(self, identifier: str) -> PersistedUser | None:  # noqa: ARG002
        """Nobody: accounts are elsewhere. Chainlit then makes the user of each request anew, from who is signed in."""
        return None

    async def create_user(self, user: User) -> PersistedUser | None:
        return PersistedUser(
            id=user.identifier,
            identifier=user.identifier,
            createdAt="",
            display_name=user.display_name,
            metadata=user.metadata,
        )

    async def get_thread_author(self, thread_id: str) -> str:
        return await asyncio.to_thread(self._owner, thread_id)

    async def get_thread(self, thread_id: str) -> ThreadDict | None:
        """Whose it is and what it is called. Chainlit asks twice for each page that is loaded; what was said is put in
        where it is shown (`opened`): that reads the cited pages for their figures."""
        return await asyncio.to_thread(self._thread, thread_id)

    async def list_threads(self, pagination: Pagination, filters: ThreadFilter) -> PaginatedResponse[ThreadDict]:
        """Those of `filters.userId`, which Chainlit sets to who is signed in."""
        skip = int(pagination.cursor) if pagination.cursor and pagination.cursor.isdecimal() else 0
        first = min(max(pagination.first, 1), _MOST_AT_ONCE)
        found = await asyncio.to_thread(self._list, filters, first + 1, skip)
        shown = [_listed(each) for each in found[:first]]
        more = PageInfo(hasNextPage=len(found) > first, startCursor=str(skip), endCursor=str(skip + len(shown)))
        return PaginatedResponse(pageInfo=more, data=shown)

    async def update_thread(
        self,
        thread_id: str,
        name: str | None = None,
        user_id: str | None = None,
        metadata: dict[str, Any] | None = None,  # noqa: ARG002
        tags: list[str] | None = None,  # noqa: ARG002
    ) -> None:
        """A new name. With a `user_id` it is the beginning of a conversation, which the handlers write."""
        if name and user_id is None:
            await asyncio.to_thread(lambda: self.store().rename(thread_id, self._owner(thread_id), name))

    async def delete_thread(self, thread_id: str) -> None:
        await asyncio.to_thread(lambda: self.store().delete(thread_id, self._owner(thread_id)))

    async def upsert_feedback(self, feedback: Feedback) -> str:  # noqa: ARG002
        """Chainlit does not look whose message it is: answers are rated under `/desk/chat`, which does."""
        raise NoConversation("Answers are not rated here.", hint="Use the buttons below the answer.")

    async def delete_feedback(self, feedback_id: str) -> bool:  # noqa: ARG002
        return False

    async def create_element(self, element: "Element") -> None:
        """Elements are made anew from the stored answer."""

    async def get_element(self, thread_id: str, element_id: str) -> "ElementDict | None":  # noqa: ARG002
        return None

    async def delete_element(self, element_id: str, thread_id: str | None = None) -> None:
        """As `create_element`."""

    async def create_step(self, step_dict: "StepDict") -> None:
        """See the top of this file."""

    async def update_step(self, step_dict: "StepDict") -> None:
        """As `create_step`."""

    async def delete_step(self, step_id: str) -> None:
        """As `create_step`."""

    async def get_favorite_steps(self, user_id: str) -> "list[StepDict]":  # noqa: ARG002
        return []

    async def build_debug_url(self) -> str:
        return ""

    async def close(self) -> None:
        """The database is the backend's."""

    def _owner(self, thread_id: str) -> str:
        return self.store().owner_of(thread_id)

    def _list(self, filters: ThreadFilter, limit: int, skip: int) -> tuple[Conversation, ...]:
        if not filters.userId:
            return ()
        owner = filters.userId
        searched = searchable(
            lambda document, revision: self._backend.may_open(document, revision, chat_caller(owner).scope)
        )
        words = filters.search or ""
        return self.store().of(owner, search=words, searched=searched, channel="chat", limit=limit, skip=skip)

    def _thread(self, thread_id: str) -> ThreadDict | None:
        store = self.store()
        try:
            return _listed(store.conversation(thread_id, store.owner_of(thread_id)))
        except NoConversation:
            return None

    def _opened(self, thread_id: str, owner: str, wording: Wording) -> Opened:
        store = self.store()
        conversation, messages = store.conversation(thread_id, owner), store.messages(thread_id, owner)
        steps, elements = steps_and_elements(conversation, messages, reader_of(self._backend, owner, wording))
        return Opened(conversation=conversation, messages=messages, steps=steps, elements=elements)


def reader_of(backend: Backend, owner: str, wording: Wording) -> Reader:
    """Who owns a conversation as its reader, with the rights they have now. Blocking. Raises NotFound."""
    scope = chat_caller(owner).scope
    try:
        documents = tuple(backend.index().documents(scope))
    except IndexUnusable:
        documents = ()
    shelf = Shelf(home=backend.home, documents=documents)
    # Without an index questions are shown, and no answers.
    readable = Readable(may_open=while_indexed(backend.opens(scope)), withdrawn=translator(wording.language)(WITHDRAWN))
    return Reader(wording=wording, shelf=shelf, readable=readable)


def _listed(conversation: Conversation) -> ThreadDict:
    return ThreadDict(
        id=conversation.id,
        createdAt=moment(conversation.changed_at),
        name=conversation.title or None,
        userId=conversation.owner,
        userIdentifier=conversation.owner,
        tags=None,
        metadata={},
        steps=[],
        elements=[],
    )
