"""Pictures of pages for staff, over real HTTP: a browser asks each time whether it may still show what it kept."""

from http import HTTPStatus
from pathlib import Path

from ingest.metadata import Setting
from serving.keys import Role
from tests.api_desk import ApiDesk, application, client, serving
from tests.system.test_widget_pictures import pdf_manual

NAME = "kettle/en/care.pdf"


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
