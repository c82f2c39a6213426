"""Cited pages as customers see them: of their own answers, near the cited page, with its lines marked."""

from http import HTTPStatus
from io import BytesIO
from pathlib import Path

from PIL import Image

from ingest.metadata import Setting
from tests.api_desk import ApiDesk
from tests.pdf_writer import PdfPage, pdf_bytes
from tests.widget_desk import Visitor, customers_of, widget_serving

MARKER = (255, 214, 92)


def pdf_manual() -> bytes:
    """Twelve pages; the second one tells how to descale."""
    pages = [PdfPage().text(60, 80, f"Chapter {number} of the kettle", size=18) for number in range(1, 13)]
    pages[1].lines(60, 140, "Fill the kettle with vinegar and let it stand for 45 minutes to descale it.")
    return pdf_bytes(pages, title="Kettle K9 care")


def colours(png: bytes) -> set[tuple[int, ...]]:
    found = Image.open(BytesIO(png)).convert("RGB").getcolors(2**22) or []
    return {colour for _, colour in found if isinstance(colour, tuple)}


def test_the_cited_page_is_shown_marked_to_its_own_visitor(tmp_path: Path) -> None:
    desk = ApiDesk(tmp_path)
    manual = desk.desk.manuals / "kettle" / "en" / "care.pdf"
    manual.parent.mkdir(parents=True)
    manual.write_bytes(pdf_manual())
    desk.desk.ingest(said=(Setting("*", "audience", "public"),))
    with widget_serving(desk, customers_of(desk)) as address:
        visitor, other = Visitor(address), Visitor(address)
        answer = visitor.ask("How long does vinegar stand in the kettle to descale it?").answer
        (citation, *_) = answer["citations"]
        assert (citation["page"], citation["pictured"]) == (2, True)
        assert answer["figures"] == []
        place = f"/sources/{answer['message']}/{citation['number']}/pages"
        cited, next_one = visitor.http.get(f"{place}/2"), visitor.http.get(f"{place}/3")
        assert cited.headers["Content-Type"] == "image/png"
        assert MARKER in colours(cited.content)
        assert MARKER not in colours(next_one.content)
        # A browser may keep it, and asks at each look whether it may still be shown.
        assert cited.headers["Cache-Control"] == "private, no-cache"
        kept = {"If-None-Match": cited.headers["ETag"]}
        again = visitor.http.get(f"{place}/2", headers=kept)
        assert (again.status_code, again.content) == (HTTPStatus.NOT_MODIFIED, b"")
        for far in (f"{place}/6", f"{place}/0", f"/sources/{answer['message']}/9/pages/2", "/sources/x/1/pages/2",
                    f"/sources/{answer['message']}/figures/0"):  # fmt: skip
            assert visitor.http.get(far).status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST}
        assert other.http.get(f"{place}/2").status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST}
        unsigned = visitor.http.get(f"{place}/2", headers={"Authorization": ""})
        assert unsigned.status_code == HTTPStatus.UNAUTHORIZED
        # A manual that is no longer public opens for nobody here, cited or not.
        desk.desk.ingest(said=(Setting("*", "audience", "internal"),))
        for headers in ({}, kept):
            assert visitor.http.get(f"{place}/2", headers=headers).status_code == HTTPStatus.NOT_FOUND
        assert visitor.http.get(citation["original"].split("#")[0].removeprefix("/widget/v1")).status_code >= 400
