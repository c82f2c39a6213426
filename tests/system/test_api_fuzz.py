"""Whatever is sent, no request ends in an error of the server's own; replies keep to the OpenAPI document's form."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api_desk import ApiDesk, application, client, serving

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
TEXT = st.text(st.characters(exclude_categories=()), max_size=60)
"""Halves of characters too."""
Call = tuple[str, str, dict[str, Any], set[int]]
FUZZED = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> ApiDesk:
    made = ApiDesk(tmp_path_factory.mktemp("desk"))
    made.fill()
    return made


@pytest.fixture(scope="module")
def http(desk: ApiDesk) -> Iterator[httpx.Client]:
    with serving(application(desk)) as address, client(address) as made:
        yield made


@pytest.fixture(scope="module")
def calls(http: httpx.Client) -> list[Call]:
    """Method, path, schema of the body and told statuses of each call, out of the document that describes them."""
    document = http.get("/v1/openapi.json").json()
    found = []
    for path, methods in document["paths"].items():
        for method, call in methods.items():
            content = call.get("requestBody", {}).get("content", {})
            schema = content.get("application/json", {}).get("schema", {})
            found.append((method.upper(), path, resolved(schema, document), set(map(int, call["responses"]))))
    return found


def resolved(schema: Any, document: dict[str, Any]) -> Any:
    """The schema with what it refers to in its place."""
    if isinstance(schema, list):
        return [resolved(item, document) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return resolved(document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], document)
    return {key: resolved(value, document) for key, value in schema.items()}


def fitting(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values near what the schema asks for: mostly right, so that they get far into the code."""
    if "anyOf" in schema:
        return st.one_of(*map(fitting, schema["anyOf"]))
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]])
    plain = {"string": TEXT, "integer": st.integers(-1, 60), "boolean": st.booleans(), "null": st.none()}
    if schema.get("type") == "object":
        fields = {name: fitting(inner) for name, inner in schema.get("properties", {}).items()}
        return st.fixed_dictionaries({}, optional=fields)
    if schema.get("type") == "array":
        return st.lists(fitting(schema.get("items", {})), max_size=4)
    return plain.get(schema.get("type", ""), JSON)


def check(reply: httpx.Response, told: set[int] | None = None) -> None:
    assert reply.status_code < 500, reply.text
    assert told is None or reply.status_code in told, reply.text
    if reply.status_code >= 400 and not reply.headers["content-type"].startswith("text/event-stream"):
        assert set(reply.json()["error"]) == {"type", "message", "hint"}


@FUZZED
@given(data=st.data())
def test_bodies_that_nearly_fit(http: httpx.Client, calls: list[Call], data: st.DataObject) -> None:
    method, path, schema, told = data.draw(st.sampled_from([call for call in calls if call[2]]), "call")
    body = data.draw(fitting(schema) | JSON, "body")
    reply = http.request(method, path, content=json.dumps(body), headers={"Content-Type": "application/json"})
    check(reply, told)


@FUZZED
@given(data=st.data(), body=st.binary(max_size=200), kind=st.sampled_from(["application/json", "multipart/form-data; boundary=x", "text/plain", "a", ""]))  # fmt: skip  # noqa: E501
def test_bytes_that_are_nothing(
    http: httpx.Client, calls: list[Call], data: st.DataObject, body: bytes, kind: str
) -> None:
    method, path, _, told = data.draw(st.sampled_from(calls), "call")
    check(http.request(method, path, content=body, headers={"Content-Type": kind}), told)


@FUZZED
@given(data=st.data(), word=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20))
def test_paths_and_queries(http: httpx.Client, calls: list[Call], data: st.DataObject, word: str) -> None:
    method, path, *_ = data.draw(st.sampled_from(calls), "call")
    parts = [quote(word, safe="") if part.startswith("{") else part for part in path.split("/")]
    check(http.request(method, "/".join(parts), params={word: word, "marks": word}))


@FUZZED
@given(name=TEXT, path=TEXT, content=st.binary(max_size=50))
def test_uploads(http: httpx.Client, desk: ApiDesk, name: str, path: str, content: bytes) -> None:
    written = {"path": path.encode(errors="surrogatepass").decode(errors="replace")}
    files = {"file": (name.encode(errors="surrogatepass").decode(errors="replace") or "x", content)}
    check(http.post("/v1/documents", files=files, data=written))
    outside = {entry.name for entry in desk.home.iterdir()} - {"uploads", "index", "originals", "keys.sqlite"}
    databases = (".sqlite", ".sqlite-wal", ".sqlite-shm", ".sqlite3")
    assert not {entry for entry in outside if not entry.endswith((*databases, ".toml"))}
