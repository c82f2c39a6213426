"""schemathesis over the OpenAPI document: whatever fits it, or nearly fits it, ends in no error of the server's own.

The interface is called with an editor's and with a customer's key, the customers' chat with a visitor's token.
"""

from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from requests.adapters import HTTPAdapter
from schemathesis import APIOperation, Case, GenerationMode

from tests.security.canaries import SHOP, leaks
from tests.security.served import Served, client, visitor

WIDGET = "/widget/v1/"
BOUNDED = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
"""Of each call and caller: some 700 requests in all."""


class FromAddress(HTTPAdapter):
    """Connections come from an address of their own, so that limits of one sender do not stop another."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options, source_address=(self._address, 0))


@pytest.fixture(scope="module")
def operations(served: Served) -> list[APIOperation[Any, Any, Any, Any]]:
    with client(served.address, number=220, Authorization=f"Bearer {served.told.key}") as http:
        document = http.get("/v1/openapi.json").json()
    return [found.ok() for found in schemathesis.openapi.from_dict(document).get_all_operations()]


def call_all(served: Served, operation: APIOperation[Any, Any, Any, Any], headers: dict[str, str], number: int) -> None:
    """Calls that fit and calls that do not. Raises AssertionError for an error of the server's own, with the call."""
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", FromAddress(f"127.0.0.{number}"))
    fitting = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    unfitting = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @BOUNDED
    @given(data=st.data())
    def called(data: st.DataObject) -> None:
        case: Case = data.draw(fitting if data.draw(st.booleans()) else unfitting)
        reply = case.call(base_url=served.address, session=session, headers=headers, timeout=60)
        assert reply.status_code < 500, (case.as_curl_command(), reply.text)
        if headers.get("X-Customer"):
            assert not leaks(reply.content), case.as_curl_command()

    called()


def test_the_document_tells_of_all_that_is_called(operations: list[APIOperation[Any, Any, Any, Any]]) -> None:
    paths = {operation.path for operation in operations}
    assert {"/v1/search", "/v1/ask", "/v1/chat/completions", "/v1/documents", "/v1/jobs/{job}", "/metrics"} <= paths
    assert {f"{WIDGET}{call}" for call in ("session", "ask", "look", "suggestions", "rate", "hand-over")} <= paths


@pytest.mark.parametrize("who", ["editor", "customer"])
def test_no_call_of_the_interface_breaks_the_server(
    served: Served, operations: list[APIOperation[Any, Any, Any, Any]], who: str
) -> None:
    key = served.told.editor if who == "editor" else served.told.key
    headers = {"Authorization": f"Bearer {key}"} | ({"X-Customer": "yes"} if who == "customer" else {})
    for operation in operations:
        if not operation.path.startswith(WIDGET):
            call_all(served, operation, headers, 221)


def test_no_call_of_the_customers_chat_breaks_the_server(
    served: Served, operations: list[APIOperation[Any, Any, Any, Any]]
) -> None:
    ours = [operation for operation in operations if operation.path.startswith(WIDGET)]
    for number, operation in enumerate(ours, start=200):
        with client(served.address, number=number) as http:
            token = visitor(served, http)
        call_all(served, operation, {"Authorization": f"Bearer {token}", "Origin": SHOP, "X-Customer": "yes"}, number)
