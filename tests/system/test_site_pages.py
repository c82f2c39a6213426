"""Sites, looked after by command and by page: what is changed holds at once and stands in the audit log."""

import json
import re
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

from serving.accounts.audit import Audit
from serving.customers.sites import NoSuchSite
from serving.database.engine import Database
from serving.keys import Role
from tests.api_desk import ApiDesk
from tests.conftest import Command, command
from tests.widget_desk import SHOP, Visitor, customers_of, widget_serving
from ui.web.rendering import FOLDER
from ui.web.texts import chinese
from ui.widget.customers import Customers


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> ApiDesk:
    return ApiDesk(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def customers(desk: ApiDesk) -> Customers:
    return customers_of(desk)


@pytest.fixture
def address(desk: ApiDesk, customers: Customers) -> Iterator[str]:
    with widget_serving(desk, customers) as url:
        yield url


@pytest.fixture
def admin(desk: ApiDesk, address: str) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {desk.key(Role.ADMIN)}", "Accept": "text/html", "Origin": address}
    with httpx.Client(base_url=address, headers=headers, timeout=60) as http:
        yield http


FORM = {
    "name": "Shop of Ann",
    "origins": f"{SHOP}/path\nhttps://www.shop.example",
    "products": "kettle",
    "hand_over_to": "mailto:ann@shop.example",
    "daily": "7",
    "colour": "#AA3355",
    "position": "left",
    "greeting_en": "Hi <script>alert(1)</script>",
    "greeting_zh": "您好",
}


def test_a_site_is_added_changed_and_removed_by_page(desk: ApiDesk, customers: Customers, admin: httpx.Client) -> None:
    added = admin.post("/desk/sites/new", data={"id": "ann", **FORM})
    assert added.status_code == HTTPStatus.SEE_OTHER, added.text
    site = customers.sites().get("ann")
    assert site.origins == (SHOP, "https://www.shop.example")
    assert (site.look.colour, site.look.position, site.daily_questions) == ("#aa3355", "left", 7)
    page = admin.get("/desk/sites/ann").text
    assert "data-site=&#34;ann&#34;" in page
    assert "<script>alert" not in page
    picture = admin.get("/desk/sites/ann/look.svg")
    assert picture.headers["Content-Type"].startswith("image/svg+xml")
    assert "<script" not in picture.text
    assert "#aa3355" in picture.text
    wrong = admin.post("/desk/sites/ann", data={**FORM, "hand_over_to": "http://intranet/hook"})
    assert wrong.status_code == HTTPStatus.BAD_REQUEST
    assert "intranet" in wrong.text
    assert admin.post("/desk/sites/ann/switch").status_code == HTTPStatus.SEE_OTHER
    assert customers.sites().get("ann").disabled_at
    before = site.hand_over_secret
    admin.post("/desk/sites/ann/secret")
    assert customers.sites().get("ann").hand_over_secret != before
    admin.post("/desk/sites/ann/remove")
    with pytest.raises(NoSuchSite):
        customers.sites().get("ann")
    entries = Audit(desk.backend.database()).entries(action="site.")
    done = [entry.action for entry in reversed(entries) if entry.target == "ann"]
    assert done == ["site.added", "site.disabled", "site.secret", "site.removed"]
    assert before not in str(entries)


def test_sites_are_for_admins(desk: ApiDesk, address: str) -> None:
    for role in (Role.CUSTOMER, Role.AGENT, Role.EDITOR):
        with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {desk.key(role)}"}) as http:
            for path in ("/desk/sites", "/desk/sites/new", "/desk/sites/shop", "/desk/sites/shop/look.svg"):
                assert http.get(path).status_code == HTTPStatus.FORBIDDEN
            for path in ("/desk/sites/new", "/desk/sites/shop", "/desk/sites/shop/switch", "/desk/sites/shop/remove"):
                assert http.post(path, headers={"Origin": address}).status_code == HTTPStatus.FORBIDDEN
    customer = httpx.get(f"{address}/desk/hand-overs", headers={"Authorization": f"Bearer {desk.key(Role.CUSTOMER)}"})
    assert customer.status_code == HTTPStatus.FORBIDDEN


def test_an_agent_of_some_products_sees_hand_overs_of_those_alone(desk: ApiDesk, address: str) -> None:
    visitor = Visitor(address)
    visitor.http.post("/hand-over", json={"contact": "ann@example.org", "word": "Call me about the kettle."})
    for products, seen in (((), True), (("kettle", "lamp"), True), (("lamp",), False)):
        headers = {"Authorization": f"Bearer {desk.key(Role.AGENT, *products)}", "Accept": "text/html"}
        page = httpx.get(f"{address}/desk/hand-overs", headers=headers).text
        assert ("Call me about the kettle." in page) is seen


@pytest.fixture
def manualdesk(tmp_path: Path) -> Command:
    return command(tmp_path / "home", tmp_path)


def test_a_site_is_looked_after_by_command(manualdesk: Command, tmp_path: Path) -> None:
    added = manualdesk(
        "sites", "add", "shop", "--origin", SHOP, "--greeting", "en=Hello", "--hand-over", "mailto:a@b.example"
    )
    assert added.returncode == 0, added.stderr
    assert re.search(r'<script src="[^"]+/widget.js" data-site="shop"', added.stdout)
    again = manualdesk("sites", "add", "shop", "--origin", SHOP)
    assert again.returncode == 1
    assert "There is a site 'shop' already" in again.stderr
    changed = manualdesk("sites", "set", "shop", "--product", "kettle", "--daily", "5", "--disable", "--json")
    told = json.loads(changed.stdout)
    assert (told["products"], told["daily_questions"], told["greetings"]) == (["kettle"], 5, {"en": "Hello"})
    assert told["disabled_at"]
    assert (
        json.loads(manualdesk("sites", "set", "shop", "--enable", "--all-products", "--json").stdout)["products"]
        is None
    )
    assert [site["id"] for site in json.loads(manualdesk("sites", "list", "--json").stdout)] == ["shop"]
    assert manualdesk("sites", "set", "nowhere", "--enable").returncode == 1
    assert manualdesk("sites", "add", "b", "--origin", "http://shop.example").returncode == 1
    assert manualdesk("sites", "remove", "shop", "--yes").returncode == 0
    database = Database(tmp_path / "home")
    assert [entry.action for entry in Audit(database).entries()][::-1] == [
        "site.added", "site.changed", "site.changed", "site.removed"]  # fmt: skip
    database.close()


def test_every_text_of_these_pages_is_there_in_chinese() -> None:
    pages = (FOLDER / "templates" / "customers").glob("*.html")
    texts = {text for path in pages for text in re.findall(r"""_\((?:"([^"]+)"|'[^']+')""", path.read_text()) if text}
    assert len(texts) > 40
    assert not texts - chinese().keys()
