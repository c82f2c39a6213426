"""Pictures of pages and in manuals, over real HTTP: a browser asks each time whether it may still show what it kept."""

from http import HTTPStatus
from io import BytesIO
from pathlib import Path

import docx
import pytest

from ingest.metadata import Setting
from serving.keys import Role
from tests.api_desk import ApiDesk, application, client, serving
from tests.system.test_widget_pictures import pdf_manual
from tests.unit.test_inner_pictures import inline, picture

NAME = "kettle/en/care.pdf"
GUIDES = ("kettle/en/guide.html", "kettle/en/guide.docx")


def test_a_kept_picture_costs_no_second_one_and_is_shown_to_nobody_else(tmp_path: Path) -> None:
    desk = ApiDesk(tmp_path)
    manual = desk.desk.manuals / NAME
    manual.parent.mkdir(parents=True)
    manual.write_bytes(pdf_manual())
    desk.desk.ingest(said=(Setting("*", "audience", "internal"),))
    with serving(application(desk, local=False)) as address, client(address, desk.key(Role.EDITOR)) as http:
        revision = next(each["revision"] for each in http.get("/v1/documents").json()["documents"])
        place = f"/sources/{revision}/pages/2/{NAME}"
        first = http.get(place)
        assert first.headers["Content-Type"] == "image/png"
        assert first.headers["Cache-Control"] == "private, no-cache"
        kept = {"If-None-Match": first.headers["ETag"]}
        again = http.get(place, headers=kept)
        assert (again.status_code, again.content) == (HTTPStatus.NOT_MODIFIED, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
        assert http.get(place, headers={"If-None-Match": '"other"'}).content == first.content
        for key, status in (
            (desk.key(Role.CUSTOMER), HTTPStatus.NOT_FOUND),
            ("guess", HTTPStatus.UNAUTHORIZED),
            ("", HTTPStatus.UNAUTHORIZED),
        ):
            with client(address, key) as other:
                assert other.get(place, headers=kept).status_code == status


def written(path: Path) -> None:
    path.parent.mkdir(parents=True)
    if path.suffix == ".html":
        path.write_text(f"<h1>Kettle</h1><p>Lift the lid first.</p>{inline(picture())}")
        return
    made = docx.Document()
    made.add_heading("Kettle", 1)
    made.add_paragraph("Lift the lid first.")
    made.add_picture(BytesIO(picture()))
    made.save(str(path))


@pytest.mark.parametrize("guide", GUIDES)
def test_a_picture_in_a_manual_is_shown_as_ours_and_only_to_who_may_read_the_manual(tmp_path: Path, guide: str) -> None:
    desk = ApiDesk(tmp_path)
    written(desk.desk.manuals / guide)
    desk.desk.ingest(said=(Setting("*", "audience", "internal"),))
    with serving(application(desk, local=False)) as address, client(address, desk.key(Role.EDITOR)) as http:
        revision = next(each["revision"] for each in http.get("/v1/documents").json()["documents"])
        place = f"/sources/{revision}/pictures/0/{guide}"
        shown = http.get(place)
        assert (shown.status_code, shown.headers["Content-Type"]) == (HTTPStatus.OK, "image/png")
        assert shown.content.startswith(b"\x89PNG")
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
        again = http.get(place, headers={"If-None-Match": shown.headers["ETag"]})
        assert (again.status_code, again.content) == (HTTPStatus.NOT_MODIFIED, b"")
        for which, number in ((revision, "1"), (revision, "9" * 4000), (revision, "9" * 5000), ("0" * 16, "0")):
            assert http.get(f"/sources/{which}/pictures/{number}/{guide}").status_code == HTTPStatus.NOT_FOUND
        with client(address, desk.key(Role.CUSTOMER)) as customer:
            kept = {"If-None-Match": shown.headers["ETag"]}
            assert customer.get(place, headers=kept).status_code == HTTPStatus.NOT_FOUND
        with client(address, "") as nobody:
            assert nobody.get(place).status_code == HTTPStatus.UNAUTHORIZED
