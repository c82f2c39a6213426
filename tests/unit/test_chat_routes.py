"""What the buttons around an answer call: for the owner of the message alone, and with what they leave behind."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select
from starlette.types import ASGIApp, Receive, Scope, Send

from ingest.errors import IndexUnusable
from ingest.index.contract import IndexedDocument
from ingest.index.contract import Scope as IndexScope
from ingest.types import Audience
from serving.api.errors import add_handlers
from serving.conversations.store import Conversations
from serving.database.schema_editing import gap_questions
from serving.gaps.labels import LabelKind, Labels
from serving.keys import Caller, Role
from serving.stored.book import CuratedBook
from serving.stored.types import State
from tests.passages import RESET
from tests.unit.test_conversations import filled
from ui.backend import Backend, Parts
from ui.chat.conversation_pages import conversation_routes
from ui.chat.routes import chat_routes

ANN = Caller(role=Role.AGENT, audience=Audience.INTERNAL, name="ann", person="ann", shown_name="Ann")
BOB = Caller(role=Role.ADMIN, audience=Audience.INTERNAL, name="bob", person="bob", shown_name="Bob")
CUSTOMER = Caller(role=Role.CUSTOMER, audience=Audience.PUBLIC, name="key")


def nothing() -> NoReturn:
    raise IndexUnusable("There is no index.", hint="ingest something")


async def no_model() -> str:
    return ""


class LetIn:
    """A door that lets everybody in as one caller."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application
        self.caller = ANN

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["caller"] = self.caller
        await self._application(scope, receive, send)


class OneManual:
    """An index of the manual that the answer cites; `of`: whose."""

    def __init__(self) -> None:
        self.of = Audience.PUBLIC

    def documents(self, scope: IndexScope) -> list[IndexedDocument]:
        known = IndexedDocument(
            document=RESET.document, revision=RESET.revision, title=RESET.title, product=RESET.product, version="",
            language="en", audience=self.of, pages=3, chunks=1,
        )  # fmt: skip
        return [known] if scope.audience in (Audience.INTERNAL, self.of) else []


class Called:
    """The routes over a database of its own."""

    def __init__(self, home: Path) -> None:
        self.index: OneManual | None = OneManual()
        parts = Parts(home=home, build_assistant=nothing, open_index=self.opened, probe_model=no_model)  # type: ignore[arg-type]
        self.home = home
        self.backend = Backend(parts)
        self.store = Conversations(self.backend.database())
        application = FastAPI()
        add_handlers(application)
        application.include_router(chat_routes(self.backend))
        application.include_router(conversation_routes(self.backend))
        self.door = LetIn(application)

    def opened(self) -> OneManual:
        return self.index or nothing()

    def call(self, method: str, path: str, caller: Caller = ANN, **rest: object) -> httpx.Response:
        self.door.caller = caller

        async def called() -> httpx.Response:
            transport = httpx.ASGITransport(self.door)
            async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
                ask: Callable[..., Awaitable[httpx.Response]] = client.request
                return await ask(method, path, **rest)

        return asyncio.run(called())

    def noted(self) -> list[tuple[str, str, str]]:
        assert self.backend.notes.settle()
        columns = gap_questions.c
        with self.backend.database().transaction() as connection:
            rows = connection.execute(select(columns.question, columns.cause, columns.comment))
            return [(row.question, row.cause, row.comment) for row in rows]


@pytest.fixture
def called(tmp_path: Path) -> Iterator[Called]:
    made = Called(tmp_path)
    yield made
    made.backend.database().close()


CALLS: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("POST", "rating", {"json": {"value": -1}}),
    ("GET", "ticket", {}),
    ("GET", "why", {}),
    ("GET", "correction", {}),
    ("POST", "correction", {"json": {"answer": "Mine."}}),
)


@pytest.mark.parametrize(("method", "what", "rest"), CALLS)
def test_somebody_elses_answer_is_as_absent_as_one_that_does_not_exist(
    called: Called, method: str, what: str, rest: dict[str, object]
) -> None:
    _, message = filled(called.store, "ann")
    theirs = called.call(method, f"/desk/chat/messages/{message}/{what}", BOB, **rest)
    none = called.call(method, f"/desk/chat/messages/nosuch/{what}", BOB, **rest)
    assert theirs.status_code == none.status_code == 404
    assert theirs.text == none.text
    assert called.store.message(message, "ann").feedback is None
    refused = called.call(method, f"/desk/chat/messages/{message}/{what}", CUSTOMER, **rest)
    assert refused.status_code == 403


@pytest.mark.parametrize("what", ["ticket", "why", "correction"])
def test_an_answer_from_manuals_that_its_owner_may_not_open_any_more_is_not_told(called: Called, what: str) -> None:
    _, message = filled(called.store, "ann")
    less = replace(ANN, audience=Audience.PUBLIC)
    assert called.call("GET", f"/desk/chat/messages/{message}/{what}", less).status_code == 200
    assert called.index is not None
    called.index.of = Audience.INTERNAL
    refused = called.call("GET", f"/desk/chat/messages/{message}/{what}", less)
    assert refused.status_code == 404
    assert "Hold the" not in refused.text
    assert called.call("GET", f"/desk/chat/messages/{message}/{what}", ANN).status_code == 200


