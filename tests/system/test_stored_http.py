"""Kept answers through the HTTP interface, with a model server and ingests that happen elsewhere."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from serving.assistant import Assistant
from serving.keys import Role
from serving.model import ChatModel
from serving.stored.answering import StoredAnswers
from serving.stored.book import CuratedBook
from serving.stored.counts import Counts
from serving.stored.lookup import Lookup
from serving.stored.shelf import FileShelf
from serving.stored.standing import Published
from serving.stored.types import CuratedAnswer
from tests.api_desk import OPEN, PUBLIC, SECRET_NAME, ApiDesk, application, client, serving
from tests.scripted_model import ScriptedModel

QUESTION = "How do I reset the kettle?"
SENTENCE = "Hold the button of the kettle for 10 seconds to reset it."


class KeepingDesk(ApiDesk):
    """Answers from kept answers first."""

    def _assistant(self) -> Assistant:
        retriever, model, counts = self._retriever(), ChatModel(self.model_url), Counts()
        retriever.embedder.name = "words"
        published = Published(retriever.index)
        lookup = Lookup(retriever, CuratedBook(self.home), FileShelf(self.home), published, counts)
        self.backend.metrics.count_kept(counts.all)
        return StoredAnswers(Assistant(retriever, model), lookup, model, counts)  # type: ignore[return-value]


@pytest.fixture
def desk(quick_folder: Path) -> Iterator[KeepingDesk]:
    with ScriptedModel().running() as model:
        model.script = (f"{SENTENCE} [1]",)
        made = KeepingDesk(quick_folder, model_url=model.url)
        made.fill()
        yield made


def source(http: httpx.Client, question: str = QUESTION, **more: object) -> str:
    reply = http.post("/v1/ask", json={"question": question, **more})
    assert reply.status_code == 200, reply.text
    return str(reply.json()["source"])


def test_an_answer_is_kept_until_its_passage_changes_and_counted(desk: KeepingDesk) -> None:
    with serving(application(desk)) as address, client(address) as http:
        first = http.post("/v1/ask", json={"question": QUESTION}).json()
        assert first["source"] == "model"
        again = http.post("/v1/ask", json={"question": "how do I reset the KETTLE"}).json()
        assert (again["source"], again["answer"]) == ("cache", first["answer"])
        assert again["citations"] == first["citations"]
        assert source(http, turns=[{"role": "user", "content": "What is it?"}]) == "model", (
            "a conversation is not looked up"
        )
        desk.desk.write("kettle/en/guide.md", OPEN.replace("10 seconds", "12 seconds"))
        desk.desk.ingest(said=PUBLIC)
        deadline = time.monotonic() + 30
        while (last := source(http)) == "cache":
            assert time.monotonic() < deadline, "the change was never seen"
        assert last != "cache"
        told = http.get("/metrics").text
        assert 'manualdesk_kept_answers_total{outcome="cached_same"}' in told
        assert 'manualdesk_kept_answers_total{outcome="dropped"} 1.0' in told


def test_customers_and_staff_never_share_an_answer(desk: KeepingDesk) -> None:
    keys = [desk.key(role) for role in (Role.AGENT, Role.CUSTOMER)]
    with serving(application(desk, local=False)) as address:
        agent, customer = (client(address, key) for key in keys)
        with agent, customer:
            assert [source(agent), source(agent)] == ["model", "cache"]
            assert [source(customer), source(customer)] == ["model", "cache"]
            desk.desk.ingest(said=())  # everything is internal now
            deadline = time.monotonic() + 30
            while (reply := customer.post("/v1/ask", json={"question": QUESTION}).json())["source"] == "cache":
                assert time.monotonic() < deadline, "the audience's change was never seen"
            assert not reply["citations"]
            assert SECRET_NAME not in str(reply)


def test_an_editors_answer_is_marked_in_every_form(desk: KeepingDesk) -> None:
    CuratedBook(desk.home).add(CuratedAnswer(questions=(QUESTION,), answer="Ask Ann.", language="en"))
    with serving(application(desk)) as address, client(address) as http:
        assert http.post("/v1/ask", json={"question": QUESTION}).json()["answer"] == "Ask Ann."
        streamed = http.post("/v1/ask", json={"question": QUESTION, "stream": True}).text
        assert '"source": "curated"' in streamed.replace('":"', '": "')
        messages = [{"role": "user", "content": QUESTION}]
        chat = http.post("/v1/chat/completions", json={"model": "manualdesk", "messages": messages}).json()
        assert chat["choices"][0]["message"]["content"] == "Ask Ann."
