"""Settings of sign-in: each one changes something, and what cannot work is named with its setting."""

import pytest

from ingest.errors import SettingError
from serving.accounts.types import SignIn
from serving.accounts.ways import Cookie
from serving.api.ways import Proxies
from serving.keys import Role
from serving.settings import Settings
from ui.gate import LOOPBACK
from ui.server import serve
from ui.sign_in.browser import local_path
from ui.sign_in.setup import NO_SIGN_IN, sign_in_setup

OIDC = {
    "sign_in": "oidc",
    "public_url": "https://desk.example/",
    "oidc_issuer": "https://login.example/",
    "oidc_client_id": "desk",
    "oidc_client_secret": "s3cret",
    "oidc_role_claim": "roles",
    "oidc_roles": "desk-admins=admin, a=b=agent",
    "default_role": "customer",
}


def test_without_settings_nobody_signs_in() -> None:
    assert sign_in_setup(Settings()).way is NO_SIGN_IN.way is None


def test_each_setting_changes_something() -> None:
    setup = sign_in_setup(Settings(**OIDC))
    assert setup.way is SignIn.OIDC
    assert (setup.public_url, setup.host, setup.is_secure) == ("https://desk.example", "desk.example", True)
    assert setup.default_role is Role.CUSTOMER
    assert setup.provider is not None
    assert setup.provider.issuer == "https://login.example"
    assert setup.provider.roles == (("desk-admins", Role.ADMIN), ("a=b", Role.AGENT))
    assert (setup.provider.client_id, setup.provider.client_secret) == ("desk", "s3cret")
    assert setup.provider.role_claim == "roles"
    assert "s3cret" not in repr(Settings(**OIDC))
    header = sign_in_setup(Settings(sign_in="header", sign_in_header="Remote-User", trusted_proxies="::1, 10.0.0.0/8"))
    assert (header.way, header.header, header.proxies) == (SignIn.HEADER, "Remote-User", ("::1", "10.0.0.0/8"))
    assert not sign_in_setup(Settings(sign_in="password", public_url="http://desk:8000")).is_secure


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"sign_in": "magic"}, "SIGN_IN"),
        ({"oidc_issuer": ""}, "OIDC_ISSUER"),
        ({"oidc_client_id": ""}, "OIDC_CLIENT_ID"),
        ({"public_url": ""}, "PUBLIC_URL"),
        ({"public_url": "desk.example"}, "PUBLIC_URL"),
        ({"public_url": "https://desk.example/path"}, "PUBLIC_URL"),
        ({"public_url": "ftp://desk.example"}, "PUBLIC_URL"),
        ({"oidc_roles": "desk-admins"}, "OIDC_ROLES"),
        ({"oidc_roles": "desk-admins=god"}, "OIDC_ROLES"),
        ({"default_role": "god"}, "DEFAULT_ROLE"),
        ({"trusted_proxies": "everybody"}, "TRUSTED_PROXIES"),
        ({"sign_in": "header"}, "Header sign-in"),
    ],
)
def test_what_cannot_work_is_named(changed: dict[str, str], named: str) -> None:
    with pytest.raises(SettingError, match=named) as raised:
        sign_in_setup(Settings(**{**OIDC, **changed}))
    assert raised.value.hint


def test_another_address_is_served_under_a_name_only(tmp_path: object) -> None:
    with pytest.raises(SettingError, match="address that browsers reach it under"):
        serve(Settings(sign_in="password"), host="0.0.0.0")
    assert "0.0.0.0" not in LOOPBACK


@pytest.mark.parametrize("path", ["/", "/desk/people?q=a%20b#x", "/sources/0/original/a.pdf", "/?q=水"])
def test_a_path_of_ours_stays(path: str) -> None:
    assert local_path(path) == path


def test_a_proxys_word_counts_from_the_last_hop_on() -> None:
    from starlette.datastructures import Headers

    def asker(peer: str, said: str, *trusted: str) -> str:
        headers = Headers({"x-forwarded-for": said}) if said else Headers()
        return Proxies(trusted).asker({"type": "http", "client": (peer, 1)}, headers)

    assert asker("192.0.2.1", "198.51.100.1") == "192.0.2.1", "nobody's word"
    assert asker("10.0.0.1", "198.51.100.1", "10.0.0.0/8") == "198.51.100.1"
    assert asker("10.0.0.1", "203.0.113.9, 198.51.100.1", "10.0.0.0/8") == "198.51.100.1", "the first is anybody's"
    assert asker("10.0.0.1", "198.51.100.1, 10.0.0.2", "10.0.0.0/8") == "198.51.100.1"
    assert asker("::ffff:10.0.0.1", "198.51.100.1", "10.0.0.0/8") == "198.51.100.1"
    assert len(asker("10.0.0.1", "x" * 999, "10.0.0.0/8")) <= 64


def test_a_cookie_is_read_by_its_whole_name() -> None:
    from starlette.datastructures import Headers

    cookie = Cookie(secure=True)
    assert cookie.read(Headers({"cookie": "a=b; __Host-manualdesk=token; c=d"})) == "token"
    for other in ("manualdesk=token", "x__Host-manualdesk=token", "__Host-manualdesk-provider=token", ""):
        assert cookie.read(Headers({"cookie": other})) == ""
    assert "Max-Age=0" in cookie.written("")
