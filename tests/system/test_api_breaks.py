"""An answer that breaks in the middle ends in an error that both kinds of clients can read."""

from pathlib import Path

import pytest
from openai import APIError, DefaultHttpxClient, InternalServerError, OpenAI

from ingest.errors import IndexUnusable
from serving.api.access import Door
from serving.api.routes import build_application
from serving.api.ways import KeyWay
from serving.keys import Role
from serving.keys_store import KeyStore
from tests.api_desk import client, serving
from tests.breaking_assistant import BreakingAssistant
from ui.backend import Backend, Parts

FOLDER = "/srv/index"


@pytest.mark.parametrize(
    ("error", "kind", "status"),
    [
        (IndexUnusable(f"{FOLDER} is damaged", hint="x"), "index_unusable", 503),
        (ZeroDivisionError(), "internal_server_error", 500),
    ],
)
@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.EDITOR])
def test_an_answer_that_breaks_is_told(tmp_path: Path, error: Exception, kind: str, status: int, role: Role) -> None:
    async def no_model() -> str:
        return ""

    def no_index() -> None:
        raise NotImplementedError

    keys = KeyStore(tmp_path)
    key = keys.create("someone", role)[0]
    backend = Backend(
        Parts(
            home=tmp_path,
            build_assistant=lambda: BreakingAssistant(error),
            open_index=no_index,  # type: ignore[arg-type]
            probe_model=no_model,
        )
    )
    door = Door(build_application(backend), backend.metrics, [KeyWay(keys, calls_a_minute=0)])
    with serving(door) as address, client(address, key) as http:
        streamed = http.post("/v1/ask", json={"question": "pumps", "stream": True}).text
        assert "event: delta" in streamed
        assert f'event: error\ndata: {{"error":{{"type":"{kind}"' in streamed
        whole = http.post("/v1/ask", json={"question": "pumps"})
        assert (whole.status_code, whole.json()["error"]["type"]) == (status, kind)
        told = role is Role.EDITOR and kind == "index_unusable"
        assert (FOLDER in streamed, FOLDER in whole.text) == (told, told)
        inner = DefaultHttpxClient(trust_env=False)
        openai = OpenAI(base_url=f"{address}/v1", api_key=key, max_retries=0, http_client=inner)
        said = openai.chat.completions.create(
            model="manualdesk", messages=[{"role": "user", "content": "pumps"}], stream=True
        )
        with pytest.raises(APIError):
            assert "".join(chunk.choices[0].delta.content or "" for chunk in said)
        with pytest.raises(InternalServerError):
            openai.chat.completions.create(model="manualdesk", messages=[{"role": "user", "content": "pumps"}])
