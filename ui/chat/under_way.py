"""Answers that are under way, so that a page which comes to a conversation in the middle of one goes on with it.

Enters: who is being answered, and the message that grows. Leaves, to another page of the same conversation (it was
reloaded, lost its connection, or is open twice): what has been said so far, and from then on whatever is said.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol

from serving.conversations.remembered import Remembered

if TYPE_CHECKING:
    import chainlit as cl
    from chainlit.types import ThreadDict

Emit = Callable[[str, Any], Awaitable[Any]]


class User(Protocol):
    identifier: str


class Page(Protocol):
    """What is needed of Chainlit's session of a page."""

    id: str
    thread_id: str
    emit: Emit

    @property
    def user(self) -> User | None:
        """Who is signed in."""


class UnderWay:
    """One answer, and the pages on which it grows. Of one event loop."""

    def __init__(self, page: Page, message: "cl.Message", spoken: Remembered) -> None:
        self.spoken = spoken
        """The memory of the conversation, which will hold this answer too."""
        self.conversation = page.thread_id
        self.owner = _owner(page)
        self._first = page
        self._message = message
        self._task = asyncio.current_task()
        self._pages: dict[str, Emit] = {page.id: page.emit}
        self._ended = False

    def join(self, page: Page) -> None:
        """What is said from now on is told to this page too. It may be the first one, connected anew."""
        if page.emit != self._everywhere:
            self._pages[page.id] = page.emit
        if not self._ended:
            self._first.emit = self._everywhere

    def add_to(self, thread: "ThreadDict") -> None:
        """The message as it is now, at the end of what is stored, unless it is stored by now."""
        steps, elements = thread["steps"], thread["elements"] or []
        if any(step["id"] == self._message.id for step in steps):
            return
        # To Chainlit the message is part of a step of the first page; one whose step is unknown is not shown.
        thread["steps"] = [*steps, {**self._message.to_dict(), "parentId": None}]
        beside = [{**element.to_dict(), "forId": self._message.id} for element in self._message.elements]
        thread["elements"] = [*elements, *beside]  # type: ignore[list-item]

    async def show(self, page: Page) -> None:
        """The page shows that something is under way, and offers to stop it."""
        if not self._ended:
            await page.emit("task_start", {})

    def stop(self) -> None:
        """As somebody wished, on whichever page."""
        if self._task is not None:
            self._task.cancel()

    async def end(self) -> None:
        """The first page is told by Chainlit that nothing is under way any more, the others here."""
        self._ended = True
        first = self._pages.pop(self._first.id)
        if self._first.emit == self._everywhere:
            self._first.emit = first
        for emit in self._pages.values():
            await emit("task_end", {})

    async def _everywhere(self, event: str, data: Any) -> None:
        for emit in tuple(self._pages.values()):
            await emit(event, data)


class Conversing:
    """The answers that are under way in this process: the latest of each conversation."""

    def __init__(self) -> None:
        self._known: dict[str, UnderWay] = {}

    def begin(self, answer: UnderWay) -> None:
        self._known[answer.conversation] = answer

    def of(self, page: Page) -> UnderWay | None:
        """That of the conversation which a page shows, where it is its owner's page."""
        found = self._known.get(page.thread_id)
        return found if found is not None and found.owner == _owner(page) else None

    async def end(self, answer: UnderWay) -> None:
        if self._known.get(answer.conversation) is answer:
            del self._known[answer.conversation]
        await answer.end()


def _owner(page: Page) -> str:
    return page.user.identifier if page.user else ""
