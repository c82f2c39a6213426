"""Large scripts go out in brotli once that is made: it is kept, never waited for, and never that of another version."""

import asyncio
import os
import threading
from pathlib import Path

import brotli
import httpx
import pytest

from ui.web.brotli_copies import BrotliCopies
from ui.web.static_files import FOR_GOOD, KeptFiles

BROWSER = "gzip, deflate, br, zstd"
SCRIPT = "const answer = 'turn the knob';\n" * 200


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "index-a1.js").write_text(SCRIPT)
    return tmp_path


def started(folder: Path) -> KeptFiles:
    """As at the start of a server over that home."""
    return KeptFiles(folder / "assets", FOR_GOOD, BrotliCopies(folder / "compressed"))


def fetched(files: KeptFiles, understood: str, **headers: str) -> httpx.Response:
    async def fetch() -> httpx.Response:
        transport = httpx.ASGITransport(files)
        async with httpx.AsyncClient(transport=transport, base_url="http://desk") as http:
            return await http.get("/index-a1.js", headers={"Accept-Encoding": understood, **headers})

    return asyncio.run(fetch())


def coding(reply: httpx.Response) -> str:
    return reply.headers.get("content-encoding", "")


def made() -> None:
    """Waits until nothing is being compressed."""
    for thread in threading.enumerate():
        if thread.name == "brotli":
            thread.join()


def test_nobody_waits_for_brotli_and_everybody_after_that_gets_it(folder: Path) -> None:
    files = started(folder)
    assert coding(fetched(files, BROWSER)) == "gzip"
    made()
    reply = fetched(files, BROWSER)
    assert (coding(reply), reply.text) == ("br", SCRIPT)
    assert reply.headers["vary"] == "Accept-Encoding"
    assert reply.headers["cache-control"] == FOR_GOOD
    assert reply.headers["etag"].startswith("W/")
    again = fetched(files, BROWSER, **{"If-None-Match": reply.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_next_start_has_it_at_once(folder: Path) -> None:
    fetched(started(folder), BROWSER)
    made()
    assert coding(fetched(started(folder), BROWSER)) == "br"


@pytest.mark.parametrize(
    ("understood", "sent"),
    [("gzip", "gzip"), ("gzip, br;q=0", "gzip"), ("gzip;q=0, br ; q=0.000", ""), ("identity", ""), ("br;q=0.5", "br")],
)
def test_who_does_not_take_it_gets_what_they_take(folder: Path, understood: str, sent: str) -> None:
    files = started(folder)
    fetched(files, BROWSER)
    made()
    reply = fetched(files, understood)
    assert (coding(reply), reply.text) == (sent, SCRIPT)


def test_a_part_of_a_file_is_a_part_of_the_file(folder: Path) -> None:
    files = started(folder)
    fetched(files, BROWSER)
    made()
    reply = fetched(files, BROWSER, Range="bytes=0-4")
    assert (reply.status_code, reply.text) == (206, "const")


def test_a_changed_file_is_not_answered_with_the_old_copy(folder: Path) -> None:
    files, script = started(folder), folder / "assets" / "index-a1.js"
    fetched(files, BROWSER)
    made()
    script.write_text("changed();\n" * 300)
    os.utime(script, (1, 1))
    for each in (files, started(folder)):
        assert fetched(each, BROWSER).text.startswith("changed();")
    made()
    assert coding(fetched(files, BROWSER)) == "br"


@pytest.mark.parametrize("damage", [b"", b"half of it", brotli.compress(b"another script")])
def test_a_damaged_copy_is_made_anew(folder: Path, damage: bytes) -> None:
    copy = folder / "compressed" / "index-a1.js.br"
    fetched(started(folder), BROWSER)
    made()
    whole = copy.read_bytes()
    copy.write_bytes(damage)
    assert fetched(started(folder), BROWSER).text == SCRIPT
    made()
    assert copy.read_bytes() == whole


def test_copies_of_an_earlier_version_go(folder: Path) -> None:
    (folder / "compressed").mkdir()
    (folder / "compressed" / "index-9f.js.br").write_bytes(b"of last year")
    fetched(started(folder), BROWSER)
    made()
    assert [copy.name for copy in (folder / "compressed").iterdir()] == ["index-a1.js.br"]


def test_where_nothing_can_be_kept_it_is_sent_all_the_same(folder: Path) -> None:
    (folder / "compressed").write_text("a file where a folder belongs")
    files = started(folder)
    fetched(files, BROWSER)
    made()
    assert coding(fetched(files, BROWSER)) == "br"
