"""Files made to do harm: each is read as far as it is a manual or fails with a reason and a hint; the rest goes on."""

import socket
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.discover import discover
from ingest.types import SourceFile
from ingest.workers import ChunkedFile, Limits, read_all
from tests import hostile_files
from tests.hostile_files import SECRET, doctype, docx, epub, odt, sheet, word

SMALL = Limits(seconds=60, resident_bytes=600 * 2**20)


def read_folder(folder: Path, limits: Limits = SMALL) -> dict[str, ChunkedFile]:
    found = discover([folder], root=folder)
    files = {file.source.document: file for file in read_all(found.files, workers=2, limits=limits)}
    assert set(files) == {source.document for source in found.files}
    for file in files.values():
        assert bool(file.chunks) != bool(file.error)
        if file.error:
            assert file.source.document in file.error.message
            assert file.error.hint
    return files


def text_of(file: ChunkedFile) -> str:
    return "\n".join(chunk.embed_text for chunk in file.chunks)


@contextmanager
def listener() -> Iterator[tuple[str, list[str]]]:
    """An address of this machine, and who called it."""
    calls: list[str] = []
    server = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, address = server.accept()
                calls.append(str(address))
                connection.close()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}", calls
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


def test_no_file_reaches_out_of_its_folder_or_for_the_network(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "manuals", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    secret = elsewhere / "secret.txt"
    secret.write_text(f"{SECRET}, nothing for readers of manuals.\n")
    with listener() as (address, calls):
        hostile_files.reaching_files(folder, secret, address)
        files = read_folder(folder)
    assert calls == []
    assert not [name for name, file in files.items() if SECRET in text_of(file)]
    assert "link.txt" not in files
    harmless = {"page.html", "a.md", "front.md", "a.rst", "a.csv", "a.txt", "a.docx", "a.odt", "a.epub", "a.pptx"}
    assert {name for name in harmless if files[name].error} == set()
    assert all("Open" in text_of(files[name]) for name in harmless - {"a.csv"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["elsewhere", "manuals"]


def billion_laughs_in_attributes() -> bytes:
    entities = doctype("w:document", Path("/nowhere"), "http://127.0.0.1:9")
    return docx(word("Open.") + '<w:p w:rsidR="&l9;"><w:r><w:t>x</w:t></w:r></w:p>', entities)


def test_bombs_are_refused_and_the_rest_is_read(tmp_path: Path) -> None:
    for suffix, content in {
        "docx": docx(word("x")),
        "odt": odt("x"),
        "epub": epub("<p>x</p>"),
        "xlsx": sheet("x"),
    }.items():
        (tmp_path / f"bomb.{suffix}").write_bytes(hostile_files.bomb(content, "word/media/image1.bmp", 60))
    laughs = doctype("x", Path("/nowhere"), "http://127.0.0.1:9")
    (tmp_path / "laughs.xlsx").write_bytes(sheet("&l9;", laughs))
    (tmp_path / "laughs.odt").write_bytes(odt("<text:p>&l9;</text:p>", laughs))
    (tmp_path / "attributes.docx").write_bytes(billion_laughs_in_attributes())
    (tmp_path / "valve.txt").write_text("Open the valve.\n")
    files = read_folder(tmp_path)
    for suffix in ("docx", "odt", "epub", "xlsx"):
        assert "would unpack" in str(files[f"bomb.{suffix}"].error)
    assert all("lollol" not in text_of(file) for file in files.values())
    assert files["valve.txt"].chunks


def test_an_archive_whose_files_overlap(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    content = hostile_files.zipped({"word/document.xml": "<x/>", "word/documenu.xml": "<x/>"})
    with zipfile.ZipFile(tmp_path / "plain.zip", "w") as archive:
        archive.writestr("a", "b")
    (tmp_path / "plain.zip").unlink()
    second = content.index(b"PK\x03\x04", 4)
    # The entry of the second file in the directory is made to point at the bytes of the first.
    path.write_bytes(content.replace(second.to_bytes(4, "little"), (0).to_bytes(4, "little")))
    assert "overlap" in str(read_folder(tmp_path)["a.docx"].error)


def test_deep_long_and_odd_content(tmp_path: Path) -> None:
    deep = 20_000
    texts = {
        "deep.html": "<div>" * deep + "Open the valve." + "</div>" * deep,
        "spans.html": "<table><tr><td>" + "<span>" * deep + "Open the valve." + "</span>" * deep + "</td><td>x</table>",
        "tables.html": "<table><tr><td>" * 3000 + "Open the valve." + "</td></tr></table>" * 3000,
        "quotes.md": ">" * 500 + " Open the valve.\n\n" + "- " * 200 + "x\n",
        "brackets.md": "[" * 50_000 + "Open the valve.\n",
        "long.txt": "Open the valve. " + "x" * 3_000_000,
        "long.html": "<p>Open the valve. " + "y" * 3_000_000 + "</p>",
        "span.html": "<table><tr><td colspan=99999 rowspan=99999>Open the valve.</td><td>b</td></tr></table>",
        "wide.csv": ",".join(["x"] * 100_000) + "\n" + "Open the valve.\n",
        "nul.txt": "Open the valve.\x00 And close it.\n" * 20,
        "nul.html": "<p>Open the\x00 valve. And close it, when the lamp is green again.</p>",
        "nul.md": "# A\x00\n\nOpen the valve.\x00 Close it, when the lamp is green again and nobody looks.\n",
        "rst.rst": "A\n=\n\n" + "".join("  " * n + "- Open the valve.\n\n" for n in range(60)),
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "valve.txt").write_text("Open the valve.\n")
    files = read_folder(tmp_path, replace(SMALL, seconds=90))
    assert "Open the valve." in text_of(files["valve.txt"])
    for file in files.values():
        assert "\x00" not in text_of(file)
        text_of(file).encode()  # no half of a surrogate pair
    lost = {name for name, file in files.items() if file.error}
    assert lost <= {"brackets.md", "quotes.md", "spans.html", "tables.html", "deep.html"}, lost


def test_odd_names_are_told_and_left(tmp_path: Path) -> None:
    (tmp_path / "line\nbreak.txt").write_text("Open the valve.\n")
    Path(str(tmp_path).encode().decode(), b"half \xff name.txt".decode(errors="surrogateescape")).write_text("Open.\n")
    (tmp_path / ("long" * 60 + ".txt")).write_text("Open the valve.\n")
    (tmp_path / "阀门 – ключ.txt").write_text("Open the valve.\n")
    found = discover([tmp_path], root=tmp_path)
    assert len(found.skipped) == 2
    assert all(document.isprintable() and reason for document, reason in found.skipped)
    assert len([file for file in read_all(found.files, workers=1) if file.chunks]) == 2


def test_a_worker_that_holds_too_much_is_ended(tmp_path: Path) -> None:
    (tmp_path / "hog.txt").write_text("All work and no play. \n" * 3_000_000)
    (tmp_path / "valve.txt").write_text("Open the valve.\n")
    files = read_folder(tmp_path, Limits(resident_bytes=250 * 2**20))
    assert "memory" in str(files["hog.txt"].error)
    assert files["valve.txt"].chunks


@pytest.mark.slow
def test_a_pdf_of_ten_thousand_pages(tmp_path: Path) -> None:
    import pikepdf

    from tests.pdf_writer import PdfPage, pdf_bytes

    (tmp_path / "one.pdf").write_bytes(pdf_bytes([PdfPage().text(72, 100, "Open the valve.")]))
    with pikepdf.open(tmp_path / "one.pdf") as one, pikepdf.new() as many:
        for _ in range(10_000):
            many.pages.append(one.pages[0])
        many.save(tmp_path / "many.pdf")
    (tmp_path / "one.pdf").unlink()
    source = SourceFile(path=tmp_path / "many.pdf", document="many.pdf", revision="0" * 16, size=1)
    (file,) = read_all([source], workers=1)
    assert file.chunks or file.error
