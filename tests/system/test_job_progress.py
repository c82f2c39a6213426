"""A running job tells of each manual as soon as its result is there, over HTTP and on its page, in both languages."""

import re
from collections.abc import Iterator
from html import unescape
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

from tests.api_desk import MANUALS, application, client, serving
from tests.desk import manual
from tests.editing_desk import EditingDesk, seen, upload
from tests.halting_crew import HaltingCrew

LARGE = "mixer/en/large.md"
SMALL = "mixer/en/small.md"
BROKEN = "mixer/en/broken.pdf"
FILES = (
    ("broken.pdf", b"%PDF-1.7 and nothing else"),
    ("small.md", manual("Mixer M1", 2)),
    ("large.md", manual("Mixer M2", 9)),
)


@pytest.fixture
def desk(quick_folder: Path) -> EditingDesk:
    made = EditingDesk(quick_folder)
    made.fill()
    return made


@pytest.fixture
def http(desk: EditingDesk) -> Iterator[httpx.Client]:
    with serving(application(desk)) as address, client(address) as made:
        yield made


def said(page: str) -> str:
    """What a screen reader is told."""
    found = re.search(r'role="status"[^>]*>([^<]*)<', page)
    assert found is not None
    return unescape(found[1])


def test_results_are_there_while_the_next_manual_is_read(http: httpx.Client, desk: EditingDesk) -> None:
    desk.desk.crew = crew = HaltingCrew(LARGE)
    upload(http, *FILES)
    asked = http.post("/desk/documents/publish", data={"document": [BROKEN, SMALL, LARGE]})
    assert asked.status_code == HTTPStatus.SEE_OTHER
    address = asked.headers["Location"]
    try:
        page = seen(http, address, lambda text: "small.md</td>" in text)
        assert "<dt>Being read</dt><dd>mixer/en/large.md</dd>" in page
        assert page.index("broken.pdf</td>") < page.index("small.md</td>"), "troubles first"
        trouble = page[page.index("broken.pdf</td>") : page.index("small.md</td>")]
        assert "failed" in trouble
        assert '<span class="hint">' in trouble, "with what to do about it"
        assert "large.md</td>" not in page
        assert "1 of 3 done" in page, "what is read is not embedded yet, what failed is done"
        assert said(page) == "running: Reading and embedding, One failed"
        assert said(http.get(address).text) == said(page), "nothing is said anew while nothing new is known"

        chinese = http.get(address, headers={"Accept-Language": "zh"}).text
        assert "正在读取并向量化" in chinese
        assert "已完成 1/3" in chinese
        assert "broken.pdf 不是可读取的 PDF" in chinese
        assert "请用阅读器打开" in chinese

        status = http.get(f"/v1/jobs/{address.rpartition('/')[2]}").json()
        assert [(each["document"], each["state"]) for each in status["results"]] == [
            (SMALL, "read"),
            (BROKEN, "failed"),
        ]
        assert status["progress"]["reading"] == LARGE
        assert status["progress"]["stage"] == "reading"
    finally:
        crew.go.set()
    page = seen(http, address, lambda text: "data-open" not in text)
    assert said(page) == "done"
    assert "added" in page
    assert not http.get(f"/v1/jobs/{address.rpartition('/')[2]}").json()["results"], "the report has them now"


def test_what_need_not_be_read_is_told_at_once(http: httpx.Client, desk: EditingDesk) -> None:
    changed = "kettle/en/guide.md"
    desk.desk.write(changed, manual("Kettle K1", 3))
    desk.desk.crew = crew = HaltingCrew(changed)
    job = http.post("/v1/ingest", json={"root": str(desk.desk.manuals)}).json()["id"]
    try:
        page = seen(http, f"/desk/jobs/{job}", lambda text: "Being read" in text)
        results = http.get(f"/v1/jobs/{job}").json()["results"]
        assert {each["document"] for each in results if each["state"] == "unchanged"} == set(MANUALS) - {changed}
        assert "2 unchanged" in page
    finally:
        crew.go.set()
    seen(http, f"/desk/jobs/{job}", lambda text: "data-open" not in text)
