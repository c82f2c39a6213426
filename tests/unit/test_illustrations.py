"""Which pictures beside manuals are part of them, and which may be a scanned page."""

from pathlib import Path

import pytest
from PIL import Image

from ingest.discover import discover


def picture(path: Path, *, width: int = 850, height: int = 1100) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (width, height), 255).save(path)


def found(root: Path) -> list[str]:
    return [source.document for source in discover([root], root=root).files]


@pytest.mark.parametrize(
    "page",
    [
        ("hub/index.html", '<img src="pictures/front%20view.png">'),
        ("hub/deep/er/guide.md", "![Front](../../pictures/front view.png)"),
        ("hub/style.css", "h1 { background: url('pictures/Front%20View.PNG') }"),
    ],
)
def test_a_picture_that_a_page_names_is_an_illustration(tmp_path: Path, page: tuple[str, str]) -> None:
    picture(tmp_path / "hub" / "pictures" / "front view.png")
    assert found(tmp_path) == ["hub/pictures/front view.png"]
    name, text = page
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text(text)
    assert "hub/pictures/front view.png" not in found(tmp_path)


def test_pages_of_another_folder_do_not_count(tmp_path: Path) -> None:
    picture(tmp_path / "hub" / "page1.jpg")
    (tmp_path / "lamp").mkdir()
    (tmp_path / "lamp" / "index.html").write_text('<img src="page1.jpg">')
    assert "hub/page1.jpg" in found(tmp_path)


def test_icons_are_passed_over(tmp_path: Path) -> None:
    picture(tmp_path / "icon.png", width=64, height=64)
    picture(tmp_path / "page.png")
    assert found(tmp_path) == ["page.png"]
