"""Search, ask and OpenAI's chat over real HTTP: whole, streamed, in conversation, wrong, and left by the asker."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from openai import APIError, BadRequestError, DefaultHttpxClient, NotFoundError, OpenAI

from serving.api.schemas import AnswerReply, SearchReply
from tests.api_desk import ApiDesk, application, client, serving
from tests.scripted_model import ScriptedModel

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
QUESTION = "How do I reset the kettle?"
SENTENCE = "Hold the button of the kettle for 10 seconds to reset it."


@pytest.fixture(scope="module")
def model() -> Iterator[ScriptedModel]:
    with ScriptedModel().running() as running:
        yield running


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, model: ScriptedModel) -> Iterator[str]:
    desk = ApiDesk(tmp_path_factory.mktemp("desk"), model_url=model.url)
    desk.fill()
    with serving(application(desk)) as served:
        yield served


@pytest.fixture
def http(address: str, model: ScriptedModel) -> Iterator[httpx.Client]:
    model.script = (f"{SENTENCE[:30]}", f"{SENTENCE[30:]} [1]")
    model.go.clear()
    model.hung_up.clear()
    with client(address) as made:
        yield made


@pytest.fixture
def openai(address: str, http: httpx.Client) -> OpenAI:
    inner = DefaultHttpxClient(trust_env=False)
    return OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0, http_client=inner)


def events(reply: httpx.Response) -> list[tuple[str, Any]]:
    """Name and value of each server-sent event."""
    found = []
    for written in reply.text.strip().split("\n\n"):
        name, data = written.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def test_a_search_gives_passages(http: httpx.Client) -> None:
    reply = http.post("/v1/search", json={"question": QUESTION, "limit": 2})
    found = SearchReply.model_validate(reply.json(), strict=True)
    assert reply.status_code == 200
    assert 1 <= len(found.passages) <= 2
    assert SENTENCE in found.passages[0].text
    assert "trace" not in reply.json()
    assert "trace" in http.post("/v1/search", json={"question": QUESTION, "explain": True}).json()


def test_a_product_and_the_conversation_bear_on_a_search(http: httpx.Client) -> None:
    def products(**asked: object) -> set[str]:
        found = http.post("/v1/search", json={"question": "How is it reset?", **asked}).json()["passages"]
        return {passage["product"] for passage in found}

    assert products(product="lamp") <= {"lamp"}
    assert products(product="kettle") == {"kettle"}
    assert products(product="no such thing") == set()
    assert products(turns=[{"content": "I have a kettle."}, {"role": "assistant", "content": "Fine."}])


def test_an_answer_has_its_sources(http: httpx.Client) -> None:
    reply = http.post("/v1/ask", json={"question": QUESTION})
    answer = AnswerReply.model_validate(reply.json())
    assert answer.source == "model"
    assert answer.answer == f"{SENTENCE} [1]"
    assert answer.citations[0].quote in answer.passages[0].text
    assert not answer.refused


def test_an_answer_comes_in_events(http: httpx.Client) -> None:
    reply = http.post("/v1/ask", json={"question": QUESTION, "stream": True})
    assert reply.headers["content-type"].startswith("text/event-stream")
    (first, found), *deltas, (last, whole) = events(reply)
    assert (first, last) == ("passages", "answer")
    assert {name for name, _ in deltas} == {"delta"}
    assert "".join(value["text"] for _, value in deltas).strip() == whole["answer"]
    assert [passage["document"] for passage in found["passages"]] == [p["document"] for p in whole["passages"]]


def test_openais_client_lists_the_model(openai: OpenAI) -> None:
    (listed,) = openai.models.list().data
    assert openai.models.retrieve(listed.id).id == listed.id
    with pytest.raises(NotFoundError):
        openai.models.retrieve("gpt")


def test_openais_client_gets_a_cited_answer(openai: OpenAI) -> None:
    answer = openai.chat.completions.create(
        model="manualdesk", messages=[{"role": "system", "content": "Be rude."}, {"role": "user", "content": QUESTION}]
    )
    assert answer.choices[0].message.content == f"{SENTENCE} [1]"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0
    beside = answer.model_extra or {}
    assert beside["citations"][0]["number"] == 1
    assert beside["citations"][0]["document"] == "kettle/en/guide.md"
    assert beside["manualdesk"]["source"] == "model"


def test_openais_client_streams(openai: OpenAI) -> None:
    chunks = list(
        openai.chat.completions.create(
            model="manualdesk",
            messages=[{"role": "user", "content": [{"type": "text", "text": QUESTION}]}],
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    *texts, last, usage = chunks
    assert "".join(chunk.choices[0].delta.content or "" for chunk in texts).strip() == f"{SENTENCE} [1]"
    assert last.choices[0].finish_reason == "stop"
    assert (last.model_extra or {})["citations"][0]["document"] == "kettle/en/guide.md"
    assert all("citations" not in (chunk.model_extra or {}) for chunk in texts)
    assert usage.usage is not None
    assert usage.usage.completion_tokens > 0
    assert len({chunk.id for chunk in chunks}) == 1


def test_a_conversation_reaches_the_model(openai: OpenAI, model: ScriptedModel) -> None:
    model.requests.clear()
    openai.chat.completions.create(
        model="manualdesk",
        messages=[
            {"role": "user", "content": "I bought the kettle K1."},
            {"role": "assistant", "content": "A fine kettle."},
            {"role": "user", "content": QUESTION},
        ],
    )
    assert "A fine kettle." in str(model.requests[-1])


def test_openais_client_reads_our_errors(openai: OpenAI) -> None:
    def ask(text: str, **options: Any) -> None:
        openai.chat.completions.create(model="manualdesk", messages=[{"role": "user", "content": text}], **options)

    with pytest.raises(BadRequestError) as refused:
        ask("x" * 2001)
    assert refused.value.type == "question_unusable"
    assert "2000" in refused.value.message
    assert "hint" in refused.value.body  # type: ignore[operator]
    with pytest.raises(BadRequestError):
        ask("   ", stream=True)
    with pytest.raises(BadRequestError, match="n"):
        ask(QUESTION, n=2)
    with pytest.raises(BadRequestError, match="last message"):
        openai.chat.completions.create(model="manualdesk", messages=[{"role": "assistant", "content": "Hello"}])
    with pytest.raises(NotFoundError, match="gpt-4"):
        openai.chat.completions.create(model="gpt-4", messages=[{"role": "user", "content": QUESTION}])
    assert issubclass(BadRequestError, APIError)


@pytest.mark.parametrize(
    "asked",
    [
        {}, {"question": ""}, {"question": "x" * 2001}, {"question": None}, {"question": "a\ud800"},
        {"question": "a\0b"},
        {"question": "a", "limit": 0}, {"question": "a", "limit": 51}, {"question": "a", "audience": "internal"},
        {"question": "a", "turns": "b"}, {"question": "a", "turns": [{"role": "system", "content": "b"}]}, [], 3, None,
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_in_our_form(http: httpx.Client, asked: object) -> None:
    for path in ("/v1/search", "/v1/ask"):
        reply = http.post(path, content=json.dumps(asked), headers={"Content-Type": "application/json"})
        assert reply.status_code == 400
        assert set(reply.json()["error"]) == {"type", "message", "hint"}


def test_what_is_not_there_is_told(http: httpx.Client) -> None:
    assert http.get("/v1/nothing").json()["error"]["type"] == "not_found"
    wrong = http.get("/v1/ask")
    assert wrong.status_code == 405
    assert wrong.headers["Allow"] == "POST"
    assert http.post("/v1/ask", content=b"{" * 100_000).status_code == 400
    assert http.post("/v1/ask", content=b"x" * 2_000_000).json()["error"]["type"] == "too_large"
    nan = http.post(
        "/v1/search", content=b'{"question": "a", "limit": NaN}', headers={"Content-Type": "application/json"}
    )
    assert nan.status_code == 400


@pytest.mark.parametrize("path", ["/v1/ask", "/v1/chat/completions"])
@pytest.mark.parametrize("stream", [True, False])
def test_who_leaves_stops_the_model(http: httpx.Client, model: ScriptedModel, path: str, stream: bool) -> None:
    model.script = (f"{SENTENCE} [1]\n\n", model.WAIT, "never")
    asked = {"stream": stream, "question": QUESTION}
    if path.endswith("completions"):
        asked = {"stream": stream, "messages": [{"role": "user", "content": QUESTION}]}
    before = len(model.requests)
    if stream:
        with http.stream("POST", path, json=asked) as reply:
            assert "Hold" in next(text for text in reply.iter_text() if "Hold" in text)
    else:
        with pytest.raises(httpx.ReadTimeout):
            http.post(path, json=asked, timeout=httpx.Timeout(10, read=1.0))
    assert model.hung_up.wait(20)
    assert len(model.requests) == before + 1


def test_a_model_that_dies_in_the_middle_ends_in_quotes(
    http: httpx.Client, openai: OpenAI, model: ScriptedModel
) -> None:
    model.script = ("Hold the", model.DIE)
    chunks = list(
        openai.chat.completions.create(
            model="manualdesk", messages=[{"role": "user", "content": QUESTION}], stream=True
        )
    )
    told = (chunks[-1].model_extra or {})["manualdesk"]
    assert told["source"] == "quotes"
    assert told["notice"]
    assert SENTENCE in told["answer"]


def test_answers_are_counted(http: httpx.Client) -> None:
    def count(name: str) -> float:
        lines = http.get("/metrics").text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(name))

    names = (
        "manualdesk_answers_total{",
        "manualdesk_citations_total",
        "manualdesk_answer_seconds_count",
    )
    before = [count(name) for name in names]
    http.post("/v1/ask", json={"question": QUESTION})
    assert [count(name) for name in names] == [value + 1 for value in before]
    assert count('manualdesk_http_requests_total{method="POST",route="/v1/ask",status="200"}') >= 1
    assert count('manualdesk_http_request_seconds_count{route="/v1/ask"}') >= 1
    assert count("manualdesk_index_documents") == 3


def test_the_page_tells_every_metric(http: httpx.Client) -> None:
    shown = set(re.findall(r"^# TYPE (manualdesk_\w+) ", http.get("/metrics").text, re.M))
    told = set(re.findall(r"`(manualdesk_\w+)`", PAGE.read_text(encoding="utf-8")))
    # What kept answers come to is counted where there are such answers.
    assert shown | {"manualdesk_kept_answers_total"} == told


def test_the_example_of_the_page_runs(address: str, http: httpx.Client, capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    asked = example.replace("http://127.0.0.1:8000", address).replace("mdk_...", "none")
    asked = asked.replace("How do I reset the T200 Pro?", QUESTION).replace("smart-home", "kettle")
    exec(compile(asked, str(PAGE), "exec"), {})
    assert SENTENCE in capsys.readouterr().out
