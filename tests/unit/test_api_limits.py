"""Limits of the HTTP interface: calls a minute, bytes and seconds of a request, names of uploads."""

import asyncio
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.datastructures import Headers
from starlette.types import Message

from serving.api import limits
from serving.api.errors import BadRequest, Carried, TooLarge, TooMany, TooSlow
from serving.api.limits import MOST_JSON, MOST_UPLOAD, BoundedBody, Rate, is_loopback, sender
from serving.api.uploads import BadName, NoManual, Uploads


class Clock:
    """Stands still until it is moved."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def calls(rate: Rate, caller: str) -> Iterator[int]:
    """One a call that is let through."""
    while True:
        try:
            rate.take(caller)
        except TooMany:
            return
        yield 1


def test_a_caller_may_make_so_many_calls_a_minute() -> None:
    clock = Clock()
    rate = Rate(60, clock=clock)
    burst = sum(calls(rate, "shop"))
    assert burst == 10
    assert sum(calls(rate, "other")) == burst, "one caller's calls are not another's"
    clock.now += 3
    assert sum(calls(rate, "shop")) == 3
    with pytest.raises(TooMany) as refused:
        rate.take("shop")
    assert refused.value.seconds == 1
    clock.now += 1000
    assert sum(calls(rate, "shop")) == burst, "what was saved up is no more than a burst"


def test_no_limit_is_no_limit() -> None:
    rate = Rate(0)
    for _ in range(1000):
        rate.take("shop")


def test_callers_without_number_take_no_memory_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_MOST_BUCKETS", 100)
    clock = Clock()
    rate = Rate(60, clock=clock)
    assert sum(calls(rate, "busy")) == 10
    for number in range(1000):
        clock.now += 0.001
        rate.take(f"caller {number}")
        if number % 20 == 0:
            assert sum(calls(rate, "busy")) <= 1, "who is in use is not forgotten for others"
    assert len(rate._buckets) <= 100


def test_an_ipv6_sender_is_its_network() -> None:
    assert sender("2001:db8:1:2::1") == sender("2001:db8:1:2:ffff::9") != sender("2001:db8:1:3::1")
    assert sender("192.0.2.1") != sender("192.0.2.2")
    assert sender("no address") == "no address"
    assert is_loopback("127.0.0.1")
    assert is_loopback("::1")
    assert is_loopback("::ffff:127.0.0.1")
    assert not any(map(is_loopback, ("192.0.2.1", "::2", "::ffff:192.0.2.1", "", "localhost")))


def read(body: BoundedBody) -> int:
    """Bytes of a body that is read to its end."""

    async def whole() -> int:
        size = 0
        while (message := await body()).get("more_body"):
            size += len(message["body"])
        return size + len(message["body"])

    return asyncio.run(whole())


def arriving(*pieces: bytes) -> "list[Message]":
    last = len(pieces) - 1
    return [{"type": "http.request", "body": piece, "more_body": place < last} for place, piece in enumerate(pieces)]


def bounded(messages: "list[Message]", *, is_upload: bool = False, **headers: str) -> BoundedBody:
    waiting = iter(messages)

    async def receive() -> Message:
        for message in waiting:
            return message
        return await asyncio.get_running_loop().create_future()  # nothing ever comes

    return BoundedBody(receive, Headers(headers), is_upload=is_upload)


def test_a_body_is_bounded_by_what_it_says_and_by_what_it_is() -> None:
    half = b"x" * (MOST_JSON // 2)
    assert read(bounded(arriving(half, half))) == MOST_JSON
    with pytest.raises(Carried) as refused:
        read(bounded(arriving(half, half, b"x")))
    assert isinstance(refused.value.error, TooLarge)
    with pytest.raises(TooLarge):
        bounded([], **{"content-length": str(MOST_JSON + 1)})
    with pytest.raises(TooLarge):
        bounded([], is_upload=True, **{"content-length": "9" * 5000})
    assert read(bounded(arriving(half, half, b"x"), is_upload=True)) == MOST_JSON + 1
    bounded([], is_upload=True, **{"content-length": str(MOST_UPLOAD)})
    bounded([], **{"content-length": "²"})


def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BODY_SECONDS", 0.05)
    with pytest.raises(Carried) as refused:
        read(bounded(arriving(b"x", b"y")[:1]))
    assert isinstance(refused.value.error, TooSlow)


def taken(uploads: Uploads, name: str, content: bytes = b"# Manual\n") -> Path:
    uploads.take(name, io.BytesIO(content))
    return uploads.folder / name


def test_an_upload_lies_where_its_name_says(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    assert not uploads.exists()
    for name in ("kettle/en/guide.md", "Übersicht 水壶.md", "a/manual.toml", "x.PDF"):
        content = b"%PDF-1.7 ..." if name.endswith("PDF") else b"text"
        assert taken(uploads, name, content).read_bytes() == content
    again = uploads.take("kettle/en/guide.md", io.BytesIO(b"changed"))
    assert again.replaced
    assert (again.size, len(again.revision)) == (7, 16)
    assert not list(uploads.folder.rglob(".upload*"))


@pytest.mark.parametrize(
    "name",
    [
        "", "/", "/etc/passwd.md", "../guide.md", "a/../../guide.md", "a/..", "./a.md", "a//b.md", ".hidden.md",
        ".git/a.md", "a\\..\\b.md", "C:\\a.md", "a\0.md", "a\n.md", "a.md/", "a.md\u202e", "a.exe", "noending", "a.md ",
        "x" * 300 + ".md", "/".join("a" * 20) + ".md", "\udcff.md", "..", "%2e%2e/..", "a.sh", "manual.toml.exe",
    ],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    uploads = Uploads(tmp_path)
    with pytest.raises(BadName):
        taken(uploads, name)
    assert not uploads.exists()
    assert uploads.file(name) is None
    assert not uploads.remove(name)


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("./\\ab~%é水\0\n -:")))
def test_no_name_leads_out_of_the_folder(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    home = tmp_path_factory.getbasetemp() / "names"
    uploads = Uploads(home)
    for written in (name, f"{name}.md", f"{name}/x.md"):
        try:
            place = taken(uploads, written)
        except BadRequest:
            continue
        assert place.resolve().is_relative_to(uploads.folder)
        assert uploads.remove(written)
    assert [path.name for path in home.iterdir() if path.name != "uploads"] == [] if home.exists() else True


def test_a_link_in_the_folder_leads_nobody_out(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path / "home")
    uploads.folder.mkdir(parents=True)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.md").write_text("mine")
    (uploads.folder / "out").symlink_to(outside)
    (uploads.folder / "b.md").symlink_to(outside / "a.md")
    for name in ("out/a.md", "b.md"):
        with pytest.raises(BadName):
            taken(uploads, name)
        assert not uploads.remove(name)
    assert (outside / "a.md").read_text() == "mine"
    assert [path.name for path in outside.iterdir()] == ["a.md"]


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.pdf", b"<html>"), ("a.docx", b"%PDF-"), ("a.md", b""), ("manual.toml", b"#" * 100_000), ("a.epub", b"xPK")],
)
def test_what_is_not_what_its_name_says_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises((NoManual, TooLarge)):
        taken(Uploads(tmp_path), name, content)


def test_removing_leaves_no_empty_folders(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    taken(uploads, "a/b/one.md")
    taken(uploads, "a/two.md")
    assert uploads.remove("a/b/one.md")
    assert sorted(path.name for path in uploads.folder.rglob("*")) == ["a", "two.md"]
    assert uploads.remove("a/two.md")
    assert uploads.exists()
    assert not list(uploads.folder.iterdir())
