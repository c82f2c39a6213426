"""An editor's work over HTTP: upload, ingest as a job, ask, replace, remove."""

import threading
import time
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import httpx
import pytest

from ingest.errors import ModelUnavailable
from serving.api.job_queue import MOST_WAITING
from tests.api_desk import MANUALS, ApiDesk, application, client, serving
from tests.desk import manual

MIXER = manual("Mixer M1", 1, s0="Press the pulse key of the mixer for 3 seconds to clean the blades.")
PATIENCE_SECONDS = 60


@pytest.fixture
def desk(quick_folder: Any) -> ApiDesk:
    made = ApiDesk(quick_folder)
    made.fill()
    return made


@pytest.fixture
def http(desk: ApiDesk) -> Iterator[httpx.Client]:
    with serving(application(desk)) as address, client(address) as made:
        yield made


def upload(http: httpx.Client, name: str, text: str) -> httpx.Response:
    return http.post("/v1/documents", files={"file": ("file.md", text.encode())}, data={"path": name})


def followed(http: httpx.Client, job: str) -> dict[str, Any]:
    """The job when it has ended."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (state := http.get(f"/v1/jobs/{job}").json())["state"] in {"waiting", "running"}:
        assert time.monotonic() < deadline, state
    return dict(state)


def ingested(http: httpx.Client, **asked: object) -> dict[str, Any]:
    reply = http.post("/v1/ingest", json=asked)
    assert reply.status_code == HTTPStatus.ACCEPTED, reply.text
    assert reply.headers["Location"] == f"/v1/jobs/{reply.json()['id']}"
    return followed(http, reply.json()["id"])


def names(http: httpx.Client) -> set[str]:
    return {known["document"] for known in http.get("/v1/documents").json()["documents"]}


def test_a_manual_is_uploaded_ingested_replaced_and_removed(http: httpx.Client, desk: ApiDesk) -> None:
    reply = upload(http, "mixer/en/guide.md", MIXER)
    assert reply.status_code == HTTPStatus.CREATED
    assert reply.json()["replaced"] is False
    assert names(http) == set(MANUALS), "what is uploaded is searched after the next ingest"
    job = ingested(http)
    assert job["state"] == "done"
    assert job["report"]["added"] == ["mixer/en/guide.md"]
    assert job["progress"]["documents"] == 1
    assert names(http) == {*MANUALS, "mixer/en/guide.md"}

    assert upload(http, "mixer/en/guide.md", MIXER.replace("3 seconds", "4 seconds")).json()["replaced"] is True
    assert ingested(http)["report"]["updated"] == ["mixer/en/guide.md"]
    removed = http.delete("/v1/documents/mixer/en/guide.md").json()
    assert (removed["file"], removed["documents"]) == ("deleted", len(MANUALS))
    assert names(http) == set(MANUALS)
    assert ingested(http)["report"]["added"] == []
    listed = http.get("/v1/jobs").json()["jobs"]
    assert [known["state"] for known in listed] == ["done"] * 3
    assert 'ingested_documents_total{change="updated"} 1.0' in http.get("/metrics").text


def test_what_lies_elsewhere_is_not_touched(http: httpx.Client, desk: ApiDesk) -> None:
    taken = upload(http, "lamp/en/guide.md", MIXER)
    assert taken.status_code == HTTPStatus.CONFLICT
    assert "is indexed from" in taken.json()["error"]["message"]
    removed = http.delete("/v1/documents/lamp/en/guide.md").json()
    assert "still there" in removed["file"]
    assert (desk.desk.manuals / "lamp/en/guide.md").exists()
    assert "lamp/en/guide.md" not in names(http)
    assert http.delete("/v1/documents/lamp/en/guide.md").status_code == HTTPStatus.NOT_FOUND
    again = ingested(http, root=str(desk.desk.manuals))
    assert again["report"]["added"] == ["lamp/en/guide.md"], "a folder that was ingested before can be again"


@pytest.mark.parametrize("root", ["/", "/etc", "..", "/nowhere", "kettle"])
def test_no_other_folder_is_opened(http: httpx.Client, root: str) -> None:
    assert http.post("/v1/ingest", json={"root": root}).status_code == HTTPStatus.NOT_FOUND


def test_uploads_are_checked(http: httpx.Client, desk: ApiDesk) -> None:
    assert http.post("/v1/ingest", json={}).status_code == HTTPStatus.CONFLICT, "nothing was uploaded yet"
    for name in ("../x.md", "/etc/x.md", "x.exe", ".x.md", "a/../../x.md", ""):
        reply = http.post("/v1/documents", files={"file": (name or "..", b"text")}, data={"path": name})
        assert reply.status_code == HTTPStatus.BAD_REQUEST, name
    assert http.post("/v1/documents", files={"file": ("a.pdf", b"no pdf")}).status_code == HTTPStatus.BAD_REQUEST
    assert http.post("/v1/documents", data={"path": "a.md"}).status_code == HTTPStatus.BAD_REQUEST
    assert not (desk.home / "uploads").exists()


def test_jobs_run_one_at_a_time_and_do_not_pile_up(http: httpx.Client, desk: ApiDesk) -> None:
    upload(http, "mixer/en/guide.md", MIXER)
    go, begun, running, most = threading.Event(), threading.Event(), [0], [0]

    def hold() -> None:
        running[0] += 1
        most[0] = max(most[0], running[0])
        begun.set()
        assert go.wait(PATIENCE_SECONDS)
        running[0] -= 1

    desk.before_ingest = hold
    first = http.post("/v1/ingest").json()["id"]
    assert begun.wait(PATIENCE_SECONDS)
    waiting = [http.post("/v1/ingest").json()["id"] for _ in range(MOST_WAITING)]
    assert http.post("/v1/ingest").status_code == HTTPStatus.CONFLICT
    states = {known["id"]: known["state"] for known in http.get("/v1/jobs").json()["jobs"]}
    assert states == {first: "running"} | dict.fromkeys(waiting, "waiting")
    assert http.post("/v1/search", json={"question": "lamp"}).status_code == HTTPStatus.OK, "questions do not wait"
    go.set()
    assert {followed(http, job)["state"] for job in (first, *waiting)} == {"done"}
    assert most == [1]


def test_a_job_that_fails_says_why_and_the_next_one_runs(http: httpx.Client, desk: ApiDesk) -> None:
    upload(http, "mixer/en/guide.md", MIXER)

    def fail() -> None:
        raise ModelUnavailable("the weights are cut short", hint="copy them again")

    def break_down() -> None:
        raise ZeroDivisionError

    desk.before_ingest = fail
    failed = ingested(http)
    assert failed["state"] == "failed"
    assert failed["error"] == {
        "type": "model_unavailable", "message": "the weights are cut short", "hint": "copy them again"
    }  # fmt: skip
    desk.before_ingest = break_down
    assert "ZeroDivisionError" in ingested(http)["error"]["message"]
    desk.before_ingest = lambda: None
    assert ingested(http)["state"] == "done"
    assert http.get("/v1/jobs/none").status_code == HTTPStatus.NOT_FOUND


def test_an_unreadable_manual_is_reported_not_fatal(http: httpx.Client) -> None:
    http.post("/v1/documents", files={"file": ("broken.pdf", b"%PDF-1.7 and nothing else")})
    upload(http, "mixer/en/guide.md", MIXER)
    job = ingested(http)
    assert job["state"] == "done"
    assert [failed["document"] for failed in job["report"]["failed"]] == ["broken.pdf"]
    assert job["report"]["added"] == ["mixer/en/guide.md"]
