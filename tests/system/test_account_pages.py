"""What pages of accounts tell people: that a one-time password is over, and where somebody is signed in."""

from collections.abc import Iterator
from http import HTTPStatus

import pytest
from sqlalchemy import update

from serving.accounts.audit import Audit
from serving.accounts.types import Rights
from serving.database.engine import in_future
from serving.database.schema_accounts import people
from serving.keys import Role
from tests.signed_desk import PASSWORD, SignedDesk, browser


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> SignedDesk:
    made = SignedDesk(tmp_path_factory.mktemp("desk"))
    made.person("ada", Role.ADMIN)
    return made


@pytest.fixture(scope="module")
def address(desk: SignedDesk) -> Iterator[str]:
    with desk.serving() as address:
        yield address


def test_who_comes_too_late_with_a_one_time_password_is_told_what_to_do(desk: SignedDesk, address: str) -> None:
    _, once = desk.administration.add("olga", Rights(Role.AGENT))
    with desk.database.transaction() as connection:
        connection.execute(update(people).where(people.c.name == "olga").values(one_time_since=in_future(hours=-30)))
    with browser(address, **{"Accept-Language": "zh"}) as http:
        late = http.post("/sign-in", data={"name": "olga", "password": once})
        assert late.status_code == HTTPStatus.UNAUTHORIZED
        assert "这个一次性密码已过期。 请管理员给一个新的。" in late.text
        assert "manualdesk" not in http.cookies
    refused = next(entry for entry in Audit(desk.database).entries() if entry.target == "olga")
    assert (refused.action, refused.detail) == ("session.refused", '{"why": "one-time password"}')


def test_sessions_are_told_by_browsers_as_people_call_them(desk: SignedDesk, address: str) -> None:
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0<script>"
    ada = {"name": "ada", "password": PASSWORD}
    with browser(address, **{"User-Agent": agent}) as http:
        assert http.post("/sign-in", data=ada).status_code == HTTPStatus.SEE_OTHER
        for path in ("/desk/account", "/desk/sessions"):
            assert "<summary>Firefox on Windows</summary>" in http.get(path).text
            assert "<summary>Windows 上的 Firefox</summary>" in http.get(path, headers={"Accept-Language": "zh"}).text
            assert "<script>" not in http.get(path).text
