"""An editor's work in pages, over real HTTP: list, upload, difference, publish, cancel, set, remove, go back."""

import threading
import time
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

from ingest.index.contract import EVERYTHING
from ingest.metadata import Setting
from ingest.recorded import opened_records
from retrieval.grounds import ground_of
from serving.accounts.audit import Audit
from serving.api.job_queue import MOST_WAITING
from serving.stored.book import CuratedBook
from serving.stored.types import CuratedAnswer, KeptCitation, State
from tests.api_desk import MANUALS, application, client, serving
from tests.desk import manual
from tests.editing_desk import PATIENCE_SECONDS, EditingDesk, names, published, seen, upload

MIXER = manual("Mixer M1", 2, s0="Press the pulse key of the mixer for 3 seconds to clean the blades.")
NAME = "mixer/en/guide.md"


@pytest.fixture
def desk(quick_folder: Path) -> EditingDesk:
    made = EditingDesk(quick_folder)
    made.fill()
    return made


@pytest.fixture
def http(desk: EditingDesk) -> Iterator[httpx.Client]:
    with serving(application(desk)) as address, client(address) as made:
        yield made


def settings(desk: EditingDesk) -> tuple[Setting, ...]:
    with opened_records(desk.home) as records:
        return tuple(records.settings())


def texts(http: httpx.Client, question: str) -> str:
    return " ".join(found["text"] for found in http.post("/v1/search", json={"question": question}).json()["passages"])


