"""Walls around the editors' pages: roles, names that climb, files that are none, manuals that hold scripts."""

from collections.abc import Iterator
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from serving.keys import Role
from tests.api_desk import LAMP, MANUALS, application, client, serving
from tests.desk import manual
from tests.editing_desk import PATIENCE_SECONDS, EditingDesk, names, published, seen, upload

MIXER = manual("Mixer M1", 2, s0="Press the pulse key of the mixer for 3 seconds to clean the blades.")
PAGES = (
    "/desk/documents",
    "/desk/documents/upload",
    "/desk/documents/removed",
    "/desk/documents/selected",
    "/desk/documents/lamp/en/guide.md",
    "/desk/documents/lamp/en/guide.md/chunks",
    "/desk/jobs",
    "/desk/runs/1",
    "/desk/publishes",
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


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.AGENT])
def test_only_editors_come_in(http: httpx.Client, desk: EditingDesk, role: Role) -> None:
    headers = {"Authorization": f"Bearer {desk.key(role)}"}
    for address in PAGES:
        assert http.get(address).status_code == HTTPStatus.OK, address
        refused = http.get(address, headers=headers)
        assert refused.status_code == HTTPStatus.FORBIDDEN, address
        assert "Lamp L1" not in refused.text
    posts = ("upload", "set", "remove", "restore", "discard", "publish")
    for address in (*(f"/desk/documents/{each}" for each in posts), "/desk/jobs/x/cancel", "/desk/publishes/x"):
        sent = {"file": ("guide.md", b"x")} if address.endswith("upload") else None
        data = {"document": "lamp/en/guide.md", "audience": "public", "do": "set"}
        reply = http.post(address, data=data, files=sent, headers=headers)
        assert reply.status_code == HTTPStatus.FORBIDDEN, address
    assert names(http) == set(MANUALS)


@pytest.mark.parametrize(
    ("folder", "name"),
    [("../..", "x.md"), ("/etc", "x.md/../../y.md"), (".hidden", "x.md"), ("a", "x.exe"), ("a\x00b", "x.md"),
     ("a", ".md"), ("con:", "x.md"), ("/".join("abcdefghij"), "x.md"), ("a", "x" * 300 + ".md")],
)  # fmt: skip
def test_hostile_names_are_refused_with_the_reason(
    http: httpx.Client, desk: EditingDesk, folder: str, name: str
) -> None:
    reply = upload(http, (name, MIXER), folder=folder)
    taken = reply.json()
    kept = [each for each in taken.get("files", ()) if each["state"] != "refused"]
    assert all(each["document"] == "etc/y.md" for each in kept), taken
    assert not [path for path in desk.home.parent.rglob("x.*") if path.suffix in (".md", ".exe")]
    for address in ("../../etc/passwd", "..%2f..%2fetc%2fpasswd", quote(folder, safe="") + "/chunks"):
        assert http.get(f"/desk/documents/{address}").status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN)


def test_wrong_and_foreign_files_are_refused(http: httpx.Client) -> None:
    reply = upload(http, ("a.pdf", "no pdf"), ("empty.md", ""), ("guide.md", MIXER))
    assert reply.status_code == HTTPStatus.BAD_REQUEST
    assert [each["state"] for each in reply.json()["files"]] == ["refused", "refused", "new"]
    other = upload(http, ("guide.md", LAMP), folder="lamp/en").json()["files"][0]
    assert other["state"] == "refused"
    assert "is indexed from" in other["error"]
    large = HTTPConnection(http.base_url.host, http.base_url.port or 80, timeout=PATIENCE_SECONDS)
    large.putrequest("POST", "/desk/documents/upload")
    large.putheader("Content-Type", "multipart/form-data; boundary=x")
    large.putheader("Content-Length", str(10**12))
    large.endheaders()
    assert large.getresponse().status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    large.close()
    page = http.post("/desk/documents/upload", files={"file": ("a.pdf", b"no pdf")}, data={"folder": "a"})
    assert page.status_code == HTTPStatus.BAD_REQUEST
    assert "is no PDF file" in page.text, "without a script the reason is on the page"


def test_a_hostile_manual_is_shown_not_run(http: httpx.Client) -> None:
    evil = '<script>alert(1)</script> "><svg onload=alert(2)> <img src=x onerror=alert(3)>'
    coded = f"# `{evil}`\n\n## Section `{evil}`\n\n`{evil}` is what the display shows after a reset.\n"
    upload(http, ("guide.md", coded), folder="evil/en")
    difference = seen(http, "/desk/documents/evil/en/guide.md/difference", lambda text: "data-open" not in text)
    done = published(http, "evil/en/guide.md")
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(4)"><script>alert(5)</script></svg>'
    assert upload(http, ("drawing.svg", svg), folder="evil/en").json()["files"][0]["state"] == "refused"
    pages = [
        difference,
        done,
        *(http.get(f"/desk/documents{rest}").text for rest in ("", "/evil/en/guide.md", "/evil/en/guide.md/chunks")),
        http.get("/desk/documents", params={"q": evil, "product": evil, "sort": evil, "order": evil}).text,
        http.get("/desk/documents/upload", params={"folder": evil}).text,
    ]
    for text in pages:
        assert "<script>alert" not in text
        assert "<svg onload" not in text
        assert "<img src=x" not in text
    assert "&lt;script&gt;alert(1)" in pages[4], "it is there to be read"
    assert "script-src 'self'" in http.get("/desk/documents").headers["Content-Security-Policy"]