def test_a_dislike_is_noted_for_the_editors_a_like_is_not(called: Called) -> None:
    _, message = filled(called.store, "ann")
    address = f"/desk/chat/messages/{message}/rating"
    assert called.call("POST", address, json={"value": 1}).status_code == 200
    assert called.noted() == []
    told = {"value": -1, "reason": "wrong", "comment": "It is 12 seconds."}
    assert called.call("POST", address, json=told).status_code == 200
    assert called.noted() == [("How do I reset it?", "disliked", "wrong: It is 12 seconds.")]
    for bad in ({"value": 7}, {"value": -1, "reason": "ugly"}, {"value": -1, "comment": "x" * 3000}, {}):
        assert 400 <= called.call("POST", address, json=bad).status_code < 500


def test_a_ticket_has_labels_that_editors_keep(called: Called) -> None:
    labels = Labels(called.backend.database())
    labels.add(LabelKind.PRODUCT_LINE, "Hubs", ("hub", "x200"))
    labels.add(LabelKind.CATEGORY, "Starting anew", ("reset",))
    labels.add(LabelKind.CATEGORY, "Noise", ("hum",))
    _, message = filled(called.store, "ann")
    ticket = called.call("GET", f"/desk/chat/messages/{message}/ticket?language=es").json()
    assert (ticket["product_line"], ticket["category"]) == ("Hubs", "Starting anew")
    assert "{origin}/sources/" in ticket["text"]
    assert "Su pregunta" in ticket["text"]


def test_a_correction_becomes_a_draft_and_so_does_a_word_on_what_is_wrong(called: Called) -> None:
    _, message = filled(called.store, "ann")
    address = f"/desk/chat/messages/{message}/correction"
    assert called.call("POST", address, json={"answer": "Hold it for 12 seconds [1].", "note": "Measured."}).is_success
    assert called.call("POST", address, json={"answer": "  ", "note": "Is this still so?"}).is_success
    book = CuratedBook(called.home)
    first, second = sorted(book.all(), key=lambda each: each.number)
    book.close()
    assert (first.state, first.answer, first.reason) == (State.DRAFT, "Hold it for 12 seconds [1].", "Measured.")
    assert first.changed_by == "Ann"
    assert second.answer.startswith("Hold the power button")
    assert {cause for _, cause, _ in called.noted()} == {"escalated"}


def test_pages_and_forms_reach_ones_own_conversations_only(called: Called) -> None:
    mine, _ = filled(called.store, "ann", "<script>alert(1)</script> resets?")
    page = called.call("GET", "/desk/conversations")
    assert "&lt;script&gt;alert(1)" in page.text
    assert "<script>alert" not in page.text
    assert mine not in called.call("GET", "/desk/conversations", BOB).text
    for form in ("json", "md"):
        assert called.call("GET", f"/desk/conversations/export.{form}?conversation={mine}", BOB).status_code == 404
        assert "resets?" in called.call("GET", f"/desk/conversations/export.{form}").text
    for path, data in (("rename", {"title": "Bob's"}), ("delete", {})):
        reply = called.call("POST", f"/desk/conversations/{path}", BOB, data={"conversation": mine, **data})
        assert reply.status_code == 404
    assert called.call("POST", "/desk/conversations/erase", BOB).status_code == 303
    assert len(called.store.messages(mine, "ann")) == 2
    assert called.call("GET", "/desk/conversations", CUSTOMER).status_code == 403

    assert called.call("POST", "/desk/conversations/erase").status_code == 303
    assert called.store.of("ann") == ()


def test_what_is_taken_along_leaves_out_what_was_withdrawn(called: Called) -> None:
    filled(called.store, "ann")
    public_agent = replace(ANN, audience=Audience.PUBLIC)
    for form in ("json", "md"):
        address = f"/desk/conversations/export.{form}"
        assert "Hold the button" in called.call("GET", address, public_agent).text
        assert called.index is not None
        called.index.of = Audience.INTERNAL
        told = called.call("GET", address, public_agent).text
        assert "cannot open any more" in told
        assert "Hold" not in told
        assert "Hold the button" in called.call("GET", address).text
        called.index.of = Audience.PUBLIC


def test_the_search_of_ones_own_conversations_tells_nothing_of_a_withdrawn_answer(called: Called) -> None:
    mine, _ = filled(called.store, "ann")
    agent = replace(ANN, audience=Audience.PUBLIC)
    assert mine in called.call("GET", "/desk/conversations?q=hold+the+button", agent).text
    assert called.index is not None
    called.index.of = Audience.INTERNAL
    assert mine not in called.call("GET", "/desk/conversations?q=hold+the+button", agent).text
    assert mine in called.call("GET", "/desk/conversations?q=reset+it", agent).text
    assert mine in called.call("GET", "/desk/conversations?q=hold+the+button").text
    called.index = None
    assert called.call("GET", "/desk/conversations?q=hold+the+button").status_code == 200


def test_without_an_index_the_bar_offers_nothing_and_works(called: Called) -> None:
    called.index = None
    bar = called.call("GET", "/desk/chat/bar").json()
    assert bar["offers"] == []
    assert (bar["name"], bar["signed_in"], bar["editor"]) == ("Ann", True, False)