def found(http: httpx.Client, question: str, words: str) -> None:
    """Wait until these words are found: readers follow a publish within a second."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while words not in (text := texts(http, question)):
        assert time.monotonic() < deadline, text


def test_a_manual_is_uploaded_compared_and_published_and_only_then_searched(
    http: httpx.Client, desk: EditingDesk
) -> None:
    taken = upload(http, ("guide.md", MIXER)).json()["files"]
    assert [(each["document"], each["state"]) for each in taken] == [(NAME, "new")]
    assert names(http) == set(MANUALS)
    assert "Passages" in seen(http, f"/desk/documents/{NAME}/difference", lambda text: "data-open" not in text)
    done = published(http, NAME)
    assert "added" in done
    assert NAME in names(http)
    found(http, "How long do I press the pulse key of the mixer?", "3 seconds")

    changed = MIXER.replace("3 seconds", "4 seconds")
    assert upload(http, ("guide.md", changed)).json()["files"][0]["state"] == "replaces"
    page = seen(http, f"/desk/documents/{NAME}/difference", lambda text: "data-open" not in text)
    assert '<del class="removed">3</del><ins class="added">4</ins>' in page
    assert "3 seconds" in texts(http, "pulse key of the mixer"), "what waits is not searched"
    assert "updated" in published(http, NAME)
    found(http, "pulse key of the mixer", "4 seconds")
    assert not desk.backend.home.joinpath("staged", NAME).exists()
    actions = [entry.action for entry in Audit(desk.backend.database()).entries()]
    assert actions == ["document.published", "document.uploaded"] * 2


def test_nothing_is_compared_any_more_when_the_server_has_ended(desk: EditingDesk) -> None:
    def comparing() -> list[threading.Thread]:
        return [each for each in threading.enumerate() if each.name.startswith("differences")]

    before = set(comparing())
    with serving(application(desk)) as address, client(address) as http:
        upload(http, ("guide.md", MIXER))
        http.get(f"/desk/documents/{NAME}/difference")
        (thread,) = set(comparing()) - before
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()


def test_a_discarded_upload_leaves_what_is_published(http: httpx.Client) -> None:
    upload(http, ("guide.md", MIXER))
    published(http, NAME)
    upload(http, ("guide.md", MIXER.replace("3 seconds", "9 seconds")))
    assert upload(http, ("guide.md", MIXER.replace("3 seconds", "8 seconds"))).json()["files"][0]["state"] == "again"
    assert http.post("/desk/documents/discard", data={"document": NAME}).status_code == HTTPStatus.SEE_OTHER
    assert "Waiting to be published" not in http.get("/desk/documents/upload").text
    http.post("/v1/ingest")
    seen(http, "/v1/jobs", lambda text: '"state":"running"' not in text and '"state":"waiting"' not in text)
    assert "3 seconds" in texts(http, "pulse key of the mixer")
    assert http.post("/desk/documents/discard", data={"document": NAME}).status_code == HTTPStatus.NOT_FOUND


def test_what_cannot_be_read_waits_again_with_its_reason(http: httpx.Client, desk: EditingDesk) -> None:
    broken = b"%PDF-1.7 and nothing else"
    reply = upload(http, ("broken.pdf", broken), ("guide.md", MIXER))
    assert reply.status_code == HTTPStatus.CREATED
    page = published(http, "mixer/en/broken.pdf", NAME)
    assert page.rindex("broken.pdf") < page.rindex("guide.md"), "troubles first"
    assert "damaged" in page.rpartition("broken.pdf")[2] or "PDF" in page.rpartition("broken.pdf")[2]
    assert names(http) == {*MANUALS, NAME}
    assert (desk.home / "staged/mixer/en/broken.pdf").read_bytes() == broken
    assert not (desk.home / "uploads/mixer/en/broken.pdf").exists()
    assert "mixer/en/broken.pdf" in http.get("/desk/documents?show=failed").text


def test_the_page_is_told_in_its_language_what_is_wrong_with_a_file(http: httpx.Client) -> None:
    http.headers["Accept-Language"] = "zh-CN"
    taken = upload(http, ("guide.pdf", "no pdf"), ("tool.exe", "MZ")).json()["files"]
    assert [each["error"] for each in taken] == [
        "guide.pdf 不是 PDF 文件。",
        "没有能读取 tool.exe 这种扩展名的读取器。",
    ]
    assert http.get("/desk/jobs/none").text.count("没有任务 none。") == 1


@pytest.mark.parametrize("waits", [False, True])
def test_a_cancelled_job_leaves_index_and_uploads_as_they_were(
    http: httpx.Client, desk: EditingDesk, waits: bool
) -> None:
    upload(http, ("guide.md", MIXER))
    published(http, NAME)
    upload(http, ("guide.md", MIXER.replace("3 seconds", "7 seconds")))
    go, begun = threading.Event(), threading.Event()

    def hold() -> None:
        begun.set()
        assert go.wait(PATIENCE_SECONDS)

    desk.before_ingest = hold
    first = http.post("/v1/ingest", json={"root": str(desk.desk.manuals), "force": True}).json()["id"] if waits else ""
    reply = http.post("/desk/documents/publish", data={"document": NAME})
    address = reply.headers["Location"]
    assert begun.wait(PATIENCE_SECONDS)
    job = address.rpartition("/")[2]
    cancelled = http.delete(f"/v1/jobs/{job}") if waits else http.post(f"{address}/cancel")
    assert cancelled.status_code == (HTTPStatus.OK if waits else HTTPStatus.SEE_OTHER)
    go.set()
    seen(http, address, lambda text: "data-open" not in text)
    assert http.get(f"/v1/jobs/{job}").json()["state"] == "cancelled"
    assert http.delete(f"/v1/jobs/{job}").status_code == HTTPStatus.CONFLICT
    assert "3 seconds" in texts(http, "pulse key of the mixer")
    assert "7 seconds" in (desk.home / "staged" / NAME).read_text()
    assert "3 seconds" in (desk.home / "uploads" / NAME).read_text()
    if first:
        followed = seen(http, f"/v1/jobs/{first}", lambda text: '"state":"running"' not in text)
        assert '"state":"done"' in followed


def test_values_are_set_for_many_and_shown_with_who_said_them(http: httpx.Client, desk: EditingDesk) -> None:
    asked = {"document": ["lamp/en/guide.md", "kettle/en/guide.md"], "audience": "internal", "version": "2.1"}
    shown = http.post("/desk/documents/set", data=asked)
    assert "Matching manuals: 2. To change: 2." in shown.text
    assert {known["audience"] for known in http.get("/v1/documents").json()["documents"]} == {"public", "internal"}
    reply = http.post("/desk/documents/set", data={**asked, "do": "set"})
    seen(http, reply.headers["Location"], lambda text: "data-open" not in text)
    known = {each["document"]: each for each in http.get("/v1/documents").json()["documents"]}
    assert known["lamp/en/guide.md"]["audience"] == "internal"
    assert known["lamp/en/guide.md"]["version"] == "2.1"
    assert "editor (lamp/en/guide.md)" in http.get("/desk/documents/lamp/en/guide.md").text
    wrong = http.post("/desk/documents/set", data={**asked, "audience": "everybody", "do": "set"})
    assert wrong.status_code == HTTPStatus.BAD_REQUEST


def test_where_too_many_jobs_wait_nothing_is_changed_and_what_spans_folders_is_taken_whole(
    http: httpx.Client, desk: EditingDesk
) -> None:
    upload(http, ("guide.md", MIXER), ("care.md", MIXER))
    published(http, NAME, "mixer/en/care.md")
    http.post("/desk/documents/remove", data={"document": "mixer/en/care.md"})
    go, begun = threading.Event(), threading.Event()

    def hold() -> None:
        begun.set()
        assert go.wait(PATIENCE_SECONDS)

    desk.before_ingest = hold
    http.post("/v1/ingest")
    assert begun.wait(PATIENCE_SECONDS)
    for _ in range(MOST_WAITING - 1):
        assert http.post("/v1/ingest").status_code == HTTPStatus.ACCEPTED
    asked = {"document": ["lamp/en/guide.md", NAME], "version": "2.1", "do": "set"}
    last = http.post("/desk/documents/set", data=asked)
    assert last.status_code == HTTPStatus.SEE_OTHER, "one place was left, and it has two folders"

    full = http.post("/desk/documents/set", data={**asked, "version": "2.2"})
    assert full.status_code == HTTPStatus.CONFLICT
    assert {each.value for each in settings(desk) if each.key == "version"} == {"2.1"}
    assert http.post("/desk/documents/restore", data={"document": "mixer/en/care.md"}).status_code == full.status_code
    assert not (desk.home / "uploads/mixer/en/care.md").exists()
    coming = {**asked, "document": [], "pattern": "mower/*"}
    assert http.post("/desk/documents/set", data=coming).status_code == HTTPStatus.SEE_OTHER, "it asks for no ingest"
    go.set()
    seen(http, last.headers["Location"], lambda text: "data-open" not in text)
    versions = {each["document"]: each["version"] for each in http.get("/v1/documents").json()["documents"]}
    assert versions["lamp/en/guide.md"] == versions[NAME] == "2.1"


def test_manuals_are_removed_and_restored_and_a_rollback_is_undone(http: httpx.Client) -> None:
    upload(http, ("guide.md", MIXER))
    published(http, NAME)
    confirm = http.get("/desk/documents/selected", params={"action": "remove", "document": [NAME, "lamp/en/guide.md"]})
    assert "the next ingest of that folder adds them again" in confirm.text
    http.post("/desk/documents/remove", data={"document": NAME})
    assert names(http) == set(MANUALS)
    assert NAME in http.get("/desk/documents/removed").text
    reply = http.post("/desk/documents/restore", data={"document": NAME})
    seen(http, reply.headers["Location"], lambda text: "data-open" not in text)
    assert NAME in names(http)

    present, *older = (line.split('"')[0] for line in http.get("/desk/publishes").text.split('hint mono">')[1:])
    generations = [each.split("<")[0] for each in (present, *older)]
    compared = http.get(f"/desk/publishes/{generations[1]}").text
    assert NAME in compared.split("Would be gone")[1]
    http.post(f"/desk/publishes/{generations[1]}")
    assert NAME not in names(http)
    assert "undo the rollback" in http.get("/desk/publishes").text
    http.post(f"/desk/publishes/{generations[0]}")
    assert NAME in names(http)
    assert http.post("/desk/publishes/20200101T000000000000Z").status_code == HTTPStatus.NOT_FOUND


def test_a_curated_answer_that_lost_its_passage_is_named_by_the_job(http: httpx.Client, desk: EditingDesk) -> None:
    upload(http, ("guide.md", MIXER))
    published(http, NAME)
    chunk = desk.desk.store.open().span(NAME, 0, 0, EVERYTHING)[0]
    quote = KeptCitation(number=1, quote="for 3 seconds", grounds=(ground_of(chunk),))
    question = "How do I clean the mixer?"
    CuratedBook(desk.home).add(
        CuratedAnswer(questions=(question,), answer="3 seconds [1].", language="en", citations=(quote,))
    )
    assert question in http.get(f"/desk/documents/{NAME}").text, "it stands on this manual"
    upload(http, ("guide.md", MIXER.replace("3 seconds", "4 seconds")))
    assert "Curated answer 1 needs review" in published(http, NAME)
    assert CuratedBook(desk.home).get(1).state is State.NEEDS_REVIEW
