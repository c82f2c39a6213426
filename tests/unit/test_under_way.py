"""Answers under way are told to every page of their conversation, from the middle on."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from serving.conversations.remembered import Remembered
from ui.chat.under_way import Conversing, Emit, UnderWay


@dataclass
class Someone:
    identifier: str


class Browser:
    """A page that hears what it is told."""

    def __init__(self, id: str, *, user: str = "ann", thread_id: str = "t") -> None:  # noqa: A002
        self.id = id
        self.user = Someone(user)
        self.thread_id = thread_id
        self.heard: list[str] = []
        self.emit: Emit = self.hear

    async def hear(self, event: str, data: Any) -> None:
        self.heard.append(str(data or event))


@dataclass
class Growing:
    """A message of the chat."""

    id: str = "m"
    content: str = "So far"
    elements: list[Any] = field(default_factory=list)

    def to_dict(self) -> dict[str, object]:
        return {"id": self.id, "output": self.content, "parentId": "a step of the first page"}


def under_way(page: Browser) -> UnderWay:
    return UnderWay(page, Growing(), Remembered())  # type: ignore[arg-type]


def stored(*ids: str) -> Any:
    return {"steps": [{"id": each} for each in ids], "elements": None}


def test_pages_that_come_later_hear_what_comes_later_and_none_hears_it_twice() -> None:
    async def told() -> None:
        first, second = Browser("1"), Browser("2")
        answer = under_way(first)
        await first.emit("token", "one")
        answer.join(second)
        answer.join(second)
        await first.emit("token", "two")
        # The first one's connection was lost: Chainlit gives it another way out, and shows it the conversation again.
        again: list[str] = []

        async def anew(_event: str, data: Any) -> None:
            again.append(data)

        first.emit = anew
        answer.join(first)
        await first.emit("token", "three")
        await answer.end()
        await first.emit("token", "four")
        assert (first.heard, again) == (["one", "two"], ["three", "four"])
        assert second.heard == ["two", "three", "task_end"]

    asyncio.run(told())


def test_what_was_said_so_far_follows_what_is_stored_unless_it_is_stored_by_now() -> None:
    async def added() -> None:
        answer = under_way(Browser("1"))
        thread = stored("question")
        answer.add_to(thread)
        assert [(step["id"], step.get("output")) for step in thread["steps"]] == [("question", None), ("m", "So far")]
        assert thread["steps"][-1]["parentId"] is None
        thread = stored("question", "m")
        answer.add_to(thread)
        assert len(thread["steps"]) == 2

    asyncio.run(added())


def test_an_answer_is_found_by_pages_of_its_conversation_and_owner_until_it_ends() -> None:
    async def found() -> None:
        conversing, first = Conversing(), Browser("1")
        answer = under_way(first)
        conversing.begin(answer)
        assert conversing.of(Browser("2")) is answer
        assert conversing.of(Browser("3", user="bob")) is None
        assert conversing.of(Browser("4", thread_id="another")) is None
        late = Browser("5")
        answer.join(late)
        await conversing.end(answer)
        assert conversing.of(Browser("2")) is None
        await answer.show(late)
        assert late.heard == ["task_end"], "an ended answer is not shown as under way"

    asyncio.run(found())


def test_stopping_it_stops_what_answers() -> None:
    async def stopped() -> None:
        begun, ways = asyncio.Event(), []

        async def answering() -> None:
            ways.append(under_way(Browser("1")))
            begun.set()
            await asyncio.Event().wait()

        task = asyncio.create_task(answering())
        await begun.wait()
        ways[0].stop()
        await asyncio.wait([task], timeout=10)
        assert task.cancelled()

    asyncio.run(stopped())
