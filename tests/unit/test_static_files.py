"""Files that browsers keep: text is compressed, nothing is sent twice, a changed file is sent anew."""

import asyncio
import os
from pathlib import Path

import httpx
import pytest

from ui.web.static_files import FOR_NOW, KeptFiles

SCRIPT = "const answer = 'turn the knob';\n" * 200


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "desk.js").write_text(SCRIPT)
    (tmp_path / "small.css").write_text("p { margin: 0 }")
    (tmp_path / "photo.png").write_bytes(b"\x89PNG" * 1000)
    return tmp_path


def fetched(folder: Path, name: str, **headers: str) -> httpx.Response:
    async def fetch() -> httpx.Response:
        transport = httpx.ASGITransport(KeptFiles(folder, FOR_NOW))
        async with httpx.AsyncClient(transport=transport, base_url="http://desk") as http:
            return await http.get(f"/{name}", headers={name.replace("_", "-"): said for name, said in headers.items()})

    return asyncio.run(fetch())


def test_text_goes_out_compressed_and_as_it_is_where_that_is_not_understood(folder: Path) -> None:
    small = fetched(folder, "desk.js", accept_encoding="gzip, br")
    assert small.headers["content-encoding"] == "gzip"
    assert int(small.headers["content-length"]) < len(SCRIPT) / 10
    plain = fetched(folder, "desk.js", accept_encoding="identity")
    assert "content-encoding" not in plain.headers
    assert small.text == plain.text == SCRIPT
    for reply in (small, plain):
        assert reply.headers["cache-control"] == FOR_NOW
        assert reply.headers["vary"] == "Accept-Encoding"
        assert "javascript" in reply.headers["content-type"]


@pytest.mark.parametrize("name", ["small.css", "photo.png"])
def test_what_compression_would_not_make_smaller_goes_as_it_is(folder: Path, name: str) -> None:
    reply = fetched(folder, name, accept_encoding="gzip")
    assert "content-encoding" not in reply.headers
    assert reply.content == (folder / name).read_bytes()


def test_a_part_of_a_file_is_a_part_of_the_file(folder: Path) -> None:
    reply = fetched(folder, "desk.js", accept_encoding="gzip", range="bytes=0-4")
    assert (reply.status_code, reply.text) == (206, "const")


def test_an_unchanged_file_is_not_sent_again_and_a_changed_one_is(folder: Path) -> None:
    first = fetched(folder, "desk.js", accept_encoding="gzip")
    asked = {"accept_encoding": "gzip", "if_none_match": first.headers["etag"]}
    again = fetched(folder, "desk.js", **asked)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == FOR_NOW
    (folder / "desk.js").write_text("changed();\n" * 300)
    os.utime(folder / "desk.js", (1, 1))
    assert fetched(folder, "desk.js", **asked).text.startswith("changed();")


def test_nothing_outside_of_the_folder_is_there(folder: Path) -> None:
    for name in ("../secret.js", "%2e%2e/secret.js", "nowhere.js", ""):
        with pytest.raises(Exception, match="404"):
            fetched(folder, name)
